"""An agency's keys for sealed tips: made in a browser, kept wrapped, replaced, and what is sealed to them.

As the identity desk's (identity_desk.py), but each discipline agency has its own.
"""

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select, text, update
from sqlalchemy.orm import Session

from huiyin.access.actors import Actor
from huiyin.access.models import Agency, AgencyKind, Officer
from huiyin.access.permissions import Permission
from huiyin.kit.crypto.base64url import bytes_of, text_of
from huiyin.kit.database.sessions import set_scope
from huiyin.kit.web.errors import Conflict, Forbidden, NotFound
from huiyin.kit.web.paging import decode_cursor, page_of
from huiyin.settings import settings
from huiyin.tips.keys.custody import enter_shares
from huiyin.tips.keys.models import SealedKey
from huiyin.tips.keys.schemas import BATCH, NewWrapping
from huiyin.tips.keys.wrapped_keys import counted, item_of, put_to_use, wrap_anew
from huiyin.tips.sealed.models import SealedEnvelope
from huiyin.tips.sealed.schemas import (
    EnvelopeToReseal,
    KnownSealedPage,
    KnownSealedQuery,
    KnownSealedTips,
    NewSealedKey,
    SealedBatch,
    SealedKeyItem,
    SealedKeyList,
    SealedResealed,
    SealedResealing,
)
from huiyin.trail.recorder import SYSTEM, record


def keys(session: Session, actor: Actor) -> SealedKeyList:
    """The keys of the officer's agencies, newest first, the private ones wrapped."""
    mine = actor.agency_ids_for(Permission.sealed_keys_use)
    rows = session.execute(
        select(SealedKey, Officer.name, Agency.name)
        .join(Officer, Officer.id == SealedKey.made_by)
        .join(Agency, Agency.id == SealedKey.agency_id)
        .where(SealedKey.agency_id.in_(mine))
        .order_by(SealedKey.agency_id, SealedKey.version.desc())
    ).all()
    return SealedKeyList(items=[_item(session, key, maker, agency) for key, maker, agency in rows])


def _item(session: Session, key: SealedKey, maker: str, agency: str) -> SealedKeyItem:
    return item_of(SealedKeyItem, key, maker, _under(session, key), agency={"id": key.agency_id, "name": agency})


def _under(session: Session, key: SealedKey) -> int:
    """How much is sealed to a key. From here on the transaction sees the envelopes of the key's agency."""
    set_scope(session, keeping=str(key.agency_id))
    return counted(session, select(SealedEnvelope.id).where(SealedEnvelope.key_id == key.id))


def publish(session: Session, body: NewSealedKey, actor: Actor) -> SealedKeyItem:
    """Put a new key of the officer's own agency to use; the one before it is retired.

    Raises:
        Forbidden: the officer's agency is no discipline agency.
        Conflict: another version was published meanwhile, or the key was in use before.
    """
    agency = session.get_one(Agency, actor.agency_id)
    if agency.kind != AgencyKind.discipline or Permission.sealed_keys_manage not in actor.permissions:
        raise Forbidden("Only a discipline agency takes sealed tips", rule="not_discipline")
    place = f"sealed_keys/{agency.id}"  # there is no row to lock before the first
    session.execute(text("SELECT pg_advisory_xact_lock(hashtextextended(:place, 0))"), {"place": place})
    id_ = put_to_use(session, SealedKey, body, actor.id, agency_id=agency.id)
    enter_shares(session, id_, body.share_commitments, sealed_key_id=id_)
    record(session, "sealed_key:publish", id_, actor.by, version=body.version)
    return _item(session, session.get_one(SealedKey, id_), actor.name, agency.name)


def _own(session: Session, key_id: UUID, actor: Actor, *, lock: bool = False) -> SealedKey:
    statement = select(SealedKey).where(
        SealedKey.id == key_id, SealedKey.agency_id.in_(actor.agency_ids_for(Permission.sealed_keys_manage))
    )
    key = session.execute(statement.with_for_update() if lock else statement).scalar_one_or_none()
    if key is None:
        raise NotFound
    return key


