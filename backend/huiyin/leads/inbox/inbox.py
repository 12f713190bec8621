"""The list of leads: filter, sort and page over what row-level security lets the asker see.

No filter by agency for authorisation stands here: the policies decide (ADR 0004). Statements are in Core, since
this is the page that officers load all day.
"""

from datetime import UTC, datetime, timedelta
from operator import ge, lt
from typing import Any
from uuid import UUID

from sqlalchemy import Select, and_, func, or_, select, tuple_, union_all
from sqlalchemy.orm import Session

from huiyin.access.actors import Actor
from huiyin.access.models import Agency, Officer, Region
from huiyin.kit.web.paging import decode_cursor, moment, page_of
from huiyin.leads.lifecycle.moves import LEADS
from huiyin.leads.lifecycle.rules import LeadCircumstances, circumstances
from huiyin.leads.matching.models import Link, LinkStatus
from huiyin.leads.page.schemas import LeadFilter, LeadPage, LeadQuery, LeadRow, LeadSort, ListedLead
from huiyin.leads.record.models import Lead
from huiyin.leads.work.overlays import leads_under
from huiyin.tips.record.models import Tip
from huiyin.workflow.moving import allowed

LeadSelect = Select[Lead, str, str, str]
_SORTS: dict[LeadSort, tuple[Any, bool]] = {
    LeadSort.oldest: (Lead.received_at, False),
    LeadSort.newest: (Lead.received_at, True),
    LeadSort.due_first: (Lead.clock_due_at, False),
    LeadSort.due_last: (Lead.clock_due_at, True),
}
IS_OPEN = Lead.is_open  # the condition of the partial indexes of open leads


def leads(session: Session, query: LeadQuery, actor: Actor) -> LeadPage:
    """A page of leads in the order asked for. Sorted by due date, leads without a running clock are left out."""
    now = datetime.now(UTC)
    column, descending = _SORTS[query.sort]
    statement = (
        _with_names()
        .where(*conditions_of(query, actor, now))
        .order_by(column.desc() if descending else column, Lead.id.desc() if descending else Lead.id)
        .limit(query.limit + 1)
    )
    if column is Lead.clock_due_at:
        statement = statement.where(Lead.clock_due_at.is_not(None))
    if query.cursor is not None:
        statement = _after(statement, query.cursor, column, descending)
    rows, following = page_of(
        session.execute(statement).all(), query.limit, lambda row: (getattr(row[0], column.key), row[0].id)
    )
    around = circumstances(session, actor, now)
    proposed = links_proposed(session, [row[0].id for row in rows])
    items = [ListedLead(**row_fields(*row, actor, around), links_proposed=proposed.get(row[0].id, 0)) for row in rows]
    return LeadPage(items=items, next_cursor=following)


def links_proposed(session: Session, ids: list[UUID]) -> dict[UUID, int]:
    """How many undecided links each of these leads has to leads that the asker sees; those with none are left out."""
    ends = [
        select(end.label("id")).where(end.in_(ids), Link.status == LinkStatus.proposed)
        for end in (Link.lead_a, Link.lead_b)
    ]
    of = union_all(*ends).subquery()
    rows = session.execute(select(of.c.id, func.count()).group_by(of.c.id)).all()
    return {row[0]: row[1] for row in rows}


def rows_of(session: Session, ids: list[UUID], actor: Actor) -> dict[UUID, LeadRow]:
    """These leads as rows of the list, as they are now; without those that the actor may not see."""
    found = session.execute(_with_names().where(Lead.id.in_(ids)).execution_options(populate_existing=True)).all()
    around = circumstances(session, actor, datetime.now(UTC))
    return {row[0].id: LeadRow(**row_fields(*row, actor, around)) for row in found}


def _with_names() -> LeadSelect:
    return (
        select(Lead, Region.name, Agency.name, Officer.name)
        .join(Region, Region.code == Lead.region_code)
        .join(Agency, Agency.id == Lead.held_by_agency_id)
        .join(Officer, Officer.id == Lead.held_by_officer_id)
    )


def _after(statement: LeadSelect, cursor: str, column: Any, descending: bool) -> LeadSelect:
    place = decode_cursor(cursor, moment, UUID)
    here = tuple_(column, Lead.id)
    return statement.where(here < place if descending else here > place)


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
        "complex": lead.complex,
        "clock": clock,
        "held_by": {
            "agency": {"id": lead.held_by_agency_id, "name": agency},
            "officer": {"id": lead.held_by_officer_id, "name": officer},
        },
        "clearing": lead.clearing,
        "destroyed_at": lead.destroyed_at,
        "allowed_actions": allowed(LEADS, lead, actor, around),
        "version": lead.version,
    }
