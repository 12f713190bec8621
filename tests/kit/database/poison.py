"""A job whose items do what hostile or broken input does to a process; it runs in a lane's process."""

import os
import signal
from collections.abc import Callable
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from huiyin.kit.database.items import Items, Work
from huiyin.kit.database.sessions import make_engine, make_sessions

KINDS = {
    "raises": "ValueError",
    "nests": "RecursionError",
    "hangs": "too_long",
    "eats_memory": "MemoryError",
    "kills_the_process": "killed",
    "loses_the_connection": "OperationalError",
}
"""What an item does, and what is recorded of it."""

TABLE = "CREATE TABLE poison (id integer PRIMARY KEY, kind text NOT NULL, done boolean NOT NULL DEFAULT false)"
GRANT = "GRANT SELECT, UPDATE ON poison TO huiyin_app"


def serve(url: str) -> Callable[[str], None]:
    """The lane's jobs, on a database of the test's own."""
    sessions = make_sessions(make_engine(url, 2))

    def find(session: Session, most: int) -> list[Any]:
        waiting = text("SELECT id, kind FROM poison WHERE NOT done ORDER BY id LIMIT :most")
        return list(session.execute(waiting, {"most": most}).all())

    work = Work(find=find, do=_do, name=lambda row: row.id)

    def do(job: str) -> None:
        Items(sessions, job).all(work, 10)

    return do


def _do(session: Session, row: Any) -> bool:
    session.execute(text("UPDATE poison SET done = true WHERE id = :id"), {"id": row.id})
    if row.kind != "good":
        _POISONS[row.kind](session)
    return True


def _raises(_: Session) -> None:
    raise ValueError("words that somebody told us")


def _nests(session: Session) -> None:
    _nests(session)


def _hangs(_: Session) -> None:
    while True:
        pass


def _eats_memory(_: Session) -> None:
    eaten = []
    while True:
        eaten.append(bytearray(50_000_000))


def _kills(_: Session) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _loses_the_connection(session: Session) -> None:
    session.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))


_POISONS: dict[str, Callable[[Session], None]] = {
    "raises": _raises,
    "nests": _nests,
    "hangs": _hangs,
    "eats_memory": _eats_memory,
    "kills_the_process": _kills,
    "loses_the_connection": _loses_the_connection,
}
