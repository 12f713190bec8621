"""What the API gives about leads, and the filter of their list."""

from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, PlainSerializer, StringConstraints, field_validator

from huiyin.access.schemas import AgencyRef, Code, OfficerRef, RegionCode, RegionRef, ResponseModel
from huiyin.clocks.models import ClockRuleCode
from huiyin.kit.text.fields import Instant, NoControls
from huiyin.kit.web.paging import PageQuery
from huiyin.leads.record.models import Finding, LeadExoneration, Nature, Outcome, State
from huiyin.leads.work.models import OverlayKind
from huiyin.leads.work.schemas import AssessmentItem, ChecklistSummary, LookBackRef, OverlayItem
from huiyin.tips.reporting.schemas import TipItem
from huiyin.workflow.actions import ActionItem
from huiyin.workflow.models import AssignmentRole, ExclusionSource


class LeadSort(StrEnum):
    oldest = "received_at"
    newest = "-received_at"
    due_first = "due_at"
    due_last = "-due_at"


class LeadFilter(BaseModel):
    """Every filter of the inbox; all given ones must hold. Unknown fields are refused.

    `open`, `me`, `mine` and `due_within_days` mean the asker and the moment of asking: a kept filter
    stays true.
    """

    model_config = ConfigDict(extra="forbid")

    state: list[State] = Field(default_factory=list, max_length=len(State), description="Any of these")
    open: bool | None = Field(None, description="In any state in which somebody must still do something")
    nature: Nature | None = None
    sector: Code | None = None
    conduct: Code | None = None
    region: RegionCode | None = Field(None, description="This division and all below it")
    agency: UUID | Literal["mine"] | None = Field(
        None, description="The agency that answers for it now, or `mine`; open leads only with `mine`"
    )
    officer: UUID | Literal["me"] | None = Field(None, description="The officer who answers for it now, or `me`")
    overdue: bool | None = None
    due_within_days: Annotated[int, Field(ge=0, le=366)] | None = Field(
        None, description="Open, not overdue, and due within so many days from now"
    )
    clock: ClockRuleCode | None = Field(None, description="Which clock runs")
    news: bool | None = Field(None, description="Something that a reporter added was not seen yet by who works on it")
    overlay: list[OverlayKind] = Field(
        default_factory=list, max_length=len(OverlayKind), description="Under an overlay of any of these kinds now"
    )
    due_before: Instant | None = None
    received_from: Instant | None = None
    received_to: Instant | None = None
    number: Annotated[str, StringConstraints(pattern=r"^\d{4}-\d{9}$")] | None = None
    external_ref: Annotated[str, StringConstraints(max_length=100), NoControls] | None = None

    @field_validator("overlay", mode="before")
    @classmethod
    def _one_is_a_list(cls, body: Any) -> Any:
        """Views saved before several kinds could be asked for keep one, or none, as it is."""
        return body if isinstance(body, list | tuple) else [] if body is None else [body]


KeptFilter = Annotated[
    LeadFilter, PlainSerializer(lambda kept: kept.model_dump(mode="json", exclude_defaults=True), dict[str, Any])
]
"""A filter as it goes out: what is not set is not there, so that it can stand in an address as it is."""


class LeadQuery(LeadFilter, PageQuery):
    """The filter of the inbox with its order and page."""

    sort: LeadSort = LeadSort.newest


class ClockRef(ResponseModel):
    rule: ClockRuleCode
    due_at: datetime
    provisional: bool
    paused: bool


class HeldBy(ResponseModel):
    agency: AgencyRef
    officer: OfficerRef


class LeadRow(ResponseModel):
    """A lead in the inbox: nothing in it needs decryption."""

    id: UUID
    number: str
    state: State
    nature: Nature | None
    sector: str | None
    conduct: str
    region: RegionRef
    received_at: datetime
    tip_count: int
    news_at: datetime | None = Field(
        description="Since when words or files that a reporter added wait to be seen by who works on it"
    )
    complex: bool
    clock: ClockRef | None
    held_by: HeldBy
    exoneration: LeadExoneration | None = Field(description="Some or all of its subjects were exonerated (澄清正名)")
    destroyed_at: datetime | None = Field(description="Its retention period has passed; only this row is left")
    allowed_actions: list[str]
    version: int


class ListedLead(LeadRow):
    """A lead in a list, with what may be the same matter."""

    links_proposed: int = Field(
        description="How many leads, of those that the asker sees, are proposed to be the same matter and undecided"
    )


class Answering(ResponseModel):
    """Who answered for a lead at a moment."""

    at: datetime
    agency: AgencyRef
    officer: OfficerRef
    role: AssignmentRole
    since: datetime
    until: datetime | None


class LeadPage(ResponseModel):
    items: list[ListedLead]
    next_cursor: str | None


class AssignmentItem(ResponseModel):
    agency: AgencyRef
    officer: OfficerRef
    role: AssignmentRole
    from_: datetime = Field(serialization_alias="from", validation_alias="from")
    to: datetime | None


class ClockItem(ResponseModel):
    rule: ClockRuleCode
    basis: str
    started_at: datetime
    due_at: datetime
    provisional: bool
    stopped_at: datetime | None
    paused: bool
    agency: AgencyRef
    officer: OfficerRef


class FindingItem(ResponseModel):
    finding: Finding
    facts: str | None
    evidence: list[str]
    actions_taken: str | None
    concluded_at: datetime
    by: OfficerRef


class FeedbackItem(ResponseModel):
    at: datetime
    text: str | None
    skip_reason: str | None


class PendingItem(ResponseModel):
    verb: str
    asked_by: OfficerRef
    asked_at: datetime
    input: dict[str, Any] | None


class MergedInto(ResponseModel):
    id: UUID
    number: str


class ExcludedItem(ResponseModel):
    """Who must not see the lead, and how that came."""

    agency: AgencyRef | None
    officer: OfficerRef | None
    source: ExclusionSource
    at: datetime


class LeadItem(LeadRow):
    """A lead as its reader may see it."""

    reads_news: bool = Field(description="The asker works on it: what they have seen is no news any more")
    tips: list[TipItem]
    assignments: list[AssignmentItem]
    assisting: list[AgencyRef]
    verifiers: list[OfficerRef]
    clocks: list[ClockItem]
    finding: FindingItem | None
    outcome: Outcome | None
    feedback: FeedbackItem | None
    document_numbers: list[str]
    expires_on: date | None = Field(description="Last day on which it is kept; see `/retention`")
    pending: PendingItem | None
    excluded: list[ExcludedItem]
    allegation: str | None = Field(description="Of an umbrella branch: what it is about")
    merged_into: MergedInto | None
    actions: list[ActionItem]
    overlays: list[OverlayItem]
    assessments: list[AssessmentItem]
    checklist: ChecklistSummary | None
    look_backs: list[LookBackRef]
