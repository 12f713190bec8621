"""The supervisor behind `make up`: database, migrations, API and worker start together and end together."""

import contextlib
import fcntl
import importlib
import importlib.util
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from types import FrameType

import psycopg
from rich.console import Console
from rich.table import Table

from huiyin.kit.crypto.keys import provider
from huiyin.kit.database.children import end_with_parent
from huiyin.kit.database.owner import Urls, database, prepare
from huiyin.kit.database.server import DatabaseUnavailable
from huiyin.kit.database.system_user import NoSystemUser
from huiyin.settings import Settings, UnsafeSetting

READY_SECONDS = 120
STOP_SECONDS = 10
LOOK_SECONDS = 0.05

Account = tuple[str, str, str]
"""What the account is for, its login, its password."""


class CannotStart(Exception):
    """Something outside stands in the way. The message says what, and what to do."""


class Stopped(Exception):
    """The person asked to stop, with Ctrl+C, SIGTERM or by closing the terminal."""


class ChildEnded(Exception):
    """A part ended by itself, so the whole does too."""


class Stop:
    """Set by the signals that ask us to stop; looked at between steps, so that no step is cut in half."""

    def __init__(self) -> None:
        self.asked = 0
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            if number != signal.SIGHUP or signal.getsignal(number) != signal.SIG_IGN:  # nohup means it
                signal.signal(number, self._note)

    def _note(self, _number: int, _frame: FrameType | None) -> None:
        self.asked += 1

    def check(self) -> None:
        """Raises `Stopped` when somebody has asked."""
        if self.asked:
            raise Stopped


def up(settings: Settings) -> int:
    """Run everything until somebody stops it. Returns the exit status: 0 when stopped, 1 when something failed."""
    stop = Stop()
    try:
        settings.refuse_if_unsafe()
        versions = provider(settings).versions()
        with only_one(settings):
            refuse_taken_port(settings)
            _run(settings, stop, versions)
    except Stopped:
        say("Stopped.")
        return 0
    except (CannotStart, ChildEnded, DatabaseUnavailable, NoSystemUser, UnsafeSetting) as problem:
        say(f"{problem}", error=True)
        return 1
    except psycopg.OperationalError as problem:
        say(f"The database does not let us in: {problem}", error=True)
        return 1
    return 0


def _run(settings: Settings, stop: Stop, versions: Sequence[int]) -> None:
    say("Starting the database …" if not settings.database_url else "Looking for the database …")
    with database(settings, alone=True) as urls:
        stop.check()
        prepare(urls, versions)
        stop.check()
        accounts = demo_accounts(urls, settings) if settings.demo else []
        stop.check()
        with contextlib.ExitStack() as children:
            start = time.monotonic()
            api = children.enter_context(child("the API", api_command(settings), settings, urls))
            worker = children.enter_context(
                child("the worker", [sys.executable, "-m", "huiyin.worker"], settings, urls)
            )
            watch = _watcher(stop, {"The API": api, "The worker": worker}, urls)
            _wait_until_ready(settings, watch, start)
            print_welcome(settings, accounts)
            while True:
                watch()
                time.sleep(LOOK_SECONDS)


def _watcher(stop: Stop, children: dict[str, subprocess.Popen[bytes]], urls: Urls) -> Callable[[], None]:
    """A function that raises `Stopped` when asked to stop, and `ChildEnded` when a part is no longer there."""
    parts = dict(children)
    if urls.embedded and urls.embedded.process:
        parts["The database"] = urls.embedded.process

    def watch() -> None:
        stop.check()
        for name, process in parts.items():
            if (status := process.poll()) is not None:
                stop.check()
                how = f"with status {status}" if status >= 0 else f"by {signal.Signals(-status).name}"
                raise ChildEnded(f"{name} ended {how}. Everything else has been stopped too.")

    return watch


@contextlib.contextmanager
def child(name: str, command: Sequence[str], settings: Settings, urls: Urls) -> Iterator[subprocess.Popen[bytes]]:
    """A part that runs while the block runs: asked to end by SIGTERM, made to by SIGKILL after ten seconds."""
    process = subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        env=child_environment(settings, urls),
        process_group=0,  # Ctrl+C in the terminal reaches us alone; we end the parts in their order
        # If we are killed the database ends too, and a part that asks it for a tidy end would wait for it in vain.
        preexec_fn=end_with_parent(signal.SIGKILL),  # noqa: PLW1509  no other thread runs here
    )
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            say(f"{name} did not end within {STOP_SECONDS} seconds and was killed.", error=True)
            process.kill()
            process.wait()


