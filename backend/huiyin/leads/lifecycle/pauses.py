"""Pausing and resuming a lead's clock: with a coded reason, in the trail, and visible to everyone who sees the lead."""

from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from huiyin.access.actors import Actor
from huiyin.access.permissions import Permission
from huiyin.clocks.models import Clock, ClockPause
from huiyin.clocks.running import resume_clock
from huiyin.kit.database.tables import insert_into
from huiyin.kit.web.errors import Forbidden, WrongState
from huiyin.leads.lifecycle import inputs
from huiyin.leads.lifecycle.lifecycle import begin, record_act
from huiyin.leads.lifecycle.turn import Turn
from huiyin.tips.reporting.receipt import tell_due


def pause(session: Session, lead_id: UUID, version: int, actor: Actor, given: inputs.Pause) -> None:
    """Stop counting, for example while the reporter is asked.

    Raises:
        NotFound, Stale: as for a verb.
        Forbidden: the lead is not held by the actor's agency, nor is it the receiving office.
        WrongState: no clock runs, or it waits already.
    """
    turn = begin(session, lead_id, version, actor)
    _refuse_others(turn)
    lead = turn.lead
    if lead.clock_rule is None or lead.clock_paused_at is not None:
        raise WrongState("No clock runs that could be paused", state=lead.state, allowed_actions=[])
    clock_id = session.execute(
        select(Clock.id).where(Clock.lead_id == lead.id, Clock.stopped_at.is_(None))
    ).scalar_one()
    session.execute(update(Clock).where(Clock.id == clock_id).values(paused_at=turn.now))
    session.execute(
        insert_into(ClockPause),
        {"clock_id": clock_id, "lead_id": lead.id, "reason_code": given.reason_code, "from_at": turn.now},
    )
    lead.clock_paused_at = turn.now
    lead.version += 1
    turn.facts["reason_code"] = given.reason_code
    session.flush()
    record_act(turn, "pause", given)


def resume(session: Session, lead_id: UUID, version: int, actor: Actor, given: inputs.Note) -> None:
    """Go on counting; the clock's end moves by as long as it waited. Raises as `pause`."""
    turn = begin(session, lead_id, version, actor)
    _refuse_others(turn)
    lead = turn.lead
    if lead.clock_paused_at is None:
        raise WrongState("The clock is not paused", state=lead.state, allowed_actions=[])
    resume_clock(session, lead, turn.now)
    lead.version += 1
    session.flush()
    tell_due(session, lead.id, lead.clock_due_at, provisional=lead.clock_provisional)
    record_act(turn, "resume", given)


def _refuse_others(turn: Turn) -> None:
    lead = turn.lead
    if not turn.actor.may_at(Permission.leads_pause, [*lead.desk_agencies, lead.held_by_agency_id]):
        raise Forbidden("Only the agency that answers for the lead now, or the receiving office, does this")
