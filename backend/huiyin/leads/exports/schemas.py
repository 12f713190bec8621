"""What the API takes and gives about exports."""

from datetime import datetime
from typing import Any, Self
from uuid import UUID

from pydantic import ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from huiyin.access.schemas import AgencyRef, OfficerRef, RequestModel, ResponseModel
from huiyin.kit.text.fields import LongLine
from huiyin.kit.web.paging import PageQuery
from huiyin.leads.exports.models import ExportFormat, ExportKind
from huiyin.leads.page.schemas import LeadFilter, LeadItem
from huiyin.tips.reporting.schemas import MessageItem


class NewExport(RequestModel):
    model_config = ConfigDict(
        json_schema_extra={
            "example": {"kind": "inbox", "format": "xlsx", "purpose": "一季度督办会议材料", "filter": {"overdue": True}}
        }
    )

    kind: ExportKind
    format: ExportFormat = Field(description="xlsx or csv for the inbox, page for a dossier")
    purpose: LongLine = Field(description="Why; it stands on every page of the export, and auditors read it")
    filter: LeadFilter | None = Field(None, description="Of the inbox: which leads, at most 10,000")
    lead_id: UUID | None = Field(None, description="Of a dossier: which lead")

    @model_validator(mode="after")
    def _fits(self) -> Self:
        dossier = self.kind is ExportKind.dossier
        if dossier != (self.format is ExportFormat.page):
            raise PydanticCustomError("format", "The inbox goes as xlsx or csv, a dossier as page")
        if dossier != (self.lead_id is not None) or (dossier and self.filter is not None):
            raise PydanticCustomError("lead_id", "Give `lead_id` for a dossier, and `filter` for the inbox")
        return self


class ExportItem(ResponseModel):
    """An entry of the register; `leads`: how many were in it.

    Of another's export with a lead from which the reader is excluded neither purpose nor filter nor count is shown, and
    a dossier of such a lead is not listed.
    """

    id: UUID
    number: str
    kind: ExportKind
    format: ExportFormat
    purpose: str | None
    filter: dict[str, Any] | None
    leads: int | None
    by: OfficerRef
    agency: AgencyRef
    at: datetime
    expires_at: datetime
    fetched: int
    fetched_at: datetime | None
    may_fetch: bool


class ExportPage(ResponseModel):
    items: list[ExportItem]
    next_cursor: str | None


class ExportQuery(PageQuery):
    """The newest first."""


class Dossier(ResponseModel):
    """One lead, to print: with the marks that stand on every page."""

    export: ExportItem
    lead: LeadItem
    messages: list[MessageItem]
