"""A clock that waits for the reporter (中止, reason `waiting_for_reporter`) runs again from the moment of the answer.

Own rule (docs/domain.md, section 4): nobody gains time by not reading what was asked for. The reporter's own request
may not touch a lead, so a job does it, within a minute; the pause ends when the words or the file came.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from huiyin.clocks.running import resume_clock
from huiyin.kit.database.items import Work
from huiyin.kit.database.sessions import set_scope
from huiyin.leads.lifecycle.reporter import update_due_dates
from huiyin.leads.record.models import Lead
from huiyin.trail.recorder import SYSTEM, record

BATCH = 200
_ANSWERED = text("SELECT lead_id, at FROM clocks_answered(:most)")


def _run_again(session: Session, found: Any) -> bool:
    lead_id, at = found
    set_scope(session, acting_on=str(lead_id))
    locked = select(Lead).where(Lead.id == lead_id).with_for_update().execution_options(populate_existing=True)
    lead = session.execute(locked).scalar_one()
    if lead.clock_paused_at is None or not isinstance(at, datetime):  # an officer was quicker
        return False
    resume_clock(session, lead, at)
    lead.version += 1
    session.flush()
    update_due_dates(session, lead)
    due = lead.clock_due_at
    record(
        session,
        "clock:run_again",
        lead_id,
        SYSTEM,
        matter_id=lead_id,
        rule=lead.clock_rule,
        due_at=due.isoformat() if due else None,
    )
    return True


ANSWERED: Work[Any] = Work(
    find=lambda session, most: session.execute(_ANSWERED, {"most": most}).all(),
    do=_run_again,
    name=lambda found: str(found[0]),
)
