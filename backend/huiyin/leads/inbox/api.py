"""Routes of the inbox: the list, counts of views, saved views, bulk verbs and live updates."""

from collections.abc import Callable
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import BaseModel

from huiyin.access.actors import Actor, Allow, SessionDep
from huiyin.access.permissions import Permission as P
from huiyin.kit.web.idempotency import Attempt, attempt, once
from huiyin.kit.web.paging import link_next
from huiyin.kit.web.versions import required_version, set_etag
from huiyin.leads.inbox import bulk, counts, inbox, live, saved_views
from huiyin.leads.inbox.bulk import BulkResults, BulkVerbs
from huiyin.leads.inbox.counts import ViewCounts
from huiyin.leads.inbox.saved_views import SavedViewIn, SavedViewItem, SavedViewList
from huiyin.leads.lifecycle.moves import MOVES
from huiyin.leads.page.schemas import LeadPage, LeadQuery

router = APIRouter(prefix="/api/v1")
Once = Annotated[Attempt, Depends(attempt)]
Version = Annotated[int, Depends(required_version)]
Reads = Annotated[Actor, Depends(Allow(P.leads_read))]


@router.get("/leads", tags=["leads"], operation_id="list_leads")
def list_leads(
    request: Request, response: Response, session: SessionDep, actor: Reads, query: Annotated[LeadQuery, Query()]
) -> LeadPage:
    """The inbox: what the asker may see, filtered, sorted and paged."""
    page = inbox.leads(session, query, actor)
    link_next(request, response, page.next_cursor)
    return page


@router.get("/leads/counts", tags=["inbox"], operation_id="count_views")
def count_views(session: SessionDep, actor: Reads) -> ViewCounts:
    """The standing views, each with its filter and how many leads the asker sees in it, 999 at most."""
    return counts.counts(session, actor)


@router.get("/saved-views", tags=["inbox"], operation_id="list_saved_views")
def list_saved_views(session: SessionDep, actor: Reads) -> SavedViewList:
    """One's own saved views, and those shared at one's agency."""
    return saved_views.saved_views(session, actor)


@router.post("/saved-views", tags=["inbox"], operation_id="save_view", status_code=201)
def save_view(body: SavedViewIn, session: SessionDep, response: Response, actor: Reads, attempt: Once) -> SavedViewItem:
    """Keep a filter and sort order under a name."""
    item = once(
        session, attempt, str(actor.id), SavedViewItem, response, lambda: saved_views.save(session, body, actor)
    )
    set_etag(response, item.version)
    return item


@router.get("/saved-views/{view_id:uuid}", tags=["inbox"], operation_id="get_saved_view")
def get_saved_view(view_id: UUID, session: SessionDep, response: Response, actor: Reads) -> SavedViewItem:
    """One saved view."""
    item = saved_views.saved_view(session, view_id, actor)
    set_etag(response, item.version)
    return item


@router.put("/saved-views/{view_id:uuid}", tags=["inbox"], operation_id="change_saved_view")
def change_saved_view(
    view_id: UUID, body: SavedViewIn, session: SessionDep, response: Response, actor: Reads, version: Version
) -> SavedViewItem:
    """Change a saved view: its owner, or the chief for one that is shared."""
    item = saved_views.change(session, view_id, version, body, actor)
    set_etag(response, item.version)
    return item


@router.delete("/saved-views/{view_id:uuid}", tags=["inbox"], operation_id="delete_saved_view", status_code=204)
def delete_saved_view(view_id: UUID, session: SessionDep, actor: Reads, version: Version) -> None:
    """Delete a saved view: its owner, or the chief for one that is shared."""
    saved_views.remove(session, view_id, version, actor)


@router.get(
    "/live",
    tags=["inbox"],
    operation_id="follow_changes",
    response_class=Response,
    responses={
        200: {
            "description": "Server-sent events; a comment each 15 seconds shows that the line is open",
            "content": {"text/event-stream": {"schema": live.MattersChanged.model_json_schema()}},
        },
        429: {"description": "Too many are open"},
    },
)
async def follow_changes(request: Request, actor: Reads) -> Response:
    """Which of the leads that one may see change, as they change. The events only say: read again."""
    return live.follow(request, actor)


@router.get("/leads/bulk", tags=["inbox"], operation_id="list_bulk_verbs")
def list_bulk_verbs(actor: Reads) -> BulkVerbs:
    """The verbs that the asker may use on many leads in one request."""
    return bulk.verbs(actor)


def _bulk_route(verb: str, takes: type[BaseModel], permission: P) -> Callable[..., BulkResults]:
    def move_many(
        body: Any,
        session: SessionDep,
        response: Response,
        actor: Annotated[Actor, Depends(Allow(permission))],
        attempt: Once,
    ) -> BulkResults:
        return once(
            session, attempt, str(actor.id), BulkResults, response, lambda: bulk.move_many(session, verb, body, actor)
        )

    move_many.__annotations__["body"] = takes
    return move_many


for _verb, _step in MOVES.items():
    if _step.bulk:
        router.add_api_route(
            f"/leads/bulk/{_verb}",
            _bulk_route(_verb, bulk.takes(_verb), _step.permission),
            methods=["POST"],
            tags=["inbox"],
            operation_id=f"bulk_{_verb}_leads",
            summary=f"{_verb.replace('_', ' ').capitalize()} many leads, each for itself",
        )
