"""Due dates, against the official calendar of 2026 and by the rules of the Civil Code."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from huiyin.kit.working_days import BEIJING, TermUnit, announced, due, due_after_pause, is_working_day

U = TermUnit


def at(year: int, month: int, day: int, hour: int = 10) -> datetime:
    return datetime(year, month, day, hour, tzinfo=BEIJING)


def end_of(year: int, month: int, day: int) -> datetime:
    return datetime(year, month, day, 23, 59, 59, tzinfo=BEIJING)


@pytest.mark.parametrize(
    "day",
    [date(2026, 1, 4), date(2026, 2, 14), date(2026, 2, 28), date(2026, 5, 9), date(2026, 9, 20), date(2026, 10, 10)],
)
def test_weekend_that_was_moved_is_worked(day: date):
    """国务院办公厅关于2026年部分节假日安排的通知."""
    assert day.weekday() >= 5
    assert is_working_day(day)


@pytest.mark.parametrize("day", [date(2026, 1, 1), date(2026, 2, 16), date(2026, 4, 6), date(2026, 10, 7)])
def test_holiday_in_the_week_is_not_worked(day: date):
    assert day.weekday() < 5
    assert not is_working_day(day)


@pytest.mark.parametrize(
    ("start", "days", "end"),
    [
        (at(2026, 3, 2), 2, end_of(2026, 3, 4)),  # Monday to Wednesday: its first day is not counted
        (at(2026, 3, 6), 1, end_of(2026, 3, 9)),  # over a weekend
        (at(2026, 3, 7), 1, end_of(2026, 3, 9)),  # from a Saturday
        (at(2026, 9, 30), 2, end_of(2026, 10, 9)),  # over the National Day week
        (at(2026, 9, 30), 3, end_of(2026, 10, 10)),  # whose moved Saturday is worked
        (at(2026, 2, 13), 1, end_of(2026, 2, 14)),  # into a Saturday that is worked
        (at(2026, 2, 14), 1, end_of(2026, 2, 24)),  # over the whole Spring Festival
    ],
)
def test_working_days(start: datetime, days: int, end: datetime):
    assert due(start, days, U.working_days).at == end


@pytest.mark.parametrize(
    ("start", "amount", "unit", "end"),
    [
        (at(2026, 3, 4), 3, U.calendar_days, end_of(2026, 3, 9)),  # ends on a Saturday
        (at(2026, 3, 2), 3, U.calendar_days, end_of(2026, 3, 5)),  # on a Thursday: stays
        (at(2026, 9, 28), 3, U.calendar_days, end_of(2026, 10, 8)),  # on the first day of the National Day week
        (at(2026, 2, 11), 3, U.calendar_days, end_of(2026, 2, 14)),  # on a Saturday that is worked
        (at(2026, 7, 1), 3, U.months, end_of(2026, 10, 8)),
    ],
)
def test_term_that_ends_on_a_day_off_ends_on_the_next_working_day(
    start: datetime, amount: int, unit: TermUnit, end: datetime
):
    """民法典第二百零三条第一款."""
    assert due(start, amount, unit, moves=True).at == end


def test_end_that_a_rule_does_not_move_stays():
    assert due(at(2026, 3, 4), 3, U.calendar_days).at == end_of(2026, 3, 7)


def test_end_that_moves_within_a_year_nobody_knows_is_provisional():
    found = due(at(2051, 3, 1), 3, U.calendar_days, moves=True)
    assert (found.provisional, is_working_day(found.at.date())) == (True, True)


@pytest.mark.parametrize(
    ("unit", "due_at", "paused", "resumed", "end"),
    [
        # Friday and the weekend waited: one working day.
        (U.working_days, end_of(2026, 3, 6), at(2026, 3, 5, 14), at(2026, 3, 8, 0), end_of(2026, 3, 9)),
        (U.working_days, end_of(2026, 3, 6), at(2026, 3, 5, 9), at(2026, 3, 5, 18), end_of(2026, 3, 6)),
        (U.working_days, end_of(2026, 9, 30), at(2026, 9, 28), at(2026, 9, 30), end_of(2026, 10, 9)),
        (U.calendar_days, end_of(2026, 3, 6), at(2026, 3, 4, 23), at(2026, 3, 5, 0), end_of(2026, 3, 9)),
        (U.calendar_days, end_of(2026, 3, 3), at(2026, 3, 2), at(2026, 3, 3), end_of(2026, 3, 4)),
    ],
)
def test_term_that_waited_ends_with_a_working_day(
    unit: TermUnit, due_at: datetime, paused: datetime, resumed: datetime, end: datetime
):
    assert due_after_pause(due_at, paused, resumed, unit, moves=True).at == end


def test_term_in_hours_is_counted_to_the_second():
    paused, resumed = at(2026, 3, 7, 10), at(2026, 3, 7, 12) + timedelta(seconds=5)
    after = due_after_pause(at(2026, 3, 7, 20), paused, resumed, U.hours, moves=True).at
    assert after == at(2026, 3, 7, 22) + timedelta(seconds=5)


@given(
    st.datetimes(datetime(2026, 1, 2), datetime(2026, 11, 1), timezones=st.just(BEIJING)),  # noqa: DTZ001
    st.timedeltas(timedelta(0), timedelta(days=20)),
    st.sampled_from([U.working_days, U.calendar_days, U.months]),
)
def test_no_pause_makes_a_term_end_in_the_middle_of_a_day_or_on_a_day_off(
    paused: datetime, waited: timedelta, unit: TermUnit
):
    ends = due_after_pause(due(paused, 1, unit, moves=True).at, paused, paused + waited, unit, moves=True).at
    assert (ends.timetz().replace(tzinfo=None).isoformat(), is_working_day(ends.date())) == ("23:59:59", True)


def test_a_term_begins_by_the_date_in_beijing():
    """23:30 in UTC is the next day's morning there."""
    late = datetime(2026, 3, 2, 23, 30, tzinfo=UTC)
    assert due(late, 1, U.working_days).at == end_of(2026, 3, 4)
    assert due(late, 3, U.calendar_days).at == end_of(2026, 3, 6)


