"""What each verb changes beyond the state: one function a verb, called by `lifecycle.move` on the locked lead."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select, text, update
from sqlalchemy.orm import Session

from huiyin.access.actors import Actor
from huiyin.access.models import Agency, AgencyKind, Officer
from huiyin.access.permissions import Permission, Role
from huiyin.access.registers import require_terms
from huiyin.access.secondments import active_officers
from huiyin.kit.errors import Conflict, Excluded, Forbidden, Invalid, field_error
from huiyin.kit.tables import insert_into
from huiyin.kit.vault import seal_json
from huiyin.leads import inputs
from huiyin.leads.checklist import begin_checklist
from huiyin.leads.clocks import move_due, resume_clock, term, waited
from huiyin.leads.exclusion import answerable, excluded_agencies_of, hide
from huiyin.leads.models import (
    OPEN_STATES,
    AssignmentRole,
    Clock,
    ClockRuleCode,
    Conclusion,
    Exclusion,
    ExclusionSource,
    Finding,
    Lead,
    Outcome,
    PendingMove,
    State,
)
from huiyin.leads.seen import is_excluded
from huiyin.leads.texts import conclusion_place, lead_key
from huiyin.tips.models import LegalStatus, ReporterStage, Tip
from huiyin.tips.receipt import tell_answer, tell_passed_to
from huiyin.tips.subjects import set_legal_status
from huiyin.trail.models import Event
from huiyin.trail.recorder import record

# Migration 0017: an officer need not see every lead that the two are linked with.
_CARRY_LINKS = text("SELECT carry_links(:source, :target)")
_GIVE_LINKS_BACK = text("SELECT give_links_back(:source, :target)")


@dataclass
class Turn:
    """One verb being carried out: what it works on, and what it decides for `move` to write."""

    session: Session
    lead: Lead
    actor: Actor
    now: datetime
    facts: dict[str, Any] = field(default_factory=dict)
    no_later: datetime | None = None
    counted_from: datetime | None = None
    holder: tuple[UUID, UUID, AssignmentRole] | None = None
    stage: dict[str, Any] = field(default_factory=dict)
    confirming: bool = False

    def held_by_head(self, agency_id: UUID, role: AssignmentRole) -> None:
        """From now on the agency's head answers for the lead."""
        self.holder = answerable(self.session, self.lead, agency_id, role)

    def held_by_desk(self) -> None:
        """From now on the receiving office answers for the lead."""
        self.held_by_head(self.lead.desk_agencies[-1], AssignmentRole.desk)

    def held_by_first_verifier(self) -> None:
        """From now on the first named verifier answers for the lead."""
        first = self.lead.verifier_ids[0]
        agency = self.session.execute(select(Officer.agency_id).where(Officer.id == first)).scalar_one()
        handler = self.lead.handler_agency_id
        if handler is not None and agency not in self.lead.assisting_agency_ids:
            agency = handler  # where the verifier is seconded, the agency in charge answers, not the one that sent them
        self.holder = (agency, first, AssignmentRole.verifier)


def screen(turn: Turn, given: inputs.Screening) -> None:
    require_terms(turn.session, sector=("sector", given.sector))
    lead = turn.lead
    lead.nature, lead.sector, lead.complete = given.nature, given.sector, given.complete
    lead.complex = lead.complex or given.complex
    turn.facts |= {"nature": given.nature, "sector": given.sector, "complete": given.complete}


def mark_complex(turn: Turn, _: inputs.Recall) -> None:
    """Screening may take the longer term, counted from the same moment as the ordinary one, pauses included."""
    lead = turn.lead
    resume_clock(turn.session, lead, turn.now)
    running = (Clock.lead_id == lead.id, Clock.stopped_at.is_(None))
    clock_id, started_at = turn.session.execute(select(Clock.id, Clock.started_at).where(*running)).one()
    turn.counted_from = started_at + waited(turn.session, clock_id)
    lead.complex = True


