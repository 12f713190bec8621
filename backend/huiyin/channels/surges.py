"""Switching the public form's protection up under a flood (应急加强), instead of closing it; it ends by itself."""

from datetime import UTC, datetime, timedelta
from typing import Any, cast
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from huiyin.access.actors import Actor
from huiyin.access.models import Agency, AgencyKind, Officer
from huiyin.access.permissions import Permission as P
from huiyin.access.schemas import AgencyRef, OfficerRef
from huiyin.channels.models import FormSurge
from huiyin.channels.surge_schemas import NewSurge, SurgeItem, SurgeList
from huiyin.kit.database.sessions import new_ids
from huiyin.kit.database.tables import insert_into
from huiyin.kit.web.errors import Forbidden, Invalid, NotFound, WrongState, field_error
from huiyin.trail.recorder import record

LONGEST = timedelta(hours=24)
_SHOWN = 50


def raised_until(session: Session) -> datetime | None:
    """Until when the form asks for more work; None: it does not."""
    return session.execute(
        select(func.max(FormSurge.until_at)).where(FormSurge.until_at > func.now(), FormSurge.ended_at.is_(None))
    ).scalar_one()


def surges(session: Session) -> SurgeList:
    """The latest times, newest first."""
    rows = session.execute(
        select(FormSurge, Officer.name, Agency.name)
        .join(Officer, Officer.id == FormSurge.raised_by)
        .join(Agency, Agency.id == FormSurge.agency_id)
        .order_by(FormSurge.id.desc())
        .limit(_SHOWN)
    ).all()
    return SurgeList(raised_until=raised_until(session), items=[_item(*row) for row in rows])


def _item(row: FormSurge, officer: str, agency: str) -> SurgeItem:
    return SurgeItem(
        id=row.id,
        from_at=row.from_at,
        until_at=row.until_at,
        reason=row.reason,
        raised_by=OfficerRef(id=row.raised_by, name=officer),
        agency=AgencyRef(id=row.agency_id, name=agency),
        ended_at=row.ended_at,
        ended_by=row.ended_by,
    )


def raise_protection(session: Session, body: NewSurge, actor: Actor) -> SurgeItem:
    """Ask more work of every reporter until a time at most a day away.

    Raises:
        Forbidden: not at an office.
        Invalid: a time that has passed, or more than a day away.
    """
    agency_id, name = _office_of(session, actor)
    now = datetime.now(UTC)
    if not now < body.until_at <= now + LONGEST:
        raise Invalid(field_error("/until_at", "out_of_range", "Choose a time within the next 24 hours"))
    (id_,) = new_ids(session, 1)
    session.execute(
        insert_into(FormSurge),
        {
            "id": id_,
            "from_at": now,
            "until_at": body.until_at,
            "reason": body.reason,
            "raised_by": actor.id,
            "agency_id": agency_id,
        },
    )
    record(session, "form_surge:raise", id_, actor.by, until=body.until_at.isoformat())
    row = FormSurge(
        id=id_, from_at=now, until_at=body.until_at, reason=body.reason, raised_by=actor.id, agency_id=agency_id
    )
    return _item(row, actor.name, name)


def end_protection(session: Session, id_: UUID, actor: Actor) -> SurgeItem:
    """End it before its time.

    Raises:
        NotFound, Forbidden.
        WrongState: it has ended.
    """
    _office_of(session, actor)
    ended = update(FormSurge).where(FormSurge.id == id_, FormSurge.ended_at.is_(None), FormSurge.until_at > func.now())
    changed = cast("Any", session.execute(ended.values(ended_at=func.now(), ended_by=actor.id))).rowcount
    found = next((item for item in surges(session).items if item.id == id_), None)
    if found is None:
        raise NotFound
    if not changed:
        raise WrongState("It has ended already", state="ended", allowed_actions=[])
    record(session, "form_surge:end", id_, actor.by)
    return found


def _office_of(session: Session, actor: Actor) -> tuple[UUID, str]:
    """The office for which the officer acts. The form is the offices': another agency's leader does not switch it."""
    offices = select(Agency.id, Agency.name).where(
        Agency.id.in_(actor.agency_ids_for(P.form_protect)), Agency.kind == AgencyKind.office
    )
    row = session.execute(offices.order_by(Agency.id).limit(1)).one_or_none()
    if row is None:
        raise Forbidden("Only an office that takes reports in may do this", permission=P.form_protect)
    return row.id, row.name
