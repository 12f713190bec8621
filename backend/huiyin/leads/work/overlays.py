"""Overlays on a lead's ordinary way: asked for by one officer, approved by another, from when to when.

督办, 挂牌督办, 提级查办, 异地用警, 工作组 (docs/domain.md, section 3).
"""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, literal_column, or_, select, text
from sqlalchemy.orm import Session, aliased

from huiyin.access.actors import Actor
from huiyin.access.models import Officer
from huiyin.access.permissions import Permission
from huiyin.kit.crypto.vault import decrypt_or_none, encrypt_json
from huiyin.kit.web.errors import Invalid, WrongState, field_error
from huiyin.leads.record.models import Lead
from huiyin.leads.record.texts import lead_key
from huiyin.leads.record.visible import text_key, visible_lead, visible_part
from huiyin.leads.work.models import Overlay, OverlayKind, OverlayState
from huiyin.leads.work.schemas import (
    NewOverlay,
    OverlayDecision,
    OverlayEnd,
    OverlayItem,
    OverlayList,
)
from huiyin.workflow import requests
from huiyin.workflow.request_models import Apart
from huiyin.workflow.requests import RequestEvents, RequestKind, Right, Where

_asker, _approver, _ender = aliased(Officer), aliased(Officer), aliased(Officer)


def _place(overlay_id: UUID, field: str) -> str:
    return f"overlays/{overlay_id}/{field}"


def ask(session: Session, lead_id: UUID, body: NewOverlay, actor: Actor) -> OverlayItem:
    """Ask for an overlay; it holds once a reviewer or leader of the office approves it.

    Raises:
        NotFound: as for any lead.
        Forbidden: the permission is held at another agency only.
        WrongState: the lead is no longer open.
        Conflict: one of that kind waits or runs already.
        Invalid: it would end in the past.
    """
    lead = visible_lead(session, lead_id, lock=True)
    now = datetime.now(UTC)
    listing = body.listing

    def new(overlay_id: UUID) -> dict[str, Any]:
        _require_open(lead)
        if body.to is not None and body.to <= now:
            raise Invalid(field_error("/to", "past", "Choose an end in the future"))
        told = {"reason": body.reason, "delisting_test": listing.delisting_test if listing else None}
        return {
            "lead_id": lead.id,
            "kind": body.kind.value,
            "from_at": body.from_ or now,
            "to_at": body.to,
            "board_number": listing.board_number if listing else None,
            "public": listing.public if listing else None,
            "reason": encrypt_json(lead_key(lead), told, _place(overlay_id, "reason")),
        }

    row = requests.ask(session, OVERLAYS, lead, actor, now, new)
    return _one(session, lead, row.id, actor)


def decide(session: Session, lead_id: UUID, overlay_id: UUID, body: OverlayDecision, actor: Actor) -> OverlayItem:
    """Approve or refuse what another officer asked for.

    Raises:
        NotFound: as for any lead, or it has no such overlay.
        Forbidden: the asker's own request, or not of the lead's office.
        WrongState: it was decided already, or the lead is no longer open.
    """
    lead, overlay = visible_part(session, lead_id, Overlay, overlay_id)
    decision = encrypt_json(lead_key(lead), {"note": body.note}, _place(overlay.id, "decision")) if body.note else None
    now = datetime.now(UTC)
    requests.decide(session, OVERLAYS, overlay, lead, actor, now, agreed=body.agreed, decision=decision)
    return _one(session, lead, overlay.id, actor)


def end(session: Session, lead_id: UUID, overlay_id: UUID, body: OverlayEnd, actor: Actor) -> OverlayItem:
    """End an overlay that was approved; a listing, because its test for delisting is met. Raises as `decide`."""
    lead, overlay = visible_part(session, lead_id, Overlay, overlay_id)
    ending = encrypt_json(lead_key(lead), {"reason": body.reason}, _place(overlay.id, "ending"))
    requests.end(session, OVERLAYS, overlay, lead, actor, datetime.now(UTC), cause="lifted", ending=ending)
    return _one(session, lead, overlay.id, actor)


def _require_open(lead: Lead) -> None:
    if not lead.is_open:
        raise WrongState("The lead is no longer open", state=lead.state, allowed_actions=[])


def _check(overlay: Overlay, lead: Lead, agreed: bool, now: datetime) -> None:
    if not agreed:
        return
    _require_open(lead)
    if overlay.to_at is not None and overlay.to_at <= now:
        raise WrongState("Its term has passed while it waited; refuse it", state=overlay.state, allowed_actions=[])


def _begin(session: Session, overlay: Overlay, lead: Lead, actor: Actor, now: datetime) -> dict[str, Any]:
    """It never holds from before it was approved."""
    overlay.from_at = max(overlay.from_at, now)
    return {}


OVERLAYS = RequestKind(
    table=Overlay,
    matter=Lead,
    agreed=OverlayState.running,
    runs=OverlayState.running,
    asks=Right(permission=Permission.overlays_ask, at=Where.visible_to),
    decides=Right(permission=Permission.overlays_approve, at=Where.desk_agencies, apart=Apart.officer),
    ends=Right(permission=Permission.overlays_approve, at=Where.desk_agencies),
    alone=("lead_id", "kind"),
    taken="One of this kind waits or runs already; end that one first",
    pointer="/kind",
    term=lambda overlay: overlay.to_at,
    events=RequestEvents(
        asked="overlay:ask",
        agreed="overlay:approve",
        refused="overlay:refuse",
        ended="overlay:end",
        over="overlay:end",
    ),
    due=text("SELECT request, matter FROM overlays_to_end(:now, :most)"),
    facts=lambda overlay: {"kind": overlay.kind},
    check=_check,
    follows=_begin,
)


def leads_under(kinds: list[OverlayKind], now: datetime) -> ColumnElement[bool]:
    """The inbox's condition: an overlay of one of these kinds holds now."""
    held = select(Overlay.lead_id).where(
        Overlay.kind.in_(kinds),
        Overlay.state == literal_column("'running'"),  # in the statement itself, for the partial index that serves it
        Overlay.from_at <= now,
        or_(Overlay.to_at.is_(None), Overlay.to_at > now),
    )
    return Lead.id.in_(held)


def _shown(overlay: Overlay, now: datetime) -> str:
    state = requests.state_at(OVERLAYS, overlay, now)
    return OverlayState.to_come if state == OverlayState.running and overlay.from_at > now else state


def overlays(session: Session, lead_id: UUID, actor: Actor) -> OverlayList:
    """All overlays of a lead, oldest first. Raises NotFound as for any lead."""
    return OverlayList(items=overlays_of(session, visible_lead(session, lead_id), actor))


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
    def decrypted(field: str, sealed: bytes | None) -> dict[str, Any]:
        return (decrypt_or_none(key, sealed, _place(row.id, field)) or {}) if sealed is not None else {}

    reason = decrypted("reason", row.reason)
    return OverlayItem.model_validate(
        {
            "id": row.id,
            "kind": row.kind,
            "state": _shown(row, now),
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
            "decision_note": decrypted("decision", row.decision).get("note"),
            "ended_by": {"id": row.ended_by, "name": ender} if row.ended_by else None,
            "ended_at": row.ended_at,
            "end_reason": decrypted("ending", row.ending).get("reason"),
            "allowed_actions": requests.allowed(OVERLAYS, row, actor, lead, now),
        }
    )
