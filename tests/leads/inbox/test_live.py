"""Live updates: who hears of what, how soon, and when a stream ends. On real connections and commits."""

import asyncio
import itertools
import json
import os
import signal
import time
from collections.abc import Iterator, MutableMapping
from typing import Any
from uuid import UUID, uuid4

import pytest
from fastapi import FastAPI
from sqlalchemy import Connection, text

from huiyin.access.actors import COOKIE
from huiyin.kit.web.http import ConnectionLimiter
from huiyin.leads.inbox import live as live_module
from huiyin.leads.inbox.live import MOST_IDS, MOST_OF_A_SESSION, Live, Stream, closed_by_signals
from tests.client import POOL, Connect
from tests.factories.house import House
from tests.factories.officers import Officer

PATIENCE = 10.0  # of a test on a busy machine, and less than heartbeat and recheck, by which it would come in the end


class Page:
    """One open stream, as the server's own caller: no network, no buffering."""

    def __init__(self, app: FastAPI, cookie: str | None, headers: dict[str, str] | None = None) -> None:
        self.app, self.status = app, 0
        self.headers: dict[str, str] = {}
        self.frames: list[str] = []
        self.news = asyncio.Event()
        self.gone = asyncio.Event()
        given = {"host": "huiyin.test"} | (headers or {})
        if cookie:
            given["cookie"] = f"{COOKIE}={cookie}"
        self.scope = {
            "type": "http",
            "asgi": {"version": "3.0", "spec_version": "2.3"},
            "http_version": "1.1",
            "method": "GET",
            "scheme": "http",
            "path": "/api/v1/live",
            "raw_path": b"/api/v1/live",
            "root_path": "",
            "query_string": b"",
            "headers": [(name.encode(), value.encode()) for name, value in given.items()],
            "client": ("127.0.0.1", 1),
            "server": ("huiyin.test", 80),
        }

    async def receive(self) -> dict[str, Any]:
        await self.gone.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: MutableMapping[str, Any]) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            self.headers = {name.decode(): value.decode() for name, value in message["headers"]}
        elif body := message.get("body"):
            self.frames.append(body.decode())
        self.news.set()

    async def open(self) -> "Page":
        self.task = asyncio.create_task(self.app(self.scope, self.receive, self.send))
        while not self.frames and not self.task.done():
            self.news.clear()
            await asyncio.wait([self.task, asyncio.ensure_future(self.news.wait())], return_when="FIRST_COMPLETED")
        return self

    async def close(self) -> None:
        self.gone.set()
        await asyncio.wait_for(self.task, PATIENCE)

    @property
    def events(self) -> list[dict[str, Any]]:
        lines = itertools.chain.from_iterable(frame.splitlines() for frame in self.frames)
        return [json.loads(line.removeprefix("data: ")) for line in lines if line.startswith("data: ")]

    @property
    def ids(self) -> set[UUID]:
        return {UUID(id_) for event in self.events for id_ in event["ids"]}


class World(House):
    """The house on a database of its own, with pages open in it."""

    loop: asyncio.AbstractEventLoop
    app: FastAPI

    def open(self, officer: Officer | None, **headers: str) -> Page:
        page = Page(self.app, officer.cookie if officer else None, headers)
        return self.loop.run_until_complete(page.open())

    def wait(self, seconds: float) -> None:
        self.loop.run_until_complete(asyncio.sleep(seconds))

    def until(self, condition: Any) -> None:
        """Wait for what must come."""
        start = time.monotonic()
        while not condition():
            assert time.monotonic() - start < PATIENCE, "it did not come"
            self.wait(0.01)


@pytest.fixture
def world(owner: Connection, server: Connect, service: FastAPI, loop: asyncio.AbstractEventLoop) -> Iterator[World]:
    service.state.live = Live()
    world = World(owner, server)
    world.loop, world.app = loop, service
    world.build()
    yield world
    service.state.live.close()
    world.wait(0.1)
    loop.run_until_complete(service.state.live.ended())
    assert service.state.live.streams == set()


