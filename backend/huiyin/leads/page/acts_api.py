"""Routes beside the verbs: who answered, what ends when officers go, and the reporter's judgement."""

from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response

from huiyin.access.actors import Actor, Allow, SessionDep
from huiyin.access.permissions import Permission as P
from huiyin.access.schemas import OfficerChange, OfficerItem, SecondmentItem
from huiyin.kit.text.fields import Instant
from huiyin.kit.web.idempotency import Attempt, attempt, once
from huiyin.leads.lifecycle import ended_terms
from huiyin.leads.page import responsibility
from huiyin.leads.page.schemas import Answering
from huiyin.tips.reporting import satisfaction
from huiyin.tips.reporting.admission import BY_CODE
from huiyin.tips.reporting.schemas import Receipt, ReporterObjection, ReporterRating

router = APIRouter(prefix="/api/v1")
Once = Annotated[Attempt, Depends(attempt)]


@router.get("/leads/{lead_id}/responsible", tags=["leads"], operation_id="who_answered")
def who_answered(
    lead_id: UUID,
    session: SessionDep,
    _: Annotated[Actor, Depends(Allow(P.leads_read))],
    at: Annotated[Instant | None, Query(description="The moment asked about; now when left out")] = None,
) -> Answering:
    """Who answered for the lead at a moment: one agency and one named officer."""
    return responsibility.who_answered(session, lead_id, at or datetime.now(UTC))


@router.post("/secondments/{secondment_id}/revoke", tags=["registers"], operation_id="revoke_secondment")
def revoke_secondment(
    secondment_id: UUID, session: SessionDep, actor: Annotated[Actor, Depends(Allow(P.officers_manage))]
) -> SecondmentItem:
    """End a secondment at once: no more access from the next request on; what the officer answered for passes on."""
    return ended_terms.revoke(session, secondment_id, actor)


@router.patch("/officers/{officer_id}", tags=["registers"], operation_id="change_officer")
def change_officer(
    officer_id: UUID,
    given: OfficerChange,
    session: SessionDep,
    actor: Annotated[Actor, Depends(Allow(P.officers_manage, fresh=True))],
) -> OfficerItem:
    """Change name or roles, name a head, close an account or open it; what a closed one answered for passes on."""
    return ended_terms.change_officer(session, officer_id, given, actor)


@router.post("/public/receipts/rating", tags=["public"], operation_id="rate_answer", dependencies=BY_CODE)
def rate_answer(given: ReporterRating, session: SessionDep) -> Receipt:
    """Say whether the answer satisfies."""
    return satisfaction.rate(session, given)


@router.post(
    "/public/receipts/objection",
    tags=["public"],
    operation_id="object_to_answer",
    status_code=201,
    dependencies=BY_CODE,
)
def object_to_answer(given: ReporterObjection, session: SessionDep, response: Response, attempt: Once) -> Receipt:
    """Object to the answer, once, within 30 days."""
    return once(session, attempt, "public", Receipt, response, lambda: satisfaction.object_to_answer(session, given))
