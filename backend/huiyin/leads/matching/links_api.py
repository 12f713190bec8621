"""Routes of links between leads."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query

from huiyin.access.actors import Actor, Allow, SessionDep
from huiyin.access.permissions import Permission as P
from huiyin.leads.matching import links
from huiyin.leads.matching.links_schemas import Graph, LinkConfirmation, LinkList, LinkRejection
from huiyin.leads.matching.models import LinkStatus

router = APIRouter(prefix="/api/v1/leads/{lead_id:uuid}", tags=["links"])
Reads = Annotated[Actor, Depends(Allow(P.leads_read))]
Links = Annotated[Actor, Depends(Allow(P.leads_link))]


@router.get("/links", operation_id="list_links")
def list_links(lead_id: UUID, session: SessionDep, actor: Reads) -> LinkList:
    """Leads that may be the same matter, the surest first, and why."""
    return links.links(session, lead_id, actor)


@router.get("/graph", operation_id="get_link_graph")
def get_link_graph(
    lead_id: UUID, session: SessionDep, actor: Reads, hops: Annotated[int, Query(ge=1, le=2)] = 1
) -> Graph:
    """Leads within one or two links, and the links among them."""
    return links.graph(session, lead_id, hops, actor)


@router.post("/links/{other_id:uuid}/confirm", operation_id="confirm_link")
def confirm_link(lead_id: UUID, other_id: UUID, body: LinkConfirmation, session: SessionDep, actor: Links) -> LinkList:
    """The two leads are one matter."""
    links.decide(session, lead_id, other_id, LinkStatus.confirmed, body.reason, actor)
    return links.links(session, lead_id, actor)


@router.post("/links/{other_id:uuid}/reject", operation_id="reject_link")
def reject_link(lead_id: UUID, other_id: UUID, body: LinkRejection, session: SessionDep, actor: Links) -> LinkList:
    """The two leads are not one matter; the system will not propose it again."""
    links.decide(session, lead_id, other_id, LinkStatus.rejected, body.reason, actor)
    return links.links(session, lead_id, actor)
