"""Acts on the custodians' register: a sheet is handed out, confirmed, reported or handed on.

Every act locks all five shares of the key, so that two at once cannot give one person two of them or one agency three.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from huiyin.access.actors import Actor
from huiyin.access.permissions import ROLE_PERMISSIONS, Permission
from huiyin.access.secondments import active_officers
from huiyin.kit.database.tables import insert_into
from huiyin.kit.web.errors import Conflict, Invalid, NotFound, field_error
from huiyin.kit.web.refusals import FieldCode
from huiyin.tips.keys.custody import MOST_OF_ONE_AGENCY, Key, allowed_verbs, described, key_of, mine
from huiyin.tips.keys.custody_models import CustodyEnd, KeyShare, ShareCustody
from huiyin.tips.keys.custody_schemas import (
    Confirmation,
    CustodyAction,
    CustodyReport,
    KeyInRegister,
    MyShares,
    NewCustodian,
)
from huiyin.tips.keys.recovery import SHARES
from huiyin.trail.recorder import record


def _locked(session: Session, key_id: UUID) -> dict[int, KeyShare]:
    """The key's shares by number; until the commit nobody else acts on any of them."""
    shares = select(KeyShare).where(KeyShare.key_id == key_id).order_by(KeyShare.number).with_for_update()
    return {share.number: share for share in session.execute(shares).scalars()}


def _current(session: Session, key_id: UUID) -> dict[int, ShareCustody]:
    custodies = select(ShareCustody).where(ShareCustody.key_id == key_id, ShareCustody.ended_at.is_(None))
    found = session.execute(custodies.execution_options(populate_existing=True)).scalars()
    return {custody.number: custody for custody in found}


def name_custodian(session: Session, key_id: UUID, number: int, body: NewCustodian, actor: Actor) -> KeyInRegister:
    """Record to whom the desk handed a sheet; whoever kept it before keeps it no longer.

    Raises:
        NotFound: the officer keeps no such key.
        Conflict: somebody else keeps the sheet by now than `replaces` says, or the key was destroyed.
        Invalid: the officer named may not keep it (`_require_fit`).
    """
    key = key_of(session, key_id)
    if key is None or not key.kept_by(actor):
        raise NotFound
    _locked(session, key_id)
    current = _current(session, key_id)
    before = current.get(number)
    if (before.id if before else None) != body.replaces or (before is None and body.officer_id is None):
        raise Conflict("Somebody else keeps this share by now; read the register again")
    if key.destroyed_at is not None:
        raise Conflict("This key was destroyed; its sheets are of no use any more")
    if body.officer_id is not None:
        _require_fit(session, key, number, body.officer_id, current)
    if before is not None:
        _end(session, key, before, CustodyEnd.withdrawn, actor)
    if body.officer_id is not None:
        _give(session, key, number, body.officer_id, "key_share:give", actor)
    (item,) = described(session, [key], actor)
    return item


def _require_fit(session: Session, key: Key, number: int, officer_id: UUID, current: dict[int, ShareCustody]) -> None:
    """Raise Invalid unless an officer may keep a share, by a code that says which rule is against it."""
    others = [custody.custodian_id for at, custody in current.items() if at != number]
    active = active_officers(session, [officer_id, *others])
    officer = active.get(officer_id)
    code: FieldCode | None = None
    said = ""
    if officer is None:
        code, said = "unknown_officer", "There is no active officer with this id"
    elif key.opened_by(officer):
        code, said = "opens_key", "This officer can open the key anyway; a custodian is somebody who cannot"
    elif officer.may(Permission.identities_audit):
        code, said = "audits", "Auditors see who keeps the other shares; a custodian is told of no other"
    elif officer_id in others:
        code, said = "keeps_another", "This officer keeps another share of the key; five persons keep five"
    else:
        there = sum(one.agency_id == officer.agency_id for id_, one in active.items() if id_ in others)
        if there >= MOST_OF_ONE_AGENCY and _agencies_suffice(session, key):
            code = "agency_full"
            said = f"{MOST_OF_ONE_AGENCY} shares are at this agency already; a third, and it could open the key alone"
    if code is not None:
        raise Invalid(field_error("/officer_id", code, said))


_PLACES = text(
    """
    SELECT coalesce(sum(least(n, :most)), 0) FROM (
        SELECT count(*) AS n FROM officers
        WHERE active AND NOT roles && CAST(:auditors AS text[]) AND NOT (roles && CAST(:openers AS text[])
                              AND (CAST(:agency AS uuid) IS NULL OR agency_id = CAST(:agency AS uuid)))
        GROUP BY agency_id
    ) AS places
    """
)


def _agencies_suffice(session: Session, key: Key) -> bool:
    """Whether five custodians could be found without more than two at one agency."""
    opens = Permission.identities_keep if key.agency_id is None else Permission.sealed_keys_use
    openers = [role.value for role, held in ROLE_PERMISSIONS.items() if opens in held]
    auditors = [role.value for role, held in ROLE_PERMISSIONS.items() if Permission.identities_audit in held]
    asked = {"most": MOST_OF_ONE_AGENCY, "openers": openers, "auditors": auditors, "agency": key.agency_id}
    return int(session.execute(_PLACES, asked).scalar_one()) >= SHARES


