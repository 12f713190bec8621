"""The public log in the database: what the sequencer appends, what proofs are read from, and its signed checkpoints."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from huiyin.kit.database.tables import insert_into
from huiyin.kit.web.errors import Invalid, NotFound, field_error
from huiyin.trail import merkle
from huiyin.trail.leaves import leaf_of
from huiyin.trail.merkle import Edge, Node
from huiyin.trail.models import LogCheckpoint
from huiyin.trail.notes import BadNote, Checkpoint, Signer

BATCH = 2000
TILE_HEIGHT = 8  # C2SP tlog-tiles: a tile has 256 hashes
_LOCK = 0x4875_6C6F  # "Hulo"; migrations hold 0x4875_6979
_TRY_LOCK = text("SELECT pg_try_advisory_xact_lock(:lock)")
_WAITING = text("SELECT * FROM log_waiting(:most)")
_SIZE = text("SELECT coalesce(max(log_index) + 1, 0) FROM log_leaves")
_PLACE = text(
    "SELECT log_place(:first, CAST(:ids AS uuid[]), CAST(:hashes AS bytea[]), CAST(:levels AS int[]),"
    " CAST(:places AS bigint[]), CAST(:nodes AS bytea[]))"
)
_NODES = text(
    """
    SELECT w.level, w.at, n.hash FROM unnest(CAST(:levels AS int[]), CAST(:places AS bigint[])) AS w(level, at)
    JOIN log_nodes n ON n.level = w.level AND n.at = w.at WHERE w.level > 0
    UNION ALL
    SELECT w.level, w.at, l.hash FROM unnest(CAST(:levels AS int[]), CAST(:places AS bigint[])) AS w(level, at)
    JOIN log_leaves l ON l.log_index = w.at WHERE w.level = 0
    """
)


class LogBroken(Exception):
    """The log in the database is not the one that was signed. Nothing more is signed until a person has looked."""


@dataclass(frozen=True, slots=True)
class Proof:
    """A proof and the checkpoint for which it holds."""

    index: int
    size: int
    leaf: bytes | None
    hashes: list[bytes]


def alone(session: Session) -> bool:
    """Whether this transaction is now the log's one writer; False: another one is."""
    return bool(session.execute(_TRY_LOCK, {"lock": _LOCK}).scalar_one())


def log_size(session: Session) -> int:
    """How many leaves the log has."""
    return int(session.execute(_SIZE).scalar_one())


def read_nodes(session: Session, nodes: Sequence[Node]) -> dict[Node, bytes]:
    """Hashes of complete nodes in one statement; one that is missing is left out."""
    levels, places = [level for level, _ in nodes], [at for _, at in nodes]
    rows = session.execute(_NODES, {"levels": levels, "places": places})
    return {(row.level, row.at): bytes(row.hash) for row in rows}


def _hashes(session: Session, ranges: list[merkle.Range]) -> list[bytes]:
    try:
        return merkle.hashes_of(ranges, lambda nodes: read_nodes(session, nodes))
    except KeyError as hole:
        raise LogBroken(f"the tree has no node {hole}") from None


def root_at(session: Session, size: int) -> bytes:
    """The root over the first `size` leaves. Raises LogBroken where the tree has a hole."""
    return _hashes(session, [(0, size)])[0]


def sequence(session: Session, most: int = BATCH) -> int:
    """Give committed events the next places in the log, oldest first; returns how many. One transaction.

    Nothing is done where another writer holds the lock. Stopped at any point, nothing of the batch has happened.

    Raises:
        LogBroken: the tree has a hole.
    """
    if not alone(session):
        return 0
    waiting = session.execute(_WAITING, {"most": most}).all()
    if not waiting:
        return 0
    first = log_size(session)
    nodes = merkle.cover(0, first)
    known = read_nodes(session, nodes)
    if len(known) != len(nodes):
        raise LogBroken("the right edge of the tree is missing")
    edge = Edge(first, [known[node] for node in nodes])
    leaves = [leaf_of(event) for event in waiting]
    inner = [completed for leaf in leaves for completed in edge.append(leaf)]
    session.execute(
        _PLACE,
        {
            "first": first,
            "ids": [event.id for event in waiting],
            "hashes": leaves,
            "levels": [level for (level, _), _ in inner],
            "places": [at for (_, at), _ in inner],
            "nodes": [hashed for _, hashed in inner],
        },
    )
    return len(waiting)


def newest_checkpoint(session: Session) -> LogCheckpoint | None:
    """The checkpoint that was signed last, if there is one."""
    return session.execute(select(LogCheckpoint).order_by(LogCheckpoint.size.desc()).limit(1)).scalar_one_or_none()


def sign_checkpoint(session: Session, signer: Signer, now: datetime, seen: Checkpoint | None) -> str | None:
    """Sign the log as it is now, if it grew since the last checkpoint; returns the note. One transaction.

    Args:
        seen: what was signed last according to a record outside of the database.

    Raises:
        LogBroken: the log does not extend `seen` or the last checkpoint, or that one has another key.
    """
    if not alone(session):
        return None
    size = log_size(session)
    last = newest_checkpoint(session)
    before = [seen] if seen else []
    if last is not None:
        try:
            before.append(Checkpoint.checked(last.note, signer.verifier))
        except BadNote as bad:
            raise LogBroken(f"the last checkpoint was not signed by this key: {bad}") from bad
    for each in before:
        if each.size > size:
            raise LogBroken(f"a checkpoint over {each.size} events was signed, and the database has {size}")
        if root_at(session, each.size) != each.root:
            raise LogBroken(f"the first {each.size} events are not those that were signed")
    if not size or (last is not None and last.size == size):
        return None
    note = signer.sign(Checkpoint(signer.verifier.name, size, root_at(session, size)).text)
    session.execute(insert_into(LogCheckpoint), {"size": size, "at": now, "note": note})
    return note


def inclusion(session: Session, index: int, size: int) -> Proof:
    """That the log of `size` leaves has its leaf `index`. Raises NotFound: there is none yet."""
    if index >= size:
        raise NotFound
    leaf, *path = _hashes(session, [(index, index + 1), *merkle.inclusion_ranges(index, size)])
    return Proof(index, size, leaf, path)


def place_of(session: Session, leaf: bytes) -> int:
    """At which place a leaf stands. Raises NotFound: nowhere, or not yet."""
    found = session.execute(text("SELECT log_index FROM log_leaves WHERE hash = :hash"), {"hash": leaf})
    place: int | None = found.scalar_one_or_none()
    if place is None:
        raise NotFound
    return place


def consistency(session: Session, old: int, size: int) -> Proof:
    """That the log of `size` leaves extends the one of `old`."""
    if old > size:
        raise Invalid(field_error("/query/old", "larger_than_log", f"The log has {size} leaves"))
    return Proof(old, size, None, _hashes(session, merkle.consistency_ranges(old, size)))


def tile(session: Session, level: int, number: int, width: int) -> bytes:
    """Hashes of a tile (C2SP tlog-tiles): `width` of the 256 nodes that cover 256^level leaves each.

    Raises:
        NotFound: the log is not that large.
    """
    first = number << TILE_HEIGHT
    nodes: list[Node] = [(level * TILE_HEIGHT, first + place) for place in range(width)]
    found = read_nodes(session, nodes)
    if len(found) != width:
        raise NotFound
    return b"".join(found[node] for node in nodes)
