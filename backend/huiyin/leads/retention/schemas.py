"""What the API takes and gives about retaining, holding, correcting and exonerating."""

from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from pydantic import ConfigDict, Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from huiyin.access.schemas import AgencyRef, OfficerRef, RequestModel, ResponseModel
from huiyin.kit.text.fields import Instant, Line, LongLine, Paragraph
from huiyin.kit.web.paging import PageQuery
from huiyin.leads.record.expiry import RetentionCode
from huiyin.leads.record.models import LeadExoneration
from huiyin.leads.retention.models import ExonerationState, HoldState, NoticeKind
from huiyin.tips.record.models import LegalStatus

_ID = "0198c5a0-0000-7000-8000-00000000000a"
Basis = Annotated[Line, StringConstraints(max_length=300)]


def _example(**fields: Any) -> ConfigDict:
    return ConfigDict(extra="forbid", json_schema_extra={"example": fields})


# --- rules ---


class RetentionRuleItem(ResponseModel):
    """How long leads of a finding are kept after closing, from a moment on."""

    code: RetentionCode
    version: int
    months: int
    basis: str
    effective_from: datetime
    made_by: OfficerRef | None
    made_at: datetime
    in_force: bool


class RetentionRuleList(ResponseModel):
    items: list[RetentionRuleItem]


class NewRetentionRule(RequestModel):
    model_config = _example(months=12, basis="某省扫黑办〔2026〕9 号", effective_from="2027-01-01T00:00:00+08:00")

    months: int = Field(ge=1, le=1200, description="How long after closing")
    basis: Basis = Field(description="Where the rule comes from: document and number")
    effective_from: Instant = Field(description="Leads closed from then on are kept by it; not in the past")


class RetentionReview(RequestModel):
    model_config = _example(note="已走访原举报地，未出现新情况，继续暂存。")

    note: Paragraph


# --- legal hold ---


class NewHold(RequestModel):
    model_config = _example(to="2027-12-31", reason="关联案件在审，需保全材料")

    to: date = Field(description="Its last day, at most two years off")
    reason: Paragraph


class Decision(RequestModel):
    model_config = _example(agreed=True, note="同意")

    agreed: bool
    note: Paragraph | None = None


class HoldLift(RequestModel):
    model_config = _example(reason="关联案件已审结")

    reason: Paragraph


class HoldAction(StrEnum):
    decide = "decide"
    lift = "lift"


class HoldItem(ResponseModel):
    id: UUID
    state: HoldState
    to: date
    reason: str | None
    asked_by: OfficerRef
    asked_at: datetime
    decided_by: OfficerRef | None
    decided_at: datetime | None
    decision_note: str | None
    ended_by: OfficerRef | None
    ended_at: datetime | None
    end_reason: str | None
    allowed_actions: list[HoldAction]


# --- corrections ---


class SubjectRef(RequestModel):
    """One subject of a lead: its tip, and its place in it."""

    tip_id: UUID
    seq: int = Field(ge=0, le=1000)


_TEXTS = ("name", "unit", "post", "nickname", "description")


class NewCorrection(SubjectRef):
    """What is right; what is not given stays as it is, and an empty text (null) takes a wrong one away."""

    model_config = _example(tip_id=_ID, seq=1, name="张三丰", reason="举报人把姓名写错，经核对户籍信息更正")

    name: Line | None = None
    unit: LongLine | None = None
    post: Line | None = None
    nickname: Line | None = None
    description: Paragraph | None = None
    status: LegalStatus | None = Field(
        None, description="Never `exonerated`: that takes an exoneration, by two officers"
    )
    reason: Paragraph

    @model_validator(mode="after")
    def _something_is_corrected(self) -> Self:
        if not self.model_fields_set & {*_TEXTS, "status"}:
            raise PydanticCustomError("nothing_corrected", "Give at least one field that was wrong")
        if "status" in self.model_fields_set and self.status in {None, LegalStatus.exonerated}:
            raise PydanticCustomError(
                "status", "A correction gives another status than `exonerated`; to exonerate, propose it"
            )
        return self

    def texts(self) -> dict[str, str | None]:
        """The texts that were given."""
        return {name: getattr(self, name) for name in _TEXTS if name in self.model_fields_set}


