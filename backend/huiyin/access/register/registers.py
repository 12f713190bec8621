"""Reading the registers: regions, taxonomies, agencies and officers."""

import time
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select, text, tuple_
from sqlalchemy.orm import Session

from huiyin.access.models import Agency, Officer, Region, SystemAccount, Term
from huiyin.access.permissions import Role
from huiyin.access.schemas import (
    AgencyItem,
    AgencyPage,
    AgencyQuery,
    AgencyRef,
    OfficerItem,
    OfficerPage,
    OfficerQuery,
    PublicAgency,
    RegionItem,
    RegionRef,
    SystemAccountItem,
    Taxonomies,
    TermItem,
)
from huiyin.kit.web.errors import Invalid, field_error
from huiyin.kit.web.paging import decode_cursor, page_of

_TERMS_SECONDS = 60.0
_offered: dict[str, frozenset[str]] = {}
_offered_since: dict[str, float] = {"read": -_TERMS_SECONDS}


def child_regions(session: Session, parent: str | None) -> list[RegionItem]:
    """The divisions directly below `parent`, or the provinces: those for which some office takes tips."""
    rows = session.execute(
        text(
            """
            SELECT r.code, r.name, r.level,
                   NOT EXISTS (SELECT FROM regions c WHERE c.parent_code = r.code) AS leaf
            FROM regions r
            WHERE r.parent_code IS NOT DISTINCT FROM :parent
              AND EXISTS (SELECT FROM agencies o JOIN regions x ON x.code = o.region_code
                          WHERE o.kind = 'office' AND (o.region_code = ANY(r.path) OR r.code = ANY(x.path)))
            ORDER BY r.code
            """
        ),
        {"parent": parent},
    )
    return [RegionItem.model_validate(row) for row in rows]


def region_path(session: Session, code: str, pointer: str = "/region_code") -> list[str]:
    """The codes from the province down to `code`. Raises Invalid when no such division exists."""
    path = session.execute(select(Region.path).where(Region.code == code)).scalar_one_or_none()
    if path is None:
        raise unknown_region(code, pointer)
    return path


def unknown_region(code: str, pointer: str = "/region_code") -> Invalid:
    """The refusal of a region code that is not in the register."""
    return Invalid(field_error(pointer, "unknown_region", f"{code} is not an administrative division (GB/T 2260)"))


def taxonomies(session: Session, kinds: list[str]) -> Taxonomies:
    """Taxonomies with their labels, all or those of `kinds`: the newest version of each term that is not retired."""
    rows = session.execute(
        text(
            """
            SELECT DISTINCT ON (kind, code) kind, code, version, position, zh_cn, zh_hant, en, retired_at
            FROM terms WHERE kind = ANY(:kinds) OR :kinds = '{}' ORDER BY kind, code, version DESC
            """
        ),
        {"kinds": kinds},
    ).all()
    terms: dict[str, list[Any]] = {}
    for row in sorted(rows, key=lambda row: (row.kind, row.position)):
        if row.retired_at is None:
            terms.setdefault(row.kind, []).append(
                TermItem(code=row.code, zh_cn=row.zh_cn, zh_hant=row.zh_hant, en=row.en)
            )
    return Taxonomies(version=f"{len(rows)}.{sum(row.version for row in rows)}", terms=terms)


def require_terms(session: Session, **codes: tuple[str, str | None]) -> None:
    """Check codes against their taxonomy: `pointer_name=(kind, code)`.

    Raises:
        Invalid: naming every field whose code is not offered. The set is read anew each minute.
    """
    if time.monotonic() - _offered_since["read"] > _TERMS_SECONDS:
        offered: dict[str, set[str]] = {}
        for kind, code in session.execute(select(Term.kind, Term.code).where(Term.retired_at.is_(None))):
            offered.setdefault(kind, set()).add(code)
        _offered.update({kind: frozenset(found) for kind, found in offered.items()})
        _offered_since["read"] = time.monotonic()
    errors = [
        field_error(f"/{name}", "unknown_code", f"{code} is not in the taxonomy {kind}")
        for name, (kind, code) in codes.items()
        if code is not None and code not in _offered.get(kind, frozenset())
    ]
    if errors:
        raise Invalid(*errors)


