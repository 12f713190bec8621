"""HTTP for the tests: the real app, called in this process, on the test's own transaction.

app      the service, made once a run; each test gives it its own sessions
http     a client that nobody has signed in to
server   the same, on a database of the test's own with real connections and commits (see `live`)
"""

import asyncio
import gc
import gzip
from collections.abc import Callable, Iterator
from typing import Any

import altcha
import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import event, text
from sqlalchemy.orm import Session, sessionmaker

from huiyin.access.actors import COOKIE
from huiyin.app import create_app
from huiyin.kit.crypto.vault import vault
from huiyin.kit.database.owner import Urls
from huiyin.kit.database.sessions import make_engine, make_sessions
from huiyin.settings import Settings, settings
from huiyin.tips.reporting.admission import Admission

ORIGIN = "http://huiyin.test"
POOL = 8


def solved(challenge: dict[str, Any]) -> str:
    """What a browser sends along once it has done the work."""
    asked = altcha.Challenge.from_dict(challenge)
    solution = altcha.solve_challenge(asked)
    assert solution is not None
    return altcha.Payload(asked, solution).to_base64()


class Client:
    """What one browser or system sends. Cookies are kept only if they are given here."""

    def __init__(
        self,
        app: FastAPI,
        loop: asyncio.AbstractEventLoop,
        cookie: str | None = None,
        bearer: str | None = None,
        *,
        address: str = "127.0.0.1",
        works: bool = True,
    ) -> None:
        """`works` False: a program that does no proof of work."""
        self._transport, self._loop = httpx.ASGITransport(app=app, client=(address, 50_000)), loop
        self._works = works
        self._headers: dict[str, str] = {}
        if cookie is not None:
            self._headers["cookie"] = f"{COOKIE}={cookie}"
        if bearer is not None:
            self._headers["authorization"] = f"Bearer {bearer}"

    async def send(self, method: str, path: str, headers: dict[str, str] | None = None, **body: Any) -> httpx.Response:
        """One request; `body` is httpx's json=, content= or params=. Work that is asked for is done, as browsers do."""
        response = await self._sent(method, path, headers or {}, body)
        for _ in range(5):
            if not self._works or response.status_code != 428 or "challenge" not in response.json():
                break
            proof = {"Proof-Of-Work": solved(response.json()["challenge"])}
            response = await self._sent(method, path, (headers or {}) | proof, body)
        return response

    async def _sent(self, method: str, path: str, headers: dict[str, str], body: dict[str, Any]) -> httpx.Response:
        request = httpx.Request(method, ORIGIN + path, headers=self._headers | headers, **body)
        response = await self._transport.handle_async_request(request)
        response.request = request
        await response.aread()
        return response

    def request(self, method: str, path: str, headers: dict[str, str] | None = None, **body: Any) -> httpx.Response:
        return self._loop.run_until_complete(self.send(method, path, headers, **body))

    def together(self, *requests: tuple[str, str, dict[str, str], Any]) -> list[httpx.Response]:
        """Send (method, path, headers, JSON body) at the same moment."""

        async def everything() -> list[httpx.Response]:
            return await asyncio.gather(*(self.send(m, p, h, json=body) for m, p, h, body in requests))

        return self._loop.run_until_complete(everything())

    def race(self, request: tuple[str, str, dict[str, str], Any], other: "Client") -> list[httpx.Response]:
        """The same request by two people at the same moment."""
        method, path, headers, body = request

        async def both() -> list[httpx.Response]:
            mine, theirs = (who.send(method, path, headers, json=body) for who in (self, other))
            return list(await asyncio.gather(mine, theirs))

        return self._loop.run_until_complete(both())

    def get(self, path: str, headers: dict[str, str] | None = None, **params: Any) -> httpx.Response:
        return self.request("GET", path, headers, params=params or None)  # {} would drop the path's own query

    def post(self, path: str, body: Any = None, headers: dict[str, str] | None = None) -> httpx.Response:
        return self.request("POST", path, headers, json={} if body is None else body)

    def put(self, path: str, body: Any, headers: dict[str, str] | None = None) -> httpx.Response:
        return self.request("PUT", path, headers, json=body)

    def patch(self, path: str, body: Any, headers: dict[str, str] | None = None) -> httpx.Response:
        return self.request("PATCH", path, headers, json=body)

    def delete(self, path: str, headers: dict[str, str] | None = None) -> httpx.Response:
        return self.request("DELETE", path, headers)


