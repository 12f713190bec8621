"""Live updates: tells every open page which of the leads that it may see has changed, and nothing more.

The trail's trigger notifies in the transaction of the change; one connection a process listens, asks once a batch who
may see the changed leads, and hands each stream its own ids. A stream holds no connection and no thread.
"""

import asyncio
import contextlib
import json
import logging
import random
import signal
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from dataclasses import dataclass, field
from types import FrameType
from typing import Any, Literal
from uuid import UUID

import anyio.to_thread
import psycopg
from fastapi import Request
from fastapi.sse import EventSourceResponse, format_sse_event
from pydantic import BaseModel, Field
from sqlalchemy.exc import SQLAlchemyError
from starlette.types import Receive, Scope, Send

from huiyin.access.actors import Actor, hash_token, reading_as, session_cookie, still_signed_in
from huiyin.kit.database.sessions import Sessions, connection_arguments, transaction
from huiyin.kit.web.errors import RateLimited, Unauthenticated

log = logging.getLogger("huiyin")

CHANNEL = "huiyin_matters"  # migrations/sql/workflow/notify_open_pages.sql notifies there
BATCH_SECONDS = 0.25
MOST_IDS = 50  # more at once are told as `many`: read the list again
HEARTBEAT_SECONDS = 15
RECHECK_SECONDS = 20.0  # a session that has ended closes its streams within a minute
UNCHECKED_SECONDS = 60.0
LISTEN_SECONDS = 5
MOST_OF_A_SESSION = 10
MOST_STREAMS = 2000
_AUDIENCE = "SELECT id, visible_to, hidden_from FROM matter_audience(%s)"
_AUDIENCE_ROWS = 1000


class MattersChanged(BaseModel):
    """The data of an event: read these again. It says neither what changed nor who changed it."""

    type: Literal["matters"]
    ids: list[UUID] = Field(description="Leads, channels and other matters that changed; only those that you may see")
    many: bool = Field(description="More than can be named, or some were missed: read everything again")


@dataclass(eq=False, slots=True)
class Stream:
    """One open page: who reads there, and what it has not been told yet."""

    session_hash: bytes
    readers: frozenset[UUID]
    principals: frozenset[UUID]
    changed: set[UUID] = field(default_factory=set)
    many: bool = False
    ended: bool = False
    told: int = 0
    wake: asyncio.Event = field(default_factory=asyncio.Event)

    def sees(self, visible_to: Iterable[UUID] | None, hidden_from: Iterable[UUID]) -> bool:
        """The policy `seen` on matters (migrations/sql/workflow/matters.sql), in Python; a test compares the two."""
        if visible_to is None:
            return True  # whoever signs in
        return not self.readers.isdisjoint(visible_to) and self.principals.isdisjoint(hidden_from)

    def add(self, matter_id: UUID) -> None:
        """Tell it of a matter that it may see. What waits never grows beyond `MOST_IDS`."""
        if not self.many:
            self.changed.add(matter_id)
            if len(self.changed) > MOST_IDS:
                self.add_many()
        self.wake.set()

    def add_many(self) -> None:
        self.many = True
        self.changed.clear()
        self.wake.set()

    def end(self) -> None:
        self.ended = True
        self.wake.set()

    def take(self) -> bytes:
        """What waits, as one event."""
        self.told += 1
        waiting = {"type": "matters", "ids": sorted(str(id_) for id_ in self.changed), "many": self.many}
        self.changed.clear()
        self.many = False
        return format_sse_event(data_str=json.dumps(waiting, separators=(",", ":")), id=str(self.told))

    async def frames(self) -> AsyncIterator[bytes]:
        """The stream's bytes until it ends. Pages that were cut off together do not come back together."""
        yield format_sse_event(retry=random.randint(2000, 5000))  # noqa: S311  not a secret
        while True:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self.wake.wait(), HEARTBEAT_SECONDS)
            if self.ended:
                return
            if self.wake.is_set():
                self.wake.clear()
                yield self.take()
            else:
                yield b":\n\n"


