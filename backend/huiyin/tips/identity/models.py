"""Tables of sealed identity: the desk's keys, the envelopes of the tips, and who asked to open one and why.

No column here can be read by the server: envelopes open with a key that exists only in officers' browsers.
"""

import enum
from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from huiyin.kit.database.tables import Table, key, now_column, one_of
from huiyin.tips.identity.envelope import ENVELOPE_BYTES, KEY_BYTES
from huiyin.tips.keys.models import WrappedKey, wrapped_key_checks


class OpeningPurpose(enum.StrEnum):
    """Why an identity is asked for; the reporter is told in these words."""

    verify = "verify"  # 核实情况
    protect = "protect"  # 保护举报人
    reward = "reward"  # 兑现奖励
    answer = "answer"  # 当面反馈


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


class IdentityEnvelope(Table):
    __tablename__ = "identity_envelopes"
    __table_args__ = (
        CheckConstraint(f"octet_length(envelope) = {ENVELOPE_BYTES}", name="envelope"),
        CheckConstraint("octet_length(binding) = 32", name="binding"),
        Index("ix_identity_envelopes_key_version", "key_version", "tip_id"),
        {"comment": "The sealed identity of a tip's reporter, or a dummy of the same size: nobody here can tell"},
    )

    tip_id: Mapped[UUID] = mapped_column(ForeignKey("tips.id"), primary_key=True, comment="Whose reporter")
    key_version: Mapped[int] = mapped_column(ForeignKey("identity_keys.version"), comment="To which key of the desk")
    envelope: Mapped[bytes] = mapped_column(comment="HPKE: encapsulated key and ciphertext, always of one size")
    binding: Mapped[bytes] = mapped_column(comment="The receipt hash that the envelope is bound to")
    resealed_at: Mapped[datetime | None] = mapped_column(comment="When the desk sealed it to a later key")


class IdentityOpening(Table):
    __tablename__ = "identity_openings"
    __table_args__ = (
        one_of("purpose", OpeningPurpose),
        CheckConstraint(f"octet_length(public_key) = {KEY_BYTES}", name="public_key"),
        CheckConstraint(f"octet_length(envelope) = {ENVELOPE_BYTES}", name="envelope"),
        CheckConstraint("hours BETWEEN 1 AND 72", name="hours"),
        CheckConstraint("(decided_by IS NULL) = (agreed IS NULL)", name="decided"),
        CheckConstraint("decided_by <> asked_by AND NOT decided_agency_id = ANY (asked_agency_ids)", name="four_eyes"),
        CheckConstraint("opened_by <> asked_by AND opened_by <> decided_by", name="third_person"),
        CheckConstraint("opened_at IS NULL OR agreed", name="granted"),
        CheckConstraint("(opened_at IS NULL) = (expires_at IS NULL)", name="term"),
        CheckConstraint("envelope IS NULL OR (opened_at IS NOT NULL AND ended_at IS NULL)", name="limited"),
        Index("ix_identity_openings_tip_id_id", "tip_id", "id"),
        {"comment": "Who asked for a reporter's identity and why, who granted it, and until when it could be read"},
    )

    id: Mapped[UUID] = key("Opening; sorts by time")
    tip_id: Mapped[UUID] = mapped_column(ForeignKey("tips.id"), comment="Whose reporter")
    purpose: Mapped[str] = mapped_column(comment="Why, as the reporter is told (taxonomy identity_purpose)")
    reason: Mapped[bytes] = mapped_column(comment="Why, in the asker's words: encrypted JSON under the tip's key")
    hours: Mapped[int] = mapped_column(comment="How long it may be read, from the opening on")
    public_key: Mapped[bytes] = mapped_column(comment="Made for this request in the asker's browser")
    asked_by: Mapped[UUID] = mapped_column(ForeignKey("officers.id"), comment="Who asked")
    asked_agency_ids: Mapped[list[UUID]] = mapped_column(
        comment="The asker's agencies, their own first; none may grant"
    )
    asked_at: Mapped[datetime] = now_column("When it was asked; lapses after seven days without an opening")
    decided_by: Mapped[UUID | None] = mapped_column(ForeignKey("officers.id"), comment="Who granted or refused it")
    decided_agency_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("agencies.id"), comment="Their agency; never one of the asker's"
    )
    decided_at: Mapped[datetime | None] = mapped_column(comment="When")
    agreed: Mapped[bool | None] = mapped_column(comment="Whether it was granted; empty: it waits")
    opened_by: Mapped[UUID | None] = mapped_column(ForeignKey("officers.id"), comment="Desk officer who re-sealed it")
    opened_at: Mapped[datetime | None] = mapped_column(comment="When it was sealed to the asker")
    expires_at: Mapped[datetime | None] = mapped_column(comment="Until when the asker may read it")
    envelope: Mapped[bytes | None] = mapped_column(comment="Sealed to the asker's key; destroyed when the term ends")
    ended_at: Mapped[datetime | None] = mapped_column(comment="When the envelope was destroyed")
    withheld_by: Mapped[UUID | None] = mapped_column(
        ForeignKey("officers.id"), comment="Reviewer who recorded why the reporter is not told yet"
    )
    withheld_until: Mapped[datetime | None] = mapped_column(comment="Until when the reporter is not told")
    withheld_reason: Mapped[bytes | None] = mapped_column(comment="Why: encrypted JSON under the tip's key")
