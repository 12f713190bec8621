"""Secondment (派员): an officer of one agency acts at an office for a term, under a confidentiality undertaking.

Nothing has to run for a term to end: `actors.current_actor` reads with each request which secondments run at that
moment.
"""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, and_, select, text, update
from sqlalchemy.orm import Session, aliased

from huiyin.access.actors import SECONDED, Actor, postings_of
from huiyin.access.models import Agency, AgencyKind, Officer, Secondment
from huiyin.access.permissions import Permission, Role, permissions_of
from huiyin.access.schemas import MeSecondment, NewSecondment, SecondmentItem, SecondmentPage, SecondmentQuery
from huiyin.kit.web.errors import Conflict, Forbidden, Invalid, NotFound, field_error
from huiyin.kit.web.paging import decode_cursor, page_of
from huiyin.kit.working_days import BEIJING
from huiyin.trail.models import ActorKind
from huiyin.trail.recorder import record

_maker = aliased(Officer)
_home = aliased(Agency)


def second(session: Session, body: NewSecondment, actor: Actor) -> SecondmentItem:
    """Second an officer to the administrator's own office.

    Raises:
        Forbidden: the administrator serves elsewhere, or seconds himself.
        Invalid: not an office, the officer's own agency, no such officer, a term or an undertaking that cannot be.
        Conflict: the officer is already seconded there in that term.
    """
    _refuse_foreign(actor, body.agency_id)
    if body.officer_id == actor.id:
        raise Forbidden("Another administrator must second you", rule="own_request")
    _check(session, body)
    overlapping = select(Secondment.id).where(
        Secondment.officer_id == body.officer_id,
        Secondment.agency_id == body.agency_id,
        Secondment.revoked_at.is_(None),
        Secondment.from_at < body.to,
        Secondment.to_at > body.from_,
    )
    if session.execute(overlapping).first():
        raise Conflict("This officer is already seconded there in that term", pointer="/from")
    row = Secondment(
        officer_id=body.officer_id,
        agency_id=body.agency_id,
        roles=sorted(set(body.roles)),
        from_at=body.from_,
        to_at=body.to,
        undertaking_number=body.undertaking_number,
        undertaking_signed_on=body.undertaking_signed_on,
        made_by=actor.id,
    )
    session.add(row)
    session.flush()
    record(
        session,
        "secondment:begin",
        row.id,
        actor.by,
        officer=str(row.officer_id),
        agency=str(row.agency_id),
        roles=row.roles,
        until=row.to_at.isoformat(),
    )
    return _one(session, row.id)


def _refuse_foreign(actor: Actor, agency_id: UUID) -> None:
    """Only an administrator of the receiving office says who acts there."""
    if not actor.may_at(Permission.officers_manage, [agency_id]):
        raise Forbidden(
            "Only an administrator of the receiving office does this",
            permission=Permission.officers_manage,
            rule="not_of_office",
        )


def _check(session: Session, body: NewSecondment) -> None:
    office = session.get(Agency, body.agency_id)
    officer = session.get(Officer, body.officer_id)
    errors = []
    if office is None or office.kind != AgencyKind.office:
        errors.append(field_error("/agency_id", "not_an_office", "Officers are seconded to an office"))
    if officer is None or not officer.active:
        errors.append(field_error("/officer_id", "unknown_officer", "There is no active officer with this id"))
    elif officer.agency_id == body.agency_id:
        errors.append(field_error("/officer_id", "own_agency", "This officer already serves there"))
    now = datetime.now(UTC)
    if body.to <= body.from_:
        errors.append(field_error("/to", "not_later", "The term ends after it begins"))
    elif body.to <= now:
        errors.append(field_error("/to", "past", "Choose an end in the future"))
    first_day = max(body.from_, now).astimezone(BEIJING).date()
    if body.undertaking_signed_on > min(first_day, now.astimezone(BEIJING).date()):
        errors.append(
            field_error("/undertaking_signed_on", "not_signed", "The undertaking is signed before access begins")
        )
    if errors:
        raise Invalid(*errors)


def revoke(session: Session, secondment_id: UUID, actor: Actor) -> SecondmentItem:
    """End a secondment at once.

    Raises:
        NotFound: there is none.
        Forbidden: the administrator serves elsewhere.
        Conflict: it has ended already.
    """
    row = session.execute(select(Secondment).where(Secondment.id == secondment_id).with_for_update()).scalar()
    if row is None:
        raise NotFound
    _refuse_foreign(actor, row.agency_id)
    now = datetime.now(UTC)
    if row.revoked_at is not None or row.to_at <= now:
        raise Conflict("This secondment has already ended")
    row.revoked_at, row.revoked_by = now, actor.id
    session.flush()
    record(session, "secondment:revoke", row.id, actor.by, officer=str(row.officer_id), agency=str(row.agency_id))
    return _one(session, row.id)


