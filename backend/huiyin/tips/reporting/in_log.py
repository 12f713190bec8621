"""A tip's place in the public log: promised to its reporter as it comes in, shown with the receipt, checked by audits.

The event `tip:promise` says one thing: a tip with this receipt came in. It names no lead and no officer, so that its
canonical form and salt can be given to the reporter, whose browser then opens the log's commitment by itself.
"""

import base64
import hashlib
from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from huiyin.kit.crypto.base64url import bytes_of
from huiyin.tips.reporting.schemas import LogEntry, ReceiptIn
from huiyin.trail.leaves import canonical, leaf_of
from huiyin.trail.recorder import SYSTEM, record
from huiyin.trail.signing import promise

_PROMISED = text("SELECT p.*, (SELECT max(size) FROM log_checkpoints) AS signed FROM receipt_promise(:receipt) AS p")


def digest_of(ciphertexts: Iterable[bytes]) -> str:
    """What the trail keeps of a tip as it was told: a hash over its ciphertexts, content first, then its subjects.

    It reveals nothing, and shows later whether they are still the same: a tip is never edited.
    """
    return hashlib.sha256(b"".join(hashlib.sha256(each).digest() for each in ciphertexts)).hexdigest()


def promise_place(session: Session, receipt: ReceiptIn, tip_id: UUID, event_id: UUID, received_at: datetime) -> str:
    """Record that a tip with this receipt came in; returns the log's signed promise, a C2SP note."""
    hashed = bytes_of(receipt.token_hash).hex()
    event = record(session, "tip:promise", tip_id, SYSTEM, event_id=event_id, at=received_at, receipt=hashed)
    return promise(leaf_of(event), received_at)


def entry_of(session: Session, receipt_hash: bytes) -> LogEntry | None:
    """What opens the log's commitment for the holder of a receipt; None for tips from before there was a log."""
    event: Any = session.execute(_PROMISED, {"receipt": receipt_hash}).one_or_none()
    if event is None:
        return None
    return LogEntry(
        entry=canonical(event),
        salt=base64.b64encode(event.salt).decode(),
        index=event.log_index if event.log_index is not None and event.log_index < (event.signed or 0) else None,
        promise=promise(leaf_of(event), event.at),
    )
