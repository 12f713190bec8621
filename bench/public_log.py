"""The public log: events a second that the worker places, lag from commit to place, and the time of a proof.

The bare reference writes the same leaves and places for the same events in two SQL statements: no canonical form, no
tree, no batches.
"""

import os
import random
import statistics
import time
import urllib.request

import psycopg

from bench.service import Service, connect, running

EVENTS = int(os.environ.get("HUIYIN_BENCH_EVENTS", "50000"))
SINGLE = 200
PROOFS = 300
_FILL = """
INSERT INTO events (event, subject_id, matter_id, actor_kind, from_state, to_state, facts, salt)
SELECT 'lead:register', l.id, NULL, 'system', 'screened', 'registered', '{"note": false, "clock": "dispatch"}',
       sha256(CAST(CAST(random() AS text) AS bytea))
FROM generate_series(1, %s), (SELECT uuidv7() AS id) l
"""
_LEFT = "SELECT count(*) FROM events WHERE log_index IS NULL"


def measure() -> None:
    """Print throughput with its ratio to bare SQL, lag, and proofs."""
    with running() as service, connect(service) as owner:
        owner.execute("SELECT 1")
        bare = _bare(owner)
        rate = _throughput(owner)
        print(f"placed {EVENTS} waiting events: {rate:.0f} a second; bare SQL {bare:.0f}; ratio {bare / rate:.1f}")
        lags = _lags(owner)
        print(
            f"lag from commit to place, {SINGLE} single events: p50 {1000 * statistics.median(lags):.0f} ms,"
            f" p95 {1000 * sorted(lags)[int(0.95 * len(lags))]:.0f} ms, worst {1000 * max(lags):.0f} ms"
        )
        _proofs(service, owner)


def _wait(owner: psycopg.Connection) -> None:
    while owner.execute(_LEFT).fetchone() != (0,):
        time.sleep(0.02)


def _throughput(owner: psycopg.Connection) -> float:
    _wait(owner)
    owner.execute(_FILL, [EVENTS])
    began = time.perf_counter()
    _wait(owner)
    return EVENTS / (time.perf_counter() - began)


def _bare(owner: psycopg.Connection) -> float:
    """On copies of the tables, so that nothing of it reaches the log."""
    with owner.transaction(force_rollback=True):
        owner.execute("CREATE TEMP TABLE e (LIKE events INCLUDING ALL)")
        owner.execute("CREATE TEMP TABLE l (LIKE log_leaves INCLUDING ALL)")
        owner.execute(_FILL.replace("INTO events", "INTO e"), [EVENTS])
        began = time.perf_counter()
        owner.execute(
            "INSERT INTO l SELECT row_number() OVER (ORDER BY id) - 1, id, sha256(salt || CAST(event AS bytea)) FROM e"
        )
        owner.execute("UPDATE e SET log_index = l.log_index FROM l WHERE l.event_id = e.id")
        return EVENTS / (time.perf_counter() - began)


def _lags(owner: psycopg.Connection) -> list[float]:
    lags = []
    for _ in range(SINGLE):
        row = owner.execute(
            "INSERT INTO events (event, subject_id, matter_id, actor_kind, salt)"
            " VALUES ('lead:register', uuidv7(), uuidv7(), 'system', sha256(CAST(CAST(random() AS text) AS bytea)))"
            " RETURNING id"
        ).fetchone()
        began = time.perf_counter()
        while owner.execute("SELECT log_index FROM events WHERE id = %s", row).fetchone() == (None,):
            time.sleep(0.002)
        lags.append(time.perf_counter() - began)
        time.sleep(0.05)
    return lags


def _proofs(service: Service, owner: psycopg.Connection) -> None:
    """Over HTTP, at a signed size."""
    size = 0
    for _ in range(90):
        size = (owner.execute("SELECT max(size) FROM log_checkpoints").fetchone() or (0,))[0] or 0
        if size >= EVENTS:
            break
        time.sleep(1)
    draw = random.Random(1)
    for what, path in (("inclusion", "inclusion?index="), ("consistency", "consistency?old=")):
        times = []
        for _ in range(PROOFS):
            began = time.perf_counter()
            urllib.request.urlopen(f"{service.url}/api/v1/log/proof/{path}{draw.randrange(1, size)}").read()
            times.append(time.perf_counter() - began)
        print(
            f"{what} proof over HTTP at {size} events: p50 {1000 * statistics.median(times):.1f} ms,"
            f" p95 {1000 * sorted(times)[int(0.95 * len(times))]:.1f} ms"
        )
