"""Provisional dates become final when the calendar of their year is known (ADR 0013), for matters of every kind.

`clocks_to_recompute` (migrations/sql/clocks) finds them and returns ids only. A clock is recomputed with its matter,
its event and what follows for the kind (`Machine.redated`) in one transaction; since it is not provisional any more, a
second worker, or a second run after a crash, does nothing to it.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from huiyin.clocks.models import Clock
from huiyin.clocks.running import due_with_pauses, entered_years
from huiyin.kit.database.items import Work
from huiyin.kit.database.sessions import set_scope
from huiyin.kit.working_days import announced
from huiyin.trail.recorder import SYSTEM, record
from huiyin.workflow.machine import Machine
from huiyin.workflow.models import Matter

BATCH = 200
YEARS_AHEAD = 6  # five years is the longest that a rule may run (clocks/schemas.py)
_WAITING = text("SELECT clock_id, matter_id FROM clocks_to_recompute(:known, :later_than, :most)")


def recomputing(machines: Iterable[Machine[Any]], now: datetime) -> Work[Any]:
    """The clocks whose final dates are known now. A matter that somebody is changing is left for the next run."""
    of_kind = {machine.kind: machine for machine in machines}
    last: UUID | None = None

    def find(session: Session, most: int) -> Sequence[Any]:
        # One whose date is still provisional is found again, so the next are looked for behind the last.
        nonlocal last
        entered = entered_years(session)
        known = [year for year in range(now.year - 1, now.year + YEARS_AHEAD) if announced(year, entered)]
        rows = session.execute(_WAITING, {"known": known, "later_than": last, "most": most}).all()
        last = rows[-1].clock_id if rows else last
        return rows

    def recompute(session: Session, row: Any) -> bool:
        set_scope(session, acting_on=str(row.matter_id))
        kind = session.execute(select(Matter.kind).where(Matter.id == row.matter_id)).scalar_one()
        table = of_kind[kind].table
        matter = session.execute(
            select(table).where(table.id == row.matter_id).with_for_update(skip_locked=True)
        ).scalar_one_or_none()
        if matter is None:
            return False
        _recompute(of_kind[kind], session, matter, row.clock_id)
        return True

    return Work(find=find, do=recompute, name=lambda row: row.clock_id)


def _recompute(machine: Machine[Any], session: Session, matter: Any, clock_id: UUID) -> None:
    clock = session.execute(
        select(Clock).where(Clock.id == clock_id, Clock.stopped_at.is_(None), Clock.provisional)
    ).scalar_one_or_none()
    if clock is None:
        return  # another worker, or a verb, was here meanwhile
    ends = due_with_pauses(session, clock)
    before, after = clock.due_at, ends.at
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
