"""The drill of the key-encryption key: rotated, killed, rotated again and retired while 50 tips a second come in."""

import json
import subprocess
import sys
import threading
import time
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import httpx

from bench.service import Service, connect, running
from huiyin.kit.crypto.keys import FileKeys
from huiyin.kit.crypto.vault import Vault, decrypt_json

A_SECOND = 50
STORED_BEFORE = 2_000
CHANNEL = "网民留言"


def measure() -> None:
    """Print what came in, what the rotation took, and whether every tip opens without the first version."""
    with running() as service, connect(service) as owner, ThreadPoolExecutor(16) as pool:
        sender = Sender(service, pool)
        for _ in range(STORED_BEFORE):
            sender.send()
        sender.settle()
        print(f"stored before: {len(sender.accepted)} tips; refused {sender.refused}")
        quiet = sender.slowest()
        stream = threading.Thread(target=sender.stream)
        began = time.monotonic()
        stream.start()
        time.sleep(5)
        _kill_in_the_middle(service)
        (left,) = owner.execute("SELECT count(*) FROM tips WHERE kek_version = 1").fetchone() or (0,)
        print(f"killed in the middle: {left} tips not wrapped anew yet")
        rotated = time.monotonic()
        said = _huiyin(service, "keys", "rotate")
        print(f"rotated in {time.monotonic() - rotated:.1f} s: {said}")
        time.sleep(3)
        print(_huiyin(service, "keys", "retire", "1"))
        time.sleep(5)
        sender.ending.set()
        stream.join()
        sender.settle()
        seconds = time.monotonic() - began
        print(f"meanwhile: {sender.streamed} tips sent in {seconds:.0f} s ({sender.streamed / seconds:.0f} a second)")
        print(f"refused or failed: {sender.refused}; slowest answer {sender.slowest():.2f} s (before: {quiet:.2f} s)")
        _look(service, sender)


class Sender:
    """Another agency's system that forwards tips, each with a number by which it is found again."""

    def __init__(self, service: Service, pool: ThreadPoolExecutor) -> None:
        token = next((service.data / "secrets").glob("*token*")).read_text().strip()
        self.http = httpx.Client(base_url=service.url, headers={"Authorization": f"Bearer {token}"}, timeout=60)
        with connect(service) as owner:
            row = owner.execute("SELECT id FROM channels WHERE name = %s", [CHANNEL]).fetchone()
        assert row is not None
        self.channel, self.pool = str(row[0]), pool
        self.accepted: dict[str, str] = {}
        self.refused, self.sent, self.streamed = 0, 0, 0
        self.ending = threading.Event()
        self.pending: list[Future[None]] = []
        self.times: list[float] = []

    def send(self) -> None:
        self.sent += 1
        self.pending.append(self.pool.submit(self._send, f"第{self.sent}件：有人收卫生费"))

    def _send(self, narrative: str) -> None:
        body = {"region_code": "430104", "conduct": "protection_money", "narrative": narrative, "subjects": []}
        began = time.monotonic()
        answer = self.http.post("/api/v1/tips", json=body | {"channel_id": self.channel})
        self.times.append(time.monotonic() - began)
        if answer.status_code == 201:
            self.accepted[answer.json()["tip_id"]] = narrative
        else:
            self.refused += 1
            print(answer.status_code, answer.text[:300])

    def stream(self) -> None:
        began = time.monotonic()
        while not self.ending.is_set():
            self.send()
            self.streamed += 1
            time.sleep(max(0.0, began + self.streamed / A_SECOND - time.monotonic()))

    def settle(self) -> None:
        for sent in self.pending:
            sent.result()
        self.pending.clear()

    def slowest(self) -> float:
        slowest = max(self.times)
        self.times.clear()
        return slowest


def _huiyin(service: Service, *words: str) -> str:
    command = [sys.executable, "-m", "huiyin.cli", *words]
    done = subprocess.run(command, env=service.environment, capture_output=True, text=True, check=False)
    return f"{done.stdout.strip()} {done.stderr.strip()[-500:] if done.returncode else ''}(exit {done.returncode})"


def _kill_in_the_middle(service: Service) -> None:
    command = [sys.executable, "-m", "huiyin.cli", "keys", "rotate"]
    rotation = subprocess.Popen(command, env=service.environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    with connect(service) as owner:
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline and rotation.poll() is None:
            (done,) = owner.execute("SELECT count(*) FROM leads WHERE kek_version > 1").fetchone() or (0,)
            if done > 200:
                break
            time.sleep(0.01)
    rotation.kill()
    rotation.wait()


def _look(service: Service, sender: Sender) -> None:
    """Every accepted tip, by the keys that are still there."""
    keys = FileKeys(service.data / "secrets" / "kek-v1")
    held, wrong = Vault(keys), 0
    with connect(service) as owner:
        rows = {str(row[0]): row for row in owner.execute("SELECT id, wrapped_key, content, kek_version FROM tips")}
    for tip_id, narrative in sender.accepted.items():
        _, wrapped, content, version = rows[tip_id]
        told = decrypt_json(held.unwrap(wrapped, f"tips/{tip_id}"), content, f"tips/{tip_id}/content")
        wrong += told["narrative"] != narrative or version != keys.versions()[-1]
    print(f"versions here: {keys.versions()}; {len(sender.accepted)} accepted, {len(rows)} stored, {wrong} not as told")
    logs = b"".join(path.read_bytes() for path in Path(service.data).rglob("*.log"))
    secret = [path.read_bytes() for path in (service.data / "secrets").rglob("kek-v*")]
    derived = [key.encode() for key in json.loads((service.data / "secrets" / "derived-keys").read_text()).values()]
    told_keys = sum(key in logs or key.hex().encode() in logs for key in secret) + sum(key in logs for key in derived)
    print(f"keys in logs: {told_keys}")
