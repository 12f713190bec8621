"""Runs background jobs from the queue in the database, and the periodic ones (ADR 0011)."""

import asyncio
import logging
import os
import signal
import threading
from collections.abc import Callable
from datetime import UTC, datetime

from procrastinate import App, PsycopgConnector
from sqlalchemy import text
from sqlalchemy.orm import Session

from huiyin.clocks.ladder import climb
from huiyin.kit.database.jobs import plain_url
from huiyin.kit.database.sessions import Sessions, make_engine, make_sessions, transaction
from huiyin.leads.lifecycle.ended_terms import pass_on
from huiyin.leads.lifecycle.recompute import recompute_due
from huiyin.leads.matching.indexing import BATCH, index_waiting
from huiyin.leads.matching.links import link_recent
from huiyin.leads.retention.destruction import destroy_expired
from huiyin.leads.retention.holds import end_due
from huiyin.leads.retention.notices import mark_late
from huiyin.leads.retention.terms import BATCH as RETENTION_BATCH
from huiyin.leads.retention.terms import date_closed, warn
from huiyin.leads.work.look_back import draw_month, month_before
from huiyin.settings import settings
from huiyin.tables import metadata
from huiyin.tips.files.checks import tend
from huiyin.tips.identity.desk import end_expired
from huiyin.tips.sealed.keys import destroy_retired
from huiyin.trail.sequencer import Memory, Sequencer
from huiyin.trail.signing import log_signer

log = logging.getLogger("huiyin.worker")
MOST_BATCHES = 1000


def make_worker() -> App:
    """The job queue's application with every task of every part."""
    metadata.sorted_tables  # noqa: B018  every foreign key finds its table now, not in somebody's job
    chosen = settings()
    if chosen.app_database_url is None:
        raise RuntimeError("HUIYIN_APP_DATABASE_URL is not set; `make up` and docker-compose.yml set it")
    queue = App(connector=PsycopgConnector(conninfo=plain_url(chosen.app_database_url), min_size=1, max_size=4))
    sessions = make_sessions(make_engine(chosen.app_database_url, 2))

    @queue.periodic(cron="17 * * * *")
    @queue.task(queueing_lock="housekeeping", pass_context=False)
    def housekeeping(timestamp: int) -> None:
        """Forget what has served: ended sessions and kept answers after 30 days, challenges once they expire."""
        with transaction(sessions) as session:
            for table in ("sign_in_challenges", "spent_proofs"):
                session.execute(text(f"DELETE FROM {table} WHERE expires_at < now()"))  # noqa: S608
            for table, moment in (("sessions", "expires_at"), ("idempotency_keys", "created_at")):
                session.execute(text(f"DELETE FROM {table} WHERE {moment} < now() - interval '30 days'"))  # noqa: S608

    @queue.periodic(cron="* * * * * */5")
    @queue.task(queueing_lock="index_forwarded", lock="index_forwarded")
    def index_forwarded(timestamp: int) -> None:
        """Make findable what systems forwarded in bulk, batch by batch."""
        while True:
            with transaction(sessions) as session:
                if index_waiting(session) < BATCH:
                    return

    @queue.periodic(cron="* * * * * */5")
    @queue.task(queueing_lock="tend_attachments", lock="tend_attachments")
    def tend_attachments(timestamp: int) -> None:
        """Look at files that have arrived; remove unfinished uploads after a day, and files whose key is gone."""
        tend(sessions)

    @queue.periodic(cron="* * * * *")
    @queue.task(queueing_lock="link_again")
    def link_again(timestamp: int) -> None:
        """Find links between tips that came at the same moment."""
        with transaction(sessions) as session:
            link_recent(session)

    @queue.periodic(cron="* * * * *")
    @queue.task(queueing_lock="end_identities")
    def end_identities(timestamp: int) -> None:
        """Destroy identities that were sealed to askers and whose term has ended."""
        with transaction(sessions) as session:
            end_expired(session)
            destroy_retired(session)

    _tend_clocks(queue, sessions)
    _tend_retention(queue, sessions)
    return queue


