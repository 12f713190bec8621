"""Routes that end somebody's term: a secondment is revoked, an account closed; what they answered for passes on.

They change officers, and stand here because leads move with it: `access` knows no lead.
"""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends

from huiyin.access.actors import Actor, Allow, SessionDep
from huiyin.access.permissions import Permission as P
from huiyin.access.schemas import OfficerChange, OfficerItem, SecondmentItem
from huiyin.leads.lifecycle.ended_terms import passing_on

router = APIRouter(prefix="/api/v1")


@router.post("/secondments/{secondment_id:uuid}/revoke", tags=["registers"], operation_id="revoke_secondment")
def revoke_secondment(
    secondment_id: UUID, session: SessionDep, actor: Annotated[Actor, Depends(Allow(P.officers_manage))]
) -> SecondmentItem:
    """End a secondment at once: no more access from the next request on; what the officer answered for passes on."""
    return passing_on.revoke(session, secondment_id, actor)


@router.patch("/officers/{officer_id:uuid}", tags=["registers"], operation_id="change_officer")
def change_officer(
    officer_id: UUID,
    body: OfficerChange,
    session: SessionDep,
    actor: Annotated[Actor, Depends(Allow(P.officers_manage, fresh=True))],
) -> OfficerItem:
    """Change name or roles, name a head, close an account or open it; what a closed one answered for passes on."""
    return passing_on.change_officer(session, officer_id, body, actor)
