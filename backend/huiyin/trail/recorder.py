"""Writing events: always in the caller's transaction, so a change without its event cannot exist."""

import os
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Interval, and_, cast, exists, func, insert, literal, select
from sqlalchemy.orm import Session

from huiyin.kit.database.tables import insert_into
from huiyin.trail.events import kind_of
from huiyin.trail.models import ActorKind, Event


@dataclass(frozen=True, slots=True)
class ActorRef:
    """Who acted, as the trail records it."""

    kind: ActorKind
    actor_id: UUID | None = None
    agency_id: UUID | None = None


REPORTER = ActorRef(ActorKind.reporter)
SYSTEM = ActorRef(ActorKind.system)


def record(
    session: Session,
    event: str,
    subject_id: UUID,
    by: ActorRef,
    *,
    matter_id: UUID | None = None,
    from_state: str | None = None,
    to_state: str | None = None,
    event_id: UUID | None = None,
    at: datetime | None = None,
    **facts: Any,
) -> Event:
    """Append one event; returns what was written, as far as it was given.

    Args:
        event: `subject:verb` of the registry, for example `lead:screen`.
        event_id: the key where the caller needs it; otherwise the database makes one.
        at: the time where the caller needs it; otherwise the transaction's.
        facts: ids and codes that explain the change; no personal data and no free text, which belong into
            encrypted rows that the event's id names.

    Raises:
        ValueError: the registry has no such event, or not with these facts.
    """
    kind_of(event).refuse_unnamed(facts)
    row = _row(event, subject_id, matter_id, by) | {"from_state": from_state, "to_state": to_state, "facts": facts}
    if event_id is not None:
        row["id"] = event_id
    if at is not None:
        row["at"] = at
    session.execute(insert_into(Event), row)
    return Event(**row)


def _row(event: str, subject_id: UUID, matter_id: UUID | None, by: ActorRef) -> dict[str, Any]:
    """What every event has."""
    return {
        "event": event,
        "subject_id": subject_id,
        "matter_id": matter_id,
        "actor_kind": by.kind,
        "actor_id": by.actor_id,
        "agency_id": by.agency_id,
        "changes": kind_of(event).changes,
        "salt": os.urandom(32),
    }


def _record_unless(session: Session, recent: ColumnElement[bool], within: str, row: dict[str, Any]) -> None:
    """Append an event unless one like it is there from the last time span; one statement."""
    said = exists().where(recent, Event.actor_id == row["actor_id"], Event.id > func.uuidv7(cast(within, Interval)))
    columns = Event.__table__.c
    values = [literal(value, columns[name].type).label(name) for name, value in row.items()]
    statement = insert(Event).from_select(list(row), select(*values).where(~said), include_defaults=False)
    session.execute(statement.inline())


def record_read(session: Session, lead_id: UUID, by: ActorRef) -> None:
    """Append that somebody was shown what a lead's tips tell: once an hour for each reader and lead."""
    recent = and_(Event.matter_id == lead_id, Event.event == "lead:read")
    _record_unless(session, recent, "-1 hour", _row("lead:read", lead_id, lead_id, by) | {"facts": {}})


def record_download(
    session: Session, subject_id: UUID, lead_id: UUID, by: ActorRef, copy: str, reason: str | None = None
) -> None:
    """Append that somebody got a file: once a minute, since a player asks for one recording in many ranges.

    `reason`: the code of why the copy without metadata did not do.
    """
    facts = {"copy": copy} | ({"reason": reason} if reason else {})
    kind_of("attachment:download").refuse_unnamed(facts)
    recent = and_(Event.subject_id == subject_id, Event.event == "attachment:download", Event.facts == facts)
    row = _row("attachment:download", subject_id, lead_id, by) | {"facts": facts}
    _record_unless(session, recent, "-1 minute", row)
