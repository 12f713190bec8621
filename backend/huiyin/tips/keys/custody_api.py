"""Routes of the custodians' register: who keeps which share of a key, and what a custodian says of theirs."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Path, Query, Request, Response

from huiyin.access.actors import Actor, Allow, SessionDep
from huiyin.access.permissions import Permission as P
from huiyin.kit.web.paging import link_next
from huiyin.tips.keys import custody
from huiyin.tips.keys import custody_verbs as acts
from huiyin.tips.keys.custody_schemas import (
    Confirmation,
    KeyInRegister,
    KeyRegister,
    MyShares,
    NewCustodian,
    Report,
    ShareEvents,
    ShareEventsQuery,
    Successor,
)
from huiyin.tips.keys.recovery import SHARES

router = APIRouter(prefix="/api/v1", tags=["key shares"])
Reads = Annotated[Actor, Depends(Allow(P.identities_keep, P.sealed_keys_manage, P.identities_audit))]
FreshKeeps = Annotated[Actor, Depends(Allow(P.identities_keep, P.sealed_keys_manage, fresh=True))]
# Anybody may be a custodian; the custody itself says whose it is.
Anyone = Annotated[Actor, Depends(Allow())]
FreshAnyone = Annotated[Actor, Depends(Allow(fresh=True))]


@router.get("/key-shares", operation_id="key_register")
def key_register(session: SessionDep, actor: Reads) -> KeyRegister:
    """Of each key who keeps its five shares; the desk sees its own keys, an agency its own, auditors all."""
    return custody.register(session, actor)


@router.get("/key-shares/{key_id:uuid}/events", operation_id="key_share_events")
def key_share_events(
    key_id: UUID,
    query: Annotated[ShareEventsQuery, Query()],
    request: Request,
    response: Response,
    session: SessionDep,
    actor: Reads,
) -> ShareEvents:
    """What was done about the shares of a key, as the trail has it."""
    page = custody.share_events(session, key_id, query, actor)
    link_next(request, response, page.next_cursor)
    return page


@router.put("/key-shares/{key_id:uuid}/{number}/custodian", operation_id="name_custodian")
def name_custodian(
    key_id: UUID,
    number: Annotated[int, Path(ge=1, le=SHARES)],
    body: NewCustodian,
    session: SessionDep,
    actor: FreshKeeps,
) -> KeyInRegister:
    """Record to whom the desk handed a sheet, or that it took one back."""
    return acts.name_custodian(session, key_id, number, body, actor)


@router.get("/me/key-shares", operation_id="my_key_shares")
def my_key_shares(session: SessionDep, actor: Anyone) -> MyShares:
    """The shares that the officer keeps."""
    return custody.mine(session, actor)


@router.post("/me/key-shares/{custody_id:uuid}/confirmation", operation_id="confirm_key_share")
def confirm_key_share(custody_id: UUID, body: Confirmation, session: SessionDep, actor: FreshAnyone) -> MyShares:
    """Say that the sheet is here and legible: when it was handed over, and once a year."""
    return acts.confirm(session, custody_id, body, actor)


@router.post("/me/key-shares/{custody_id:uuid}/report", operation_id="report_key_share")
def report_key_share(custody_id: UUID, body: Report, session: SessionDep, actor: FreshAnyone) -> MyShares:
    """Say that the sheet is lost, was seen by somebody else, never came, or was destroyed."""
    return acts.report(session, custody_id, body.what, actor)


@router.post("/me/key-shares/{custody_id:uuid}/successor", operation_id="hand_on_key_share")
def hand_on_key_share(custody_id: UUID, body: Successor, session: SessionDep, actor: FreshAnyone) -> MyShares:
    """Record to whom one handed one's sheet; they confirm that they have it."""
    return acts.hand_on(session, custody_id, body.officer_id, actor)