def rewrap(session: Session, key_id: UUID, body: NewWrapping, actor: Actor) -> SealedKeyItem:
    """Keep a key under another passphrase: it was changed, or the key was recovered from the custodians' shares.

    Raises:
        NotFound: the officer's agency has no such key.
        Conflict: it was destroyed.
        Invalid: the public key is another one.
    """
    key = _own(session, key_id, actor, lock=True)
    wrap_anew(session, key, body)
    record(session, "sealed_key:rewrap", key.id, actor.by, version=key.version)
    maker = session.execute(select(Officer.name).where(Officer.id == key.made_by)).scalar_one()
    return _item(session, key, maker, session.get_one(Agency, key.agency_id).name)


def batch(session: Session, key_id: UUID, actor: Actor) -> SealedBatch:
    """Envelopes that are still sealed to a key, in a fixed order. Raises NotFound: not a key of the agency's."""
    key = _own(session, key_id, actor)
    left = _under(session, key)
    rows = session.execute(
        select(SealedEnvelope).where(SealedEnvelope.key_id == key.id).order_by(SealedEnvelope.id).limit(BATCH)
    ).scalars()
    items = [
        EnvelopeToReseal(id=row.id, what=row.what, binding=text_of(row.binding), to_agency=text_of(row.to_agency))
        for row in rows
    ]
    return SealedBatch(items=items, left=left)


def reseal(session: Session, key_id: UUID, body: SealedResealing, actor: Actor) -> SealedResealed:
    """Take content keys back that the agency's browser sealed to its present key; those done already stay as they are.

    Raises:
        NotFound: the officer's agency has no such key.
        Conflict: it is the present one, or `to_key_id` is not.
    """
    key = _own(session, key_id, actor)
    present = (SealedKey.agency_id == key.agency_id, SealedKey.retired_at.is_(None))
    current = session.execute(select(SealedKey.id).where(*present).with_for_update(read=True)).scalar_one()
    if key.id == current or body.to_key_id != current:
        raise Conflict("Envelopes are sealed anew to the agency's present key; read the keys again")
    set_scope(session, keeping=str(key.agency_id))
    now, done = datetime.now(UTC), 0
    for item in body.items:
        changed = session.execute(
            update(SealedEnvelope)
            .where(SealedEnvelope.id == item.id, SealedEnvelope.key_id == key.id)
            .values(key_id=current, to_agency=bytes_of(item.to_agency), resealed_at=now)
            .execution_options(synchronize_session=False)
        )
        done += changed.rowcount  # type: ignore[attr-defined]
    if done:
        record(session, "sealed_tip:reseal", key.id, actor.by, count=done, to_key=str(current))
    return SealedResealed(resealed=done, left=_under(session, key))


def destroy_retired(session: Session) -> None:
    """Destroy retired keys of agencies to which nothing is sealed any more."""
    for key_id in session.execute(text("SELECT destroy_sealed_keys()")).scalars().all():
        record(session, "sealed_key:destroy", key_id, SYSTEM)


_KNOWN = text(
    """
    SELECT k.*, r.name AS region, a.name AS agency
    FROM sealed_tips_known(CAST(:day AS date), :region_code, :conduct, CAST(:agency_id AS uuid), :most) k
    JOIN regions r ON r.code = k.region_code JOIN agencies a ON a.id = k.agency_id
    ORDER BY k.received_on DESC, k.region_code DESC, k.conduct DESC, k.agency_id DESC
    """
)


def known(session: Session, query: KnownSealedQuery) -> KnownSealedPage:
    """That sealed tips exist in the regions of the officer's office: by day, region and conduct, and no more.

    Nothing where the settings say that the office is not to know.
    """
    if not settings().sealed_tips_known:
        return KnownSealedPage(items=[], next_cursor=None)
    place: dict[str, Any] = {"day": None, "region_code": None, "conduct": None, "agency_id": None}
    if query.cursor is not None:
        place = dict(zip(place, decode_cursor(query.cursor, date.fromisoformat, str, str, UUID), strict=True))
    rows, following = page_of(
        session.execute(_KNOWN, place | {"most": query.limit + 1}).all(),
        query.limit,
        lambda row: (row.received_on, row.region_code, row.conduct, row.agency_id),
    )
    items = [
        KnownSealedTips.model_validate(
            {
                "received_on": row.received_on,
                "region": {"code": row.region_code, "name": row.region},
                "conduct": row.conduct,
                "agency": {"id": row.agency_id, "name": row.agency},
                "count": row.count,
            }
        )
        for row in rows
    ]
    return KnownSealedPage(items=items, next_cursor=following)
