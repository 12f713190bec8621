"""The job of clocks: the ladder of lateness (催办)."""

from datetime import UTC, datetime

from huiyin.clocks.ladder import BATCH, climbing
from huiyin.kit.database.items import Items
from huiyin.kit.database.jobs import Job
from huiyin.kit.database.sessions import Sessions


def ladder(sessions: Sessions) -> None:
    """Take the steps of the lateness ladder that are due, batch by batch."""
    Items(sessions, "ladder").all(climbing(datetime.now(UTC)), BATCH)


JOBS = (Job(name="ladder", run=ladder, cron="*/5 * * * *", queueing_lock="ladder"),)