def end_secondments(session: Session, officer_id: UUID, actor: Actor) -> None:
    """End all secondments of an officer whose account is closed, those to come too."""
    ended = session.execute(
        update(Secondment)
        .where(Secondment.officer_id == officer_id, Secondment.revoked_at.is_(None), Secondment.to_at > text("now()"))
        .values(revoked_at=text("now()"), revoked_by=actor.id)
        .returning(Secondment.id, Secondment.agency_id)
        .execution_options(synchronize_session=False)
    ).all()
    for row in ended:
        record(session, "secondment:revoke", row.id, actor.by, officer=str(officer_id), agency=str(row.agency_id))


def _rows() -> Select[Secondment, str, UUID, str, str, str]:
    return (
        select(Secondment, Officer.name, _home.id, _home.name, Agency.name, _maker.name)
        .join(Officer, Officer.id == Secondment.officer_id)
        .join(_home, _home.id == Officer.agency_id)
        .join(Agency, Agency.id == Secondment.agency_id)
        .join(_maker, _maker.id == Secondment.made_by)
    )


def _one(session: Session, secondment_id: UUID) -> SecondmentItem:
    return _item(*session.execute(_rows().where(Secondment.id == secondment_id)).one(), datetime.now(UTC))


def _item(
    row: Secondment, officer: str, home_id: UUID, home: str, agency: str, maker: str, now: datetime
) -> SecondmentItem:
    if row.revoked_at is not None:
        state = "revoked"
    else:
        state = "to_come" if row.from_at > now else "running" if row.to_at > now else "ended"
    return SecondmentItem.model_validate(
        {
            "id": row.id,
            "officer": {"id": row.officer_id, "name": officer},
            "home": {"id": home_id, "name": home},
            "agency": {"id": row.agency_id, "name": agency},
            "roles": row.roles,
            "from": row.from_at,
            "to": row.to_at,
            "undertaking_number": row.undertaking_number,
            "undertaking_signed_on": row.undertaking_signed_on,
            "made_by": {"id": row.made_by, "name": maker},
            "made_at": row.made_at,
            "revoked_at": row.revoked_at,
            "state": state,
        }
    )


def secondments(session: Session, query: SecondmentQuery) -> SecondmentPage:
    """A page of the register, newest first."""
    now = datetime.now(UTC)
    statement = _rows().order_by(Secondment.id.desc()).limit(query.limit + 1)
    if query.agency is not None:
        statement = statement.where(Secondment.agency_id == query.agency)
    if query.officer is not None:
        statement = statement.where(Secondment.officer_id == query.officer)
    if query.running is not None:
        runs = _runs()
        statement = statement.where(runs if query.running else ~runs)
    if query.cursor is not None:
        (last,) = decode_cursor(query.cursor, UUID)
        statement = statement.where(Secondment.id < last)
    rows, following = page_of(session.execute(statement).all(), query.limit, lambda row: [row[0].id])
    items = [_item(*row, now) for row in rows]
    return SecondmentPage(items=items, next_cursor=following)


def _runs() -> Any:
    """The condition under which a secondment gives access: the same as in `actors`."""
    now = text("now()")
    return and_(Secondment.from_at <= now, Secondment.to_at > now, Secondment.revoked_at.is_(None))


def secondments_of(session: Session, officer_id: UUID) -> list[MeSecondment]:
    """Where else an officer acts now."""
    rows = session.execute(
        select(Secondment, Agency.name)
        .join(Agency, Agency.id == Secondment.agency_id)
        .where(Secondment.officer_id == officer_id, _runs())
        .order_by(Secondment.id)
    )
    return [
        MeSecondment.model_validate(
            {"agency": {"id": row.agency_id, "name": agency}, "roles": row.roles, "until": row.to_at}
        )
        for row, agency in rows
    ]


_AS_ACTORS = text(
    f"""
    SELECT o.id, o.name, o.agency_id, a.path, o.roles, seconded.to AS seconded
    FROM officers o JOIN agencies a ON a.id = o.agency_id
    {SECONDED}
    WHERE o.active AND o.id = ANY(:ids)
    """  # noqa: S608
)


def active_officers(session: Session, officer_ids: list[UUID]) -> dict[UUID, Actor]:
    """The active ones of these officers as they would act now, secondments included: to ask what others may see."""
    found = {}
    for row in session.execute(_AS_ACTORS, {"ids": officer_ids}):
        roles = tuple(Role(role) for role in row.roles)
        found[row.id] = Actor(
            ActorKind.officer,
            row.id,
            row.name,
            row.agency_id,
            tuple(row.path),
            roles,
            frozenset(permissions_of(list(roles))),
            postings_of(row.seconded),
        )
    return found
