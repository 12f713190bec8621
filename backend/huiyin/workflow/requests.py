"""Four eyes: what one officer asks for on a lead, an officer of another agency decides."""

from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from huiyin.access.actors import Actor
from huiyin.access.permissions import Permission as P
from huiyin.kit.web.errors import Forbidden
from huiyin.trail.recorder import record


def require_other_agency(actor: Actor, asked_by: UUID, asked_agency_ids: list[UUID]) -> None:
    """Raises Forbidden unless the officer acts for none of the asker's agencies."""
    own = {posting.agency_id for posting in actor.postings}
    if actor.id == asked_by or not own.isdisjoint(asked_agency_ids):
        raise Forbidden("An officer of another agency than the asker's decides this", rule="own_agency")


def deciding_agency(actor: Actor, permission: P, lead: Any) -> UUID:
    """For which of their agencies that see the lead the officer decides."""
    at = actor.agency_ids_for(permission) & set(lead.visible_to)
    return actor.agency_id if actor.agency_id in at else min(at)


def changed(session: Session, lead: Any, event: str, part_id: UUID, actor: Actor, **facts: Any) -> None:
    """The lead has a new version and the trail an event of that part of it."""
    lead.version += 1
    session.flush()
    record(session, event, part_id, actor.by, matter_id=lead.id, **facts)
