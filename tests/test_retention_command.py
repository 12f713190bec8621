"""`huiyin retention` as it is run: it lists what expires, and destroys what has when it is not only asked to look."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import create_engine, pool

from huiyin.kit.database_owner import Urls
from huiyin.settings import CHECKOUT, Settings
from tests.client import Connect
from tests.factories.closed import close, expire
from tests.factories.house import House

Run = Callable[..., str]


@pytest.fixture
def house(live: Urls, server: Connect) -> Iterator[House]:
    engine = create_engine(live.owner, isolation_level="AUTOCOMMIT", poolclass=pool.NullPool)
    with engine.connect() as connection:
        yield House(connection, server).build()


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


def test_dry_run_lists_what_goes_and_destroys_nothing_and_the_run_after_it_does(house: House, run: Run):
    gone, later = close(house), close(house)
    expire(house, gone)
    expire(house, later, days=-20)
    numbers = [house.value("SELECT number FROM leads WHERE id = :id", id=lead.id) for lead in (gone, later)]
    looked = run("--dry-run", "--days", "30")
    assert [line.split()[1] for line in looked.splitlines()[:2]] == numbers
    assert house.value("SELECT count(*) FROM tips WHERE wrapped_key IS NULL") == 0
    assert numbers[1] not in run("--dry-run", "--days", "10")
    ran = run("--days", "30")
    assert ran.startswith("1 leads had expired and were destroyed.")
    assert numbers[0] not in ran.split("destroyed.")[1]
    assert house.value("SELECT wrapped_key IS NULL FROM tips WHERE id = :id", id=gone.tip_id)
    assert not house.value("SELECT wrapped_key IS NULL FROM tips WHERE id = :id", id=later.tip_id)
