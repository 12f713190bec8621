"""Routes of sealed identity: the public key, the desk, asking and granting on a lead, and the auditors' list."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Path, Query, Request, Response

from huiyin.access.actors import Actor, Allow, SessionDep, public
from huiyin.access.permissions import Permission as P
from huiyin.kit.web.idempotency import Attempt, attempt, once
from huiyin.kit.web.paging import link_next
from huiyin.leads.identity import openings
from huiyin.tips.identity import desk
from huiyin.tips.identity.schemas import (
    AuditedPage,
    AuditQuery,
    DeskOpeningList,
    EnvelopeBatch,
    IdentityKeyItem,
    IdentityKeyList,
    IdentityKeyNow,
    LeadIdentity,
    NewIdentityKey,
    NewOpening,
    OpeningDecision,
    OpeningEnvelope,
    OpeningItem,
    Resealing,
    ResealingDone,
    SealedToAsker,
    Withholding,
)
from huiyin.tips.keys.schemas import NewWrapping

router = APIRouter(prefix="/api/v1", tags=["identity"])
Once = Annotated[Attempt, Depends(attempt)]
Keeps = Annotated[Actor, Depends(Allow(P.identities_keep))]
Asks = Annotated[Actor, Depends(Allow(P.identities_ask))]
# Who opens an identity, lets one be opened, or works on keys has just proven who he is.
FreshKeeps = Annotated[Actor, Depends(Allow(P.identities_keep, fresh=True))]
FreshAsks = Annotated[Actor, Depends(Allow(P.identities_ask, fresh=True))]
Version = Annotated[int, Path(ge=1, le=2_000_000_000)]


@router.get("/public/identity-key", operation_id="identity_key", dependencies=[Depends(public)])
def identity_key(session: SessionDep) -> IdentityKeyNow:
    """The key to which the form seals who reports; null where this office takes no identities yet."""
    return desk.key_now(session)


@router.get("/identity-keys", operation_id="list_identity_keys")
def list_identity_keys(session: SessionDep, _: Keeps) -> IdentityKeyList:
    """All keys of the desk, the private ones wrapped by a passphrase that no server knows."""
    return desk.keys(session)


@router.post("/identity-keys", operation_id="publish_identity_key", status_code=201)
def publish_identity_key(
    body: NewIdentityKey, session: SessionDep, response: Response, actor: FreshKeeps, attempt: Once
) -> IdentityKeyItem:
    """Put a key that was made in this officer's browser to use; the one before it is retired."""
    return once(session, attempt, str(actor.id), IdentityKeyItem, response, lambda: desk.publish(session, body, actor))


@router.put("/identity-keys/{version}/wrapping", operation_id="rewrap_identity_key")
def rewrap_identity_key(version: Version, body: NewWrapping, session: SessionDep, actor: FreshKeeps) -> IdentityKeyItem:
    """Keep a key under another passphrase: changed, or recovered from the custodians' shares."""
    return desk.rewrap(session, version, body, actor)


@router.get("/identity-keys/{version}/envelopes", operation_id="envelopes_to_reseal")
def envelopes_to_reseal(version: Version, session: SessionDep, _: Keeps) -> EnvelopeBatch:
    """The next envelopes that are still sealed to a retired key."""
    return desk.batch(session, version)


@router.post("/identity-keys/{version}/resealing", operation_id="reseal_envelopes")
def reseal_envelopes(version: Version, body: Resealing, session: SessionDep, actor: FreshKeeps) -> ResealingDone:
    """Take envelopes back that were sealed to the present key; may be stopped and begun again at any time."""
    return desk.reseal(session, version, body, actor)


@router.get("/identity-desk/openings", operation_id="openings_for_desk")
def openings_for_desk(session: SessionDep, _: Keeps) -> DeskOpeningList:
    """Requests that were granted and wait for the desk."""
    return desk.granted(session)


@router.post("/identity-desk/openings/{opening_id:uuid}/envelope", operation_id="hand_over_identity", status_code=204)
def hand_over_identity(opening_id: UUID, body: OpeningEnvelope, session: SessionDep, actor: FreshKeeps) -> None:
    """Give the asker what the desk's browser sealed to their key."""
    desk.hand_over(session, opening_id, body, actor)


@router.get("/leads/{lead_id:uuid}/identity", operation_id="lead_identity")
def lead_identity(
    lead_id: UUID, session: SessionDep, actor: Annotated[Actor, Depends(Allow(P.leads_read))]
) -> LeadIdentity:
    """Who asked for the identity of this lead's reporters, and for which tips one may ask."""
    return openings.of_lead(session, lead_id, actor)


@router.post("/leads/{lead_id:uuid}/identity/openings", operation_id="ask_for_identity", status_code=201)
def ask_for_identity(
    lead_id: UUID, body: NewOpening, session: SessionDep, response: Response, actor: FreshAsks, attempt: Once
) -> OpeningItem:
    """Ask for a reporter's identity, with a purpose; an officer of another agency grants it."""
    return once(
        session, attempt, str(actor.id), OpeningItem, response, lambda: openings.ask(session, lead_id, body, actor)
    )


@router.post(
    "/leads/{lead_id:uuid}/identity/openings/{opening_id:uuid}/decision", operation_id="decide_identity_opening"
)
def decide_identity_opening(
    lead_id: UUID,
    opening_id: UUID,
    body: OpeningDecision,
    session: SessionDep,
    actor: Annotated[Actor, Depends(Allow(P.identities_grant, fresh=True))],
) -> OpeningItem:
    """Grant or refuse what an officer of another agency asked for."""
    return openings.decide(session, lead_id, opening_id, body, actor)


@router.post("/leads/{lead_id:uuid}/identity/openings/{opening_id:uuid}/reading", operation_id="read_identity")
def read_identity(lead_id: UUID, opening_id: UUID, session: SessionDep, actor: FreshAsks) -> SealedToAsker:
    """The identity, sealed to the asker's key; every reading is an event."""
    return openings.read(session, lead_id, opening_id, actor)


@router.post("/leads/{lead_id:uuid}/identity/openings/{opening_id:uuid}/end", operation_id="end_identity_opening")
def end_identity_opening(lead_id: UUID, opening_id: UUID, session: SessionDep, actor: Asks) -> OpeningItem:
    """Destroy what was sealed to the asker before its term ends."""
    return openings.end(session, lead_id, opening_id, actor)


@router.post(
    "/leads/{lead_id:uuid}/identity/openings/{opening_id:uuid}/withholding", operation_id="withhold_identity_opening"
)
def withhold_identity_opening(
    lead_id: UUID,
    opening_id: UUID,
    body: Withholding,
    session: SessionDep,
    actor: Annotated[Actor, Depends(Allow(P.identities_withhold, fresh=True))],
) -> OpeningItem:
    """Record why the reporter is not told of an opening yet, and until when."""
    return openings.withhold(session, lead_id, opening_id, body, actor)


@router.get("/identity-openings", operation_id="list_identity_openings")
def list_identity_openings(
    query: Annotated[AuditQuery, Query()],
    session: SessionDep,
    request: Request,
    response: Response,
    actor: Annotated[Actor, Depends(Allow(P.identities_audit))],
) -> AuditedPage:
    """For auditors: every request for an identity, who granted it, who opened it, and until when."""
    page = openings.audited(session, query, actor)
    link_next(request, response, page.next_cursor)
    return page
