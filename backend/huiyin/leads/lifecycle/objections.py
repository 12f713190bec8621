"""The reporter's objection (异议) to an answer: dismissed here; upholding one is to reopen the lead for it."""

from huiyin.kit.web.errors import Invalid, field_error
from huiyin.leads.lifecycle import inputs
from huiyin.leads.lifecycle.desk_effects import decide_objections
from huiyin.leads.lifecycle.transition import LeadTransition
from huiyin.tips.reporting.receipt import give_dismissal


def dismiss(transition: LeadTransition, body: inputs.Dismissal) -> None:
    """The answer stands; the reporter is told why. Raises Invalid without words, Conflict when nobody objected."""
    if body.text is None and body.sealed is None:
        raise Invalid(field_error("/text", "missing", "Say why the answer stands"))
    give_dismissal(transition.session, transition.lead.id, body.text, body.sealed, transition.actor.id)
    decide_objections(transition, upheld=False)