def test_a_change_reaches_all_who_may_see_the_lead_within_a_second(world: World):
    """Within a second: what is gathered into one event is told after `BATCH_SECONDS`, whatever the machine's speed."""
    assert live_module.BATCH_SECONDS <= 0.5
    pages = [world.open(world.officer(*who)) for who in (("city", "intake"), ("city", "reviewer"), ("city", "leader"))]
    assert [page.status for page in pages] == [200] * 3
    assert pages[0].headers["content-type"].startswith("text/event-stream")
    assert pages[0].headers["cache-control"] == "no-store"
    assert pages[0].frames[0].startswith("retry: ")
    lead = world.file()
    world.until(lambda: all(page.ids == {lead.id} for page in pages))
    world.act(lead, "screen", "city", "intake")
    world.until(lambda: all(len(page.events) == 2 for page in pages))
    assert pages[0].events[0] == {"type": "matters", "ids": [str(lead.id)], "many": False}


def test_who_may_not_see_a_lead_gets_no_event_of_it(world: World):
    watchers = {
        key: world.open(world.officer(*key))
        for key in (("district", "chief"), ("police", "chief"), ("market", "chief"), ("city", "leader"))
    }
    lead = world.lead("registered")
    world.until(lambda: watchers["city", "leader"].ids == {lead.id})
    world.wait(0.6)
    for key in (("district", "chief"), ("police", "chief"), ("market", "chief")):
        assert watchers[key].events == [], key
    world.act(lead, "dispatch", "city", "dispatcher")
    world.until(lambda: watchers["district", "chief"].ids == {lead.id})
    world.wait(0.6)
    assert watchers["police", "chief"].events == watchers["market", "chief"].events == []


def test_who_is_excluded_hears_nothing_from_the_moment_of_the_exclusion(world: World):
    lead = world.lead("verifying")
    verifier, second = world.officer("district", "verifier"), world.officer("district", "verifier second")
    pages = {officer.id: world.open(officer) for officer in (verifier, second)}
    office = world.open(world.officer("city", "leader"))
    world.sql("UPDATE leads SET hidden_from = ARRAY[:id]::uuid[] WHERE id = :lead", id=second.id, lead=lead.id)
    world.act(lead, "conclude", "district", "verifier")
    world.until(lambda: office.ids == pages[verifier.id].ids == {lead.id})
    world.sql(
        "UPDATE leads SET hidden_from = ARRAY[:id]::uuid[] WHERE id = :lead",
        id=world.agencies["police"].id,
        lead=lead.id,
    )
    seen = len(pages[verifier.id].events)
    answer = world.attempt(lead, "send_back", world.signed_in("district", "chief"))
    assert answer.status_code == 404
    world.sql(
        "INSERT INTO events (event, subject_id, matter_id, actor_kind, salt) VALUES ('lead:x', :id, :id, 'system', '')",
        id=lead.id,
    )
    world.until(lambda: len(office.events) == 2)
    world.wait(0.6)
    assert pages[second.id].events == []
    assert len(pages[verifier.id].events) == seen


def test_a_change_that_is_rolled_back_is_told_to_nobody(world: World):
    lead = world.lead("received")
    office = world.open(world.officer("city", "leader"))
    world.attempt(lead, "screen", world.signed_in("city", "intake"), version=99)
    world.wait(0.6)
    assert office.events == []


def test_who_only_takes_out_what_is_there_calls_nobody_to_read_it_again(world: World):
    lead = world.file()
    office = world.open(world.officer("city", "leader"))
    reviewer = world.signed_in("city", "reviewer")
    body = {"kind": "dossier", "format": "page", "purpose": "卷宗备查", "lead_id": str(lead.id)}
    made = reviewer.post("/api/v1/exports", body)
    assert made.status_code == 201, made.text
    assert reviewer.get(f"/api/v1/exports/{made.json()['id']}/dossier").status_code == 200
    world.wait(0.6)
    assert office.events == []


