"""The lateness ladder: remind, tell the chief, draft the supervision notice, propose criticism; each step once a clock.

The steps are found by `ladder_due` (migrations/sql/leads), which returns ids only. A step's row and its event are
written together; the row's key makes a second worker, or a second run after a crash, do nothing.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from huiyin.clocks.models import LadderEntry, LadderStep
from huiyin.kit.database.items import Work
from huiyin.kit.database.sessions import set_scope
from huiyin.trail.recorder import SYSTEM, record

BATCH = 200
EVENTS = {
    LadderStep.remind: "clock:remind",
    LadderStep.tell_chief: "clock:tell_chief",
    LadderStep.supervision_notice: "clock:draft_supervision_notice",
    LadderStep.propose_criticism: "clock:propose_criticism",
}
_DUE = text("SELECT clock_id, matter_id, step, officer_id FROM ladder_due(:now, :most)")


def climbing(now: datetime) -> Work[Any]:
    """The steps that are due at `now`."""

    def take(session: Session, row: Any) -> bool:
        set_scope(session, acting_on=str(row.matter_id))
        mine = session.execute(
            insert(LadderEntry)
            .values(clock_id=row.clock_id, step=row.step, matter_id=row.matter_id, officer_id=row.officer_id, at=now)
            .on_conflict_do_nothing()
            .returning(LadderEntry.clock_id)
        ).first()
        if mine is None:
            return False  # another worker took it meanwhile
        record(
            session,
            EVENTS[LadderStep(row.step)],
            row.clock_id,
            SYSTEM,
            matter_id=row.matter_id,
            officer=str(row.officer_id),
        )
        return True

    return Work(
        find=lambda session, most: session.execute(_DUE, {"now": now, "most": most}).all(),
        do=take,
        name=lambda row: f"{row.clock_id}/{row.step}",
    )
