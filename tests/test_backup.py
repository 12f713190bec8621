"""A backup taken beside a running service comes back on an empty machine: nothing lost, the log verifies."""

import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from fastapi import FastAPI
from sqlalchemy import Connection, create_engine, pool, text

from huiyin.backup import DUMP, MANIFEST, CannotBackUp, CannotRestore, Manifest, backup, restore
from huiyin.exchange.audit import audit
from huiyin.kit.database import make_engine, make_sessions, transaction
from huiyin.kit.database_owner import Urls
from huiyin.kit.database_server import FORGETFUL, Server, running
from huiyin.kit.keys import HeldKeys
from huiyin.kit.vault import Vault, vault
from huiyin.settings import Settings
from huiyin.trail.log import sequence, sign_checkpoint
from huiyin.trail.notes import Checkpoint
from huiyin.trail.signing import log_signer
from tests.client import Connect
from tests.database import create, temporary
from tests.factories.house import House

TOLD = "月月红茶楼二楼收账"


@pytest.fixture
def owner(live: Urls) -> Iterator[Connection]:
    engine = create_engine(live.owner, isolation_level="AUTOCOMMIT", poolclass=pool.NullPool)
    with engine.connect() as connection:
        yield connection


@pytest.fixture
def house(owner: Connection, server: Connect) -> House:
    return House(owner, server).build()


@pytest.fixture(scope="module")
def empty_machine() -> Iterator[Server]:
    """Another PostgreSQL, in which nothing of ours has ever been: not even the app's role."""
    folder = Path(tempfile.mkdtemp(prefix="huiyin-restore-"))
    folder.chmod(0o711)
    try:
        with running(folder, options=FORGETFUL) as server:
            yield server
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def target(cluster: Server) -> Iterator[Urls]:
    with temporary(cluster, template=None) as urls:
        yield urls


def sign_log(live: Urls) -> Checkpoint:
    engine = make_engine(live.app, 2)
    try:
        sessions = make_sessions(engine)
        with transaction(sessions) as session:
            sequence(session)
        with transaction(sessions) as session:
            note = sign_checkpoint(session, log_signer(), datetime.now(UTC), None)
    finally:
        engine.dispose()
    assert note is not None
    return Checkpoint.checked(note, log_signer().verifier)


def test_nothing_is_lost_on_an_empty_machine_and_the_log_verifies(
    live: Urls, house: House, service: FastAPI, empty_machine: Server, tmp_path: Path
):
    filed = house.file(narrative=TOLD)
    walked = house.lead("answered")
    kept = sign_log(live)
    made = backup(live.owner, tmp_path / "backup")
    assert made.checkpoint is not None

    create(empty_machine, "restored")
    urls = Urls(empty_machine.url("postgres", "restored"), empty_machine.url("huiyin_app", "restored"), empty_machine)
    restore(urls, tmp_path / "backup", vault())

    engine = make_engine(urls.app, 2)
    there = create_engine(urls.owner, isolation_level="AUTOCOMMIT", poolclass=pool.NullPool)
    before, service.state.sessions = service.state.sessions, make_sessions(engine)
    try:
        with there.connect() as connection:
            house.connection = connection
            with create_engine(urls.owner, poolclass=pool.NullPool).connect() as auditor:
                assert audit(auditor, log_signer().verifier, [kept]).faults == []
            intake = house.signed_in("city", "intake")
            assert intake.get(filed.url).json()["tips"][0]["narrative"] == TOLD
            assert [item["lead_id"] for item in found(house)] == [str(filed.id)], "it is found by its words"
            assert house.receipt(walked)["answer"]["text"]
            assert intake.get("/api/v1/leads").json()["items"] != []
            later = house.file(narrative="后来的")
            assert intake.get(later.url).json()["tips"][0]["narrative"] == "后来的", "the service goes on"
            assert connection.execute(text("SELECT count(*) FROM tips")).scalar_one() == made.rows["tips"] + 1
            # Whoever may see nothing sees nothing there either.
            connection.execute(text("SET ROLE huiyin_app"))
            assert connection.execute(text("SELECT count(*) FROM tips")).scalar_one() == 0
    finally:
        service.state.sessions = before
        engine.dispose()


