"""The sequencer: one writer that gives committed events their place in the public log, and signs it every minute.

It runs in the worker, beside the job queue. Any number of workers may run one: an advisory lock lets one write at a
time, and everything it knows is read from the database in each transaction, so it can be killed at any point.
"""

import logging
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
from sqlalchemy.exc import SQLAlchemyError

from huiyin.kit.database.sessions import Sessions, connection_arguments, transaction
from huiyin.kit.files.replace import replace_file
from huiyin.trail.log import BATCH, LogBroken, newest_checkpoint, sequence, sign_checkpoint
from huiyin.trail.notes import BadNote, Checkpoint, Note, Signer

log = logging.getLogger("huiyin.trail")

EVERY = timedelta(minutes=1)
NOTICES = "huiyin_matters"  # what every event of a lead sends when it is committed; others wait for the next second
WAKE_SECONDS = 1.0


class Memory:
    """What was signed last, in a file outside of the database: a database that was rolled back does not roll it back.

    After a restore from a backup that a person answers for, the file is removed by hand (docs/operations).
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    def read(self) -> Checkpoint | None:
        """The last checkpoint. Raises LogBroken where the file cannot be understood."""
        try:
            return Checkpoint.parse(Note.parse(self.path.read_text(encoding="utf-8")).text)
        except FileNotFoundError:
            return None
        except (BadNote, ValueError) as bad:
            raise LogBroken(f"{self.path} is not a checkpoint: {bad}") from bad

    def store(self, note: str) -> None:
        """Replace it, so that a crash leaves the old or the new one."""
        self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        replace_file(self.path, note)


class Sequencer:
    """Sequences and signs until it is stopped."""

    def __init__(self, sessions: Sessions, signer: Signer, memory: Memory) -> None:
        self.sessions, self.signer, self.memory = sessions, signer, memory
        self._stopping = threading.Event()
        self._next = self._look = datetime.min.replace(tzinfo=UTC)
        self._unsigned = True

    def run(self) -> None:
        """Wake by a notice or after a second, and do what there is to do, until `stop`."""
        while not self._stopping.is_set():
            try:
                with psycopg.connect(**connection_arguments(self.sessions), autocommit=True) as listening:
                    listening.execute(f"LISTEN {NOTICES}")
                    while not self._stopping.is_set():
                        self.once(datetime.now(UTC))
                        for _ in listening.notifies(timeout=WAKE_SECONDS, stop_after=1):
                            self._stopping.wait(0.1)  # what comes together is placed together
            except (psycopg.Error, SQLAlchemyError) as error:
                log.warning("the public log waits for the database: %s", type(error).__name__)
                self._stopping.wait(WAKE_SECONDS)
            except OSError as error:
                log.critical("The public log cannot keep what it signed in %s: %s", self.memory.path, error.strerror)
                self._stopping.wait(EVERY.total_seconds())
            except LogBroken as broken:
                log.critical("The public log is not continued: %s. See docs/operations/public-log.md", broken)
                self._stopping.wait(EVERY.total_seconds())

    def stop(self) -> None:
        """Ask `run` to return after what it is doing."""
        self._stopping.set()

    def once(self, now: datetime) -> int:
        """Place all events that wait, sign if a minute is over; returns how many were placed.

        Raises:
            LogBroken: the database is not the one that was signed.
        """
        placed = 0
        while True:
            with transaction(self.sessions) as session:
                batch = sequence(session)
            placed += batch
            if batch < BATCH or self._stopping.is_set():
                break
        self._unsigned = self._unsigned or placed > 0
        # Once a minute the log is compared with what was signed, also where nothing came.
        if now >= self._next and (self._unsigned or now >= self._look):
            self._sign(now)
        return placed

    def _sign(self, now: datetime) -> None:
        with transaction(self.sessions) as session:
            last = newest_checkpoint(session)
            if last is not None and last.at + EVERY > now:
                self._next = last.at + EVERY
                return
            note = sign_checkpoint(session, self.signer, now, self.memory.read())
        self._unsigned, self._look = False, now + EVERY
        if note is not None:
            self.memory.store(note)
            self._next = now + EVERY