def child_environment(settings: Settings, urls: Urls) -> dict[str, str]:
    """Our environment with the settings made explicit, and without the owner's address, which no part needs."""
    inherited = {name: value for name, value in os.environ.items() if name != "HUIYIN_DATABASE_URL"}
    return inherited | {
        "HUIYIN_APP_DATABASE_URL": urls.app,
        "HUIYIN_DATA": str(settings.data),
        "HUIYIN_DEMO": str(settings.demo).lower(),
        "HUIYIN_HOST": settings.host,
        "HUIYIN_PORT": str(settings.port),
        "HUIYIN_KEK_FILE": str(settings.kek_path),
        "HUIYIN_STATIC_DIR": str(settings.static_dir),
        "PYTHONUNBUFFERED": "1",
        **({"HUIYIN_OFFICE_FILE": str(settings.office_file)} if settings.office_file else {}),
    }


def api_command(settings: Settings) -> list[str]:
    """How the API is started; docker-compose.yml does the same."""
    command = [sys.executable, "-m", "uvicorn", "huiyin.app:create_app", "--factory", "--log-level", "warning"]
    command += ["--host", settings.host, "--port", str(settings.port)]
    # No access log: it would tie addresses to tips. Open event streams must not hold up the end.
    return [*command, "--no-access-log", "--no-server-header", "--timeout-graceful-shutdown", "3"]


def demo_accounts(urls: Urls, settings: Settings) -> list[Account]:
    """Make the demo agencies and officers unless they are there, and return who can log in."""
    if importlib.util.find_spec("huiyin.demo") is None:
        return []
    accounts: list[Account] = importlib.import_module("huiyin.demo").ensure(urls.owner, settings)
    return accounts


@contextlib.contextmanager
def only_one(settings: Settings) -> Iterator[None]:
    """Hold the data folder for this process. Raises `CannotStart`, naming the address, when another one holds it."""
    settings.data.mkdir(parents=True, exist_ok=True)
    path = settings.data / "up.lock"
    with path.open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise CannotStart(_already_running(path)) from None
        lock.truncate(0)
        json.dump({"pid": os.getpid(), "address": address(settings)}, lock)
        lock.flush()
        yield
        lock.truncate(0)


def _already_running(path: Path) -> str:
    try:
        other = json.loads(path.read_text())
        return (
            f"Huiyin is already running on the data folder {path.parent}: {other['address']}, process {other['pid']}. "
            f"Use that one, or set HUIYIN_DATA and HUIYIN_PORT for a second one."
        )
    except (ValueError, KeyError, OSError):
        return f"Huiyin is already starting or stopping on this data folder ({path.parent})."


def refuse_taken_port(settings: Settings) -> None:
    """Raises `CannotStart` when nothing could listen on the address, before anything has been started."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.port))
            probe.listen()
        except OSError as error:
            raise CannotStart(
                f"Cannot listen on {settings.host}:{settings.port}: {os.strerror(error.errno or 0)}. Stop what uses "
                f"that port, or choose another one: HUIYIN_PORT={settings.port % 60000 + 1000} make up"
            ) from None


def address(settings: Settings) -> str:
    """Where a browser on this machine finds Huiyin."""
    host = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(settings.host, settings.host)  # noqa: S104  a comparison
    if ":" in host and not host.startswith("["):
        host = f"[{host}]"
    return f"http://{host}:{settings.port}"


def _wait_until_ready(settings: Settings, watch: Callable[[], None], start: float) -> None:
    # Not through a proxy that the environment names: this is our own machine.
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    answer = "no answer"
    while time.monotonic() - start < READY_SECONDS:
        watch()
        try:
            with opener.open(f"{address(settings)}/health/ready", timeout=5):
                return
        except urllib.error.HTTPError as error:
            answer = f"status {error.code}: {error.read(500).decode(errors='replace')}"
        except OSError as error:
            answer = str(error)
        time.sleep(LOOK_SECONDS)
    raise CannotStart(f"The API is not ready after {READY_SECONDS} seconds ({answer}).")


def print_welcome(settings: Settings, accounts: Sequence[Account]) -> None:
    """The address and the demo accounts."""
    console = Console(highlight=False, soft_wrap=True)
    with contextlib.suppress(OSError):
        if accounts:
            table = Table("Account", "Login", "Password", title="Demo accounts", title_justify="left")
            for account in accounts:
                table.add_row(*account)
            console.print(table)
        console.print(f"\nHuiyin 回音 runs at [bold]{address(settings)}[/bold]")
        console.print(f"It keeps its things in {settings.data}. Ctrl+C stops it.\n")


def say(message: str, *, error: bool = False) -> None:
    """Tell the person; a closed terminal is no reason to leave processes behind."""
    with contextlib.suppress(OSError):
        print(message, file=sys.stderr if error else sys.stdout, flush=True)
