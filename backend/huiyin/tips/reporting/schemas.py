"""What the API takes and gives about tips, receipts and messages."""

from datetime import date, datetime
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from pydantic import ConfigDict, Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from huiyin.access.models import AgencyKind
from huiyin.access.schemas import AgencyRef, Code, OfficerRef, RegionCode, RegionRef, RequestModel, ResponseModel
from huiyin.channels.models import ChannelKind
from huiyin.kit.text.fields import Instant, Line, LongLine, Narrative, Paragraph
from huiyin.kit.web.forms import picks
from huiyin.tips.files.schemas import AttachmentItem, ReceiptFile
from huiyin.tips.identity.schemas import ReceiptOpening, SealedIdentityIn
from huiyin.tips.record.models import LegalStatus, Occurrence, ReporterStage, SubjectKind
from huiyin.tips.sealed.schemas import ForAgency, ForReporter, ReceiptSealing, SealedText, SealedTipIn

# 32 bytes as base64url without padding (RFC 4648, section 5).
Base64Url32 = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{43}$")]


class OccurredIn(RequestModel):
    kind: Occurrence = Occurrence.unknown
    at: Instant | None = None
    note: LongLine | None = None

    @model_validator(mode="after")
    def _exact_names_a_time(self) -> Self:
        if self.kind is Occurrence.exact and self.at is None:
            raise PydanticCustomError("missing", "Give the time in `at`, or choose another kind")
        return self


class SubjectIn(RequestModel):
    kind: SubjectKind
    name: Line | None = None
    unit: Line | None = None
    post: Line | None = None
    nickname: Line | None = None
    description: Paragraph | None = None
    agency_id: UUID | None = Field(None, json_schema_extra=picks("agency"))

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if not any((self.name, self.unit, self.post, self.nickname, self.description, self.agency_id)):
            raise PydanticCustomError("missing", "Say at least one thing about the subject, or leave it out")
        return self


class ExclusionIn(RequestModel):
    agency_id: UUID | None = None
    official: LongLine | None = None

    @model_validator(mode="after")
    def _names_one(self) -> Self:
        if (self.agency_id is None) == (self.official is None):
            raise PydanticCustomError("exactly_one", "Name either an agency or an official")
        return self


class ReceiptIn(RequestModel):
    suite: Literal["r1"]
    token_hash: Base64Url32 = Field(description="SHA-256 of the lookup token, base64url; the code itself is never sent")


_EXAMPLE: dict[str, Any] = {
    "region_code": "430104",
    "place": "河西建材市场",
    "conduct": "protection_money",
    "sector": "markets",
    "narrative": "有人每月到市场向摊主收取“卫生费”，不给就砸摊子。",
    "occurred": {"kind": "ongoing", "at": None, "note": "从去年秋天开始"},
    "subjects": [{"kind": "person", "nickname": "三哥"}],
    "exclusions": [],
    "receipt": {"suite": "r1", "token_hash": "47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU"},
}


class _TipFields(RequestModel):
    region_code: RegionCode
    place: LongLine | None = None
    conduct: Code
    sector: Code | None = None
    title: Line | None = None
    narrative: Narrative
    occurred: OccurredIn = Field(default_factory=OccurredIn)
    subjects: list[SubjectIn] = Field(default_factory=list, max_length=20)
    exclusions: list[ExclusionIn] = Field(default_factory=list, max_length=20)


class PublicTip(_TipFields):
    """A tip by the open form."""

    model_config = ConfigDict(json_schema_extra={"example": _EXAMPLE})

    channel_id: UUID | None = Field(None, description="The web channel; the region's own when left out")
    receipt: ReceiptIn
    identity: SealedIdentityIn | None = Field(
        None,
        description="Sealed in the browser to the key of /public/identity-key; required once there is one",
    )
    narrative: Narrative | None = Field(None, description="Left out where the tip is sealed, required otherwise")  # type: ignore[assignment]
    sealed: SealedTipIn | None = Field(
        None,
        description="Only the agency whose key it is reads it. Beside it stand the region (a county or above), the "
        "conduct, and the day; any other field in clear is refused",
    )

    @model_validator(mode="before")
    @classmethod
    def _told_or_sealed(cls, body: Any) -> Any:
        """A narrative that is not there is refused with all else that is wrong, unless the tip is sealed."""
        if isinstance(body, dict) and body.get("narrative") is None and body.get("sealed") is None:
            return body | {"narrative": ""}
        return body


