"""`huiyin backup` and `huiyin restore`: a copy of the database without any key, and back on an empty machine.

A backup is a folder: `database.dump` (pg_dump's custom format), `objects/` (attachments, sealed piece by piece) with
`objects.sha256`, and `manifest.json` (what must be in it). Keys are never beside it: whoever finds a backup finds
ciphertext, keyed hashes and coarse facts (docs/operations/backup.md).
"""

import contextlib
import hashlib
import json
import os
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import Any, LiteralString

import obstore
import psycopg
from obstore.store import ObjectStore
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from huiyin.kit.crypto.key_versions import wrapping_tables
from huiyin.kit.crypto.vault import Unreadable, Vault
from huiyin.kit.database.owner import Urls, connect, prepare
from huiyin.kit.database.server import APP_ROLE, programs
from huiyin.tables import metadata

FORMAT = 1
DUMP, OBJECTS, HASHES, MANIFEST = "database.dump", "objects", "objects.sha256", "manifest.json"
_TABLES: LiteralString = """
    SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace ORDER BY relname
"""


class CannotBackUp(Exception):
    """Nothing was written, or what was written is not to be used. The message says why."""


class CannotRestore(Exception):
    """The message says why, and whether anything was written."""


@dataclass(frozen=True)
class Manifest:
    """What a backup must contain, for the restore to compare with."""

    format: int
    made_at: str
    revision: str
    """Of the migrations."""
    sha256: str
    """Of the dump."""
    objects_sha256: str
    """Of the list of objects, in which each has its hash."""
    rows: dict[str, int]
    """By table, in the very snapshot that was dumped."""
    kek_versions: list[int]
    """Versions of the key-encryption key without which its rows cannot be read."""
    checkpoint: str | None
    """The public log's newest signed checkpoint, by which `huiyin log verify` tells a later rollback."""


def backup(owner_url: str, store: ObjectStore, out: Path) -> Manifest:
    """Copy the database as it is at one moment, then the objects, beside a running service. `out` must not exist yet.

    An object is written before a row names it and never changed after, so what the rows of that moment name is there.

    Raises CannotBackUp; then there is no folder `out`.
    """
    if out.exists():
        raise CannotBackUp(f"{out} is there already. A backup never overwrites another: name a new folder.")
    draft = out.with_name(f"{out.name}.unfinished")
    shutil.rmtree(draft, ignore_errors=True)
    try:
        draft.mkdir(mode=0o700, parents=True)
        with connect(owner_url) as owner:
            owner.autocommit = False
            owner.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
            (snapshot,) = _row(owner, "SELECT pg_export_snapshot()")
            rows = _counts(owner)
            (revision,) = _row(owner, "SELECT version_num FROM alembic_version")
            versions = [number for (number,) in owner.execute("SELECT version FROM kek_versions ORDER BY 1")]
            checkpoint = owner.execute("SELECT note FROM log_checkpoints ORDER BY size DESC LIMIT 1").fetchone()
            options = ["--format=custom", "--no-owner", f"--snapshot={snapshot}", f"--file={draft / DUMP}"]
            _run("pg_dump", owner_url, options, CannotBackUp)
        _fetch_objects(store, draft)
        now = datetime.now(UTC).isoformat(timespec="seconds")
        made = Manifest(
            format=FORMAT,
            made_at=now,
            revision=revision,
            sha256=_sha256(draft / DUMP),
            objects_sha256=_sha256(draft / HASHES),
            rows=rows,
            kek_versions=versions,
            checkpoint=checkpoint[0] if checkpoint else None,
        )
        (draft / MANIFEST).write_text(json.dumps(asdict(made), indent=1, ensure_ascii=False), encoding="utf-8")
        for path in (draft / OBJECTS).rglob("*"):
            path.chmod(0o700 if path.is_dir() else 0o600)
        for path in [draft / DUMP, draft / HASHES, draft / MANIFEST]:
            path.chmod(0o600)
            with path.open("rb") as written:
                os.fsync(written.fileno())
        draft.rename(out)
    except (OSError, psycopg.Error, obstore.exceptions.BaseError) as error:
        raise CannotBackUp(f"The backup was not made: {error}") from None
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return made


def restore(urls: Urls, store: ObjectStore, folder: Path, vault: Vault) -> Manifest:
    """Put a backup into an empty database and object store, bring it to this release, and compare it with its
    manifest.

    Raises CannotRestore: the target holds something, the backup is damaged, or its keys are not here. The objects go in
    first, then the dump by one transaction: a restore that was cut short is begun again.
    """
    manifest = _read(folder)
    if missing := set(manifest.kek_versions) - set(vault.keys.versions()):
        raise CannotRestore(
            f"Its rows need version {', '.join(map(str, sorted(missing)))} of the key-encryption key, which is not "
            f"here. Put the copies of the keys in their place first. Nothing was written."
        )
    hashes = _hashes(folder)
    if strange := [name for name in _names(store) if name not in hashes]:
        raise CannotRestore(f"The object store is not empty ({strange[0]} and others). Nothing was written.")
    with connect(urls.owner) as owner:
        if found := owner.execute(_TABLES).fetchall():
            raise CannotRestore(
                f"The database is not empty ({len(found)} tables). Restore into an empty one: another HUIYIN_DATA, or "
                f"another HUIYIN_DATABASE_URL. Nothing was written."
            )
        if owner.execute("SELECT FROM pg_roles WHERE rolname = %s", [APP_ROLE]).fetchone() is None:
            rights = sql.SQL("CREATE ROLE {} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS NOINHERIT")
            owner.execute(rights.format(sql.Identifier(APP_ROLE)))
    _put_objects(store, folder, hashes)
    options = ["--no-owner", "--single-transaction", "--exit-on-error", str(folder / DUMP)]
    _run("pg_restore", urls.owner, options, CannotRestore)
    with connect(urls.owner) as owner:
        rows = _counts(owner)
        if rows != manifest.rows:
            names = sorted({name for name, _ in set(rows.items()) ^ set(manifest.rows.items())})
            raise CannotRestore(f"Not what was backed up: rows of {', '.join(names)}. Do not use this database.")
        _open_some(owner, vault)
    prepare(urls, vault.keys.versions())
    return manifest


