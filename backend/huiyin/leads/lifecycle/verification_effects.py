"""What the verbs of the agency in charge change beyond the state: signing, objecting, verifying, concluding."""

from uuid import UUID

from sqlalchemy import select, text

from huiyin.access.models import Agency, Officer
from huiyin.access.permissions import Permission, Role
from huiyin.access.secondments import active_officers
from huiyin.clocks.models import ClockRuleCode
from huiyin.clocks.running import move_due, term
from huiyin.kit.crypto.vault import seal_json
from huiyin.kit.database.tables import insert_into
from huiyin.kit.web.errors import Conflict, Forbidden, Invalid, field_error
from huiyin.leads.lifecycle import inputs
from huiyin.leads.lifecycle.turn import Turn, take_from_handler
from huiyin.leads.record.exclusion import hide
from huiyin.leads.record.models import AssignmentRole, Conclusion, ExclusionSource
from huiyin.leads.record.seen import is_excluded
from huiyin.leads.record.texts import conclusion_place, lead_key
from huiyin.leads.work.checklist import begin_checklist
from huiyin.tips.record.models import LegalStatus
from huiyin.tips.record.subjects import set_legal_status


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
