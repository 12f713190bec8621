"""Making agencies and officers."""

from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from huiyin.access.actors import Actor
from huiyin.access.models import Agency, Officer, Region
from huiyin.access.permissions import Role
from huiyin.access.register.registers import region_path, require_terms
from huiyin.access.schemas import (
    AgencyItem,
    AgencyRef,
    NewAgency,
    NewOfficer,
    OfficerChange,
    OfficerItem,
    RegionRef,
)
from huiyin.access.secondments import end_secondments
from huiyin.access.sign_in.passwords import hash_password
from huiyin.access.sign_in.signing_in import end_sessions
from huiyin.kit.web.errors import Conflict, Forbidden, Invalid, NotFound, field_error
from huiyin.trail.recorder import SYSTEM, ActorRef, record


def create_agency(session: Session, body: NewAgency, by: ActorRef) -> AgencyItem:
    """Enter an agency into the register.

    Raises:
        Invalid: unknown region, parent or sector.
        Conflict: the region has an agency of that name.
    """
    region_path(session, body.region_code)
    for index, sector in enumerate(body.sectors):
        require_terms(session, **{f"sectors/{index}": ("sector", sector)})
    parent = session.get(Agency, body.parent_id) if body.parent_id else None
    if body.parent_id and parent is None:
        raise Invalid(field_error("/parent_id", "unknown_agency", "There is no agency with this id"))
    taken = select(Agency.id).where(Agency.region_code == body.region_code, Agency.name == body.name)
    if session.execute(taken).first():
        raise Conflict(f"{body.name} is already entered for this region")
    id_ = session.execute(text("SELECT uuidv7()")).scalar_one()
    agency = Agency(
        id=id_,
        name=body.name,
        kind=body.kind,
        region_code=body.region_code,
        parent_id=body.parent_id,
        path=[*(parent.path if parent else []), id_],
        sectors=body.sectors,
    )
    session.add(agency)
    session.flush()
    record(session, "agency:create", id_, by, agency_kind=body.kind, region=body.region_code)
    region = session.get_one(Region, body.region_code)
    return AgencyItem(
        id=id_,
        name=agency.name,
        kind=body.kind,
        region=RegionRef(code=region.code, name=region.name),
        parent=AgencyRef(id=parent.id, name=parent.name) if parent else None,
        sectors=body.sectors,
    )


def create_first_administrator(
    session: Session, office: NewAgency, login: str, name: str, password: str
) -> OfficerItem:
    """The office and its administrator, by whom every other account is made: once, on a system of which nobody has one.

    Raises:
        Conflict: somebody administrates it already.
        Invalid: unknown region.
    """
    session.execute(text("LOCK TABLE officers IN SHARE ROW EXCLUSIVE MODE"))  # two at once would both find nobody
    if session.execute(select(Officer.id).where(Officer.active, Officer.roles.contains([Role.admin])).limit(1)).first():
        raise Conflict("There is an administrator already; accounts are made on the dashboard")
    there = select(Agency.id).where(Agency.region_code == office.region_code, Agency.name == office.name)
    agency_id = session.execute(there).scalar_one_or_none() or create_agency(session, office, SYSTEM).id
    given = NewOfficer(login=login, name=name, agency_id=agency_id, roles=[Role.admin], password=password, head=False)
    return create_officer(session, given, SYSTEM)


def create_officer(session: Session, body: NewOfficer, by: ActorRef, *, first_password: bool = True) -> OfficerItem:
    """Make an account for an officer; with `head`, the one who answers for what the agency holds by default.

    Args:
        first_password: nothing works for the officer until they have chosen another (NIST SP 800-63B, 4.2).

    Raises:
        Invalid: unknown agency.
        Conflict: the sign-in name is taken.
    """
    agency = session.get(Agency, body.agency_id)
    if agency is None:
        raise Invalid(field_error("/agency_id", "unknown_agency", "There is no agency with this id"))
    if session.execute(select(Officer.id).where(Officer.login == body.login)).first():
        raise Conflict(f"The sign-in name {body.login} is taken")
    officer = Officer(
        agency_id=agency.id,
        login=body.login,
        name=body.name,
        roles=sorted(set(body.roles)),
        password_hash=hash_password(body.password),
        password_given=first_password,
    )
    session.add(officer)
    session.flush()
    # An agency always has somebody who answers for it: its first officer, until another is named.
    if body.head or agency.head_id is None:
        agency.head_id = officer.id
        session.flush()
    record(session, "officer:create", officer.id, by, roles=officer.roles, head=agency.head_id == officer.id)
    return _officer(officer, agency)


def _officer(officer: Officer, agency: Agency) -> OfficerItem:
    return OfficerItem(
        id=officer.id,
        name=officer.name,
        agency=AgencyRef(id=agency.id, name=agency.name),
        roles=[Role(role) for role in officer.roles],
        login=officer.login,
        active=officer.active,
        head=agency.head_id == officer.id,
    )


def change_officer(session: Session, officer_id: UUID, body: OfficerChange, actor: Actor) -> OfficerItem:
    """Change name or roles, name the head of an agency, close an account or open it again.

    Closing ends sessions and secondments at once; what the officer answered for passes on (`leads.ended_terms`).

    Raises:
        NotFound: no such officer.
        Forbidden: one's own account.
        Conflict: the head of an agency cannot leave before another is named; a closed account is no head.
    """
    officer = session.execute(select(Officer).where(Officer.id == officer_id).with_for_update()).scalar_one_or_none()
    if officer is None:
        raise NotFound
    if officer.id == actor.id:
        raise Forbidden("Another administrator must do this for you", rule="own_request")
    agency = session.execute(select(Agency).where(Agency.id == officer.agency_id).with_for_update()).scalar_one()
    before = {"roles": officer.roles, "active": officer.active, "head": agency.head_id == officer.id}
    if body.active is False and agency.head_id == officer.id:
        raise Conflict(f"{officer.name} answers for what {agency.name} holds; name another head first")
    if body.head and not (officer.active if body.active is None else body.active):
        raise Conflict("A closed account cannot answer for an agency")
    officer.name = body.name or officer.name
    officer.roles = sorted(set(body.roles)) if body.roles else officer.roles
    officer.active = officer.active if body.active is None else body.active
    if body.head:
        agency.head_id = officer.id
    session.flush()
    after = {"roles": officer.roles, "active": officer.active, "head": agency.head_id == officer.id}
    changed = {name: [before[name], value] for name, value in after.items() if value != before[name]}
    record(session, "officer:change", officer.id, actor.by, document=body.document, changed=changed)
    if before["active"] and not officer.active:
        end_sessions(session, officer.id, actor.by)
        end_secondments(session, officer.id, actor)
    return _officer(officer, agency)
