"""A Huiyin of its own for a measurement: fresh data folder, free port, ended by its own process id."""

import base64
import contextlib
import hashlib
import os
import secrets
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import psycopg

from huiyin.tips.identity.envelope import desk_info, seal

CHECKOUT = Path(__file__).resolve().parent.parent
MESSAGES = CHECKOUT.parent / "shared" / "data" / "citizen_messages.ndjson.gz"


@dataclass(frozen=True)
class Service:
    """Where it answers, and its processes."""

    url: str
    data: Path
    environment: dict[str, str]
    process: psutil.Process

    def part(self, word: str) -> psutil.Process:
        """The child whose command line has this word: `uvicorn` is the API."""
        return next(p for p in self.process.children(recursive=True) if word in " ".join(p.cmdline()))


@contextlib.contextmanager
def running() -> Iterator[Service]:
    """Start it, wait until it is ready, and stop it after the block."""
    with tempfile.TemporaryDirectory(prefix="huiyin-bench-") as folder, socket.socket() as probe:
        data = Path(folder)
        data.chmod(0o711)
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
        probe.close()
        environment = os.environ | {"HUIYIN_DEMO": "true", "HUIYIN_PORT": str(port), "HUIYIN_DATA": folder}
        environment["HUIYIN_PROOF_TRIES"] = "0"  # bench/admission.py measures what comes before
        with (data / "up.log").open("wb") as log:
            started = subprocess.Popen(
                [sys.executable, "-m", "huiyin.cli", "up"], env=environment, stdout=log, stderr=log
            )
        try:
            url = f"http://127.0.0.1:{port}"
            for _ in range(480):
                with contextlib.suppress(OSError), urllib.request.urlopen(f"{url}/health/ready", timeout=2):
                    break
                if started.poll() is not None:
                    raise RuntimeError((data / "up.log").read_text())
                time.sleep(0.25)
            else:
                raise RuntimeError("It was not ready within two minutes:\n" + (data / "up.log").read_text())
            yield Service(url, data, environment, psutil.Process(started.pid))
        finally:
            started.send_signal(signal.SIGTERM)
            started.wait(60)


def anonymous(key: dict[str, Any], token_hash: str) -> dict[str, str | int]:
    """The empty envelope that the form sends where nobody says who they are; `key`: of /public/identity-key."""
    public = base64.urlsafe_b64decode(key["public_key"] + "==")
    sealed = base64.urlsafe_b64encode(seal(public, desk_info(key["version"], token_hash), None))
    return {"suite": key["suite"], "key_version": key["version"], "envelope": sealed.rstrip(b"=").decode()}


def connect(service: Service) -> psycopg.Connection:
    """As the owner of its database."""
    socket_dir = (service.data / "postgres" / "postmaster.pid").read_text().splitlines()[4]
    return psycopg.connect(host=socket_dir, user="postgres", dbname="huiyin", autocommit=True)


def sign_in(owner: psycopg.Connection, login: str, count: int) -> list[str]:
    """Sessions of an officer, a browser each."""
    cookies = [secrets.token_urlsafe(32) for _ in range(count)]
    with owner.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO sessions (officer_id, token_hash, expires_at)"
            " SELECT id, %s, now() + interval '1 hour' FROM officers WHERE login = %s",
            [(hashlib.sha256(cookie.encode()).digest(), login) for cookie in cookies],
        )
    return cookies


def peak_mb(process: psutil.Process) -> float:
    """The most memory that a process has held so far (VmHWM), in MB."""
    for line in Path(f"/proc/{process.pid}/status").read_text().splitlines():
        if line.startswith("VmHWM"):
            return int(line.split()[1]) / 1024
    raise RuntimeError("no VmHWM on this system")