def attach(turn: Turn, given: inputs.Attachment) -> None:
    """Move the tips to another lead; both histories stay, receipts follow."""
    session, lead = turn.session, turn.lead
    if given.target_lead_id == lead.id:
        raise Invalid(field_error("/target_lead_id", "same_lead", "Choose another lead than this one"))
    target = session.execute(select(Lead).where(Lead.id == given.target_lead_id).with_for_update()).scalar_one_or_none()
    if target is None:
        raise Invalid(field_error("/target_lead_id", "unknown_lead", "There is no such lead"))
    if State(target.state) not in OPEN_STATES:
        raise Invalid(
            field_error("/target_lead_id", "not_open", f"Lead {target.number} is {target.state}; choose an open one")
        )
    working = [id_ for id_ in (target.handler_agency_id, *target.assisting_agency_ids) if id_ is not None]
    refuse_excluded(session, lead, working, "/target_lead_id")
    take_over_exclusions(session, lead, target)
    target.tip_count += lead.tip_count
    target.version += 1
    lead.merged_into_id = target.id
    session.flush()
    moved = session.execute(update(Tip).where(Tip.lead_id == lead.id).values(lead_id=target.id).returning(Tip.id))
    tips = list(moved.scalars())
    session.execute(_CARRY_LINKS, {"source": lead.id, "target": target.id})
    turn.stage |= {"follow": target, "tips": tips}
    turn.facts["tips"] = [str(id_) for id_ in tips]
    record(
        session,
        "lead:take_in",
        target.id,
        turn.actor.by,
        lead_id=target.id,
        from_state=target.state,
        to_state=target.state,
        merged=str(lead.id),
        number=lead.number,
    )
    turn.facts |= {"target": str(target.id), "number": target.number}


def take_over_exclusions(session: Session, lead: Lead, target: Lead) -> None:
    """Whoever must not see the one must not see the other, once its tips are there."""
    rows = session.execute(select(Exclusion).where(Exclusion.lead_id == lead.id)).scalars().all()
    for row in rows:
        agencies = [row.agency_id] if row.agency_id else []
        officers = [row.officer_id] if row.officer_id else []
        hide(session, target, agencies, officers, ExclusionSource(row.source))


def transfer_out(turn: Turn, given: inputs.TransferOut) -> None:
    turn.facts["reason_code"] = given.reason_code
    tell_passed_to(turn.session, turn.lead.id, given.body)
    turn.stage["stage_reason"] = given.reason_code


def decline(turn: Turn, given: inputs.Decline) -> None:
    turn.facts["reason_code"] = given.reason_code
    turn.stage["stage_reason"] = given.reason_code


def refuse_excluded(session: Session, lead: Lead, agency_ids: list[UUID], pointer: str) -> None:
    """Refuse agencies that must not see the lead, and propose who could take it instead.

    Raises:
        Excluded: with `proposals`: the superiors of the excluded agency, and the region's discipline agencies.
    """
    if not lead.hidden_from or not agency_ids:
        return
    agencies = session.execute(select(Agency).where(Agency.id.in_(agency_ids))).scalars()
    excluded = [agency for agency in agencies if set(agency.path) & set(lead.hidden_from)]
    if not excluded:
        return
    superiors = [id_ for agency in excluded for id_ in agency.path if not set(agency.path) <= {id_}]
    candidates = session.execute(
        select(Agency)
        .where(
            Agency.id.in_(superiors)
            | ((Agency.kind == AgencyKind.discipline) & Agency.region_code.in_(lead.region_path))
        )
        .where(~Agency.path.overlap(lead.hidden_from))
        .order_by(Agency.region_code.desc(), Agency.name)
        .limit(10)
    ).scalars()
    raise Excluded(
        f"{excluded[0].name} is excluded from this lead",
        errors=[field_error(pointer, "excluded", f"{excluded[0].name} is excluded from this lead")],
        proposals=[{"id": str(agency.id), "name": agency.name} for agency in candidates],
    )


