"""Starting, stopping and moving the clock of a lead. The running clock is repeated on the lead's row for the inbox."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import func, select, text, update
from sqlalchemy.orm import Session

from huiyin.kit.tables import insert_into
from huiyin.kit.working_days import Due, TermUnit, due
from huiyin.leads.models import Clock, ClockPause, ClockRuleCode, Lead


@dataclass(frozen=True, slots=True)
class Term:
    """A rule in the version that holds now."""

    code: str
    version: int
    amount: int
    unit: TermUnit
    basis: str

    def due(self, start: datetime) -> Due:
        """When the term that begins at `start` ends."""
        return due(start, self.amount, self.unit)


_CURRENT_RULE = text(
    """
    SELECT code, version, amount, unit, basis FROM clock_rules
    WHERE code = :code AND effective_from <= :now ORDER BY version DESC LIMIT 1
    """
)


def term(session: Session, code: ClockRuleCode, now: datetime) -> Term:
    """The version of a rule that holds at `now`."""
    row = session.execute(_CURRENT_RULE, {"code": code, "now": now}).one()
    return Term(row.code, row.version, row.amount, TermUnit(row.unit), row.basis)


def start_row(
    lead_id: UUID, rule: Term, ends: Due, agency_id: UUID, officer_id: UUID, began: datetime
) -> dict[str, object]:
    """The row of a clock whose term counts from `began`."""
    return {
        "lead_id": lead_id,
        "rule": rule.code,
        "rule_version": rule.version,
        "basis": rule.basis,
        "agency_id": agency_id,
        "officer_id": officer_id,
        "started_at": began,
        "due_at": ends.at,
        "provisional": ends.provisional,
    }


def stop_clock(session: Session, lead: Lead, now: datetime) -> None:
    """Stop what runs; a lead without a running clock stays as it is."""
    if lead.clock_paused_at is not None:
        resume_clock(session, lead, now)
    session.execute(update(Clock).where(Clock.lead_id == lead.id, Clock.stopped_at.is_(None)).values(stopped_at=now))
    lead.clock_rule, lead.clock_due_at, lead.clock_provisional = None, None, False


def start_clock(
    session: Session,
    lead: Lead,
    code: ClockRuleCode,
    now: datetime,
    no_later: datetime | None = None,
    counted_from: datetime | None = None,
) -> None:
    """Stop what runs and start a clock for whoever holds the lead.

    Args:
        no_later: ends it before the rule does.
        counted_from: an earlier moment from which its term counts.
    """
    stop_clock(session, lead, now)
    rule = term(session, code, now)
    began = counted_from or now
    ends = rule.due(began)
    if no_later is not None and no_later < ends.at:
        ends = Due(no_later, provisional=False)
    row = start_row(lead.id, rule, ends, lead.held_by_agency_id, lead.held_by_officer_id, began)
    session.execute(insert_into(Clock), row)
    lead.clock_rule, lead.clock_due_at, lead.clock_provisional = code, ends.at, ends.provisional


def move_due(session: Session, lead: Lead, due_at: datetime) -> None:
    """Give the running clock another end, as an approved extension does."""
    session.execute(
        update(Clock)
        .where(Clock.lead_id == lead.id, Clock.stopped_at.is_(None))
        .values(due_at=due_at, provisional=False)
    )
    lead.clock_due_at, lead.clock_provisional = due_at, False


def waited(session: Session, clock_id: UUID) -> timedelta:
    """How long a clock has waited in pauses that are over."""
    spans = select(func.sum(ClockPause.to_at - ClockPause.from_at)).where(ClockPause.clock_id == clock_id)
    return session.execute(spans).scalar_one() or timedelta(0)


def resume_clock(session: Session, lead: Lead, now: datetime) -> None:
    """End a pause: the clock is due as much later as it waited."""
    if lead.clock_paused_at is None or lead.clock_due_at is None:
        return
    due_at = lead.clock_due_at + (now - lead.clock_paused_at)
    running = (Clock.lead_id == lead.id, Clock.stopped_at.is_(None))
    session.execute(update(Clock).where(*running).values(paused_at=None, due_at=due_at))
    session.execute(
        update(ClockPause).where(ClockPause.lead_id == lead.id, ClockPause.to_at.is_(None)).values(to_at=now)
    )
    lead.clock_due_at, lead.clock_paused_at = due_at, None