def _read(folder: Path) -> Manifest:
    try:
        given: dict[str, Any] = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        if given.get("format") != FORMAT:
            raise CannotRestore(f"{folder} was made by another release (format {given.get('format')}).")
        manifest = Manifest(**given)
        if _sha256(folder / DUMP) != manifest.sha256:
            raise CannotRestore(f"{folder / DUMP} is damaged or was changed: its hash is another. Nothing was written.")
        if _sha256(folder / HASHES) != manifest.objects_sha256:
            raise CannotRestore(f"{folder / HASHES} is damaged or was changed. Nothing was written.")
    except (OSError, ValueError, TypeError) as error:
        raise CannotRestore(f"{folder} is not a whole backup: {error}. Nothing was written.") from None
    return manifest


def _names(store: ObjectStore) -> list[str]:
    return sorted(found["path"] for page in obstore.list(store) for found in page)


def _fetch_objects(store: ObjectStore, draft: Path) -> None:
    (draft / OBJECTS).mkdir(mode=0o700)
    with (draft / HASHES).open("w", encoding="utf-8") as hashes:
        for name in _names(store):
            try:
                content = bytes(obstore.get(store, name).bytes())  # a piece of an attachment: 1 MiB at most
            except FileNotFoundError:
                continue  # it was removed meanwhile
            copy = draft / OBJECTS / name
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_bytes(content)
            hashes.write(f"{hashlib.sha256(content).hexdigest()}  {OBJECTS}/{name}\n")


def _hashes(folder: Path) -> dict[str, str]:
    """By object; each one is looked at, so that a damaged copy is found before anything is written."""
    found = {}
    for line in (folder / HASHES).read_text(encoding="utf-8").splitlines():
        digest, _, name = line.partition("  ")
        if ".." in PurePosixPath(name).parts or not name.startswith(f"{OBJECTS}/"):
            raise CannotRestore(f"{folder / HASHES} names {name}, which is no object. Nothing was written.")
        try:
            same = _sha256(folder / name) == digest
        except OSError:
            same = False
        if not same:
            raise CannotRestore(f"{folder / name} is missing, damaged or was changed. Nothing was written.")
        found[name.removeprefix(f"{OBJECTS}/")] = digest
    return found


def _put_objects(store: ObjectStore, folder: Path, hashes: dict[str, str]) -> None:
    for name in hashes:
        obstore.put(store, name, (folder / OBJECTS / name).read_bytes())


def _counts(owner: psycopg.Connection) -> dict[str, int]:
    tables = [name for (name,) in owner.execute(_TABLES)]
    count = sql.SQL("SELECT count(*) FROM {}")
    return {name: _row(owner, count.format(sql.Identifier(name)))[0] for name in tables}


def _open_some(owner: psycopg.Connection, vault: Vault) -> None:
    """A key of each version in each table: versions of the same number may still be other keys."""
    for table in wrapping_tables(metadata):
        (key,) = table.primary_key
        one_each = sql.SQL(
            "SELECT DISTINCT ON (kek_version) {key}, wrapped_key FROM {table} WHERE wrapped_key IS NOT NULL"
        ).format(key=sql.Identifier(key.name), table=sql.Identifier(table.name))
        for row_key, wrapped in owner.execute(one_each):
            with contextlib.suppress(Unreadable):
                vault.unwrap(bytes(wrapped), f"{table.name}/{row_key}")
                continue
            raise CannotRestore(
                f"The database is restored and whole, but the keys here do not open {table.name}/{row_key}: they are "
                f"not the keys of that system. Put the right ones in their place; nothing else has to be done again."
            )


def _run(program: str, url: str, options: Sequence[str], refused: type[Exception]) -> None:
    """Run a program of PostgreSQL; the password goes by the environment, where no list of processes shows it."""
    with connect(url) as connection:
        given = conninfo_to_dict(connection.info.dsn)
        password = connection.info.password
    target = make_conninfo("", **{name: value for name, value in given.items() if name != "password"})
    environment = {"PATH": "/usr/bin:/bin", "LC_ALL": "C"} | ({"PGPASSWORD": password} if password else {})
    command = [str(programs() / "bin" / program), "--no-password", f"--dbname={target}", *options]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise refused(f"{program} failed, and nothing was written: {done.stderr.strip()[-1000:]}")


def _row(owner: psycopg.Connection, statement: LiteralString | sql.Composed) -> tuple[Any, ...]:
    row = owner.execute(statement).fetchone()
    assert row is not None
    return row


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
