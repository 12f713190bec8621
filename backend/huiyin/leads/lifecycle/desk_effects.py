"""What the verbs of the receiving office change beyond the state: from screening to dispatch, and reopening."""

from uuid import UUID

from sqlalchemy import select, update

from huiyin.access.models import Agency
from huiyin.access.register.registers import require_terms
from huiyin.clocks.models import Clock
from huiyin.clocks.running import resume_clock, waited
from huiyin.kit.text.segment import bare
from huiyin.kit.web.errors import Conflict, Invalid, field_error
from huiyin.leads.lifecycle import inputs
from huiyin.leads.lifecycle.transition import LeadTransition, refuse_excluded, take_from_handler, visible_for
from huiyin.leads.record.expiry import forget_expiry
from huiyin.tips.record.content import tip_key
from huiyin.tips.record.models import Subject, SubjectKind, Tip
from huiyin.tips.record.subjects import subject_texts
from huiyin.tips.reporting.receipt import update_passed_to
from huiyin.workflow.models import AssignmentRole

SHORTEST_UNIT = 4
"""Characters of a unit's name below which it is part of too many: 公安局. As the form has it (report/form/units.ts)."""


def screen(transition: LeadTransition, body: inputs.Screening) -> None:
    """Screening (甄别): nature, sector, and whether what was told suffices; the reporter is told nothing yet.

    Own rule of the office; the clock's basis stands with the rule `register` (docs/domain.md, section 3).
    Raises Invalid for a sector that the taxonomy does not have.
    """
    require_terms(transition.session, sector=("sector", body.sector))
    lead = transition.lead
    lead.nature, lead.sector, lead.complete = body.nature, body.sector, body.complete
    lead.complex = lead.complex or body.complex
    transition.facts |= {"nature": body.nature, "sector": body.sector, "complete": body.complete}


def mark_complex(transition: LeadTransition, _: inputs.Recall) -> None:
    """Screening may take the longer term, counted from the same moment as the ordinary one, pauses included."""
    lead = transition.lead
    resume_clock(transition.session, lead, transition.now)
    running = (Clock.matter_id == lead.id, Clock.stopped_at.is_(None))
    clock_id, started_at = transition.session.execute(select(Clock.id, Clock.started_at).where(*running)).one()
    transition.counted_from = started_at + waited(transition.session, clock_id)
    lead.complex = True


def transfer_out(transition: LeadTransition, body: inputs.TransferOut) -> None:
    """Transfer to the competent body (移送告知): the reporter is told which body, and the coded reason.

    Own rule: handed over within 24 hours (rule `hand_over`).
    """
    transition.facts["reason_code"] = body.reason_code
    update_passed_to(transition.session, transition.lead.id, body.body)
    transition.stage["stage_reason"] = body.reason_code


def decline(transition: LeadTransition, body: inputs.Decline) -> None:
    """Declining (不予受理): a coded reason, which the reporter is told; a second officer has confirmed it by now.

    The term in which the reporter is told is rule `tell_reporter` (after 信访工作条例, 2022).
    """
    transition.facts["reason_code"] = body.reason_code
    transition.stage["stage_reason"] = body.reason_code


def goes_where_named_work(transition: LeadTransition, body: inputs.Dispatch) -> bool:
    """Whether a person who is named works at an agency to which the lead shall go (被举报人所在单位)."""
    return named_work_at(transition, [body.agency_id, *body.assisting_agency_ids])


def named_work_at(transition: LeadTransition, asked: list[UUID]) -> bool:
    """Whether a person whom the lead's tips name works at one of the agencies.

    Own rule (回避; docs/domain.md, section 3): exact or close names, as the form proposes to its reporter. What cannot
    be read (a sealed tip, a destroyed one) names nobody here.
    """
    session = transition.session
    names = [bare(name) for name in session.execute(select(Agency.name).where(Agency.id.in_(asked))).scalars()]
    rows = session.execute(
        select(Subject, Tip.wrapped_key)
        .join(Tip, Tip.id == Subject.tip_id)
        .where(Tip.lead_id == transition.lead.id, Subject.kind == SubjectKind.person)
    )
    units = [(subject_texts(tip_key(subject.tip_id, wrapped), subject) or {}).get("unit") for subject, wrapped in rows]
    return any(works_at(bare(unit), name) for unit in units if unit for name in names)


