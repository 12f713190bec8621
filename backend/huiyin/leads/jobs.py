"""The jobs of leads: what is indexed, linked, passed on, looked back at, and kept no longer."""

from collections.abc import Callable
from datetime import UTC, datetime

from sqlalchemy.orm import Session

from huiyin.kit.database.jobs import Job
from huiyin.kit.database.sessions import Sessions, transaction
from huiyin.leads.lifecycle.ended_terms.passing_on import pass_on
from huiyin.leads.matching.indexing import BATCH as INDEXING_BATCH
from huiyin.leads.matching.indexing import index_waiting
from huiyin.leads.matching.links import link_recent
from huiyin.leads.retention.destruction import destroy_expired
from huiyin.leads.retention.holds import end_due
from huiyin.leads.retention.notices import mark_late
from huiyin.leads.retention.terms import BATCH as RETENTION_BATCH
from huiyin.leads.retention.terms import date_closed, warn
from huiyin.leads.work.look_back import draw_month, month_before
from huiyin.leads.work.overlays import OVERLAYS
from huiyin.workflow.requests import lapse_due

MOST_BATCHES = 1000


def index_forwarded(sessions: Sessions) -> None:
    """Make findable what systems forwarded in bulk, batch by batch."""
    while True:
        with transaction(sessions) as session:
            if index_waiting(session) < INDEXING_BATCH:
                return


def link_again(sessions: Sessions) -> None:
    """Find links between tips that came at the same moment."""
    with transaction(sessions) as session:
        link_recent(session)


def pass_on_leads(sessions: Sessions) -> None:
    """Pass on what officers answered for whose secondment has ended, batch by batch."""
    while True:
        with transaction(sessions) as session:
            if not pass_on(session):
                return


def look_back(sessions: Sessions) -> None:
    """Draw last month's look-back sample. Daily, 2:41 in Beijing: a worker that was down on the 1st catches up."""
    with transaction(sessions) as session:
        draw_month(session, month_before(datetime.now(UTC)))


def apply_retention(sessions: Sessions) -> None:
    """Date what was closed, end holds and overlays, tell of what expires, destroy what has; hourly, to catch up."""
    now = datetime.now(UTC)
    for step in (
        date_closed,
        lambda session: end_due(session, now),
        lambda session: lapse_due(session, OVERLAYS, now),
        lambda session: warn(session, now),
    ):
        _until_done(sessions, step)
    destroy_expired(sessions, now)
    _until_done(sessions, lambda session: mark_late(session, now))


def _until_done(sessions: Sessions, step: Callable[[Session], int]) -> None:
    """Batch by batch, until a batch is not full; what somebody is changing meanwhile is left for the next run."""
    for _ in range(MOST_BATCHES):
        with transaction(sessions) as session:
            if step(session) < RETENTION_BATCH:
                return


JOBS = (
    Job(
        name="index_forwarded",
        run=index_forwarded,
        cron="* * * * * */5",
        queueing_lock="index_forwarded",
        lock="index_forwarded",
    ),
    Job(name="link_again", run=link_again, cron="* * * * *", queueing_lock="link_again"),
    Job(name="pass_on_leads", run=pass_on_leads, cron="*/5 * * * *", queueing_lock="pass_on"),
    Job(name="look_back", run=look_back, cron="41 18 * * *", queueing_lock="look_back"),
    Job(name="apply_retention", run=apply_retention, cron="23 * * * *", queueing_lock="retention", lock="retention"),
)
