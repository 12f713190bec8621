"""The verification checklist: versioned templates per conduct; a lead keeps the version its verification began with."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from huiyin.access.actors import Actor
from huiyin.access.models import Officer
from huiyin.access.permissions import Permission
from huiyin.kit.crypto.vault import decrypt_or_none, encrypt_json
from huiyin.kit.database.tables import insert_into
from huiyin.kit.web.errors import Forbidden, Invalid, Stale, WrongState, field_error
from huiyin.leads.record.models import Lead, State
from huiyin.leads.record.texts import lead_key
from huiyin.leads.record.visible import text_key, visible_lead
from huiyin.leads.work.models import Checklist, ChecklistTemplate, ChecklistTick
from huiyin.leads.work.schemas import ChecklistLabel, ChecklistSummary, ChecklistView, Ticks
from huiyin.trail.recorder import record
from huiyin.workflow.models import MoveInput
from huiyin.workflow.moving import input_aad

GENERAL = "general"

Items = list[dict[str, Any]]


def _place(lead_id: UUID, seq: int, code: str) -> str:
    return f"checklist_ticks/{lead_id}/{seq}/{code}/note"


def begin_checklist(session: Session, lead: Lead, now: datetime) -> None:
    """Give the lead the newest templates: the general one and its conduct's. Earlier verifications keep theirs."""
    newest = (
        select(ChecklistTemplate.conduct, func.max(ChecklistTemplate.version))
        .where(ChecklistTemplate.conduct.in_([GENERAL, lead.conduct]))
        .group_by(ChecklistTemplate.conduct)
    )
    versions: dict[str, int] = dict(session.execute(newest).all())
    conduct = lead.conduct if lead.conduct in versions else GENERAL
    seq = session.execute(select(func.max(Checklist.seq)).where(Checklist.lead_id == lead.id)).scalar_one() or 0
    session.execute(
        insert_into(Checklist),
        {
            "lead_id": lead.id,
            "seq": seq + 1,
            "general_version": versions[GENERAL],
            "conduct": conduct,
            "conduct_version": versions[conduct],
            "begun_at": now,
        },
    )


def _newest(session: Session, lead_id: UUID, *, lock: bool = False) -> Checklist | None:
    statement = select(Checklist).where(Checklist.lead_id == lead_id).order_by(Checklist.seq.desc()).limit(1)
    if lock:
        statement = statement.with_for_update()
    return session.execute(statement.execution_options(populate_existing=True)).scalar_one_or_none()


def _items(session: Session, found: Checklist) -> Items:
    """The general items, then the conduct's, in the versions of this checklist."""
    wanted = {GENERAL: found.general_version, found.conduct: found.conduct_version}
    rows = session.execute(
        select(ChecklistTemplate.conduct, ChecklistTemplate.version, ChecklistTemplate.items).where(
            ChecklistTemplate.conduct.in_(wanted)
        )
    )
    by_conduct = {conduct: items for conduct, version, items in rows if wanted[conduct] == version}
    return [item for conduct in wanted for item in by_conduct[conduct]]


def checklist_summary(session: Session, lead: Lead) -> ChecklistSummary | None:
    """How many items are done and which are open, in three statements; None before verification begins."""
    found = _newest(session, lead.id)
    if found is None:
        return None
    items = _items(session, found)
    done = set(
        session.execute(
            select(ChecklistTick.code).where(
                ChecklistTick.lead_id == lead.id, ChecklistTick.seq == found.seq, ChecklistTick.done
            )
        ).scalars()
    )
    left = [ChecklistLabel.model_validate(item) for item in items if item["code"] not in done]
    return ChecklistSummary(done=len(items) - len(left), total=len(items), open=left)


def checklist(session: Session, lead_id: UUID, actor: Actor) -> ChecklistView:
    """The checklist of a lead's newest verification; empty, with version 0, before one has begun.

    Raises:
        NotFound: as for any lead.
    """
    return _view(session, visible_lead(session, lead_id), actor)


