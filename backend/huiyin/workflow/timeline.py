"""What happened to a matter of any kind (时间线), oldest first, from the trail; with what was given with each verb."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

from pydantic import Field
from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from huiyin.access.models import Agency, Officer, SystemAccount
from huiyin.access.schemas import AgencyRef, ResponseModel
from huiyin.kit.crypto.vault import decrypt_or_none
from huiyin.kit.web.errors import NotFound
from huiyin.kit.web.paging import PageQuery, decode_cursor, page_of
from huiyin.trail.events import EventName, accesses, not_shown
from huiyin.trail.models import ActorKind, Event
from huiyin.workflow.machine import Machine, Matter
from huiyin.workflow.models import MoveInput
from huiyin.workflow.moving import input_aad

M = TypeVar("M", bound=Matter)


class ActorItem(ResponseModel):
    kind: ActorKind
    name: str | None
    agency: AgencyRef | None


class TimelineItem(ResponseModel):
    id: UUID
    at: datetime
    event: EventName
    actor: ActorItem
    from_: str | None = Field(serialization_alias="from", validation_alias="from")
    to: str | None
    facts: dict[str, Any]
    input: dict[str, Any] | None


class TimelinePage(ResponseModel):
    items: list[TimelineItem]
    next_cursor: str | None


class TimelineQuery(PageQuery):
    """Oldest first."""

    accesses: bool = Field(False, description="Who read, downloaded or exported it, in place of what happened to it")


def timeline_of(
    machine: Machine[M],
    session: Session,
    matter_id: UUID,
    query: TimelineQuery,
    may_read: Callable[[M], bool] = lambda _: True,
) -> TimelinePage:
    """What happened to a matter of that machine; with `query.accesses`, who learnt what of it: the access log.

    Args:
        may_read: whether this reader may read what was given with its verbs.

    Raises:
        NotFound: unknown, of another kind, or not for the asker to see.
    """
    row = session.execute(select(machine.table).where(machine.table.id == matter_id)).scalar_one_or_none()
    if row is None:
        raise NotFound
    key = machine.readable_key(row) if may_read(row) else None
    agency = aliased(Agency)
    statement = (
        select(Event, MoveInput.content, Officer.name, SystemAccount.name, agency.id, agency.name)
        .outerjoin(MoveInput, MoveInput.event_id == Event.id)
        .outerjoin(Officer, (Officer.id == Event.actor_id) & (Event.actor_kind == ActorKind.officer))
        .outerjoin(SystemAccount, (SystemAccount.id == Event.actor_id) & (Event.actor_kind == ActorKind.client))
        .outerjoin(agency, agency.id == Event.agency_id)
        .where(Event.matter_id == matter_id)
        .where(Event.event.in_(accesses()) if query.accesses else Event.event.not_in(not_shown()))
        .order_by(Event.id)
        .limit(query.limit + 1)
    )
    if query.cursor is not None:
        (last,) = decode_cursor(query.cursor, UUID)
        statement = statement.where(Event.id > last)
    shown, following = page_of(session.execute(statement).all(), query.limit, lambda row: [row[0].id])
    items = [
        TimelineItem.model_validate(
            {
                "id": event.id,
                "at": event.at,
                "event": event.event,
                "actor": {
                    "kind": event.actor_kind,
                    "name": officer or client,
                    "agency": _ref(agency_id, agency_name),
                },
                "from": event.from_state,
                "to": event.to_state,
                "facts": event.facts,
                "input": decrypt_or_none(key, content, input_aad(event.id)),
            }
        )
        for event, content, officer, client, agency_id, agency_name in shown
    ]
    return TimelinePage(items=items, next_cursor=following)


def _ref(agency_id: UUID | None, name: str | None) -> dict[str, Any] | None:
    """The agency for which somebody acted; None: a reporter, or the system."""
    return {"id": agency_id, "name": name} if agency_id is not None else None
