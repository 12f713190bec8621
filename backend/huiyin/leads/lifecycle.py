"""The workflow: one table of verbs, and the one function that carries a verb out.

`MOVES` is domain.md section 3 as data. `allowed_actions` in answers, the routes, the documentation's diagram and the
exhaustive test all derive from it. State is never patched.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel
from sqlalchemy import select, text, update
from sqlalchemy.orm import Session

from huiyin.access.actors import Actor
from huiyin.access.models import Agency, Region
from huiyin.access.permissions import Permission as P
from huiyin.kit.database import set_scope
from huiyin.kit.errors import Conflict, Forbidden, NotFound, Stale, WrongState
from huiyin.kit.tables import insert_into
from huiyin.kit.vault import seal_json
from huiyin.leads import effects, inputs, rules
from huiyin.leads.clocks import all_versions, start_clock, stop_clock
from huiyin.leads.effects import Turn
from huiyin.leads.models import OPEN_STATES, Assignment, AssignmentRole, Lead, MoveInput, PendingMove, State
from huiyin.leads.models import ClockRuleCode as C
from huiyin.leads.rules import Blocked, Circumstances, Rule
from huiyin.leads.texts import input_place, lead_key, open_text, pending_place
from huiyin.tips.models import ReporterStage
from huiyin.tips.receipt import tell, tell_due
from huiyin.trail.recorder import record

S = State


@dataclass(frozen=True)
class Move:
    """One verb.

    Attributes:
        sources: states it starts from.
        target: state it leads to; None stays.
        permission: what the officer must hold.
        takes: what must be given.
        effect: what it changes beyond the state.
        clock: the clock that starts; None stops what runs, "keep" lets it run.
        rules: what binds it to the person.
        bulk: whether one input may go to many leads in one request (ADR 0020).
        second: the permission of the second officer who must confirm it; None: takes effect at once.
        second_rules: what binds the confirmation to the person.
        check: what must hold when it is asked for and when it is confirmed, beyond the rules.
        refused: what the second officer's refusal changes.
    """

    sources: frozenset[State]
    target: State | None
    permission: P
    takes: type[BaseModel]
    effect: Callable[[Turn, Any], None] = effects.nothing
    clock: C | str | None = None
    rules: tuple[Rule, ...] = ()
    bulk: bool = False
    second: P | None = None
    second_rules: tuple[Rule, ...] = ()
    check: Callable[[Turn, Any], None] = effects.nothing
    refused: Callable[[Turn, Any], None] = effects.nothing


KEEP = "keep"


def _from(*states: State) -> frozenset[State]:
    return frozenset(states)


_desk, _handler = (rules.at_desk,), (rules.of_handler,)
_review = (rules.at_desk, rules.from_another_agency)

MOVES: dict[str, Move] = {
    "screen": Move(
        _from(S.received), S.screened, P.leads_screen, inputs.Screening, effects.screen, C.register, _desk, bulk=True
    ),
    # The seven days of a complex lead: they must begin before screening, which ends the clock (ADR 0023).
    "mark_complex": Move(
        _from(S.received),
        None,
        P.leads_screen,
        inputs.Recall,
        effects.mark_complex,
        C.screen_complex,
        (rules.at_desk, rules.in_ordinary_time),
    ),
    "attach": Move(
        _from(S.received, S.screened), S.merged, P.leads_attach, inputs.Attachment, effects.attach, None, _desk
    ),
    "transfer_out": Move(
        _from(S.received, S.screened),
        S.transferred,
        P.leads_transfer_out,
        inputs.TransferOut,
        effects.transfer_out,
        C.hand_over,
        _desk,
    ),
    "decline": Move(
        _from(S.received, S.screened),
        S.declined,
        P.leads_decline,
        inputs.Decline,
        effects.decline,
        C.tell_reporter,
        _desk,
        second=P.leads_decline,
        second_rules=_desk,
    ),
    # Ends the two clocks above: the matter was handed over, the reporter was told (ADR 0017).
    "notify": Move(
        _from(S.transferred, S.declined),
        None,
        P.leads_transfer_out,
        inputs.Notification,
        effects.nothing,
        None,
        _desk,
        bulk=True,
    ),
    "register": Move(
        _from(S.screened), S.registered, P.leads_register, inputs.Note, effects.nothing, C.dispatch, _desk, bulk=True
    ),
    "dispatch": Move(
        _from(S.registered),
        S.dispatched,
        P.leads_dispatch,
        inputs.Dispatch,
        effects.dispatch,
        C.sign,
        (rules.at_desk, rules.assessed_first),
        bulk=True,
    ),
    "sign": Move(_from(S.dispatched), S.signed, P.leads_sign, inputs.Note, effects.sign, C.assign, _handler, bulk=True),
    "object": Move(
        _from(S.dispatched),
        S.registered,
        P.leads_object,
        inputs.Objection,
        effects.object_,
        C.dispatch,
        (rules.of_handler, rules.in_time_to_object),
    ),
    "start_verification": Move(
        _from(S.signed),
        S.verifying,
        P.leads_start_verification,
        inputs.StartVerification,
        effects.start_verification,
        C.conclude,
        (rules.of_verifying_agencies,),
        # Both verifiers declare that they have no conflict: the one who starts, then the other one.
        second=P.leads_start_verification,
        second_rules=(rules.of_verifying_agencies,),
        check=effects.check_verifiers,
        refused=effects.withdraw_verifier,
    ),
    # Not in the domain's table, but needed where an agency or a verifier turns out to be excluded (ADR 0022).
    "recall": Move(
        _from(S.dispatched, S.signed, S.verifying, S.concluded, S.in_review),
        S.registered,
        P.leads_dispatch,
        inputs.Recall,
        effects.recall,
        C.dispatch,
        _desk,
    ),
    "change_verifiers": Move(
        _from(S.verifying, S.concluded, S.in_review),
        S.signed,
        P.leads_endorse,
        inputs.Recall,
        effects.change_verifiers,
        C.assign,
        (rules.of_handler, rules.never_verified_it),
    ),
    "extend": Move(
        _from(S.verifying),
        None,
        P.leads_extend,
        inputs.Extension,
        effects.extend,
        KEEP,
        _handler,
        second=P.leads_confirm_extend,
        second_rules=_review,
        check=effects.check_extension,
    ),
    "conclude": Move(
        _from(S.verifying),
        S.concluded,
        P.leads_conclude,
        inputs.ConclusionIn,
        effects.conclude,
        C.endorse,
        (rules.is_verifier,),
    ),
    "endorse": Move(
        _from(S.concluded),
        S.in_review,
        P.leads_endorse,
        inputs.Note,
        effects.endorse,
        C.review,
        (rules.of_handler, rules.never_verified_it),
        bulk=True,
    ),
    "send_back": Move(
        _from(S.concluded, S.in_review),
        S.verifying,
        P.leads_send_back,
        inputs.SendBack,
        effects.send_back,
        C.conclude_again,
        (rules.chief_or_reviewer,),
    ),
    "approve": Move(
        _from(S.in_review),
        S.approved,
        P.leads_approve,
        inputs.Approval,
        effects.approve,
        C.feedback,
        (*_review, rules.high_enough_for_false_report),
    ),
    "give_feedback": Move(
        _from(S.approved),
        S.answered,
        P.leads_give_feedback,
        inputs.Feedback,
        effects.give_feedback,
        C.close,
        (rules.verifier_or_desk,),
    ),
    # The look-back's clock runs for those that are drawn, from the draw on (look_back.py).
    "close": Move(
        _from(S.answered, S.approved), S.closed, P.leads_close, inputs.Closing, effects.close, None, _desk, bulk=True
    ),
    "look_back": Move(_from(S.closed), None, P.leads_look_back, inputs.LookBack, effects.look_back, None, _review),
    "unmerge": Move(_from(S.merged), S.received, P.leads_attach, inputs.Recall, effects.unmerge, C.screen, _desk),
    "reopen": Move(
        _from(S.closed, S.declined, S.transferred),
        S.registered,
        P.leads_reopen,
        inputs.Reopening,
        effects.reopen,
        C.dispatch,
        _desk,
    ),
}

# What the reporter is told of each state. None of the words would warn a subject.
REPORTER_STAGES: dict[State, ReporterStage] = {
    S.received: ReporterStage.received,
    S.screened: ReporterStage.received,
    S.registered: ReporterStage.accepted,
    S.dispatched: ReporterStage.accepted,
    S.signed: ReporterStage.accepted,
    S.verifying: ReporterStage.being_checked,
    S.concluded: ReporterStage.under_review,
    S.in_review: ReporterStage.under_review,
    S.approved: ReporterStage.under_review,
    S.answered: ReporterStage.answered,
    S.closed: ReporterStage.closed,
    S.transferred: ReporterStage.passed_on,
    S.declined: ReporterStage.not_accepted,
}


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
    record_act(turn, f"{verb}_asked", given)


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
    told = open_text(lead_key(lead), pending.content, pending_place(lead.id))
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
    record_act(turn, f"{verb}_refused", given)


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
    effects.forget_pending(session, lead.id)
    record_act(turn, verb, given, before)
    hand_over(turn)
    if step.clock is None:
        stop_clock(session, lead, turn.now)
    elif step.clock != KEEP:
        start_clock(session, lead, C(step.clock), turn.now, turn.no_later, turn.counted_from)
    session.flush()
    if step.target is not None:
        _tell_reporter(turn)
    elif State(lead.state) in OPEN_STATES:
        tell_due(session, lead.id, lead.clock_due_at, provisional=lead.clock_provisional)


def record_act(turn: Turn, verb: str, given: BaseModel, before: State | None = None) -> None:
    """The event, without text, and what the officer gave, encrypted beside it."""
    session, lead = turn.session, turn.lead
    event_id = session.execute(text("SELECT uuidv7()")).scalar_one()
    record(
        session,
        f"lead:{verb}",
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