def _view(session: Session, lead: Lead, actor: Actor) -> ChecklistView:
    found = _newest(session, lead.id)
    if found is None:
        return ChecklistView(conduct=None, template_version=None, version=0, done=0, total=0, items=[])
    key = text_key(actor, lead)
    ticks = {
        tick.code: (tick, officer)
        for tick, officer in session.execute(
            select(ChecklistTick, Officer.name)
            .join(Officer, Officer.id == ChecklistTick.officer_id)
            .where(ChecklistTick.lead_id == lead.id, ChecklistTick.seq == found.seq)
            .execution_options(populate_existing=True)
        )
    }
    items = []
    for item in _items(session, found):
        tick, officer = ticks.get(item["code"], (None, None))
        note = None
        if tick is not None and tick.note is not None:
            note = decrypt_or_none(key, tick.note, _place(lead.id, found.seq, tick.code))
        items.append(
            item
            | {
                "done": tick is not None and tick.done,
                "note": note,
                "by": {"id": tick.officer_id, "name": officer} if tick else None,
                "at": tick.at if tick else None,
            }
        )
    return ChecklistView.model_validate(
        {
            "conduct": found.conduct,
            "template_version": found.conduct_version,
            "version": found.version,
            "done": sum(item["done"] for item in items),
            "total": len(items),
            "items": items,
        }
    )


def tick(session: Session, lead_id: UUID, version: int, body: Ticks, actor: Actor) -> ChecklistView:
    """Tick items off, or take ticks back, each with a note.

    Raises:
        NotFound: as for any lead.
        Forbidden: not a named verifier of this lead.
        WrongState: the lead is not being verified.
        Stale: the other verifier changed the list since `version`.
        Invalid: an item that the list does not have, or one named twice.
    """
    lead = visible_lead(session, lead_id)
    if actor.id not in lead.verifier_ids:
        raise Forbidden(
            "Only a named verifier of this lead does this",
            permission=Permission.checklists_write,
            rule="not_a_verifier",
        )
    found = _newest(session, lead.id, lock=True)
    if lead.state != State.verifying or found is None:
        raise WrongState("The checklist is kept while the lead is verified", state=lead.state, allowed_actions=[])
    if found.version != version:
        raise Stale(f"The checklist changed meanwhile: it is at version {found.version}", version=found.version)
    _check(session, found, body)
    now = datetime.now(UTC)
    for item in body.items:
        place = _place(lead.id, found.seq, item.code)
        said = {
            "done": item.done,
            "officer_id": actor.id,
            "at": now,
            "note": encrypt_json(lead_key(lead), item.note, place) if item.note is not None else None,
        }
        row = insert(ChecklistTick).values(lead_id=lead.id, seq=found.seq, code=item.code, **said)
        session.execute(row.on_conflict_do_update(index_elements=["lead_id", "seq", "code"], set_=said))
    found.version += 1
    session.flush()
    _record(session, lead, body, actor)
    return _view(session, lead, actor)


def _check(session: Session, found: Checklist, body: Ticks) -> None:
    known = {item["code"] for item in _items(session, found)}
    seen: set[str] = set()
    errors = []
    for index, item in enumerate(body.items):
        if item.code not in known:
            errors.append(field_error(f"/items/{index}/code", "unknown_item", "The checklist has no such item"))
        elif item.code in seen:
            errors.append(field_error(f"/items/{index}/code", "twice", "Name each item once"))
        seen.add(item.code)
    if errors:
        raise Invalid(*errors)


def _record(session: Session, lead: Lead, body: Ticks, actor: Actor) -> None:
    """The event, and beside it what was given: a note that a later one replaces stays readable in the timeline."""
    event_id = session.execute(text("SELECT uuidv7()")).scalar_one()
    record(
        session,
        "lead:tick_checklist",
        lead.id,
        actor.by,
        matter_id=lead.id,
        from_state=lead.state,
        to_state=lead.state,
        event_id=event_id,
        done=[item.code for item in body.items if item.done],
        undone=[item.code for item in body.items if not item.done],
    )
    content = encrypt_json(lead_key(lead), body.model_dump(mode="json"), input_aad(event_id))
    session.execute(insert_into(MoveInput), {"event_id": event_id, "matter_id": lead.id, "content": content})
