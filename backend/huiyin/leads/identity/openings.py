"""Asking for a reporter's identity: one officer asks with a purpose, one of another agency grants, the desk opens.

docs/domain.md, section 8: two officers of different agencies, for a limited time, every opening in the trail and on the
reporter's page. The identity itself never passes here: what the asker reads is sealed to a key in their browser.
"""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from huiyin.access.actors import Actor
from huiyin.access.models import Agency, Officer
from huiyin.access.permissions import Permission as P
from huiyin.kit.crypto.base64url import bytes_of, text_of
from huiyin.kit.crypto.vault import decrypt_or_none, encrypt_json
from huiyin.kit.web.errors import Conflict, Forbidden, Invalid, NotFound, WrongState, field_error
from huiyin.kit.web.paging import decode_cursor, page_of
from huiyin.leads.record.models import Lead
from huiyin.leads.record.visible import reads_texts, require_texts, visible_lead
from huiyin.tips.identity.models import IdentityEnvelope, IdentityOpening, OpeningState
from huiyin.tips.identity.openings import OPENINGS
from huiyin.tips.identity.schemas import (
    AuditedOpening,
    AuditedPage,
    AuditQuery,
    LeadIdentity,
    NewOpening,
    OpeningAction,
    OpeningDecision,
    OpeningItem,
    SealedToAsker,
    Withholding,
)
from huiyin.tips.record.content import tip_key
from huiyin.tips.record.models import Tip
from huiyin.trail.recorder import record
from huiyin.workflow import requests
from huiyin.workflow.visibility import require_at

WITHHELD_DAYS = 180
_S = OpeningState


def _place(opening_id: UUID, field: str) -> str:
    return f"identity_openings/{opening_id}/{field}"


def of_lead(session: Session, lead_id: UUID, actor: Actor) -> LeadIdentity:
    """Who asked for the identity of a lead's reporters, and for which tips the officer may ask.

    Raises:
        NotFound: as for any lead.
    """
    lead = visible_lead(session, lead_id)
    tips = session.execute(
        select(Tip.id)
        .join(IdentityEnvelope, IdentityEnvelope.tip_id == Tip.id)
        .where(Tip.lead_id == lead.id)
        .order_by(Tip.received_at, Tip.id)
    ).scalars()
    rows = list(
        session.execute(
            select(IdentityOpening)
            .join(Tip, Tip.id == IdentityOpening.tip_id)
            .where(Tip.lead_id == lead.id)
            .order_by(IdentityOpening.id.desc())
        ).scalars()
    )
    now = datetime.now(UTC)
    running = {
        row.tip_id
        for row in rows
        if row.asked_by == actor.id and requests.state_at(OPENINGS, row, now) in OPENINGS.open_states
    }
    may = actor.may_at(P.identities_ask, lead.visible_to)
    may_ask = [tip for tip in tips if may and tip not in running]
    return LeadIdentity(may_ask=may_ask, items=_items(session, lead, rows, actor, now))


def ask(session: Session, lead_id: UUID, body: NewOpening, actor: Actor) -> OpeningItem:
    """Ask for the identity of one tip's reporter.

    Raises:
        NotFound: as for any lead.
        Forbidden: the permission, or reading what was told, is held at another agency only.
        Invalid: the lead has no such tip, or it came without an envelope.
        Conflict: the officer has asked already.
    """
    lead = visible_lead(session, lead_id)
    require_texts(actor, lead)

    def new(opening_id: UUID) -> dict[str, Any]:
        found = session.execute(
            select(Tip.id, Tip.wrapped_key)
            .join(IdentityEnvelope, IdentityEnvelope.tip_id == Tip.id)
            .where(Tip.lead_id == lead.id, Tip.id == body.tip_id)
        ).one_or_none()
        if found is None:
            raise Invalid(
                field_error("/tip_id", "no_envelope", "This lead has no tip of that id with an identity envelope")
            )
        key = tip_key(found.id, found.wrapped_key)
        if key is None:
            raise Conflict("What was told can no longer be opened, and nothing can be added to it")
        # One after the other: the lead is not locked, and two requests at once would both find none.
        session.execute(
            text("SELECT pg_advisory_xact_lock(hashtextextended(:place, 0))"),
            {"place": f"identity/{actor.id}/{found.id}"},
        )
        return {
            "tip_id": found.id,
            "purpose": body.purpose.value,
            "reason": encrypt_json(key, body.reason, _place(opening_id, "reason")),
            "hours": body.hours,
            "public_key": bytes_of(body.public_key),
        }

    facts = {"tip": str(body.tip_id), "purpose": body.purpose, "hours": body.hours}
    row = requests.ask(session, OPENINGS, lead, actor, datetime.now(UTC), new, **facts)
    return _one(session, lead, row.id, actor)


