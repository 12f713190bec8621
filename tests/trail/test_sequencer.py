"""The sequencer on real connections: two at once, killed in the middle, woken by a notice, and told to stop."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from huiyin.exchange.public_log.audit import Findings, audit
from huiyin.kit.database.owner import Urls, connect
from huiyin.kit.database.sessions import Sessions, make_engine, make_sessions, transaction
from huiyin.settings import Settings, UnsafeSetting
from huiyin.trail.log import LogBroken, sequence
from huiyin.trail.notes import Checkpoint, Signer
from huiyin.trail.sequencer import Memory, Sequencer

SIGNER = Signer("log.example/test", bytes(range(32)))


@pytest.fixture
def sessions(live: Urls):
    engine = make_engine(live.app, 6)
    yield make_sessions(engine)
    engine.dispose()


def happen(live: Urls, count: int) -> None:
    """Events, each in a transaction of its own."""
    with connect(live.owner) as owner:
        for _ in range(count):
            owner.execute(
                "INSERT INTO events (event, subject_id, matter_id, actor_kind, salt)"
                " VALUES ('lead:x', uuidv7(), uuidv7(), 'system', sha256(CAST(CAST(random() AS text) AS bytea)))"
            )


def audited(live: Urls) -> Findings:
    engine = create_engine(live.owner)
    with engine.connect() as connection:
        found = audit(connection, SIGNER.verifier)
    engine.dispose()
    return found


def of(sessions: Sessions, tmp_path: Path) -> Sequencer:
    return Sequencer(sessions, SIGNER, Memory(tmp_path / "log" / "checkpoint"))


def test_two_sequencers_at_once_place_every_event_once(live: Urls, sessions: Sessions, tmp_path: Path):
    both = [of(sessions, tmp_path) for _ in range(2)]
    with ThreadPoolExecutor(4) as threads:
        running = [threads.submit(one.run) for one in both]
        for writing in [threads.submit(happen, live, 60) for _ in range(2)]:
            writing.result()
        deadline = time.monotonic() + 120
        while audited(live).events < 120 and time.monotonic() < deadline:
            time.sleep(0.1)
        for one in both:
            one.stop()
        for each in running:
            each.result()
    found = audited(live)
    assert (found.events, found.faults) == (120, [])


def test_sequencer_that_is_cut_off_in_the_middle_of_a_batch_loses_nothing(
    live: Urls, sessions: Sessions, tmp_path: Path
):
    happen(live, 10)
    cut = sessions()
    assert sequence(cut, 4) == 4
    pid = cut.execute(text("SELECT pg_backend_pid()")).scalar_one()
    with transaction(sessions) as other:
        assert sequence(other) == 0, "the lock is held"
    with connect(live.owner) as owner:
        owner.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])
    cut.invalidate()
    assert of(sessions, tmp_path).once(datetime.now(UTC)) == 10
    assert audited(live).faults == []


def test_what_was_signed_is_kept_outside_of_the_database_and_compared(live: Urls, sessions: Sessions, tmp_path: Path):
    happen(live, 5)
    one, now = of(sessions, tmp_path), datetime.now(UTC)
    one.once(now)
    kept = one.memory.read()
    assert kept is not None
    assert kept.size == 5
    happen(live, 3)
    one.once(now + timedelta(seconds=30))
    assert one.memory.read() == kept, "at most one a minute"
    one.once(now + timedelta(seconds=61))
    assert one.memory.read() != kept
    one.memory.store(SIGNER.sign(Checkpoint(SIGNER.verifier.name, 100, bytes(32)).text))
    with pytest.raises(LogBroken, match="over 100 events was signed, and the database has 8"):
        of(sessions, tmp_path).once(now + timedelta(seconds=200))


def test_memory_that_was_touched_stops_the_signing(tmp_path: Path):
    memory = Memory(tmp_path / "checkpoint")
    assert memory.read() is None
    memory.path.write_text("something")
    with pytest.raises(LogBroken, match="is not a checkpoint"):
        memory.read()


def test_an_event_is_placed_within_a_second_and_stopping_takes_no_longer(
    live: Urls, sessions: Sessions, tmp_path: Path
):
    one = of(sessions, tmp_path)
    thread = threading.Thread(target=one.run)
    thread.start()
    try:
        time.sleep(0.5)
        happen(live, 1)
        began = time.monotonic()
        with connect(live.owner) as owner:
            while owner.execute("SELECT count(*) FROM log_leaves").fetchone() == (0,):
                assert time.monotonic() - began < 10
                time.sleep(0.02)
    finally:
        one.stop()
        thread.join(10)
    assert not thread.is_alive()


def test_log_key_is_made_once_and_a_named_one_must_be_there(tmp_path: Path):
    chosen = Settings(data=tmp_path)
    assert chosen.read_log_key() == chosen.read_log_key()
    assert (tmp_path / "secrets" / "log-key").stat().st_mode & 0o777 == 0o600
    named = Settings(data=tmp_path, log_key_file=tmp_path / "other")
    with pytest.raises(UnsafeSetting, match="There is no key for the public log"):
        named.read_log_key()
    (tmp_path / "other").write_bytes(bytes(31))
    (tmp_path / "other").chmod(0o644)
    with pytest.raises(UnsafeSetting, match="can be read by others"):
        named.read_log_key()
    (tmp_path / "other").chmod(0o600)
    with pytest.raises(UnsafeSetting, match="31 bytes, not 32"):
        named.read_log_key()


@pytest.mark.parametrize(
    ("given", "origin"),
    [
        ({}, "localhost/log"),
        ({"public_origin": "https://tips.example.gov.cn"}, "tips.example.gov.cn/log"),
        ({"public_origin": "https://tips.example.gov.cn", "log_name": "city.example/log"}, "city.example/log"),
    ],
)
def test_name_of_the_log(given: dict[str, str], origin: str, tmp_path: Path):
    assert Settings(data=tmp_path, **given).log_origin == origin  # type: ignore[arg-type]
