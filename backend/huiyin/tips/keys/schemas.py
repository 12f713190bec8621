"""What the API takes and gives about any key made in a browser: its form in base64url, its wrapping, its state."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AfterValidator, ConfigDict, Field, StringConstraints
from pydantic.config import JsonDict
from pydantic_core import PydanticCustomError

from huiyin.access.schemas import OfficerRef, RequestModel, ResponseModel
from huiyin.kit.crypto.base64url import bytes_of
from huiyin.kit.crypto.hpke import KEY_BYTES, public_key
from huiyin.tips.keys.recovery import SHARES

BATCH = 50  # so many envelopes are sealed anew at a time


def of_size(size: int, what: str) -> AfterValidator:
    length = -(-size * 4 // 3)

    def check(text: str) -> str:
        if len(text) != length:
            raise PydanticCustomError(
                "wrong_size",
                "{what} has {size} bytes: {length} characters of base64url, without padding",
                {"what": what, "size": size, "length": length},
            )
        return text

    return AfterValidator(check)


def _on_curve(text: str) -> str:
    try:
        public_key(bytes_of(text))
    except ValueError as error:
        raise PydanticCustomError("bad_key", "Send an uncompressed point of P-256: 65 bytes, the first a 4") from error
    return text


Base64Url = StringConstraints(pattern=r"^[A-Za-z0-9_-]*$", max_length=4000)
PublicKeyText = Annotated[str, Base64Url, of_size(KEY_BYTES, "A public key of suite i1"), AfterValidator(_on_curve)]
Commitment = Annotated[str, Base64Url, of_size(32, "A commitment")]
NonceText = Annotated[str, Base64Url, of_size(12, "A nonce")]
WrappedText = Annotated[str, Base64Url, of_size(48, "A wrapped key")]

KEY_EXAMPLE = "BMD9KIThK_GFmvGwA-62TFQqg7fYKhIyRkp8tuhdQXaULIPnfwSP4IYvLtB2W8YPQlBgDdgLBSRQBEvH4M5L8Kk"
WRAPPING_EXAMPLE: JsonDict = {
    "kdf": "pbkdf2-sha256",
    "iterations": 600_000,
    "salt": "A" * 22,
    "nonce": "A" * 16,
    "wrapped": "A" * 64,
}


class Wrapping(RequestModel):
    """A private key under a passphrase: AES-256-GCM, bound to the public key."""

    kdf: Literal["pbkdf2-sha256"]
    iterations: int = Field(ge=600_000, le=10_000_000, description="OWASP's figure for PBKDF2-HMAC-SHA-256, or more")
    salt: Annotated[str, Base64Url, of_size(16, "A salt")]
    nonce: NonceText
    wrapped: WrappedText


class NewKey(RequestModel):
    """A key that was just made in a browser."""

    version: int = Field(ge=1, le=2_000_000_000, description="One more than the newest; the shares already name it")
    suite: str
    public_key: PublicKeyText
    wrapping: Wrapping
    share_commitments: list[Commitment] | None = Field(
        None,
        min_length=SHARES,
        max_length=SHARES,
        description="SHA-256 of each share, by its number, for its custodian to check it; without, they cannot",
    )


class NewWrapping(RequestModel):
    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"example": {"public_key": KEY_EXAMPLE, "wrapping": WRAPPING_EXAMPLE}}
    )

    public_key: PublicKeyText = Field(description="As the key's own, so that no other key is put in its place")
    wrapping: Wrapping


class WrappedKeyItem(ResponseModel):
    id: UUID
    version: int
    suite: str
    public_key: str
    made_at: datetime
    made_by: OfficerRef
    rewrapped_at: datetime | None
    retired_at: datetime | None
    destroyed_at: datetime | None
    envelopes: int = Field(description="How many are sealed to it; 1001 means more than a thousand")
    wrapping: Wrapping | None
