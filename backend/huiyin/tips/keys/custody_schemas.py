"""What the API takes and gives about the shares of keys and their custodians. No share is ever among it."""

import enum
from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import ConfigDict, Field

from huiyin.access.schemas import AgencyRef, OfficerRef, RequestModel, ResponseModel
from huiyin.kit.web.paging import PageQuery
from huiyin.tips.keys.custody_models import CustodyEnd
from huiyin.trail.events import EventName

_OFFICER = "0198c5a0-0000-7000-8000-00000000000a"


def _example(**fields: Any) -> ConfigDict:
    return ConfigDict(extra="forbid", json_schema_extra={"example": fields})


class KeyPurpose(enum.StrEnum):
    """What a key opens."""

    identity = "identity"  # 举报人身份
    sealed = "sealed"  # 密封举报


class ShareState(enum.StrEnum):
    """Where a share is, as far as anybody said."""

    nobody = "nobody"  # nobody is recorded as keeping it
    given = "given"  # recorded as handed over; receipt not confirmed
    held = "held"
    overdue = "overdue"  # not confirmed for more than a year
    left = "left"  # its custodian's account is closed
    lost = "lost"


class Standing(enum.StrEnum):
    """Whether the key could be recovered from the shares that are confirmed."""

    sound = "sound"
    fragile = "fragile"  # three: one more loss, and it cannot
    unrecoverable = "unrecoverable"  # fewer than three
    over = "over"  # the key is destroyed


class CustodyAction(enum.StrEnum):
    confirm = "confirm"
    check = "check"
    hand_on = "hand_on"
    lost = "lost"
    seen = "seen"
    not_received = "not_received"
    destroyed = "destroyed"


class CustodyReport(enum.StrEnum):
    """What a custodian has to say about the sheet."""

    lost = "lost"
    seen = "seen"  # by somebody else
    not_received = "not_received"
    destroyed = "destroyed"  # after the key was


class NewCustodian(RequestModel):
    model_config = _example(officer_id=_OFFICER, replaces=None)

    officer_id: UUID | None = Field(description="Who keeps the sheet from now on; null: the desk took it back")
    replaces: UUID | None = Field(description="The custody that ends by this, as the register showed it; null: none")


class Successor(RequestModel):
    model_config = _example(officer_id=_OFFICER)

    officer_id: UUID


class Confirmation(RequestModel):
    model_config = _example(checked=True)

    checked: bool = Field(description="The browser compared what was typed from the sheet with the commitment")


class Report(RequestModel):
    model_config = _example(what="lost")

    what: CustodyReport


class Custody(ResponseModel):
    """Somebody who keeps a share now."""

    id: UUID
    custodian: OfficerRef
    agency: AgencyRef
    given_by: OfficerRef
    given_at: datetime
    received_at: datetime | None
    confirmed_at: datetime | None
    checked_at: datetime | None
    due_at: datetime | None = Field(description="By when it has to be confirmed again")


class PastCustody(ResponseModel):
    custodian: OfficerRef
    given_at: datetime
    received_at: datetime | None
    ended_at: datetime
    ended_by: OfficerRef
    ended_how: CustodyEnd


class ShareItem(ResponseModel):
    number: int
    state: ShareState
    unfit: bool = Field(description="The custodian could open the wrapped key by now, or sees who keeps the others")
    exposed_at: datetime | None
    custody: Custody | None
    past: list[PastCustody] = Field(description="Who kept it before, newest first")


class KeyInRegister(ResponseModel):
    key_id: UUID
    purpose: KeyPurpose
    agency: AgencyRef | None = Field(description="Whose key; of the identity desk's there is one line")
    version: int
    made_at: datetime
    retired_at: datetime | None
    destroyed_at: datetime | None
    may_assign: bool
    checkable: bool = Field(description="There are commitments with which custodians can check what they have")
    standing: Standing
    confirmed: int = Field(description="Shares whose custodian said within a year that they are there")
    exposed: int = Field(description="Shares that somebody else may know")
    crowded: AgencyRef | None = Field(description="An agency that alone keeps enough shares to put the key together")
    shares: list[ShareItem]


class KeyRegister(ResponseModel):
    items: list[KeyInRegister]


class MyShare(ResponseModel):
    """A share that the officer keeps. Who keeps the others is not told: nobody shall know whom to talk to."""

    custody_id: UUID
    key_id: UUID
    number: int
    purpose: KeyPurpose
    agency: AgencyRef | None
    version: int
    public_key: str
    commitment: str | None
    retired_at: datetime | None
    destroyed_at: datetime | None
    given_by: OfficerRef
    given_at: datetime
    received_at: datetime | None
    confirmed_at: datetime | None
    checked_at: datetime | None
    due_at: datetime | None
    state: ShareState
    unfit: bool
    exposed_at: datetime | None
    allowed_actions: list[CustodyAction]


class MyShares(ResponseModel):
    items: list[MyShare]


class ShareEvent(ResponseModel):
    """Something that was done about a share, as the trail has it."""

    id: UUID
    at: datetime
    event: EventName
    number: int
    by: OfficerRef
    custodian: OfficerRef | None = Field(description="Whom it is about, where that is not who did it")
    checked: bool | None = Field(description="Of a confirmation: by the custodian's browser, or by eye")


class ShareEvents(ResponseModel):
    items: list[ShareEvent]
    next_cursor: str | None


class ShareEventsQuery(PageQuery):
    """Steps, newest first."""
