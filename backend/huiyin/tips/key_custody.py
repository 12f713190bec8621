"""The custodians' register: who keeps which share of a key, whether it is there, and whether three would be found.

The server knows of a share no more than its number and a hash (ADR 0036). Every act locks all five shares of the key,
so that two at once cannot give one person two of them or one agency three.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, false, select, text, true
from sqlalchemy.orm import Session, aliased

from huiyin.access.actors import Actor
from huiyin.access.models import Agency, Officer
from huiyin.access.permissions import ROLE_PERMISSIONS, Permission
from huiyin.access.schemas import AgencyRef, OfficerRef
from huiyin.access.secondments import active_officers
from huiyin.kit.base64url import bytes_of, text_of
from huiyin.kit.errors import Conflict, Invalid, NotFound, field_error
from huiyin.kit.tables import insert_into
from huiyin.tips.identity_models import IdentityKey
from huiyin.tips.key_custody_models import CustodyEnd, KeyShare, ShareCustody
from huiyin.tips.key_custody_schemas import (
    Confirmation,
    Custody,
    CustodyAction,
    CustodyReport,
    KeyInRegister,
    KeyPurpose,
    KeyRegister,
    MyShare,
    MyShares,
    NewCustodian,
    PastCustody,
    ShareItem,
    ShareState,
    Standing,
)
from huiyin.tips.key_recovery import SHARES, THRESHOLD
from huiyin.tips.sealed_models import SealedKey
from huiyin.trail.recorder import record

CONFIRMED_FOR = timedelta(days=365)
MOST_OF_ONE_AGENCY = THRESHOLD - 1  # so that no agency can put a key together alone


@dataclass(frozen=True, slots=True)
class Key:
    """A key of either purpose, as far as its custodians matter."""

    id: UUID
    purpose: KeyPurpose
    version: int
    public_key: bytes
    made_at: datetime
    retired_at: datetime | None
    destroyed_at: datetime | None
    agency_id: UUID | None = None
    agency_name: str = ""

    @property
    def agency(self) -> AgencyRef | None:
        """Whose key, where it is not the identity desk's."""
        return AgencyRef(id=self.agency_id, name=self.agency_name) if self.agency_id else None

    def opened_by(self, officer: Actor) -> bool:
        """Whether an officer could open the wrapped key: no custodian, or one loss would take both ways to it."""
        if self.agency_id is None:
            return officer.may(Permission.identities_keep)
        return officer.may_at(Permission.sealed_keys_use, [self.agency_id])

    def kept_by(self, actor: Actor) -> bool:
        """Whether an officer hands out the sheets of this key."""
        if self.agency_id is None:
            return actor.may(Permission.identities_keep)
        return actor.may_at(Permission.sealed_keys_manage, [self.agency_id])


def enter_shares(
    session: Session,
    key_id: UUID,
    commitments: list[str] | None,
    *,
    identity_version: int | None = None,
    sealed_key_id: UUID | None = None,
) -> None:
    """The five shares of a key that is put to use; who keeps them is entered later."""
    of: dict[str, Any] = {"key_id": key_id, "identity_version": identity_version, "sealed_key_id": sealed_key_id}
    given = [bytes_of(one) for one in commitments] if commitments else [None] * SHARES
    rows = [of | {"number": number, "commitment": one} for number, one in enumerate(given, 1)]
    session.execute(insert_into(KeyShare), rows)


def _keys(session: Session, identity: ColumnElement[bool], sealed: ColumnElement[bool]) -> list[Key]:
    """The identity desk's keys first, then each agency's, newest first."""
    found = [
        Key(row.id, KeyPurpose.identity, row.version, row.public_key, row.made_at, row.retired_at, row.destroyed_at)
        for row in session.execute(select(IdentityKey).where(identity).order_by(IdentityKey.version.desc())).scalars()
    ]
    of_agencies = (
        select(SealedKey, Agency.name)
        .join(Agency, Agency.id == SealedKey.agency_id)
        .where(sealed)
        .order_by(Agency.name, SealedKey.agency_id, SealedKey.version.desc())
    )
    for row, name in session.execute(of_agencies):
        facts = (row.version, row.public_key, row.made_at, row.retired_at, row.destroyed_at)
        found.append(Key(row.id, KeyPurpose.sealed, *facts, row.agency_id, name))
    return found


