"""Writing events: always in the caller's transaction, so a change without its event cannot exist."""

import os
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from huiyin.kit.tables import insert_into
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
    **facts: Any,
) -> None:
    """Append one event.

    Args:
        event: `subject:verb`, for example `lead:screen`.
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
    session.execute(insert_into(Event), row)
