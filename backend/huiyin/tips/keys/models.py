"""The columns that the desk's keys and an agency's have in common: made in a browser, kept under a passphrase."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint
from sqlalchemy.orm import Mapped, mapped_column

from huiyin.kit.database.tables import Table, now_column
from huiyin.tips.identity.envelope import KEY_BYTES


class WrappedKey(Table):
    """A key pair whose private half the server keeps but cannot open."""

    __abstract__ = True

    id: Mapped[UUID]
    version: Mapped[int]
    made_by: Mapped[UUID]
    suite: Mapped[str] = mapped_column(comment="How envelopes to it are made")
    public_key: Mapped[bytes] = mapped_column(comment="Uncompressed point of P-256")
    salt: Mapped[bytes] = mapped_column(comment="Of the passphrase")
    iterations: Mapped[int] = mapped_column(comment="Rounds of PBKDF2-SHA-256")
    nonce: Mapped[bytes] = mapped_column(comment="Of AES-256-GCM")
    wrapped: Mapped[bytes | None] = mapped_column(comment="The private key, wrapped in a browser; empty once destroyed")
    made_at: Mapped[datetime] = now_column("Since when the form seals to it")
    rewrapped_at: Mapped[datetime | None] = mapped_column(comment="When its passphrase was last replaced")
    retired_at: Mapped[datetime | None] = mapped_column(comment="When the next version replaced it")
    destroyed_at: Mapped[datetime | None] = mapped_column(comment="When nothing was sealed to it any more")


def wrapped_key_checks() -> tuple[CheckConstraint, ...]:
    """What holds for every such key; each table has constraints of its own making."""
    return (
        CheckConstraint(f"octet_length(public_key) = {KEY_BYTES}", name="public_key"),
        CheckConstraint("(wrapped IS NULL) = (destroyed_at IS NOT NULL)", name="destroyed"),
        CheckConstraint("destroyed_at IS NULL OR retired_at IS NOT NULL", name="in_use"),
    )