def _key(session: Session, key_id: UUID) -> Key | None:
    return next(iter(_keys(session, IdentityKey.id == key_id, SealedKey.id == key_id)), None)


def register(session: Session, actor: Actor) -> KeyRegister:
    """Who keeps the shares of the keys that the officer keeps; for auditors of all keys."""
    if actor.may(Permission.identities_audit):
        return KeyRegister(items=_described(session, _keys(session, true(), true()), actor))
    identity = true() if actor.may(Permission.identities_keep) else false()
    sealed = SealedKey.agency_id.in_(actor.agency_ids_for(Permission.sealed_keys_manage))
    return KeyRegister(items=_described(session, _keys(session, identity, sealed), actor))


_giver, _ender = aliased(Officer), aliased(Officer)


def _described(session: Session, keys: list[Key], actor: Actor) -> list[KeyInRegister]:
    ids = [key.id for key in keys]
    shares: dict[UUID, list[KeyShare]] = {id_: [] for id_ in ids}
    of_keys = select(KeyShare).where(KeyShare.key_id.in_(ids)).order_by(KeyShare.key_id, KeyShare.number)
    for share in session.execute(of_keys).scalars():
        shares[share.key_id].append(share)
    now: dict[tuple[UUID, int], tuple[ShareCustody, Custody]] = {}
    past: dict[tuple[UUID, int], list[PastCustody]] = {}
    rows = session.execute(
        select(ShareCustody, Officer.name, Agency.id, Agency.name, _giver.name, _ender.name)
        .join(Officer, Officer.id == ShareCustody.custodian_id)
        .join(Agency, Agency.id == Officer.agency_id)
        .join(_giver, _giver.id == ShareCustody.given_by)
        .outerjoin(_ender, _ender.id == ShareCustody.ended_by)
        .where(ShareCustody.key_id.in_(ids))
        .order_by(ShareCustody.id.desc())
    )
    for row, custodian, agency_id, agency, giver, ender in rows:
        place, who = (row.key_id, row.number), OfficerRef(id=row.custodian_id, name=custodian)
        if row.ended_at is None:
            at = AgencyRef(id=agency_id, name=agency)
            now[place] = row, _now(row, who, at, OfficerRef(id=row.given_by, name=giver))
        else:
            past.setdefault(place, []).append(
                _past(row, who, OfficerRef(id=row.ended_by or row.custodian_id, name=ender))
            )
    active = active_officers(session, [row.custodian_id for row, _ in now.values()])
    found = []
    for key in keys:
        items = []
        for share in shares[key.id]:
            place = key.id, share.number
            before = past.get(place, [])
            custody, item = now.get(place) or (None, None)
            officer = active.get(custody.custodian_id) if custody else None
            items.append(
                ShareItem(
                    number=share.number,
                    state=_state(custody, officer, before[0].ended_how if before else None),
                    unfit=officer is not None and key.opened_by(officer),
                    exposed_at=share.exposed_at,
                    custody=item,
                    past=before,
                )
            )
        found.append(_in_register(key, items, shares[key.id], actor))
    return found


def _now(row: ShareCustody, who: OfficerRef, agency: AgencyRef, giver: OfficerRef) -> Custody:
    return Custody(
        id=row.id,
        custodian=who,
        agency=agency,
        given_by=giver,
        given_at=row.given_at,
        received_at=row.received_at,
        confirmed_at=row.confirmed_at,
        checked_at=row.checked_at,
        due_at=_due(row),
    )


def _past(row: ShareCustody, who: OfficerRef, ender: OfficerRef) -> PastCustody:
    return PastCustody.model_validate(
        {
            "custodian": who,
            "given_at": row.given_at,
            "received_at": row.received_at,
            "ended_at": row.ended_at,
            "ended_by": ender,
            "ended_how": row.ended_how,
        }
    )


