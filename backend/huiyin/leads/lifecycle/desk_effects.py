"""What the verbs of the receiving office change beyond the state: from screening to dispatch, and reopening."""

from sqlalchemy import select, update

from huiyin.access.models import Agency
from huiyin.access.register.registers import require_terms
from huiyin.clocks.models import Clock
from huiyin.clocks.running import resume_clock, waited
from huiyin.kit.web.errors import Conflict, Invalid, field_error
from huiyin.leads.lifecycle import inputs
from huiyin.leads.lifecycle.turn import Turn, refuse_excluded, take_from_handler, visible_for
from huiyin.leads.record.models import AssignmentRole
from huiyin.leads.retention.terms import forget_expiry
from huiyin.tips.record.models import Tip
from huiyin.tips.reporting.receipt import tell_passed_to


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


def transfer_out(turn: Turn, given: inputs.TransferOut) -> None:
    turn.facts["reason_code"] = given.reason_code
    tell_passed_to(turn.session, turn.lead.id, given.body)
    turn.stage["stage_reason"] = given.reason_code


def decline(turn: Turn, given: inputs.Decline) -> None:
    turn.facts["reason_code"] = given.reason_code
    turn.stage["stage_reason"] = given.reason_code


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
    lead.visible_to = visible_for(lead)
    turn.held_by_head(given.agency_id, AssignmentRole.chief)
    turn.facts |= {"agency": str(given.agency_id), "assisting": [str(id_) for id_ in given.assisting_agency_ids]}
    if given.due_at is not None:
        turn.facts["due_at"] = given.due_at.isoformat()


def recall(turn: Turn, _: inputs.Recall) -> None:
    """The office takes the lead back from the agency in charge, which then no longer sees it."""
    turn.facts["agency"] = str(turn.lead.handler_agency_id)
    take_from_handler(turn)
    turn.stage["handled_by"] = None


def reopen(turn: Turn, given: inputs.Reopening) -> None:
    lead = turn.lead
    lead.closed_at = lead.fed_back_at = lead.finding = lead.outcome = lead.skip_reason = None
    lead.document_numbers = []
    forget_expiry(lead)
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
