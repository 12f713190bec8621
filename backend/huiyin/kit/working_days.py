"""Due dates in hours, calendar days, working days and months, by Beijing time and the official calendar.

The day on which a term begins is not counted, and a term ends with its last day (Civil Code of the PRC, articles 201
and 203). Working days follow the State Council's yearly notice with its moved holidays, as `chinese_calendar` lists
them; where a year's notice is not out yet, weekends alone count and the date is provisional.
"""

import calendar
import enum
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import chinese_calendar

BEIJING = ZoneInfo("Asia/Shanghai")


class TermUnit(enum.StrEnum):
    hours = "hours"
    calendar_days = "calendar_days"
    working_days = "working_days"
    months = "months"


@dataclass(frozen=True, slots=True)
class Due:
    """When a term ends; `provisional` when it ran into a year whose holidays nobody has announced."""

    at: datetime
    provisional: bool


def announced(year: int) -> bool:
    """Whether the holidays of that year are known."""
    try:
        chinese_calendar.is_workday(date(year, 12, 31))  # type: ignore[no-untyped-call]  # it has no types
    except NotImplementedError:
        return False
    return True


def is_working_day(day: date) -> bool:
    """Whether offices work on that day; in years not announced: Monday to Friday."""
    if not announced(day.year):
        return day.weekday() < 5
    return bool(chinese_calendar.is_workday(day))  # type: ignore[no-untyped-call]


def _end_of(day: date) -> datetime:
    return datetime.combine(day, time(23, 59, 59), BEIJING)


def _add_months(day: date, months: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def due(start: datetime, amount: int, unit: TermUnit) -> Due:
    """The end of a term of `amount` units that begins at `start` (with offset)."""
    if unit is TermUnit.hours:
        return Due(start + timedelta(hours=amount), False)
    day = start.astimezone(BEIJING).date()
    if unit is TermUnit.calendar_days:
        return Due(_end_of(day + timedelta(days=amount)), False)
    if unit is TermUnit.months:
        return Due(_end_of(_add_months(day, amount)), False)
    provisional = False
    remaining = amount
    while remaining:
        day += timedelta(days=1)
        provisional = provisional or not announced(day.year)
        remaining -= is_working_day(day)
    return Due(_end_of(day), provisional)