def dispatch(turn: Turn, given: inputs.Dispatch) -> None:
    session, lead = turn.session, turn.lead
    asked = {given.agency_id: "/agency_id"} | {
        id_: f"/assisting_agency_ids/{index}" for index, id_ in enumerate(given.assisting_agency_ids)
    }
    known = set(session.execute(select(Agency.id).where(Agency.id.in_(asked))).scalars())
    if missing := [id_ for id_ in asked if id_ not in known]:
        raise Invalid(
            *(field_error(asked[id_], "unknown_agency", "There is no agency with this id") for id_ in missing)
        )
    if given.agency_id in given.assisting_agency_ids:
        raise Invalid(field_error("/assisting_agency_ids", "twice", "The agency in charge cannot also assist"))
    if given.due_at is not None and given.due_at <= turn.now:
        raise Invalid(field_error("/due_at", "past", "Choose a date in the future"))
    for id_, pointer in asked.items():
        refuse_excluded(session, lead, [id_], pointer)
    lead.handler_agency_id = given.agency_id
    lead.assisting_agency_ids = list(dict.fromkeys(given.assisting_agency_ids))
    lead.verifier_ids, lead.verifier_agency_ids, lead.verification_began_at = [], [], None
    lead.conclude_by = given.due_at
    lead.visible_to = _visible(lead)
    turn.held_by_head(given.agency_id, AssignmentRole.chief)
    turn.facts |= {"agency": str(given.agency_id), "assisting": [str(id_) for id_ in given.assisting_agency_ids]}
    if given.due_at is not None:
        turn.facts["due_at"] = given.due_at.isoformat()


def _visible(lead: Lead) -> list[UUID]:
    """The office with its superiors, and the agencies that work on the lead now."""
    working = [lead.handler_agency_id] if lead.handler_agency_id else []
    return list(dict.fromkeys([*lead.desk_agencies, *working, *lead.assisting_agency_ids]))


def take_from_handler(turn: Turn) -> None:
    """The agencies that worked on the lead no longer do, and no longer see it."""
    lead = turn.lead
    excluded = excluded_agencies_of(turn.session, lead, lead.desk_agencies)
    offices = [id_ for id_ in lead.desk_agencies if id_ not in excluded]
    if not offices:
        raise Conflict("Every office above is excluded from this lead; a higher office has to take it")
    lead.desk_agencies = offices
    lead.handler_agency_id, lead.assisting_agency_ids = None, []
    lead.visible_to = _visible(lead)
    turn.held_by_desk()


def sign(turn: Turn, _: inputs.Note) -> None:
    lead = turn.lead
    if lead.handler_agency_id is None:
        raise Conflict("The lead has no agency in charge")
    turn.holder = (lead.handler_agency_id, turn.actor.id, AssignmentRole.chief)
    kind = turn.session.execute(select(Agency.kind).where(Agency.id == lead.handler_agency_id)).scalar_one()
    turn.stage["handled_by"] = kind


def object_(turn: Turn, given: inputs.Objection) -> None:
    lead = turn.lead
    turn.facts |= {"reason_code": given.reason_code, "agency": str(lead.handler_agency_id)}
    if given.reason_code is inputs.ObjectReason.conflict and lead.handler_agency_id is not None:
        # An agency that declares a conflict may not learn more of the lead (回避).
        hide(turn.session, lead, [lead.handler_agency_id], [], ExclusionSource.declared)
    take_from_handler(turn)
    turn.stage["handled_by"] = None


def _eligible_verifiers(turn: Turn, given: inputs.StartVerification) -> dict[UUID, UUID]:
    """Verifier to agency, for those named who serve the agency in charge or an assisting one and are not excluded."""
    lead = turn.lead
    working = [id_ for id_ in (lead.handler_agency_id, *lead.assisting_agency_ids) if id_ is not None]
    eligible = {}
    for officer in active_officers(turn.session, given.verifier_ids).values():
        # A seconded officer verifies for the office; one's own agency comes first where both work on the lead.
        verifies_at = officer.in_role(Role.verifier).agency_ids
        agency = next((id_ for id_ in (officer.agency_id, *working) if id_ in working and id_ in verifies_at), None)
        if agency is not None and not is_excluded(officer, lead):
            eligible[officer.id] = agency
    return eligible


def check_verifiers(turn: Turn, given: inputs.StartVerification) -> None:
    """Each of the two verifiers declares for himself: whoever starts or confirms must be one of them.

    Raises:
        Invalid: one is not eligible, or the one who starts is not named.
        Forbidden: the one who confirms is not the other verifier.
    """
    if turn.actor.id not in given.verifier_ids:
        if turn.confirming:
            raise Forbidden(
                "Only the other named verifier declares this",
                permission=Permission.leads_start_verification,
                rule="not_named",
            )
        raise Invalid(field_error("/verifier_ids", "without_you", "Start the verification as one of its two verifiers"))
    eligible = _eligible_verifiers(turn, given)
    errors = [
        field_error(
            f"/verifier_ids/{index}", "not_eligible", "Not a verifier of the agency in charge or an assisting one"
        )
        for index, id_ in enumerate(given.verifier_ids)
        if id_ not in eligible
    ]
    if errors:
        raise Invalid(*errors)


