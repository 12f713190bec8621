"""The one shape of a route that changes a lead: at the version seen, and answered with the lead as it is then.

Who sends `Prefer: return=minimal` (RFC 7240, section 4.2) gets the new version alone: half the work, for systems that
carry out many verbs and show none.
"""

from collections.abc import Callable
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Header, Response
from pydantic import BaseModel
from sqlalchemy.orm import Session

from huiyin.access.actors import Actor, Allow, SessionDep
from huiyin.access.permissions import Permission
from huiyin.kit.web.versions import required_version, set_etag
from huiyin.leads.page import views
from huiyin.leads.page.schemas import LeadItem

# Session, lead, version seen, who acts, what is given.
Act = Callable[[Session, UUID, int, Actor, Any], object]
NO_CONTENT: dict[int | str, dict[str, Any]] = {
    204: {
        "description": "Done. With an ETag: as little as you preferred. Without: it excluded you from the lead, "
        "which is no longer there for you"
    }
}
MINIMAL = "return=minimal"
Prefer = Annotated[
    str | None, Header(max_length=200, description=f"`{MINIMAL}` answers 204 and the new ETag (RFC 7240, section 4.2)")
]


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
        prefer: Prefer = None,
    ) -> Any:
        act(session, lead_id, version, actor, given)
        if MINIMAL in (prefer or "").replace(" ", "").lower().split(","):
            return _minimal(views.version_after(session, lead_id, actor))
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
        responses=NO_CONTENT,
    )


def _minimal(version: int | None) -> Response:
    response = Response(status_code=204, headers={"Preference-Applied": MINIMAL})
    if version is not None:
        set_etag(response, version)
    return response
