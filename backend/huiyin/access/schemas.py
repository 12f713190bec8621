"""What the API takes and gives about agencies, officers, sessions and system accounts."""

import enum
from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

from huiyin.access.models import AgencyKind, RegionLevel
from huiyin.access.permissions import Permission, Role, Scope
from huiyin.kit.text.fields import Instant, Line, LongLine
from huiyin.kit.web.paging import PageQuery

RegionCode = Annotated[str, StringConstraints(pattern=r"^(\d{6}|\d{9})$")]
Code = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{1,39}$")]
Login = Annotated[
    str,
    BeforeValidator(lambda given: given.strip().lower() if isinstance(given, str) else given),
    StringConstraints(pattern=r"^[a-z][a-z0-9._-]{2,39}$"),
]


class RequestModel(BaseModel):
    """Base of what the API takes: unknown fields are refused, not ignored."""

    model_config = ConfigDict(extra="forbid")


class ResponseModel(BaseModel):
    """Base of what the API gives: no defaults, so a forgotten field is an error."""

    model_config = ConfigDict(from_attributes=True, extra="forbid")


class RegionRef(ResponseModel):
    code: str
    name: str


class RegionItem(ResponseModel):
    code: str
    name: str
    level: RegionLevel
    leaf: bool


class RegionList(ResponseModel):
    items: list[RegionItem]


class TermItem(ResponseModel):
    code: str
    zh_cn: str
    zh_hant: str
    en: str


class Taxonomies(ResponseModel):
    version: str
    terms: dict[str, list[TermItem]]


class AgencyRef(ResponseModel):
    id: UUID
    name: str


class OfficerRef(ResponseModel):
    id: UUID
    name: str


class PublicAgency(ResponseModel):
    id: UUID
    name: str
    kind: AgencyKind
    region: RegionRef


class PublicAgencyList(ResponseModel):
    items: list[PublicAgency]


class AgencyItem(ResponseModel):
    id: UUID
    name: str
    kind: AgencyKind
    region: RegionRef
    parent: AgencyRef | None
    sectors: list[str]


class AgencyPage(ResponseModel):
    items: list[AgencyItem]
    next_cursor: str | None


class AgencyQuery(PageQuery):
    kind: AgencyKind | None = None
    region: RegionCode | None = Field(None, description="Agencies of this division and of those below it")


class NewAgency(RequestModel):
    model_config = ConfigDict(
        json_schema_extra={"example": {"name": "岳麓区公安分局", "kind": "police", "region_code": "430104"}}
    )

    name: Line
    kind: AgencyKind
    region_code: RegionCode
    parent_id: UUID | None = None
    sectors: list[Code] = Field(default_factory=list, max_length=20)


class OfficerItem(ResponseModel):
    id: UUID
    name: str
    agency: AgencyRef
    roles: list[Role]
    login: str | None = Field(description="Shown to administrators only")
    active: bool
    head: bool = Field(description="Answers by default for what the agency holds")


class OfficerPage(ResponseModel):
    items: list[OfficerItem]
    next_cursor: str | None


class OfficerQuery(PageQuery):
    agency: UUID | None = None
    role: Role | None = None


class NewOfficer(RequestModel):
    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "login": "chen.yu",
                "name": "陈宇",
                "agency_id": "0198c5a0-0000-7000-8000-000000000001",
                "roles": ["verifier"],
                "password": "correct horse battery staple",
            }
        }
    )

    login: Login
    name: Line
    agency_id: UUID
    roles: list[Role] = Field(min_length=1, max_length=10)
    password: Annotated[str, StringConstraints(min_length=12, max_length=200)]
    head: bool = Field(False, description="Answers by default for what the agency holds")


class OfficerChange(RequestModel):
    model_config = ConfigDict(
        json_schema_extra={"example": {"roles": ["verifier", "chief"], "document": "任免〔2026〕12 号"}}
    )

    name: Line | None = Field(None, description="As it is when left out, like the others")
    roles: Annotated[list[Role], Field(min_length=1, max_length=10)] | None = None
    active: bool | None = Field(None, description="False closes the account at once; true opens it again")
    head: Literal[True] | None = Field(None, description="Answers from now on for what the agency holds by default")
    document: Line = Field(description="Number of the paper on which it rests: appointment, transfer, retirement")


class MeOfficer(ResponseModel):
    id: UUID
    name: str
    login: str


