"""Routes of who holds a receipt code: what became of the tip, writing again, rating the answer, objecting to it."""

from typing import Annotated

from fastapi import APIRouter, Depends, Response

from huiyin.access.actors import SessionDep
from huiyin.kit.web.idempotency import Attempt, attempt, once
from huiyin.tips.reporting import receipt, satisfaction
from huiyin.tips.reporting.admission import BY_CODE
from huiyin.tips.reporting.schemas import Receipt, ReceiptToken, ReporterMessage, ReporterObjection, ReporterRating

router = APIRouter(prefix="/api/v1")
Once = Annotated[Attempt, Depends(attempt)]
PUBLIC = "public"


@router.post("/public/receipts/open", tags=[PUBLIC], operation_id="open_receipt", dependencies=BY_CODE)
def open_receipt(body: ReceiptToken, session: SessionDep) -> Receipt:
    """What became of a tip, for who holds its receipt code. A wrong code answers as an unknown one."""
    return receipt.receipt(session, body.token)


@router.post(
    "/public/receipts/messages",
    tags=[PUBLIC],
    operation_id="write_to_staff",
    status_code=201,
    dependencies=BY_CODE,
)
def write_to_staff(body: ReporterMessage, session: SessionDep, response: Response, attempt: Once) -> Receipt:
    """Add something to one's tip."""
    return once(session, attempt, PUBLIC, Receipt, response, lambda: receipt.add_message(session, body))


@router.post("/public/receipts/rating", tags=[PUBLIC], operation_id="rate_answer", dependencies=BY_CODE)
def rate_answer(body: ReporterRating, session: SessionDep) -> Receipt:
    """Say whether the answer satisfies."""
    return satisfaction.rate(session, body)


@router.post(
    "/public/receipts/objection",
    tags=[PUBLIC],
    operation_id="object_to_answer",
    status_code=201,
    dependencies=BY_CODE,
)
def object_to_answer(body: ReporterObjection, session: SessionDep, response: Response, attempt: Once) -> Receipt:
    """Object to the answer, once, within 30 days."""
    return once(session, attempt, PUBLIC, Receipt, response, lambda: satisfaction.object_to_answer(session, body))
