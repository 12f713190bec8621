"""Overlays on a lead's ordinary way: asked for by one officer, approved by another, from when to when.

督办, 挂牌督办, 提级查办, 异地用警, 工作组 (docs/domain.md, section 3).
"""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, or_, select, text
from sqlalchemy.orm import Session, aliased

from huiyin.access.actors import Actor
from huiyin.access.models import Officer
from huiyin.access.permissions import Permission
from huiyin.kit.crypto.vault import open_or_none, seal_json
from huiyin.kit.web.errors import Conflict, Forbidden, Invalid, WrongState, field_error
from huiyin.leads.record.models import Lead
from huiyin.leads.record.seen import seen_lead, seen_part, text_key
from huiyin.leads.record.texts import lead_key
from huiyin.leads.work.models import Overlay, OverlayKind
from huiyin.leads.work.schemas import (
    NewOverlay,
    OverlayAction,
    OverlayDecision,
    OverlayEnd,
    OverlayItem,
    OverlayList,
    OverlayState,
)
from huiyin.workflow.requests import changed
from huiyin.workflow.visibility import require_at

_asker, _approver, _ender = aliased(Officer), aliased(Officer), aliased(Officer)


def _place(overlay_id: UUID, field: str) -> str:
    return f"overlays/{overlay_id}/{field}"


def ask(session: Session, lead_id: UUID, given: NewOverlay, actor: Actor) -> OverlayItem:
    """Ask for an overlay; it holds once a reviewer or leader of the office approves it.

    Raises:
        NotFound: as for any lead.
        Forbidden: the permission is held at another agency only.
        WrongState: the lead is no longer open.
        Conflict: one of that kind waits or runs already.
        Invalid: it would end in the past.
    """
    lead = seen_lead(session, lead_id, lock=True)
    now = datetime.now(UTC)
    _require_open(lead)
    require_at(actor, Permission.overlays_ask, lead.visible_to, "not_of_lead", "Only agencies that work on it ask")
    if given.to is not None and given.to <= now:
        raise Invalid(field_error("/to", "past", "Choose an end in the future"))
    if session.execute(
        select(Overlay.id).where(Overlay.lead_id == lead.id, Overlay.kind == given.kind, _open())
    ).first():
        raise Conflict("One of this kind waits or runs already; end that one first", pointer="/kind")
    overlay_id = session.execute(text("SELECT uuidv7()")).scalar_one()
    listing = given.listing
    told = {"reason": given.reason, "delisting_test": listing.delisting_test if listing else None}
    session.add(
        Overlay(
            id=overlay_id,
            lead_id=lead.id,
            kind=given.kind,
            from_at=given.from_ or now,
            to_at=given.to,
            board_number=listing.board_number if listing else None,
            public=listing.public if listing else None,
            asked_by=actor.id,
            asked_at=now,
            reason=seal_json(lead_key(lead), told, _place(overlay_id, "reason")),
        )
    )
    changed(session, lead, "overlay:ask", overlay_id, actor, kind=str(given.kind))
    return _one(session, lead, overlay_id, actor)


def decide(session: Session, lead_id: UUID, overlay_id: UUID, given: OverlayDecision, actor: Actor) -> OverlayItem:
    """Approve or refuse what another officer asked for.

    Raises:
        NotFound: as for any lead, or it has no such overlay.
        Forbidden: the asker's own request, or not of the lead's office.
        WrongState: it was decided already, or the lead is no longer open.
    """
    lead, overlay = seen_part(session, lead_id, Overlay, overlay_id)
    now = datetime.now(UTC)
    _require_desk(actor, lead)
    if overlay.asked_by == actor.id:
        raise Forbidden("Another officer must approve what you asked for", rule="own_request")
    if overlay.agreed is not None:
        raise WrongState("This was decided already", state=_state(overlay, now), allowed_actions=[])
    if given.agreed:
        _require_open(lead)
        if overlay.to_at is not None and overlay.to_at <= now:
            raise WrongState("Its term has passed while it waited; refuse it", state="asked", allowed_actions=[])
        # It never holds from before it was approved.
        overlay.from_at = max(overlay.from_at, now)
    overlay.decided_by, overlay.decided_at, overlay.agreed = actor.id, now, given.agreed
    if given.note is not None:
        overlay.decision = seal_json(lead_key(lead), {"note": given.note}, _place(overlay.id, "decision"))
    event = "overlay:approve" if given.agreed else "overlay:refuse"
    changed(session, lead, event, overlay.id, actor, kind=overlay.kind, asked_by=str(overlay.asked_by))
    return _one(session, lead, overlay.id, actor)


