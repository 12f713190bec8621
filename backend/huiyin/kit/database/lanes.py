"""Lanes: processes of their own in which background jobs run, one after the other, watched from outside.

An item of a job may hang, eat all memory, or bring the process down (a hostile file, a text that no expression was
made for). A lane has a bound for memory; each item in it has a bound for time. Whoever watches ends a lane that is
over it, records which item it was (`job_item_failed`), and starts another lane: the next item is served within seconds.

Lanes are forked from a server that has loaded everything and holds no connection, thread or key (`forkserver`), so that
a new one is there in some hundredths of a second.
"""

import contextlib
import logging
import multiprocessing
import multiprocessing.forkserver
import resource
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from multiprocessing.connection import Connection
from typing import Any

from huiyin.kit.database.items import Watch, watched_by

log = logging.getLogger("huiyin.jobs")

MEMORY = 1 << 30
"""Bytes that a lane may hold, beyond what it shares with the server that it was forked from."""
JOB_SECONDS = 600.0
"""The longest that a job may go on without beginning or ending an item."""

_processes = multiprocessing.get_context("forkserver")


def preload(module: str) -> None:
    """What the server that lanes are forked from loads; before the first lane starts."""
    _processes.set_forkserver_preload([module])


def end_server() -> None:
    """End the server that lanes are forked from, and wait for it: nothing is left behind by whoever started lanes."""
    multiprocessing.forkserver._forkserver._stop()  # type: ignore[attr-defined]  # noqa: SLF001  it has no other way


@contextlib.contextmanager
def _no_main() -> Iterator[None]:
    """Keep a new process from running the program's module once more: what it does is found by its module's name."""
    main = sys.modules["__main__"]
    spec, file = main.__spec__, main.__dict__.pop("__file__", None)
    main.__spec__ = None
    try:
        yield
    finally:
        main.__spec__ = spec
        if file is not None:
            main.__file__ = file


class JobFailed(Exception):
    """A job ended by an error outside of its items. The message says which job and what kind of error."""


class Lane:
    """One lane: `run` has a job done in it and waits for its end.

    Args:
        serve: what runs in the process: gets the names of jobs, and does them. A function of a module.
        item_seconds: the longest that one item may take.
        failed: records that an item could not be done: job, item, kind of failure.
        memory: bytes that the process may hold.
    """

    def __init__(
        self,
        serve: Callable[[], Callable[[str], None]],
        *,
        item_seconds: float,
        failed: Callable[[str, str, str], None],
        memory: int = MEMORY,
    ) -> None:
        self._serve, self._item_seconds, self._failed, self._memory = serve, item_seconds, failed, memory
        self._busy = threading.Lock()
        self._stopped = threading.Event()
        self._process: Any = None
        self._pipe: Connection | None = None

    def run(self, job: str) -> bool:
        """Do one run of a job. False: an item ended the process, and another run goes on behind it.

        Raises:
            JobFailed: it failed outside of its items.
        """
        with self._busy:
            if self._stopped.is_set():
                return True  # what waits is found by the next worker
            pipe = self._running()
            pipe.send(job)
            item: tuple[str, str] | None = None
            until = time.monotonic() + JOB_SECONDS
            while True:
                said = self._next(pipe, until)
                if isinstance(said, str):
                    if self._stopped.is_set():
                        return True  # ended from here: no item is to blame
                    self._kill()
                    if item is None:
                        raise JobFailed(f"{job}: {said}")
                    log.error("%s could not do %s: %s", *item, said)
                    self._failed(*item, said)
                    return False
                what, *rest = said
                if what == "done":
                    return True
                if what == "failed":
                    raise JobFailed(f"{job}: {rest[0]}")
                item = (rest[0], rest[1]) if what == "begin" else None
                until = time.monotonic() + (self._item_seconds if item else JOB_SECONDS)

    def stop(self) -> None:
        """End the process for good; a job that runs in it is cut short and done again by whoever comes next."""
        self._stopped.set()
        self._kill()

    def _running(self) -> Connection:
        if self._process is not None and self._process.is_alive() and self._pipe is not None:
            return self._pipe
        self._kill()
        self._pipe, theirs = _processes.Pipe()
        self._process = _processes.Process(target=_lane, args=(theirs, self._serve, self._memory), daemon=True)
        with _no_main():
            self._process.start()
        theirs.close()
        return self._pipe

    def _next(self, pipe: Connection, until: float) -> tuple[str, ...] | str:
        """What the process says next, or why it will say nothing any more."""
        try:
            if pipe.poll(max(0.0, until - time.monotonic())):
                return pipe.recv()  # type: ignore[no-any-return]
        except (EOFError, OSError):
            return "killed"
        return "too_long"

    def _kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.join()
            self._process.close()
        if self._pipe is not None:
            self._pipe.close()
        self._process = self._pipe = None


class _Told(Watch):
    def __init__(self, pipe: Connection) -> None:
        self._pipe = pipe

    def begin(self, job: str, item: str) -> None:
        self._pipe.send(("begin", job, item))

    def end(self) -> None:
        self._pipe.send(("end",))


def _lane(pipe: Connection, serve: Callable[[], Callable[[str], None]], memory: int) -> None:
    """The process: does what is asked for, until nobody asks any more."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # a terminal's Ctrl-C reaches all; the watcher ends this one
    resource.setrlimit(resource.RLIMIT_DATA, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a core would hold keys and texts
    watched_by(_Told(pipe))
    do = serve()
    with contextlib.suppress(EOFError, OSError):  # the watcher has gone
        while True:
            job = pipe.recv()
            try:
                do(job)
            except Exception as error:  # noqa: BLE001  told to the watcher, who says which job it was
                pipe.send(("failed", type(error).__name__))
            else:
                pipe.send(("done",))
