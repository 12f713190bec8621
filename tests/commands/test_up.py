"""`make up` starts everything, says what stands in its way, and leaves no process behind, however it ends."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

import pytest

from huiyin.kit.database.server import FORGETFUL, running
from tests.factories.office import office_file

pytestmark = [
    pytest.mark.processes,
    pytest.mark.skipif(not Path("/proc").is_dir(), reason="looks into /proc for what was left behind"),
    pytest.mark.xdist_group("up"),  # one after the other: they share a data folder
]

START = "import sys; from huiyin.settings import settings; from huiyin.up import up; sys.exit(up(settings()))"
PATIENCE = 300


class Started:
    """A `huiyin up` in a session of its own, as a terminal would give it."""

    def __init__(self, data: Path, **environment: str) -> None:
        self.port = free_port()
        self.log = data.parent / f"{data.name}-{self.port}.log"
        settings = {"HUIYIN_DATA": str(data), "HUIYIN_PORT": str(self.port), "HUIYIN_DEMO": "true"} | environment
        self.port = int(settings["HUIYIN_PORT"])
        clean = {name: value for name, value in os.environ.items() if not name.startswith("HUIYIN_")}
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-c", START],
                env=clean | settings,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                cwd=data.parent,
                start_new_session=True,
                # As in a terminal, also where the tests themselves run under nohup.
                preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_DFL),  # noqa: PLW1509
            )

    def said(self) -> str:
        return self.log.read_text()

    def answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/health/ready", timeout=5):
                return True
        except OSError:
            return False

    def wait_until_ready(self) -> "Started":
        deadline = time.monotonic() + PATIENCE
        while not ("runs at" in self.said() and self.answers()):
            assert self.process.poll() is None, self.said()
            assert time.monotonic() < deadline, self.said()
            time.sleep(0.05)
        return self

    def status(self) -> int:
        return self.process.wait(PATIENCE)

    def members(self) -> dict[int, str]:
        """Processes of the session, with their command lines."""
        found = {}
        for folder in Path("/proc").iterdir():
            if folder.name.isdigit():
                try:
                    if os.getsid(int(folder.name)) == self.process.pid:
                        found[int(folder.name)] = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode()
                except OSError:
                    continue
        return {pid: command for pid, command in found.items() if command}  # an empty one has ended

    def left_behind(self) -> dict[int, str]:
        """What does not end."""
        deadline = time.monotonic() + PATIENCE
        while (members := self.members()) and time.monotonic() < deadline:
            time.sleep(0.1)
        return members

    def kill_all(self) -> None:
        for pid in self.members():
            os.kill(pid, signal.SIGKILL)
        self.process.wait(10)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def started(data: Path, **environment: str) -> Iterator[Started]:
    one = Started(data, **environment)
    try:
        yield one
    finally:
        one.kill_all()


@contextmanager
def room() -> Iterator[Path]:
    """A folder that the database's user can pass through; pytest closes its own again whenever another run begins."""
    folder = Path(tempfile.mkdtemp(prefix="huiyin-up-"))
    folder.chmod(0o711)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="module")
def data() -> Iterator[Path]:
    """A data folder with a space in its path, made by the first test that starts on it; the others start quickly."""
    with room() as folder:
        yield folder / "data folder"


@pytest.fixture
def new_data() -> Iterator[Path]:
    """A data folder on which nothing has started yet."""
    with room() as folder:
        yield folder / "new"


def made_once(data: Path) -> list[tuple[int, int]]:
    """Which files the database and the demo are in, and when they were written."""
    found = [(data / one).stat() for one in ("postgres/PG_VERSION", "secrets/demo-accounts.json", "secrets/kek-v1")]
    return [(one.st_ino, one.st_mtime_ns) for one in found]


def test_ctrl_c_stops_everything_and_the_second_start_is_quick(data: Path):
    with started(data) as first:
        first.wait_until_ready()
        assert len(first.members()) > 3, "the API, the worker and the database belong to the session"
        os.killpg(first.process.pid, signal.SIGINT)
        assert first.status() == 0, first.said()
        assert first.left_behind() == {}
    made = made_once(data)
    with started(data) as second:
        second.wait_until_ready()
        assert made_once(data) == made, "it is quick because nothing is made again"
        second.process.terminate()
        assert second.status() == 0, second.said()
        assert second.left_behind() == {}


@pytest.mark.thorough
def test_a_killed_supervisor_leaves_nothing_and_the_next_start_works(data: Path):
    with started(data) as one:
        one.wait_until_ready()
        one.process.kill()
        one.status()
        assert one.left_behind() == {}
    with started(data) as next_one:
        next_one.wait_until_ready()


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("part", "name"), [("uvicorn", "The API"), ("huiyin.worker", "The worker"), ("postgres", "The database")]
)
def test_a_part_that_dies_takes_the_rest_along(data: Path, part: str, name: str):
    with started(data) as one:
        one.wait_until_ready()
        os.kill(min(pid for pid, command in one.members().items() if part in command), signal.SIGKILL)
        assert one.status() == 1
        assert f"{name} ended by SIGKILL" in one.said()
        assert one.left_behind() == {}


@pytest.mark.thorough
def test_a_second_one_says_where_the_first_is_and_a_closed_terminal_stops_that(data: Path):
    with started(data) as first:
        first.wait_until_ready()
        with started(data) as second:
            assert second.status() == 1
            assert f"already running on the data folder {data}: http://127.0.0.1:{first.port}" in second.said()
        assert first.answers()
        first.process.send_signal(signal.SIGHUP)
        first.status()
        assert first.left_behind() == {}


def test_a_taken_port_is_named_before_anything_starts(new_data: Path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        with started(new_data, HUIYIN_PORT=port) as one:
            assert one.status() == 1
            assert f"Cannot listen on 127.0.0.1:{port}" in one.said()
            assert "HUIYIN_PORT=" in one.said()
            assert not (new_data / "postgres").exists()


def test_without_a_key_it_starts_for_a_demo_only(new_data: Path):
    new_data.parent.mkdir(exist_ok=True)
    whose = office_file(new_data.parent)
    with started(new_data, HUIYIN_DEMO="false", HUIYIN_OFFICE_FILE=str(whose)) as one:
        assert one.status() == 1
        assert "There is no key-encryption key" in one.said()
        assert "Traceback" not in one.said()


@pytest.mark.thorough
def test_a_database_of_ones_own_is_used_with_a_password_for_the_app_role(new_data: Path):
    own = new_data.parent / "an own one"
    own.mkdir()
    access = own / "pg_hba.conf"
    access.write_text("local all postgres trust\nlocal all all scram-sha-256\n")
    access.chmod(0o644)
    with running(own, options=FORGETFUL | {"hba_file": str(access)}) as server:
        with server.connect() as postgres:
            postgres.execute("CREATE ROLE boss LOGIN CREATEROLE PASSWORD 'pass@word'")
            postgres.execute("CREATE DATABASE offices OWNER boss")
        url = f"postgresql://boss:pass%40word@/offices?host={quote(str(server.socket_dir), safe='')}"
        with started(new_data, HUIYIN_DATABASE_URL=url) as one:
            one.wait_until_ready()
            assert not (new_data / "postgres").exists()
            assert (new_data / "secrets" / "app-db-password").stat().st_mode & 0o777 == 0o600
            with server.connect("offices") as postgres:
                asked = postgres.execute("SELECT DISTINCT usename FROM pg_stat_activity WHERE datname = 'offices'")
                users = {row[0] for row in asked}
            assert "huiyin_app" in users
            assert "boss" not in users, "the owner has gone when the migrations are done"
