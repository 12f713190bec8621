"""What the API gives of work that it asks for: ALTCHA's challenge, version 2, in ALTCHA's own names."""

from datetime import datetime

from pydantic import Field

from huiyin.access.schemas import ResponseModel


class ChallengeFor(ResponseModel):
    purpose: str
    tries: int = Field(description="The number that solves it is below this one")


class ChallengeParameters(ResponseModel):
    """Find the number of 32 bits whose PBKDF2 (password: `nonce`, then the number; `salt`; `cost` rounds) begins so."""

    algorithm: str
    nonce: str
    salt: str
    cost: int
    keyLength: int  # noqa: N815  ALTCHA's names: they are signed
    keyPrefix: str  # noqa: N815
    keySignature: str  # noqa: N815
    expiresAt: int  # noqa: N815
    data: ChallengeFor


class Challenge(ResponseModel):
    parameters: ChallengeParameters
    signature: str


class WorkAsked(ResponseModel):
    challenge: Challenge | None = Field(description="Null where none is asked for")
    raised_until: datetime | None = Field(
        description="Until when more work is asked for, since the office has switched the form's protection up"
    )
