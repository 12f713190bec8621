"""Carrying a verb out: the one function through which a lead moves. What each verb is stands in `moves.py`.

State is never patched.
"""

from datetime import UTC, datetime
from uuid import UUID

from pydantic import BaseModel
from sqlalchemy import delete, select, text, update
from sqlalchemy.orm import Session

from huiyin.access.actors import Actor
from huiyin.access.models import Agency, Region
from huiyin.access.permissions import Permission as P
from huiyin.clocks.models import ClockRuleCode as C
from huiyin.clocks.running import all_versions, start_clock, stop_clock
from huiyin.kit.crypto.vault import open_or_none, seal_json
from huiyin.kit.database.sessions import set_scope
from huiyin.kit.database.tables import insert_into
from huiyin.kit.web.errors import Conflict, Forbidden, NotFound, Stale, WrongState
from huiyin.leads.lifecycle import inputs
from huiyin.leads.lifecycle.moves import KEEP, MOVES, REPORTER_STAGES
from huiyin.leads.lifecycle.rules import Blocked, Circumstances, Rule
from huiyin.leads.lifecycle.turn import Turn
from huiyin.leads.record.models import OPEN_STATES, Assignment, AssignmentRole, Lead, MoveInput, PendingMove, State
from huiyin.leads.record.texts import input_place, lead_key, pending_place
from huiyin.tips.reporting.receipt import tell, tell_due
from huiyin.trail.events import Step, verb_event
from huiyin.trail.recorder import record


def move(session: Session, lead_id: UUID, verb: str, version: int, actor: Actor, given: BaseModel) -> None:
    """Carry a verb out, or, where a second officer must agree, ask for it.

    Raises:
        NotFound: unknown, or not for the actor to see.
        Stale: somebody changed the lead since `version`.
        WrongState: naming the verbs that are allowed.
        Forbidden: a rule binds the verb to somebody else.
        Invalid, Excluded: what was given cannot be.
    """
    step = MOVES[verb]
    turn = begin(session, lead_id, version, actor)
    lead = turn.lead
    _refuse_wrong_state(turn, verb)
    _refuse_blocked(turn, verb, step.rules, step.permission)
    if step.second is None:
        carry_out(turn, verb, given)
        return
    step.check(turn, given)
    if session.get(PendingMove, lead.id) is not None:
        raise WrongState("This already waits for a second officer", state=lead.state, allowed_actions=[])
    content = seal_json(lead_key(lead), given.model_dump(mode="json"), pending_place(lead.id))
    lead.version += 1
    session.flush()
    session.execute(
        insert_into(PendingMove), {"lead_id": lead.id, "verb": verb, "asked_by": actor.id, "content": content}
    )
    record_act(turn, verb, given, step=Step.asked)


def confirm(session: Session, lead_id: UUID, verb: str, version: int, actor: Actor, given: inputs.Confirmation) -> None:
    """Agree to, or refuse, what another officer asked for. Raises as `move`."""
    step = MOVES[verb]
    turn = begin(session, lead_id, version, actor)
    lead = turn.lead
    pending = session.get(PendingMove, lead.id)
    if pending is None or pending.verb != verb:
        raise WrongState(f"Nobody has asked to {verb} this lead", state=lead.state, allowed_actions=allowed_now(turn))
    _refuse_blocked(turn, verb, step.second_rules, step.second or step.permission)
    if pending.asked_by == actor.id:
        raise Forbidden(
            "Another officer than the one who asked must confirm", permission=step.second, rule="own_request"
        )
    told = open_or_none(lead_key(lead), pending.content, pending_place(lead.id))
    if told is None:
        raise Conflict("What was asked for can no longer be opened; another verb takes it back")
    asked = step.takes.model_validate(told)
    turn.facts["asked_by"] = str(pending.asked_by)
    turn.confirming = True
    step.check(turn, asked)
    session.delete(pending)
    if given.agreed:
        carry_out(turn, verb, asked)
        return
    step.refused(turn, asked)
    lead.version += 1
    session.flush()
    record_act(turn, verb, given, step=Step.refused)


def begin(session: Session, lead_id: UUID, version: int | None, actor: Actor) -> Turn:
    """Lock the lead, if the actor may see it at this moment, and check that they saw its newest version."""
    lead = session.execute(select(Lead).where(Lead.id == lead_id).with_for_update()).scalar_one_or_none()
    if lead is None:
        raise NotFound
    # From here on this transaction may see the lead even if the verb takes it out of the actor's sight.
    set_scope(session, acting_on=str(lead.id))
    turn = Turn(session, lead, actor, datetime.now(UTC))
    if version is not None and lead.version != version:
        raise Stale(f"Lead {lead.number} changed meanwhile: it is at version {lead.version}", version=lead.version)
    return turn


def circumstances(session: Session, actor: Actor, now: datetime) -> Circumstances:
    """What the rules need to know besides lead and actor."""
    levels = session.execute(
        select(Agency.id, Region.level)
        .join(Region, Agency.region_code == Region.code)
        .where(Agency.id.in_(actor.agency_ids))
    )
    return Circumstances(now, all_versions(session, C.objection), dict(levels.all()))


def blocked_by(step_rules: tuple[Rule, ...], lead: Lead, actor: Actor, around: Circumstances) -> Blocked | None:
    """The first rule that keeps the actor from it, if any."""
    return next((blocked for rule in step_rules if (blocked := rule(lead, actor, around))), None)