def _give(session: Session, key: Key, number: int, officer_id: UUID, event: str, actor: Actor) -> None:
    row = {"key_id": key.id, "number": number, "custodian_id": officer_id, "given_by": actor.id}
    session.execute(insert_into(ShareCustody), row)
    _record(session, key, number, event, actor, custodian=str(officer_id))


def _end(session: Session, key: Key, custody: ShareCustody, how: CustodyEnd, actor: Actor) -> None:
    custody.ended_at, custody.ended_by, custody.ended_how = datetime.now(UTC), actor.id, how
    session.flush()
    if how is not CustodyEnd.handed_on:  # told with who has it now
        _record(session, key, custody.number, _ENDED[how], actor, custodian=str(custody.custodian_id))


_ENDED = {
    CustodyEnd.withdrawn: "key_share:withdraw",
    CustodyEnd.lost: "key_share:lose",
    CustodyEnd.not_received: "key_share:miss",
    CustodyEnd.destroyed: "key_share:destroy",
}


def _record(session: Session, key: Key, number: int, event: str, actor: Actor, **facts: Any) -> None:
    record(session, event, key.id, actor.by, purpose=key.purpose, version=key.version, number=number, **facts)


@dataclass(frozen=True, slots=True)
class _Own:
    """An officer's own custody, and what else there is of the key."""

    key: Key
    share: KeyShare
    custody: ShareCustody
    current: dict[int, ShareCustody]


def _own(session: Session, custody_id: UUID, actor: Actor) -> _Own:
    """The officer's own custody, with nobody else acting on the key until the commit.

    Raises:
        NotFound: it is another officer's, or never was.
        Conflict: it ended: the sheet was handed on, taken back or reported lost.
    """
    of_key = select(ShareCustody.key_id).where(ShareCustody.id == custody_id, ShareCustody.custodian_id == actor.id)
    key_id = session.execute(of_key).scalar_one_or_none()
    key = key_of(session, key_id) if key_id else None
    if key is None:
        raise NotFound
    shares = _locked(session, key.id)
    current = _current(session, key.id)
    custody = next((one for one in current.values() if one.id == custody_id), None)
    if custody is None:
        raise Conflict("You do not keep this share any more; read your list again")
    return _Own(key, shares[custody.number], custody, current)


def confirm(session: Session, custody_id: UUID, body: Confirmation, actor: Actor) -> MyShares:
    """The custodian says that the sheet is here and legible. Twice within a day counts, and is told, once.

    Raises:
        NotFound, Conflict: as `_own`; or the key was destroyed, so the sheet is to be destroyed too.
    """
    own = _own(session, custody_id, actor)
    key, share, custody = own.key, own.share, own.custody
    if key.destroyed_at is not None:
        raise Conflict("This key was destroyed; destroy the sheet too")
    if body.checked and share.commitment is None:
        raise Conflict("Of this key there is nothing to compare a share with")
    now = datetime.now(UTC)
    told = custody.checked_at if body.checked else custody.confirmed_at
    if told is None or told < now - timedelta(days=1):
        event = "key_share:receive" if custody.received_at is None else "key_share:confirm"
        custody.received_at = custody.received_at or now
        custody.confirmed_at = now
        custody.checked_at = now if body.checked else custody.checked_at
        session.flush()
        _record(session, key, custody.number, event, actor, checked=body.checked)
    return mine(session, actor)


def report(session: Session, custody_id: UUID, what: CustodyReport, actor: Actor) -> MyShares:
    """What a custodian has to say about the sheet, other than that it is here.

    Raises:
        NotFound, Conflict: as `_own`; or it does not fit: received before, seen before, the key is still there.
    """
    own = _own(session, custody_id, actor)
    key, share, custody = own.key, own.share, own.custody
    if CustodyAction(what) not in allowed_verbs(custody, share, key):
        raise Conflict("This does not fit what is recorded of the sheet; read your list again")
    if what in {CustodyReport.lost, CustodyReport.seen} and share.exposed_at is None:
        share.exposed_at = datetime.now(UTC)
        session.flush()
    if what is CustodyReport.seen:
        _record(session, key, custody.number, "key_share:expose", actor)
    else:
        _end(session, key, custody, CustodyEnd(what), actor)
    return mine(session, actor)


def hand_on(session: Session, custody_id: UUID, officer_id: UUID, actor: Actor) -> MyShares:
    """The custodian gave the sheet to another officer, who confirms that they have it.

    Raises:
        NotFound, Conflict: as `_own`; or the key was destroyed, or one never confirmed to have the sheet.
        Invalid: the officer named may not keep it.
    """
    own = _own(session, custody_id, actor)
    key, custody = own.key, own.custody
    if CustodyAction.hand_on not in allowed_verbs(custody, own.share, key):
        raise Conflict("Only a sheet that you confirmed to have, of a key that is still there, is handed on")
    if officer_id == actor.id:
        raise Invalid(field_error("/officer_id", "keeps_another", "You keep it already"))
    _require_fit(session, key, custody.number, officer_id, own.current)
    _end(session, key, custody, CustodyEnd.handed_on, actor)
    _give(session, key, custody.number, officer_id, "key_share:hand_on", actor)
    return mine(session, actor)