def decide(session: Session, lead_id: UUID, opening_id: UUID, body: OpeningDecision, actor: Actor) -> OpeningItem:
    """Grant or refuse what an officer of another agency asked for.

    Raises:
        NotFound: as for any lead, or it has no such request.
        Forbidden: an officer of an agency of the asker's, or without the permission for this lead.
        WrongState: it was decided already, or has lapsed.
    """
    lead, opening = _locked(session, lead_id, opening_id)
    requests.decide(session, OPENINGS, opening, lead, actor, datetime.now(UTC), agreed=body.agreed)
    return _one(session, lead, opening_id, actor)


def read(session: Session, lead_id: UUID, opening_id: UUID, actor: Actor) -> SealedToAsker:
    """What the desk sealed to the asker; each reading is recorded.

    Raises:
        NotFound: as for any lead, or it has no such request.
        Forbidden: somebody else asked for it.
        WrongState: not opened yet, or no longer.
    """
    lead, opening = _locked(session, lead_id, opening_id)
    _require_asker(opening, actor)
    state = requests.state_at(OPENINGS, opening, datetime.now(UTC))
    if state != _S.opened or opening.envelope is None or opening.expires_at is None:
        raise WrongState("It is not opened yet, or its time is over", state=state, allowed_actions=[])
    _record(session, "read", lead, opening_id, actor, tip=str(opening.tip_id))
    return SealedToAsker(envelope=text_of(opening.envelope), expires_at=opening.expires_at)


def end(session: Session, lead_id: UUID, opening_id: UUID, actor: Actor) -> OpeningItem:
    """The asker needs it no longer: it is destroyed before its term. Raises as `read`."""
    lead, opening = _locked(session, lead_id, opening_id)
    requests.end(session, OPENINGS, opening, lead, actor, datetime.now(UTC), cause="asker")
    return _one(session, lead, opening_id, actor)


def withhold(session: Session, lead_id: UUID, opening_id: UUID, body: Withholding, actor: Actor) -> OpeningItem:
    """Record why the reporter is not told of an opening yet; told then, or when the matter is answered or closed.

    Raises:
        NotFound: as for any lead, or it has no such request.
        Forbidden: not a reviewer of the lead's office, or the one who asked.
        Invalid: the date is past, or further off than 180 days.
        WrongState: it was refused.
    """
    lead, opening = _locked(session, lead_id, opening_id)
    require_at(actor, P.identities_withhold, lead.desk_agencies, "not_at_desk", "A reviewer of the lead's office does")
    if opening.asked_by == actor.id:
        raise Forbidden("Somebody else than the asker records this", rule="own_request")
    now = datetime.now(UTC)
    if not now < body.until <= now + timedelta(days=WITHHELD_DAYS):
        raise Invalid(field_error("/until", "out_of_range", f"Choose a day within the next {WITHHELD_DAYS}"))
    if (state := requests.state_at(OPENINGS, opening, now)) in {_S.refused, _S.lapsed}:
        raise WrongState("Nothing was opened that the reporter could be told", state=state, allowed_actions=[])
    key = _keys(session, [opening])[opening.tip_id]
    if key is None:
        raise Conflict("What was told can no longer be opened, and nothing can be added to it")
    opening.withheld_by, opening.withheld_until = actor.id, body.until
    opening.withheld_reason = encrypt_json(key, body.reason, _place(opening.id, "withheld_reason"))
    session.flush()
    _record(session, "withhold", lead, opening_id, actor, until=body.until.isoformat())
    return _one(session, lead, opening_id, actor)


def audited(session: Session, query: AuditQuery, actor: Actor) -> AuditedPage:
    """Every request of leads that the auditor may see, newest first; who asked, who granted, who opened."""
    statement = (
        select(IdentityOpening, Lead)
        .join(Tip, Tip.id == IdentityOpening.tip_id)
        .join(Lead, Lead.id == Tip.lead_id)
        .order_by(IdentityOpening.id.desc())
        .limit(query.limit + 1)
    )
    if query.cursor is not None:
        (after,) = decode_cursor(query.cursor, UUID)
        statement = statement.where(IdentityOpening.id < after)
    page, following = page_of(session.execute(statement).all(), query.limit, lambda row: [row[0].id])
    names = _Names(session, [opening for opening, _ in page])
    now = datetime.now(UTC)
    items = [
        AuditedOpening.model_validate(
            _item(opening, names, None, _allowed(opening, lead, actor, now), now)
            | {"lead": {"id": lead.id, "number": lead.number}}
        )
        for opening, lead in page
    ]
    return AuditedPage(items=items, next_cursor=following)


