"""The workflow as data: one table of verbs (domain.md, section 3), and what reporters are told of each state.

`allowed_actions` in answers, the routes, the documentation's diagram and the exhaustive test all derive from `MOVES`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel

from huiyin.access.permissions import Permission as P
from huiyin.clocks.models import ClockRuleCode as C
from huiyin.leads.lifecycle import desk_effects, inputs, merging, review_effects, rules, turn, verification_effects
from huiyin.leads.lifecycle.facts import FACTS
from huiyin.leads.lifecycle.rules import Rule
from huiyin.leads.lifecycle.turn import Turn
from huiyin.leads.record.models import State
from huiyin.tips.record.models import ReporterStage
from huiyin.trail.events import define_verb

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
    effect: Callable[[Turn, Any], None] = turn.nothing
    clock: C | str | None = None
    rules: tuple[Rule, ...] = ()
    bulk: bool = False
    second: P | None = None
    second_rules: tuple[Rule, ...] = ()
    check: Callable[[Turn, Any], None] = turn.nothing
    refused: Callable[[Turn, Any], None] = turn.nothing


KEEP = "keep"


def _from(*states: State) -> frozenset[State]:
    return frozenset(states)


_desk, _handler = (rules.at_desk,), (rules.of_handler,)
_review = (rules.at_desk, rules.from_another_agency)

MOVES: dict[str, Move] = {
    "screen": Move(
        _from(S.received),
        S.screened,
        P.leads_screen,
        inputs.Screening,
        desk_effects.screen,
        C.register,
        _desk,
        bulk=True,
    ),
    # The seven days of a complex lead: they must begin before screening, which ends the clock (ADR 0023).
    "mark_complex": Move(
        _from(S.received),
        None,
        P.leads_screen,
        inputs.Recall,
        desk_effects.mark_complex,
        C.screen_complex,
        (rules.at_desk, rules.in_ordinary_time),
    ),
    "attach": Move(
        _from(S.received, S.screened), S.merged, P.leads_attach, inputs.Attachment, merging.attach, None, _desk
    ),
    "transfer_out": Move(
        _from(S.received, S.screened),
        S.transferred,
        P.leads_transfer_out,
        inputs.TransferOut,
        desk_effects.transfer_out,
        C.hand_over,
        _desk,
    ),
    "decline": Move(
        _from(S.received, S.screened),
        S.declined,
        P.leads_decline,
        inputs.Decline,
        desk_effects.decline,
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
        turn.nothing,
        None,
        _desk,
        bulk=True,
    ),
    "register": Move(
        _from(S.screened), S.registered, P.leads_register, inputs.Note, turn.nothing, C.dispatch, _desk, bulk=True
    ),
    "dispatch": Move(
        _from(S.registered),
        S.dispatched,
        P.leads_dispatch,
        inputs.Dispatch,
        desk_effects.dispatch,
        C.sign,
        (rules.at_desk, rules.assessed_first),
        bulk=True,
    ),
    "sign": Move(
        _from(S.dispatched),
        S.signed,
        P.leads_sign,
        inputs.Note,
        verification_effects.sign,
        C.assign,
        _handler,
        bulk=True,
    ),
    "object": Move(
        _from(S.dispatched),
        S.registered,
        P.leads_object,
        inputs.Objection,
        verification_effects.object_,
        C.dispatch,
        (rules.of_handler, rules.in_time_to_object),
    ),
    "start_verification": Move(
        _from(S.signed),
        S.verifying,
        P.leads_start_verification,
        inputs.StartVerification,
        verification_effects.start_verification,
        C.conclude,
        (rules.of_verifying_agencies,),
        # Both verifiers declare that they have no conflict: the one who starts, then the other one.
        second=P.leads_start_verification,
        second_rules=(rules.of_verifying_agencies,),
        check=verification_effects.check_verifiers,
        refused=verification_effects.withdraw_verifier,
    ),
    # Not in the domain's table, but needed where an agency or a verifier turns out to be excluded (ADR 0022).
    "recall": Move(
        _from(S.dispatched, S.signed, S.verifying, S.concluded, S.in_review),
        S.registered,
        P.leads_dispatch,
        inputs.Recall,
        desk_effects.recall,
        C.dispatch,
        _desk,
    ),
    "change_verifiers": Move(
        _from(S.verifying, S.concluded, S.in_review),
        S.signed,
        P.leads_endorse,
        inputs.Recall,
        verification_effects.change_verifiers,
        C.assign,
        (rules.of_handler, rules.never_verified_it),
    ),
    "extend": Move(
        _from(S.verifying),
        None,
        P.leads_extend,
        inputs.Extension,
        verification_effects.extend,
        KEEP,
        _handler,
        second=P.leads_confirm_extend,
        second_rules=_review,
        check=verification_effects.check_extension,
    ),
    "conclude": Move(
        _from(S.verifying),
        S.concluded,
        P.leads_conclude,
        inputs.ConclusionIn,
        verification_effects.conclude,
        C.endorse,
        (rules.is_verifier,),
    ),
    "endorse": Move(
        _from(S.concluded),
        S.in_review,
        P.leads_endorse,
        inputs.Note,
        review_effects.endorse,
        C.review,
        (rules.of_handler, rules.never_verified_it),
        bulk=True,
    ),
    "send_back": Move(
        _from(S.concluded, S.in_review),
        S.verifying,
        P.leads_send_back,
        inputs.SendBack,
        review_effects.send_back,
        C.conclude_again,
        (rules.chief_or_reviewer,),
    ),
    "approve": Move(
        _from(S.in_review),
        S.approved,
        P.leads_approve,
        inputs.Approval,
        review_effects.approve,
        C.feedback,
        (*_review, rules.high_enough_for_false_report),
    ),
    "give_feedback": Move(
        _from(S.approved),
        S.answered,
        P.leads_give_feedback,
        inputs.Feedback,
        review_effects.give_feedback,
        C.close,
        (rules.verifier_or_desk,),
    ),
    # The look-back's clock runs for those that are drawn, from the draw on (look_back.py).
    "close": Move(
        _from(S.answered, S.approved),
        S.closed,
        P.leads_close,
        inputs.Closing,
        review_effects.close,
        None,
        _desk,
        bulk=True,
    ),
    "look_back": Move(
        _from(S.closed), None, P.leads_look_back, inputs.LookBack, review_effects.look_back, None, _review
    ),
    "unmerge": Move(_from(S.merged), S.received, P.leads_attach, inputs.Recall, merging.unmerge, C.screen, _desk),
    "reopen": Move(
        _from(S.closed, S.declined, S.transferred),
        S.registered,
        P.leads_reopen,
        inputs.Reopening,
        desk_effects.reopen,
        C.dispatch,
        _desk,
    ),
}

for _verb, _step in MOVES.items():
    define_verb(
        "lead",
        _verb,
        takes=_step.takes.__name__,
        facts=FACTS.get(_verb),
        second=_step.second is not None,
        confirms=inputs.Confirmation.__name__,
    )

# Acts that stand outside of the table of verbs. What a branch is about stands in the branch alone: here is a bare note.
_ACTS: dict[str, type[BaseModel]] = {
    "pause": inputs.Pause,
    "resume": inputs.Note,
    "exclude": inputs.ExclusionNotice,
    "declare_conflict": inputs.ConflictDeclaration,
    "add_subject": inputs.LaterSubject,
    "split": inputs.Splitting,
    "branch": inputs.Note,
    "dismiss_objection": inputs.Dismissal,
}
for _act, _takes in _ACTS.items():
    define_verb("lead", _act, takes=_takes.__name__, facts=FACTS.get(_act))

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
