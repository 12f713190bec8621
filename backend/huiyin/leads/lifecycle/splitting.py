"""Taking a lead apart: some of its tips into a lead of their own, or its umbrella part into a sealed branch."""

from typing import Any
from uuid import UUID

from sqlalchemy import select, text, update
from sqlalchemy.orm import Session

from huiyin.access.actors import Actor
from huiyin.access.models import Agency, AgencyKind
from huiyin.access.permissions import Permission
from huiyin.clocks.models import Clock, ClockRuleCode
from huiyin.clocks.running import start_row, term
from huiyin.kit.crypto.vault import SUITE, seal_json
from huiyin.kit.database.sessions import set_scope
from huiyin.kit.database.tables import insert_into
from huiyin.kit.web.errors import Forbidden, Invalid, WrongState, field_error
from huiyin.leads.intake.intake import lead_number
from huiyin.leads.lifecycle import inputs
from huiyin.leads.lifecycle.lifecycle import begin, record_act
from huiyin.leads.lifecycle.merging import take_over_exclusions
from huiyin.leads.lifecycle.turn import Turn, refuse_excluded
from huiyin.leads.record.exclusion import answerable
from huiyin.leads.record.models import OPEN_STATES, Assignment, AssignmentRole, Lead, Nature, State
from huiyin.leads.record.texts import allegation_place, new_lead_key
from huiyin.tips.record.models import ReporterStage, Tip
from huiyin.tips.reporting.receipt import tell
from huiyin.trail.recorder import record

_NEW = text("SELECT uuidv7(), nextval('lead_numbers')")


def split(session: Session, lead_id: UUID, version: int, actor: Actor, given: inputs.Splitting) -> UUID:
    """Put some tips of a lead into a new one, to be screened anew; receipts follow. Returns the new lead's id.

    Raises:
        NotFound, Stale, WrongState: as for a verb.
        Forbidden: not at the office that received the lead.
        Invalid: a tip is not one of this lead's, or none would be left.
    """
    turn = begin(session, lead_id, version, actor)
    lead = turn.lead
    _refuse(turn, Permission.leads_attach)
    tips = set(session.execute(select(Tip.id).where(Tip.lead_id == lead.id)).scalars())
    errors = [
        field_error(f"/tip_ids/{index}", "unknown_tip", "This lead has no such tip")
        for index, id_ in enumerate(given.tip_ids)
        if id_ not in tips
    ]
    if not errors and tips == set(given.tip_ids):
        errors = [field_error("/tip_ids", "none_left", "Leave at least one tip with this lead")]
    if errors:
        raise Invalid(*errors)
    moved = list(dict.fromkeys(given.tip_ids))
    new = _open(turn, State.received, lead.desk_agencies, lead.desk_agencies[-1], ClockRuleCode.screen, len(moved))
    session.execute(update(Tip).where(Tip.id.in_(moved)).values(lead_id=new.id))
    lead.tip_count -= len(moved)
    _record_both(turn, new, "split", given)
    tell(
        session,
        new.id,
        ReporterStage.received,
        now=turn.now,
        only=moved,
        due_at=new.clock_due_at,
        provisional=new.clock_provisional,
        handled_by=None,
    )
    return new.id


def branch_off(session: Session, lead_id: UUID, version: int, actor: Actor, given: inputs.Branch) -> UUID:
    """Split the umbrella part off into a branch that only the discipline agency and those above it see.

    The branch has no tips: what it is about is told anew, for the discipline agency alone. Returns its id.

    Raises:
        NotFound, Stale, WrongState, Forbidden: as `split`.
        Invalid: not a discipline agency.
        Excluded: that agency must not see the lead; superiors are proposed.
    """
    turn = begin(session, lead_id, version, actor)
    lead = turn.lead
    _refuse(turn, Permission.leads_dispatch)
    agency = session.get(Agency, given.agency_id)
    if agency is None or agency.kind != AgencyKind.discipline:
        raise Invalid(field_error("/agency_id", "not_discipline", "The umbrella part goes to a discipline agency"))
    refuse_excluded(session, lead, [agency.id], "/agency_id")
    line = select(Agency.id).where(Agency.id.in_(agency.path), Agency.kind == AgencyKind.discipline)
    offices = [id_ for id_ in agency.path if id_ in set(session.execute(line).scalars())]
    new = _open(turn, State.dispatched, offices, agency.id, ClockRuleCode.sign, 0, given.allegation)
    # What is told to the discipline agency stands in the branch alone; the lead's own record has no word of it.
    _record_both(turn, new, "branch", inputs.Note())
    return new.id


def _refuse(turn: Turn, permission: Permission) -> None:
    if not turn.actor.may_at(permission, turn.lead.desk_agencies):
        raise Forbidden("Only the office that received the lead, or one above it, does this", rule="not_at_desk")
    if State(turn.lead.state) not in OPEN_STATES:
        raise WrongState("Only an open lead is split", state=turn.lead.state, allowed_actions=[])


def _open(
    turn: Turn,
    state: State,
    offices: list[UUID],
    agency_id: UUID,
    clock: ClockRuleCode,
    tip_count: int,
    allegation: str | None = None,
) -> Lead:
    """A new lead beside the one at hand, answered for from the start, hidden from whom that one is hidden."""
    session, lead = turn.session, turn.lead
    id_, number = session.execute(_NEW).one()
    key = new_lead_key(id_)
    role = AssignmentRole.desk if state is State.received else AssignmentRole.chief
    agency, officer, _ = answerable(session, lead, agency_id, role)
    rule = term(session, clock, turn.now)
    ends = rule.due(turn.now)
    fields: dict[str, Any] = {
        "id": id_,
        "number": lead_number(number, turn.now),
        "state": state,
        "state_since": turn.now,
        "conduct": lead.conduct,
        "sector": lead.sector,
        "region_code": lead.region_code,
        "region_path": lead.region_path,
        "received_at": turn.now,
        "tip_count": tip_count,
        "visible_to": list(dict.fromkeys([*offices, agency])),
        "desk_agencies": offices,
        "held_by_agency_id": agency,
        "held_by_officer_id": officer,
        "clock_rule": clock,
        "clock_due_at": ends.at,
        "clock_provisional": ends.provisional,
        "wrapped_key": key.wrapped,
        "kek_version": key.kek_version,
        "suite": SUITE,
    }
    if allegation is not None:
        fields |= {
            "nature": Nature.umbrella,
            "branch_of_id": lead.id,
            "handler_agency_id": agency,
            "allegation": seal_json(key.plain, allegation, allegation_place(id_)),
        }
    # From here on this transaction acts on the new lead, which its officer may not be allowed to see.
    set_scope(session, acting_on=str(id_))
    session.execute(insert_into(Lead), fields)
    session.execute(
        insert_into(Assignment),
        {"lead_id": id_, "agency_id": agency, "officer_id": officer, "role": role, "from_at": turn.now},
    )
    session.execute(insert_into(Clock), start_row(id_, rule, ends, agency, officer, turn.now))
    new = session.execute(select(Lead).where(Lead.id == id_)).scalar_one()
    take_over_exclusions(session, lead, new)
    session.flush()
    return new


def _record_both(turn: Turn, new: Lead, verb: str, given: inputs.Splitting | inputs.Note) -> None:
    lead = turn.lead
    lead.version += 1
    turn.session.flush()
    if verb == "split":
        turn.facts = {"number": new.number, "lead": str(new.id)}
    record_act(turn, verb, given)
    record(
        turn.session,
        f"lead:{verb}_off",
        new.id,
        turn.actor.by,
        lead_id=new.id,
        to_state=new.state,
        number=lead.number,
    )
