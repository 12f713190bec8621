"""Calendars of years, entered by an administrator as soon as the State Council's notice is out (ADR 0013)."""

from datetime import UTC, date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from huiyin.access.actors import Actor
from huiyin.access.highest_office import require_highest_office, setting_id
from huiyin.access.models import Officer
from huiyin.access.schemas import OfficerRef
from huiyin.clocks.models import WorkingYear
from huiyin.clocks.rules import counted
from huiyin.clocks.running import entered_years
from huiyin.clocks.schemas import NewWorkingYear, WorkingYearItem, WorkingYearList, WorkingYearPreview
from huiyin.kit.database.tables import insert_into
from huiyin.kit.web.errors import Conflict, Invalid, field_error
from huiyin.kit.working_days import BEIJING, Year, announced, is_working_day
from huiyin.trail.recorder import record


def working_years(session: Session) -> WorkingYearList:
    """The calendars entered by hand, and up to which year everything is known."""
    entered = entered_years(session)
    until = datetime.now(UTC).astimezone(BEIJING).year - 1
    while announced(until + 1, entered):
        until += 1
    rows = session.execute(
        select(WorkingYear, Officer.name)
        .join(Officer, Officer.id == WorkingYear.entered_by)
        .order_by(WorkingYear.year)
        .execution_options(populate_existing=True)
    )
    return WorkingYearList(known_until=until, items=[_item(row, name) for row, name in rows])


def _item(row: WorkingYear, name: str) -> WorkingYearItem:
    return WorkingYearItem(
        year=row.year,
        holidays=row.holidays,
        working_days=row.working_days,
        basis=row.basis,
        entered_by=OfficerRef(id=row.entered_by, name=name),
        entered_at=row.entered_at,
    )


def preview(session: Session, body: NewWorkingYear, actor: Actor) -> WorkingYearPreview:
    """What entering this calendar would do; nothing is written.

    Raises:
        Forbidden: not of the highest office.
        Conflict: the year is known already.
        Invalid: the year before is not known yet.
    """
    _check(session, body, actor)
    year = {body.year: Year(frozenset(body.holidays), frozenset(body.working_days))}
    first = date(body.year, 1, 1)
    days = [first + timedelta(days=number) for number in range((date(body.year + 1, 1, 1) - first).days)]
    return WorkingYearPreview(
        year=body.year,
        working_days=sum(is_working_day(day, year) for day in days),
        weekdays_off=sum(day.weekday() < 5 and not is_working_day(day, year) for day in days),
        provisional=counted(session, year=body.year),
    )


def enter(session: Session, body: NewWorkingYear, actor: Actor) -> WorkingYearItem:
    """Enter the calendar of a year, once. The job `recompute` then gives provisional clocks their dates.

    Raises as `preview`.
    """
    _check(session, body, actor)
    session.execute(
        insert_into(WorkingYear),
        {
            "year": body.year,
            "holidays": sorted(set(body.holidays)),
            "working_days": sorted(set(body.working_days)),
            "basis": body.basis,
            "entered_by": actor.id,
        },
    )
    record(
        session,
        "working_year:enter",
        setting_id("working_year", str(body.year)),
        actor.by,
        year=body.year,
        holidays=len(set(body.holidays)),
        working_days=len(set(body.working_days)),
    )
    return next(item for item in working_years(session).items if item.year == body.year)


def _check(session: Session, body: NewWorkingYear, actor: Actor) -> None:
    require_highest_office(session, actor)
    entered = entered_years(session)
    if announced(body.year, entered):
        raise Conflict(f"The calendar of {body.year} is known already", pointer="/year")
    if not announced(body.year - 1, entered):
        raise Invalid(field_error("/year", "year_before_unknown", f"Enter the calendar of {body.year - 1} first"))