def allowed_verbs(lead: Lead, actor: Actor, around: Circumstances) -> list[str]:
    """The verbs that this officer may use on this lead now; none that already waits for a second officer."""
    if lead.destroyed_at is not None:
        return []
    return [
        verb
        for verb, step in MOVES.items()
        if lead.state in step.sources
        and (step.second is None or lead.pending_verb is None)
        and actor.may(step.permission)
        and not blocked_by(step.rules, lead, actor.acting(step.permission), around)
    ]


def allowed_now(turn: Turn) -> list[str]:
    """As `allowed_verbs`, for the verb being carried out."""
    return allowed_verbs(turn.lead, turn.actor, circumstances(turn.session, turn.actor, turn.now))


def _refuse_wrong_state(turn: Turn, verb: str) -> None:
    lead = turn.lead
    if lead.destroyed_at is not None:
        raise WrongState("The lead has expired and was destroyed", state=lead.state, allowed_actions=[])
    if lead.state not in MOVES[verb].sources:
        raise WrongState(
            f"A lead that is {lead.state} cannot {verb.replace('_', ' ')}",
            state=lead.state,
            allowed_actions=allowed_now(turn),
        )


def _refuse_blocked(turn: Turn, verb: str, step_rules: tuple[Rule, ...], permission: P) -> None:
    around = circumstances(turn.session, turn.actor, turn.now)
    if blocked := blocked_by(step_rules, turn.lead, turn.actor.acting(permission), around):
        raise Forbidden(blocked.detail, permission=MOVES[verb].permission, rule=blocked.code)


def carry_out(turn: Turn, verb: str, given: BaseModel) -> None:
    """Change the lead, record the event, hand over the responsibility, start the clock, tell the reporter."""
    session, lead, step = turn.session, turn.lead, MOVES[verb]
    before = State(lead.state)
    step.effect(turn, given)
    if step.target is not None:
        lead.state, lead.state_since = step.target, turn.now
    lead.version += 1
    if turn.holder is not None:
        lead.held_by_agency_id, lead.held_by_officer_id = turn.holder[0], turn.holder[1]
    session.flush()
    _forget_pending(session, lead.id)
    record_act(turn, verb, given, before)
    hand_over(turn)
    clock = turn.clock or step.clock
    if clock is None:
        stop_clock(session, lead, turn.now)
    elif clock != KEEP:
        start_clock(session, lead, C(clock), turn.now, turn.no_later, turn.counted_from)
    session.flush()
    if step.target is not None:
        _tell_reporter(turn)
    elif State(lead.state) in OPEN_STATES:
        tell_due(session, lead.id, lead.clock_due_at, provisional=lead.clock_provisional)


def record_act(turn: Turn, verb: str, given: BaseModel, before: State | None = None, step: Step = Step.done) -> None:
    """The event, without text, and what the officer gave, encrypted beside it."""
    session, lead = turn.session, turn.lead
    event_id = session.execute(text("SELECT uuidv7()")).scalar_one()
    record(
        session,
        verb_event("lead", verb, step),
        lead.id,
        turn.actor.by,
        lead_id=lead.id,
        from_state=before or lead.state,
        to_state=lead.state,
        event_id=event_id,
        **turn.facts,
    )
    content = seal_json(lead_key(lead), given.model_dump(mode="json"), input_place(event_id))
    session.execute(insert_into(MoveInput), {"event_id": event_id, "lead_id": lead.id, "content": content})


def hand_over(turn: Turn) -> None:
    """End the assignment of who answered until now and begin the next, without gap or overlap."""
    session, lead = turn.session, turn.lead
    is_open = State(lead.state) in OPEN_STATES
    if turn.holder is None and is_open:
        return
    answers_from(session, lead, turn.holder if is_open else None, turn.now)


def answers_from(session: Session, lead: Lead, holder: tuple[UUID, UUID, AssignmentRole] | None, now: datetime) -> None:
    """Who answered until now does so no longer, and the holder does; None: nobody, the lead is no longer open."""
    running = (Assignment.lead_id == lead.id, Assignment.to_at.is_(None))
    session.execute(update(Assignment).where(*running).values(to_at=now))
    if holder is not None:
        agency_id, officer_id, role = holder
        session.execute(
            insert_into(Assignment),
            {"lead_id": lead.id, "agency_id": agency_id, "officer_id": officer_id, "role": role, "from_at": now},
        )


def _tell_reporter(turn: Turn) -> None:
    lead, changes = turn.lead, dict(turn.stage)
    if changes.pop("silent", False):
        return
    target: Lead | None = changes.pop("follow", None)
    told = target or lead
    only: list[UUID] | None = changes.pop("tips", None)
    if target is not None and target.state in REPORTER_STAGES and target.handler_agency_id is not None:
        kind = select(Agency.kind).where(Agency.id == target.handler_agency_id).scalar_subquery()
        changes["handled_by"] = kind
    stage = changes.pop("stage", REPORTER_STAGES[State(told.state)])
    tell(
        turn.session,
        told.id,
        stage,
        now=turn.now,
        only=only,
        due_at=told.clock_due_at if State(told.state) in OPEN_STATES else None,
        provisional=told.clock_provisional,
        **changes,
    )


def _forget_pending(session: Session, lead_id: UUID) -> None:
    """A move that goes through takes back what waited for a second officer."""
    session.execute(delete(PendingMove).where(PendingMove.lead_id == lead_id))
