"""The items of a background job, each behind a guard: what fails is recorded and steps aside, and the next is served.

Three things can go wrong with one item, and none may stop the others. It raises: the guard here catches that, takes
back what the item wrote, and records the kind of failure. It hangs, eats all memory or kills the process: then nothing
here runs any more, so before each item its name is told to whoever watches (`kit/database/lanes.py`), who ends the
process, records the failure, and starts another. What failed rests, longer each time, and is set aside after the fifth
try; an administrator sees it there and may ask for it again (`access/register/set_aside.py`). It is never first again.
"""

import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Generic, TypeVar
from uuid import UUID

from sqlalchemy import CheckConstraint, UniqueConstraint, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Mapped, Session, mapped_column

from huiyin.kit.database.sessions import Sessions, transaction
from huiyin.kit.database.tables import Table, key, now_column

log = logging.getLogger("huiyin.jobs")
Row = TypeVar("Row")

_FAILED = text("SELECT job_item_failed(:job, :item, :failure)")
_KNOWN = text("SELECT item, next_at IS NULL OR next_at > now() AS rests FROM job_items WHERE job = :job")
_FORGET = text("DELETE FROM job_items WHERE job = :job")
_DONE = text("DELETE FROM job_items WHERE job = :job AND item = :item")


class JobItem(Table):
    """What a job could not do; no content of anything."""

    __tablename__ = "job_items"
    __table_args__ = (
        UniqueConstraint("job", "item"),
        CheckConstraint("tries >= 1", name="tries"),
        {"comment": "What background jobs could not do: tried again later and later, then set aside"},
    )

    id: Mapped[UUID] = key("Failed item")
    job: Mapped[str] = mapped_column(comment="Which job")
    item: Mapped[str] = mapped_column(comment="Which item: the id of a row, or what the job calls it")
    failure: Mapped[str] = mapped_column(comment="What kind of failure: the error's class, too_long, killed")
    tries: Mapped[int] = mapped_column(server_default=text("1"), comment="How often it was tried")
    first_at: Mapped[datetime] = now_column("When it failed first")
    last_at: Mapped[datetime] = now_column("When it failed last")
    next_at: Mapped[datetime | None] = mapped_column(
        comment="When it is tried again; empty: set aside, until an administrator asks for it"
    )


@dataclass(frozen=True)
class Work(Generic[Row]):
    """What a job does again and again.

    Attributes:
        find: the rows that wait, at most so many, the first ones first.
        do: one of them, in the transaction it is given; returns whether there was still something to do.
        name: what the guard calls it, for example its id.
    """

    find: Callable[[Session, int], Sequence[Row]]
    do: Callable[[Session, Row], object]
    name: Callable[[Row], object]

    def once(self, session: Session, most: int) -> int:
        """Do the next ones in one transaction, without a guard: for requests. Returns how many were done."""
        return sum(bool(self.do(session, row)) for row in self.find(session, most))


class Watch:
    """Who is told which item is being done. In a lane's process that is the parent; elsewhere nobody."""

    def begin(self, job: str, item: str) -> None:
        """The item begins now."""

    def end(self) -> None:
        """It has ended, well or not."""


watch = Watch()
"""Of this process; a lane's process puts its own in place."""


def watched_by(other: Watch) -> None:
    """Tell another one from now on."""
    global watch  # noqa: PLW0603  one watcher a process, as there is one standard output
    watch = other


def failed(session: Session, job: str, item: str, failure: str) -> None:
    """Record that an item could not be done, and when it is tried again."""
    session.execute(_FAILED, {"job": job, "item": item, "failure": failure})


class NotNow(Exception):
    """What every item needs is not there at the moment: the run ends, and no item is blamed for it."""