def test_a_burst_is_told_in_few_events_and_too_many_as_many(world: World):
    office = world.open(world.officer("city", "leader"))
    outside = world.open(world.officer("market", "chief"))
    first = world.file()
    columns = ", ".join(
        name
        for (name,) in world.sql(
            "SELECT column_name FROM information_schema.columns WHERE table_name = 'leads'"
            " AND column_name NOT IN ('id', 'number')"
        )
    )
    world.sql("ALTER TABLE leads DISABLE TRIGGER USER")
    world.sql("ALTER TABLE leads ENABLE TRIGGER follow_matter")
    world.sql("ALTER TABLE matters DISABLE TRIGGER USER")
    world.sql(
        f"INSERT INTO leads (number, {columns}) SELECT '2026-9' || n, {columns}"
        " FROM leads, generate_series(10001, 10400) n WHERE id = :id",
        id=first.id,
    )
    ids = [row[0] for row in world.sql("SELECT id FROM leads WHERE id <> :id", id=first.id)]
    world.until(lambda: office.ids == {first.id})
    told = len(office.events)
    for some in (ids[:20], ids[20:]):
        for id_ in some:
            world.sql(
                "INSERT INTO events (event, subject_id, matter_id, actor_kind, salt)"
                " VALUES ('lead:x', :id, :id, 'system', '')",
                id=id_,
            )
        world.wait(0.8)
    burst = office.events[told:]
    assert 1 <= len(burst) <= 12
    assert burst[-1]["many"] is True
    assert all(len(event["ids"]) <= MOST_IDS for event in burst)
    assert outside.events == []


def test_without_a_session_or_the_permission_there_is_no_stream(world: World):
    assert world.open(None).status == 401
    assert world.open(world.officer("city", "admin")).status == 403
    cross = Page(world.app, world.officer("city", "leader").cookie)
    assert world.loop.run_until_complete(cross.open()).status == 200
    world.loop.run_until_complete(cross.close())


