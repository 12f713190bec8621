"""What the API takes and gives about agencies, officers, sessions and system accounts."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from huiyin.access.models import AgencyKind, RegionLevel
from huiyin.access.permissions import Permission, Role, Scope
from huiyin.kit.paging import PageQuery
from huiyin.kit.text import Instant, Line, LongLine, NoControls

RegionCode = Annotated[str, StringConstraints(pattern=r"^(\d{6}|\d{9})$")]
Code = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{1,39}$")]
Login = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9._-]{2,39}$", to_lower=True, strip_whitespace=True)]


class Taken(BaseModel):
    """Base of what the API takes: unknown fields are refused, not ignored."""

    model_config = ConfigDict(extra="forbid")


class Given(BaseModel):
    """Base of what the API gives: no defaults, so a forgotten field is an error."""

    model_config = ConfigDict(from_attributes=True, extra="forbid")


class RegionRef(Given):
    code: str
    name: str


class RegionItem(Given):
    code: str
    name: str
    level: RegionLevel
    leaf: bool


class RegionList(Given):
    items: list[RegionItem]


class TermItem(Given):
    code: str
    zh_cn: str
    zh_hant: str
    en: str


class Taxonomies(Given):
    version: str
    terms: dict[str, list[TermItem]]


class AgencyRef(Given):
    id: UUID
    name: str


class OfficerRef(Given):
    id: UUID
    name: str


class PublicAgency(Given):
    id: UUID
    name: str
    kind: AgencyKind
    region: RegionRef


class PublicAgencyList(Given):
    items: list[PublicAgency]


class AgencyItem(Given):
    id: UUID
    name: str
    kind: AgencyKind
    region: RegionRef
    parent: AgencyRef | None
    sectors: list[str]


class AgencyPage(Given):
    items: list[AgencyItem]
    next_cursor: str | None


class AgencyQuery(PageQuery):
    kind: AgencyKind | None = None
    region: RegionCode | None = Field(None, description="Agencies of this division and of those below it")


class NewAgency(Taken):
    model_config = ConfigDict(
        json_schema_extra={"example": {"name": "岳麓区公安分局", "kind": "police", "region_code": "430104"}}
    )

    name: Line
    kind: AgencyKind
    region_code: RegionCode
    parent_id: UUID | None = None
    sectors: list[Code] = Field(default_factory=list, max_length=20)


class OfficerItem(Given):
    id: UUID
    name: str
    agency: AgencyRef
    roles: list[Role]
    login: str | None = Field(description="Shown to administrators only")
    active: bool


class OfficerPage(Given):
    items: list[OfficerItem]
    next_cursor: str | None


class OfficerQuery(PageQuery):
    agency: UUID | None = None
    role: Role | None = None


class NewOfficer(Taken):
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


class SignIn(Taken):
    model_config = ConfigDict(json_schema_extra={"example": {"login": "chen.yu", "password": "…"}})

    login: Annotated[
        str, StringConstraints(strip_whitespace=True, to_lower=True, min_length=1, max_length=100), NoControls
    ]
    password: Annotated[str, StringConstraints(min_length=1, max_length=200)]


class MeOfficer(Given):
    id: UUID
    name: str
    login: str


class MeAgency(Given):
    id: UUID
    name: str
    kind: AgencyKind
    region: RegionRef


class Me(Given):
    officer: MeOfficer
    agency: MeAgency
    roles: list[Role]
    permissions: list[Permission]
    session_expires_at: datetime


class NewSystemAccount(Taken):
    model_config = ConfigDict(
        json_schema_extra={"example": {"name": "12345 热线转办", "agency_id": "0198c5a0-0000-7000-8000-000000000001"}}
    )

    name: Line
    agency_id: UUID


class SystemAccountItem(Given):
    id: UUID
    name: str
    agency: AgencyRef


class SystemAccountList(Given):
    items: list[SystemAccountItem]


class NewToken(Taken):
    model_config = ConfigDict(
        json_schema_extra={"example": {"scopes": ["tips:create"], "expires_at": "2027-01-31T00:00:00+08:00"}}
    )

    scopes: list[Scope] = Field(min_length=1, max_length=10)
    expires_at: Instant


class IssuedToken(Given):
    id: UUID
    token: str = Field(description="Shown this once; only its hash is kept")
    scopes: list[Scope]
    expires_at: datetime


__all__ = ["Code", "Given", "LongLine", "RegionCode", "Taken"]
