"""The database session of a request: one transaction, committed before the answer is sent.

`.commit()` stands here and nowhere else (ADR 0003): a failed commit is an error answer, never a 201.
"""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from sqlalchemy import Engine, create_engine, text
from sqlalchemy.orm import Session, sessionmaker
from starlette.requests import HTTPConnection


def make_engine(url: str, pool_size: int) -> Engine:
    """An engine for the app role. A connection that the server dropped is replaced before use."""
    return create_engine(
        url,
        pool_size=pool_size,
        max_overflow=0,
        pool_timeout=10,
        pool_pre_ping=False,
        pool_use_lifo=True,
        hide_parameters=True,  # an error's message must not carry what somebody told us into a log
        json_serializer=lambda value: json.dumps(value, ensure_ascii=False),
        connect_args={"options": "-c statement_timeout=15s -c lock_timeout=5s -c timezone=UTC"},
    )


Sessions = sessionmaker[Session]


def make_sessions(engine: Engine) -> Sessions:
    """Sessions that keep what they loaded after the commit, for the answer to be written from."""
    return sessionmaker(engine, expire_on_commit=False, autoflush=False)


def connection_arguments(sessions: Sessions) -> dict[str, Any]:
    """Where these sessions connect to, for a psycopg connection of one's own."""
    engine: Engine = sessions.kw["bind"].engine
    _, named = engine.dialect.create_connect_args(engine.url)
    return dict(named)


class Refusal(Exception):
    """What ends a request without effect, and may leave a record of its own."""

    leaves: Callable[[Session], object] | None = None
    """What is recorded of the refusal, in a transaction of its own: that of the request is rolled back."""


def database_session(connection: HTTPConnection) -> Iterator[Session]:
    """FastAPI dependency, `scope="function"`: commits when the endpoint returns, rolls back when it raises."""
    sessions = connection.app.state.sessions
    try:
        with transaction(sessions) as session:
            yield session
    except Refusal as refused:
        if refused.leaves is not None:
            with transaction(sessions) as session:
                refused.leaves(session)
        raise


@contextmanager
def transaction(sessions: Sessions) -> Iterator[Session]:
    """One transaction outside of a request: for jobs and commands."""
    session = sessions()
    try:
        yield session
        session.commit()
    except BaseException:
        session.rollback()
        raise
    finally:
        session.close()


def uuid_array(ids: Iterator[UUID] | list[UUID] | tuple[UUID, ...]) -> str:
    """A PostgreSQL array literal of uuids, for a setting."""
    return "{" + ",".join(str(i) for i in ids) + "}"


def set_scope(session: Session, **values: str) -> None:
    """Set `huiyin.<name>` for the rest of this transaction: what the row-level security policies read."""
    names = list(values)
    calls = ", ".join(f"set_config('huiyin.{name}', :{name}, true)" for name in names)
    session.execute(text(f"SELECT {calls}"), dict(values))


def new_ids(session: Session, count: int) -> list[UUID]:
    """Time-ordered keys made by the database, for rows that refer to each other in one statement batch."""
    rows: Any = session.execute(text("SELECT uuidv7() FROM generate_series(1, :n)"), {"n": count})
    return [row[0] for row in rows]
