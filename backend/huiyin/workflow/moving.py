"""Carrying a verb out: the one way in which a matter of any kind moves. State is never patched."""

from datetime import UTC, datetime
from typing import Any, TypeVar
from uuid import UUID

from pydantic import BaseModel
from sqlalchemy import delete, select, text, update
from sqlalchemy.orm import Session

from huiyin.access.actors import Actor
from huiyin.access.permissions import Permission
from huiyin.clocks.running import pause_clock, resume_clock, start_clock, stop_clock
from huiyin.kit.crypto.vault import decrypt_or_none, encrypt_json
from huiyin.kit.database.sessions import set_scope
from huiyin.kit.database.tables import insert_into
from huiyin.kit.web.errors import Conflict, Forbidden, NotFound, Stale, WrongState
from huiyin.trail.events import Step, verb_event
from huiyin.trail.recorder import record
from huiyin.workflow.inputs import Confirmation
from huiyin.workflow.machine import Blocked, Clocked, Machine, Matter, Rule, Transition
from huiyin.workflow.models import Assignment, MoveInput, PendingMove

M = TypeVar("M", bound=Matter)


def input_aad(event_id: UUID) -> str:
    """What binds a body to its event (the associated data of its encryption)."""
    return f"move_inputs/{event_id}/content"


def pending_aad(matter_id: UUID) -> str:
    """What binds a waiting body to its matter."""
    return f"pending_moves/{matter_id}/content"


def move(
    machine: Machine[M],
    session: Session,
    matter_id: UUID,
    verb: str,
    version: int,
    actor: Actor,
    body: BaseModel,
    *,
    at_once: bool = False,
) -> None:
    """Carry a verb out, or, where a second officer must agree, ask for it.

    Args:
        at_once: with many others; what needs a second officer is asked for on its own page, where its reason stands.

    Raises:
        NotFound: unknown, or not for the actor to see.
        Stale: somebody changed the matter since `version`.
        WrongState: naming the verbs that are allowed.
        Forbidden: a rule binds the verb to somebody else.
        Invalid, Conflict, Excluded: what was given cannot be.
    """
    row = machine.moves[verb]
    transition = begin(machine, session, matter_id, version, actor)
    matter = transition.row
    _refuse_wrong_state(transition, verb)
    _refuse_blocked(transition, verb, row.rules, row.permission)
    if row.second is None or not row.second.needed(transition, body):
        carry_out(transition, verb, body)
        return
    if at_once:
        raise Conflict("This needs a second officer: open it, see why, and ask for it there")
    row.second.check(transition, body)
    if session.get(PendingMove, matter.id) is not None:
        raise WrongState("This already waits for a second officer", state=matter.state, allowed_actions=[])
    if machine.key_of is None:
        raise TypeError(f"{machine.kind}:{verb} waits for a second officer, and bodies of its kind are not kept")
    content = encrypt_json(machine.key_of(matter), body.model_dump(mode="json"), pending_aad(matter.id))
    matter.version += 1
    session.flush()
    session.execute(
        insert_into(PendingMove), {"matter_id": matter.id, "verb": verb, "asked_by": actor.id, "content": content}
    )
    record_verb(transition, verb, body, step=Step.asked)


