"""The one shape of a route that changes a lead: at the version seen, and answered with the lead as it is then."""

from collections.abc import Callable
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Response
from pydantic import BaseModel
from sqlalchemy.orm import Session

from huiyin.access.actors import Actor, Allow, SessionDep
from huiyin.access.permissions import Permission
from huiyin.kit.versions import required_version, set_etag
from huiyin.leads import views
from huiyin.leads.schemas import LeadItem

# Session, lead, version seen, who acts, what is given.
Act = Callable[[Session, UUID, int, Actor, Any], object]
NO_LONGER_THERE: dict[int | str, dict[str, Any]] = {
    204: {"description": "Done; it excluded you from the lead, which is no longer there for you"}
}


def add_act(
    router: APIRouter,
    path: str,
    act: Act,
    takes: type[BaseModel],
    permission: Permission,
    *,
    name: str,
    summary: str,
    tag: str,
) -> None:
    """Add `POST /leads/{lead_id}/<path>`, which carries out `act` and answers with the lead, or 204 (see above)."""

    def route(
        lead_id: UUID,
        given: Any,
        session: SessionDep,
        response: Response,
        actor: Annotated[Actor, Depends(Allow(permission))],
        version: Annotated[int, Depends(required_version)],
    ) -> Any:
        act(session, lead_id, version, actor, given)
        item = views.lead_after(session, lead_id, actor)
        if item is None:
            return Response(status_code=204)
        set_etag(response, item.version)
        return item

    route.__annotations__["given"] = takes
    router.add_api_route(
        f"/leads/{{lead_id}}/{path}",
        route,
        methods=["POST"],
        tags=[tag],
        operation_id=name,
        summary=summary,
        response_model=LeadItem,
        responses=NO_LONGER_THERE,
    )