def _in_register(key: Key, items: list[ShareItem], shares: list[KeyShare], actor: Actor) -> KeyInRegister:
    confirmed = sum(item.state is ShareState.held for item in items)
    agencies = Counter((item.custody.agency.id, item.custody.agency.name) for item in items if item.custody)
    crowded = next((place for place, count in agencies.most_common(1) if count >= THRESHOLD), None)
    return KeyInRegister(
        key_id=key.id,
        purpose=key.purpose,
        agency=key.agency,
        version=key.version,
        made_at=key.made_at,
        retired_at=key.retired_at,
        destroyed_at=key.destroyed_at,
        may_assign=key.kept_by(actor) and key.destroyed_at is None,
        checkable=any(share.commitment is not None for share in shares),
        standing=_standing(key, confirmed),
        confirmed=confirmed,
        exposed=sum(item.exposed_at is not None for item in items),
        crowded=AgencyRef(id=crowded[0], name=crowded[1]) if crowded else None,
        shares=items,
    )


def _standing(key: Key, confirmed: int) -> Standing:
    if key.destroyed_at is not None:
        return Standing.over
    if confirmed < THRESHOLD:
        return Standing.unrecoverable
    return Standing.fragile if confirmed == THRESHOLD else Standing.sound


def _due(custody: ShareCustody) -> datetime | None:
    return custody.confirmed_at + CONFIRMED_FOR if custody.confirmed_at else None


def _state(custody: ShareCustody | None, officer: Actor | None, last_end: CustodyEnd | None) -> ShareState:
    if custody is None:
        return ShareState.lost if last_end is CustodyEnd.lost else ShareState.nobody
    if officer is None:
        return ShareState.left
    due = _due(custody)
    if due is None:
        return ShareState.given
    return ShareState.overdue if due <= datetime.now(UTC) else ShareState.held


def mine(session: Session, actor: Actor) -> MyShares:
    """The shares that the officer keeps now."""
    rows = session.execute(
        select(ShareCustody, KeyShare, Officer.name)
        .join(KeyShare, (KeyShare.key_id == ShareCustody.key_id) & (KeyShare.number == ShareCustody.number))
        .join(Officer, Officer.id == ShareCustody.given_by)
        .where(ShareCustody.custodian_id == actor.id, ShareCustody.ended_at.is_(None))
        .order_by(ShareCustody.id.desc())
        .execution_options(populate_existing=True)
    ).all()
    ids = [row.key_id for row, _, _ in rows]
    keys = {key.id: key for key in _keys(session, IdentityKey.id.in_(ids), SealedKey.id.in_(ids))} if rows else {}
    return MyShares(items=[_my(row, share, giver, keys[row.key_id], actor) for row, share, giver in rows])


def _my(custody: ShareCustody, share: KeyShare, giver: str, key: Key, actor: Actor) -> MyShare:
    return MyShare(
        custody_id=custody.id,
        key_id=key.id,
        number=custody.number,
        purpose=key.purpose,
        agency=key.agency,
        version=key.version,
        public_key=text_of(key.public_key),
        commitment=text_of(share.commitment) if share.commitment else None,
        retired_at=key.retired_at,
        destroyed_at=key.destroyed_at,
        given_by=OfficerRef(id=custody.given_by, name=giver),
        given_at=custody.given_at,
        received_at=custody.received_at,
        confirmed_at=custody.confirmed_at,
        checked_at=custody.checked_at,
        due_at=_due(custody),
        state=_state(custody, actor, None),
        unfit=key.opened_by(actor),
        exposed_at=share.exposed_at,
        allowed_actions=list(_allowed(custody, share, key)),
    )


def _allowed(custody: ShareCustody, share: KeyShare, key: Key) -> Iterable[CustodyAction]:
    if key.destroyed_at is not None:
        yield CustodyAction.destroyed
        return
    yield CustodyAction.confirm
    if share.commitment is not None:
        yield CustodyAction.check
    if custody.received_at is None:
        yield CustodyAction.not_received
    else:
        yield CustodyAction.hand_on
    yield CustodyAction.lost
    if share.exposed_at is None:
        yield CustodyAction.seen


