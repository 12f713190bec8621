"""What endorsing, review, feedback and closing change beyond the state."""

from huiyin.clocks.models import ClockRuleCode
from huiyin.kit.web.errors import Invalid, field_error
from huiyin.leads.lifecycle import inputs
from huiyin.leads.lifecycle.transition import LeadTransition
from huiyin.leads.record.expiry import last_moment, set_expiry
from huiyin.leads.record.models import Finding, Outcome
from huiyin.tips.record.models import LegalStatus, ReporterStage
from huiyin.tips.record.subjects import keys_of, set_legal_status
from huiyin.tips.reporting.receipt import give_answer
from huiyin.workflow.inputs import Note


def endorse(transition: LeadTransition, _: Note) -> None:
    """The chief's approval (负责人审批): the office's desk answers for the lead from now on. Own rule."""
    transition.held_by_desk()


def send_back(transition: LeadTransition, _: inputs.SendBack) -> None:
    """Sending back (退查): the first verifier answers for the lead again. Own rule."""
    transition.held_by_first_verifier()


_SAYS_NOTHING_AGAINST_ANYBODY = {Outcome.no_action, Outcome.sector_rectification}
_OUTCOMES: dict[Finding, set[Outcome]] = {
    Finding.substantiated: set(Outcome) - {Outcome.exoneration},
    Finding.partly_substantiated: set(Outcome),
    Finding.unsubstantiated: _SAYS_NOTHING_AGAINST_ANYBODY | {Outcome.exoneration},
    Finding.undetermined: _SAYS_NOTHING_AGAINST_ANYBODY,
    Finding.false_report: _SAYS_NOTHING_AGAINST_ANYBODY | {Outcome.exoneration},
}
"""What can come of a finding for those who were named: what did not hold leads to no case, penalty or referral."""


def approve(transition: LeadTransition, body: inputs.Approval) -> None:
    """Approval of the outcome (审定) by another agency than verified; the legal status (法律状态) of subjects follows.

    Own rule. A finding that did not hold shows at once: unsubstantiated 查否, of everybody. Where a case is filed, it
    shows of those against whom it was: 立案 is a decision about one person (Criminal Procedure Law, article 112), and
    whoever else was named stays as before.

    Raises:
        Invalid: the outcome contradicts the finding; nobody, or somebody unknown, is said to have a case.
    """
    lead, session = transition.lead, transition.session
    if lead.finding is not None and body.outcome not in _OUTCOMES[Finding(lead.finding)]:
        raise Invalid(field_error("/outcome", "contradicts_finding", "This cannot come of the finding; see it above"))
    filed = _filed_against(transition, body)
    lead.outcome = body.outcome
    transition.held_by_first_verifier()
    transition.facts |= {"outcome": body.outcome} | ({"filed_against": len(filed)} if filed else {})
    if lead.finding in {Finding.unsubstantiated, Finding.false_report}:
        set_legal_status(session, lead.id, LegalStatus.verifying, LegalStatus.unsubstantiated)
    elif filed:
        set_legal_status(session, lead.id, LegalStatus.verifying, LegalStatus.case_filed, filed)


def _filed_against(transition: LeadTransition, body: inputs.Approval) -> set[str]:
    """Against whom a case is filed; of a sealed tip nobody is known here."""
    chosen = set(body.filed_against)
    if body.outcome is not Outcome.case_filed:
        if chosen:
            raise Invalid(field_error("/filed_against", "no_case", "No case is filed; leave this out"))
        return chosen
    known = keys_of(transition.session, transition.lead.id)
    if known and not chosen:
        raise Invalid(field_error("/filed_against", "missing", "Say against whom of those named a case was filed"))
    if chosen - known:
        raise Invalid(field_error("/filed_against", "unknown_subject", "This lead names no such subject"))
    return chosen


def give_feedback(transition: LeadTransition, body: inputs.Feedback) -> None:
    """Feedback (反馈): the reporter reads the text, or a coded reason says why nobody is told.

    The promise 件件有着落、事事有回音; own rule, term by rule `feedback`.
    """
    lead = transition.lead
    lead.fed_back_at, lead.skip_reason = transition.now, body.skip_reason
    if body.skip_reason is None:
        give_answer(transition.session, lead.id, body.text, body.sealed, transition.actor.id)
        transition.stage["stage"] = ReporterStage.answered
    else:
        # The reporter is told nothing here: telling could harm somebody.
        transition.stage["silent"] = True
        transition.facts["skip_reason"] = body.skip_reason
    transition.held_by_desk()


_NEEDS_DOCUMENT = {Outcome.case_filed, Outcome.referred_discipline}


def close(transition: LeadTransition, body: inputs.Closing) -> None:
    """Closing (办结): with the numbers of the documents where a case was filed or a referral made.

    From now on the retention period runs (ADR 0031). What stays undetermined (暂存待查) is looked at every six months,
    five years at most (docs/domain.md, section 3).
    Raises Invalid: a number is missing, or nobody said why the reporter was not answered.
    """
    lead = transition.lead
    if lead.outcome in _NEEDS_DOCUMENT and not body.document_numbers:
        raise Invalid(
            field_error(
                "/document_numbers", "missing", "Give the number of the document: a case was filed or a referral made"
            )
        )
    if lead.fed_back_at is None and not body.note:
        raise Invalid(field_error("/note", "missing", "Say why the reporter was not answered, or give feedback first"))
    lead.document_numbers, lead.closed_at = body.document_numbers, transition.now
    transition.facts["documents"] = len(body.document_numbers)
    transition.facts |= set_expiry(transition.session, lead)
    if lead.finding == Finding.undetermined:
        transition.clock = ClockRuleCode.review_undetermined
        transition.no_later = last_moment(lead)


def look_back(transition: LeadTransition, body: inputs.LookBack) -> None:
    """Look-back (回头看): passed or failed, by another agency than verified. Own rule, term by rule `look_back`."""
    transition.facts["passed"] = body.passed
    if transition.lead.finding == Finding.undetermined:
        transition.clock, transition.no_later = ClockRuleCode.review_undetermined, last_moment(transition.lead)