Connect = Callable[..., Client]


@pytest.fixture(scope="session")
def loop() -> Iterator[asyncio.AbstractEventLoop]:
    """The event loop in which the app runs."""
    loop = asyncio.new_event_loop()
    yield loop
    loop.run_until_complete(loop.shutdown_default_executor())
    loop.close()


@pytest.fixture(scope="session")
def service_settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Settings of a demo in a folder of its own. The environment that other tests hand on stays as it was."""
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("HUIYIN_DEMO", "true")
        environment.setenv("HUIYIN_DATA", str(tmp_path_factory.mktemp("data")))
        pages = tmp_path_factory.mktemp("pages")
        for page in ("report.html", "receipt.html", "review.html", "favicon.svg"):
            (pages / page).write_text("<!doctype html><title>Huiyin</title><body></body>")
        for app in ("report", "review"):
            (pages / "assets" / app).mkdir(parents=True)
            (pages / "assets" / app / "app.js").write_text("'use strict'" + " " * 500)
        for ending, compress in ((".gz", gzip.compress), (".br", bytes)):
            (pages / f"review.html{ending}").write_bytes(compress((pages / "review.html").read_bytes()))
        environment.setenv("HUIYIN_STATIC_DIR", str(pages))
        environment.setenv("HUIYIN_DB_POOL_SIZE", str(POOL))
        environment.setenv("HUIYIN_PROOF_TRIES", "1")  # real challenges, solved at the first try
        settings.cache_clear()
        vault.cache_clear()
        vault()
        return settings()


@pytest.fixture(scope="session")
def service(service_settings: Settings) -> FastAPI:
    """The app, put together once; `app` lends it to a test."""
    made = create_app(service_settings, sessionmaker())
    # What is there now stays for the whole run: the collector need not look through it again after every few requests.
    gc.collect()
    gc.freeze()
    return made


@pytest.fixture
def app(service: FastAPI, sessions: sessionmaker[Session]) -> Iterator[FastAPI]:
    """The app on the test's transaction."""

    def forget_who_asked(session: Session, _: Any, connection: Any) -> None:
        # In one transaction for all requests, `set_config(…, true)` of one would still hold for the next.
        if session.in_nested_transaction():
            return  # a savepoint is part of its request
        names = ("readers", "principals", "acting_on", "receipt", "identity_desk", "keeping")
        connection.execute(text("SELECT " + ", ".join(f"set_config('huiyin.{name}', '', true)" for name in names)))

    marked = type("RequestSession", (Session,), {})
    event.listen(marked, "after_begin", forget_who_asked)
    service.state.sessions = sessionmaker(class_=marked, **sessions.kw)
    service.state.admission = Admission(settings())
    yield service
    service.state.sessions = None


@pytest.fixture
def connect(app: FastAPI, loop: asyncio.AbstractEventLoop) -> Connect:
    """Makes clients: `connect(cookie=…)`, `connect(bearer=…)`."""
    return lambda **who: Client(app, loop, **who)


@pytest.fixture
def http(connect: Connect) -> Client:
    """A client that nobody has signed in to."""
    return connect()


@pytest.fixture
def server(service: FastAPI, live: Urls, loop: asyncio.AbstractEventLoop) -> Iterator[Connect]:
    """Makes clients of the app on the database of `live`, as many connections at once as it has."""
    engine = make_engine(live.app, POOL)
    service.state.sessions = make_sessions(engine)
    yield lambda **who: Client(service, loop, **who)
    service.state.sessions = None
    engine.dispose()
