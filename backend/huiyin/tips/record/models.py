"""Tables of tips, the subjects they name, who must not see them, and the dialogue with the reporter.

What was told is ciphertext under the tip's own data key (ADR 0007); the columns in clear are coarse facts.
"""

import enum
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from huiyin.kit.database.tables import Table, key, now_column, one_of


class ReporterStage(enum.StrEnum):
    """Where a tip stands, in the words of its reporter; none of them would warn a subject."""

    received = "received"
    accepted = "accepted"
    being_checked = "being_checked"
    under_review = "under_review"
    answered = "answered"
    closed = "closed"
    passed_on = "passed_on"
    not_accepted = "not_accepted"


class Occurrence(enum.StrEnum):
    exact = "exact"
    roughly = "roughly"
    ongoing = "ongoing"
    unknown = "unknown"


class SubjectKind(enum.StrEnum):
    person = "person"
    organisation = "organisation"
    agency = "agency"
    unknown = "unknown"


class LegalStatus(enum.StrEnum):
    """Shown wherever a subject is shown (docs/domain.md, section 1)."""

    reported = "reported"  # 举报未核
    verifying = "verifying"  # 核查中
    unsubstantiated = "unsubstantiated"  # 查否
    case_filed = "case_filed"  # 立案
    charged = "charged"  # 起诉
    convicted = "convicted"  # 生效判决
    exonerated = "exonerated"  # 已澄清：无罪、撤案或澄清正名


class MessageSide(enum.StrEnum):
    reporter = "reporter"
    staff = "staff"
    answer = "answer"  # the feedback that ends the matter for the reporter
    objection = "objection"  # the reporter does not agree with the answer


class Tip(Table):
    __tablename__ = "tips"
    __table_args__ = (
        one_of("stage", ReporterStage),
        one_of("occurred_kind", Occurrence),
        CheckConstraint("octet_length(receipt_hash) = 32", name="receipt_hash"),
        UniqueConstraint("receipt_hash"),
        # A reference is one sender's: nobody takes another's, and what that one sends under it comes in.
        UniqueConstraint("channel_id", "sender_id", "external_ref"),
        CheckConstraint("external_ref IS NULL OR sender_id IS NOT NULL", name="sender_id"),
        CheckConstraint("(content_digest IS NULL) = (external_ref IS NULL)", name="content_digest"),
        Index("ix_tips_lead_id", "lead_id"),
        Index("ix_tips_external_ref", "external_ref", postgresql_where="external_ref IS NOT NULL"),
        {"comment": "Submissions as they came in; never edited"},
    )

    id: Mapped[UUID] = key("Tip")
    lead_id: Mapped[UUID] = mapped_column(ForeignKey("leads.id"), comment="The lead that it belongs to")
    channel_id: Mapped[UUID] = mapped_column(ForeignKey("channels.id"), comment="By which channel it came")
    region_code: Mapped[str] = mapped_column(ForeignKey("regions.code"), comment="Where it happened, as told")
    conduct: Mapped[str] = mapped_column(comment="What kind of conduct, as told (taxonomy conduct)")
    sector: Mapped[str | None] = mapped_column(comment="Which sector, as told (taxonomy sector)")
    occurred_kind: Mapped[str] = mapped_column(comment="How exactly the reporter knows when it happened")
    occurred_at: Mapped[datetime | None] = mapped_column(comment="When it happened, as told; not a system time")
    submitted_at: Mapped[datetime | None] = mapped_column(
        comment="When the source took it in, as told; not a system time"
    )
    received_at: Mapped[datetime] = now_column("When it reached this system")
    external_ref: Mapped[str | None] = mapped_column(comment="The source's own reference")
    sender_id: Mapped[UUID | None] = mapped_column(
        comment="The officer or system that gave a reference; a reference is one sender's"
    )
    content_digest: Mapped[bytes | None] = mapped_column(
        comment="Keyed hash of what came under a reference, to tell a repeat from another tip"
    )
    receipt_hash: Mapped[bytes | None] = mapped_column(comment="SHA-256 of the reporter's lookup token (ADR 0010)")
    receipt_suite: Mapped[str | None] = mapped_column(comment="How the token is derived from the code")
    stage: Mapped[str] = mapped_column(server_default="received", comment="What the receipt page shows")
    stage_since: Mapped[datetime] = now_column("Since when")
    stage_reason: Mapped[str | None] = mapped_column(comment="Coded reason where it was declined or passed on")
    passed_to: Mapped[bytes | None] = mapped_column(comment="Name of the body it was passed on to, encrypted")
    handled_by: Mapped[str | None] = mapped_column(comment="Kind of body that handles it; never a name")
    answer_due_at: Mapped[datetime | None] = mapped_column(comment="By when the reporter hears next")
    answer_due_provisional: Mapped[bool] = mapped_column(
        server_default="false", comment="The year's holidays are not known yet"
    )
    answered_at: Mapped[datetime | None] = mapped_column(comment="When its reporter was answered")
    rated_at: Mapped[datetime | None] = mapped_column(comment="When its reporter rated the answer")
    satisfied: Mapped[bool | None] = mapped_column(comment="Whether the answer satisfied")
    rating: Mapped[bytes | None] = mapped_column(comment="One line about it, encrypted")
    objected_at: Mapped[datetime | None] = mapped_column(comment="When its reporter objected; once, within 30 days")
    objection_decided_at: Mapped[datetime | None] = mapped_column(comment="When a reviewer decided on the objection")
    objection_upheld: Mapped[bool | None] = mapped_column(comment="Whether the lead was taken up again")
    sealed_for: Mapped[UUID | None] = mapped_column(
        ForeignKey("agencies.id"), comment="The agency that alone can read it; empty: not sealed"
    )
    content: Mapped[bytes] = mapped_column(comment="Title, narrative, place, note on time: encrypted JSON")
    wrapped_key: Mapped[bytes | None] = mapped_column(comment="The tip's data key, wrapped; empty once destroyed")
    kek_version: Mapped[int] = mapped_column(
        ForeignKey("kek_versions.version"), comment="Which key-encryption key wraps it"
    )
    suite: Mapped[str] = mapped_column(comment="Cipher suite of content and key")


