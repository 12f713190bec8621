"""Due dates in hours, calendar days, working days and months, by Beijing time and the official calendar.

The day on which a term begins is not counted, and a term ends with its last day; where that is a day off, with the
next working day (Civil Code of the PRC, articles 201 and 203; whether an end moves is each rule's own word, since a law
may fix it otherwise). Working days follow the State Council's yearly notice with its moved holidays, as
`chinese_calendar` lists them, or as somebody entered them before that package knew; where a year's notice is not out
yet, weekends alone count and the date is provisional.
"""

import calendar
import enum
import functools
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from types import MappingProxyType
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


@dataclass(frozen=True, slots=True)
class Year:
    """A year as the State Council's notice has it: days off in the week, and weekend days that are worked (调休)."""

    holidays: frozenset[date]
    working_days: frozenset[date]


Years = Mapping[int, Year]
NONE: Years = MappingProxyType({})


def announced(year: int, entered: Years = NONE) -> bool:
    """Whether the holidays of that year are known, from the package or as entered."""
    return year in entered or packaged(year)


@functools.cache
def packaged(year: int) -> bool:
    """Whether `chinese_calendar` lists that year."""
    try:
        chinese_calendar.is_workday(date(year, 12, 31))  # type: ignore[no-untyped-call]  # it has no types
    except NotImplementedError:
        return False
    return True


def is_working_day(day: date, entered: Years = NONE) -> bool:
    """Whether offices work on that day; in years not announced: Monday to Friday. What was entered comes first."""
    if (year := entered.get(day.year)) is not None:
        return day in year.working_days or (day.weekday() < 5 and day not in year.holidays)
    if not packaged(day.year):
        return day.weekday() < 5
    return bool(chinese_calendar.is_workday(day))  # type: ignore[no-untyped-call]


def _end_of(day: date) -> datetime:
    return datetime.combine(day, time(23, 59, 59), BEIJING)


def _add_months(day: date, months: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def due(start: datetime, amount: int, unit: TermUnit, entered: Years = NONE, *, moves: bool = False) -> Due:
    """The end of a term of `amount` units that begins at `start` (with offset).

    Args:
        entered: years entered by hand.
        moves: whether an end on a day off moves to the next working day. A term in hours has no such end (article 203
            speaks of days), and one in working days ends on one.
    """
    if unit is TermUnit.hours:
        return Due(start + timedelta(hours=amount), False)
    day = start.astimezone(BEIJING).date()
    if unit is TermUnit.working_days:
        return _after_working_days(day, amount, entered)
    last = day + timedelta(days=amount) if unit is TermUnit.calendar_days else _add_months(day, amount)
    return _moved(last, entered) if moves else Due(_end_of(last), False)


def due_after_pause(
    due_at: datetime, paused: datetime, resumed: datetime, unit: TermUnit, entered: Years = NONE, *, moves: bool = False
) -> Due:
    """The end of a term that waited: as many of its own units later as it waited, and never in the middle of a day.

    A pause within one day costs no day; a term in hours is counted to the second.
    """
    if unit is TermUnit.hours:
        return Due(due_at + (resumed - paused), False)
    began, ended, last = (moment.astimezone(BEIJING).date() for moment in (paused, resumed, due_at))
    if unit is TermUnit.working_days:
        days = (began + timedelta(days=number) for number in range(1, (ended - began).days + 1))
        return _after_working_days(last, sum(is_working_day(day, entered) for day in days), entered)
    last += ended - began
    return _moved(last, entered) if moves else Due(_end_of(last), False)


def _after_working_days(day: date, count: int, entered: Years) -> Due:
    provisional = False
    while count:
        day += timedelta(days=1)
        provisional = provisional or not announced(day.year, entered)
        count -= is_working_day(day, entered)
    return Due(_end_of(day), provisional)


def _moved(day: date, entered: Years) -> Due:
    provisional = not announced(day.year, entered)
    while not is_working_day(day, entered):
        day += timedelta(days=1)
        provisional = provisional or not announced(day.year, entered)
    return Due(_end_of(day), provisional)


def today_in_beijing(now: datetime) -> date:
    """The day on which terms begin and end."""
    return now.astimezone(BEIJING).date()
