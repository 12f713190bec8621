"""`huiyin retention` as it is run: it lists what expires, and destroys what has when it is not only asked to look."""

import os
import subprocess
import sys
from collections.abc import Callable

import pytest

from huiyin.kit.database.owner import Urls
from huiyin.settings import CHECKOUT, Settings
from tests.factories.closed import close, expire
from tests.factories.house import House

Run = Callable[..., str]


@pytest.fixture
def run(live: Urls, service_settings: Settings) -> Run:
    """The command in a process of its own, which knows nothing but what it imports; returns what it said."""

    def run(*arguments: str) -> str:
        chosen = {
            "HUIYIN_DEMO": "true",
            "HUIYIN_DATA": str(service_settings.data),
            "HUIYIN_DATABASE_URL": live.owner,
            "HUIYIN_APP_DATABASE_URL": live.app,
            "PYTHONPATH": str(CHECKOUT / "backend"),
            "PATH": os.environ["PATH"],
        }
        command = [sys.executable, "-m", "huiyin.cli", "retention", *arguments]
        ran = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60, env=chosen)
        assert (ran.returncode, ran.stderr) == (0, ""), ran.stderr
        return ran.stdout

    return run


def test_dry_run_lists_what_goes_and_destroys_nothing_and_the_run_after_it_does(committed: House, run: Run):
    gone, later = close(committed), close(committed)
    expire(committed, gone)
    expire(committed, later, days=-20)
    numbers = [committed.value("SELECT number FROM leads WHERE id = :id", id=lead.id) for lead in (gone, later)]
    looked = run("--dry-run", "--days", "30")
    assert [line.split()[1] for line in looked.splitlines()[:2]] == numbers
    assert committed.value("SELECT count(*) FROM tips WHERE wrapped_key IS NULL") == 0
    assert numbers[1] not in run("--dry-run", "--days", "10")
    ran = run("--days", "30")
    assert ran.startswith("1 leads had expired and were destroyed.")
    assert numbers[0] not in ran.split("destroyed.")[1]
    assert committed.value("SELECT wrapped_key IS NULL FROM tips WHERE id = :id", id=gone.tip_id)
    assert not committed.value("SELECT wrapped_key IS NULL FROM tips WHERE id = :id", id=later.tip_id)
