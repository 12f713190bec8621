"""The lead's table of verbs (docs/domain.md, section 3), and the machine that they make.

`allowed_actions` in answers, the routes, the documentation's diagram and the exhaustive test all derive from `MOVES`.
"""

from huiyin.access.permissions import Permission as P
from huiyin.clocks.models import ClockRuleCode as C
from huiyin.leads.lifecycle import (
    desk_effects,
    inputs,
    merging,
    objections,
    recusal,
    review_effects,
    rules,
    splitting,
    verification_effects,
)
from huiyin.leads.lifecycle.facts import FACTS
from huiyin.leads.lifecycle.reporter import update_due_dates, update_receipts
from huiyin.leads.lifecycle.transition import LeadTransition
from huiyin.leads.record.models import OPEN_STATES, Lead, State
from huiyin.leads.record.texts import lead_key
from huiyin.workflow.inputs import Note, Pause
from huiyin.workflow.machine import Clocked, Machine, Move, Place, Second

S = State


def _from(*states: State) -> frozenset[State]:
    return frozenset(states)


_any, _open = frozenset(State), OPEN_STATES
_desk, _handler = (rules.at_desk,), (rules.of_handler,)
_review = (rules.at_desk, rules.from_another_agency)

MOVES: dict[str, Move[Lead]] = {
    "screen": Move(
        sources=_from(S.received),
        target=S.screened,
        permission=P.leads_screen,
        takes=inputs.Screening,
        effect=desk_effects.screen,
        clock=C.register,
        rules=_desk,
        bulk=True,
    ),
    # The seven days of a complex lead: they must begin before screening, which ends the clock (ADR 0023).
    "mark_complex": Move(
        sources=_from(S.received),
        target=None,
        permission=P.leads_screen,
        takes=inputs.Recall,
        effect=desk_effects.mark_complex,
        clock=C.screen_complex,
        rules=(rules.at_desk, rules.in_ordinary_time),
    ),
    "merge": Move(
        sources=_from(S.received, S.screened),
        target=S.merged,
        permission=P.leads_merge,
        takes=inputs.Merging,
        effect=merging.merge,
        rules=_desk,
        place=Place.aside,
    ),
    "transfer_out": Move(
        sources=_from(S.received, S.screened),
        target=S.transferred,
        permission=P.leads_transfer_out,
        takes=inputs.TransferOut,
        effect=desk_effects.transfer_out,
        clock=C.hand_over,
        rules=_desk,
        place=Place.aside,
    ),
    "decline": Move(
        sources=_from(S.received, S.screened),
        target=S.declined,
        permission=P.leads_decline,
        takes=inputs.Decline,
        effect=desk_effects.decline,
        clock=C.tell_reporter,
        rules=_desk,
        second=Second(permission=P.leads_decline, rules=_desk),
        place=Place.aside,
    ),
    # Ends the two clocks above: the matter was handed over, the reporter was told (ADR 0017).
    "notify": Move(
        sources=_from(S.transferred, S.declined),
        target=None,
        permission=P.leads_transfer_out,
        takes=inputs.Notification,
        rules=_desk,
        bulk=True,
    ),
    "register": Move(
        sources=_from(S.screened),
        target=S.registered,
        permission=P.leads_register,
        takes=Note,
        clock=C.dispatch,
        rules=_desk,
        bulk=True,
    ),
    "dispatch": Move(
        sources=_from(S.registered),
        target=S.dispatched,
        permission=P.leads_dispatch,
        takes=inputs.Dispatch,
        effect=desk_effects.dispatch,
        clock=C.acknowledge,
        rules=(rules.at_desk, rules.assessed_first),
        bulk=True,
        # Where somebody who is named works: a second officer says why it goes there all the same, or it does not.
        second=Second(
            permission=P.leads_confirm_dispatch, rules=_desk, needed=desk_effects.goes_where_named_work, reasoned=True
        ),
    ),
    "acknowledge": Move(
        sources=_from(S.dispatched),
        target=S.acknowledged,
        permission=P.leads_acknowledge,
        takes=Note,
        effect=verification_effects.acknowledge,
        clock=C.assign,
        rules=_handler,
        bulk=True,
    ),
    "dispute": Move(
        sources=_from(S.dispatched),
        target=S.registered,
        permission=P.leads_dispute,
        takes=inputs.Dispute,
        effect=verification_effects.dispute,
        clock=C.dispatch,
        rules=(rules.of_handler, rules.in_time_to_dispute),
        place=Place.aside,
    ),
    "start_verification": Move(
        sources=_from(S.acknowledged),
        target=S.verifying,
        permission=P.leads_start_verification,
        takes=inputs.StartVerification,
        effect=verification_effects.start_verification,
        clock=C.conclude,
        rules=(rules.of_verifying_agencies,),
        # Both verifiers declare that they have no conflict: the one who starts, then the other one.
        second=Second(
            permission=P.leads_start_verification,
            rules=(rules.of_verifying_agencies,),
            names=verification_effects.names_verifier,
            check=verification_effects.check_verifiers,
            refused=verification_effects.withdraw_verifier,
        ),
    ),
    # Not in the first table, but needed where an agency or a verifier turns out to be excluded (ADR 0022).
    "recall": Move(
        sources=_from(S.dispatched, S.acknowledged, S.verifying, S.concluded, S.in_review),
        target=S.registered,
        permission=P.leads_dispatch,
        takes=inputs.Recall,
        effect=desk_effects.recall,
        clock=C.dispatch,
        rules=_desk,
    ),
    "change_verifiers": Move(
        sources=_from(S.verifying, S.concluded, S.in_review),
        target=S.acknowledged,
        permission=P.leads_endorse,
        takes=inputs.Recall,
        effect=verification_effects.change_verifiers,
        clock=C.assign,
        rules=(rules.of_handler, rules.never_verified_it),
    ),
    "extend": Move(
        sources=_from(S.verifying),
        target=None,
        permission=P.leads_extend,
        takes=inputs.Extension,
        effect=verification_effects.extend,
        clock=Clocked.keep,
        rules=_handler,
        second=Second(permission=P.leads_confirm_extend, rules=_review, check=verification_effects.check_extension),
        place=Place.aside,
    ),
    "conclude": Move(
        sources=_from(S.verifying),
        target=S.concluded,
        permission=P.leads_conclude,
        takes=inputs.ConclusionIn,
        effect=verification_effects.conclude,
        clock=C.endorse,
        rules=(rules.is_verifier,),
    ),
    "endorse": Move(
        sources=_from(S.concluded),
        target=S.in_review,
        permission=P.leads_endorse,
        takes=Note,
        effect=review_effects.endorse,
        clock=C.review,
        rules=(rules.of_handler, rules.never_verified_it),
        bulk=True,
    ),
    "send_back": Move(
        sources=_from(S.concluded, S.in_review),
        target=S.verifying,
        permission=P.leads_send_back,
        takes=inputs.SendBack,
        effect=review_effects.send_back,
        clock=C.conclude_again,
        rules=(rules.chief_or_reviewer,),
        place=Place.aside,
    ),
    "approve": Move(
        sources=_from(S.in_review),
        target=S.approved,
        permission=P.leads_approve,
        takes=inputs.Approval,
        effect=review_effects.approve,
        clock=C.feedback,
        rules=(*_review, rules.high_enough_for_false_report),
    ),
    "give_feedback": Move(
        sources=_from(S.approved),
        target=S.answered,
        permission=P.leads_give_feedback,
        takes=inputs.Feedback,
        effect=review_effects.give_feedback,
        clock=C.close,
        rules=(rules.verifier_or_desk,),
    ),
    # The look-back's clock runs for those that are drawn, from the draw on (look_back.py).
    "close": Move(
        sources=_from(S.answered, S.approved),
        target=S.closed,
        permission=P.leads_close,
        takes=inputs.Closing,
        effect=review_effects.close,
        rules=_desk,
        bulk=True,
    ),
    "look_back": Move(
        sources=_from(S.closed),
        target=None,
        permission=P.leads_look_back,
        takes=inputs.LookBack,
        effect=review_effects.look_back,
        rules=_review,
    ),
    "unmerge": Move(
        sources=_from(S.merged),
        target=S.received,
        permission=P.leads_merge,
        takes=inputs.Recall,
        effect=merging.unmerge,
        clock=C.screen,
        rules=_desk,
    ),
    "reopen": Move(
        sources=_from(S.closed, S.declined, S.transferred),
        target=S.registered,
        permission=P.leads_reopen,
        takes=inputs.Reopening,
        effect=desk_effects.reopen,
        clock=C.dispatch,
        rules=_desk,
        place=Place.aside,
    ),
    # What may be done at any time beside the way itself.
    "pause": Move(
        sources=_any,
        target=None,
        permission=P.leads_pause,
        takes=Pause,
        clock=Clocked.pause,
        rules=(rules.clock_runs, rules.holds_it_or_at_desk),
        place=Place.beside,
    ),
    "resume": Move(
        sources=_any,
        target=None,
        permission=P.leads_pause,
        takes=Note,
        clock=Clocked.resume,
        rules=(rules.clock_waits, rules.holds_it_or_at_desk),
        place=Place.beside,
    ),
    "split": Move(
        sources=_open,
        target=None,
        permission=P.leads_merge,
        takes=inputs.Splitting,
        effect=splitting.split,
        clock=Clocked.keep,
        rules=(rules.has_several_tips, rules.at_desk),
        place=Place.beside,
    ),
    "branch": Move(
        sources=_open,
        target=None,
        permission=P.leads_dispatch,
        takes=inputs.Branch,
        effect=splitting.branch,
        clock=Clocked.keep,
        rules=_desk,
        # Those who read the lead may be those whom the branch is about.
        silent=True,
        place=Place.beside,
    ),
    "add_subject": Move(
        sources=_any,
        target=None,
        permission=P.leads_exclude,
        takes=inputs.LaterSubject,
        effect=recusal.add_subject,
        clock=Clocked.keep,
        rules=(rules.has_tips, rules.of_desk_or_handler),
        place=Place.beside,
    ),
    "exclude": Move(
        sources=_any,
        target=None,
        permission=P.leads_exclude,
        takes=inputs.ExclusionNotice,
        effect=recusal.exclude,
        clock=Clocked.keep,
        rules=(rules.of_desk_or_handler,),
        place=Place.beside,
    ),
    "declare_conflict": Move(
        sources=_any,
        target=None,
        permission=P.leads_read,
        takes=inputs.ConflictDeclaration,
        effect=recusal.declare_conflict,
        clock=Clocked.keep,
        place=Place.beside,
    ),
    "dismiss_objection": Move(
        sources=_any,
        target=None,
        permission=P.leads_reopen,
        takes=inputs.Dismissal,
        effect=objections.dismiss,
        clock=Clocked.keep,
        rules=(rules.objection_waits, *_review),
        place=Place.beside,
    ),
}

LEADS = Machine[Lead](
    kind="lead",
    table=Lead,
    states=State,
    open_states=OPEN_STATES,
    moves=MOVES,
    facts=FACTS,
    label=lambda lead: lead.number,
    key_of=lead_key,
    around=rules.circumstances,
    frozen=rules.destroyed,
    transition=LeadTransition,
    after=(update_receipts,),
    redated=update_due_dates,
)