def found(house: House) -> list[dict[str, str]]:
    words = text("SELECT l.id::text AS lead_id FROM tip_words w JOIN leads l ON l.id = w.lead_id WHERE words @@ :q")
    from huiyin.kit.blind import lexeme

    rows = house.connection.execute(words, {"q": f"'{lexeme('茶楼')}'"})
    return [dict(row._mapping) for row in rows]


def test_a_backup_has_neither_keys_nor_what_was_told(
    live: Urls, house: House, service_settings: Settings, tmp_path: Path
):
    house.file(narrative=TOLD)
    backup(live.owner, tmp_path / "backup")
    assert sorted(path.name for path in (tmp_path / "backup").iterdir()) == [DUMP, MANIFEST]
    whole = b"".join(path.read_bytes() for path in (tmp_path / "backup").iterdir())
    for secret in service_settings.secrets_dir.iterdir():
        key = secret.read_bytes()
        assert key not in whole
        assert key.hex().encode() not in whole
    assert TOLD.encode() not in whole
    modes = {path.stat().st_mode & 0o077 for path in [tmp_path / "backup", *(tmp_path / "backup").iterdir()]}
    assert modes == {0}, "its owner's alone"


def test_a_backup_overwrites_nothing(live: Urls, tmp_path: Path):
    (tmp_path / "there").mkdir()
    with pytest.raises(CannotBackUp, match="is there already"):
        backup(live.owner, tmp_path / "there")


def test_a_backup_that_fails_leaves_nothing(empty_database: Urls, tmp_path: Path):
    with pytest.raises(CannotBackUp):
        backup(empty_database.owner, tmp_path / "backup")
    assert list(tmp_path.iterdir()) == []


@pytest.fixture
def made(live: Urls, house: House, tmp_path: Path) -> tuple[Path, Manifest]:
    house.file()
    return tmp_path / "backup", backup(live.owner, tmp_path / "backup")


def tables(urls: Urls) -> int:
    engine = create_engine(urls.owner, poolclass=pool.NullPool)
    with engine.connect() as connection:
        return int(
            connection.execute(
                text("SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace")
            ).scalar_one()
        )


def test_a_database_with_anything_in_it_is_not_restored_into(live: Urls, made: tuple[Path, Manifest]):
    with pytest.raises(CannotRestore, match=r"not empty .* Nothing was written"):
        restore(live, made[0], vault())


def test_a_damaged_dump_is_refused(target: Urls, made: tuple[Path, Manifest]):
    dump = made[0] / DUMP
    content = bytearray(dump.read_bytes())
    content[len(content) // 2] ^= 1
    dump.write_bytes(content)
    with pytest.raises(CannotRestore, match="damaged or was changed"):
        restore(target, made[0], vault())
    assert tables(target) == 0


@pytest.mark.parametrize("part", [DUMP, MANIFEST])
def test_half_a_backup_is_refused(target: Urls, made: tuple[Path, Manifest], part: str):
    (made[0] / part).unlink()
    with pytest.raises(CannotRestore, match="not a whole backup"):
        restore(target, made[0], vault())


def test_rows_that_are_missing_are_named(target: Urls, made: tuple[Path, Manifest]):
    path = made[0] / MANIFEST
    manifest = json.loads(path.read_text())
    manifest["rows"]["tips"] += 1
    path.write_text(json.dumps(manifest))
    with pytest.raises(CannotRestore, match="rows of tips"):
        restore(target, made[0], vault())


def test_missing_versions_of_the_key_are_named_before_anything_is_written(target: Urls, made: tuple[Path, Manifest]):
    path = made[0] / MANIFEST
    path.write_text(json.dumps(json.loads(path.read_text()) | {"kek_versions": [1, 7]}))
    with pytest.raises(CannotRestore, match="need version 7 of the key"):
        restore(target, made[0], vault())
    assert tables(target) == 0


def test_keys_of_another_system_are_noticed(target: Urls, made: tuple[Path, Manifest]):
    with pytest.raises(CannotRestore, match="do not open"):
        restore(target, made[0], Vault(HeldKeys({1: os.urandom(32)})))
