"""The list of leads: filter, sort and page over what row-level security lets the asker see.

No filter by agency for authorisation stands here: the policies decide (ADR 0004). Statements are in Core, since
this is the page that officers load all day.
"""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import tuple_
from sqlalchemy.orm import Session

from huiyin.access.actors import Actor
from huiyin.kit.web.paging import decode_cursor, moment, page_of
from huiyin.leads.lifecycle.rules import circumstances
from huiyin.leads.matching.links import links_proposed
from huiyin.leads.page.rows import LeadSelect, conditions_of, row_fields, with_names
from huiyin.leads.page.schemas import LeadPage, LeadQuery, LeadSort, ListedLead
from huiyin.leads.record.models import Lead

_SORTS: dict[LeadSort, tuple[Any, bool]] = {
    LeadSort.oldest: (Lead.received_at, False),
    LeadSort.newest: (Lead.received_at, True),
    LeadSort.due_first: (Lead.clock_due_at, False),
    LeadSort.due_last: (Lead.clock_due_at, True),
}


def leads(session: Session, query: LeadQuery, actor: Actor) -> LeadPage:
    """A page of leads in the order asked for. Sorted by due date, leads without a running clock are left out."""
    now = datetime.now(UTC)
    column, descending = _SORTS[query.sort]
    statement = (
        with_names()
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


def _after(statement: LeadSelect, cursor: str, column: Any, descending: bool) -> LeadSelect:
    place = decode_cursor(cursor, moment, UUID)
    here = tuple_(column, Lead.id)
    return statement.where(here < place if descending else here > place)
