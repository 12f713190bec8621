"""Runs background jobs from the queue in the database, and the periodic ones (ADR 0011)."""

import asyncio
import logging
import os
import signal
import threading
from collections.abc import Callable

from procrastinate import App, PsycopgConnector

from huiyin import machines
from huiyin.access import jobs as access
from huiyin.clocks import jobs as clocks
from huiyin.kit import jobs as kit
from huiyin.kit.database.items import failed
from huiyin.kit.database.jobs import LANES, Job, plain_url
from huiyin.kit.database.lanes import Lane, end_server, preload
from huiyin.kit.database.sessions import make_engine, make_sessions, transaction
from huiyin.leads import jobs as leads
from huiyin.settings import settings
from huiyin.tables import metadata
from huiyin.tips import jobs as tips
from huiyin.trail.sequencer import Memory, Sequencer
from huiyin.trail.signing import log_signer

log = logging.getLogger("huiyin.worker")
MOST_RESTARTS = 20
"""How often a job goes on at once in a new process, behind an item that ended the old one."""
JOBS = tuple(job for part in (kit, access, clocks, tips, leads, machines) for job in part.JOBS)


def _database_url() -> str:
    url = settings().app_database_url
    if url is None:
        raise RuntimeError("HUIYIN_APP_DATABASE_URL is not set; `make up` and docker-compose.yml set it")
    return url


def make_worker(lanes: dict[str, Lane]) -> App:
    """The job queue's application with every job of every part, each in its lane."""
    queue = App(connector=PsycopgConnector(conninfo=plain_url(_database_url()), min_size=1, max_size=4))
    for job in JOBS:
        _add(queue, lanes[job.lane], job)
    return queue


def _add(queue: App, lane: Lane, job: Job) -> None:
    @queue.periodic(cron=job.cron)
    @queue.task(name=f"{__name__}.{job.name}", queueing_lock=job.queueing_lock, lock=job.lock)
    def run(timestamp: int) -> None:
        for _ in range(MOST_RESTARTS):
            if lane.run(job.name):
                return


def jobs_of_a_lane() -> Callable[[str], None]:
    """What runs in a lane's process: gets a job's name, and does it."""
    metadata.sorted_tables  # noqa: B018  every foreign key finds its table now, not in somebody's job
    sessions = make_sessions(make_engine(_database_url(), 2))
    known = {job.name: job for job in JOBS}
    return lambda name: known[name].run(sessions)


def make_lanes() -> dict[str, Lane]:
    """The worker's lanes; each starts its process with its first job."""
    preload(__name__)
    sessions = make_sessions(make_engine(_database_url(), 2))

    def note(job: str, item: str, failure: str) -> None:
        with transaction(sessions) as session:
            failed(session, job, item, failure)

    return {name: Lane(jobs_of_a_lane, item_seconds=seconds, failed=note) for name, seconds in LANES.items()}


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
    lanes = make_lanes()
    queue = make_worker(lanes)

    async def work() -> None:
        async with queue.open_async():
            await queue.run_worker_async(
                concurrency=len(lanes), install_signal_handlers=True, shutdown_graceful_timeout=10
            )

    sequencer = make_sequencer()
    thread = threading.Thread(target=_sequence, args=[sequencer], name="sequencer")
    thread.start()
    try:
        asyncio.run(work())
    finally:
        sequencer.stop()
        for lane in lanes.values():
            lane.stop()
        end_server()
        thread.join()


if __name__ == "__main__":
    # The queue names tasks by their module, which must not be "__main__".
    from huiyin.worker import main as work

    work()