def test_signing_out_ends_the_stream_and_so_does_a_closed_account(world: World, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(live_module, "RECHECK_SECONDS", 0.2)
    leaves, closed, moved, stays = (
        world.officer("city", role) for role in ("leader", "intake second", "reviewer", "supervisor")
    )
    pages = {officer.id: world.open(officer) for officer in (leaves, closed, moved, stays)}
    assert world.sign_in(leaves).delete("/api/v1/sessions/current").status_code == 204
    world.sql("UPDATE officers SET active = false WHERE id = :id", id=closed.id)
    world.sql("UPDATE officers SET agency_id = :a WHERE id = :id", a=world.agencies["market"].id, id=moved.id)
    world.until(lambda: pages[leaves.id].task.done() and pages[closed.id].task.done())
    lead = world.file()
    world.until(lambda: pages[stays.id].ids == {lead.id})
    world.wait(0.4)
    assert pages[moved.id].events == [], "the officer serves elsewhere now"
    assert not pages[stays.id].task.done()
    again = world.open(leaves)
    assert again.status == 401


def test_an_idle_session_is_not_kept_alive_by_its_stream(world: World, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(live_module, "RECHECK_SECONDS", 0.2)
    officer = world.officer("city", "leader")
    page = world.open(officer)
    world.sql("UPDATE sessions SET seen_at = now() - interval '31 minutes' WHERE officer_id = :id", id=officer.id)
    world.until(page.task.done)


def test_who_comes_back_is_told_to_read_everything_again(world: World):
    page = world.open(world.officer("city", "leader"), **{"last-event-id": "7"})
    world.until(lambda: len(page.events) == 1)
    assert page.events == [{"type": "matters", "ids": [], "many": True}]
    odd = world.open(world.officer("city", "leader"), **{"last-event-id": "☃'; --".encode().decode("latin-1")})
    assert odd.status == 200


def test_a_lost_connection_is_made_again_and_everyone_is_told(world: World):
    page = world.open(world.officer("city", "leader"))
    world.sql(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        " AND (query LIKE 'LISTEN%' OR query LIKE '%matter_audience%')"
    )
    world.until(lambda: any(event["many"] for event in page.events))
    lead = world.file()
    world.until(lambda: page.ids == {lead.id})


def test_streams_hold_neither_connection_nor_place(world: World):
    officers = [world.officer("city", f"leader {number}") for number in range(4)]
    pages = [world.open(officer) for officer in officers for _ in range(POOL)]
    assert [page.status for page in pages] == [200] * (4 * POOL)
    held = (
        "SELECT count(*) FROM pg_stat_activity WHERE usename = 'huiyin_app' AND state <> 'idle'"
        " AND datname = current_database()"
    )
    assert world.value(held) == 0
    answer = world.signed_in("city", "intake").get("/api/v1/leads")
    assert answer.status_code == 200
    for page in pages:
        world.loop.run_until_complete(page.close())
    assert world.app.state.live.streams == set()


def test_a_session_has_a_bounded_number_of_streams(world: World):
    officer = world.officer("city", "leader")
    pages = [world.open(officer) for _ in range(MOST_OF_A_SESSION + 1)]
    assert [page.status for page in pages] == [200] * MOST_OF_A_SESSION + [429]


def test_the_end_of_the_process_ends_the_streams_at_once(world: World):
    page = world.open(world.officer("city", "leader"))
    world.app.state.live.close()
    world.until(page.task.done)
    assert page.status == 200


def test_a_signal_to_end_ends_the_streams_and_is_passed_on(world: World):
    page = world.open(world.officer("city", "leader"))
    passed_on: list[int] = []
    before = signal.signal(signal.SIGTERM, lambda number, _: passed_on.append(number))
    try:

        async def ends() -> None:
            with closed_by_signals(world.app.state.live):
                os.kill(os.getpid(), signal.SIGTERM)
                await asyncio.wait_for(page.task, PATIENCE)

        world.loop.run_until_complete(ends())
        assert passed_on == [signal.SIGTERM]
    finally:
        signal.signal(signal.SIGTERM, before)


def test_silence_is_broken_by_comments(world: World, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(live_module, "HEARTBEAT_SECONDS", 0.1)
    page = world.open(world.officer("city", "leader"))
    world.until(lambda: page.frames.count(":\n\n") >= 2)
    assert page.events == []


def test_a_slow_reader_costs_no_memory():
    stream = Stream(b"", frozenset(), frozenset())
    for _ in range(10_000):
        stream.add(uuid4())
    assert len(stream.changed) == 0
    assert json.loads(stream.take().decode().split("data: ")[1].splitlines()[0]) == {
        "type": "matters",
        "ids": [],
        "many": True,
    }


def test_a_stream_sees_what_the_policy_shows(house: House, connection: Connection):
    """The one rule in two languages: every combination of small sets, against row-level security."""
    lead = house.lead("received")
    a, b, c = (uuid4() for _ in range(3))
    sets: list[list[UUID]] = [[], [a], [b], [a, b], [c]]
    for visible, hidden in itertools.product(sets, sets):
        house.sql(
            "UPDATE leads SET visible_to = CAST(:v AS uuid[]), hidden_from = CAST(:h AS uuid[]) WHERE id = :id",
            v=visible,
            h=hidden,
            id=lead.id,
        )
        for readers, principals in itertools.product(sets, sets):
            connection.execute(
                text(
                    "SELECT set_config('huiyin.readers', CAST(CAST(:r AS uuid[]) AS text), true),"
                    " set_config('huiyin.principals', CAST(CAST(:p AS uuid[]) AS text), true),"
                    " set_config('huiyin.acting_on', '', true)"
                ),
                {"r": readers, "p": principals},
            )
            shown = connection.execute(text("SELECT count(*) FROM leads WHERE id = :id"), {"id": lead.id}).scalar_one()
            stream = Stream(b"", frozenset(readers), frozenset(principals))
            assert stream.sees(visible, hidden) == bool(shown), (visible, hidden, readers, principals)


def test_a_place_is_given_back_once(loop: asyncio.AbstractEventLoop):
    """Two event streams at once through a room of one place, then an ordinary request."""
    begun: list[str] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        kind = b"text/event-stream" if scope["path"].endswith("live") else b"application/json"
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", kind)]})
        begun.append(scope["path"])
        if kind == b"text/event-stream":
            await asyncio.sleep(0.1)

    async def send(_: Any) -> None: ...

    async def everything() -> None:
        room = ConnectionLimiter(app, places=1, streamed="/-")
        paths = ["/api/live", "/api/live", "/api/leads"]
        await asyncio.wait_for(
            asyncio.gather(*(room({"type": "http", "path": path}, None, send) for path in paths)),  # type: ignore[arg-type]
            1,
        )
        assert room.limiter is not None
        assert room.limiter.borrowed_tokens == 0

    loop.run_until_complete(everything())
    assert begun == ["/api/live", "/api/live", "/api/leads"]
