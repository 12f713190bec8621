"""Every kind of matter that moves by verbs: for what is done to all, for the diagrams, for the tests of all tables."""

from typing import Any

from huiyin.channels.moves import CHANNELS
from huiyin.kit.database.jobs import Job
from huiyin.kit.database.sessions import Sessions
from huiyin.leads.lifecycle.moves import LEADS
from huiyin.workflow.machine import Machine
from huiyin.workflow.recompute import recompute_all

MACHINES: tuple[Machine[Any], ...] = (CHANNELS, LEADS)


def recompute(sessions: Sessions) -> None:
    """Give the clocks of every kind their final dates where the calendar of a year became known."""
    recompute_all(sessions, MACHINES)


JOBS = (Job(name="recompute", run=recompute, cron="*/5 * * * *", queueing_lock="recompute"),)
