"""The register of exports: what was taken out of the system, by whom, when, why, and until when it can be fetched."""

import enum
from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from huiyin.kit.database.tables import Table, key, now_column, one_of


class ExportKind(enum.StrEnum):
    inbox = "inbox"  # rows of the list
    dossier = "dossier"  # one lead with what was told, to print


class ExportFormat(enum.StrEnum):
    xlsx = "xlsx"
    csv = "csv"
    page = "page"


class Export(Table):
    __tablename__ = "exports"
    __table_args__ = (
        one_of("kind", ExportKind),
        one_of("format", ExportFormat),
        CheckConstraint("(kind = 'dossier') = (format = 'page')", name="page"),
        UniqueConstraint("number"),
        Index("ix_exports_officer_id_id", "officer_id", "id"),
        Index("ix_exports_lead_ids", "lead_ids", postgresql_using="gin"),
        {"comment": "Exports: what was taken out, by whom and when; purpose and filter are encrypted"},
    )

    id: Mapped[UUID] = key("Export; sorts by time")
    number: Mapped[str] = mapped_column(comment="Stands on every page and in every row of the export")
    kind: Mapped[str] = mapped_column(comment="inbox or dossier")
    format: Mapped[str] = mapped_column(comment="xlsx, csv or page")
    lead_ids: Mapped[list[UUID]] = mapped_column(comment="The leads in it, in their order")
    officer_id: Mapped[UUID] = mapped_column(ForeignKey("officers.id"), comment="Who exported")
    agency_id: Mapped[UUID] = mapped_column(ForeignKey("agencies.id"), comment="For which agency")
    at: Mapped[datetime] = now_column("When it was asked for")
    expires_at: Mapped[datetime] = mapped_column(comment="Until when it can be fetched: 24 hours")
    fetched: Mapped[int] = mapped_column(server_default="0", comment="How often it was fetched")
    fetched_at: Mapped[datetime | None] = mapped_column(comment="When last")
    content: Mapped[bytes] = mapped_column(comment="Purpose and filter: encrypted JSON")
    wrapped_key: Mapped[bytes] = mapped_column(comment="Its data key, wrapped")
    kek_version: Mapped[int] = mapped_column(
        ForeignKey("kek_versions.version"), comment="Which key-encryption key wraps it"
    )
    suite: Mapped[str] = mapped_column(comment="Cipher suite of content and key")
