"""Dismissing a reporter's objection; upholding one is to reopen the lead with that reason."""

from uuid import UUID

from sqlalchemy.orm import Session

from huiyin.access.actors import Actor
from huiyin.access.permissions import Permission
from huiyin.kit.web.errors import Forbidden, Invalid, field_error
from huiyin.leads.lifecycle import inputs
from huiyin.leads.lifecycle.desk_effects import decide_objections
from huiyin.leads.lifecycle.lifecycle import begin, record_act
from huiyin.tips.reporting.receipt import tell_dismissal


def dismiss(session: Session, lead_id: UUID, version: int, actor: Actor, given: inputs.Dismissal) -> None:
    """The answer stands; the reporter is told why.

    Raises:
        NotFound, Stale: as for a verb.
        Forbidden: not at the office, or from an agency that verified the lead.
        Conflict: nobody objected.
    """
    turn = begin(session, lead_id, version, actor)
    lead = turn.lead
    mine = actor.agency_ids_for(Permission.leads_reopen)
    if mine.isdisjoint(lead.desk_agencies) or not (mine | {actor.agency_id}).isdisjoint(lead.verifier_agency_ids):
        raise Forbidden("A reviewer of the office, of another agency than verified, decides this", rule="not_at_desk")
    if given.text is None and given.sealed is None:
        raise Invalid(field_error("/text", "missing", "Say why the answer stands"))
    tell_dismissal(session, lead.id, given.text, given.sealed, actor.id)
    decide_objections(turn, upheld=False)
    lead.version += 1
    session.flush()
    record_act(turn, "dismiss_objection", given)
