"""Provisional dates become final when the calendar of their year is known (ADR 0013).

`clocks_to_recompute` (migrations/sql/clocks) finds them and returns ids only. A clock is recomputed with its lead, its
event and the reporter's date in one transaction; since it is not provisional any more, a second worker, or a second run
after a crash, does nothing to it.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from huiyin.clocks.models import Clock
from huiyin.clocks.running import entered_years, term_in_version, waited
from huiyin.kit.database.sessions import set_scope
from huiyin.kit.working_days import announced
from huiyin.leads.record.models import Lead
from huiyin.tips.reporting.receipt import update_due_date
from huiyin.trail.recorder import SYSTEM, record

BATCH = 200
YEARS_AHEAD = 6  # five years is the longest that a rule may run (settings_schemas)
_WAITING = text("SELECT clock_id, matter_id FROM clocks_to_recompute(:known, :later_than, :most)")


def recompute_due(session: Session, now: datetime, after: UUID | None = None, most: int = BATCH) -> UUID | None:
    """Recompute the next clocks behind `after`, at most `most`; returns where to go on, None at the end.

    A lead that somebody is changing at this moment is left for the next run.
    """
    entered = entered_years(session)
    known = [year for year in range(now.year - 1, now.year + YEARS_AHEAD) if announced(year, entered)]
    rows = session.execute(_WAITING, {"known": known, "later_than": after, "most": most}).all()
    for row in rows:
        set_scope(session, acting_on=str(row.matter_id))
        lead = session.execute(
            select(Lead).where(Lead.id == row.matter_id).with_for_update(skip_locked=True)
        ).scalar_one_or_none()
        if lead is not None:
            _recompute(session, lead, row.clock_id)
    return rows[-1].clock_id if len(rows) == most else None


def _recompute(session: Session, lead: Lead, clock_id: UUID) -> None:
    clock = session.execute(
        select(Clock).where(Clock.id == clock_id, Clock.stopped_at.is_(None), Clock.provisional)
    ).scalar_one_or_none()
    if clock is None:
        return  # another worker, or a verb, was here meanwhile
    ends = term_in_version(session, clock.rule, clock.rule_version).due(clock.started_at)
    before, after = clock.due_at, ends.at + waited(session, clock.id)
    if (after, ends.provisional) == (before, True):
        return
    clock.due_at, clock.provisional = after, ends.provisional
    lead.clock_due_at, lead.clock_provisional = after, ends.provisional
    lead.version += 1
    session.flush()
    if lead.is_open:
        update_due_date(session, lead.id, after, provisional=ends.provisional)
    if after != before:
        record(
            session,
            "clock:recompute",
            clock.id,
            SYSTEM,
            matter_id=lead.id,
            rule=clock.rule,
            due_before=before.isoformat(),
            due_at=after.isoformat(),
        )
