"""Nobody who has gone answers for a lead: the responsibility passes to the head of the agency it is with.

Gone is whose secondment has ended, and whose account is closed. A revocation or a closing passes it on in its own
transaction; where a term ends by itself, a job does. Whoever the lead passes to, `leads_of_gone_officers`
(migrations/sql/leads) does not find it again, so a second worker does nothing to it.
"""

import logging
from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from huiyin.access import secondments
from huiyin.access.actors import Actor
from huiyin.access.register import accounts
from huiyin.access.schemas import OfficerChange, OfficerItem, SecondmentItem
from huiyin.kit.database.items import Work
from huiyin.kit.database.sessions import set_scope
from huiyin.kit.web.errors import Conflict
from huiyin.leads.record.exclusion import answerable
from huiyin.leads.record.models import Lead
from huiyin.trail.recorder import SYSTEM, ActorRef, record
from huiyin.workflow.models import AssignmentRole
from huiyin.workflow.moving import answers_from

log = logging.getLogger("huiyin.leads")

BATCH = 200
_LEFT = text("SELECT leads_of_gone_officers(:most)")
_STILL = text("SELECT :lead IN (SELECT leads_of_gone_officers(NULL))")


def revoke(session: Session, secondment_id: UUID, actor: Actor) -> SecondmentItem:
    """End a secondment at once, and pass on what the officer answered for there. Raises as `secondments.revoke`."""
    item = secondments.revoke(session, secondment_id, actor)
    _pass_all(session, actor.by)
    return item


def change_officer(session: Session, officer_id: UUID, body: OfficerChange, actor: Actor) -> OfficerItem:
    """Change an account; whoever it is closed for answers for nothing any more. Raises as `accounts.change_officer`."""
    item = accounts.change_officer(session, officer_id, body, actor)
    if not item.active:
        _pass_all(session, actor.by)
    return item


def _pass_all(session: Session, by: ActorRef) -> None:
    while passing_on(by).once(session, BATCH):
        pass


def passing_on(by: ActorRef = SYSTEM) -> Work[UUID]:
    """The leads of officers who have gone."""

    def pass_it(session: Session, lead_id: UUID) -> bool:
        set_scope(session, acting_on=str(lead_id))
        lead = session.execute(
            select(Lead).where(Lead.id == lead_id).with_for_update().execution_options(populate_existing=True)
        ).scalar_one()
        # Unless somebody was quicker.
        return session.execute(_STILL, {"lead": lead_id}).scalar_one() and _pass_on(session, lead, by)

    return Work(find=lambda session, most: session.execute(_LEFT, {"most": most}).scalars().all(), do=pass_it, name=str)


def _pass_on(session: Session, lead: Lead, by: ActorRef) -> bool:
    before = lead.held_by_officer_id
    verified = lead.handler_agency_id is not None and lead.held_by_agency_id in {
        lead.handler_agency_id,
        *lead.assisting_agency_ids,
    }
    try:
        if verified and lead.handler_agency_id is not None:
            holder = answerable(session, lead, lead.handler_agency_id, AssignmentRole.chief)
        else:
            holder = answerable(session, lead, lead.held_by_agency_id, AssignmentRole.desk)
    except Conflict:
        log.warning("nobody up the line may answer for lead %s, whose officer has gone", lead.number)
        return False
    lead.held_by_agency_id, lead.held_by_officer_id = holder[0], holder[1]
    lead.version += 1
    session.flush()
    record(
        session,
        "lead:pass_on",
        lead.id,
        by,
        matter_id=lead.id,
        from_state=lead.state,
        to_state=lead.state,
        officer=str(before),
        agency=str(holder[0]),
        to_officer=str(holder[1]),
    )
    answers_from(session, lead, holder, datetime.now(UTC))
    return True
