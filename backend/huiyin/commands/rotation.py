"""`huiyin keys rotate` and `huiyin keys retire`: a new key-encryption key for every row, beside a running service.

Data keys stay what they are; what changes is the key that wraps them. A run that was cut short is gone on with: what
is done is what needs nothing more.
"""

import time
from collections.abc import Callable

from sqlalchemy import Connection, Engine, Table, bindparam, create_engine, func, select, text, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from huiyin.access.highest_office import setting_id
from huiyin.kit.crypto.key_provider import KeyProvider
from huiyin.kit.crypto.keys import LOOK_SECONDS
from huiyin.kit.crypto.vault import Unreadable, Vault, label
from huiyin.kit.database.key_versions import wrapping_tables
from huiyin.kit.database.owner import register
from huiyin.leads.matching.selectors import SelectorKind
from huiyin.tables import metadata
from huiyin.trail.recorder import SYSTEM, record

BATCH = 500
PURPOSES = (
    "mac",
    "small",
    "device-cookie",
    "proof-of-work",
    "proof-of-work-answer",
    "search",
    "term",
    "division",
    *(f"selector/{kind}" for kind in SelectorKind),
)
"""What keyed hashes are in the database for; their keys outlive version 1."""
_ONE_AT_A_TIME = text("SELECT pg_try_advisory_lock(:lock)")
_LOCK = 0x4875_6B65  # "Huke"


class CannotRotate(Exception):
    """It would lose something, or has nothing to do it with. The message says what to do."""


def rotate(owner_url: str, vault: Vault, progress: Callable[[str, int], None] = lambda _table, _rows: None) -> int:
    """Wrap every data key by the newest version of the key-encryption key, which is made if all rows have it already.

    `progress` hears after each batch of which table how many rows were wrapped anew. Returns the version.

    Raises:
        CannotRotate: another rotation is running, or a row's key cannot be unwrapped by any version that is here.
        CannotChangeKeys: the provider cannot make a key by itself.
    """
    engine = create_engine(owner_url)
    try:
        # The lock belongs to the session, without a transaction that would stay open.
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as alone:
            if not alone.execute(_ONE_AT_A_TIME, {"lock": _LOCK}).scalar_one():
                raise CannotRotate("Another rotation is running.")
            version = _next_version(engine, owner_url, vault.keys)
            while True:
                changed, stuck = _one_pass(engine, vault, version, progress)
                if not changed and _still_older(engine, version) <= len(stuck):
                    break
            if stuck:
                raise CannotRotate(
                    f"{len(stuck)} keys open with no version that is here and were left as they are; all others are "
                    f"done. Put the missing version back, or restore these rows: {', '.join(stuck[:10])}"
                )
            with engine.begin() as connection:
                _note(connection, "kek:rotate", version)
            return version
    finally:
        engine.dispose()


def _note(connection: Connection, event: str, version: int) -> None:
    """The trail says that it was done, and by which version: it is done at the machine, so nobody is named."""
    with Session(connection) as session:
        record(session, event, setting_id("kek", str(version)), SYSTEM, version=version)


def _next_version(engine: Engine, owner_url: str, keys: KeyProvider) -> int:
    newest = keys.versions()[-1]
    if newest > 1 and _still_older(engine, newest):
        register(owner_url, [newest])
        return newest  # the last run was cut short, or somebody has given us a new key
    register(owner_url, [newest + 1])  # before a process can use it
    keys.make(newest + 1, [label(purpose) for purpose in PURPOSES])
    time.sleep(LOOK_SECONDS + 0.5)  # until every process wraps with it
    return newest + 1


def _still_older(engine: Engine, version: int) -> int:
    with engine.connect() as connection:
        counts = (
            select(func.count()).select_from(table).where(table.c.kek_version != version)
            for table in wrapping_tables(metadata)
        )
        return sum(connection.execute(count).scalar_one() for count in counts)


def _one_pass(
    engine: Engine, vault: Vault, version: int, progress: Callable[[str, int], None]
) -> tuple[int, list[str]]:
    """Every table once, in batches of a transaction each. How many rows were done, and the places that do not open."""
    total, stuck = 0, list[str]()
    for table in wrapping_tables(metadata):
        last: object = None
        while True:
            with engine.begin() as connection:
                changed, unreadable, last = _one_batch(connection, table, vault, version, last)
            if last is None:
                break
            total, stuck = total + changed, stuck + unreadable
            progress(table.name, changed)
    return total, stuck


def _one_batch(
    connection: Connection, table: Table, vault: Vault, version: int, after: object
) -> tuple[int, list[str], object]:
    (row_key,) = table.primary_key
    older = select(row_key, table.c.wrapped_key).where(table.c.kek_version != version)
    if after is not None:
        older = older.where(row_key > after)
    found = connection.execute(older.order_by(row_key).limit(BATCH).with_for_update(key_share=True)).all()
    changed, unreadable = [], []
    for row_id, wrapped in found:
        place = f"{table.name}/{row_id}"
        try:
            # A destroyed key stays destroyed, and needs no version any more.
            again = None if wrapped is None else vault.wrap(vault.unwrap(wrapped, place), place, version)
        except Unreadable:
            unreadable.append(place)
        else:
            changed.append({"row": row_id, "again": again})
    if changed:
        here = update(table).where(row_key == bindparam("row"))
        connection.execute(here.values(wrapped_key=bindparam("again"), kek_version=version), changed)
    return len(changed), unreadable, found[-1][0] if found else None


def retire(owner_url: str, keys: KeyProvider, version: int) -> None:
    """Put a version away for good: no row needs it, and none can be written with it any more.

    Raises:
        CannotRotate: it is the newest, or a row still needs it.
        CannotChangeKeys: the provider leaves that to a person.
    """
    if version >= keys.versions()[-1]:
        raise CannotRotate(f"Version {version} is the newest: run `huiyin keys rotate` first.")
    engine = create_engine(owner_url)
    try:
        with engine.begin() as connection:
            connection.execute(text("DELETE FROM kek_versions WHERE version = :version"), {"version": version})
            _note(connection, "kek:retire", version)
    except IntegrityError:
        raise CannotRotate(f"Rows still need version {version}: run `huiyin keys rotate` first.") from None
    finally:
        engine.dispose()
    keys.retire(version)
