"""The lateness ladder: remind, tell the chief, draft the supervision notice, propose criticism; each step once a clock.

The steps are found by `ladder_due` (migrations/sql/leads), which returns ids only. A step's row and its event are
written together; the row's key makes a second worker, or a second run after a crash, do nothing.
"""

from datetime import datetime

from sqlalchemy import text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from huiyin.clocks.models import LadderEntry, LadderStep
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


def climb(session: Session, now: datetime, most: int = BATCH) -> int:
    """Take the steps that are due at `now`, at most `most`; returns how many were taken. One transaction."""
    taken = 0
    for row in session.execute(_DUE, {"now": now, "most": most}).all():
        set_scope(session, acting_on=str(row.matter_id))
        mine = session.execute(
            insert(LadderEntry)
            .values(clock_id=row.clock_id, step=row.step, matter_id=row.matter_id, officer_id=row.officer_id, at=now)
            .on_conflict_do_nothing()
            .returning(LadderEntry.clock_id)
        ).first()
        if mine is None:
            continue  # another worker took it meanwhile
        taken += 1
        record(
            session,
            EVENTS[LadderStep(row.step)],
            row.clock_id,
            SYSTEM,
            matter_id=row.matter_id,
            officer=str(row.officer_id),
        )
    return taken