class CorrectionItem(ResponseModel):
    """`before` and `after` are for auditors; everybody else sees what holds now, in the tip itself."""

    id: UUID
    tip_id: UUID
    seq: int
    at: datetime
    by: OfficerRef
    agency: AgencyRef
    fields: list[str]
    status_before: LegalStatus
    status_after: LegalStatus
    reason: str | None
    before: dict[str, Any] | None
    after: dict[str, Any] | None


# --- exoneration ---


class NewExoneration(RequestModel):
    model_config = _example(
        subjects=[{"tip_id": _ID, "seq": 1}],
        document_number="测扫办〔2026〕12 号",
        at_request=True,
        reason="经核查，举报反映的问题不属实。",
        letter="经核查，关于你收取保护费的举报不属实，特此澄清。",
    )

    subjects: list[SubjectRef] = Field(min_length=1, max_length=50)
    document_number: Line
    at_request: bool = Field(False, description="Whether the subject asked for it")
    reason: Paragraph
    letter: Paragraph | None = Field(None, description="The words of the letter or public notice, if one is printed")


class ExonerationItem(ResponseModel):
    id: UUID
    state: ExonerationState
    subjects: list[SubjectRef]
    document_number: str
    at_request: bool
    reason: str | None
    letter: str | None
    asked_by: OfficerRef
    asked_at: datetime
    decided_by: OfficerRef | None
    decided_at: datetime | None
    decision_note: str | None
    may_decide: bool


# --- notices ---


class NoticeLead(ResponseModel):
    id: UUID
    number: str


class NoticeItem(ResponseModel):
    """`facts`: codes, dates, places of subjects and document numbers; never a name."""

    id: UUID
    lead: NoticeLead
    agency: AgencyRef
    kind: NoticeKind
    facts: dict[str, Any]
    at: datetime
    due_at: datetime | None
    late: bool
    acknowledged_by: OfficerRef | None
    acknowledged_at: datetime | None
    may_acknowledge: bool


class NoticePage(ResponseModel):
    items: list[NoticeItem]
    next_cursor: str | None


class NoticeQuery(PageQuery):
    open: bool | None = Field(True, description="Those that nobody took note of; false: the others")


# --- what a lead's page shows ---


class RetentionVerb(StrEnum):
    """What the asker may do here now."""

    review = "review"
    ask_hold = "ask_hold"
    correct = "correct"
    propose_exoneration = "propose_exoneration"


class LeadRetention(ResponseModel):
    """How long a lead is kept, by which rule, what holds it, who was exonerated, what was corrected, who was told."""

    rule: RetentionCode | None
    rule_version: int | None
    months: int | None
    basis: str | None
    expires_on: date | None
    waits: Literal["hold"] | None = Field(
        description="What keeps it beyond its term. An open branch does too, and no reader of the lead is told"
    )
    destroyed_at: datetime | None
    exoneration: LeadExoneration | None
    holds: list[HoldItem]
    exonerations: list[ExonerationItem]
    corrections: list[CorrectionItem]
    notices: list[NoticeItem]
    allowed_actions: list[RetentionVerb]


class UpcomingItem(ResponseModel):
    """A lead that expires soon."""

    id: UUID
    number: str
    rule: RetentionCode
    expires_on: date
    waits: Literal["hold"] | None
    agency: AgencyRef
    tips: int


class UpcomingPage(ResponseModel):
    items: list[UpcomingItem]
    next_cursor: str | None


class UpcomingQuery(PageQuery):
    days: int = Field(30, ge=0, le=3660, description="Expired by then, or until then")
