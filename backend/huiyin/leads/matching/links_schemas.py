"""What the API takes and gives about links between leads."""

from datetime import datetime
from uuid import UUID

from pydantic import ConfigDict, Field

from huiyin.access.schemas import OfficerRef, RequestModel, ResponseModel
from huiyin.kit.text.fields import Paragraph
from huiyin.leads.matching.models import LinkStatus
from huiyin.leads.page.schemas import LeadRow


class LinkItem(ResponseModel):
    """A link as seen from one lead: `lead` is at its other end."""

    id: UUID
    lead: LeadRow
    status: LinkStatus
    score: float
    reasons: list[str] = Field(description="same_phone, same_plate, …, same_place, same_text, similar_text")
    proposed_at: datetime
    decided_at: datetime | None
    decided_by: OfficerRef | None
    reason: str | None


class LinkList(ResponseModel):
    items: list[LinkItem]


class Node(ResponseModel):
    lead: LeadRow
    start: bool


class Edge(ResponseModel):
    id: UUID
    lead_a: UUID
    lead_b: UUID
    status: LinkStatus
    score: float
    reasons: list[str]


class Graph(ResponseModel):
    """`complete` is false where there was more than fits."""

    nodes: list[Node]
    edges: list[Edge]
    complete: bool


class LinkConfirmation(RequestModel):
    model_config = ConfigDict(json_schema_extra={"example": {"reason": "同一小区同一物业的同一事项"}})

    reason: Paragraph | None = None


class LinkRejection(RequestModel):
    model_config = ConfigDict(json_schema_extra={"example": {"reason": "地点相近，但不是同一伙人"}})

    reason: Paragraph
