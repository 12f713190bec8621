"""What the API takes and gives about the public form's raised protection."""

from datetime import datetime
from uuid import UUID

from pydantic import ConfigDict, Field

from huiyin.access.schemas import AgencyRef, OfficerRef, RequestModel, ResponseModel
from huiyin.kit.text.fields import Instant, LongLine


class NewSurge(RequestModel):
    model_config = ConfigDict(
        json_schema_extra={
            "example": {"until_at": "2026-03-02T18:00:00+08:00", "reason": "短时间内收到大量内容雷同的举报"}
        }
    )

    until_at: Instant = Field(description="At most a day away; it ends by itself")
    reason: LongLine


class SurgeItem(ResponseModel):
    id: UUID
    from_at: datetime
    until_at: datetime
    reason: str
    raised_by: OfficerRef
    agency: AgencyRef
    ended_at: datetime | None = Field(description="Where somebody ended it before its time")
    ended_by: UUID | None


class SurgeList(ResponseModel):
    raised_until: datetime | None
    items: list[SurgeItem]
