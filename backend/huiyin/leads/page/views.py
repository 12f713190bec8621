"""One lead as its reader may see it, and its timeline from the trail."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from huiyin.access.actors import Actor
from huiyin.access.models import Agency, Officer, Region
from huiyin.access.schemas import OfficerRef
from huiyin.clocks.models import Clock
from huiyin.kit.crypto.vault import decrypt_or_none
from huiyin.kit.web.errors import NotFound
from huiyin.leads.lifecycle.moves import LEADS
from huiyin.leads.lifecycle.rules import circumstances
from huiyin.leads.page.rows import row_fields
from huiyin.leads.page.schemas import LeadItem
from huiyin.leads.record.models import Conclusion, Lead
from huiyin.leads.record.texts import allegation_aad, conclusion_aad, lead_key_or_none
from huiyin.leads.record.visible import reads_texts, works_on
from huiyin.leads.work.assessment import assessments_of
from huiyin.leads.work.checklist import checklist_summary
from huiyin.leads.work.look_back import look_backs_of
from huiyin.leads.work.overlays import overlays_of
from huiyin.tips.record.content import message_aad, tip_key
from huiyin.tips.record.models import Message, MessageSide, Tip
from huiyin.tips.reporting.views import tips_of
from huiyin.trail.recorder import record_read
from huiyin.workflow.actions import actions
from huiyin.workflow.models import Assignment, Exclusion, PendingMove
from huiyin.workflow.moving import pending_aad
from huiyin.workflow.timeline import TimelinePage, TimelineQuery, timeline_of


def lead(session: Session, lead_id: UUID, actor: Actor) -> LeadItem:
    """A lead with all that belongs to it, in a constant number of statements.

    Raises:
        NotFound: unknown, or not for the actor to see.
    """
    row = session.execute(
        select(Lead, Region.name, Agency.name, Officer.name)
        .join(Region, Region.code == Lead.region_code)
        .join(Agency, Agency.id == Lead.held_by_agency_id)
        .join(Officer, Officer.id == Lead.held_by_officer_id)
        .where(Lead.id == lead_id)
        .execution_options(populate_existing=True)
    ).one_or_none()
    if row is None:
        raise NotFound
    found: Lead = row[0]
    around = circumstances(session, actor, datetime.now(UTC))
    readable = reads_texts(actor, found)
    key = lead_key_or_none(found) if readable else None
    pending = session.get(PendingMove, found.id)
    names = _names(session, found, pending)
    merged = None
    if found.merged_into_id is not None:
        merged = session.execute(select(Lead.id, Lead.number).where(Lead.id == found.merged_into_id)).one_or_none()
    excluded = _exclusions(session, found.id)
    hidden_from = [OfficerRef.model_validate(one["officer"]) for one in excluded if one["officer"]]
    return LeadItem.model_validate(
        row_fields(found, row[1], row[2], row[3], actor, around)
        | {
            "reads_news": readable and works_on(found, actor),
            "tips": tips_of(session, found.id, readable=readable, hidden_from=hidden_from),
            "assignments": _assignments(session, found.id),
            "assisting": [names[id_] for id_ in found.assisting_agency_ids if id_ in names],
            "verifiers": [names[id_] for id_ in found.verifier_ids if id_ in names],
            "clocks": _clocks(session, found.id),
            "finding": _finding(session, found, key),
            "outcome": found.outcome,
            "feedback": _feedback(session, found, readable=readable),
            "document_numbers": found.document_numbers,
            "expires_on": found.expires_on,
            "pending": {
                "verb": pending.verb,
                "asked_by": names[pending.asked_by],
                "asked_at": pending.asked_at,
                "input": decrypt_or_none(key, pending.content, pending_aad(found.id)),
            }
            if pending
            else None,
            "excluded": excluded,
            "allegation": decrypt_or_none(key, found.allegation, allegation_aad(found.id)),
            "merged_into": {"id": merged.id, "number": merged.number} if merged else None,
            "actions": actions(LEADS, found, actor, around, pending),
            "overlays": overlays_of(session, found, actor),
            "assessments": assessments_of(session, found, actor),
            "checklist": checklist_summary(session, found),
            "look_backs": look_backs_of(session, found),
        }
    )


def opened_lead(session: Session, lead_id: UUID, actor: Actor) -> LeadItem:
    """A lead as its page is opened: who was shown what its tips tell is recorded. Raises NotFound."""
    item = lead(session, lead_id, actor)
    if any(tip.readable for tip in item.tips):
        record_read(session, lead_id, actor.by)
    return item


def _ref(id_: UUID | None, name: str | None) -> dict[str, Any] | None:
    """An agency or officer by id and name; None where there is none."""
    return {"id": id_, "name": name} if id_ is not None else None


def _names(session: Session, found: Lead, pending: PendingMove | None) -> dict[UUID, dict[str, Any]]:
    """Agencies and officers that the lead's row refers to, by id."""
    officers = [*found.verifier_ids, *([pending.asked_by] if pending else [])]
    rows: Iterable[Any] = session.execute(
        select(Agency.id, Agency.name)
        .where(Agency.id.in_(found.assisting_agency_ids))
        .union_all(select(Officer.id, Officer.name).where(Officer.id.in_(officers)))
    )
    return {id_: {"id": id_, "name": name} for id_, name in rows}


