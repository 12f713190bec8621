"""The custodians' register: who keeps which share of a key, whether it is there, and whether three would be found.

The server knows of a share no more than its number and a hash (ADR 0036). What is done to it stands in
key_custody_verbs.py.
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
from huiyin.access.permissions import Permission
from huiyin.access.schemas import AgencyRef, OfficerRef
from huiyin.access.secondments import active_officers
from huiyin.kit.crypto.base64url import bytes_of, text_of
from huiyin.kit.database.tables import insert_into
from huiyin.kit.web.errors import NotFound
from huiyin.kit.web.paging import decode_cursor, page_of
from huiyin.tips.keys.custody_models import CustodyEnd, KeyShare, ShareCustody
from huiyin.tips.keys.custody_schemas import (
    Custody,
    CustodyAction,
    KeyInRegister,
    KeyPurpose,
    KeyRegister,
    MyShare,
    MyShares,
    PastCustody,
    ShareEvent,
    ShareEvents,
    ShareEventsQuery,
    ShareItem,
    ShareState,
    Standing,
)
from huiyin.tips.keys.models import IdentityKey, SealedKey
from huiyin.tips.keys.recovery import SHARES, THRESHOLD

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

    def unfit(self, officer: Actor) -> bool:
        """Whether an officer has no business with a share: opens the key anyway, or sees who keeps the others."""
        return self.opened_by(officer) or officer.may(Permission.identities_audit)

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


def keys_of(session: Session, identity: ColumnElement[bool], sealed: ColumnElement[bool]) -> list[Key]:
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


def key_of(session: Session, key_id: UUID) -> Key | None:
    """The key of either purpose with this id; None: there is none."""
    return next(iter(keys_of(session, IdentityKey.id == key_id, SealedKey.id == key_id)), None)


def register(session: Session, actor: Actor) -> KeyRegister:
    """Who keeps the shares of the keys that the officer keeps; for auditors of all keys."""
    if actor.may(Permission.identities_audit):
        return KeyRegister(items=described(session, keys_of(session, true(), true()), actor))
    identity = true() if actor.may(Permission.identities_keep) else false()
    sealed = SealedKey.agency_id.in_(actor.agency_ids_for(Permission.sealed_keys_manage))
    return KeyRegister(items=described(session, keys_of(session, identity, sealed), actor))


_STEPS = text(
    """
    SELECT s.id, s.at, s.event, s.actor_id, a.name AS actor, s.facts, c.id AS custodian_id, c.name AS custodian
    FROM key_share_events(:key, :before, :most) s JOIN officers a ON a.id = s.actor_id
    LEFT JOIN officers c ON c.id = CAST(s.facts ->> 'custodian' AS uuid) AND c.id <> s.actor_id
    ORDER BY s.id DESC
    """
)


def share_events(session: Session, key_id: UUID, query: ShareEventsQuery, actor: Actor) -> ShareEvents:
    """What was done about the shares of a key, as the trail has it, newest first.

    Raises:
        NotFound: there is no such key, or the officer neither keeps it nor audits.
    """
    key = key_of(session, key_id)
    if key is None or not (key.kept_by(actor) or actor.may(Permission.identities_audit)):
        raise NotFound
    before = decode_cursor(query.cursor, UUID)[0] if query.cursor else None
    rows = session.execute(_STEPS, {"key": key_id, "before": before, "most": query.limit + 1}).all()
    shown, following = page_of(rows, query.limit, lambda row: (row.id,))
    items = [
        ShareEvent(
            id=row.id,
            at=row.at,
            event=row.event,
            number=row.facts["number"],
            by=OfficerRef(id=row.actor_id, name=row.actor),
            custodian=OfficerRef(id=row.custodian_id, name=row.custodian) if row.custodian_id else None,
            checked=row.facts.get("checked"),
        )
        for row in shown
    ]
    return ShareEvents(items=items, next_cursor=following)


_giver, _ender = aliased(Officer), aliased(Officer)


def described(session: Session, keys: list[Key], actor: Actor) -> list[KeyInRegister]:
    """Keys as the register shows them to an officer, with who keeps and who kept their shares."""
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
                    unfit=officer is not None and key.unfit(officer),
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
    keys = {key.id: key for key in keys_of(session, IdentityKey.id.in_(ids), SealedKey.id.in_(ids))} if rows else {}
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
        unfit=key.unfit(actor),
        exposed_at=share.exposed_at,
        allowed_actions=list(allowed_verbs(custody, share, key)),
    )


def allowed_verbs(custody: ShareCustody, share: KeyShare, key: Key) -> Iterable[CustodyAction]:
    """What a custodian may say of a sheet as things stand."""
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