class Live:
    """All open streams of this process, and the one connection that listens for them while there are any."""

    def __init__(self) -> None:
        self.streams: set[Stream] = set()
        self._by_reader: defaultdict[UUID, set[Stream]] = defaultdict(set)
        self._listening = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []
        self._ending: set[asyncio.Task[None]] = set()
        self.closed = False

    def refuse_too_many(self, session_hash: bytes) -> None:
        """Raises RateLimited when the session, or the process, has as many streams as are good for it."""
        of_session = Counter(stream.session_hash for stream in self.streams)[session_hash]
        if of_session >= MOST_OF_A_SESSION or len(self.streams) >= MOST_STREAMS:
            raise RateLimited("Too many pages are open; this one will not update by itself", retry_after=60)

    @contextlib.asynccontextmanager
    async def joined(self, stream: Stream, sessions: Sessions) -> AsyncIterator[None]:
        """Keep the stream told while the block runs. From its first byte on it misses nothing."""
        self.streams.add(stream)
        self._index(stream)
        try:
            if self.closed:
                stream.end()
            else:
                if not self._tasks:
                    self._tasks = [
                        asyncio.create_task(self._listen(sessions)),
                        asyncio.create_task(self._recheck(sessions)),
                    ]
                await asyncio.wait_for(self._listening.wait(), LISTEN_SECONDS)
            yield
        finally:
            self.streams.discard(stream)
            self._unindex(stream)
            if not self.streams:
                self._stop()

    def close(self) -> None:
        """End every stream, for this process is about to end."""
        self.closed = True
        for stream in self.streams:
            stream.end()

    async def ended(self) -> None:
        """Wait until the listening connection is closed."""
        await asyncio.gather(*self._ending, return_exceptions=True)

    def _stop(self) -> None:
        self._listening.clear()
        for task in self._tasks:
            task.cancel()
            self._ending.add(task)
            task.add_done_callback(self._ending.discard)
        self._tasks = []

    def _index(self, stream: Stream) -> None:
        for reader in stream.readers:
            self._by_reader[reader].add(stream)

    def _unindex(self, stream: Stream) -> None:
        for reader in stream.readers:
            self._by_reader[reader].discard(stream)
            if not self._by_reader[reader]:
                del self._by_reader[reader]

    async def _listen(self, sessions: Sessions) -> None:
        lost = False
        while True:
            try:
                async with await psycopg.AsyncConnection.connect(
                    **connection_arguments(sessions), autocommit=True, keepalives_idle=30
                ) as connection:
                    await connection.execute(f"LISTEN {CHANNEL}")
                    self._listening.set()
                    if lost:  # what was notified meanwhile reached nobody
                        for stream in self.streams:
                            stream.add_many()
                    await self._follow(connection)
            except psycopg.Error as error:
                log.warning("the connection for live updates was lost: %s", type(error).__name__)
            lost = True
            await asyncio.sleep(1)

    async def _follow(self, connection: psycopg.AsyncConnection) -> None:
        """The first change is told at once; what follows within `BATCH_SECONDS` is told together."""
        changed: set[UUID] = set()
        while True:
            if not changed:
                async for notice in connection.notifies(stop_after=1):
                    changed.add(UUID(notice.payload))
            await self._spread(connection, changed)
            changed = {UUID(notice.payload) async for notice in connection.notifies(timeout=BATCH_SECONDS)}

    async def _spread(self, connection: psycopg.AsyncConnection, changed: set[UUID]) -> None:
        """Ask who may see these matters as they are now, and tell those streams and no other."""
        ids = list(changed)
        for start in range(0, len(ids), _AUDIENCE_ROWS):
            rows = await connection.execute(_AUDIENCE, [ids[start : start + _AUDIENCE_ROWS]])
            for matter_id, visible_to, hidden_from in await rows.fetchall():
                readers = (self._by_reader.get(agency, ()) for agency in visible_to or ())
                reached = {stream for streams in readers for stream in streams}
                for stream in self.streams if visible_to is None else reached:
                    if stream.sees(visible_to, hidden_from):
                        stream.add(matter_id)

    async def _recheck(self, sessions: Sessions) -> None:
        """Close the streams of sessions that have ended; follow officers whose agency or roles have changed."""
        checked = asyncio.get_running_loop().time()
        while True:
            await asyncio.sleep(RECHECK_SECONDS)
            hashes = list({stream.session_hash for stream in self.streams})
            try:
                actors = await anyio.to_thread.run_sync(_signed_in, sessions, hashes)
            except SQLAlchemyError as error:
                log.warning("open streams could not be checked: %s", type(error).__name__)
                if asyncio.get_running_loop().time() - checked < UNCHECKED_SECONDS:
                    continue
                actors = {}
            checked = asyncio.get_running_loop().time()
            asked = set(hashes)
            for stream in list(self.streams):
                if stream.session_hash in asked:
                    self._update(stream, actors.get(stream.session_hash))

    def _update(self, stream: Stream, actor: Actor | None) -> None:
        readers, principals = reading_as(actor) if actor else ([], [])
        if not readers:
            stream.end()
        self._unindex(stream)
        stream.readers, stream.principals = frozenset(readers), frozenset(principals)
        self._index(stream)


def _signed_in(sessions: Sessions, hashes: list[bytes]) -> dict[bytes, Actor]:
    with transaction(sessions) as session:
        return still_signed_in(session, hashes)


class LiveResponse(EventSourceResponse):
    """The answer that stays open."""

    def __init__(self, live: Live, stream: Stream, sessions: Sessions) -> None:
        super().__init__(stream.frames(), headers={"X-Accel-Buffering": "no"})
        self.live, self.stream, self.sessions = live, stream, sessions

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async with self.live.joined(self.stream, self.sessions):
            await super().__call__(scope, receive, send)


def follow(request: Request, actor: Actor) -> LiveResponse:
    """The stream of this officer's session. One who comes back may have missed something, and is told so.

    Raises:
        Unauthenticated: signed in by other means than a session.
        RateLimited: too many are open.
    """
    cookie = session_cookie(request)
    if not cookie:
        raise Unauthenticated("Live updates belong to a signed-in session")
    live: Live = request.app.state.live
    readers, principals = reading_as(actor)
    stream = Stream(hash_token(cookie), frozenset(readers), frozenset(principals))
    live.refuse_too_many(stream.session_hash)
    if request.headers.get("last-event-id"):
        stream.add_many()
    return LiveResponse(live, stream, request.app.state.sessions)


@contextlib.contextmanager
def closed_by_signals(live: Live) -> Iterator[None]:
    """End the streams when the process is asked to end: the server waits for open answers before anything else."""
    loop = asyncio.get_running_loop()
    before: dict[signal.Signals, Any] = {}

    def wrapped(old: Callable[[int, FrameType | None], Any]) -> Callable[[int, FrameType | None], None]:
        def handle(number: int, frame: FrameType | None) -> None:
            loop.call_soon_threadsafe(live.close)
            old(number, frame)

        return handle

    with contextlib.suppress(ValueError):  # not the main thread: whoever runs us there ends us without a signal
        for number in (signal.SIGTERM, signal.SIGINT):
            old = signal.getsignal(number)
            if callable(old):
                before[number] = (old, mine := wrapped(old))
                signal.signal(number, mine)
    try:
        yield
    finally:
        for number, (old, mine) in before.items():
            if signal.getsignal(number) is mine:
                signal.signal(number, old)
        live.close()