def _locked(session: Session, key_id: UUID) -> dict[int, KeyShare]:
    """The key's shares by number; until the commit nobody else acts on any of them."""
    shares = select(KeyShare).where(KeyShare.key_id == key_id).order_by(KeyShare.number).with_for_update()
    return {share.number: share for share in session.execute(shares).scalars()}


def _current(session: Session, key_id: UUID) -> dict[int, ShareCustody]:
    custodies = select(ShareCustody).where(ShareCustody.key_id == key_id, ShareCustody.ended_at.is_(None))
    found = session.execute(custodies.execution_options(populate_existing=True)).scalars()
    return {custody.number: custody for custody in found}


def name_custodian(session: Session, key_id: UUID, number: int, given: NewCustodian, actor: Actor) -> KeyInRegister:
    """Record to whom the desk handed a sheet; whoever kept it before keeps it no longer.

    Raises:
        NotFound: the officer keeps no such key.
        Conflict: somebody else keeps the sheet by now than `replaces` says, or the key was destroyed.
        Invalid: the officer named may not keep it (`_require_fit`).
    """
    key = _key(session, key_id)
    if key is None or not key.kept_by(actor):
        raise NotFound
    _locked(session, key_id)
    current = _current(session, key_id)
    before = current.get(number)
    if (before.id if before else None) != given.replaces or (before is None and given.officer_id is None):
        raise Conflict("Somebody else keeps this share by now; read the register again")
    if key.destroyed_at is not None:
        raise Conflict("This key was destroyed; its sheets are of no use any more")
    if given.officer_id is not None:
        _require_fit(session, key, number, given.officer_id, current)
    if before is not None:
        _end(session, key, before, CustodyEnd.withdrawn, actor)
    if given.officer_id is not None:
        _give(session, key, number, given.officer_id, "key_share:give", actor)
    (item,) = _described(session, [key], actor)
    return item


def _require_fit(session: Session, key: Key, number: int, officer_id: UUID, current: dict[int, ShareCustody]) -> None:
    """Raise Invalid unless an officer may keep a share, by a code that says which rule is against it."""
    others = [custody.custodian_id for at, custody in current.items() if at != number]
    active = active_officers(session, [officer_id, *others])
    officer = active.get(officer_id)
    code, said = "", ""
    if officer is None:
        code, said = "unknown_officer", "There is no active officer with this id"
    elif key.opened_by(officer):
        code, said = "opens_key", "This officer can open the key anyway; a custodian is somebody who cannot"
    elif officer_id in others:
        code, said = "keeps_another", "This officer keeps another share of the key; five persons keep five"
    else:
        there = sum(one.agency_id == officer.agency_id for id_, one in active.items() if id_ in others)
        if there >= MOST_OF_ONE_AGENCY and _agencies_suffice(session, key):
            code = "agency_full"
            said = f"{MOST_OF_ONE_AGENCY} shares are at this agency already; a third, and it could open the key alone"
    if code:
        raise Invalid(field_error("/officer_id", code, said))


_PLACES = text(
    """
    SELECT coalesce(sum(least(n, :most)), 0) FROM (
        SELECT count(*) AS n FROM officers
        WHERE active AND NOT (roles && CAST(:openers AS text[])
                              AND (CAST(:agency AS uuid) IS NULL OR agency_id = CAST(:agency AS uuid)))
        GROUP BY agency_id
    ) AS places
    """
)


def _agencies_suffice(session: Session, key: Key) -> bool:
    """Whether five custodians could be found without more than two at one agency."""
    opens = Permission.identities_keep if key.agency_id is None else Permission.sealed_keys_use
    openers = [role.value for role, held in ROLE_PERMISSIONS.items() if opens in held]
    asked = {"most": MOST_OF_ONE_AGENCY, "openers": openers, "agency": key.agency_id}
    return int(session.execute(_PLACES, asked).scalar_one()) >= SHARES