def _exclusions(session: Session, lead_id: UUID) -> list[dict[str, Any]]:
    rows = session.execute(
        select(Exclusion, Agency.name, Officer.name)
        .outerjoin(Agency, Agency.id == Exclusion.agency_id)
        .outerjoin(Officer, Officer.id == Exclusion.officer_id)
        .where(Exclusion.matter_id == lead_id)
        .order_by(Exclusion.at, Exclusion.id)
    )
    return [
        {
            "agency": _ref(row.agency_id, agency),
            "officer": _ref(row.officer_id, officer),
            "source": row.source,
            "at": row.at,
        }
        for row, agency, officer in rows
    ]


def _assignments(session: Session, lead_id: UUID) -> list[dict[str, Any]]:
    rows = session.execute(
        select(Assignment, Agency.name, Officer.name)
        .join(Agency, Agency.id == Assignment.agency_id)
        .join(Officer, Officer.id == Assignment.officer_id)
        .where(Assignment.matter_id == lead_id)
        .order_by(Assignment.from_at, Assignment.id)
    )
    return [
        {
            "agency": _ref(row.agency_id, agency),
            "officer": _ref(row.officer_id, officer),
            "role": row.role,
            "from": row.from_at,
            "to": row.to_at,
        }
        for row, agency, officer in rows
    ]


def _clocks(session: Session, lead_id: UUID) -> list[dict[str, Any]]:
    rows = session.execute(
        select(Clock, Agency.name, Officer.name)
        .join(Agency, Agency.id == Clock.agency_id)
        .join(Officer, Officer.id == Clock.officer_id)
        .where(Clock.matter_id == lead_id)
        .order_by(Clock.started_at, Clock.id)
    )
    return [
        {
            "rule": row.rule,
            "basis": row.basis,
            "started_at": row.started_at,
            "due_at": row.due_at,
            "provisional": row.provisional,
            "stopped_at": row.stopped_at,
            "paused": row.paused_at is not None,
            "agency": _ref(row.agency_id, agency),
            "officer": _ref(row.officer_id, officer),
        }
        for row, agency, officer in rows
    ]


def _finding(session: Session, found: Lead, key: bytes | None) -> dict[str, Any] | None:
    if found.finding is None:
        return None
    row = session.execute(
        select(Conclusion, Officer.name)
        .join(Officer, Officer.id == Conclusion.officer_id)
        .where(Conclusion.lead_id == found.id)
        .order_by(Conclusion.id.desc())
        .limit(1)
    ).one()
    conclusion: Conclusion = row[0]
    told = decrypt_or_none(key, conclusion.content, conclusion_aad(conclusion.id)) or {}
    return {
        "finding": conclusion.finding,
        "facts": told.get("facts"),
        "evidence": told.get("evidence", []),
        "actions_taken": told.get("actions_taken"),
        "concluded_at": conclusion.concluded_at,
        "by": _ref(conclusion.officer_id, row[1]),
    }


def _feedback(session: Session, found: Lead, *, readable: bool) -> dict[str, Any] | None:
    if found.fed_back_at is None:
        return None
    answer = None
    if readable and found.skip_reason is None:
        from_answer = session.execute(
            select(Message, Tip.wrapped_key)
            .join(Tip, Tip.id == Message.tip_id)
            .where(Tip.lead_id == found.id, Message.side == MessageSide.answer)
            .order_by(Message.id.desc())
            .limit(1)
        ).one_or_none()
        answer = _answer_text(*from_answer) if from_answer else None
    return {"at": found.fed_back_at, "text": answer, "skip_reason": found.skip_reason}


def _answer_text(message: Message, wrapped: bytes | None) -> str | None:
    told = decrypt_or_none(tip_key(message.tip_id, wrapped), message.content, message_aad(message.id))
    text: str | None = told if isinstance(told, str) else None  # a sealed one is opened by the agency's browser
    return text


def timeline(session: Session, lead_id: UUID, query: TimelineQuery, actor: Actor) -> TimelinePage:
    """What happened to a lead, oldest first, from the trail; with what was given, for those who may read it.

    With `query.accesses`, who read it, took files out of it or opened its reporter's identity: the access log.

    Raises:
        NotFound: unknown, or not for the actor to see.
    """
    page = timeline_of(LEADS, session, lead_id, query, lambda found: reads_texts(actor, found))
    if any(item.input is not None for item in page.items):
        record_read(session, lead_id, actor.by)
    return page
