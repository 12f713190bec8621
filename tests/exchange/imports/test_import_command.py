"""`huiyin import` from end to end: a real command against a real service, on a file in which much is broken."""

import contextlib
import gzip
import json
import os
import re
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from fastapi import FastAPI

from tests.factories.house import House

pytestmark = pytest.mark.processes

CHANNEL = "举报电话"


def record(number: str, **changes: Any) -> bytes:
    """A line that is right, of an invented matter."""
    told = {"ref": number, "title": "收卫生费", "narrative": f"建材市场有人收卫生费（{number}）", "reply": "已转办"}
    return json.dumps(told | changes, ensure_ascii=False).encode()


# Line by line: what stands there, and what is said of it; None: it is good.
LINES: list[tuple[bytes, str | None]] = [
    (record("甲-1"), None),
    (b'{"ref": "x", "narrative": ', "not valid JSON"),
    (b'["ref", "narrative"]', "not a JSON object"),
    (record("甲-4", ref=None), "/ref:"),
    (b"", None),  # blank: neither sent nor refused
    (record("甲-6", narrative="   "), "/narrative:"),
    (record("甲-7", region="999999"), "/region:"),
    (record("甲-8", conduct="no_such_conduct"), "/conduct:"),
    (record("甲-9", submitted_at="2020-01-01T08:00:00"), "/submitted_at:"),
    (b'{"ref": "\\u7532-10", "narrative": "\\ud800"}', "not Unicode"),
    (b'{"ref": "y", "narrative": "\xff\xfe"}', "not valid JSON in UTF-8"),
    (record("甲-12", narrative="长" * 50_001), "/narrative:"),
    (record("甲-13", submitted_at="2020-01-01T08:00:00+08:00", sector="markets"), None),
]
GOOD = [number for number, (raw, said) in enumerate(LINES, 1) if raw and said is None]
BAD = {number: said for number, (_, said) in enumerate(LINES, 1) if said is not None}


class Service:
    """The service at an address of its own, on a database of its own."""

    def __init__(self, house: House, url: str, token: str, folder: Path) -> None:
        self.house, self.url, self.token, self.folder = house, url, token, folder

    def run(self, file: Path, channel: str = CHANNEL, token: str | None = None) -> subprocess.CompletedProcess[str]:
        """The command, as another agency's operator types it."""
        clean = {name: value for name, value in os.environ.items() if not name.startswith("HUIYIN_")}
        more = {"HUIYIN_TOKEN": token or self.token, "HUIYIN_DATA": str(self.folder / "none"), "HUIYIN_DEMO": "true"}
        command = [sys.executable, "-m", "huiyin.cli", "import", str(file), "--channel", channel, "--url", self.url]
        return subprocess.run(
            command, env=clean | more, cwd=self.folder, capture_output=True, text=True, timeout=120, check=False
        )

    def tips(self) -> set[str]:
        return {row.external_ref for row in self.house.sql("SELECT external_ref FROM tips")}


@pytest.fixture
def running(committed: House, service: FastAPI, tmp_path: Path) -> Iterator[Service]:
    listening = uvicorn.Server(uvicorn.Config(service, port=0, log_level="warning", lifespan="off", access_log=False))
    thread = threading.Thread(target=listening.run, daemon=True)
    thread.start()
    with contextlib.ExitStack() as stack:
        stack.callback(thread.join, 10)
        stack.callback(setattr, listening, "should_exit", True)
        deadline = time.monotonic() + 120
        while not listening.started:
            assert time.monotonic() < deadline, "the service did not start"
            time.sleep(0.02)
        port = listening.servers[0].sockets[0].getsockname()[1]
        yield Service(committed, f"http://127.0.0.1:{port}", token_of(committed), tmp_path)


