"""What endorsing, review, feedback and closing change beyond the state."""

from huiyin.clocks.models import ClockRuleCode
from huiyin.kit.web.errors import Invalid, field_error
from huiyin.leads.lifecycle import inputs
from huiyin.leads.lifecycle.turn import Turn
from huiyin.leads.record.models import Finding, Outcome
from huiyin.leads.retention.terms import last_moment, set_expiry
from huiyin.tips.record.models import LegalStatus, ReporterStage
from huiyin.tips.record.subjects import set_legal_status
from huiyin.tips.reporting.receipt import tell_answer


def endorse(turn: Turn, _: inputs.Note) -> None:
    turn.held_by_desk()


def send_back(turn: Turn, _: inputs.SendBack) -> None:
    turn.held_by_first_verifier()


def approve(turn: Turn, given: inputs.Approval) -> None:
    lead = turn.lead
    lead.outcome = given.outcome
    turn.held_by_first_verifier()
    turn.facts["outcome"] = given.outcome
    if lead.finding in {Finding.unsubstantiated, Finding.false_report}:
        set_legal_status(turn.session, lead.id, LegalStatus.verifying, LegalStatus.unsubstantiated)
    elif given.outcome is Outcome.case_filed:
        set_legal_status(turn.session, lead.id, LegalStatus.verifying, LegalStatus.case_filed)


def give_feedback(turn: Turn, given: inputs.Feedback) -> None:
    lead = turn.lead
    lead.fed_back_at, lead.skip_reason = turn.now, given.skip_reason
    if given.skip_reason is None:
        tell_answer(turn.session, lead.id, given.text, given.sealed, turn.actor.id)
        turn.stage["stage"] = ReporterStage.answered
    else:
        # The reporter is told nothing here: telling could harm somebody.
        turn.stage["silent"] = True
        turn.facts["skip_reason"] = given.skip_reason
    turn.held_by_desk()


_NEEDS_DOCUMENT = {Outcome.case_filed, Outcome.referred_discipline}


def close(turn: Turn, given: inputs.Closing) -> None:
    lead = turn.lead
    if lead.outcome in _NEEDS_DOCUMENT and not given.document_numbers:
        raise Invalid(
            field_error(
                "/document_numbers", "missing", "Give the number of the document: a case was filed or a referral made"
            )
        )
    if lead.fed_back_at is None and not given.note:
        raise Invalid(field_error("/note", "missing", "Say why the reporter was not answered, or give feedback first"))
    lead.document_numbers, lead.closed_at = given.document_numbers, turn.now
    turn.facts["documents"] = len(given.document_numbers)
    turn.facts |= set_expiry(turn.session, lead)
    if lead.finding == Finding.undetermined:
        turn.clock = ClockRuleCode.review_undetermined
        turn.no_later = last_moment(lead)


def look_back(turn: Turn, given: inputs.LookBack) -> None:
    turn.facts["passed"] = given.passed
    if turn.lead.finding == Finding.undetermined:
        turn.clock, turn.no_later = ClockRuleCode.review_undetermined, last_moment(turn.lead)
