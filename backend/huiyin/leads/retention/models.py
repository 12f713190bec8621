"""Tables of what protects the accused: how long a lead is kept, holds, corrections, exoneration, and who was told."""

import enum
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Date, ForeignKey, ForeignKeyConstraint, Index, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from huiyin.kit.database.tables import Table, key, now_column, one_of
from huiyin.tips.record.models import LegalStatus
from huiyin.workflow.request_models import Apart, LapsingRow, RequestRow, request_checks


# How a legal hold (证据保全) stands.
class HoldState(enum.StrEnum):
    asked = "asked"
    refused = "refused"
    running = "running"
    ended = "ended"
    lapsed = "lapsed"  # nobody decided within 14 days


class LegalHold(LapsingRow, Table):
    __tablename__ = "legal_holds"
    __table_args__ = (
        *request_checks(HoldState, Apart.agency),
        Index("ix_legal_holds_lead_id_id", "lead_id", "id"),
        Index("ix_legal_holds_to_on", "to_on", postgresql_where=text("state = 'running'")),
        Index(
            "uq_legal_holds_lead_id",
            "lead_id",
            unique=True,
            postgresql_where=text("state IN ('asked', 'running')"),
        ),
        {"comment": "What keeps a lead from expiring for a term: asked by one officer, granted by another agency's"},
    )

    id: Mapped[UUID] = key("Hold")
    lead_id: Mapped[UUID] = mapped_column(ForeignKey("leads.id"), comment="Which lead")
    to_on: Mapped[date] = mapped_column(Date(), comment="Its last day")
    reason: Mapped[bytes] = mapped_column(comment="Why: encrypted JSON")
    decision: Mapped[bytes | None] = mapped_column(comment="The note of who decided: encrypted JSON")
    ending: Mapped[bytes | None] = mapped_column(comment="Why it was lifted: encrypted JSON")


# How the exoneration (澄清正名) of subjects stands.
class ExonerationState(enum.StrEnum):
    asked = "asked"
    refused = "refused"
    approved = "approved"


class Exoneration(RequestRow, Table):
    __tablename__ = "exonerations"
    __table_args__ = (
        *request_checks(ExonerationState, Apart.agency),
        CheckConstraint("jsonb_typeof(subjects) = 'array'", name="subjects"),
        Index("ix_exonerations_lead_id_id", "lead_id", "id"),
        Index("uq_exonerations_lead_id", "lead_id", unique=True, postgresql_where=text("state = 'asked'")),
        {"comment": "Exoneration of subjects (澄清正名): proposed by one officer, approved by another agency's"},
    )

    id: Mapped[UUID] = key("Exoneration")
    lead_id: Mapped[UUID] = mapped_column(ForeignKey("leads.id"), comment="Which lead")
    subjects: Mapped[list[dict[str, Any]]] = mapped_column(JSONB(), comment="Which subjects: tip and place in it")
    document_number: Mapped[str] = mapped_column(comment="Number of the exoneration document")
    at_request: Mapped[bool] = mapped_column(comment="Whether the subject asked for it")
    reason: Mapped[bytes] = mapped_column(comment="Why, and the words of the letter of exoneration: encrypted JSON")
    decision: Mapped[bytes | None] = mapped_column(comment="The note of who decided: encrypted JSON")


class SubjectCorrection(Table):
    __tablename__ = "subject_corrections"
    __table_args__ = (
        one_of("status_before", LegalStatus),
        one_of("status_after", LegalStatus),
        ForeignKeyConstraint(["tip_id", "seq"], ["subjects.tip_id", "subjects.seq"]),
        Index("ix_subject_corrections_tip_id_id", "tip_id", "id"),
        {"comment": "What was recorded wrongly of a subject, what is right, and why; what was told stays"},
    )

    id: Mapped[UUID] = key("Correction; sorts by time")
    tip_id: Mapped[UUID] = mapped_column(ForeignKey("tips.id"), comment="Whose subject")
    seq: Mapped[int] = mapped_column(comment="Which one in the tip")
    at: Mapped[datetime] = now_column("When")
    officer_id: Mapped[UUID] = mapped_column(ForeignKey("officers.id"), comment="Who corrected it")
    agency_id: Mapped[UUID] = mapped_column(ForeignKey("agencies.id"), comment="For which agency")
    fields: Mapped[list[str]] = mapped_column(comment="Names of the fields that were wrong")
    status_before: Mapped[str] = mapped_column(comment="Legal status before")
    status_after: Mapped[str] = mapped_column(comment="Legal status after")
    content: Mapped[bytes] = mapped_column(
        comment="Reason, values before and after: encrypted JSON under the tip's key"
    )


class NoticeKind(enum.StrEnum):
    """What an agency is told of a lead that it holds, held or opened."""

    expiry = "expiry"  # 30 days before it expires
    hold_ended = "hold_ended"
    correction = "correction"
    exoneration = "exoneration"


class LeadNotice(Table):
    __tablename__ = "lead_notices"
    __table_args__ = (
        one_of("kind", NoticeKind),
        CheckConstraint("(acknowledged_by IS NULL) = (acknowledged_at IS NULL)", name="acknowledged"),
        Index("ix_lead_notices_lead_id", "lead_id"),
        Index("ix_lead_notices_open", "agency_id", "id", postgresql_where=text("acknowledged_at IS NULL")),
        Index(
            "ix_lead_notices_late",
            "due_at",
            postgresql_where=text("acknowledged_at IS NULL AND late_at IS NULL AND due_at IS NOT NULL"),
        ),
        {"comment": "What an agency was told of a lead it was given, and whether it took note; no text"},
    )

    id: Mapped[UUID] = key("Notice; sorts by time")
    lead_id: Mapped[UUID] = mapped_column(ForeignKey("leads.id"), comment="Which lead")
    number: Mapped[str] = mapped_column(comment="The lead's number, for agencies that no longer see it")
    agency_id: Mapped[UUID] = mapped_column(ForeignKey("agencies.id"), comment="Who is told")
    kind: Mapped[str] = mapped_column(comment="expiry, hold_ended, correction or exoneration")
    about: Mapped[UUID | None] = mapped_column(comment="Which hold, correction or exoneration")
    facts: Mapped[dict[str, Any]] = mapped_column(comment="Codes, dates, places of subjects, document number; no name")
    at: Mapped[datetime] = now_column("When")
    due_at: Mapped[datetime | None] = mapped_column(comment="By when it must be acknowledged; empty: need not be")
    late_at: Mapped[datetime | None] = mapped_column(comment="When it was recorded as late")
    acknowledged_by: Mapped[UUID | None] = mapped_column(ForeignKey("officers.id"), comment="Who took note")
    acknowledged_at: Mapped[datetime | None] = mapped_column(comment="When")
