"""Provisional dates become final when the calendar of their year is known (ADR 0013), for matters of every kind.

`clocks_to_recompute` (migrations/sql/clocks) finds them and returns ids only. A clock is recomputed with its matter,
its event and what follows for the kind (`Machine.redated`) in one transaction; since it is not provisional any more, a
second worker, or a second run after a crash, does nothing to it.
"""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from huiyin.clocks.models import Clock
from huiyin.clocks.running import entered_years, term_in_version, waited
from huiyin.kit.database.sessions import Sessions, set_scope, transaction
from huiyin.kit.working_days import announced
from huiyin.trail.recorder import SYSTEM, record
from huiyin.workflow.machine import Machine
from huiyin.workflow.models import Matter

BATCH = 200
YEARS_AHEAD = 6  # five years is the longest that a rule may run (clocks/schemas.py)
_WAITING = text("SELECT clock_id, matter_id FROM clocks_to_recompute(:known, :later_than, :most)")


def recompute_all(sessions: Sessions, machines: Iterable[Machine[Any]]) -> None:
    """Give clocks their final dates where the calendar of a year became known, batch by batch."""
    after, every = None, tuple(machines)
    while True:
        with transaction(sessions) as session:
            after = recompute_due(every, session, datetime.now(UTC), after)
        if after is None:
            return


def recompute_due(
    machines: Iterable[Machine[Any]],
    session: Session,
    now: datetime,
    after: UUID | None = None,
    most: int = BATCH,
) -> UUID | None:
    """Recompute the next clocks behind `after`, at most `most`; returns where to go on, None at the end.

    A matter that somebody is changing at this moment is left for the next run.
    """
    of_kind = {machine.kind: machine for machine in machines}
    entered = entered_years(session)
    known = [year for year in range(now.year - 1, now.year + YEARS_AHEAD) if announced(year, entered)]
    rows = session.execute(_WAITING, {"known": known, "later_than": after, "most": most}).all()
    for row in rows:
        set_scope(session, acting_on=str(row.matter_id))
        kind = session.execute(select(Matter.kind).where(Matter.id == row.matter_id)).scalar_one()
        table = of_kind[kind].table
        matter = session.execute(
            select(table).where(table.id == row.matter_id).with_for_update(skip_locked=True)
        ).scalar_one_or_none()
        if matter is not None:
            _recompute(of_kind[kind], session, matter, row.clock_id)
    return rows[-1].clock_id if len(rows) == most else None


def _recompute(machine: Machine[Any], session: Session, matter: Any, clock_id: UUID) -> None:
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
    matter.clock_due_at, matter.clock_provisional = after, ends.provisional
    matter.version += 1
    session.flush()
    machine.redated(session, matter)
    if after != before:
        record(
            session,
            "clock:recompute",
            clock.id,
            SYSTEM,
            matter_id=matter.id,
            rule=clock.rule,
            due_before=before.isoformat(),
            due_at=after.isoformat(),
        )