class Items:
    """The items of one run of a job.

    Args:
        sessions: for what is read and recorded.
        job: the name of the job.
        again: True in the lane for what has failed before, which has more time for each; False in the first.
            None: both, for jobs that have one lane.
    """

    def __init__(self, sessions: Sessions, job: str, *, again: bool | None = None) -> None:
        self._sessions, self._job, self._again = sessions, job, again
        with transaction(sessions) as session:
            self._known = {row.item: row.rests for row in session.execute(_KNOWN, {"job": job})}

    @property
    def known(self) -> int:
        """How many have failed before: a query that asks for so many more finds those behind them."""
        return len(self._known)

    def forget(self) -> None:
        """Try again whatever has failed before, as if it were new."""
        with transaction(self._sessions) as session:
            session.execute(_FORGET, {"job": self._job})
        self._known.clear()

    def due(self, item: str) -> bool:
        """Whether this run does it: it does not rest, and it is for this lane."""
        rests = self._known.get(item)
        return (rests is None and self._again is not True) or (rests is False and self._again is not False)

    @contextmanager
    def guarded(self, item: str) -> Iterator[None]:
        """The block does one item, in transactions of its own; an error is recorded and goes no further."""
        watch.begin(self._job, item)
        try:
            yield
        except NotNow:
            raise
        except Exception as error:  # noqa: BLE001  whatever it is, the next one is served
            self._fail(item, error)
        else:
            if item in self._known:
                with transaction(self._sessions) as session:
                    session.execute(_DONE, {"job": self._job, "item": item})
                del self._known[item]
        finally:
            watch.end()

    def batch(self, work: Work[Row], most: int) -> int | None:
        """Do the next items in one transaction, each behind a savepoint.

        Returns how many were tried, 0 at the end; None where one took the connection with it: nothing of the batch is
        written then, and the others are found again.
        """
        found: list[Row] = []
        item = ""
        try:
            with transaction(self._sessions) as session:
                found = [row for row in work.find(session, most + self.known) if self.due(str(work.name(row)))]
                for row in found:
                    item = str(work.name(row))
                    self._within(session, item, partial(work.do, session, row))
                item = ""
        except Exception as error:
            if not item or isinstance(error, NotNow):
                raise
            self._fail(item, error)
            return None
        return len(found)

    def all(self, work: Work[Row], most: int, batches: int = 10_000) -> int:
        """Batch by batch until none is left; what somebody is changing, and so is found again, waits for the next run.

        Returns how many were done.
        """
        done = 0
        tried: set[str] = set()
        left: set[str] = set()  # tried, and found again

        def fresh(session: Session, count: int) -> Sequence[Row]:
            while True:
                rows = work.find(session, count + len(left))
                known, new = len(left), [row for row in rows if str(work.name(row)) not in tried]
                left.update({str(work.name(row)) for row in rows} & tried)
                if new or len(left) == known:
                    return new

        def once(session: Session, row: Row) -> None:
            nonlocal done
            now.add(str(work.name(row)))
            done += bool(work.do(session, row))

        for _ in range(batches):
            now: set[str] = set()
            before = done
            count = self.batch(Work(fresh, once, work.name), most)
            if count == 0:
                break
            if count is None:
                done = before
            else:
                tried |= now
        return done

    def _within(self, session: Session, item: str, do: Callable[[], object]) -> None:
        watch.begin(self._job, item)
        try:
            with session.begin_nested():
                do()
        except NotNow:
            raise
        except Exception as error:  # noqa: BLE001  as above
            try:
                failed(session, self._job, item, type(error).__name__)
            except SQLAlchemyError:
                raise error from None  # the connection is gone, and with it the batch
            self._note(item, error)
            self._known[item] = True
        else:
            if self._known.pop(item, None) is not None:
                session.execute(_DONE, {"job": self._job, "item": item})
        finally:
            watch.end()

    def _fail(self, item: str, error: Exception) -> None:
        self._note(item, error)
        with transaction(self._sessions) as session:
            failed(session, self._job, item, type(error).__name__)
        self._known[item] = True

    def _note(self, item: str, error: Exception) -> None:
        # No traceback and no message: they could carry what somebody told us.
        trace = error.__traceback__
        while trace and trace.tb_next:
            trace = trace.tb_next
        where = f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}" if trace else "?"
        log.error("%s could not do %s: %s at %s", self._job, item, type(error).__name__, where)