def _give(session: Session, key: Key, number: int, officer_id: UUID, event: str, actor: Actor) -> None:
    row = {"key_id": key.id, "number": number, "custodian_id": officer_id, "given_by": actor.id}
    session.execute(insert_into(ShareCustody), row)
    _tell(session, key, number, event, actor, custodian=str(officer_id))


def _end(session: Session, key: Key, custody: ShareCustody, how: CustodyEnd, actor: Actor) -> None:
    custody.ended_at, custody.ended_by, custody.ended_how = datetime.now(UTC), actor.id, how
    session.flush()
    if how is not CustodyEnd.handed_on:  # told with who has it now
        _tell(session, key, custody.number, _ENDED[how], actor, custodian=str(custody.custodian_id))


_ENDED = {
    CustodyEnd.withdrawn: "key_share:withdraw",
    CustodyEnd.lost: "key_share:lose",
    CustodyEnd.not_received: "key_share:miss",
    CustodyEnd.destroyed: "key_share:destroy",
}


def _tell(session: Session, key: Key, number: int, event: str, actor: Actor, **facts: Any) -> None:
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
    key = _key(session, key_id) if key_id else None
    if key is None:
        raise NotFound
    shares = _locked(session, key.id)
    current = _current(session, key.id)
    custody = next((one for one in current.values() if one.id == custody_id), None)
    if custody is None:
        raise Conflict("You do not keep this share any more; read your list again")
    return _Own(key, shares[custody.number], custody, current)


def confirm(session: Session, custody_id: UUID, given: Confirmation, actor: Actor) -> MyShares:
    """The custodian says that the sheet is here and legible. Twice within a day counts, and is told, once.

    Raises:
        NotFound, Conflict: as `_own`; or the key was destroyed, so the sheet is to be destroyed too.
    """
    own = _own(session, custody_id, actor)
    key, share, custody = own.key, own.share, own.custody
    if key.destroyed_at is not None:
        raise Conflict("This key was destroyed; destroy the sheet too")
    if given.checked and share.commitment is None:
        raise Conflict("Of this key there is nothing to compare a share with")
    now = datetime.now(UTC)
    told = custody.checked_at if given.checked else custody.confirmed_at
    if told is None or told < now - timedelta(days=1):
        event = "key_share:receive" if custody.received_at is None else "key_share:confirm"
        custody.received_at = custody.received_at or now
        custody.confirmed_at = now
        custody.checked_at = now if given.checked else custody.checked_at
        session.flush()
        _tell(session, key, custody.number, event, actor, checked=given.checked)
    return mine(session, actor)


def report(session: Session, custody_id: UUID, what: CustodyReport, actor: Actor) -> MyShares:
    """What a custodian has to say about the sheet, other than that it is here.

    Raises:
        NotFound, Conflict: as `_own`; or it does not fit: received before, seen before, the key is still there.
    """
    own = _own(session, custody_id, actor)
    key, share, custody = own.key, own.share, own.custody
    if CustodyAction(what) not in _allowed(custody, share, key):
        raise Conflict("This does not fit what is recorded of the sheet; read your list again")
    if what in {CustodyReport.lost, CustodyReport.seen} and share.exposed_at is None:
        share.exposed_at = datetime.now(UTC)
        session.flush()
    if what is CustodyReport.seen:
        _tell(session, key, custody.number, "key_share:expose", actor)
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
    if CustodyAction.hand_on not in _allowed(custody, own.share, key):
        raise Conflict("Only a sheet that you confirmed to have, of a key that is still there, is handed on")
    if officer_id == actor.id:
        raise Invalid(field_error("/officer_id", "keeps_another", "You keep it already"))
    _require_fit(session, key, custody.number, officer_id, own.current)
    _end(session, key, custody, CustodyEnd.handed_on, actor)
    _give(session, key, custody.number, officer_id, "key_share:hand_on", actor)
    return mine(session, actor)