class StaffTip(_TipFields):
    """A call, letter or visit that staff register, or a tip that another agency's system forwards."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": _EXAMPLE
            | {
                "channel_id": "0198c5a0-0000-7000-8000-000000000002",
                "submitted_at": "2026-03-02T09:30:00+08:00",
                "external_ref": "12345-20260302-0091",
            }
        }
    )

    channel_id: UUID
    receipt: ReceiptIn | None = None
    submitted_at: Instant | None = None
    external_ref: Line | None = None


class OfficeRef(ResponseModel):
    name: str


class NextStage(ResponseModel):
    stage: ReporterStage
    due_at: datetime
    provisional: bool


class TipAccepted(ResponseModel):
    """The answer to the open form: no lead number, no name of an officer."""

    tip_id: UUID
    received_at: datetime
    answer_from: OfficeRef
    next_step: NextStage
    promise: str | None = Field(
        description="Signed by the public log: the tip's leaf will be in it by that time (a C2SP signed note)"
    )


class TipRegistered(ResponseModel):
    """The answer to staff and systems."""

    tip_id: UUID
    lead_id: UUID
    lead_number: str
    received_at: datetime


class ReceiptToken(RequestModel):
    model_config = ConfigDict(json_schema_extra={"example": {"token": "47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU"}})

    token: Base64Url32


class ReporterMessage(ReceiptToken):
    model_config = ConfigDict(
        json_schema_extra={
            "example": {"token": "47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU", "text": "他们昨天又来了。"}
        }
    )

    text: Paragraph | None = None
    sealed: SealedText | None = Field(None, description="Instead of `text`, for a sealed tip")


class ReporterRating(ReceiptToken):
    model_config = ConfigDict(
        json_schema_extra={
            "example": {"token": "47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU", "satisfied": True, "line": None}
        }
    )

    satisfied: bool
    line: LongLine | None = None


class ReporterObjection(ReceiptToken):
    model_config = ConfigDict(
        json_schema_extra={
            "example": {"token": "47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU", "text": "市场里仍在收费，请再查。"}
        }
    )

    text: Paragraph | None = None
    sealed: SealedText | None = Field(None, description="Instead of `text`, for a sealed tip")


class ReceiptObjection(ResponseModel):
    at: datetime
    decided_at: datetime | None
    upheld: bool | None


class ReceiptMessage(ResponseModel):
    side: Literal["reporter", "staff"] = Field(serialization_alias="from", validation_alias="from")
    at: datetime
    read_at: datetime | None = Field(description="Of the reporter's own words: when whoever works on it first saw them")
    text: str | None = Field(description="Null where it is sealed")
    sealed: ForReporter | None


class ReceiptAnswer(ResponseModel):
    at: datetime
    text: str | None = Field(description="Null where it is sealed")
    sealed: ForReporter | None


class LogEntry(ResponseModel):
    """The tip's entry in the public log, opened for its reporter (see /log/proof/inclusion)."""

    entry: str = Field(description="What the log commits to; holds the SHA-256 of the receipt token in hex")
    salt: str = Field(description="Base64. The leaf is SHA-256(0x00 || SHA-256(salt || entry))")
    index: int | None = Field(description="Its place; null until a checkpoint was signed over it")
    promise: str = Field(description="Signed by the log: the leaf will be in it by that time")


class Receipt(ResponseModel):
    """What a reporter sees; never an officer's name, an internal note or a state that would warn a subject."""

    received_at: datetime
    stage: ReporterStage
    stage_since: datetime
    handled_by: AgencyKind | None
    answer_due_at: datetime | None
    provisional: bool
    accepted: bool | None
    reason: str | None
    transferred_to: str | None
    can_write: bool
    can_object: bool
    satisfied: bool | None
    objection: ReceiptObjection | None
    messages: list[ReceiptMessage]
    answer: ReceiptAnswer | None
    files: list[ReceiptFile]
    log: LogEntry | None
    openings: list[ReceiptOpening]
    expired: bool = Field(description="Its retention period has passed: what was told was destroyed")
    sealed: ReceiptSealing | None


class ChannelRef(ResponseModel):
    id: UUID
    kind: ChannelKind
    name: str


class Occurred(ResponseModel):
    kind: Occurrence
    at: datetime | None
    note: str | None


class SubjectItem(ResponseModel):
    seq: int
    kind: SubjectKind
    status: LegalStatus
    corrected: bool = Field(description="Something was recorded wrongly; what is right is shown")
    exonerated_on: date | None = Field(description="Exonerated (澄清正名) since then, by the document")
    exoneration_document: str | None
    name: str | None
    unit: str | None
    post: str | None
    nickname: str | None
    description: str | None
    agency: AgencyRef | None


class AskedOutItem(ResponseModel):
    """An official who must not see the tip, as its reporter asked (要求回避的个人)."""

    official: str = Field(description="As the reporter wrote it")
    officers: list[OfficerRef] = Field(
        description="Accounts of that name from which the lead is hidden; empty: nobody was recognised in it yet"
    )


class TipItem(ResponseModel):
    """A tip as staff see it; texts are null when `readable` is false (not permitted, or its key was destroyed)."""

    id: UUID
    channel: ChannelRef
    region: RegionRef
    received_at: datetime
    submitted_at: datetime | None
    occurred: Occurred
    conduct: str
    sector: str | None
    external_ref: str | None
    satisfied: bool | None
    objected_at: datetime | None
    objection_upheld: bool | None
    sealed_for: AgencyRef | None = Field(description="The agency that alone opens it; its texts are null")
    readable: bool
    expired: bool = Field(description="Its key was destroyed: its retention period has passed")
    title: str | None
    place: str | None
    narrative: str | None
    subjects: list[SubjectItem]
    asked_out: list[AskedOutItem]
    attachments: list[AttachmentItem]


class MessageItem(ResponseModel):
    id: UUID
    tip_id: UUID
    side: Literal["reporter", "staff", "answer", "objection"] = Field(
        serialization_alias="from", validation_alias="from"
    )
    author: str | None
    at: datetime
    read_at: datetime | None = Field(description="Of the reporter's words: when whoever works on it first saw them")
    text: str | None
    sealed: ForAgency | None


class MessageList(ResponseModel):
    items: list[MessageItem]


class StaffMessage(RequestModel):
    model_config = ConfigDict(json_schema_extra={"example": {"text": "请问事情发生在哪个路口？"}})

    text: Paragraph | None = None
    sealed: SealedText | None = Field(None, description="Instead of `text`, for a sealed tip")
    tip_id: UUID | None = Field(None, description="Whose reporter; the lead's first tip when left out")
