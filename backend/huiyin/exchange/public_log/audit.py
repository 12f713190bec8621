"""Checking a database against its public log, as its owner: which event is missing or changed, which tip was deleted.

Every event is read and its leaf made anew; the tree over the leaves is built anew and compared with the stored one and
with each signed checkpoint. What cannot be known from the database alone, that all of it was rolled back or rewritten,
is found by a checkpoint from elsewhere: a witness, a reporter, a file.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, text

from huiyin.tips.reporting.in_log import digest_of
from huiyin.trail.leaves import leaf_of
from huiyin.trail.merkle import Edge
from huiyin.trail.notes import BadNote, Checkpoint, Verifier

_ROWS = 2000
_LEAVES = text(
    """
    SELECT l.log_index AS place, l.event_id, l.hash, n.hash AS node, e.*
    FROM log_leaves l LEFT JOIN events e ON e.id = l.event_id
    LEFT JOIN log_nodes n ON n.level = 1 AND n.at = l.log_index / 2
    ORDER BY l.log_index
    """
)
_CHECKPOINTS = text("SELECT size, note FROM log_checkpoints ORDER BY size")
_UNPLACED = text(
    """
    SELECT e.id, e.event, e.log_index FROM events e LEFT JOIN log_leaves l ON l.event_id = e.id
    WHERE (e.log_index IS NULL AND e.at < now() - interval '5 minutes') OR e.log_index IS DISTINCT FROM l.log_index
    ORDER BY e.id LIMIT 100
    """
)
_TIPS = text(
    """
    SELECT s.facts ->> 'tip' AS tip_id, s.facts ->> 'told' AS told, s.at, t.id IS NOT NULL AS there, t.content,
        ARRAY(SELECT content FROM subjects WHERE tip_id = t.id AND added_at IS NULL ORDER BY seq) AS subjects
    FROM events s LEFT JOIN tips t ON t.id = CAST(s.facts ->> 'tip' AS uuid)
    WHERE s.event = 'lead:submit' ORDER BY s.id
    """
)
_UNKNOWN_TIPS = text(
    """
    SELECT t.id FROM tips t WHERE NOT EXISTS (
        SELECT FROM events s WHERE s.event = 'lead:submit' AND s.facts ->> 'tip' = CAST(t.id AS text))
    ORDER BY t.id LIMIT 100
    """
)


@dataclass
class Findings:
    """What an audit found; no fault means that the database is what was signed."""

    events: int = 0
    tips: int = 0
    checkpoints: int = 0
    root: bytes = b""
    faults: list[str] = field(default_factory=list)


def written_at(id_: UUID) -> str:
    """When an event was written, from its key alone (RFC 9562 section 5.7: milliseconds in the first 48 bits)."""
    return datetime.fromtimestamp((id_.int >> 80) / 1000, UTC).isoformat(timespec="seconds")


def audit(
    connection: Connection,
    key: Verifier,
    earlier: Sequence[Checkpoint] = (),
    progress: Callable[[int], None] = lambda _: None,
) -> Findings:
    """Compare a database with its log.

    Args:
        connection: as the owner of the schema, who sees every row.
        key: the log's public key, from elsewhere than this database.
        earlier: checkpoints that were kept elsewhere.
    """
    found = Findings()
    known = _checkpoints(connection, key, found)
    _tree(connection, [*known, *((each, "kept elsewhere") for each in earlier)], found, progress)
    for row in connection.execute(_UNPLACED):
        found.faults.append(f"event {row.id} ({row.event}) has no place in the log, or another one than the log says")
    for row in _streamed(connection, _TIPS):
        found.tips += 1
        if not row.there:
            found.faults.append(f"tip {row.tip_id} of {row.at.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC was deleted")
        elif row.told and digest_of([bytes(row.content), *map(bytes, row.subjects)]) != row.told:
            found.faults.append(f"tip {row.tip_id} was changed: it is not what came in")
    for row in connection.execute(_UNKNOWN_TIPS):
        found.faults.append(f"tip {row.id} has no event: it was put in, or its event was deleted")
    return found


def _streamed(connection: Connection, statement: Any) -> Iterable[Any]:
    return connection.execute(statement, execution_options={"yield_per": _ROWS})


def _checkpoints(connection: Connection, key: Verifier, found: Findings) -> list[tuple[Checkpoint, str]]:
    known = []
    for row in connection.execute(_CHECKPOINTS):
        found.checkpoints += 1
        try:
            checkpoint = Checkpoint.checked(row.note, key)
            if checkpoint.size != row.size:
                raise BadNote("it stands beside another size")
            known.append((checkpoint, "in the database"))
        except BadNote as bad:
            found.faults.append(f"the checkpoint of {row.size} events was not signed by the log: {bad}")
    return known


def _tree(
    connection: Connection,
    checkpoints: list[tuple[Checkpoint, str]],
    found: Findings,
    progress: Callable[[int], None],
) -> None:
    """Build the tree anew from what the events are now, leaf by leaf."""
    edge = Edge()
    roots: dict[int, bytes] = {}
    sizes = {checkpoint.size for checkpoint, _ in checkpoints}
    if 0 in sizes:
        roots[0] = edge.root()
    for row in _streamed(connection, _LEAVES):
        if row.place > edge.size:
            found.faults.append(f"the log's leaves {edge.size} to {row.place - 1} are missing")
            while edge.size < row.place:
                edge.append(b"")  # nothing above holds any more, and says so; what follows is still compared
        leaf = bytes(row.hash)
        _compare_leaf(row, leaf, found)
        for (level, at), hashed in edge.append(leaf):
            if level == 1 and (row.node is None or bytes(row.node) != hashed):
                found.faults.append(f"an event at place {2 * at} or {2 * at + 1} was changed together with its leaf")
        if edge.size in sizes:
            roots[edge.size] = edge.root()
        if edge.size % _ROWS == 0:
            progress(edge.size)
    found.events, found.root = edge.size, edge.root()
    good = 0
    for checkpoint, where in sorted(checkpoints, key=lambda each: each[0].size):
        if checkpoint.size > edge.size:
            found.faults.append(
                f"the database was rolled back: a checkpoint {where} is over {checkpoint.size} events, and there are "
                f"{edge.size}; the last {checkpoint.size - edge.size} are missing"
            )
        elif roots.get(checkpoint.size) != checkpoint.root:
            found.faults.append(
                f"the log was rewritten: the first {checkpoint.size} events are not those of a checkpoint {where}; "
                f"the first {good} are"
            )
        else:
            good = checkpoint.size


def _compare_leaf(row: Any, leaf: bytes, found: Findings) -> None:
    if row.id is None:
        found.faults.append(f"event {row.event_id} of {written_at(row.event_id)} (place {row.place}) is missing")
    elif leaf_of(row) != leaf:
        found.faults.append(f"event {row.event_id} ({row.event}, place {row.place}) was changed")
