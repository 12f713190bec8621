"""Routes of one lead: its page, its timeline, and the verbs. Each parses, calls one function and returns."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response

from huiyin.access.actors import Actor, Allow, SessionDep
from huiyin.access.permissions import Permission as P
from huiyin.kit.web.paging import link_next
from huiyin.kit.web.versions import set_etag
from huiyin.leads.lifecycle import lifecycle
from huiyin.leads.lifecycle.inputs import Confirmation
from huiyin.leads.lifecycle.moves import MOVES
from huiyin.leads.page import views
from huiyin.leads.page.act_routes import Act, add_act
from huiyin.leads.page.schemas import LeadItem, TimelinePage, TimelineQuery

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


def _moves(verb: str) -> Act:
    return lambda session, lead_id, version, actor, given: lifecycle.move(session, lead_id, verb, version, actor, given)


def _confirms(verb: str) -> Act:
    return lambda session, lead_id, version, actor, given: lifecycle.confirm(
        session, lead_id, verb, version, actor, given
    )


def _summary(verb: str) -> str:
    step = MOVES[verb]
    to = step.target or "the same state"
    return f"{verb.replace('_', ' ').capitalize()}: from {' or '.join(sorted(step.sources))} to {to}"


for _verb, _step in MOVES.items():
    add_act(
        router,
        _verb,
        _moves(_verb),
        _step.takes,
        _step.permission,
        name=f"{_verb}_lead",
        summary=_summary(_verb),
        tag="verbs",
    )
    if _step.second is not None:
        add_act(
            router,
            f"{_verb}/confirmation",
            _confirms(_verb),
            Confirmation,
            _step.second,
            name=f"confirm_{_verb}_lead",
            summary=f"Agree to, or refuse, what another officer asked: {_verb}",
            tag="verbs",
        )
