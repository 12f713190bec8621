"""The identity desk's side: its keys, sealing envelopes anew when a key is replaced, and opening what was granted.

The server hands out ciphertext and takes ciphertext; what is opened is opened in the desk officer's browser.
"""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select, text, update
from sqlalchemy.orm import Session, aliased

from huiyin.access.actors import Actor
from huiyin.access.models import Agency, Officer
from huiyin.kit.crypto.base64url import bytes_of, text_of
from huiyin.kit.crypto.hpke import SUITE
from huiyin.kit.database.items import Work
from huiyin.kit.database.sessions import set_scope
from huiyin.kit.database.tables import insert_into
from huiyin.kit.web.errors import Conflict, Forbidden, Invalid, NotFound, WrongState, field_error
from huiyin.tips.identity.models import IdentityEnvelope, IdentityOpening, OpeningState
from huiyin.tips.identity.openings import OPENINGS
from huiyin.tips.identity.schemas import (
    DeskOpening,
    DeskOpeningList,
    EnvelopeBatch,
    EnvelopeItem,
    IdentityKeyItem,
    IdentityKeyList,
    IdentityKeyNow,
    NewIdentityKey,
    OpeningEnvelope,
    PublicIdentityKey,
    Resealing,
    ResealingDone,
    SealedIdentityIn,
)
from huiyin.tips.keys.custody import enter_shares
from huiyin.tips.keys.models import IdentityKey
from huiyin.tips.keys.schemas import BATCH, NewWrapping
from huiyin.tips.keys.wrapped_keys import counted, item_of, put_to_use, wrap_anew
from huiyin.trail.recorder import SYSTEM, record
from huiyin.workflow.requests import lapsing, state_at


def key_now(session: Session) -> IdentityKeyNow:
    """The key that identities are sealed to."""
    row = session.execute(
        select(IdentityKey.version, IdentityKey.public_key).where(IdentityKey.retired_at.is_(None))
    ).one_or_none()
    if row is None:
        return IdentityKeyNow(key=None)
    return IdentityKeyNow(key=PublicIdentityKey(version=row.version, suite=SUITE, public_key=text_of(row.public_key)))


def store_envelope(session: Session, tip_id: UUID, body: SealedIdentityIn | None, binding: bytes) -> None:
    """Store the envelope of a new tip; without one only where the desk has no key yet.

    Every tip has one, a dummy where its reporter stays anonymous: otherwise its absence would tell them apart.

    Raises:
        Invalid: there is none though the desk has a key, or it is sealed to another key than the present one.
    """
    # Shared until the commit, so that no key is retired and destroyed while something is being sealed to it.
    current = select(IdentityKey.version).where(IdentityKey.retired_at.is_(None)).with_for_update(read=True)
    version = session.execute(current).scalar_one_or_none()
    if body is None:
        if version is not None:
            said = "Seal an identity, or an empty one, to the key that /public/identity-key gives"
            raise Invalid(field_error("/identity", "identity_required", said))
        return
    if version != body.key_version:
        raise Invalid(
            field_error("/identity/key_version", "old_identity_key", "Seal to the key that /public/identity-key gives")
        )
    session.execute(
        insert_into(IdentityEnvelope),
        {
            "tip_id": tip_id,
            "key_version": body.key_version,
            "envelope": bytes_of(body.envelope),
            "binding": binding,
        },
    )


def _at_desk(session: Session) -> None:
    """From here on this transaction may see the envelopes of all tips whose leads do not exclude the officer."""
    set_scope(session, identity_desk="on")


def keys(session: Session) -> IdentityKeyList:
    """All keys of the desk, newest first."""
    _at_desk(session)
    rows = session.execute(
        select(IdentityKey, Officer.name)
        .join(Officer, Officer.id == IdentityKey.made_by)
        .order_by(IdentityKey.version.desc())
    ).all()
    return IdentityKeyList(items=[_item(key, name, _under(session, key.version)) for key, name in rows])


def _under(session: Session, version: int) -> int:
    return counted(session, select(IdentityEnvelope.tip_id).where(IdentityEnvelope.key_version == version))


def _item(key: IdentityKey, maker: str, envelopes: int) -> IdentityKeyItem:
    return item_of(IdentityKeyItem, key, maker, envelopes)


def publish(session: Session, body: NewIdentityKey, actor: Actor) -> IdentityKeyItem:
    """Put a new key to use; the one before it is retired and opens what is sealed to it until that is sealed anew.

    Raises:
        Conflict: another version was published meanwhile, or the key was in use before.
    """
    id_ = put_to_use(session, IdentityKey, body, actor.id)
    enter_shares(session, id_, body.share_commitments, identity_version=body.version)
    record(session, "identity_key:publish", id_, actor.by, version=body.version)
    return _item(session.get_one(IdentityKey, body.version), actor.name, 0)


def rewrap(session: Session, version: int, body: NewWrapping, actor: Actor) -> IdentityKeyItem:
    """Keep a key under another passphrase: it was changed, or the key was recovered from the custodians' shares.

    Raises:
        NotFound: there is no such version.
        Conflict: it was destroyed.
        Invalid: the public key is another one.
    """
    key = session.execute(
        select(IdentityKey).where(IdentityKey.version == version).with_for_update()
    ).scalar_one_or_none()
    if key is None:
        raise NotFound
    wrap_anew(session, key, body)
    record(session, "identity_key:rewrap", key.id, actor.by, version=version)
    _at_desk(session)
    maker = session.execute(select(Officer.name).where(Officer.id == key.made_by)).scalar_one()
    return _item(key, maker, _under(session, version))


