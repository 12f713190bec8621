"""`huiyin log verify` as it is run: its exit status says whether all is good, something is not, or none was checked."""

import os
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner

from huiyin.cli import app
from huiyin.kit.database.owner import Urls
from huiyin.kit.database.sessions import make_engine, make_sessions, transaction
from huiyin.settings import CHECKOUT, Settings
from huiyin.trail.log import sequence, sign_checkpoint
from huiyin.trail.signing import log_signer
from tests.factories.house import House

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def house(live: Urls, committed: House) -> House:
    """A house whose log was signed once, on a database with commits."""
    engine = make_engine(live.app, 1)
    committed.file()
    with transaction(make_sessions(engine)) as session:
        sequence(session)
        sign_checkpoint(session, log_signer(), datetime.now(UTC), None)
    engine.dispose()
    return committed


@pytest.fixture
def run(live: Urls, service_settings: Settings, tmp_path: Path) -> Run:
    """The command in a process of its own, with the log's key and nothing that was kept before."""
    key = tmp_path / "log-key"
    key.write_bytes(service_settings.read_log_key())
    key.chmod(0o600)
    chosen = {
        "HUIYIN_DEMO": "true",
        "HUIYIN_DATA": str(tmp_path / "data"),
        "HUIYIN_DATABASE_URL": live.owner,
        "HUIYIN_LOG_KEY_FILE": str(key),
        "PYTHONPATH": str(CHECKOUT / "backend"),
    }

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "huiyin.cli", "log", "verify", *arguments]
        return subprocess.run(
            command, capture_output=True, text=True, check=False, timeout=60, env={"PATH": os.environ["PATH"], **chosen}
        )

    return run


def test_status_is_zero_where_all_is_good_and_one_where_something_is_not(house: House, run: Run):
    good = run()
    assert (good.returncode, "Good" in good.stdout) == (0, True), good.stderr
    house.sql("UPDATE events SET facts = '{}' WHERE event = 'lead:submit'")
    bad = run()
    assert (bad.returncode, "NOT GOOD" in bad.stderr) == (1, True), bad.stdout


@pytest.mark.parametrize(
    "arguments",
    [
        ["--key", "no key at all"],
        ["--url", "http://127.0.0.1:9"],
        ["--url", "http://127.0.0.1:9", "--key", "log.example+4b7a5f3e+AQ=="],
        ["--url", "http://127.0.0.1:9", "--key", "its own"],
    ],
)
def test_status_is_two_where_nothing_could_be_checked(service_settings: Settings, arguments: list[str]):
    given = [log_signer().verifier.vkey if one == "its own" else one for one in arguments]
    ran = CliRunner().invoke(app, ["log", "verify", *given])
    assert (ran.exit_code, ran.stderr != "") == (2, True), ran.output
