"""A backup taken beside a running service comes back on an empty machine: nothing lost, the log verifies."""

import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import obstore
import pytest
from fastapi import FastAPI
from obstore.store import LocalStore
from sqlalchemy import create_engine, pool, text

from huiyin.backup import DUMP, HASHES, MANIFEST, OBJECTS, CannotBackUp, CannotRestore, Manifest, backup, restore
from huiyin.exchange.public_log.audit import audit
from huiyin.kit.crypto.keys import HeldKeys
from huiyin.kit.crypto.vault import Vault, vault
from huiyin.kit.database.owner import Urls
from huiyin.kit.database.server import FORGETFUL, Server, running
from huiyin.kit.database.sessions import make_engine, make_sessions, transaction
from huiyin.settings import Settings
from huiyin.trail.log import sequence, sign_checkpoint
from huiyin.trail.notes import Checkpoint
from huiyin.trail.signing import log_signer
from tests.database import create, temporary
from tests.factories.house import House

TOLD = "月月红茶楼二楼收账"


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


@pytest.fixture
def attachments(tmp_path: Path) -> LocalStore:
    """An object store with something in it."""
    store = LocalStore(tmp_path / "objects", mkdir=True)
    for number in range(3):
        obstore.put(store, f"attachments/a/original/{number:06d}", os.urandom(1000 + number))
    return store


@pytest.fixture
def elsewhere(tmp_path: Path) -> LocalStore:
    """An empty one."""
    return LocalStore(tmp_path / "elsewhere", mkdir=True)


def kept(store: LocalStore) -> dict[str, bytes]:
    names = [found["path"] for page in obstore.list(store) for found in page]
    return {name: bytes(obstore.get(store, name).bytes()) for name in names}


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
    live: Urls,
    committed: House,
    service: FastAPI,
    empty_machine: Server,
    tmp_path: Path,
    attachments: LocalStore,
    elsewhere: LocalStore,
):
    filed = committed.file(narrative=TOLD)
    walked = committed.lead("answered")
    seen = sign_log(live)
    made = backup(live.owner, attachments, tmp_path / "backup")
    assert made.checkpoint is not None

    create(empty_machine, "restored")
    urls = Urls(empty_machine.url("postgres", "restored"), empty_machine.url("huiyin_app", "restored"), empty_machine)
    restore(urls, elsewhere, tmp_path / "backup", vault())
    assert kept(elsewhere) == kept(attachments) != {}

    engine = make_engine(urls.app, 2)
    there = create_engine(urls.owner, isolation_level="AUTOCOMMIT", poolclass=pool.NullPool)
    before, service.state.sessions = service.state.sessions, make_sessions(engine)
    try:
        with there.connect() as connection:
            committed.connection = connection
            with create_engine(urls.owner, poolclass=pool.NullPool).connect() as auditor:
                assert audit(auditor, log_signer().verifier, [seen]).faults == []
            intake = committed.signed_in("city", "intake")
            assert intake.get(filed.url).json()["tips"][0]["narrative"] == TOLD
            assert [item["lead_id"] for item in found(committed)] == [str(filed.id)], "it is found by its words"
            assert committed.receipt(walked)["answer"]["text"]
            assert intake.get("/api/v1/leads").json()["items"] != []
            later = committed.file(narrative="后来的")
            assert intake.get(later.url).json()["tips"][0]["narrative"] == "后来的", "the service goes on"
            assert connection.execute(text("SELECT count(*) FROM tips")).scalar_one() == made.rows["tips"] + 1
            # Whoever may see nothing sees nothing there either.
            connection.execute(text("SET ROLE huiyin_app"))
            assert connection.execute(text("SELECT count(*) FROM tips")).scalar_one() == 0
    finally:
        service.state.sessions = before
        engine.dispose()


def found(committed: House) -> list[dict[str, str]]:
    words = text("SELECT l.id::text AS lead_id FROM tip_words w JOIN leads l ON l.id = w.lead_id WHERE words @@ :q")
    from huiyin.kit.crypto.blind import lexeme

    rows = committed.connection.execute(words, {"q": f"'{lexeme('茶楼')}'"})
    return [dict(row._mapping) for row in rows]


def test_a_backup_has_neither_keys_nor_what_was_told(
    live: Urls, committed: House, service_settings: Settings, tmp_path: Path, attachments: LocalStore
):
    committed.file(narrative=TOLD)
    backup(live.owner, attachments, tmp_path / "backup")
    assert sorted(path.name for path in (tmp_path / "backup").iterdir()) == [DUMP, MANIFEST, OBJECTS, HASHES]
    whole = b"".join(path.read_bytes() for path in (tmp_path / "backup").rglob("*") if path.is_file())
    for secret in service_settings.secrets_dir.iterdir():
        key = secret.read_bytes()
        assert key not in whole
        assert key.hex().encode() not in whole
    assert TOLD.encode() not in whole
    modes = {path.stat().st_mode & 0o077 for path in [tmp_path / "backup", *(tmp_path / "backup").rglob("*")]}
    assert modes == {0}, "its owner's alone"


