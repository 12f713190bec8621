"""The route of search."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response

from huiyin.access.actors import Actor, Allow, SessionDep
from huiyin.access.permissions import Permission as P
from huiyin.kit.web.paging import link_next
from huiyin.leads.matching import search
from huiyin.leads.matching.search_schemas import SearchPage, SearchQuery
from huiyin.trail.recorder import record

router = APIRouter(prefix="/api/v1")


@router.get("/leads/search", tags=["leads"], operation_id="search_leads")
def search_leads(
    request: Request,
    response: Response,
    session: SessionDep,
    # What is found says what was told. Without `leads:read` beside it, no lead is visible (access/actors.py).
    actor: Annotated[Actor, Depends(Allow(P.tips_read))],
    query: Annotated[SearchQuery, Query()],
) -> SearchPage:
    """Find leads by what was told, the best match first."""
    page = search.search(session, query, actor)
    # A page of excerpts is one event; what was looked for is not in it.
    if shown := [str(item.id) for item in page.items if item.snippets]:
        record(session, "search:show_excerpts", actor.id, actor.by, leads=shown)
    link_next(request, response, page.next_cursor)
    return page
