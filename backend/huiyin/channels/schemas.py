"""What the API takes and gives about channels."""

from datetime import date
from typing import Annotated, Self
from uuid import UUID

from pydantic import ConfigDict, Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from huiyin.access.schemas import AgencyRef, RegionCode, RegionRef, RequestModel, ResponseModel
from huiyin.channels.models import ChannelKind, ChannelState
from huiyin.kit.text.fields import Line, LongLine, NoControls
from huiyin.kit.web.forms import ELSEWHERE
from huiyin.kit.web.paging import PageQuery
from huiyin.workflow.actions import ActionItem

Url = Annotated[str, StringConstraints(pattern=r"^https://[^\s<>\"]{1,290}$")]


class ChannelFields(RequestModel):
    """What describes a channel; shared by entering and changing one."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "kind": "hotline",
                "name": "扫黑除恶举报电话",
                "number": "0731-00000000",
                "hours": "24 小时",
                "region_code": "430100",
            },
            **ELSEWHERE,  # a dialog of its own
        }
    )

    kind: ChannelKind
    name: Line
    number: Line | None = None
    address: LongLine | None = None
    url: Url | None = None
    hours: Line | None = None
    region_code: RegionCode
    valid_from: date | None = None
    valid_to: date | None = None

    @model_validator(mode="after")
    def _ends_after_it_begins(self) -> Self:
        if self.valid_from and self.valid_to and self.valid_to < self.valid_from:
            raise PydanticCustomError("range", "valid_to is before valid_from")
        return self


class NewChannel(ChannelFields):
    agency_id: UUID | None = Field(None, description="The owner; your own agency when left out")


class ChannelReason(RequestModel):
    model_config = ConfigDict(json_schema_extra={"example": {"reason": "号码已停用"}})

    reason: LongLine | None = None


class PublicChannel(ResponseModel):
    """A channel as everybody sees it."""

    id: UUID
    kind: ChannelKind
    name: str
    number: str | None
    address: str | None
    url: str | None
    hours: str | None
    agency: AgencyRef
    region: RegionRef


class ChannelItem(PublicChannel):
    state: ChannelState
    valid_from: date | None
    valid_to: date | None
    version: int
    allowed_actions: list[str]
    actions: list[ActionItem]


class ChannelPage(ResponseModel):
    items: list[ChannelItem]
    next_cursor: str | None


class ChannelQuery(PageQuery):
    name: Annotated[str, NoControls] | None = Field(None, max_length=100, description="Exactly this name")
    state: ChannelState | None = None
    kind: ChannelKind | None = None
    agency: UUID | None = None


class PublicChannelPage(ResponseModel):
    items: list[PublicChannel]
    next_cursor: str | None


class PublicChannelQuery(PageQuery):
    region: RegionCode
