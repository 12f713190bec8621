"""Tables of sealed identity: the desk's keys, the envelopes of the tips, and who asked to open one and why.

No column here can be read by the server: envelopes open with a key that exists only in officers' browsers.
"""

import enum
from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from huiyin.kit.crypto.hpke import KEY_BYTES
from huiyin.kit.database.tables import Table, key, one_of
from huiyin.tips.identity.envelope import ENVELOPE_BYTES
from huiyin.workflow.request_models import Apart, LapsingRow, request_checks


class OpeningPurpose(enum.StrEnum):
    """Why an identity is asked for; the reporter is told in these words."""

    verify = "verify"  # 核实情况
    protect = "protect"  # 保护举报人
    reward = "reward"  # 兑现奖励
    answer = "answer"  # 当面反馈


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


# How a request for an identity stands.
class OpeningState(enum.StrEnum):
    asked = "asked"
    refused = "refused"
    granted = "granted"  # waits for the desk
    opened = "opened"  # the asker may read it
    ended = "ended"
    lapsed = "lapsed"  # nobody decided, or the desk did not open it, within seven days


class IdentityOpening(LapsingRow, Table):
    __tablename__ = "identity_openings"
    __table_args__ = (
        *request_checks(OpeningState, Apart.agency),
        one_of("purpose", OpeningPurpose),
        CheckConstraint(f"octet_length(public_key) = {KEY_BYTES}", name="public_key"),
        CheckConstraint(f"octet_length(envelope) = {ENVELOPE_BYTES}", name="envelope"),
        CheckConstraint("hours BETWEEN 1 AND 72", name="hours"),
        CheckConstraint("opened_by <> asked_by AND opened_by <> decided_by", name="third_person"),
        CheckConstraint("(state IN ('opened', 'ended')) = (opened_at IS NOT NULL)", name="opened"),
        CheckConstraint("(opened_at IS NULL) = (expires_at IS NULL)", name="term"),
        CheckConstraint("(state = 'opened') = (envelope IS NOT NULL)", name="limited"),
        Index("ix_identity_openings_tip_id_id", "tip_id", "id"),
        Index(
            "uq_identity_openings_tip_id_asked_by",
            "tip_id",
            "asked_by",
            unique=True,
            postgresql_where=text("state IN ('asked', 'granted', 'opened')"),
        ),
        {"comment": "Who asked for a reporter's identity and why, who granted it, and until when it could be read"},
    )

    id: Mapped[UUID] = key("Opening; sorts by time")
    tip_id: Mapped[UUID] = mapped_column(ForeignKey("tips.id"), comment="Whose reporter")
    purpose: Mapped[str] = mapped_column(comment="Why, as the reporter is told (taxonomy identity_purpose)")
    reason: Mapped[bytes] = mapped_column(comment="Why, in the asker's words: encrypted JSON under the tip's key")
    hours: Mapped[int] = mapped_column(comment="How long it may be read, from the opening on")
    public_key: Mapped[bytes] = mapped_column(comment="Made for this request in the asker's browser")
    opened_by: Mapped[UUID | None] = mapped_column(ForeignKey("officers.id"), comment="Desk officer who re-sealed it")
    opened_at: Mapped[datetime | None] = mapped_column(comment="When it was sealed to the asker")
    expires_at: Mapped[datetime | None] = mapped_column(comment="Until when the asker may read it")
    envelope: Mapped[bytes | None] = mapped_column(comment="Sealed to the asker's key; destroyed when the term ends")
    withheld_by: Mapped[UUID | None] = mapped_column(
        ForeignKey("officers.id"), comment="Reviewer who recorded why the reporter is not told yet"
    )
    withheld_until: Mapped[datetime | None] = mapped_column(comment="Until when the reporter is not told")
    withheld_reason: Mapped[bytes | None] = mapped_column(comment="Why: encrypted JSON under the tip's key")
