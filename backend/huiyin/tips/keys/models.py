"""The columns that the desk's keys and an agency's have in common: made in a browser, kept under a passphrase."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from huiyin.kit.crypto.hpke import KEY_BYTES
from huiyin.kit.database.tables import Table, key, now_column


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


class IdentityKey(WrappedKey):
    __tablename__ = "identity_keys"
    __table_args__ = (
        *wrapped_key_checks(),
        Index("uq_identity_keys_suite", "suite", unique=True, postgresql_where="retired_at IS NULL"),
        {"comment": "Public keys of the identity desk, and the private ones wrapped by a passphrase no server knows"},
    )

    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False, comment="Counts the desk's keys")
    id: Mapped[UUID] = mapped_column(server_default=text("uuidv7()"), comment="The key, as the trail names it")
    made_by: Mapped[UUID] = mapped_column(
        ForeignKey("officers.id"), comment="Desk officer in whose browser it was made"
    )


class SealedKey(WrappedKey):
    __tablename__ = "sealed_keys"
    __table_args__ = (
        *wrapped_key_checks(),
        UniqueConstraint("agency_id", "version"),
        UniqueConstraint("public_key"),
        Index("uq_sealed_keys_in_use", "agency_id", unique=True, postgresql_where="retired_at IS NULL"),
        {"comment": "Keys of discipline agencies to which tips are sealed; private ones wrapped by a passphrase"},
    )

    id: Mapped[UUID] = key("Key")
    agency_id: Mapped[UUID] = mapped_column(ForeignKey("agencies.id"), comment="Whose key")
    version: Mapped[int] = mapped_column(comment="Counts the agency's keys")
    made_by: Mapped[UUID] = mapped_column(ForeignKey("officers.id"), comment="Officer in whose browser it was made")
