"""Live updates: 500 open streams on one process, how soon a change reaches them, and what they cost.

The bare reference is one connection that listens to the same notices: nothing can know of a change sooner.
"""

import asyncio
import base64
import contextlib
import hashlib
import json
import os
import signal
import statistics
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import httpx
import psutil
import psycopg

from bench.service import Service, anonymous, connect, running, sign_in

STREAMS, OUTSIDERS = 400, 100
CHANGES, APART = 60, 0.4
BURST_SECONDS, BURST_A_SECOND = 5, 100
NOTICES = 2000


@dataclass
class Page:
    """One open stream."""

    cookie: str
    arrived: dict[str, float] = field(default_factory=dict)
    opened: asyncio.Event = field(default_factory=asyncio.Event)
    events: int = 0
    octets: int = 0

    async def follow(self, host: str, port: int, room: asyncio.Semaphore) -> None:
        async with room:
            reader, writer = await asyncio.open_connection(host, port)
            lines = (
                "GET /api/v1/live HTTP/1.1",
                f"Host: {host}:{port}",
                f"Cookie: huiyin_session={self.cookie}",
                "",
                "",
            )
            writer.write("\r\n".join(lines).encode())
            status = await reader.readline()
            if b" 200 " not in status:
                raise RuntimeError(status.decode())
            await reader.readuntil(b"retry: ")  # the first frame
            self.opened.set()
        while line := await reader.readline():
            self.octets += len(line)
            if line.startswith(b"data: "):
                now = time.monotonic()
                self.events += 1
                for id_ in json.loads(line[6:])["ids"]:
                    self.arrived.setdefault(id_, now)
        writer.close()


def measure() -> None:
    """Print delivery p50 and p95 beside the bare listener's, memory a stream, a burst, and the end of the process."""
    with running() as service:
        asyncio.run(_measure(service))


async def _measure(service: Service) -> None:
    host, port = str(urlsplit(service.url).hostname), int(urlsplit(service.url).port or 0)
    api = service.part("uvicorn")
    with connect(service) as owner:
        inside = [Page(cookie) for cookie in sign_in(owner, "intake.city", STREAMS)]
        outside = [Page(cookie) for cookie in sign_in(owner, "chief.market", OUTSIDERS)]
    bare: dict[str, float] = {}
    threading.Thread(target=_listen, args=(service, bare), daemon=True).start()
    async with httpx.AsyncClient(base_url=service.url, timeout=30) as client:
        for _ in range(20):
            await _file(client)  # warm
        before = api.memory_info().rss
        began = time.monotonic()
        room = asyncio.Semaphore(20)
        tasks = [asyncio.create_task(page.follow(host, port, room)) for page in inside + outside]
        await asyncio.gather(*(page.opened.wait() for page in inside + outside))
        print(f"{len(tasks)} streams opened in {time.monotonic() - began:.1f} s")
        await asyncio.sleep(1)
        memory = (api.memory_info().rss - before) / len(tasks) / 1024
        print(f"memory: {memory:.0f} KB a stream ({api.memory_info().rss / 2**20:.0f} MB in all)")
        await _one_by_one(service, client, inside, bare, api)
        await _burst(service, client, inside, api)
        heard = sum(page.events for page in outside)
        print(f"events that reached {OUTSIDERS} streams of an agency that may see none of it: {heard}")
    began = time.monotonic()
    api.send_signal(signal.SIGTERM)
    await asyncio.wait(tasks)
    gone = await asyncio.to_thread(api.wait, 10)
    print(f"SIGTERM with {len(tasks)} streams open: ended after {time.monotonic() - began:.2f} s, status {gone}")
    _notices()


async def _one_by_one(
    service: Service, client: httpx.AsyncClient, pages: list[Page], bare: dict[str, float], api: psutil.Process
) -> None:
    used = _cpu(api)
    sent: list[tuple[str, float, float]] = []
    for _ in range(CHANGES):
        began = time.monotonic()
        tip = await _file(client)
        sent.append((tip, began, time.monotonic()))
        await asyncio.sleep(APART)
    await asyncio.sleep(1)
    used = _cpu(api) - used
    leads = _leads(service, [tip for tip, _, _ in sent])
    ours: list[float] = []
    reference: list[float] = []
    missed = 0
    for tip, began, _ in sent:
        lead = leads[tip]
        reference.append(bare[lead] - began)
        arrived = [page.arrived.get(lead) for page in pages]
        missed += arrived.count(None)
        ours += [moment - began for moment in arrived if moment is not None]
    print(f"{CHANGES} changes, {len(ours)} deliveries, {missed} missed; from sending the request:")
    print(f"  ours {_percentiles(ours)}; bare listener {_percentiles(reference)}")
    ratio = statistics.median(ours) / statistics.median(reference)
    print(f"  ratio of the medians {ratio:.2f}; API CPU {1000 * used / CHANGES:.0f} ms a change, request included")