def confirm(
    machine: Machine[M], session: Session, matter_id: UUID, verb: str, version: int, actor: Actor, body: Confirmation
) -> None:
    """Agree to, or refuse, what another officer asked for. Raises as `move`."""
    row = machine.moves[verb]
    if row.second is None:
        raise NotFound
    transition = begin(machine, session, matter_id, version, actor)
    matter = transition.row
    pending = session.get(PendingMove, matter.id)
    if pending is None or pending.verb != verb:
        raise WrongState(
            f"Nobody has asked to {machine.named(verb)} this {machine.kind}",
            state=matter.state,
            allowed_actions=allowed_now(transition),
        )
    _refuse_blocked(transition, verb, row.second.rules, row.second.permission)
    if pending.asked_by == actor.id:
        raise Forbidden(
            "Another officer than the one who asked must confirm", permission=row.second.permission, rule="own_request"
        )
    told = decrypt_or_none(machine.readable_key(matter), pending.content, pending_aad(matter.id))
    if told is None:
        raise Conflict("What was asked for can no longer be opened; another verb takes it back")
    asked = row.takes.model_validate(told)
    if row.second.names is not None and (blocked := row.second.names(matter, actor, asked)):
        raise Forbidden(blocked.detail, permission=row.second.permission, rule=blocked.code)
    transition.facts["asked_by"] = str(pending.asked_by)
    transition.agreed_note = body.note
    transition.confirming = True
    row.second.check(transition, asked)
    session.delete(pending)
    if body.agreed:
        carry_out(transition, verb, asked)
        return
    row.second.refused(transition, asked)
    matter.version += 1
    session.flush()
    record_verb(transition, verb, body, step=Step.refused)


def begin(machine: Machine[M], session: Session, matter_id: UUID, version: int | None, actor: Actor) -> Transition[M]:
    """Lock the matter, if the actor may see it at this moment, and check that they saw its newest version."""
    statement = select(machine.table).where(machine.table.id == matter_id).with_for_update()
    row = session.execute(statement.execution_options(populate_existing=True)).scalar_one_or_none()
    if row is None:
        raise NotFound
    # From here on this transaction may see the matter even if the verb takes it out of the actor's sight.
    set_scope(session, acting_on=str(row.id))
    if version is not None and row.version != version:
        label = f"{machine.kind.capitalize()} {machine.label(row)}"
        raise Stale(f"{label} changed meanwhile: it is at version {row.version}", version=row.version)
    return machine.transition(machine=machine, session=session, row=row, actor=actor, now=datetime.now(UTC))


def blocked_by(rules: tuple[Rule, ...], row: Matter, actor: Actor, around: Any) -> Blocked | None:
    """The first rule that keeps the actor from it, if any."""
    return next((blocked for rule in rules if (blocked := rule(row, actor, around))), None)


def allowed(machine: Machine[M], row: M, actor: Actor, around: Any) -> list[str]:
    """The verbs that this officer may use on this matter now; none that already waits for a second officer."""
    if machine.frozen(row) is not None:
        return []
    acting: dict[Permission, Actor | None] = {}
    found = []
    for verb, move_ in machine.moves.items():
        if row.state not in move_.sources or (move_.second is not None and row.pending_verb is not None):
            continue
        if move_.permission not in acting:
            held = actor.may(move_.permission)
            acting[move_.permission] = actor.acting(move_.permission) if held else None
        officer = acting[move_.permission]
        if officer is not None and not blocked_by(move_.rules, row, officer, around):
            found.append(verb)
    return found


def allowed_now(transition: Transition[Any]) -> list[str]:
    """As `allowed`, for the verb being carried out."""
    machine, actor = transition.machine, transition.actor
    return allowed(machine, transition.row, actor, machine.around(transition.session, actor, transition.now))


def _refuse_wrong_state(transition: Transition[Any], verb: str) -> None:
    machine, row = transition.machine, transition.row
    if frozen := machine.frozen(row):
        raise WrongState(frozen.detail, state=row.state, allowed_actions=[])
    if row.state not in machine.moves[verb].sources:
        raise WrongState(
            f"A {machine.kind} that is {row.state} cannot {machine.named(verb)}",
            state=row.state,
            allowed_actions=allowed_now(transition),
        )


def _refuse_blocked(transition: Transition[Any], verb: str, rules: tuple[Rule, ...], permission: Permission) -> None:
    machine, row = transition.machine, transition.row
    around = machine.around(transition.session, transition.actor, transition.now)
    blocked = blocked_by(rules, row, transition.actor.acting(permission), around)
    if blocked is None:
        return
    if blocked.by_state:
        raise WrongState(blocked.detail, state=row.state, allowed_actions=allowed_now(transition), rule=blocked.code)
    raise Forbidden(blocked.detail, permission=permission, rule=blocked.code)