def _require_asker(opening: IdentityOpening, actor: Actor) -> None:
    if opening.asked_by != actor.id:
        raise Forbidden("Only the officer who asked reads this", rule="not_asker")


def _locked(session: Session, lead_id: UUID, opening_id: UUID) -> tuple[Lead, IdentityOpening]:
    lead = visible_lead(session, lead_id)
    opening = session.execute(
        select(IdentityOpening)
        .join(Tip, Tip.id == IdentityOpening.tip_id)
        .where(Tip.lead_id == lead.id, IdentityOpening.id == opening_id)
        .with_for_update(of=IdentityOpening)
    ).scalar_one_or_none()
    if opening is None:
        raise NotFound
    return lead, opening


def _record(session: Session, verb: str, lead: Lead, opening_id: UUID, actor: Actor, **facts: Any) -> None:
    record(session, f"identity:{verb}", opening_id, actor.by, matter_id=lead.id, **facts)


def _allowed(opening: IdentityOpening, lead: Lead, actor: Actor, now: datetime) -> list[OpeningAction]:
    state = requests.state_at(OPENINGS, opening, now)
    found = [OpeningAction(verb) for verb in requests.allowed(OPENINGS, opening, actor, lead, now)]
    if OpeningAction.end in found:
        found.insert(0, OpeningAction.read)
    may_withhold = actor.may_at(P.identities_withhold, lead.desk_agencies) and opening.asked_by != actor.id
    if may_withhold and state not in {_S.refused, _S.lapsed}:
        found.append(OpeningAction.withhold)
    return found


class _Names:
    """Names of the officers and agencies of some requests, in two statements however many there are."""

    def __init__(self, session: Session, rows: Iterable[IdentityOpening]) -> None:
        officers = {id_ for row in rows for id_ in (row.asked_by, row.decided_by, row.opened_by) if id_}
        agencies = {id_ for row in rows for id_ in (row.asked_agency_ids[0], row.decided_agency_id) if id_}
        named = session.execute(select(Officer.id, Officer.name).where(Officer.id.in_(officers)))
        self._officers = {row.id: row.name for row in named}
        placed = session.execute(select(Agency.id, Agency.name).where(Agency.id.in_(agencies)))
        self._agencies = {row.id: row.name for row in placed}

    def officer(self, id_: UUID | None) -> dict[str, Any] | None:
        return {"id": id_, "name": self._officers[id_]} if id_ else None

    def agency(self, id_: UUID | None) -> dict[str, Any] | None:
        return {"id": id_, "name": self._agencies[id_]} if id_ else None


def _items(session: Session, lead: Lead, rows: list[IdentityOpening], actor: Actor, now: datetime) -> list[OpeningItem]:
    names, keys = _Names(session, rows), _keys(session, rows) if reads_texts(actor, lead) else {}
    return [
        OpeningItem.model_validate(_item(row, names, keys.get(row.tip_id), _allowed(row, lead, actor, now), now))
        for row in rows
    ]


def _keys(session: Session, rows: Iterable[IdentityOpening]) -> dict[UUID, bytes | None]:
    """The keys of the requests' tips, under which the reasons stand."""
    tips = {row.tip_id for row in rows}
    found = session.execute(select(Tip.id, Tip.wrapped_key).where(Tip.id.in_(tips)))
    return {id_: tip_key(id_, wrapped) for id_, wrapped in found}


def _one(session: Session, lead: Lead, opening_id: UUID, actor: Actor) -> OpeningItem:
    row = session.get_one(IdentityOpening, opening_id)
    return _items(session, lead, [row], actor, datetime.now(UTC))[0]


def _item(
    row: IdentityOpening, names: _Names, key: bytes | None, allowed: list[OpeningAction], now: datetime
) -> dict[str, Any]:
    withheld = decrypt_or_none(key, row.withheld_reason, _place(row.id, "withheld_reason"))
    return {
        "id": row.id,
        "tip_id": row.tip_id,
        "state": requests.state_at(OPENINGS, row, now),
        "purpose": row.purpose,
        "reason": decrypt_or_none(key, row.reason, _place(row.id, "reason")),
        "hours": row.hours,
        "public_key": text_of(row.public_key),
        "asked_by": names.officer(row.asked_by),
        "asked_agency": names.agency(row.asked_agency_ids[0]),
        "asked_at": row.asked_at,
        "decided_by": names.officer(row.decided_by),
        "decided_agency": names.agency(row.decided_agency_id),
        "decided_at": row.decided_at,
        "opened_by": names.officer(row.opened_by),
        "opened_at": row.opened_at,
        "expires_at": row.expires_at,
        "ended_at": row.ended_at if row.opened_at else None,
        "withheld_until": row.withheld_until,
        "withheld_reason": withheld,
        "allowed_actions": allowed,
    }