class MeAgency(ResponseModel):
    id: UUID
    name: str
    kind: AgencyKind
    region: RegionRef


class MeSecondment(ResponseModel):
    agency: AgencyRef
    roles: list[Role]
    until: datetime


class Me(ResponseModel):
    officer: MeOfficer
    agency: MeAgency
    roles: list[Role] = Field(description="Held at the officer's own agency")
    secondments: list[MeSecondment] = Field(description="Where else the officer acts now, in which roles, until when")
    permissions: list[Permission] = Field(description="Held somewhere: at the own agency or by a secondment")
    password_given: bool = Field(description="An administrator chose the password: choose another, nothing else works")
    session_expires_at: datetime


class SecondableRole(enum.StrEnum):
    """Roles in which an officer may be seconded. Those that decide for an agency or manage it stay with its own."""

    intake = "intake"
    dispatcher = "dispatcher"
    verifier = "verifier"
    reviewer = "reviewer"
    supervisor = "supervisor"


class NewSecondment(RequestModel):
    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "officer_id": "0198c5a0-0000-7000-8000-00000000000a",
                "agency_id": "0198c5a0-0000-7000-8000-000000000001",
                "roles": ["verifier"],
                "from": "2026-12-01T00:00:00+08:00",
                "to": "2027-06-01T00:00:00+08:00",
                "undertaking_number": "长扫办保承〔2026〕12号",
                "undertaking_signed_on": "2026-11-20",
            }
        }
    )

    officer_id: UUID
    agency_id: UUID = Field(description="The receiving office")
    roles: list[SecondableRole] = Field(min_length=1, max_length=5)
    from_: Instant = Field(alias="from")
    to: Instant = Field(description="From this moment on there is no access")
    undertaking_number: Line = Field(description="Number of the signed confidentiality undertaking")
    undertaking_signed_on: date


class SecondmentState(enum.StrEnum):
    """Where a secondment stands now."""

    to_come = "to_come"
    running = "running"
    ended = "ended"
    revoked = "revoked"


class SecondmentItem(ResponseModel):
    id: UUID
    officer: OfficerRef
    home: AgencyRef
    agency: AgencyRef
    roles: list[Role]
    from_: datetime = Field(serialization_alias="from", validation_alias="from")
    to: datetime
    undertaking_number: str
    undertaking_signed_on: date
    made_by: OfficerRef
    made_at: datetime
    revoked_at: datetime | None
    state: SecondmentState


class SecondmentPage(ResponseModel):
    items: list[SecondmentItem]
    next_cursor: str | None


class SecondmentQuery(PageQuery):
    """Newest first."""

    agency: UUID | None = None
    officer: UUID | None = None
    running: bool | None = None


class NewSystemAccount(RequestModel):
    model_config = ConfigDict(
        json_schema_extra={"example": {"name": "12345 热线转办", "agency_id": "0198c5a0-0000-7000-8000-000000000001"}}
    )

    name: Line
    agency_id: UUID


class SystemAccountItem(ResponseModel):
    id: UUID
    name: str
    agency: AgencyRef


class SystemAccountList(ResponseModel):
    items: list[SystemAccountItem]


class NewToken(RequestModel):
    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "scopes": ["tips:create"],
                "channel_ids": ["0198c5a0-0000-7000-8000-000000000001"],
                "expires_at": "2027-01-31T00:00:00+08:00",
            }
        }
    )

    scopes: list[Scope] = Field(min_length=1, max_length=10)
    channel_ids: list[UUID] = Field(
        default=[], max_length=100, description="By which channels tips come with it; needed for tips:create"
    )
    expires_at: Instant


class IssuedToken(ResponseModel):
    id: UUID
    token: str = Field(description="Shown this once; only its hash is kept")
    scopes: list[Scope]
    expires_at: datetime


class TokenItem(ResponseModel):
    """A token as administrators see it: never the token itself."""

    id: UUID
    state: Literal["valid", "expired", "revoked", "unanswered"] = Field(
        description="unanswered: the account of who answers for it is closed; it opens nothing until it is taken over"
    )
    scopes: list[Scope]
    channel_ids: list[UUID]
    issued_by: str
    answered_by: str
    created_at: datetime
    expires_at: datetime
    revoked_at: datetime | None
    last_used_at: datetime | None


class TokenList(ResponseModel):
    items: list[TokenItem]


__all__ = ["Code", "LongLine", "RegionCode", "RequestModel", "ResponseModel"]
