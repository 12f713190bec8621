"""What the API takes and gives about sealed identities: envelopes, the desk's keys, and openings."""

import enum
from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import ConfigDict, Field

from huiyin.access.schemas import AgencyRef, OfficerRef, RequestModel, ResponseModel
from huiyin.kit.crypto.hpke import SUITE
from huiyin.kit.text.fields import Instant, Paragraph
from huiyin.kit.web.paging import PageQuery
from huiyin.tips.identity.envelope import ENVELOPE_BYTES
from huiyin.tips.identity.models import OpeningPurpose, OpeningState
from huiyin.tips.keys.schemas import (
    BATCH,
    KEY_EXAMPLE,
    WRAPPING_EXAMPLE,
    Base64Url,
    NewKey,
    PublicKeyText,
    WrappedKeyItem,
    of_size,
)

MAX_HOURS = 72
LAPSE_DAYS = 7  # a request that nobody opened by then is void

EnvelopeText = Annotated[str, Base64Url, of_size(ENVELOPE_BYTES, "An envelope of suite i1")]

_ID = "0198c5a0-0000-7000-8000-00000000000a"
_ENVELOPE = "B" + "A" * (-(-ENVELOPE_BYTES * 4 // 3) - 1)


def _example(**fields: Any) -> ConfigDict:
    return ConfigDict(extra="forbid", json_schema_extra={"example": fields})


class SealedIdentityIn(RequestModel):
    """The reporter's identity, sealed in the browser; who stays anonymous sends a dummy of the same size."""

    suite: Literal["i1"]
    key_version: int = Field(ge=1, le=2_000_000_000, description="Of the key that /public/identity-key gives now")
    envelope: EnvelopeText


class PublicIdentityKey(ResponseModel):
    version: int
    suite: Literal["i1"]
    public_key: str


class IdentityKeyNow(ResponseModel):
    """The key that the form seals identities to; null where this office takes none yet."""

    key: PublicIdentityKey | None


class NewIdentityKey(NewKey):
    model_config = _example(version=1, suite=SUITE, public_key=KEY_EXAMPLE, wrapping=WRAPPING_EXAMPLE)

    suite: Literal["i1"]


class IdentityKeyItem(WrappedKeyItem):
    suite: Literal["i1"]


class IdentityKeyList(ResponseModel):
    items: list[IdentityKeyItem]


class EnvelopeItem(ResponseModel):
    tip_id: UUID
    binding: str
    envelope: str


class EnvelopeBatch(ResponseModel):
    """Envelopes to seal anew, at most fifty; empty when nothing is left."""

    items: list[EnvelopeItem]
    left: int = Field(description="These and those after them; 1001 means more than a thousand")


class Resealed(RequestModel):
    tip_id: UUID
    envelope: EnvelopeText


class Resealing(RequestModel):
    model_config = _example(to_version=2, items=[{"tip_id": _ID, "envelope": _ENVELOPE}])

    to_version: int = Field(ge=1, le=2_000_000_000)
    items: list[Resealed] = Field(min_length=1, max_length=BATCH)


class ResealingDone(ResponseModel):
    resealed: int
    left: int


class OpeningAction(enum.StrEnum):
    decide = "decide"
    read = "read"
    end = "end"
    withhold = "withhold"


class NewOpening(RequestModel):
    model_config = _example(tip_id=_ID, purpose="verify", reason="举报内容需当面核对", hours=24, public_key=KEY_EXAMPLE)

    tip_id: UUID
    purpose: OpeningPurpose
    reason: Paragraph
    hours: int = Field(24, ge=1, le=MAX_HOURS, description="How long it may be read once it was opened")
    public_key: PublicKeyText = Field(description="Made for this request; its private half stays in the browser")


class OpeningDecision(RequestModel):
    model_config = _example(agreed=True)

    agreed: bool


class Withholding(RequestModel):
    model_config = _example(until="2026-12-01T00:00:00+08:00", reason="告知可能惊动被核查人")

    until: Instant = Field(description="At most 180 days ahead; the reporter is told then, or when the matter ends")
    reason: Paragraph


class OpeningEnvelope(RequestModel):
    model_config = _example(envelope=_ENVELOPE)

    envelope: EnvelopeText


class OpeningItem(ResponseModel):
    id: UUID
    tip_id: UUID
    state: OpeningState
    purpose: OpeningPurpose
    reason: str | None
    hours: int
    public_key: str
    asked_by: OfficerRef
    asked_agency: AgencyRef
    asked_at: datetime
    decided_by: OfficerRef | None
    decided_agency: AgencyRef | None
    decided_at: datetime | None
    opened_by: OfficerRef | None
    opened_at: datetime | None
    expires_at: datetime | None
    ended_at: datetime | None
    withheld_until: datetime | None
    withheld_reason: str | None
    allowed_actions: list[OpeningAction]


class LeadIdentity(ResponseModel):
    """What is known of the identities of a lead's reporters: that there may be one, and who asked for it."""

    may_ask: list[UUID] = Field(description="Tips that came with an envelope and for which the asker may ask now")
    items: list[OpeningItem]


class SealedToAsker(ResponseModel):
    """The envelope that opens with the key made for the request, in the browser that made it."""

    envelope: str
    expires_at: datetime


class LeadNumber(ResponseModel):
    id: UUID
    number: str


class AuditedOpening(OpeningItem):
    lead: LeadNumber


class AuditedPage(ResponseModel):
    items: list[AuditedOpening]
    next_cursor: str | None


class AuditQuery(PageQuery):
    """Openings, newest first."""


class DeskOpening(ResponseModel):
    """A granted request, with all that the desk's browser needs to open one envelope and seal it to the asker."""

    id: UUID
    purpose: OpeningPurpose
    hours: int
    public_key: str
    asked_by: OfficerRef
    asked_agency: AgencyRef
    asked_at: datetime
    decided_by: OfficerRef
    decided_agency: AgencyRef
    decided_at: datetime
    key_version: int
    binding: str
    envelope: str


class DeskOpeningList(ResponseModel):
    items: list[DeskOpening]


class ReceiptOpening(ResponseModel):
    """What a reporter is told of an opening: who, why, from when to when."""

    agency: str
    purpose: OpeningPurpose
    at: datetime
    until: datetime
