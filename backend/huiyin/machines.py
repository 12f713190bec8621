"""Every kind of matter that moves by verbs: for what is done to all, for the diagrams, for the tests of all tables."""

from datetime import UTC, datetime
from typing import Any

from huiyin.channels.moves import CHANNELS
from huiyin.kit.database.items import Items
from huiyin.kit.database.jobs import Job
from huiyin.kit.database.sessions import Sessions
from huiyin.leads.lifecycle.moves import LEADS
from huiyin.workflow.machine import Machine
from huiyin.workflow.recompute import BATCH, recomputing

MACHINES: tuple[Machine[Any], ...] = (CHANNELS, LEADS)


def recompute(sessions: Sessions) -> None:
    """Give the clocks of every kind their final dates where the calendar of a year became known."""
    Items(sessions, "recompute").all(recomputing(MACHINES, datetime.now(UTC)), BATCH)


JOBS = (Job(name="recompute", run=recompute, cron="*/5 * * * *", queueing_lock="recompute"),)
