"""The jobs of leads: what is indexed, linked, passed on, looked back at, and kept no longer."""

from datetime import UTC, datetime
from typing import Any

from huiyin.kit.database.items import Items, Work
from huiyin.kit.database.jobs import Job
from huiyin.kit.database.sessions import Sessions, transaction
from huiyin.leads.lifecycle.ended_terms.answered import ANSWERED
from huiyin.leads.lifecycle.ended_terms.answered import BATCH as ANSWERED_BATCH
from huiyin.leads.lifecycle.ended_terms.passing_on import BATCH as PASSING_BATCH
from huiyin.leads.lifecycle.ended_terms.passing_on import passing_on
from huiyin.leads.matching.indexing import BATCH as INDEXING_BATCH
from huiyin.leads.matching.indexing import INDEXING
from huiyin.leads.matching.links import BATCH as LINKING_BATCH
from huiyin.leads.matching.links import linking_again
from huiyin.leads.retention.destruction import destroy_expired
from huiyin.leads.retention.holds import HOLDS
from huiyin.leads.retention.notices import marking_late
from huiyin.leads.retention.terms import BATCH as RETENTION_BATCH
from huiyin.leads.retention.terms import DATING, warning
from huiyin.leads.work.look_back import draw_month, month_before
from huiyin.leads.work.overlays import OVERLAYS
from huiyin.workflow.requests import lapsing


def index_forwarded(sessions: Sessions) -> None:
    """Make findable what systems forwarded in bulk, batch by batch."""
    Items(sessions, "index_forwarded").all(INDEXING, INDEXING_BATCH)


def link_again(sessions: Sessions) -> None:
    """Find links between tips that came at the same moment, batch by batch."""
    Items(sessions, "link_again").all(linking_again(), LINKING_BATCH)


def pass_on_leads(sessions: Sessions) -> None:
    """Pass on what officers answered for whose secondment has ended, batch by batch."""
    Items(sessions, "pass_on_leads").all(passing_on(), PASSING_BATCH)


def run_clocks_again(sessions: Sessions) -> None:
    """Clocks that waited for a reporter who has answered run again; each minute."""
    Items(sessions, "run_clocks_again").all(ANSWERED, ANSWERED_BATCH)


def look_back(sessions: Sessions) -> None:
    """Draw last month's look-back sample. Daily, 2:41 in Beijing: a worker that was down on the 1st catches up."""
    with transaction(sessions) as session:
        draw_month(session, month_before(datetime.now(UTC)))


def apply_retention(sessions: Sessions) -> None:
    """Date what was closed, end holds and overlays, tell of what expires, destroy what has; hourly, to catch up."""
    now = datetime.now(UTC)
    steps: dict[str, Work[Any]] = {
        "date_closed": DATING,
        "end_holds": lapsing(HOLDS, now),
        "end_overlays": lapsing(OVERLAYS, now),
        "announce_expiry": warning(now),
        "mark_late": marking_late(now),
    }
    for name, work in steps.items():
        Items(sessions, name).all(work, RETENTION_BATCH)
    destroy_expired(sessions, now)


JOBS = (
    Job(
        name="index_forwarded",
        run=index_forwarded,
        cron="* * * * * */5",
        queueing_lock="index_forwarded",
        lock="index_forwarded",
        lane="index",
    ),
    Job(
        name="link_again",
        run=link_again,
        cron="* * * * *",
        queueing_lock="link_again",
        lock="link_again",
        lane="index",
    ),
    Job(name="pass_on_leads", run=pass_on_leads, cron="*/5 * * * *", queueing_lock="pass_on"),
    Job(name="run_clocks_again", run=run_clocks_again, cron="* * * * *", queueing_lock="run_clocks_again"),
    Job(name="look_back", run=look_back, cron="41 18 * * *", queueing_lock="look_back"),
    Job(name="apply_retention", run=apply_retention, cron="23 * * * *", queueing_lock="retention", lock="retention"),
)
