"""What the API takes and gives about sealed tips: envelopes, the agencies' keys, and that sealed tips exist."""

import re
from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AfterValidator, ConfigDict, Field
from pydantic_core import PydanticCustomError

from huiyin.access.schemas import AgencyRef, RegionRef, RequestModel, ResponseModel
from huiyin.kit.web.paging import PageQuery
from huiyin.tips.keys.schemas import (
    BATCH,
    KEY_EXAMPLE,
    WRAPPING_EXAMPLE,
    Base64Url,
    NewKey,
    NonceText,
    PublicKeyText,
    WrappedKeyItem,
    WrappedText,
    of_size,
)
from huiyin.tips.sealed.envelope import BODY_SIZES, SEALED_KEY_BYTES, SUITE

_LENGTHS = {-(-size * 4 // 3) for size in BODY_SIZES}
_ALPHABET = re.compile(r"[A-Za-z0-9_-]*")
_ID = "0198c5a0-0000-7000-8000-00000000000a"


def _of_a_step(text: str) -> str:
    if len(text) not in _LENGTHS or not _ALPHABET.fullmatch(text):
        raise PydanticCustomError(
            "wrong_size",
            "A body has one of these sizes in bytes, in base64url without padding: {sizes}",
            {"sizes": ", ".join(map(str, BODY_SIZES))},
        )
    return text


BodyText = Annotated[str, AfterValidator(_of_a_step)]
SealedKeyText = Annotated[str, Base64Url, of_size(SEALED_KEY_BYTES, "A sealed content key")]
_SEALED_KEY = "B" + "A" * (-(-SEALED_KEY_BYTES * 4 // 3) - 1)


class ToAgency(RequestModel):
    """A content and its key, which only the agency opens."""

    key_id: UUID = Field(description="Of the agency's key, as /public/sealed-keys gives it now")
    to_agency: SealedKeyText = Field(description="HPKE: the content key, bound to what it is, the key and the tip")
    body: BodyText = Field(description="AES-256-GCM under the content key, padded to a step")


class ReplyKeyIn(RequestModel):
    """The reporter's key pair for replies; the private half under a key that the receipt code gives."""

    public_key: PublicKeyText
    nonce: NonceText
    wrapped: WrappedText


class SealedTipIn(ToAgency):
    """What was told, sealed in the browser to one agency; nothing of it may stand beside it in clear."""

    suite: Literal["s1"]
    reply: ReplyKeyIn


class SealedText(ToAgency):
    """A text that the agency and the reporter read, and nobody else."""

    to_reporter: SealedKeyText = Field(description="HPKE: the content key, to the reporter's key")


class SealedAnswer(SealedText):
    tip_id: UUID = Field(description="To whose reporter")


class PublicSealedKey(ResponseModel):
    """A discipline agency that takes sealed tips of a region, and the key to seal them to."""

    id: UUID
    suite: Literal["s1"]
    public_key: str
    agency: AgencyRef


class PublicSealedKeys(ResponseModel):
    """Nearest first. `reason` says why there are none: no discipline agency serves the region, or none has a key."""

    items: list[PublicSealedKey]
    reason: Literal["no_agency", "no_key"] | None


class ForReporter(ResponseModel):
    """A sealed text or file's name, as its reporter opens it."""

    to_reporter: str
    body: str


class ReplyKey(ResponseModel):
    public_key: str
    nonce: str
    wrapped: str


class ReceiptSealing(ResponseModel):
    """Of a sealed tip: who alone reads it, the key to seal more to, and the reporter's own key, wrapped."""

    agency: str
    key_id: UUID
    public_key: str
    reply: ReplyKey


class ForAgency(ResponseModel):
    """A sealed thing, as the agency opens it."""

    key_id: UUID
    to_agency: str
    body: str


class SealedFile(ForAgency):
    id: UUID
    at: datetime
    length: int = Field(description="Of the sealed pieces")
    state: Literal["ready", "destroyed"]


class SealedTipItem(ForAgency):
    """What an officer of the agency opens in the browser: the tip and the names and keys of its files."""

    tip_id: UUID
    binding: str
    files: list[SealedFile]


class SealedKeyItem(WrappedKeyItem):
    suite: Literal["s1"]
    agency: AgencyRef


class SealedKeyList(ResponseModel):
    items: list[SealedKeyItem]


class NewSealedKey(NewKey):
    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "example": {"version": 1, "suite": SUITE, "public_key": KEY_EXAMPLE, "wrapping": WRAPPING_EXAMPLE}
        },
    )

    suite: Literal["s1"]


class EnvelopeToReseal(ResponseModel):
    id: UUID
    what: str
    binding: str
    to_agency: str


class SealedBatch(ResponseModel):
    """Envelopes that are still sealed to a retired key; `left` counts them, 1001 means more than a thousand."""

    items: list[EnvelopeToReseal]
    left: int


class ResealedEnvelope(RequestModel):
    id: UUID
    to_agency: SealedKeyText


class SealedResealing(RequestModel):
    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"example": {"to_key_id": _ID, "items": [{"id": _ID, "to_agency": _SEALED_KEY}]}},
    )

    to_key_id: UUID
    items: list[ResealedEnvelope] = Field(min_length=1, max_length=BATCH)


class SealedResealed(ResponseModel):
    resealed: int
    left: int


class KnownSealedQuery(PageQuery):
    """That sealed tips exist: newest day first."""


class KnownSealedTips(ResponseModel):
    """Sealed tips of one day, region and conduct: that they exist, and no more."""

    received_on: date
    region: RegionRef
    conduct: str
    agency: AgencyRef
    count: int


class KnownSealedPage(ResponseModel):
    items: list[KnownSealedTips]
    next_cursor: str | None
