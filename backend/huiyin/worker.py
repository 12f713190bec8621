"""Runs background jobs from the queue in the database, and the periodic ones (ADR 0011)."""

import asyncio
import logging
import os
import signal
import threading

from procrastinate import App, PsycopgConnector

from huiyin import machines
from huiyin.access import jobs as access
from huiyin.clocks import jobs as clocks
from huiyin.kit import jobs as kit
from huiyin.kit.database.jobs import Job, plain_url
from huiyin.kit.database.sessions import Sessions, make_engine, make_sessions
from huiyin.leads import jobs as leads
from huiyin.settings import settings
from huiyin.tables import metadata
from huiyin.tips import jobs as tips
from huiyin.trail.sequencer import Memory, Sequencer
from huiyin.trail.signing import log_signer

log = logging.getLogger("huiyin.worker")
JOBS = tuple(job for part in (kit, access, clocks, tips, leads, machines) for job in part.JOBS)


def make_worker() -> App:
    """The job queue's application with every job of every part."""
    metadata.sorted_tables  # noqa: B018  every foreign key finds its table now, not in somebody's job
    chosen = settings()
    if chosen.app_database_url is None:
        raise RuntimeError("HUIYIN_APP_DATABASE_URL is not set; `make up` and docker-compose.yml set it")
    queue = App(connector=PsycopgConnector(conninfo=plain_url(chosen.app_database_url), min_size=1, max_size=4))
    sessions = make_sessions(make_engine(chosen.app_database_url, 2))
    for job in JOBS:
        _add(queue, sessions, job)
    return queue


def _add(queue: App, sessions: Sessions, job: Job) -> None:
    @queue.periodic(cron=job.cron)
    @queue.task(name=f"{__name__}.{job.name}", queueing_lock=job.queueing_lock, lock=job.lock)
    def run(timestamp: int) -> None:
        job.run(sessions)


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
