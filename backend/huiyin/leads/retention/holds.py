"""Legal hold: what keeps a lead beyond its term. One officer asks, one of another agency grants; it ends by itself.

A request that waits holds too, for 14 days: what was destroyed meanwhile could not be brought back.
"""

from datetime import UTC, datetime, time, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.orm import Session, aliased

from huiyin.access.actors import Actor
from huiyin.access.models import Officer
from huiyin.access.permissions import Permission as P
from huiyin.kit.crypto.vault import decrypt_or_none, encrypt_json
from huiyin.kit.web.errors import Invalid, field_error
from huiyin.kit.working_days import BEIJING, today_in_beijing
from huiyin.leads.record.models import Lead
from huiyin.leads.record.texts import lead_key
from huiyin.leads.record.visible import require_kept, require_texts, text_key, visible_lead, visible_part
from huiyin.leads.retention.models import HoldState, LegalHold, NoticeKind
from huiyin.leads.retention.notices import notify_agencies
from huiyin.leads.retention.schemas import Decision, HoldAction, HoldItem, HoldLift, NewHold
from huiyin.workflow import requests
from huiyin.workflow.request_models import Apart
from huiyin.workflow.requests import RequestEvents, RequestKind, Right, Where

LONGEST_DAYS = 731
_asker, _decider, _ender = aliased(Officer), aliased(Officer), aliased(Officer)


def _place(hold_id: UUID, field: str) -> str:
    return f"legal_holds/{hold_id}/{field}"


def ask(session: Session, lead_id: UUID, body: NewHold, actor: Actor) -> HoldItem:
    """Ask for a hold.

    Raises:
        NotFound: as for any lead.
        Forbidden: the permission is held at another agency only.
        WrongState: the lead was destroyed.
        Conflict: one waits or runs already.
        Invalid: its last day is past, or more than two years off.
    """
    lead = visible_lead(session, lead_id, lock=True)
    require_texts(actor, lead)
    now = datetime.now(UTC)

    def new(hold_id: UUID) -> dict[str, Any]:
        require_kept(lead)
        today = today_in_beijing(now)
        if not today < body.to <= today + timedelta(days=LONGEST_DAYS):
            raise Invalid(field_error("/to", "out_of_range", "Choose a day after today, at most two years off"))
        reason = encrypt_json(lead_key(lead), body.reason, _place(hold_id, "reason"))
        return {"lead_id": lead.id, "to_on": body.to, "reason": reason}

    row = requests.ask(session, HOLDS, lead, actor, now, new)
    return _one(session, lead, row.id, actor)


def decide(session: Session, lead_id: UUID, hold_id: UUID, body: Decision, actor: Actor) -> HoldItem:
    """Grant or refuse what an officer of another agency asked for.

    Raises:
        NotFound: as for any lead, or it has no such hold.
        Forbidden: an officer of an agency of the asker's, or without the permission for this lead.
        WrongState: decided already, lapsed, or the lead was destroyed meanwhile.
    """
    lead, hold = visible_part(session, lead_id, LegalHold, hold_id)
    decision = encrypt_json(lead_key(lead), body.note, _place(hold.id, "decision")) if body.note else None
    requests.decide(session, HOLDS, hold, lead, actor, datetime.now(UTC), agreed=body.agreed, decision=decision)
    return _one(session, lead, hold.id, actor)


def lift(session: Session, lead_id: UUID, hold_id: UUID, body: HoldLift, actor: Actor) -> HoldItem:
    """End a hold before its term: a second officer again, never the one who asked for it. Raises as `decide`."""
    lead, hold = visible_part(session, lead_id, LegalHold, hold_id)
    ending = encrypt_json(lead_key(lead), body.reason, _place(hold.id, "ending"))
    requests.end(session, HOLDS, hold, lead, actor, datetime.now(UTC), cause="lifted", ending=ending)
    return _one(session, lead, hold.id, actor)


def _check(hold: LegalHold, lead: Lead, agreed: bool, now: datetime) -> None:
    require_kept(lead)


