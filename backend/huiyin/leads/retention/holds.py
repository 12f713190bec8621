"""Legal hold: what keeps a lead beyond its term. One officer asks, one of another agency grants; it ends by itself.

A request that waits holds too, for 14 days: what was destroyed meanwhile could not be brought back.
"""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.orm import Session, aliased

from huiyin.access.actors import Actor
from huiyin.access.models import Officer
from huiyin.access.permissions import Permission as P
from huiyin.kit.crypto.vault import open_or_none, seal_json
from huiyin.kit.database.sessions import set_scope
from huiyin.kit.database.tables import insert_into
from huiyin.kit.web.errors import Conflict, Invalid, WrongState, field_error
from huiyin.kit.working_days import BEIJING
from huiyin.leads.record.models import Lead
from huiyin.leads.record.seen import require_kept, require_texts, seen_lead, seen_part, text_key
from huiyin.leads.record.texts import lead_key
from huiyin.leads.retention.models import LegalHold, NoticeKind
from huiyin.leads.retention.notices import tell_agencies
from huiyin.leads.retention.schemas import Decision, HoldAction, HoldItem, HoldLift, HoldState, NewHold
from huiyin.trail.recorder import SYSTEM, record
from huiyin.workflow.requests import changed, deciding_agency, require_other_agency
from huiyin.workflow.visibility import require_at

BATCH = 200
LONGEST_DAYS = 731
WAITS_DAYS = 14  # lead_waits and holds_to_end in migrations/sql/retention say the same
_TO_END = text("SELECT hold_id, of_lead FROM holds_to_end(:today, :most)")
_asker, _decider, _ender = aliased(Officer), aliased(Officer), aliased(Officer)


def _place(hold_id: UUID, field: str) -> str:
    return f"legal_holds/{hold_id}/{field}"


def ask(session: Session, lead_id: UUID, given: NewHold, actor: Actor) -> HoldItem:
    """Ask for a hold.

    Raises:
        NotFound: as for any lead.
        Forbidden: the permission is held at another agency only.
        WrongState: the lead was destroyed.
        Conflict: one waits or runs already.
        Invalid: its last day is past, or more than two years off.
    """
    lead = seen_lead(session, lead_id, lock=True)
    require_texts(actor, lead)
    require_at(actor, P.holds_ask, lead.visible_to, "not_of_lead", "Only agencies that work on it ask")
    require_kept(lead)
    now = datetime.now(UTC)
    today = now.astimezone(BEIJING).date()
    if not today < given.to <= today + timedelta(days=LONGEST_DAYS):
        raise Invalid(field_error("/to", "out_of_range", "Choose a day after today, at most two years off"))
    for hold in session.execute(
        select(LegalHold).where(LegalHold.lead_id == lead.id, LegalHold.ended_at.is_(None)).with_for_update()
    ).scalars():
        if _state(hold, now) in {HoldState.asked, HoldState.running}:
            raise Conflict("A hold waits or runs already")
        _end(session, lead, hold, now)
    hold_id: UUID = session.execute(text("SELECT uuidv7()")).scalar_one()
    session.execute(
        insert_into(LegalHold),
        {
            "id": hold_id,
            "lead_id": lead.id,
            "to_on": given.to,
            "asked_by": actor.id,
            "asked_agency_ids": [posting.agency_id for posting in actor.postings],
            "asked_at": now,
            "reason": seal_json(lead_key(lead), given.reason, _place(hold_id, "reason")),
        },
    )
    changed(session, lead, "hold:ask", hold_id, actor, to=given.to.isoformat())
    return _one(session, lead, hold_id, actor)


def decide(session: Session, lead_id: UUID, hold_id: UUID, given: Decision, actor: Actor) -> HoldItem:
    """Grant or refuse what an officer of another agency asked for.

    Raises:
        NotFound: as for any lead, or it has no such hold.
        Forbidden: an officer of an agency of the asker's, or without the permission for this lead.
        WrongState: decided already, lapsed, or the lead was destroyed meanwhile.
    """
    lead, hold = seen_part(session, lead_id, LegalHold, hold_id)
    require_at(actor, P.holds_grant, lead.visible_to, "not_of_lead", "Only agencies that work on it decide")
    require_other_agency(actor, hold.asked_by, hold.asked_agency_ids)
    require_kept(lead)
    now = datetime.now(UTC)
    if (state := _state(hold, now)) is not HoldState.asked:
        raise WrongState("This was decided already, or has lapsed", state=state, allowed_actions=[])
    hold.decided_by, hold.decided_at, hold.agreed = actor.id, now, given.agreed
    hold.decided_agency_id = deciding_agency(actor, P.holds_grant, lead)
    if given.note is not None:
        hold.decision = seal_json(lead_key(lead), given.note, _place(hold.id, "decision"))
    event = "hold:grant" if given.agreed else "hold:refuse"
    changed(session, lead, event, hold.id, actor, asked_by=str(hold.asked_by), to=hold.to_on.isoformat())
    return _one(session, lead, hold.id, actor)