def start_verification(turn: Turn, given: inputs.StartVerification) -> None:
    lead = turn.lead
    agencies = _eligible_verifiers(turn, given)
    lead.verifier_ids = list(given.verifier_ids)
    homes = turn.session.execute(select(Officer.agency_id).where(Officer.id.in_(agencies))).scalars()
    lead.verifier_agency_ids = sorted({*agencies.values(), *homes})
    lead.verification_began_at = turn.now
    turn.no_later = lead.conclude_by
    turn.held_by_first_verifier()
    set_legal_status(turn.session, lead.id, LegalStatus.reported, LegalStatus.verifying)
    begin_checklist(turn.session, lead, turn.now)
    turn.facts["verifiers"] = [str(id_) for id_ in given.verifier_ids]


def withdraw_verifier(turn: Turn, _: inputs.StartVerification) -> None:
    """A verifier who cannot declare to be free of conflict no longer sees the lead."""
    hide(turn.session, turn.lead, [], [turn.actor.id], ExclusionSource.declared)
    turn.facts["excluded"] = [str(turn.actor.id)]


def recall(turn: Turn, _: inputs.Recall) -> None:
    """The office takes the lead back from the agency in charge, which then no longer sees it."""
    turn.facts["agency"] = str(turn.lead.handler_agency_id)
    take_from_handler(turn)
    turn.stage["handled_by"] = None


def change_verifiers(turn: Turn, _: inputs.Recall) -> None:
    """The chief names other verifiers; what was concluded so far does not count."""
    lead = turn.lead
    turn.facts["verifiers"] = [str(id_) for id_ in lead.verifier_ids]
    lead.verifier_ids, lead.verifier_agency_ids, lead.finding = [], [], None
    if lead.handler_agency_id is None:
        raise Conflict("The lead has no agency in charge")
    turn.held_by_head(lead.handler_agency_id, AssignmentRole.chief)


def extend(turn: Turn, given: inputs.Extension) -> None:
    lead = turn.lead
    check_extension(turn, given)
    move_due(turn.session, lead, given.due_at)
    turn.facts["due_at"] = given.due_at.isoformat()


def check_extension(turn: Turn, given: inputs.Extension) -> None:
    """Raises Invalid when the new date is not later, or beyond three months from the start in all."""
    lead = turn.lead
    began = lead.verification_began_at or turn.now
    longest = term(turn.session, ClockRuleCode.conclude_longest, began).due(began).at
    if lead.clock_due_at is not None and given.due_at <= lead.clock_due_at:
        raise Invalid(field_error("/due_at", "not_later", f"Choose a date after {lead.clock_due_at.isoformat()}"))
    if given.due_at > longest:
        raise Invalid(field_error("/due_at", "too_late", f"Three months in all end on {longest.isoformat()}"))


def conclude(turn: Turn, given: inputs.ConclusionIn) -> None:
    lead, session = turn.lead, turn.session
    conclusion_id = session.execute(text("SELECT uuidv7()")).scalar_one()
    content = given.model_dump(exclude={"finding"})
    session.execute(
        insert_into(Conclusion),
        {
            "id": conclusion_id,
            "lead_id": lead.id,
            "finding": given.finding,
            "officer_id": turn.actor.id,
            "concluded_at": turn.now,
            "content": seal_json(lead_key(lead), content, conclusion_place(conclusion_id)),
        },
    )
    lead.finding = given.finding
    if lead.handler_agency_id is None:
        raise Conflict("The lead has no agency in charge")
    turn.held_by_head(lead.handler_agency_id, AssignmentRole.chief)
    turn.facts["finding"] = given.finding


def endorse(turn: Turn, _: inputs.Note) -> None:
    turn.held_by_desk()


def send_back(turn: Turn, _: inputs.SendBack) -> None:
    turn.held_by_first_verifier()


def approve(turn: Turn, given: inputs.Approval) -> None:
    lead = turn.lead
    lead.outcome = given.outcome
    turn.held_by_first_verifier()
    turn.facts["outcome"] = given.outcome
    if lead.finding in {Finding.unsubstantiated, Finding.false_report}:
        set_legal_status(turn.session, lead.id, LegalStatus.verifying, LegalStatus.unsubstantiated)
    elif given.outcome is Outcome.case_filed:
        set_legal_status(turn.session, lead.id, LegalStatus.verifying, LegalStatus.case_filed)


