"""What the API takes and gives about signing in, second factors, passkeys and sessions."""

import enum
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import ConfigDict, Field, StringConstraints

from huiyin.access.schemas import RequestModel, ResponseModel
from huiyin.kit.text.fields import Line, NoControls

TypedCode = Annotated[
    str,
    StringConstraints(strip_whitespace=True, pattern=r"^[0-9A-Za-z -]{6,20}$"),
    Field(description="Six digits of the authenticator app, or a recovery code"),
]
NewPassword = Annotated[str, StringConstraints(min_length=12, max_length=200)]
_CREDENTIAL: Any = {
    "id": "q7uLx0Zk8T0",
    "rawId": "q7uLx0Zk8T0",
    "type": "public-key",
    "response": {"clientDataJSON": "eyJ0eXBlIjoi…", "attestationObject": "o2NmbXRk…"},
    "clientExtensionResults": {},
}


class SignIn(RequestModel):
    model_config = ConfigDict(
        json_schema_extra={"example": {"login": "chen.yu", "password": "…", "code": "492039"}},
    )

    login: Annotated[
        str, StringConstraints(strip_whitespace=True, to_lower=True, min_length=1, max_length=100), NoControls
    ]
    password: Annotated[str, StringConstraints(min_length=1, max_length=200)]
    code: TypedCode | None = None
    enrolment: Annotated[str, StringConstraints(max_length=1000)] | None = Field(
        None, description="From an earlier answer `enrolment_required`, with the app's first code"
    )


class SignInOptions(ResponseModel):
    """What the sign-in page offers."""

    passkeys: bool = Field(description="Whether passkeys work at this address")
    oidc: str | None = Field(description="Name of the identity provider; null without one")


class Options(ResponseModel):
    challenge_id: UUID
    options: dict[str, Any] = Field(description="For parseCreationOptionsFromJSON or parseRequestOptionsFromJSON")


class PasskeyProof(RequestModel):
    model_config = ConfigDict(
        json_schema_extra={
            "example": {"challenge_id": "0198c5a0-0000-7000-8000-0000000000aa", "credential": _CREDENTIAL}
        }
    )

    challenge_id: UUID
    credential: dict[str, Any] = Field(description="PublicKeyCredential.toJSON()")


class NewPasskey(PasskeyProof):
    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "challenge_id": "0198c5a0-0000-7000-8000-0000000000aa",
                "credential": _CREDENTIAL,
                "name": "办公室电脑",
            }
        }
    )

    name: Line


class PasskeyItem(ResponseModel):
    id: UUID
    name: str
    added_at: datetime
    used_at: datetime | None


class ProofMethod(enum.StrEnum):
    totp = "totp"
    passkey = "passkey"
    oidc = "oidc"
    password = "password"  # noqa: S105  a word, not one


class SignInWays(ResponseModel):
    """How an officer signs in."""

    second_factor_required: bool = Field(description="False in a demo alone")
    totp_enrolled_at: datetime | None
    recovery_codes_left: int
    passkeys: list[PasskeyItem]
    proofs: list[ProofMethod] = Field(description="By what the officer can prove again who he is")


class Proof(RequestModel):
    model_config = ConfigDict(json_schema_extra={"example": {"code": "492039"}})

    code: TypedCode | None = None
    password: Annotated[str, StringConstraints(min_length=1, max_length=200)] | None = Field(
        None, description="Only where no second factor is enrolled"
    )


class TotpEnrolment(ResponseModel):
    secret: str = Field(description="Base32, to be typed where no picture can be read")
    uri: str = Field(description="otpauth:// address, to be shown as a QR code")
    enrolment: str = Field(description="To be sent back with the first code, within ten minutes")


class TotpConfirmation(RequestModel):
    model_config = ConfigDict(json_schema_extra={"example": {"enrolment": "nM0…", "code": "492039"}})

    enrolment: Annotated[str, StringConstraints(max_length=1000)]
    code: TypedCode


class RecoveryCodes(ResponseModel):
    codes: list[str] = Field(description="Shown this once; each opens one sign-in")


class SessionItem(ResponseModel):
    id: UUID
    current: bool
    method: str = Field(description="password, password_totp, password_recovery, passkey or oidc")
    device: str = Field(description="Browser and system, where they were told")
    created_at: datetime
    seen_at: datetime
    expires_at: datetime


class SessionList(ResponseModel):
    items: list[SessionItem]


class PasswordChange(RequestModel):
    model_config = ConfigDict(
        json_schema_extra={"example": {"current": "correct horse battery", "password": "staple battery horse correct"}}
    )

    current: Annotated[str, StringConstraints(max_length=200)] = Field(description="The password until now")
    password: NewPassword = Field(description="The new one: 12 characters or more, known to nobody else")


class SignInReset(RequestModel):
    model_config = ConfigDict(json_schema_extra={"example": {"password": "correct horse battery staple"}})

    password: NewPassword = Field(description="The officer's new first password")