def _term(hold: LegalHold) -> datetime:
    """The first moment after its last day, in Beijing."""
    return datetime.combine(hold.to_on + timedelta(days=1), time.min, BEIJING)


def _notify_holder(session: Session, hold: LegalHold, lead: Lead, now: datetime, cause: str) -> None:
    """Who answers for the lead is told that nothing holds it any more, and has 30 days from then on."""
    facts: dict[str, Any] = {"cause": cause, "to": hold.to_on.isoformat()}
    if lead.expires_on is not None:
        facts["expires_on"] = lead.expires_on.isoformat()
    if lead.expiry_told_at is not None:
        lead.expiry_told_at = now
        session.flush()
    agencies = [lead.held_by_agency_id, *([lead.handler_agency_id] if lead.handler_agency_id else [])]
    notify_agencies(session, lead, NoticeKind.hold_ended, agencies, facts, hold.id)


HOLDS = RequestKind(
    table=LegalHold,
    matter=Lead,
    agreed=HoldState.running,
    runs=HoldState.running,
    asks=Right(permission=P.holds_ask, at=Where.visible_to),
    decides=Right(permission=P.holds_grant, at=Where.visible_to, apart=Apart.agency),
    ends=Right(permission=P.holds_grant, at=Where.visible_to, apart=Apart.agency),
    ending=HoldAction.lift,
    alone=("lead_id",),
    taken="A hold waits or runs already",
    waits=timedelta(days=14),
    term=_term,
    events=RequestEvents(
        asked="hold:ask", agreed="hold:grant", refused="hold:refuse", ended="hold:lift", over="hold:end"
    ),
    due=text("SELECT request, matter FROM holds_to_end(:now, :most)"),
    facts=lambda hold: {"to": hold.to_on.isoformat()},
    check=_check,
    told=_notify_holder,
)


def of_lead(session: Session, lead: Lead, actor: Actor, only: UUID | None = None) -> list[HoldItem]:
    """The holds of a lead that was read already, oldest first."""
    statement = (
        select(LegalHold, _asker.name, _decider.name, _ender.name)
        .join(_asker, _asker.id == LegalHold.asked_by)
        .outerjoin(_decider, _decider.id == LegalHold.decided_by)
        .outerjoin(_ender, _ender.id == LegalHold.ended_by)
        .where(LegalHold.lead_id == lead.id)
        .order_by(LegalHold.id)
        .execution_options(populate_existing=True)
    )
    if only is not None:
        statement = statement.where(LegalHold.id == only)
    key, now = text_key(actor, lead), datetime.now(UTC)
    return [_item(lead, *row, key, actor, now) for row in session.execute(statement)]


def _one(session: Session, lead: Lead, hold_id: UUID, actor: Actor) -> HoldItem:
    return of_lead(session, lead, actor, hold_id)[0]


def _item(
    lead: Lead,
    row: LegalHold,
    asker: str,
    decider: str | None,
    ender: str | None,
    key: bytes | None,
    actor: Actor,
    now: datetime,
) -> HoldItem:
    return HoldItem.model_validate(
        {
            "id": row.id,
            "state": requests.state_at(HOLDS, row, now),
            "to": row.to_on,
            "reason": decrypt_or_none(key, row.reason, _place(row.id, "reason")),
            "asked_by": {"id": row.asked_by, "name": asker},
            "asked_at": row.asked_at,
            "decided_by": {"id": row.decided_by, "name": decider} if row.decided_by else None,
            "decided_at": row.decided_at,
            "decision_note": decrypt_or_none(key, row.decision, _place(row.id, "decision")),
            "ended_by": {"id": row.ended_by, "name": ender} if row.ended_by else None,
            "ended_at": row.ended_at,
            "end_reason": decrypt_or_none(key, row.ending, _place(row.id, "ending")),
            "allowed_actions": requests.allowed(HOLDS, row, actor, lead, now),
        }
    )