def test_a_backup_overwrites_nothing(live: Urls, tmp_path: Path, attachments: LocalStore):
    (tmp_path / "there").mkdir()
    with pytest.raises(CannotBackUp, match="is there already"):
        backup(live.owner, attachments, tmp_path / "there")


def test_a_backup_that_fails_leaves_nothing(empty_database: Urls, tmp_path: Path, attachments: LocalStore):
    with pytest.raises(CannotBackUp):
        backup(empty_database.owner, attachments, tmp_path / "backup")
    assert [path.name for path in tmp_path.iterdir()] == ["objects"]


@pytest.fixture
def made(live: Urls, committed: House, attachments: LocalStore, tmp_path: Path) -> tuple[Path, Manifest]:
    committed.file()
    return tmp_path / "backup", backup(live.owner, attachments, tmp_path / "backup")


def tables(urls: Urls) -> int:
    engine = create_engine(urls.owner, poolclass=pool.NullPool)
    with engine.connect() as connection:
        return int(
            connection.execute(
                text("SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace")
            ).scalar_one()
        )


def test_a_database_with_anything_in_it_is_not_restored_into(
    live: Urls, made: tuple[Path, Manifest], elsewhere: LocalStore
):
    with pytest.raises(CannotRestore, match=r"not empty .* Nothing was written"):
        restore(live, elsewhere, made[0], vault())


def test_a_damaged_dump_is_refused(target: Urls, made: tuple[Path, Manifest], elsewhere: LocalStore):
    dump = made[0] / DUMP
    content = bytearray(dump.read_bytes())
    content[len(content) // 2] ^= 1
    dump.write_bytes(content)
    with pytest.raises(CannotRestore, match="damaged or was changed"):
        restore(target, elsewhere, made[0], vault())
    assert tables(target) == 0


@pytest.mark.parametrize("part", [DUMP, HASHES, MANIFEST])
def test_half_a_backup_is_refused(target: Urls, made: tuple[Path, Manifest], part: str, elsewhere: LocalStore):
    (made[0] / part).unlink()
    with pytest.raises(CannotRestore, match="not a whole backup"):
        restore(target, elsewhere, made[0], vault())


def test_rows_that_are_missing_are_named(target: Urls, made: tuple[Path, Manifest], elsewhere: LocalStore):
    path = made[0] / MANIFEST
    manifest = json.loads(path.read_text())
    manifest["rows"]["tips"] += 1
    path.write_text(json.dumps(manifest))
    with pytest.raises(CannotRestore, match="rows of tips"):
        restore(target, elsewhere, made[0], vault())


def test_missing_versions_of_the_key_are_named_before_anything_is_written(
    target: Urls, made: tuple[Path, Manifest], elsewhere: LocalStore
):
    path = made[0] / MANIFEST
    path.write_text(json.dumps(json.loads(path.read_text()) | {"kek_versions": [1, 7]}))
    with pytest.raises(CannotRestore, match="need version 7 of the key"):
        restore(target, elsewhere, made[0], vault())
    assert tables(target) == 0


def test_keys_of_another_system_are_noticed(target: Urls, made: tuple[Path, Manifest], elsewhere: LocalStore):
    with pytest.raises(CannotRestore, match="do not open"):
        restore(target, elsewhere, made[0], Vault(HeldKeys({1: os.urandom(32)})))


@pytest.mark.parametrize("harm", ["changed", "missing"])
def test_a_damaged_attachment_is_named_before_anything_is_written(
    target: Urls, made: tuple[Path, Manifest], elsewhere: LocalStore, harm: str
):
    piece = made[0] / OBJECTS / "attachments/a/original/000001"
    piece.unlink()
    if harm == "changed":
        piece.write_bytes(b"x" * 1001)
    with pytest.raises(CannotRestore, match="000001 is missing, damaged or was changed"):
        restore(target, elsewhere, made[0], vault())
    assert tables(target) == 0
    assert kept(elsewhere) == {}


def test_a_store_with_other_objects_is_not_restored_into(
    target: Urls, made: tuple[Path, Manifest], elsewhere: LocalStore
):
    obstore.put(elsewhere, "attachments/b/original/000000", b"another system's")
    with pytest.raises(CannotRestore, match="object store is not empty"):
        restore(target, elsewhere, made[0], vault())
    assert tables(target) == 0


def test_a_restore_cut_short_is_begun_again(
    target: Urls, made: tuple[Path, Manifest], elsewhere: LocalStore, attachments: LocalStore
):
    first = "attachments/a/original/000000"
    obstore.put(elsewhere, first, kept(attachments)[first])
    restore(target, elsewhere, made[0], vault())
    assert kept(elsewhere) == kept(attachments)