def works_at(unit: str, agency: str) -> bool:
    """Whether a unit is an agency, a part of it (某市公安局某分局), or may be meant by it; both names `bare`."""
    return len(unit) >= SHORTEST_UNIT and (agency in unit or unit in agency)


def dispatch(transition: LeadTransition, body: inputs.Dispatch) -> None:
    """Dispatch (交办): an agency in charge, those that assist, and by when; its head then answers for the lead.

    Nobody who is excluded gets it (回避; docs/domain.md, section 3): the refusal proposes who may.
    Raises Invalid: no such agency, one named twice, a date that has passed. Raises Excluded.
    """
    session, lead = transition.session, transition.lead
    asked = {body.agency_id: "/agency_id"} | {
        id_: f"/assisting_agency_ids/{index}" for index, id_ in enumerate(body.assisting_agency_ids)
    }
    known = set(session.execute(select(Agency.id).where(Agency.id.in_(asked))).scalars())
    if missing := [id_ for id_ in asked if id_ not in known]:
        raise Invalid(
            *(field_error(asked[id_], "unknown_agency", "There is no agency with this id") for id_ in missing)
        )
    if body.agency_id in body.assisting_agency_ids:
        raise Invalid(field_error("/assisting_agency_ids", "twice", "The agency in charge cannot also assist"))
    if body.due_at is not None and body.due_at <= transition.now:
        raise Invalid(field_error("/due_at", "past", "Choose a date in the future"))
    for id_, pointer in asked.items():
        refuse_excluded(session, lead, [id_], pointer)
    lead.handler_agency_id = body.agency_id
    lead.assisting_agency_ids = list(dict.fromkeys(body.assisting_agency_ids))
    lead.verifier_ids, lead.verifier_agency_ids, lead.verification_began_at = [], [], None
    lead.conclude_by = body.due_at
    lead.visible_to = visible_for(lead)
    transition.held_by_head(body.agency_id, AssignmentRole.chief)
    transition.facts |= {"agency": str(body.agency_id), "assisting": [str(id_) for id_ in body.assisting_agency_ids]}
    if body.due_at is not None:
        transition.facts["due_at"] = body.due_at.isoformat()


def recall(transition: LeadTransition, _: inputs.Recall) -> None:
    """The office takes the lead back from the agency in charge, which then no longer sees it."""
    transition.facts["agency"] = str(transition.lead.handler_agency_id)
    take_from_handler(transition)
    transition.stage["handled_by"] = None


def reopen(transition: LeadTransition, body: inputs.Reopening) -> None:
    """Reopening (重启): what was found and decided no longer counts, no term of expiry runs, and dispatch begins anew.

    Raises Conflict where a reporter's objection is the reason and none waits.
    """
    lead = transition.lead
    lead.closed_at = lead.fed_back_at = lead.finding = lead.outcome = lead.skip_reason = None
    lead.document_numbers = []
    forget_expiry(lead)
    transition.facts["reason_code"] = body.reason_code
    if body.reason_code is inputs.ReopenReason.reporter_objection:
        decide_objections(transition, upheld=True)
    take_from_handler(transition)
    transition.stage |= {"handled_by": None, "stage_reason": None}


def decide_objections(transition: LeadTransition, *, upheld: bool) -> None:
    """Decide on what the reporters of a lead objected. Raises Conflict when nobody did."""
    waiting = (Tip.lead_id == transition.lead.id, Tip.objected_at.is_not(None), Tip.objection_decided_at.is_(None))
    decided = transition.session.execute(
        update(Tip)
        .where(*waiting)
        .values(objection_decided_at=transition.now, objection_upheld=upheld)
        .returning(Tip.id)
    ).all()
    if not decided:
        raise Conflict("No reporter's objection waits for a decision on this lead")
