"""Routes by which tips come in: the open form, and what staff register or a system forwards."""

from typing import Annotated

from fastapi import APIRouter, Depends, Response

from huiyin.access.actors import Actor, Allow, SessionDep, public
from huiyin.access.permissions import Permission as P
from huiyin.kit.web.errors import Invalid, field_error
from huiyin.kit.web.idempotency import Attempt, attempt, once
from huiyin.leads.intake import intake
from huiyin.tips.reporting.admission import Sender
from huiyin.tips.reporting.schemas import PublicTip, StaffTip, TipAccepted, TipRegistered
from huiyin.trail.recorder import REPORTER

router = APIRouter(prefix="/api/v1")
Once = Annotated[Attempt, Depends(attempt)]
PUBLIC = "public"


@router.post("/public/tips", tags=[PUBLIC], operation_id="submit_tip", status_code=201, dependencies=[Depends(public)])
def submit_tip(
    body: PublicTip,
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
        lambda: intake.take_public_tip(session, body, REPORTER, sender),
    )


@router.post("/tips", tags=["tips"], operation_id="register_tip", status_code=201)
def register_tip(
    body: StaffTip,
    session: SessionDep,
    response: Response,
    actor: Annotated[Actor, Depends(Allow(P.tips_create))],
    attempt: Once,
) -> TipRegistered:
    """Register a call, letter or visit, or forward a tip from another agency's system.

    A token sends by the channels that it names: whoever has it speaks for no other.
    """
    if actor.channel_ids is not None and body.channel_id not in actor.channel_ids:
        raise Invalid(field_error("/channel_id", "not_of_token", "This token sends by other channels"))
    return once(
        session,
        attempt,
        str(actor.id),
        TipRegistered,
        response,
        lambda: intake.take_staff_tip(session, body, actor.by),
    )