class Subject(Table):
    __tablename__ = "subjects"
    __table_args__ = (
        one_of("kind", SubjectKind),
        one_of("status", LegalStatus),
        Index("ix_subjects_agency_id", "agency_id"),
        {"comment": "People, organisations and agencies named in a tip; names are encrypted under its key"},
    )

    tip_id: Mapped[UUID] = mapped_column(ForeignKey("tips.id"), primary_key=True, comment="Where it is named")
    seq: Mapped[int] = mapped_column(primary_key=True, comment="Order in the tip")
    kind: Mapped[str] = mapped_column(comment="person, organisation, agency or unknown")
    status: Mapped[str] = mapped_column(server_default="reported", comment="Legal status, shown with the name")
    agency_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("agencies.id"), comment="Where it is an agency of the register"
    )
    content: Mapped[bytes] = mapped_column(comment="Name, unit, post, nickname, description: encrypted JSON")
    corrected: Mapped[bytes | None] = mapped_column(comment="What is right where something was wrong: encrypted JSON")
    exonerated_on: Mapped[date | None] = mapped_column(
        Date(), comment="Day on which the subject was exonerated (澄清正名)"
    )
    exoneration_document: Mapped[str | None] = mapped_column(comment="Number of the exoneration document")
    added_by: Mapped[UUID | None] = mapped_column(
        ForeignKey("officers.id"), comment="Officer who named it later; empty: the reporter"
    )
    added_at: Mapped[datetime | None] = mapped_column(comment="When it was named later")


class TipExclusion(Table):
    __tablename__ = "tip_exclusions"
    __table_args__ = ({"comment": "Who must not see the tip, as its reporter asked"},)

    tip_id: Mapped[UUID] = mapped_column(ForeignKey("tips.id"), primary_key=True, comment="Which tip")
    seq: Mapped[int] = mapped_column(primary_key=True, comment="Order in the tip")
    agency_id: Mapped[UUID | None] = mapped_column(ForeignKey("agencies.id"), comment="An agency, with all below it")
    official: Mapped[bytes | None] = mapped_column(comment="A named official, encrypted under the tip's key")


class Message(Table):
    __tablename__ = "messages"
    __table_args__ = (
        one_of("side", MessageSide),
        Index("ix_messages_tip_id_id", "tip_id", "id"),
        {"comment": "Dialogue between staff and reporter; encrypted under the tip's key"},
    )

    id: Mapped[UUID] = key("Message; sorts by time")
    tip_id: Mapped[UUID] = mapped_column(ForeignKey("tips.id"), comment="Whose dialogue")
    side: Mapped[str] = mapped_column(comment="reporter, staff or answer")
    officer_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("officers.id"), comment="Who wrote for the staff; never shown outside"
    )
    at: Mapped[datetime] = now_column("When it was written")
    content: Mapped[bytes] = mapped_column(comment="The text, encrypted")
    read_at: Mapped[datetime | None] = mapped_column(
        comment="When whoever works on the lead first saw it; its reporter is told"
    )
