"""Routes of intake, receipts, the inbox and the verbs. Each parses, calls one function and returns."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response

from huiyin.access.actors import Actor, Allow, SessionDep, public
from huiyin.access.permissions import Permission as P
from huiyin.kit.web.idempotency import Attempt, attempt, once
from huiyin.kit.web.paging import link_next
from huiyin.kit.web.versions import set_etag
from huiyin.leads.inbox import inbox
from huiyin.leads.intake import intake
from huiyin.leads.lifecycle.moves import LEADS
from huiyin.leads.page import views
from huiyin.leads.page.schemas import LeadItem, LeadPage, LeadQuery, TimelinePage, TimelineQuery
from huiyin.leads.work import dialogue
from huiyin.tips.reporting import receipt
from huiyin.tips.reporting.admission import BY_CODE, Sender
from huiyin.tips.reporting.schemas import (
    MessageItem,
    MessageList,
    PublicTip,
    Receipt,
    ReceiptToken,
    ReporterMessage,
    StaffMessage,
    StaffTip,
    TipAccepted,
    TipRegistered,
)
from huiyin.trail.recorder import REPORTER
from huiyin.workflow.routes import Shown, add_verbs

router = APIRouter(prefix="/api/v1")
Once = Annotated[Attempt, Depends(attempt)]
Reads = Annotated[Actor, Depends(Allow(P.leads_read))]
PUBLIC = "public"


@router.post("/public/tips", tags=[PUBLIC], operation_id="submit_tip", status_code=201, dependencies=[Depends(public)])
def submit_tip(
    given: PublicTip,
    session: SessionDep,
    response: Response,
    attempt: Once,
    sender: Annotated[Sender, Depends(Sender)],
) -> TipAccepted:
    """File a tip without an account. The receipt code is made in the browser and never sent."""
    return once(
        session,
        attempt,
        PUBLIC,
        TipAccepted,
        response,
        lambda: intake.take_public_tip(session, given, REPORTER, sender),
    )


@router.post("/public/receipts/open", tags=[PUBLIC], operation_id="open_receipt", dependencies=BY_CODE)
def open_receipt(given: ReceiptToken, session: SessionDep) -> Receipt:
    """What became of a tip, for who holds its receipt code. A wrong code answers as an unknown one."""
    return receipt.receipt(session, given.token)


@router.post(
    "/public/receipts/messages",
    tags=[PUBLIC],
    operation_id="write_to_staff",
    status_code=201,
    dependencies=BY_CODE,
)
def write_to_staff(given: ReporterMessage, session: SessionDep, response: Response, attempt: Once) -> Receipt:
    """Add something to one's tip."""
    return once(session, attempt, PUBLIC, Receipt, response, lambda: receipt.add_message(session, given))


@router.post("/tips", tags=["tips"], operation_id="register_tip", status_code=201)
def register_tip(
    given: StaffTip,
    session: SessionDep,
    response: Response,
    actor: Annotated[Actor, Depends(Allow(P.tips_create))],
    attempt: Once,
) -> TipRegistered:
    """Register a call, letter or visit, or forward a tip from another agency's system."""
    return once(
        session,
        attempt,
        str(actor.id),
        TipRegistered,
        response,
        lambda: intake.take_staff_tip(session, given, actor.by),
    )


@router.get("/leads", tags=["leads"], operation_id="list_leads")
def list_leads(
    request: Request, response: Response, session: SessionDep, actor: Reads, query: Annotated[LeadQuery, Query()]
) -> LeadPage:
    """The inbox: what the asker may see, filtered, sorted and paged."""
    page = inbox.leads(session, query, actor)
    link_next(request, response, page.next_cursor)
    return page


@router.get("/leads/{lead_id}", tags=["leads"], operation_id="get_lead")
def get_lead(lead_id: UUID, session: SessionDep, response: Response, actor: Reads) -> LeadItem:
    """One lead with its tips, assignments, clocks, finding, and the verbs that are open."""
    item = views.opened_lead(session, lead_id, actor)
    set_etag(response, item.version)
    return item


@router.get("/leads/{lead_id}/timeline", tags=["leads"], operation_id="get_timeline")
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


@router.get("/leads/{lead_id}/messages", tags=["leads"], operation_id="list_messages")
def list_messages(
    lead_id: UUID, session: SessionDep, actor: Annotated[Actor, Depends(Allow(P.tips_read))]
) -> MessageList:
    """The dialogue with the reporter."""
    return dialogue.dialogue(session, lead_id, actor)


@router.post("/leads/{lead_id}/messages", tags=["leads"], operation_id="ask_reporter", status_code=201)
def ask_reporter(
    lead_id: UUID,
    given: StaffMessage,
    session: SessionDep,
    response: Response,
    actor: Annotated[Actor, Depends(Allow(P.messages_write))],
    attempt: Once,
) -> MessageItem:
    """Write to the reporter."""
    return once(
        session, attempt, str(actor.id), MessageItem, response, lambda: dialogue.ask(session, lead_id, given, actor)
    )


add_verbs(router, LEADS, Shown(plural="leads", item=LeadItem, read=views.lead))