async def _burst(service: Service, client: httpx.AsyncClient, pages: list[Page], api: psutil.Process) -> None:
    """Changes that nobody waits for, as an import makes them."""
    events, octets, used = sum(p.events for p in pages), sum(p.octets for p in pages), _cpu(api)
    with connect(service) as owner:
        leads = [row[0] for row in owner.execute("SELECT id FROM leads LIMIT 40")]
        for number in range(BURST_SECONDS * BURST_A_SECOND):
            owner.execute(
                "INSERT INTO events (event, subject_id, matter_id, actor_kind, salt)"
                " VALUES ('bench:change', %(id)s, %(id)s, 'system', '')",
                {"id": leads[number % len(leads)]},
            )
            await asyncio.sleep(1 / BURST_A_SECOND)
    began = time.monotonic()
    answer = await client.get("/health/ready")
    took = time.monotonic() - began
    await asyncio.sleep(1)
    events, octets = sum(p.events for p in pages) - events, sum(p.octets for p in pages) - octets
    print(
        f"burst of {BURST_SECONDS * BURST_A_SECOND} changes: {events / len(pages):.0f} events and"
        f" {octets / len(pages) / 1024:.1f} KB a stream; API CPU {_cpu(api) - used:.1f} s;"
        f" another request meanwhile {1000 * took:.0f} ms ({answer.status_code})"
    )


def _notices() -> None:
    """What the trigger's notice costs the writer: the lock that orders commits with notices, eight writers at once."""
    with running() as service:
        with connect(service) as owner:
            lead = _lead_without_tip(owner)
        rates = []
        for enabled in (False, True, False, True):
            with connect(service) as owner:
                owner.execute(f"ALTER TABLE events {'ENABLE' if enabled else 'DISABLE'} TRIGGER notify_open_pages")
            rates.append(_write(service, lead))
        without, with_ = max(rates[0], rates[2]), max(rates[1], rates[3])
        print(
            f"events a second, 8 writers, one commit each: {without:.0f} without notice, {with_:.0f} with;"
            f" ratio {without / with_:.2f}"
        )


def _write(service: Service, lead: str) -> float:
    def some(count: int) -> None:
        with connect(service) as connection:
            for _ in range(count):
                connection.execute(
                    "INSERT INTO events (event, subject_id, matter_id, actor_kind, salt)"
                    " VALUES ('bench:change', %(id)s, %(id)s, 'system', '')",
                    {"id": lead},
                )

    began = time.monotonic()
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(some, [NOTICES // 8] * 8))
    return NOTICES / (time.monotonic() - began)


def _lead_without_tip(owner: psycopg.Connection) -> str:
    """The trigger looks at the id alone; no lead is needed."""
    row = owner.execute("SELECT uuidv7()").fetchone()
    return str(row[0]) if row else ""


def _listen(service: Service, heard: dict[str, float]) -> None:
    with contextlib.suppress(psycopg.OperationalError), connect(service) as connection:  # until the service ends
        connection.execute("LISTEN huiyin_matters")
        for notice in connection.notifies(timeout=300):
            heard.setdefault(notice.payload, time.monotonic())


async def _file(client: httpx.AsyncClient) -> str:
    token_hash = base64.urlsafe_b64encode(hashlib.sha256(os.urandom(32)).digest()).rstrip(b"=").decode()
    key = (await client.get("/api/v1/public/identity-key")).json()["key"]
    body: dict[str, Any] = {
        "region_code": "430104",
        "conduct": "protection_money",
        "sector": "markets",
        "narrative": "有人每月到市场向摊主收取“卫生费”，不给就砸摊子。",
        "subjects": [],
        "receipt": {"suite": "r1", "token_hash": token_hash},
        "identity": anonymous(key, token_hash),
    }
    answer = await client.post("/api/v1/public/tips", json=body)
    answer.raise_for_status()
    return str(answer.json()["tip_id"])


def _leads(service: Service, tips: list[str]) -> dict[str, str]:
    with connect(service) as owner:
        rows = owner.execute("SELECT id::text, lead_id::text FROM tips WHERE id = ANY(%s::uuid[])", [tips])
        return {str(tip): str(lead) for tip, lead in rows}


def _cpu(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)


def _percentiles(values: list[float]) -> str:
    ordered = sorted(values)
    p50, p95 = (1000 * ordered[int(len(ordered) * part)] for part in (0.5, 0.95))
    return f"p50 {p50:.0f} ms, p95 {p95:.0f} ms, longest {1000 * ordered[-1]:.0f} ms"
