"""Witnesses of the public log: machines of other agencies, registered by an administrator, that cosign checkpoints.

A cosignature is no event of the trail: each would make the log grow, and be followed by the next.
"""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from huiyin.access.actors import Actor
from huiyin.access.models import Agency
from huiyin.exchange.public_log.schemas import NewWitness, WitnessItem
from huiyin.kit.database.sessions import new_ids
from huiyin.kit.database.tables import insert_into
from huiyin.kit.web.errors import Conflict, Invalid, NotFound, field_error
from huiyin.trail.models import Cosignature, LogCheckpoint, Witness
from huiyin.trail.notes import COSIGNATURE, BadNote, Checkpoint, Note, Verifier, with_cosignature
from huiyin.trail.recorder import record
from huiyin.trail.signing import log_signer

CLOCKS_APART = timedelta(minutes=5)

_WITNESSES = text(
    """
    SELECT w.id, w.vkey, w.registered_at, w.retired_at, a.id AS agency_id, a.name AS agency_name, c.size, c.at
    FROM log_witnesses w JOIN agencies a ON a.id = w.agency_id
    LEFT JOIN LATERAL (SELECT size, at FROM log_cosignatures WHERE witness_id = w.id ORDER BY size DESC LIMIT 1) c
        ON true
    WHERE CAST(:id AS uuid) IS NULL OR w.id = :id
    ORDER BY w.id
    """
)


def witnesses(session: Session, witness_id: UUID | None = None) -> list[WitnessItem]:
    """All witnesses there ever were, with what each cosigned last; or the one."""
    return [
        WitnessItem.model_validate(
            {
                "id": row.id,
                "agency": {"id": row.agency_id, "name": row.agency_name},
                "key": row.vkey,
                "registered_at": row.registered_at,
                "retired_at": row.retired_at,
                "size": row.size,
                "at": row.at,
            }
        )
        for row in session.execute(_WITNESSES, {"id": witness_id})
    ]


def register(session: Session, body: NewWitness, actor: Actor) -> WitnessItem:
    """Take a witness's cosignatures from now on.

    Raises:
        Invalid: the key is no vkey of type 4, or the agency is unknown.
        Conflict: the key is registered.
    """
    try:
        key = Verifier.parse(body.key, COSIGNATURE)
    except BadNote as bad:
        raise Invalid(field_error("/key", "bad_key", str(bad))) from bad
    if key.public == log_signer().verifier.public:
        raise Invalid(field_error("/key", "own_key", "The log cannot be its own witness"))
    if session.get(Agency, body.agency_id) is None:
        raise Invalid(field_error("/agency_id", "unknown_agency", "There is no agency with this id"))
    if session.execute(select(Witness.id).where(Witness.vkey == key.vkey)).first() is not None:
        raise Conflict("This key is registered already")
    (witness_id,) = new_ids(session, 1)
    session.execute(insert_into(Witness), {"id": witness_id, "agency_id": body.agency_id, "vkey": key.vkey})
    record(session, "witness:register", witness_id, actor.by, agency=str(body.agency_id), key=key.vkey)
    return witnesses(session, witness_id)[0]


def retire(session: Session, witness_id: UUID, actor: Actor) -> WitnessItem:
    """Take no more cosignatures of a witness; those it gave stay. Raises NotFound, Conflict: retired already."""
    found = session.execute(select(Witness).where(Witness.id == witness_id)).scalar_one_or_none()
    if found is None:
        raise NotFound
    if found.retired_at is not None:
        raise Conflict("This witness is retired already")
    session.execute(update(Witness).where(Witness.id == witness_id).values(retired_at=datetime.now(UTC)))
    record(session, "witness:retire", witness_id, actor.by)
    return witnesses(session, witness_id)[0]


def take_cosignature(session: Session, given: str, now: datetime) -> list[WitnessItem]:
    """Keep what a witness signed on one of our checkpoints; a second time changes nothing.

    Raises:
        Invalid: no note, not our checkpoint, no registered witness's signature, or one that is wrong or of the future.
    """
    try:
        note = Note.parse(given)
        size = Checkpoint.parse(note.text).size
        own = session.get(LogCheckpoint, size)
        if own is None or Note.parse(own.note).text != note.text:
            raise BadNote("This is not a checkpoint that the log has signed")
        names = {name for name, _ in note.lines} - {log_signer().verifier.name}
        active = session.execute(select(Witness).where(Witness.retired_at.is_(None))).scalars()
        found = [(row.id, key) for row in active if (key := Verifier.parse(row.vkey, COSIGNATURE)).name in names]
        if not found:
            raise BadNote("No witness that is registered here has signed this")
        for witness_id, key in found:
            at, signature = note.cosigned(key)
            if at > now + CLOCKS_APART:
                raise BadNote("The cosignature is dated in the future; set the witness's clock")
            row: dict[str, Any] = {"size": size, "witness_id": witness_id, "at": at, "signature": signature}
            session.execute(insert(Cosignature).values(row).on_conflict_do_nothing())
    except BadNote as bad:
        raise Invalid(field_error("/note", "bad_note", str(bad))) from bad
    return witnesses(session)


def checkpoint_note(session: Session, *, size: int | None = None, cosigned: bool = False) -> tuple[int, str]:
    """A checkpoint's size and note with its cosignatures: the newest, the one of a size, or the newest cosigned one.

    Raises:
        NotFound: nothing was signed yet, or not at that size.
    """
    statement = select(LogCheckpoint).order_by(LogCheckpoint.size.desc()).limit(1)
    if size is not None:
        statement = statement.where(LogCheckpoint.size == size)
    if cosigned:
        statement = statement.where(LogCheckpoint.size.in_(select(Cosignature.size)))
    found = session.execute(statement).scalar_one_or_none()
    if found is None:
        raise NotFound
    note = found.note
    signatures = (
        select(Witness.vkey, Cosignature.signature)
        .join(Cosignature, Cosignature.witness_id == Witness.id)
        .where(Cosignature.size == found.size)
        .order_by(Witness.id)
    )
    for vkey, signature in session.execute(signatures):
        note = with_cosignature(note, Verifier.parse(vkey, COSIGNATURE), bytes(signature))
    return found.size, note