def _tend_clocks(queue: App, sessions: Sessions) -> None:
    """The jobs that look after clocks and what follows from them."""

    @queue.periodic(cron="*/5 * * * *")
    @queue.task(queueing_lock="ladder")
    def ladder(timestamp: int) -> None:
        """Take the steps of the lateness ladder that are due, batch by batch."""
        while True:
            with transaction(sessions) as session:
                if not climb(session, datetime.now(UTC)):
                    return

    @queue.periodic(cron="*/5 * * * *")
    @queue.task(queueing_lock="pass_on")
    def pass_on_leads(timestamp: int) -> None:
        """Pass on what officers answered for whose secondment has ended, batch by batch."""
        while True:
            with transaction(sessions) as session:
                if not pass_on(session):
                    return

    @queue.periodic(cron="*/5 * * * *")
    @queue.task(queueing_lock="recompute")
    def recompute(timestamp: int) -> None:
        """Give clocks their final dates where the calendar of a year became known, batch by batch."""
        after = None
        while True:
            with transaction(sessions) as session:
                after = recompute_due(session, datetime.now(UTC), after)
            if after is None:
                return

    @queue.periodic(cron="41 18 * * *")
    @queue.task(queueing_lock="look_back", pass_context=False)
    def look_back(timestamp: int) -> None:
        """Draw last month's look-back sample. Daily, 2:41 in Beijing: a worker that was down on the 1st catches up."""
        with transaction(sessions) as session:
            draw_month(session, month_before(datetime.fromtimestamp(timestamp, UTC)))


def _tend_retention(queue: App, sessions: Sessions) -> None:
    """The job that keeps to the terms of keeping."""

    @queue.periodic(cron="23 * * * *")
    @queue.task(queueing_lock="retention", lock="retention")
    def keep_to_terms(timestamp: int) -> None:
        """Date what was closed, end holds, tell agencies of what expires, destroy what has; hourly, to catch up."""
        now = datetime.now(UTC)
        for step in (date_closed, lambda session: end_due(session, now), lambda session: warn(session, now)):
            _until_done(sessions, step)
        destroy_expired(sessions, now)
        _until_done(sessions, lambda session: mark_late(session, now))


def _until_done(sessions: Sessions, step: Callable[[Session], int]) -> None:
    """Batch by batch, until a batch is not full; what somebody is changing meanwhile is left for the next run."""
    for _ in range(MOST_BATCHES):
        with transaction(sessions) as session:
            if step(session) < RETENTION_BATCH:
                return


def make_sequencer() -> Sequencer:
    """The public log's writer. It runs all the time: queueing a job for each second would only fill the queue."""
    chosen = settings()
    sessions = make_sessions(make_engine(str(chosen.app_database_url), 1))
    return Sequencer(sessions, log_signer(), Memory(chosen.data / "log" / "checkpoint"))


def _sequence(sequencer: Sequencer) -> None:
    """Run it; ended by an error that it does not know, it ends the worker too, which whoever started it sees."""
    try:
        sequencer.run()
    except BaseException:
        os.kill(os.getpid(), signal.SIGTERM)
        raise


def main() -> None:
    """Work until asked to stop by SIGINT or SIGTERM; a job that runs then is finished first."""
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s %(message)s")
    os.nice(10)  # who waits for an answer comes first
    queue = make_worker()

    async def work() -> None:
        async with queue.open_async():
            await queue.run_worker_async(concurrency=2, install_signal_handlers=True, shutdown_graceful_timeout=10)

    sequencer = make_sequencer()
    thread = threading.Thread(target=_sequence, args=[sequencer], name="sequencer")
    thread.start()
    try:
        asyncio.run(work())
    finally:
        sequencer.stop()
        thread.join()


if __name__ == "__main__":
    # The queue names tasks by their module, which must not be "__main__".
    from huiyin.worker import main as work

    work()
