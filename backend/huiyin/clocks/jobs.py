"""The job of clocks: the ladder of lateness (催办)."""

from datetime import UTC, datetime

from huiyin.clocks.ladder import climb
from huiyin.kit.database.jobs import Job
from huiyin.kit.database.sessions import Sessions, transaction


def ladder(sessions: Sessions) -> None:
    """Take the steps of the lateness ladder that are due, batch by batch."""
    while True:
        with transaction(sessions) as session:
            if not climb(session, datetime.now(UTC)):
                return


JOBS = (Job(name="ladder", run=ladder, cron="*/5 * * * *", queueing_lock="ladder"),)
