"""A lead as a row: the filter as conditions, and the fields that the list and the lead's own page share.

No filter by agency for authorisation stands here: the policies decide (ADR 0004). Statements are in Core, since
the inbox is the page that officers load all day.
"""

from datetime import UTC, datetime, timedelta
from operator import ge, lt
from typing import Any
from uuid import UUID

from sqlalchemy import Select, and_, or_, select
from sqlalchemy.orm import Session

from huiyin.access.actors import Actor
from huiyin.access.models import Agency, Officer, Region
from huiyin.leads.lifecycle.moves import LEADS
from huiyin.leads.lifecycle.rules import LeadCircumstances, circumstances
from huiyin.leads.page.schemas import LeadFilter, LeadRow
from huiyin.leads.record.models import Lead
from huiyin.leads.work.overlays import leads_under
from huiyin.tips.record.models import Tip
from huiyin.workflow.moving import allowed

LeadSelect = Select[Lead, str, str, str]


IS_OPEN = Lead.is_open  # the condition of the partial indexes of open leads


def rows_of(session: Session, ids: list[UUID], actor: Actor) -> dict[UUID, LeadRow]:
    """These leads as rows of the list, as they are now; without those that the actor may not see."""
    found = session.execute(with_names().where(Lead.id.in_(ids)).execution_options(populate_existing=True)).all()
    around = circumstances(session, actor, datetime.now(UTC))
    return {row[0].id: LeadRow(**row_fields(*row, actor, around)) for row in found}


def with_names() -> LeadSelect:
    return (
        select(Lead, Region.name, Agency.name, Officer.name)
        .join(Region, Region.code == Lead.region_code)
        .join(Agency, Agency.id == Lead.held_by_agency_id)
        .join(Officer, Officer.id == Lead.held_by_officer_id)
    )


def conditions_of(query: LeadFilter, actor: Actor, now: datetime) -> list[Any]:
    """The filter as conditions on `leads`, for this asker at this moment."""
    equal = (
        (Lead.nature, query.nature),
        (Lead.sector, query.sector),
        (Lead.conduct, query.conduct),
        (Lead.clock_rule, query.clock),
        (Lead.number, query.number),
    )
    bounds = (
        (query.due_before, Lead.clock_due_at, lt),
        (query.received_from, Lead.received_at, ge),
        (query.received_to, Lead.received_at, lt),
    )
    conditions: list[Any] = [column == value for column, value in equal if value is not None]
    conditions += [compare(column, bound) for bound, column, compare in bounds if bound is not None]
    if query.state:
        conditions.append(Lead.state.in_(query.state))
    if query.open is not None:
        conditions.append(IS_OPEN if query.open else ~IS_OPEN)
    if query.region is not None:
        conditions.append(Lead.region_path.contains([query.region]))
    if query.news is not None:
        conditions.append(Lead.news_at.is_not(None) if query.news else Lead.news_at.is_(None))
    if query.overlay:
        conditions.append(leads_under(query.overlay, now))
    if query.external_ref is not None:
        conditions.append(Lead.id.in_(select(Tip.lead_id).where(Tip.external_ref == query.external_ref)))
    return [*conditions, *_held_by(query, actor), *_due(query, now)]


def _held_by(query: LeadFilter, actor: Actor) -> list[Any]:
    conditions: list[Any] = []
    if query.agency == "mine":
        conditions += [Lead.held_by_agency_id.in_(actor.agency_ids), IS_OPEN]
    elif query.agency is not None:
        conditions.append(Lead.held_by_agency_id == query.agency)
    if query.officer is not None:
        conditions += [Lead.held_by_officer_id == (actor.id if query.officer == "me" else query.officer), IS_OPEN]
    return conditions


def _due(query: LeadFilter, now: datetime) -> list[Any]:
    conditions: list[Any] = []
    if query.overdue is not None:
        late = and_(Lead.clock_due_at < now, Lead.clock_paused_at.is_(None), IS_OPEN)
        conditions.append(late if query.overdue else or_(Lead.clock_due_at.is_(None), ~late))
    if query.due_within_days is not None:
        soon = now + timedelta(days=query.due_within_days)
        conditions += [Lead.clock_due_at >= now, Lead.clock_due_at < soon, Lead.clock_paused_at.is_(None), IS_OPEN]
    return conditions


def row_fields(
    lead: Lead, region: str, agency: str, officer: str, actor: Actor, around: LeadCircumstances
) -> dict[str, Any]:
    """The fields that a lead has in the list and on its own page alike."""
    clock = None
    if lead.clock_rule is not None:
        clock = {
            "rule": lead.clock_rule,
            "due_at": lead.clock_due_at,
            "provisional": lead.clock_provisional,
            "paused": lead.clock_paused_at is not None,
        }
    return {
        "id": lead.id,
        "number": lead.number,
        "state": lead.state,
        "nature": lead.nature,
        "sector": lead.sector,
        "conduct": lead.conduct,
        "region": {"code": lead.region_code, "name": region},
        "received_at": lead.received_at,
        "tip_count": lead.tip_count,
        "news_at": lead.news_at,
        "complex": lead.complex,
        "clock": clock,
        "held_by": {
            "agency": {"id": lead.held_by_agency_id, "name": agency},
            "officer": {"id": lead.held_by_officer_id, "name": officer},
        },
        "exoneration": lead.exoneration,
        "destroyed_at": lead.destroyed_at,
        "allowed_actions": allowed(LEADS, lead, actor, around),
        "version": lead.version,
    }
