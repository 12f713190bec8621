"""The main job: importing the real messages over HTTP, against the same rows written by hand over one connection."""

import json
import resource
import subprocess
import sys
import time

import psutil
import psycopg

from bench.service import MESSAGES, Service, peak_mb, running
from huiyin.exchange.imports.records import lines

IMPORT = [sys.executable, "-m", "huiyin.cli", "import", str(MESSAGES), "--channel", "网民留言"]


def measure() -> None:
    """Print tips a second, peak memory of importer and API, CPU a tip, and the ratio to the bare reference."""
    if not MESSAGES.exists():
        print(f"skipped: {MESSAGES.name} is not beside the checkout")
        return
    with running() as service:
        bare = _bare(service)
        api = service.part("uvicorn")
        before = _cpu(api)
        first, rate, importer_mb = _import(service)
        used = _cpu(api) - before
        count = _count(service)
        second, _, _ = _import(service)
        print(f"first run:  {first}")
        print(f"second run: {second}; tips in the database: {count} then {_count(service)}")
        print(f"rate: {rate:.0f} tips a second; API CPU {1000 * used / count:.1f} ms a tip")
        print(f"peak memory: importer {importer_mb:.0f} MB, API {peak_mb(api):.0f} MB")
        print(f"bare reference (6 inserts and a commit a tip, one connection): {bare:.0f} a second")
        print(f"ratio bare to ours: {bare / rate:.1f}")
        _killed_half_way()


def _import(service: Service) -> tuple[str, float, float]:
    began = time.monotonic()
    run = subprocess.run(IMPORT, env=service.environment, capture_output=True, text=True, check=True, cwd=service.data)
    took = time.monotonic() - began
    memory = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    return run.stdout.strip(), _count(service) / took, memory


def _cpu(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)


def _connect(service: Service) -> psycopg.Connection:
    socket_dir = (service.data / "postgres" / "postmaster.pid").read_text().splitlines()[4]
    return psycopg.connect(host=socket_dir, user="postgres", dbname="huiyin", autocommit=True)


def _count(service: Service) -> int:
    with _connect(service) as connection:
        row = connection.execute("SELECT count(*) FROM tips").fetchone()
        return int(row[0]) if row else 0


def _bare(service: Service) -> float:
    """The least that could be done: the record's bytes into six bare tables, one transaction each."""
    names = [f"bare_{i}" for i in range(6)]
    with _connect(service) as connection:
        for name in names:
            connection.execute(f"CREATE TABLE {name} (id uuid PRIMARY KEY DEFAULT uuidv7(), content bytea)")
        began, count = time.monotonic(), 0
        for line in lines(MESSAGES):
            json.loads(line.raw)
            with connection.transaction():
                for name in names:
                    connection.execute(f"INSERT INTO {name} (content) VALUES (%s)", (line.raw,))
            count += 1
        took = time.monotonic() - began
        for name in names:
            connection.execute(f"DROP TABLE {name}")
    return count / took


def _killed_half_way() -> None:
    """SIGKILL in the middle, then the same command again: exactly as many tips as messages."""
    with running() as service:
        started = subprocess.Popen(IMPORT, env=service.environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        while (half := _count(service)) < 1000 and started.poll() is None:
            time.sleep(0.05)
        started.kill()
        started.wait()
        again, _, _ = _import(service)
        print(
            f"killed by SIGKILL at {half} tips or a few more; again: {again}; tips in the database: {_count(service)}"
        )