def carry_out(transition: Transition[Any], verb: str, body: BaseModel) -> None:
    """Change the matter, record the event, hand over the responsibility, start the clock, and what follows."""
    machine, session, row = transition.machine, transition.session, transition.row
    row_of_table = machine.moves[verb]
    before = row.state
    row_of_table.effect(transition, body)
    if row_of_table.target is not None:
        row.state, row.state_since = row_of_table.target, transition.now
        row.is_open = row_of_table.target in machine.open_states
    if not row_of_table.silent:
        row.version += 1
    if transition.holder is not None:
        row.held_by_agency_id, row.held_by_officer_id = transition.holder[0], transition.holder[1]
    session.flush()
    if row_of_table.target is not None or row_of_table.second is not None:
        # A verb that moves the matter takes back what waited for a second officer.
        session.execute(delete(PendingMove).where(PendingMove.matter_id == row.id))
    transition.facts |= {key: getattr(body, key) for key in row_of_table.said_by_clock}
    if not row_of_table.silent:
        record_verb(transition, verb, body, before)
    hand_over(transition)
    _set_clock(transition, row_of_table.clock, body)
    session.flush()
    for follows in machine.after:
        follows(transition, verb)
    for follow_up in transition.then:
        follow_up()


def _set_clock(transition: Transition[Any], clock: str | Clocked, body: BaseModel) -> None:
    session, row, now = transition.session, transition.row, transition.now
    clock = transition.clock or clock
    if clock is Clocked.stop:
        stop_clock(session, row, now)
    elif clock is Clocked.pause:
        pause_clock(session, row, now, getattr(body, "reason_code"))  # noqa: B009 - every pausing verb takes one
    elif clock is Clocked.resume:
        resume_clock(session, row, now)
    elif not isinstance(clock, Clocked):
        start_clock(session, row, clock, now, transition.no_later, transition.counted_from)


def record_verb(
    transition: Transition[Any], verb: str, body: BaseModel, before: str | None = None, step: Step = Step.done
) -> None:
    """The event, without text, and what the officer gave, encrypted beside it."""
    machine, session, row = transition.machine, transition.session, transition.row
    event_id = session.execute(text("SELECT uuidv7()")).scalar_one()
    record(
        session,
        verb_event(machine.kind, verb, step),
        row.id,
        transition.actor.by,
        matter_id=row.id,
        from_state=before or row.state,
        to_state=row.state,
        event_id=event_id,
        **transition.facts,
    )
    if machine.key_of is None:
        return
    told = body.model_dump(mode="json")
    if step is Step.done and transition.agreed_note is not None:
        told |= {"agreed_note": transition.agreed_note}
    content = encrypt_json(machine.key_of(row), told, input_aad(event_id))
    session.execute(insert_into(MoveInput), {"event_id": event_id, "matter_id": row.id, "content": content})


def hand_over(transition: Transition[Any]) -> None:
    """End the assignment of who answered until now and begin the next, without gap or overlap."""
    row = transition.row
    if transition.holder is None and row.is_open:
        return
    answers_from(transition.session, row, transition.holder if row.is_open else None, transition.now)


def answers_from(session: Session, row: Matter, holder: tuple[UUID, UUID, str] | None, now: datetime) -> None:
    """Who answered until now does so no longer, and the holder does; None: nobody, the matter is no longer open."""
    running = (Assignment.matter_id == row.id, Assignment.to_at.is_(None))
    session.execute(update(Assignment).where(*running).values(to_at=now))
    if holder is not None:
        agency_id, officer_id, role = holder
        session.execute(
            insert_into(Assignment),
            {"matter_id": row.id, "agency_id": agency_id, "officer_id": officer_id, "role": role, "from_at": now},
        )
