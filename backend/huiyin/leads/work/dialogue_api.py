"""Routes of the dialogue with the reporter, as officers have it."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Response

from huiyin.access.actors import Actor, Allow, SessionDep
from huiyin.access.permissions import Permission as P
from huiyin.kit.web.idempotency import Attempt, attempt, once
from huiyin.leads.work import dialogue
from huiyin.tips.reporting.schemas import MessageItem, MessageList, StaffMessage

router = APIRouter(prefix="/api/v1")
Once = Annotated[Attempt, Depends(attempt)]


@router.get("/leads/{lead_id:uuid}/messages", tags=["leads"], operation_id="list_messages")
def list_messages(
    lead_id: UUID, session: SessionDep, actor: Annotated[Actor, Depends(Allow(P.tips_read))]
) -> MessageList:
    """The dialogue with the reporter."""
    return dialogue.dialogue(session, lead_id, actor)


@router.post("/leads/{lead_id:uuid}/messages/read", tags=["leads"], operation_id="read_messages", status_code=204)
def read_messages(lead_id: UUID, session: SessionDep, actor: Annotated[Actor, Depends(Allow(P.tips_read))]) -> None:
    """Say that what the reporter added was seen: the lead is no news any more, and the reporter is told."""
    dialogue.read_news(session, lead_id, actor)


@router.post("/leads/{lead_id:uuid}/messages", tags=["leads"], operation_id="ask_reporter", status_code=201)
def ask_reporter(
    lead_id: UUID,
    body: StaffMessage,
    session: SessionDep,
    response: Response,
    actor: Annotated[Actor, Depends(Allow(P.messages_write))],
    attempt: Once,
) -> MessageItem:
    """Write to the reporter."""
    return once(
        session, attempt, str(actor.id), MessageItem, response, lambda: dialogue.ask(session, lead_id, body, actor)
    )
