"""What a lead's page shows of retention, holding, exonerating and correcting; and which leads expire soon."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import and_, func, select, tuple_
from sqlalchemy.orm import Session

from huiyin.access.actors import Actor
from huiyin.access.models import Agency
from huiyin.access.permissions import Permission as P
from huiyin.kit.web.paging import decode_cursor, page_of
from huiyin.kit.working_days import today_in_beijing
from huiyin.leads.record.expiry import RetentionRule
from huiyin.leads.record.models import Finding, Lead, State
from huiyin.leads.record.visible import reads_texts, visible_lead
from huiyin.leads.retention import corrections, exoneration, holds, notices
from huiyin.leads.retention.models import ExonerationState, HoldState
from huiyin.leads.retention.schemas import (
    LeadRetention,
    RetentionVerb,
    UpcomingItem,
    UpcomingPage,
    UpcomingQuery,
)


def of_lead(session: Session, lead_id: UUID, actor: Actor) -> LeadRetention:
    """How long a lead is kept, what holds it, who was exonerated, what was corrected and who was told.

    Raises:
        NotFound: as for any lead.
    """
    lead = visible_lead(session, lead_id)
    rule = None
    if lead.retention_rule is not None:
        rule = session.get(RetentionRule, (lead.retention_rule, lead.retention_version))
    held = holds.of_lead(session, lead, actor)
    asked = exoneration.of_lead(session, lead, actor)
    waits = None
    if lead.expires_on is not None and lead.destroyed_at is None:
        waits = _shown(session.execute(select(func.lead_waits(lead.id))).scalar_one())
    return LeadRetention.model_validate(
        {
            "rule": lead.retention_rule,
            "rule_version": lead.retention_version,
            "months": rule.months if rule else None,
            "basis": rule.basis if rule else None,
            "expires_on": lead.expires_on,
            "waits": waits,
            "destroyed_at": lead.destroyed_at,
            "exoneration": lead.exoneration,
            "holds": held,
            "exonerations": asked,
            "corrections": corrections.of_lead(session, lead, actor),
            "notices": notices.of_lead(session, lead, actor),
            "allowed_actions": _verbs(
                lead,
                actor,
                held=any(one.state in {HoldState.asked, HoldState.running} for one in held),
                waits=any(one.state is ExonerationState.asked for one in asked),
            ),
        }
    )


def _shown(waits: str | None) -> str | None:
    """What keeps a lead, as its readers are told: they may be those whom its branch is about."""
    return waits if waits == "hold" else None


def _verbs(lead: Lead, actor: Actor, *, held: bool, waits: bool) -> list[RetentionVerb]:
    if lead.destroyed_at is not None:
        return []
    texts = reads_texts(actor, lead)
    undetermined = lead.state == State.closed and lead.finding == Finding.undetermined
    may = {
        RetentionVerb.review: undetermined and actor.may_at(P.leads_look_back, lead.desk_agencies),
        RetentionVerb.ask_hold: texts and not held and actor.may_at(P.holds_ask, lead.visible_to),
        RetentionVerb.correct: texts and actor.may_at(P.subjects_correct, lead.visible_to),
        RetentionVerb.propose_exoneration: texts
        and not waits
        and exoneration.may_be_exonerated(lead)
        and lead.exoneration != "all"
        and actor.may_at(P.exonerations_ask, lead.visible_to),
    }
    return [act for act, allowed in may.items() if allowed]


def upcoming(session: Session, query: UpcomingQuery, actor: Actor) -> UpcomingPage:
    """The leads that the officer sees and that expire within so many days, the first to go first."""
    until = today_in_beijing(datetime.now(UTC)) + timedelta(days=query.days)
    statement = (
        select(Lead, Agency.name, func.lead_waits(Lead.id))
        .join(Agency, Agency.id == Lead.held_by_agency_id)
        .where(
            Lead.expires_on.is_not(None),
            Lead.destroyed_at.is_(None),
            and_(Lead.expires_on <= until, Lead.state == State.closed),
        )
        .order_by(Lead.expires_on, Lead.id)
        .limit(query.limit + 1)
    )
    if query.cursor is not None:
        statement = statement.where(
            tuple_(Lead.expires_on, Lead.id) > decode_cursor(query.cursor, date.fromisoformat, UUID)
        )
    rows: list[Any] = list(session.execute(statement).all())
    shown, following = page_of(rows, query.limit, lambda row: (row[0].expires_on, row[0].id))
    items = [
        UpcomingItem.model_validate(
            {
                "id": lead.id,
                "number": lead.number,
                "rule": lead.retention_rule,
                "expires_on": lead.expires_on,
                "waits": _shown(waits),
                "agency": {"id": lead.held_by_agency_id, "name": agency},
                "tips": lead.tip_count,
            }
        )
        for lead, agency, waits in shown
    ]
    return UpcomingPage(items=items, next_cursor=following)
