"""What the public log commits to: an event's canonical form, and the salted commitment that is the log's entry.

Canonical form: RFC 8785 (JSON Canonicalization Scheme) of the object below; all values are strings, null, or what
`facts` holds, which are codes, ids, whole numbers and lists of them. Commitment: SHA-256(salt || canonical form), with
the 32 random bytes of the event: who has both can open it, and nobody can guess what an unopened one says.
"""

import hashlib
import json
from datetime import UTC, datetime
from typing import Any, Protocol
from uuid import UUID

from huiyin.trail.merkle import leaf_hash


class Recorded(Protocol):
    """An event as the table has it: the model, or a row of its columns."""

    @property
    def id(self) -> UUID: ...
    @property
    def at(self) -> datetime: ...
    @property
    def event(self) -> str: ...
    @property
    def subject_id(self) -> UUID: ...
    @property
    def matter_id(self) -> UUID | None: ...
    @property
    def actor_kind(self) -> str: ...
    @property
    def actor_id(self) -> UUID | None: ...
    @property
    def agency_id(self) -> UUID | None: ...
    @property
    def from_state(self) -> str | None: ...
    @property
    def to_state(self) -> str | None: ...
    @property
    def facts(self) -> dict[str, Any]: ...
    @property
    def salt(self) -> bytes: ...


def _text(id_: UUID | None) -> str | None:
    return None if id_ is None else str(id_)


def canonical(event: Recorded) -> str:
    """The one text of an event, whoever writes it down."""
    told = {
        "id": str(event.id),
        "at": event.at.astimezone(UTC).isoformat(timespec="microseconds"),
        "event": event.event,
        "subject": str(event.subject_id),
        "matter": _text(event.matter_id),
        "actor_kind": str(event.actor_kind),
        "actor": _text(event.actor_id),
        "agency": _text(event.agency_id),
        "from": event.from_state,
        "to": event.to_state,
        "facts": event.facts,
    }
    return json.dumps(told, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def commitment(salt: bytes, text: str) -> bytes:
    """The log's entry for an event."""
    return hashlib.sha256(salt + text.encode()).digest()


def leaf_of(event: Recorded) -> bytes:
    """The hash by which the log's tree holds an event."""
    return leaf_hash(commitment(bytes(event.salt), canonical(event)))
