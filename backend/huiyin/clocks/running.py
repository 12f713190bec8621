"""Starting, stopping and moving the clock (时限) of whatever is timed. The row itself repeats the running one."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, Protocol, cast
from uuid import UUID

from sqlalchemy import func, select, text, update
from sqlalchemy.orm import Session

from huiyin.clocks.models import Clock, ClockPause
from huiyin.kit.database.tables import insert_into
from huiyin.kit.working_days import Due, TermUnit, Year, Years, due, due_after_pause


class Timed(Protocol):
    """A row that one clock at a time runs for: a lead, a channel, an order."""

    id: Any
    held_by_agency_id: Any
    held_by_officer_id: Any
    clock_rule: Any
    clock_due_at: Any
    clock_provisional: Any
    clock_paused_at: Any


@dataclass(frozen=True, slots=True)
class Term:
    """A rule in one version, and the years whose calendar was entered by hand."""

    code: str
    version: int
    amount: int
    unit: TermUnit
    basis: str
    moves: bool
    years: Years = field(default_factory=dict)

    def due(self, start: datetime) -> Due:
        """When the term that begins at `start` ends."""
        return due(start, self.amount, self.unit, self.years, moves=self.moves)

    def after_pause(self, due_at: datetime, paused: datetime, resumed: datetime) -> Due:
        """When a term that was due and waited ends."""
        return due_after_pause(due_at, paused, resumed, self.unit, self.years, moves=self.moves)


# `entered_years()` (migrations/sql/clocks) gives the calendars entered by hand, as `years_of` takes them.
_RULE = "SELECT code, version, amount, unit, basis, moves, effective_from, entered_years() AS years FROM clock_rules"
_CURRENT_RULE = text(f"{_RULE} WHERE code = :code AND effective_from <= :now ORDER BY version DESC LIMIT 1")
_VERSION = text(f"{_RULE} WHERE code = :code AND version = :version")
_VERSIONS = text(f"{_RULE} WHERE code = :code ORDER BY version DESC")


def years_of(found: dict[str, list[list[str]]] | None) -> Years:
    """The calendars entered by hand, from what `entered_years()` gives."""
    return {
        int(year): Year(*(frozenset(date.fromisoformat(day) for day in days) for days in both))
        for year, both in (found or {}).items()
    }


def entered_years(session: Session) -> Years:
    """The calendars entered by hand."""
    return years_of(session.execute(text("SELECT entered_years()")).scalar_one())


def term_of(row: Any) -> Term:
    """A row of `clock_rules`, with `years` as `entered_years()` gives them."""
    return Term(row.code, row.version, row.amount, TermUnit(row.unit), row.basis, row.moves, years_of(row.years))


def term(session: Session, code: str, now: datetime) -> Term:
    """The version of a rule that holds at `now`."""
    return term_of(session.execute(_CURRENT_RULE, {"code": code, "now": now}).one())


def term_in_version(session: Session, code: str, version: int) -> Term:
    """A rule in the version with which a clock began."""
    return term_of(session.execute(_VERSION, {"code": code, "version": version}).one())


@dataclass(frozen=True, slots=True)
class Versions:
    """All versions of a rule, the newest first, with the moments from which they hold."""

    versions: tuple[tuple[datetime, Term], ...]

    def at(self, moment: datetime) -> Term:
        """The version that held at a moment; before the first, the first."""
        return next((rule for since, rule in self.versions if since <= moment), self.versions[-1][1])


def all_versions(session: Session, code: str) -> Versions:
    """A rule with its history, to ask what held when something began."""
    rows = session.execute(_VERSIONS, {"code": code})
    return Versions(tuple((row.effective_from, term_of(row)) for row in rows))


def start_row(
    matter_id: UUID, rule: Term, ends: Due, agency_id: UUID, officer_id: UUID, began: datetime
) -> dict[str, object]:
    """The row of a clock whose term counts from `began`."""
    return {
        "matter_id": matter_id,
        "rule": rule.code,
        "rule_version": rule.version,
        "basis": rule.basis,
        "agency_id": agency_id,
        "officer_id": officer_id,
        "started_at": began,
        "due_at": ends.at,
        "provisional": ends.provisional,
    }


def stop_clock(session: Session, timed: Timed, now: datetime) -> None:
    """Stop what runs; one without a running clock stays as it is."""
    if timed.clock_paused_at is not None:
        resume_clock(session, timed, now)
    session.execute(update(Clock).where(Clock.matter_id == timed.id, Clock.stopped_at.is_(None)).values(stopped_at=now))
    timed.clock_rule, timed.clock_due_at, timed.clock_provisional = None, None, False


def start_clock(
    session: Session,
    timed: Timed,
    code: str,
    now: datetime,
    no_later: datetime | None = None,
    counted_from: datetime | None = None,
) -> None:
    """Stop what runs and start a clock for whoever answers for it.

    Args:
        no_later: ends it before the rule does.
        counted_from: an earlier moment from which its term counts.
    """
    stop_clock(session, timed, now)
    rule = term(session, code, now)
    began = counted_from or now
    ends = rule.due(began)
    if no_later is not None and no_later < ends.at:
        ends = Due(no_later, provisional=False)
    row = start_row(timed.id, rule, ends, timed.held_by_agency_id, timed.held_by_officer_id, began)
    session.execute(insert_into(Clock), row)
    timed.clock_rule, timed.clock_due_at, timed.clock_provisional = code, ends.at, ends.provisional


def move_due(session: Session, timed: Timed, due_at: datetime) -> None:
    """Give the running clock another end, as an approved extension does."""
    session.execute(
        update(Clock)
        .where(Clock.matter_id == timed.id, Clock.stopped_at.is_(None))
        .values(due_at=due_at, provisional=False)
    )
    timed.clock_due_at, timed.clock_provisional = due_at, False


def due_with_pauses(session: Session, clock: Clock) -> Due:
    """When a clock ends by its rule and by all pauses that are over, as the calendar is known now."""
    rule = term_in_version(session, clock.rule, clock.rule_version)
    ends = rule.due(clock.started_at)
    pauses = select(ClockPause.from_at, ClockPause.to_at).where(
        ClockPause.clock_id == clock.id, ClockPause.to_at.is_not(None)
    )
    for paused, resumed in session.execute(pauses.order_by(ClockPause.from_at)):
        after = rule.after_pause(ends.at, paused, cast("datetime", resumed))
        ends = Due(after.at, ends.provisional or after.provisional)
    return ends


def waited(session: Session, clock_id: UUID) -> timedelta:
    """How long a clock has waited in pauses that are over."""
    spans = select(func.sum(ClockPause.to_at - ClockPause.from_at)).where(ClockPause.clock_id == clock_id)
    total: Any = session.execute(spans).scalar_one()
    return cast("timedelta", total) if total is not None else timedelta(0)


def pause_clock(session: Session, timed: Timed, now: datetime, reason_code: str) -> None:
    """Stop counting (中止); whoever calls this has seen that a clock runs."""
    clock_id = session.execute(
        select(Clock.id).where(Clock.matter_id == timed.id, Clock.stopped_at.is_(None))
    ).scalar_one()
    session.execute(update(Clock).where(Clock.id == clock_id).values(paused_at=now))
    session.execute(
        insert_into(ClockPause),
        {"clock_id": clock_id, "matter_id": timed.id, "reason_code": reason_code, "from_at": now},
    )
    timed.clock_paused_at = now


def resume_clock(session: Session, timed: Timed, now: datetime) -> None:
    """End a pause: the clock is due as many of its units later as it waited, at the end of a day."""
    if timed.clock_paused_at is None or timed.clock_due_at is None:
        return
    running = (Clock.matter_id == timed.id, Clock.stopped_at.is_(None))
    rule, version = session.execute(select(Clock.rule, Clock.rule_version).where(*running)).one()
    ends = term_in_version(session, rule, version).after_pause(timed.clock_due_at, timed.clock_paused_at, now)
    provisional = timed.clock_provisional or ends.provisional
    values = {"paused_at": None, "due_at": ends.at, "provisional": provisional}
    session.execute(update(Clock).where(*running).values(**values))
    session.execute(
        update(ClockPause).where(ClockPause.matter_id == timed.id, ClockPause.to_at.is_(None)).values(to_at=now)
    )
    timed.clock_due_at, timed.clock_paused_at, timed.clock_provisional = ends.at, None, provisional
