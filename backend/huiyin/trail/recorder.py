"""Writing events: always in the caller's transaction, so a change without its event cannot exist."""

import os
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from huiyin.kit.database.tables import insert_into
from huiyin.trail.models import ActorKind, Event


@dataclass(frozen=True, slots=True)
class By:
    """Who acted, as the trail records it."""

    kind: ActorKind
    actor_id: UUID | None = None
    agency_id: UUID | None = None


REPORTER = By(ActorKind.reporter)
SYSTEM = By(ActorKind.system)


def record(
    session: Session,
    event: str,
    subject_id: UUID,
    by: By,
    *,
    lead_id: UUID | None = None,
    from_state: str | None = None,
    to_state: str | None = None,
    event_id: UUID | None = None,
    at: datetime | None = None,
    **facts: Any,
) -> Event:
    """Append one event; returns what was written, as far as it was given.

    Args:
        event: `subject:verb`, for example `lead:screen`.
        event_id: the key where the caller needs it; otherwise the database makes one.
        at: the time where the caller needs it; otherwise the transaction's.
        facts: ids and codes that explain the change; no personal data and no free text, which belong into
            encrypted rows that the event's id names.
    """
    row: dict[str, Any] = {
        "event": event,
        "subject_id": subject_id,
        "lead_id": lead_id,
        "actor_kind": by.kind,
        "actor_id": by.actor_id,
        "agency_id": by.agency_id,
        "from_state": from_state,
        "to_state": to_state,
        "facts": facts,
        "salt": os.urandom(32),
    }
    if event_id is not None:
        row["id"] = event_id
    if at is not None:
        row["at"] = at
    session.execute(insert_into(Event), row)
    return Event(**row)


_READ = text(
    """
    INSERT INTO events (event, subject_id, lead_id, actor_kind, actor_id, agency_id, facts, salt)
    SELECT 'lead:read', CAST(:lead AS uuid), CAST(:lead AS uuid), :kind, :actor, :agency, '{}', :salt
    WHERE NOT EXISTS (
        SELECT FROM events WHERE lead_id = :lead AND actor_id = :actor AND event = 'lead:read'
          AND id > uuidv7(interval '-1 hour')
    )
    """
)


def record_read(session: Session, lead_id: UUID, by: By) -> None:
    """Append that somebody was shown what a lead's tips tell: once an hour for each reader and lead."""
    session.execute(
        _READ,
        {"lead": lead_id, "kind": by.kind, "actor": by.actor_id, "agency": by.agency_id, "salt": os.urandom(32)},
    )


_DOWNLOAD = text(
    """
    INSERT INTO events (event, subject_id, lead_id, actor_kind, actor_id, agency_id, facts, salt)
    SELECT 'attachment:download', CAST(:subject AS uuid), CAST(:lead AS uuid), :kind, :actor, :agency,
           jsonb_strip_nulls(jsonb_build_object('copy', CAST(:copy AS text), 'reason', CAST(:reason AS text))), :salt
    WHERE NOT EXISTS (
        SELECT FROM events WHERE subject_id = :subject AND actor_id = :actor AND event = 'attachment:download'
          AND facts ->> 'copy' = :copy AND facts ->> 'reason' IS NOT DISTINCT FROM :reason
          AND id > uuidv7(interval '-1 minute')
    )
    """
)


def record_download(
    session: Session, subject_id: UUID, lead_id: UUID, by: By, copy: str, reason: str | None = None
) -> None:
    """Append that somebody got a file: once a minute, since a player asks for one recording in many ranges.

    `reason`: the code of why the copy without metadata did not do.
    """
    who = {"kind": by.kind, "actor": by.actor_id, "agency": by.agency_id}
    salt = os.urandom(32)
    what = {"subject": subject_id, "lead": lead_id, "copy": copy, "reason": reason}
    session.execute(_DOWNLOAD, what | {"salt": salt} | who)