def give_feedback(turn: Turn, given: inputs.Feedback) -> None:
    lead = turn.lead
    lead.fed_back_at, lead.skip_reason = turn.now, given.skip_reason
    if given.text is not None:
        tell_answer(turn.session, lead.id, given.text, turn.actor.id)
        turn.stage["stage"] = ReporterStage.answered
    else:
        # The reporter is told nothing here: telling could harm somebody.
        turn.stage["silent"] = True
        turn.facts["skip_reason"] = given.skip_reason
    turn.held_by_desk()


_NEEDS_DOCUMENT = {Outcome.case_filed, Outcome.referred_discipline}


def close(turn: Turn, given: inputs.Closing) -> None:
    lead = turn.lead
    if lead.outcome in _NEEDS_DOCUMENT and not given.document_numbers:
        raise Invalid(
            field_error(
                "/document_numbers", "missing", "Give the number of the document: a case was filed or a referral made"
            )
        )
    if lead.fed_back_at is None and not given.note:
        raise Invalid(field_error("/note", "missing", "Say why the reporter was not answered, or give feedback first"))
    lead.document_numbers, lead.closed_at = given.document_numbers, turn.now
    turn.facts["documents"] = len(given.document_numbers)


def look_back(turn: Turn, given: inputs.LookBack) -> None:
    turn.facts["passed"] = given.passed


def reopen(turn: Turn, given: inputs.Reopening) -> None:
    lead = turn.lead
    lead.closed_at = lead.fed_back_at = lead.finding = lead.outcome = lead.skip_reason = None
    lead.document_numbers = []
    turn.facts["reason_code"] = given.reason_code
    if given.reason_code is inputs.ReopenReason.reporter_objection:
        decide_objections(turn, upheld=True)
    take_from_handler(turn)
    turn.stage |= {"handled_by": None, "stage_reason": None}


def decide_objections(turn: Turn, *, upheld: bool) -> None:
    """Decide on what the reporters of a lead objected. Raises Conflict when nobody did."""
    waiting = (Tip.lead_id == turn.lead.id, Tip.objected_at.is_not(None), Tip.objection_decided_at.is_(None))
    decided = turn.session.execute(
        update(Tip).where(*waiting).values(objection_decided_at=turn.now, objection_upheld=upheld).returning(Tip.id)
    ).all()
    if not decided:
        raise Conflict("No reporter's objection waits for a decision on this lead")


def unmerge(turn: Turn, _: inputs.Recall) -> None:
    """Take the tips back that were attached to another lead; both histories stay, receipts follow."""
    session, lead = turn.session, turn.lead
    target = session.execute(select(Lead).where(Lead.id == lead.merged_into_id).with_for_update()).scalar_one_or_none()
    if target is None:
        raise Conflict("The lead that took the tips in cannot be seen by you")
    facts = session.execute(
        select(Event.facts)
        .where(Event.lead_id == lead.id, Event.event == "lead:attach")
        .order_by(Event.id.desc())
        .limit(1)
    ).scalar_one()
    ids = [UUID(id_) for id_ in facts["tips"]]
    moved = session.execute(
        update(Tip).where(Tip.id.in_(ids), Tip.lead_id == target.id).values(lead_id=lead.id).returning(Tip.id)
    ).all()
    if not moved:
        raise Conflict("The tips have gone on to another lead; undo that first")
    session.execute(_GIVE_LINKS_BACK, {"source": lead.id, "target": target.id})
    target.tip_count -= len(moved)
    target.version += 1
    lead.tip_count, lead.merged_into_id = len(moved), None
    session.flush()
    record(
        session,
        "lead:give_back",
        target.id,
        turn.actor.by,
        lead_id=target.id,
        from_state=target.state,
        to_state=target.state,
        number=lead.number,
    )
    turn.held_by_desk()
    turn.stage["handled_by"] = None


def nothing(turn: Turn, _: Any) -> None:
    """For verbs that change the state and nothing else."""


def forget_pending(session: Session, lead_id: UUID) -> None:
    """A move that goes through takes back what waited for a second officer."""
    session.execute(delete(PendingMove).where(PendingMove.lead_id == lead_id))