def _agency_rows(query: Select[Any], limit: int) -> Select[Any]:
    return query.order_by(Agency.name, Agency.id).limit(limit + 1)


def agencies(session: Session, query: AgencyQuery) -> AgencyPage:
    """A page of the agency register, by name."""
    parent = Agency.__table__.alias("parent")
    statement = (
        select(Agency, Region.name, parent.c.id, parent.c.name)
        .join(Region, Region.code == Agency.region_code)
        .outerjoin(parent, parent.c.id == Agency.parent_id)
    )
    if query.kind:
        statement = statement.where(Agency.kind == query.kind)
    if query.region:
        statement = statement.where(Region.path.contains([query.region]))
    if query.cursor:
        statement = statement.where(tuple_(Agency.name, Agency.id) > decode_cursor(query.cursor, str, UUID))
    rows, following = page_of(
        session.execute(_agency_rows(statement, query.limit)).all(), query.limit, lambda row: (row[0].name, row[0].id)
    )
    items = [
        AgencyItem.model_validate(
            {
                "id": agency.id,
                "name": agency.name,
                "kind": agency.kind,
                "region": RegionRef(code=agency.region_code, name=region),
                "parent": AgencyRef(id=parent_id, name=parent_name) if parent_id else None,
                "sectors": agency.sectors,
            }
        )
        for agency, region, parent_id, parent_name in rows
    ]
    return AgencyPage(items=items, next_cursor=following)


def agencies_serving(session: Session, region_code: str) -> list[PublicAgency]:
    """Agencies competent for a division: its own and its superiors', nearest first."""
    path = region_path(session, region_code, "/query/region")
    rows = session.execute(
        select(Agency.id, Agency.name, Agency.kind, Region.code, Region.name)
        .join(Region, Region.code == Agency.region_code)
        .where(Agency.region_code.in_(path))
        .order_by(Agency.region_code.desc(), Agency.name)
        .limit(200)
    )
    return [
        PublicAgency.model_validate(
            {"id": id_, "name": name, "kind": kind, "region": RegionRef(code=code, name=region)}
        )
        for id_, name, kind, code, region in rows
    ]


def officers(session: Session, query: OfficerQuery, *, with_login: bool) -> OfficerPage:
    """A page of officers by name; sign-in names only where asked for."""
    statement = (
        select(Officer, Agency.name, Agency.head_id)
        .join(Agency, Agency.id == Officer.agency_id)
        .order_by(Officer.name, Officer.id)
    )
    if not with_login:
        statement = statement.where(Officer.active)
    if query.agency:
        statement = statement.where(Officer.agency_id == query.agency)
    if query.role:
        statement = statement.where(Officer.roles.contains([query.role]))
    if query.cursor:
        statement = statement.where(tuple_(Officer.name, Officer.id) > decode_cursor(query.cursor, str, UUID))
    rows, following = page_of(
        session.execute(statement.limit(query.limit + 1)).all(), query.limit, lambda row: (row[0].name, row[0].id)
    )
    items = [
        OfficerItem(
            id=officer.id,
            name=officer.name,
            agency=AgencyRef(id=officer.agency_id, name=agency),
            roles=[Role(role) for role in officer.roles],
            login=officer.login if with_login else None,
            active=officer.active,
            head=head == officer.id,
        )
        for officer, agency, head in rows
    ]
    return OfficerPage(items=items, next_cursor=following)


def system_accounts(session: Session, agency_id: UUID | None) -> list[SystemAccountItem]:
    """Accounts of other agencies' systems, by name."""
    statement = (
        select(SystemAccount, Agency.name)
        .join(Agency, Agency.id == SystemAccount.agency_id)
        .order_by(SystemAccount.name, SystemAccount.id)
        .limit(1000)
    )
    if agency_id is not None:
        statement = statement.where(SystemAccount.agency_id == agency_id)
    return [
        SystemAccountItem(id=account.id, name=account.name, agency=AgencyRef(id=account.agency_id, name=agency))
        for account, agency in session.execute(statement)
    ]