def lift(session: Session, lead_id: UUID, hold_id: UUID, given: HoldLift, actor: Actor) -> HoldItem:
    """End a hold before its term: a second officer again, never the one who asked for it. Raises as `decide`."""
    lead, hold = seen_part(session, lead_id, LegalHold, hold_id)
    require_at(actor, P.holds_grant, lead.visible_to, "not_of_lead", "Only agencies that work on it decide")
    require_other_agency(actor, hold.asked_by, hold.asked_agency_ids)
    now = datetime.now(UTC)
    if (state := _state(hold, now)) is not HoldState.running:
        raise WrongState("Only a hold that runs is lifted", state=state, allowed_actions=[])
    hold.ended_by, hold.ended_at = actor.id, now
    hold.ending = seal_json(lead_key(lead), given.reason, _place(hold.id, "ending"))
    changed(session, lead, "hold:lift", hold.id, actor, asked_by=str(hold.asked_by))
    _tell(session, lead, hold, now, "lifted")
    return _one(session, lead, hold.id, actor)


def end_due(session: Session, now: datetime, most: int = BATCH) -> int:
    """End the holds whose term has passed, and tell those who answer for the leads; returns how many were found."""
    rows = session.execute(_TO_END, {"today": now.astimezone(BEIJING).date(), "most": most}).all()
    for row in rows:
        set_scope(session, acting_on=str(row.of_lead))
        lead = session.execute(
            select(Lead).where(Lead.id == row.of_lead).with_for_update(skip_locked=True)
        ).scalar_one_or_none()
        if lead is None:
            continue  # somebody changes it at this moment: the next run
        hold = session.execute(
            select(LegalHold).where(LegalHold.id == row.hold_id, LegalHold.ended_at.is_(None))
        ).scalar_one_or_none()
        if hold is not None:
            _end(session, lead, hold, now)
    return len(rows)


def _end(session: Session, lead: Lead, hold: LegalHold, now: datetime) -> None:
    lapsed = hold.agreed is None
    if hold.agreed is False:
        return
    hold.ended_at = now
    cause = "lapsed" if lapsed else "term"
    lead.version += 1
    session.flush()
    record(session, "hold:end", hold.id, SYSTEM, matter_id=lead.id, cause=cause, to=hold.to_on.isoformat())
    _tell(session, lead, hold, now, cause)


def _tell(session: Session, lead: Lead, hold: LegalHold, now: datetime, cause: str) -> None:
    """Who answers for the lead is told that nothing holds it any more, and has 30 days from then on."""
    facts: dict[str, Any] = {"cause": cause, "to": hold.to_on.isoformat()}
    if lead.expires_on is not None:
        facts["expires_on"] = lead.expires_on.isoformat()
    if lead.expiry_told_at is not None:
        lead.expiry_told_at = now
        session.flush()
    agencies = [lead.held_by_agency_id, *([lead.handler_agency_id] if lead.handler_agency_id else [])]
    tell_agencies(session, lead, NoticeKind.hold_ended, agencies, facts, hold.id)


def _state(hold: LegalHold, now: datetime) -> HoldState:
    if hold.agreed is None:
        lapsed = hold.ended_at is not None or hold.asked_at + timedelta(days=WAITS_DAYS) <= now
        return HoldState.lapsed if lapsed else HoldState.asked
    if not hold.agreed:
        return HoldState.refused
    over = hold.ended_at is not None or hold.to_on < now.astimezone(BEIJING).date()
    return HoldState.ended if over else HoldState.running


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
    state = _state(row, now)
    actions = []
    own = {posting.agency_id for posting in actor.postings}
    if actor.may_at(P.holds_grant, lead.visible_to) and own.isdisjoint(row.asked_agency_ids):
        actions = [HoldAction.decide] if state is HoldState.asked else []
        actions = [HoldAction.lift] if state is HoldState.running else actions
    return HoldItem.model_validate(
        {
            "id": row.id,
            "state": state,
            "to": row.to_on,
            "reason": open_or_none(key, row.reason, _place(row.id, "reason")),
            "asked_by": {"id": row.asked_by, "name": asker},
            "asked_at": row.asked_at,
            "decided_by": {"id": row.decided_by, "name": decider} if row.decided_by else None,
            "decided_at": row.decided_at,
            "decision_note": open_or_none(key, row.decision, _place(row.id, "decision")),
            "ended_by": {"id": row.ended_by, "name": ender} if row.ended_by else None,
            "ended_at": row.ended_at,
            "end_reason": open_or_none(key, row.ending, _place(row.id, "ending")),
            "allowed_actions": actions,
        }
    )