def token_of(house: House) -> str:
    admin = house.signed_in("city", "admin")
    system = {"name": "热线系统", "agency_id": str(house.agencies["city"].id)}
    account = admin.post("/api/v1/system-accounts", system).json()["id"]
    ends = (datetime.now(UTC) + timedelta(days=1)).isoformat()
    channels = [str(house.channels["hotline"])]
    given = {"scopes": ["tips:create", "channels:read"], "channel_ids": channels, "expires_at": ends}
    answer = admin.post(f"/api/v1/system-accounts/{account}/tokens", given)
    assert answer.status_code == 201, answer.text
    return answer.json()["token"]  # type: ignore[no-any-return]


def test_good_lines_are_in_and_broken_ones_are_kept_with_number_and_reason(running: Service):
    file = running.folder / "records.ndjson"
    file.write_bytes(b"\n".join(raw for raw, _ in LINES) + b"\n")
    first = running.run(file)
    assert first.returncode == 1, first.stderr
    assert first.stdout.startswith(f"{len(GOOD)} created, 0 already there, {len(BAD)} refused in ")
    assert running.tips() == {"甲-1", "甲-13"}
    rejects = running.folder / "records.ndjson.rejects"
    reasons = running.folder / "records.ndjson.rejects.reasons.ndjson"
    assert str(rejects.name) in first.stderr
    assert stat.S_IMODE(rejects.stat().st_mode) == 0o600, "what people told is in it"
    assert stat.S_IMODE(reasons.stat().st_mode) == 0o600
    kept = {one["line"]: one for one in map(json.loads, reasons.read_text().splitlines())}
    assert set(kept) == set(BAD)
    assert {number: one["reason"] for number, one in kept.items() if BAD[number] not in one["reason"]} == {}
    assert rejects.read_bytes().split(b"\n") == [*(LINES[number - 1][0] for number in kept), b""], "byte for byte"

    # Mended and sent again: what was in already is not created twice.
    mended = running.folder / "mended.ndjson"
    mended.write_bytes(b"\n".join(raw for raw, said in LINES if raw and said is None) + b"\n" + record("甲-7") + b"\n")
    second = running.run(mended)
    assert second.returncode == 0, second.stderr
    assert second.stdout.startswith("1 created, 2 already there, 0 refused in ")
    assert running.tips() == {"甲-1", "甲-13", "甲-7"}
    assert not (running.folder / "mended.ndjson.rejects").exists()


def test_packed_file_is_read_as_it_is(running: Service):
    file = running.folder / "records.ndjson.gz"
    file.write_bytes(gzip.compress(b"\n".join(record(f"乙-{number}") for number in range(20))))
    done = running.run(file)
    assert (done.returncode, re.split(" in ", done.stdout)[0]) == (0, "20 created, 0 already there, 0 refused")
    assert len(running.tips()) == 20


def test_another_tip_under_a_known_reference_is_refused_and_not_taken_for_the_one_that_is_there(running: Service):
    """Else who sent a trifle under the next number had the real one pass for "already there"."""
    file = running.folder / "records.ndjson"
    file.write_bytes(record("丁-1", narrative="不值一提的小事") + b"\n")
    assert running.run(file).returncode == 0
    file.write_bytes(record("丁-1") + b"\n")
    again = running.run(file)
    assert (again.returncode, re.split(" in ", again.stdout)[0]) == (1, "0 created, 0 already there, 1 refused")
    kept = (running.folder / "records.ndjson.rejects").read_bytes()
    assert kept == record("丁-1") + b"\n", "it is kept, as it came"
    assert running.house.value("SELECT count(*) FROM events WHERE event = 'tip:refuse_reference'") == 1


@pytest.mark.parametrize(
    ("channel", "token", "said"),
    [("没有这个渠道", None, "no published channel is named"), (CHANNEL, "hy_wrong", "the token was refused")],
)
def test_what_cannot_go_on_stops_with_two_and_creates_nothing(
    running: Service, channel: str, token: str | None, said: str
):
    file = running.folder / "records.ndjson"
    file.write_bytes(record("丙-1") + b"\n")
    stopped = running.run(file, channel, token)
    assert stopped.returncode == 2
    assert f"Stopped: {said}" in stopped.stderr
    assert running.tips() == set()