def test_calendar_days_and_hours():
    assert due(at(2026, 2, 27), 3, U.calendar_days).at == end_of(2026, 3, 2)
    assert due(at(2026, 2, 27, 15), 24, U.hours).at == at(2026, 2, 28, 15)


@pytest.mark.parametrize(
    ("start", "months", "end"),
    [
        (at(2026, 1, 31), 1, end_of(2026, 2, 28)),
        (at(2026, 11, 30), 3, end_of(2027, 2, 28)),
        (at(2027, 11, 30), 3, end_of(2028, 2, 29)),
        (at(2026, 12, 31), 3, end_of(2027, 3, 31)),
        (at(2026, 3, 31), 6, end_of(2026, 9, 30)),
        (at(2026, 12, 15), 12, end_of(2027, 12, 15)),
    ],
)
def test_month_without_that_day_ends_with_its_last(start: datetime, months: int, end: datetime):
    assert due(start, months, U.months).at == end


def test_term_into_a_year_that_nobody_has_announced_is_provisional():
    unknown = next(year for year in range(2026, 2100) if not announced(year))
    over = due(at(unknown - 1, 12, 30), 5, U.working_days)
    assert over.provisional
    assert over.at.year == unknown
    assert not due(at(unknown - 1, 3, 2), 5, U.working_days).provisional


def test_year_that_nobody_has_announced_counts_weekends_alone():
    unknown = next(year for year in range(2026, 2100) if not announced(year))
    days = [date(unknown, 1, 1) + timedelta(days=index) for index in range(365)]
    assert all(is_working_day(day) == (day.weekday() < 5) for day in days)


def test_calendar_days_are_never_provisional():
    assert not due(at(2060, 1, 1), 400, U.calendar_days).provisional


_YEARS = (datetime(2020, 1, 1), datetime(2026, 11, 1))  # noqa: DTZ001  the strategy asks for plain ones


@given(st.datetimes(*_YEARS), st.integers(1, 30))
def test_working_days_in_a_term_are_as_many_as_it_says(start: datetime, amount: int):
    begins = start.replace(tzinfo=BEIJING)
    end = due(begins, amount, U.working_days).at.astimezone(BEIJING)
    days = (end.date() - begins.date()).days
    between = [begins.date() + timedelta(days=index) for index in range(1, days + 1)]
    assert sum(is_working_day(day) for day in between) == amount
    assert is_working_day(end.date())
