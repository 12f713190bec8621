"""What the API takes and gives of the work on a lead: overlays, assessments, checklist, notes, mentions, look-back."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any, Self
from uuid import UUID

from pydantic import ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from huiyin.access.schemas import AgencyRef, Code, OfficerRef, RequestModel, ResponseModel
from huiyin.kit.text.fields import Instant, Line, Paragraph
from huiyin.kit.web.paging import PageQuery
from huiyin.leads.record.models import State
from huiyin.leads.work.models import AssessmentResult, OverlayKind, OverlayState

_ID = "0198c5a0-0000-7000-8000-00000000000a"


def _example(**fields: Any) -> ConfigDict:
    return ConfigDict(extra="forbid", json_schema_extra={"example": fields})


class Listing(RequestModel):
    """What a listing (挂牌督办) needs besides."""

    board_number: Line
    public: bool = Field(description="On the public board, or the internal one")
    delisting_test: Paragraph = Field(description="What must be shown before it is taken off the board")


class NewOverlay(RequestModel):
    model_config = _example(
        kind="listed",
        reason="涉及面广，群众反映强烈",
        to="2027-03-01T00:00:00+08:00",
        listing={"board_number": "2026-07", "public": False, "delisting_test": "主犯到案，赃款查清"},
    )

    kind: OverlayKind
    reason: Paragraph
    from_: Instant | None = Field(None, alias="from", description="From when; by default, from the approval on")
    to: Instant | None = Field(None, description="Until when; by default, until somebody ends it")
    listing: Listing | None = Field(None, description="For the kind `listed`, and for no other")

    @model_validator(mode="after")
    def _listing_belongs_to_listed(self) -> Self:
        if (self.kind is OverlayKind.listed) != (self.listing is not None):
            raise PydanticCustomError("listing", "Give `listing` for the kind `listed`, and for no other")
        if self.to is not None and self.from_ is not None and self.to <= self.from_:
            raise PydanticCustomError("not_later", "`to` must be later than `from`")
        return self


class OverlayDecision(RequestModel):
    model_config = _example(agreed=True, note="同意")

    agreed: bool
    note: Paragraph | None = None


class OverlayEnd(RequestModel):
    model_config = _example(reason="摘牌条件已达成")

    reason: Paragraph


class OverlayAction(StrEnum):
    decide = "decide"
    end = "end"


class OverlayItem(ResponseModel):
    id: UUID
    kind: OverlayKind
    state: OverlayState
    from_: datetime = Field(serialization_alias="from", validation_alias="from")
    to: datetime | None
    board_number: str | None
    public: bool | None
    delisting_test: str | None
    reason: str | None
    asked_by: OfficerRef
    asked_at: datetime
    approver: OfficerRef | None = Field(description="Who approved or refused it")
    decided_at: datetime | None
    decision_note: str | None
    ended_by: OfficerRef | None
    ended_at: datetime | None
    end_reason: str | None
    allowed_actions: list[OverlayAction]


class OverlayList(ResponseModel):
    items: list[OverlayItem]


class NewAssessment(RequestModel):
    model_config = _example(
        held_on="2026-11-20",
        participant_ids=[_ID, "0198c5a0-0000-7000-8000-00000000000b"],
        result="dispatch",
        opinion="线索具体，涉黑特征明显，建议交办公安机关核查。",
    )

    held_on: date
    participant_ids: list[UUID] = Field(min_length=2, max_length=50, description="Officers of two agencies at least")
    result: AssessmentResult
    opinion: Paragraph


class ParticipantItem(ResponseModel):
    officer: OfficerRef
    agency: AgencyRef


class AssessmentItem(ResponseModel):
    id: UUID
    held_on: date
    participants: list[ParticipantItem]
    result: AssessmentResult
    opinion: str | None
    recorded_by: OfficerRef
    recorded_at: datetime


class ChecklistLabel(ResponseModel):
    code: str
    zh_cn: str
    zh_hant: str
    en: str


class ChecklistSummary(ResponseModel):
    """How far the checklist is; what is open blocks nothing, but stands in every answer."""

    done: int
    total: int
    open: list[ChecklistLabel]


class ChecklistItem(ChecklistLabel):
    done: bool
    note: str | None
    by: OfficerRef | None
    at: datetime | None


class ChecklistView(ResponseModel):
    conduct: str | None = Field(description="Whose template follows the general one; empty before verification begins")
    template_version: int | None
    version: int
    done: int
    total: int
    items: list[ChecklistItem]


class Tick(RequestModel):
    code: Code
    done: bool
    note: Paragraph | None = None


class Ticks(RequestModel):
    model_config = _example(items=[{"code": "scene_visited", "done": True, "note": "11月20日走访市场"}])

    items: list[Tick] = Field(min_length=1, max_length=100, description="Items that are not named stay as they are")


class NewNote(RequestModel):
    model_config = _example(text="请补充调取 3 号门监控", mention_ids=[_ID])

    text: Paragraph
    mention_ids: list[UUID] = Field(default_factory=list, max_length=20, description="Officers who may read this note")


class NoteItem(ResponseModel):
    id: UUID
    written_at: datetime
    by: OfficerRef
    agency: AgencyRef
    text: str | None
    mentions: list[OfficerRef]


class NotePage(ResponseModel):
    items: list[NoteItem]
    next_cursor: str | None


class NoteQuery(PageQuery):
    """Newest first."""


class MentionLead(ResponseModel):
    id: UUID
    number: str
    state: State


class MentionItem(ResponseModel):
    id: UUID
    lead: MentionLead
    note_id: UUID
    by: OfficerRef
    written_at: datetime
    text: str | None
    read_at: datetime | None


class MentionPage(ResponseModel):
    items: list[MentionItem]
    next_cursor: str | None


class MentionQuery(PageQuery):
    """Unread first, then newest first."""

    unread: bool | None = None


class LookBackRef(ResponseModel):
    """That a lead was drawn, and which office looks back."""

    month: date
    agency: AgencyRef


class SampleItem(ResponseModel):
    lead_id: UUID
    number: str
    agency: AgencyRef


class LookBackDrawItem(ResponseModel):
    month: date
    seed: str = Field(description="In hex; with the sorted ids it gives the same draw again")
    population_digest: str = Field(
        description="SHA-256 over the sorted ids, in hex. How many there were would tell of what the asker may not see"
    )
    drawn_at: datetime
    samples: list[SampleItem] = Field(description="Those that the asker may see")


class LookBackDrawPage(ResponseModel):
    items: list[LookBackDrawItem]
    next_cursor: str | None


class LookBackDrawQuery(PageQuery):
    """Newest month first."""
