"""`huiyin backup` and `huiyin restore`: a copy of the database without any key, and back on an empty machine.

A backup is a folder: `database.dump` (pg_dump's custom format) and `manifest.json` (what must be in it). Keys are never
beside it: whoever finds a backup finds ciphertext, keyed hashes and coarse facts (docs/operations/backup.md).
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
from pathlib import Path
from typing import Any, LiteralString

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from huiyin.kit.database_owner import Urls, connect, prepare
from huiyin.kit.database_server import APP_ROLE, programs
from huiyin.kit.key_versions import wrapping_tables
from huiyin.kit.vault import Unreadable, Vault
from huiyin.tables import metadata

FORMAT = 1
DUMP, MANIFEST = "database.dump", "manifest.json"
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
    rows: dict[str, int]
    """By table, in the very snapshot that was dumped."""
    kek_versions: list[int]
    """Versions of the key-encryption key without which its rows cannot be read."""
    checkpoint: str | None
    """The public log's newest signed checkpoint, by which `huiyin log verify` tells a later rollback."""


def backup(owner_url: str, out: Path) -> Manifest:
    """Copy the database as it is at one moment, beside a running service. `out` must not exist yet.

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
        now = datetime.now(UTC).isoformat(timespec="seconds")
        made = Manifest(
            FORMAT, now, revision, _sha256(draft / DUMP), rows, versions, checkpoint[0] if checkpoint else None
        )
        (draft / MANIFEST).write_text(json.dumps(asdict(made), indent=1, ensure_ascii=False), encoding="utf-8")
        for path in draft.iterdir():
            path.chmod(0o600)
            with path.open("rb") as written:
                os.fsync(written.fileno())
        draft.rename(out)
    except (OSError, psycopg.Error) as error:
        raise CannotBackUp(f"The backup was not made: {error}") from None
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return made


def restore(urls: Urls, folder: Path, vault: Vault) -> Manifest:
    """Put a backup into an empty database, bring it to this release, and compare it with its manifest.

    Raises CannotRestore: the target holds something, the backup is damaged, or its keys are not here. The dump goes in
    by one transaction: after an error in it nothing is there.
    """
    manifest = _read(folder)
    if missing := set(manifest.kek_versions) - set(vault.keys.versions()):
        raise CannotRestore(
            f"Its rows need version {', '.join(map(str, sorted(missing)))} of the key-encryption key, which is not "
            f"here. Put the copies of the keys in their place first. Nothing was written."
        )
    with connect(urls.owner) as owner:
        if found := owner.execute(_TABLES).fetchall():
            raise CannotRestore(
                f"The database is not empty ({len(found)} tables). Restore into an empty one: another HUIYIN_DATA, or "
                f"another HUIYIN_DATABASE_URL. Nothing was written."
            )
        if owner.execute("SELECT FROM pg_roles WHERE rolname = %s", [APP_ROLE]).fetchone() is None:
            rights = sql.SQL("CREATE ROLE {} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS NOINHERIT")
            owner.execute(rights.format(sql.Identifier(APP_ROLE)))
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
    except (OSError, ValueError, TypeError) as error:
        raise CannotRestore(f"{folder} is not a whole backup: {error}. Nothing was written.") from None
    return manifest


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