def batch(session: Session, version: int) -> EnvelopeBatch:
    """Envelopes that are still sealed to a version, in a fixed order. Raises NotFound for an unknown version."""
    if session.get(IdentityKey, version) is None:
        raise NotFound
    _at_desk(session)
    rows = session.execute(
        select(IdentityEnvelope)
        .where(IdentityEnvelope.key_version == version)
        .order_by(IdentityEnvelope.tip_id)
        .limit(BATCH)
    ).scalars()
    items = [
        EnvelopeItem(tip_id=row.tip_id, binding=text_of(row.binding), envelope=text_of(row.envelope)) for row in rows
    ]
    return EnvelopeBatch(items=items, left=_under(session, version))


def reseal(session: Session, version: int, body: Resealing, actor: Actor) -> ResealingDone:
    """Take envelopes back that the desk's browser sealed to the present key; those done already are left as they are.

    Raises:
        NotFound: there is no such version.
        Conflict: the version is the present one, or `to_version` is not.
    """
    key = session.get(IdentityKey, version)
    if key is None:
        raise NotFound
    current = session.execute(
        select(IdentityKey.version).where(IdentityKey.retired_at.is_(None)).with_for_update(read=True)
    ).scalar_one()
    if version == current or body.to_version != current:
        raise Conflict(f"Envelopes are sealed anew to version {current}, the present one; read the keys again")
    _at_desk(session)
    now, done = datetime.now(UTC), 0
    for item in body.items:
        changed = session.execute(
            update(IdentityEnvelope)
            .where(IdentityEnvelope.tip_id == item.tip_id, IdentityEnvelope.key_version == version)
            .values(key_version=current, envelope=bytes_of(item.envelope), resealed_at=now)
            .execution_options(synchronize_session=False)
        )
        done += changed.rowcount  # type: ignore[attr-defined]
    if done:
        record(session, "identity:reseal", key.id, actor.by, count=done, from_version=version, to_version=current)
    return ResealingDone(resealed=done, left=_under(session, version))


_decider, _asked_at, _decided_at = aliased(Officer), aliased(Agency), aliased(Agency)


def granted(session: Session) -> DeskOpeningList:
    """What was granted and waits for the desk, oldest first."""
    _at_desk(session)
    rows = session.execute(
        select(IdentityOpening, IdentityEnvelope, Officer.name, _decider.name, _asked_at.name, _decided_at.name)
        .join(IdentityEnvelope, IdentityEnvelope.tip_id == IdentityOpening.tip_id)
        .join(Officer, Officer.id == IdentityOpening.asked_by)
        .join(_decider, _decider.id == IdentityOpening.decided_by)
        .join(_asked_at, _asked_at.id == IdentityOpening.asked_agency_ids[1])
        .join(_decided_at, _decided_at.id == IdentityOpening.decided_agency_id)
        .where(IdentityOpening.state == OpeningState.granted, IdentityOpening.lapses_at > datetime.now(UTC))
        .order_by(IdentityOpening.id)
        .limit(100)
    )
    return DeskOpeningList(
        items=[
            DeskOpening.model_validate(
                {
                    "id": opening.id,
                    "purpose": opening.purpose,
                    "hours": opening.hours,
                    "public_key": text_of(opening.public_key),
                    "asked_by": {"id": opening.asked_by, "name": asker},
                    "asked_agency": {"id": opening.asked_agency_ids[0], "name": asked_agency},
                    "asked_at": opening.asked_at,
                    "decided_by": {"id": opening.decided_by, "name": decider},
                    "decided_agency": {"id": opening.decided_agency_id, "name": decided_agency},
                    "decided_at": opening.decided_at,
                    "key_version": envelope.key_version,
                    "binding": text_of(envelope.binding),
                    "envelope": text_of(envelope.envelope),
                }
            )
            for opening, envelope, asker, decider, asked_agency, decided_agency in rows
        ]
    )


def hand_over(session: Session, opening_id: UUID, body: OpeningEnvelope, actor: Actor) -> None:
    """Take what the desk's browser sealed to the asker's key; from now on the asker may read it, for the hours asked.

    Raises:
        NotFound: no such request was granted, or its lead excludes the officer.
        Forbidden: the desk officer asked for it or granted it.
        WrongState: it was opened already, or lapsed.
    """
    _at_desk(session)
    opening = session.execute(
        select(IdentityOpening).where(IdentityOpening.id == opening_id).with_for_update()
    ).scalar_one_or_none()
    if opening is None or opening.decided_by is None or opening.state == OpeningState.refused:
        raise NotFound
    if actor.id in {opening.asked_by, opening.decided_by}:
        raise Forbidden("A third officer opens what you asked for or granted", rule="third_person")
    now = datetime.now(UTC)
    if (state := state_at(OPENINGS, opening, now)) != OpeningState.granted:
        raise WrongState("This was opened already, or has lapsed", state=state, allowed_actions=[])
    opening.state = OpeningState.opened
    opening.opened_by, opening.opened_at = actor.id, now
    opening.expires_at = now + timedelta(hours=opening.hours)
    opening.envelope = bytes_of(body.envelope)
    session.flush()
    lead_id = session.execute(text("SELECT identity_lead(:tip)"), {"tip": opening.tip_id}).scalar_one()
    record(
        session,
        "identity:open",
        opening.id,
        actor.by,
        matter_id=lead_id,
        tip=str(opening.tip_id),
        purpose=opening.purpose,
        asked_by=str(opening.asked_by),
        hours=opening.hours,
    )


def ending(now: datetime) -> Work[Any]:
    """Openings whose term has ended, and with it what was sealed to their askers; those that lapsed unopened."""
    return lapsing(OPENINGS, now)


def destroy_keys(session: Session) -> None:
    """Destroy retired keys of the desk that seal nothing any more."""
    for key_id in session.execute(text("SELECT destroy_identity_keys()")).scalars().all():
        record(session, "identity_key:destroy", key_id, SYSTEM)
