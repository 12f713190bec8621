"""Tables of sealed tips: the keys of agencies, and for each sealed thing its content key, sealed to such a key."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from huiyin.kit.database.tables import Table, key
from huiyin.tips.keys.models import WrappedKey, wrapped_key_checks
from huiyin.tips.sealed.envelope import SEALED_KEY_BYTES


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


class SealedEnvelope(Table):
    __tablename__ = "sealed_envelopes"
    __table_args__ = (
        CheckConstraint(f"octet_length(to_agency) = {SEALED_KEY_BYTES}", name="to_agency"),
        CheckConstraint("octet_length(binding) = 32", name="binding"),
        Index("ix_sealed_envelopes_key_id_id", "key_id", "id"),
        Index("ix_sealed_envelopes_tip_id", "tip_id"),
        {"comment": "For each sealed tip, message and file its content key, sealed to the agency"},
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, comment="The tip, message or file")
    tip_id: Mapped[UUID] = mapped_column(ForeignKey("tips.id"), comment="Of which tip")
    what: Mapped[str] = mapped_column(comment="What it is bound to be: tip, file, or message/ and its side")
    key_id: Mapped[UUID] = mapped_column(ForeignKey("sealed_keys.id"), comment="To which key of the agency")
    to_agency: Mapped[bytes] = mapped_column(comment="HPKE: the content's key, always of one size")
    binding: Mapped[bytes] = mapped_column(comment="The receipt hash that it is bound to")
    resealed_at: Mapped[datetime | None] = mapped_column(comment="When the agency sealed it to a later key")
