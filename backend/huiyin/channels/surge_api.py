"""Routes of the switch that has the public form ask for more work under a flood."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Response

from huiyin.access.actors import Actor, Allow, SessionDep
from huiyin.access.permissions import Permission as P
from huiyin.channels import surges
from huiyin.channels.surge_schemas import NewSurge, SurgeItem, SurgeList
from huiyin.kit.web.idempotency import Attempt, attempt, once

router = APIRouter(prefix="/api/v1/form-surges", tags=["channels"])
Protects = Annotated[Actor, Depends(Allow(P.form_protect))]


@router.get("", operation_id="list_form_surges")
def list_form_surges(session: SessionDep, _: Protects) -> SurgeList:
    """When the public form asked for more work, newest first, and whether it does now."""
    return surges.surges(session)


@router.post("", operation_id="raise_form_protection", status_code=201)
def raise_form_protection(
    body: NewSurge,
    session: SessionDep,
    response: Response,
    actor: Protects,
    attempt: Annotated[Attempt, Depends(attempt)],
) -> SurgeItem:
    """Have the public form ask for more work until a time, instead of closing it."""
    return once(
        session, attempt, str(actor.id), SurgeItem, response, lambda: surges.raise_protection(session, body, actor)
    )


@router.post("/{surge_id:uuid}/end", operation_id="end_form_protection")
def end_form_protection(surge_id: UUID, session: SessionDep, actor: Protects) -> SurgeItem:
    """End it before its time."""
    return surges.end_protection(session, surge_id, actor)
