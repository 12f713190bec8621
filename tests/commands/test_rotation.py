"""The key-encryption key is changed beside a running service: nothing is lost, and the old one is needed no more."""

import os
import re
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import Connection, text
from sqlalchemy.exc import IntegrityError

import huiyin
from huiyin.commands.rotation import PURPOSES, CannotRotate, retire, rotate
from huiyin.kit.crypto import blind
from huiyin.kit.crypto import keys as key_files
from huiyin.kit.crypto.blind import lexeme
from huiyin.kit.crypto.key_provider import CannotChangeKeys, KeyProvider
from huiyin.kit.crypto.keys import EnvironmentKeys, FileKeys
from huiyin.kit.crypto.vault import Vault, vault
from huiyin.kit.database.key_versions import refers_to_versions, wrapping_tables
from huiyin.kit.database.owner import Urls, register
from huiyin.settings import Settings
from huiyin.tables import metadata
from tests.factories.house import House

TOLD = {"narrative": "放贷的电话是138 1234 5678，月月红茶楼二楼收账", "subjects": []}


@pytest.fixture
def kek(service_settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A key folder of the test's own, in the place of this process's."""
    first = tmp_path / "secrets" / "kek-v1"
    first.parent.mkdir(mode=0o700)
    first.write_bytes(os.urandom(32))
    first.chmod(0o600)
    monkeypatch.setattr(key_files, "LOOK_SECONDS", 0.2)
    monkeypatch.setattr("huiyin.commands.rotation.LOOK_SECONDS", 0.2)
    before = vault().keys
    use(FileKeys(first))
    yield first
    use(before)


def use(keys: KeyProvider) -> None:
    """Let this process hold these keys and remember nothing of others. Every part holds the one vault."""
    vars(vault()).update(vars(Vault(keys)))
    blind.lexeme.cache_clear()
    blind._key.cache_clear()


def versions_in_use(owner: Connection) -> dict[str, set[int]]:
    return {
        table.name: set(owner.execute(text(f"SELECT kek_version FROM {table.name}")).scalars())
        for table in wrapping_tables(metadata)
    }


def test_every_wrapped_key_is_one_that_rotation_knows():
    found = {table.name for table in wrapping_tables(metadata)}
    assert found >= {"tips", "leads", "saved_views"}
    for table in wrapping_tables(metadata):
        assert refers_to_versions(table), f"{table.name}.kek_version must be a reference to kek_versions"
        assert len(table.primary_key.columns) == 1, f"rotation computes the place: {table.name}/<the row's key>"
    named_otherwise = {
        f"{table.name}.{column.name}"
        for table in metadata.sorted_tables
        for column in table.columns
        if "wrapped" in column.name and column.name != "wrapped_key"
    }
    # The desk's and discipline agencies' keys are wrapped in officers' browsers, by passphrases that no server knows.
    by_a_passphrase = {
        f"{table}.{column}" for table in ("identity_keys", "sealed_keys") for column in ("wrapped", "rewrapped_at")
    }
    assert named_otherwise == by_a_passphrase, "any other is named wrapped_key, so that no rotation forgets it"


def test_what_is_derived_outlives_the_first_version():
    """Every purpose that the code names is one that a rotation keeps."""
    named = set[str]()
    for source in Path(huiyin.__file__).parent.rglob("*.py"):
        named |= set(re.findall(r'(?:purpose_key|number|_key)\((?:vault\(\), |held, )?"([a-z-]+)"', source.read_text()))
    assert {"search", "term", "device-cookie"} <= named <= set(PURPOSES)


def test_after_rotation_and_retirement_everything_is_read_found_and_linked(
    kek: Path, live: Urls, owner: Connection, committed: House
):
    before = committed.file(**TOLD)
    intake = committed.signed_in("city", "intake")
    code_secret = committed.officer("district", "verifier")
    key = vault().new_key(f"totp_secrets/{code_secret.id}")
    owner.execute(
        text(
            "INSERT INTO totp_secrets (officer_id, secret, wrapped_key, kek_version, suite, last_step)"
            " VALUES (:officer, '', :wrapped, :version, 'aes-256-gcm', 0)"
        ),
        {"officer": code_secret.id, "wrapped": key.wrapped, "version": key.kek_version},
    )
    once = {"Idempotency-Key": "the-same-view"}
    view = {"name": "本周", "filter": {}, "shared": False}
    first_answer = intake.post("/api/v1/saved-views", view, once)
    assert first_answer.status_code == 201, first_answer.text
    written = lexeme("茶楼"), vault().fingerprint(b"x")

    assert rotate(live.owner, vault()) == 2
    there = {table: versions for table, versions in versions_in_use(owner).items() if versions}
    assert there == {"leads": {2}, "saved_views": {2}, "tips": {2}, "totp_secrets": {2}}
    retire(live.owner, vault().keys, 1)
    noted = owner.execute(text("SELECT event, facts FROM events WHERE event LIKE 'kek%' ORDER BY id")).all()
    assert [tuple(row) for row in noted] == [("kek:rotate", {"version": 2}), ("kek:retire", {"version": 1})]
    assert sorted(path.name for path in kek.parent.iterdir()) == ["derived-keys", "kek-v2", "retired"]
    use(FileKeys(kek))  # as a process that starts now

    assert (lexeme("茶楼"), vault().fingerprint(b"x")) == written, "what was indexed is found"
    wrapped = owner.execute(text("SELECT wrapped_key FROM totp_secrets")).scalar_one()
    assert vault().unwrap(wrapped, f"totp_secrets/{code_secret.id}") == key.plain
    intake = committed.signed_in("city", "intake")
    assert intake.get(before.url).json()["tips"][0]["narrative"] == TOLD["narrative"]
    assert intake.get("/api/v1/saved-views").json()["items"][0]["name"] == "本周"
    again = intake.post("/api/v1/saved-views", view, once)
    assert (again.status_code, again.json()["id"]) == (201, first_answer.json()["id"]), "a repeat is still known"
    after = committed.file(narrative="收账的人留下１３８-１２３４-５６７８这个号", subjects=[])
    linked = intake.get(f"{after.url}/links").json()["items"]
    assert [item["lead"]["id"] for item in linked] == [str(before.id)]
    assert committed.receipt(before)["stage"] == "received"


def test_version_that_is_still_needed_leaves_no_word_that_it_was_retired(
    kek: Path, live: Urls, owner: Connection, committed: House
):
    committed.file(**TOLD)
    register(live.owner, [2])
    vault().keys.make(2, [])
    with pytest.raises(CannotRotate):
        retire(live.owner, vault().keys, 1)
    assert owner.execute(text("SELECT count(*) FROM events WHERE event LIKE 'kek%'")).scalar_one() == 0


def test_the_kept_derived_keys_do_not_tell_the_first_key(kek: Path, live: Urls):
    secret = kek.read_bytes()
    rotate(live.owner, vault())
    kept = (kek.parent / "derived-keys").read_text()
    assert secret.hex() not in kept
    assert (kek.parent / "derived-keys").stat().st_mode & 0o077 == 0
    assert len(FileKeys(kek).derived(())) == len(PURPOSES) + 1


def test_a_version_that_a_row_needs_is_not_retired(kek: Path, live: Urls, owner: Connection, committed: House):
    lead = committed.file()
    rotate(live.owner, vault())
    older = Vault(FileKeys(kek)).wrap(os.urandom(32), f"tips/{lead.tip_id}", 1)
    owner.execute(
        text("UPDATE tips SET wrapped_key = :key, kek_version = 1 WHERE id = :id"), {"key": older, "id": lead.tip_id}
    )
    with pytest.raises(CannotRotate, match="still need version 1"):
        retire(live.owner, vault().keys, 1)
    assert kek.exists()


def test_the_newest_version_is_not_retired(kek: Path, live: Urls):
    with pytest.raises(CannotRotate, match="newest"):
        retire(live.owner, vault().keys, 1)


def test_nothing_is_written_with_a_retired_version(kek: Path, live: Urls, owner: Connection, committed: House):
    rotate(live.owner, vault())
    retire(live.owner, vault().keys, 1)
    committed.file()
    with pytest.raises(IntegrityError, match="fk_tips_kek_version"):
        owner.execute(text("UPDATE tips SET kek_version = 1"))


def test_a_destroyed_key_stays_destroyed_and_holds_up_nothing(
    kek: Path, live: Urls, owner: Connection, committed: House
):
    lead = committed.file()
    owner.execute(text("UPDATE tips SET wrapped_key = NULL WHERE id = :id"), {"id": lead.tip_id})
    rotate(live.owner, vault())
    assert owner.execute(text("SELECT wrapped_key, kek_version FROM tips")).all() == [(None, 2)]
    retire(live.owner, vault().keys, 1)


def test_a_key_that_does_not_open_is_named_and_left_while_all_others_are_done(
    kek: Path, live: Urls, owner: Connection, committed: House
):
    broken, whole = committed.file(), committed.file()
    owner.execute(
        text("UPDATE tips SET wrapped_key = :key WHERE id = :id"), {"key": os.urandom(60), "id": broken.tip_id}
    )
    with pytest.raises(CannotRotate, match=f"1 keys open.*tips/{broken.tip_id}"):
        rotate(live.owner, vault())
    versions: dict[UUID, int] = {
        row.id: row.kek_version for row in owner.execute(text("SELECT id, kek_version FROM tips"))
    }
    assert versions == {broken.tip_id: 1, whole.tip_id: 2}
    assert vault().version == 2
    with pytest.raises(CannotRotate):
        rotate(live.owner, vault())
    assert vault().version == 2, "the same version is gone on with"


def test_rotation_moves_no_search_rows(kek: Path, live: Urls, owner: Connection, committed: House):
    committed.file(**TOLD)
    rows = text("SELECT xmin::text FROM tip_words")
    before = owner.execute(rows).all()
    assert before
    rotate(live.owner, vault())
    assert owner.execute(rows).all() == before


ROTATE = """
import sys
from huiyin.kit.crypto.keys import FileKeys
from huiyin.kit.crypto.vault import Vault
from huiyin.commands import rotation
from pathlib import Path
rotation.BATCH = 5
print("begins", flush=True)


def done(table, rows):
    print(table, rows, flush=True)
    sys.stdin.readline()  # the test says when it goes on


rotation.rotate(sys.argv[1], Vault(FileKeys(Path(sys.argv[2]))), done)
"""


@pytest.mark.processes
def test_a_rotation_killed_in_the_middle_is_gone_on_with(kek: Path, live: Urls, owner: Connection, committed: House):
    leads = [committed.file(narrative=f"第{number}件") for number in range(30)]
    command = [sys.executable, "-c", ROTATE, live.owner, str(kek)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as running:
        assert running.stdin is not None
        assert running.stdout is not None
        assert running.stdout.readline() == "begins\n"
        while (table := running.stdout.readline().split()[0]) not in {"tips", "leads"}:
            running.stdin.write("\n")
            running.stdin.flush()
        running.kill()
    assert versions_in_use(owner)[table] == {1, 2}, "it was cut short in the middle"
    intake = committed.signed_in("city", "intake")
    assert {intake.get(lead.url).json()["tips"][0]["narrative"] for lead in leads} == {
        f"第{number}件" for number in range(30)
    }, "in the middle, both versions are read"
    assert rotate(live.owner, vault()) == 2, "no third version"
    assert versions_in_use(owner)["tips"] == versions_in_use(owner)["leads"] == {2}


def test_tips_that_come_in_during_a_rotation_are_kept_and_read(
    kek: Path, live: Urls, owner: Connection, committed: House, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("huiyin.commands.rotation.BATCH", 3)
    filed, stop = [committed.file(narrative=f"早{number}") for number in range(20)], threading.Event()

    def come_in() -> None:
        while not stop.is_set():
            filed.append(committed.file(narrative=f"晚{len(filed)}"))

    reporter = threading.Thread(target=come_in)
    reporter.start()
    try:
        rotate(live.owner, vault())
        after = len(filed) + 3
        while len(filed) < after and reporter.is_alive():
            time.sleep(0.01)  # tips that come in after the rotation take the new key
    finally:
        stop.set()
        reporter.join()
    assert len(filed) >= 23
    rotate_again_if_needed = versions_in_use(owner)["tips"]
    assert rotate_again_if_needed == {2}
    retire(live.owner, vault().keys, 1)
    use(FileKeys(kek))  # as a process that starts now
    intake = committed.signed_in("city", "intake")
    read = [intake.get(lead.url).json()["tips"][0]["narrative"] for lead in filed]
    assert len(set(read)) == len(filed)
    assert all(text[0] in "早晚" for text in read)


def test_keys_of_the_environment_are_changed_by_a_person(live: Urls):
    held = EnvironmentKeys("1:ERITFBUWFxgZGhscHR4fICEiIyQlJicoKSorLC0uLzA=")
    with pytest.raises(CannotChangeKeys, match=r"HUIYIN_KEKS holds the keys: add 2:"):
        rotate(live.owner, Vault(held))