def end(session: Session, lead_id: UUID, overlay_id: UUID, given: OverlayEnd, actor: Actor) -> OverlayItem:
    """End an overlay that was approved; a listing, because its test for delisting is met. Raises as `decide`."""
    lead, overlay = seen_part(session, lead_id, Overlay, overlay_id)
    now = datetime.now(UTC)
    _require_desk(actor, lead)
    if not overlay.agreed or overlay.ended_at is not None:
        raise WrongState("Only what was approved can be ended, once", state=_state(overlay, now), allowed_actions=[])
    overlay.ended_by, overlay.ended_at = actor.id, now
    overlay.ending = seal_json(lead_key(lead), {"reason": given.reason}, _place(overlay.id, "ending"))
    changed(session, lead, "overlay:end", overlay.id, actor, kind=overlay.kind)
    return _one(session, lead, overlay.id, actor)


def _require_open(lead: Lead) -> None:
    if not lead.is_open:
        raise WrongState("The lead is no longer open", state=lead.state, allowed_actions=[])


def _require_desk(actor: Actor, lead: Lead) -> None:
    require_at(
        actor,
        Permission.overlays_approve,
        lead.desk_agencies,
        "not_at_desk",
        "Only a reviewer or leader of the lead's office, or of one above it, does this",
    )


def _open() -> ColumnElement[bool]:
    """Waits or runs: at most one of a kind (unique index)."""
    return and_(Overlay.ended_at.is_(None), Overlay.agreed.is_distinct_from(False))


def leads_under(kinds: list[OverlayKind], now: datetime) -> ColumnElement[bool]:
    """The inbox's condition: an overlay of one of these kinds holds now."""
    held = select(Overlay.lead_id).where(
        Overlay.kind.in_(kinds),
        Overlay.agreed.is_(True),
        _open(),  # says less than the line above, but these are the words of the partial index that serves it
        Overlay.from_at <= now,
        or_(Overlay.to_at.is_(None), Overlay.to_at > now),
    )
    return Lead.id.in_(held)


def _state(overlay: Overlay, now: datetime) -> OverlayState:
    if overlay.agreed is None:
        return OverlayState.asked
    if not overlay.agreed:
        return OverlayState.refused
    if overlay.ended_at is not None or (overlay.to_at is not None and overlay.to_at <= now):
        return OverlayState.ended
    return OverlayState.to_come if overlay.from_at > now else OverlayState.running


def overlays(session: Session, lead_id: UUID, actor: Actor) -> OverlayList:
    """All overlays of a lead, oldest first. Raises NotFound as for any lead."""
    return OverlayList(items=overlays_of(session, seen_lead(session, lead_id), actor))


def overlays_of(session: Session, lead: Lead, actor: Actor, only: UUID | None = None) -> list[OverlayItem]:
    """The overlays of a lead that was read already, in one statement."""
    statement = (
        select(Overlay, _asker.name, _approver.name, _ender.name)
        .join(_asker, _asker.id == Overlay.asked_by)
        .outerjoin(_approver, _approver.id == Overlay.decided_by)
        .outerjoin(_ender, _ender.id == Overlay.ended_by)
        .where(Overlay.lead_id == lead.id)
        .order_by(Overlay.id)
    )
    if only is not None:
        statement = statement.where(Overlay.id == only)
    key, now = text_key(actor, lead), datetime.now(UTC)
    return [_item(lead, *row, key, actor, now) for row in session.execute(statement)]


def _one(session: Session, lead: Lead, overlay_id: UUID, actor: Actor) -> OverlayItem:
    return overlays_of(session, lead, actor, overlay_id)[0]


def _item(
    lead: Lead,
    row: Overlay,
    asker: str,
    approver: str | None,
    ender: str | None,
    key: bytes | None,
    actor: Actor,
    now: datetime,
) -> OverlayItem:
    def told(field: str, sealed: bytes | None) -> dict[str, Any]:
        return (open_or_none(key, sealed, _place(row.id, field)) or {}) if sealed is not None else {}

    reason = told("reason", row.reason)
    return OverlayItem.model_validate(
        {
            "id": row.id,
            "kind": row.kind,
            "state": _state(row, now),
            "from": row.from_at,
            "to": row.to_at,
            "board_number": row.board_number,
            "public": row.public,
            "delisting_test": reason.get("delisting_test"),
            "reason": reason.get("reason"),
            "asked_by": {"id": row.asked_by, "name": asker},
            "asked_at": row.asked_at,
            "approver": {"id": row.decided_by, "name": approver} if row.decided_by else None,
            "decided_at": row.decided_at,
            "decision_note": told("decision", row.decision).get("note"),
            "ended_by": {"id": row.ended_by, "name": ender} if row.ended_by else None,
            "ended_at": row.ended_at,
            "end_reason": told("ending", row.ending).get("reason"),
            "allowed_actions": _allowed(lead, row, actor),
        }
    )


def _allowed(lead: Lead, row: Overlay, actor: Actor) -> list[OverlayAction]:
    if not actor.may_at(Permission.overlays_approve, lead.desk_agencies):
        return []
    if row.agreed is None:
        return [] if row.asked_by == actor.id else [OverlayAction.decide]
    return [OverlayAction.end] if row.agreed and row.ended_at is None else []
