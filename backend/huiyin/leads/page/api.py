"""Routes of one lead: its page, its timeline, and the verbs. Each parses, calls one function and returns."""

from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response

from huiyin.access.actors import Actor, Allow, SessionDep
from huiyin.access.permissions import Permission as P
from huiyin.kit.text.fields import Instant
from huiyin.kit.web.paging import link_next
from huiyin.kit.web.versions import set_etag
from huiyin.leads.lifecycle.moves import LEADS
from huiyin.leads.page import responsibility, views
from huiyin.leads.page.schemas import Answering, LeadItem
from huiyin.workflow.routes import Shown, add_verbs
from huiyin.workflow.timeline import TimelinePage, TimelineQuery

router = APIRouter(prefix="/api/v1")
Reads = Annotated[Actor, Depends(Allow(P.leads_read))]


@router.get("/leads/{lead_id:uuid}", tags=["leads"], operation_id="get_lead")
def get_lead(lead_id: UUID, session: SessionDep, response: Response, actor: Reads) -> LeadItem:
    """One lead with its tips, assignments, clocks, finding, and the verbs that are open."""
    item = views.opened_lead(session, lead_id, actor)
    set_etag(response, item.version)
    return item


@router.get("/leads/{lead_id:uuid}/timeline", tags=["leads"], operation_id="get_timeline")
def get_timeline(
    lead_id: UUID,
    request: Request,
    response: Response,
    session: SessionDep,
    actor: Reads,
    query: Annotated[TimelineQuery, Query()],
) -> TimelinePage:
    """Who did what with the lead, when, from which state to which; or who read it."""
    page = views.timeline(session, lead_id, query, actor)
    link_next(request, response, page.next_cursor)
    return page


@router.get("/leads/{lead_id:uuid}/responsible", tags=["leads"], operation_id="who_answered")
def who_answered(
    lead_id: UUID,
    session: SessionDep,
    _: Annotated[Actor, Depends(Allow(P.leads_read))],
    at: Annotated[Instant | None, Query(description="The moment asked about; now when left out")] = None,
) -> Answering:
    """Who answered for the lead at a moment: one agency and one named officer."""
    return responsibility.who_answered(session, lead_id, at or datetime.now(UTC))


add_verbs(router, LEADS, Shown(plural="leads", item=LeadItem, read=views.lead))
