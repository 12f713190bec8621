"""The lead that a request names, if its asker may see it, and what an officer may read of it."""

from typing import TypeVar
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from huiyin.access.actors import Actor
from huiyin.access.permissions import Permission
from huiyin.kit.database.tables import Table
from huiyin.kit.web.errors import Forbidden, NotFound, WrongState
from huiyin.leads.record.models import Lead
from huiyin.leads.record.texts import lead_key_or_none
from huiyin.workflow.visibility import is_excluded

Part = TypeVar("Part", bound=Table)


def visible_lead(session: Session, lead_id: UUID, *, lock: bool = False) -> Lead:
    """The lead, locked if it will be changed. Raises NotFound: unknown, or not for the asker to see."""
    statement = select(Lead).where(Lead.id == lead_id)
    found = session.execute(statement.with_for_update() if lock else statement).scalar_one_or_none()
    if found is None:
        raise NotFound
    return found


def visible_part(session: Session, lead_id: UUID, part: type[Part], part_id: UUID) -> tuple[Lead, Part]:
    """A lead and one row of a table of its parts, both locked. Raises NotFound: as `visible_lead`, or there is none."""
    lead = visible_lead(session, lead_id, lock=True)
    columns = part.__table__.c
    statement = select(part).where(columns.lead_id == lead.id, columns.id == part_id).with_for_update()
    row = session.execute(statement).scalar_one_or_none()
    if row is None:
        raise NotFound
    return lead, row


def require_texts(actor: Actor, found: Lead) -> None:
    """Raises Forbidden where what was told is readable for the officer at another agency only."""
    if not reads_texts(actor, found):
        raise Forbidden(f"This needs {Permission.tips_read}", permission=Permission.tips_read)


def works_on(lead: Lead, actor: Actor) -> bool:
    """Whether the officer is one of those from whom the reporter may expect to be heard: a verifier, or of the agency
    that answers for the lead now. Others may read it, too."""
    return actor.id in lead.verifier_ids or actor.may_at(Permission.tips_read, [lead.held_by_agency_id])


def require_kept(lead: Lead) -> None:
    """Raises WrongState where the lead was destroyed: there is nothing left to hold, correct or exonerate."""
    if lead.destroyed_at is not None:
        raise WrongState("The lead has expired and was destroyed", state=lead.state, allowed_actions=[])


def reads_texts(actor: Actor, found: Lead) -> bool:
    """Whether the officer may read what was told: permitted at an agency for which the lead is visible.

    Where an officer of one agency has just given the lead away, the answer shows once more what was at hand.
    """
    if not actor.seconded:
        return actor.may(Permission.tips_read)
    return actor.may_at(Permission.tips_read, found.visible_to)


def could_read(officer: Actor, found: Lead) -> bool:
    """Whether another officer, not the asker, could open this lead and read its texts now."""
    return officer.may_at(Permission.tips_read, found.visible_to) and not is_excluded(officer, found)


def text_key(actor: Actor, found: Lead) -> bytes | None:
    """The lead's data key, for those who may read its texts; None once it was destroyed."""
    return lead_key_or_none(found) if reads_texts(actor, found) else None
