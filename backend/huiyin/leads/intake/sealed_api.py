"""Routes of sealed tips: the agencies' public keys, an agency's own keys, reading, and that sealed tips exist."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response

from huiyin.access.actors import Actor, Allow, SessionDep, public
from huiyin.access.permissions import Permission as P
from huiyin.access.schemas import RegionCode
from huiyin.kit.web.idempotency import Attempt, attempt, once
from huiyin.kit.web.paging import link_next
from huiyin.leads.intake import sealed as sealed_intake
from huiyin.tips.keys.schemas import NewWrapping
from huiyin.tips.sealed import keys as sealed_keys
from huiyin.tips.sealed import sealed
from huiyin.tips.sealed.schemas import (
    KnownSealedPage,
    KnownSealedQuery,
    NewSealedKey,
    PublicSealedKeys,
    SealedBatch,
    SealedKeyItem,
    SealedKeyList,
    SealedResealed,
    SealedResealing,
    SealedTipItem,
)

router = APIRouter(prefix="/api/v1", tags=["sealed tips"])
Once = Annotated[Attempt, Depends(attempt)]
Uses = Annotated[Actor, Depends(Allow(P.sealed_keys_use))]
Manages = Annotated[Actor, Depends(Allow(P.sealed_keys_manage))]
# Who works on keys has just proven who he is.
FreshManages = Annotated[Actor, Depends(Allow(P.sealed_keys_manage, fresh=True))]


@router.get("/public/sealed-keys", operation_id="public_sealed_keys", dependencies=[Depends(public)])
def public_sealed_keys(region: Annotated[RegionCode, Query()], session: SessionDep) -> PublicSealedKeys:
    """The discipline agencies that take sealed tips of a region, nearest first, with the keys to seal to."""
    return sealed.public_keys(session, region)


@router.get("/sealed-keys", operation_id="list_sealed_keys")
def list_sealed_keys(session: SessionDep, actor: Uses) -> SealedKeyList:
    """The keys of one's own agency, the private ones wrapped by a passphrase that no server knows."""
    return sealed_keys.keys(session, actor)


@router.post("/sealed-keys", operation_id="publish_sealed_key", status_code=201)
def publish_sealed_key(
    body: NewSealedKey, session: SessionDep, response: Response, actor: FreshManages, attempt: Once
) -> SealedKeyItem:
    """Put a key that was made in this officer's browser to use for one's agency; the one before it is retired."""
    return once(
        session, attempt, str(actor.id), SealedKeyItem, response, lambda: sealed_keys.publish(session, body, actor)
    )


@router.put("/sealed-keys/{key_id:uuid}/wrapping", operation_id="rewrap_sealed_key")
def rewrap_sealed_key(key_id: UUID, body: NewWrapping, session: SessionDep, actor: FreshManages) -> SealedKeyItem:
    """Keep a key under another passphrase: changed, or recovered from the custodians' shares."""
    return sealed_keys.rewrap(session, key_id, body, actor)


@router.get("/sealed-keys/{key_id:uuid}/envelopes", operation_id="sealed_envelopes_to_reseal")
def sealed_envelopes_to_reseal(key_id: UUID, session: SessionDep, actor: Manages) -> SealedBatch:
    """The next content keys that are still sealed to a retired key."""
    return sealed_keys.batch(session, key_id, actor)


@router.post("/sealed-keys/{key_id:uuid}/resealing", operation_id="reseal_sealed_envelopes")
def reseal_sealed_envelopes(
    key_id: UUID, body: SealedResealing, session: SessionDep, actor: FreshManages
) -> SealedResealed:
    """Take content keys back that were sealed to the present key; may be stopped and begun again at any time."""
    return sealed_keys.reseal(session, key_id, body, actor)


@router.get("/sealed-tips", operation_id="list_known_sealed_tips")
def list_known_sealed_tips(
    query: Annotated[KnownSealedQuery, Query()],
    request: Request,
    response: Response,
    session: SessionDep,
    _: Annotated[Actor, Depends(Allow(P.leads_screen))],
) -> KnownSealedPage:
    """That sealed tips exist in the office's regions, where it may know: by day, region and conduct, nothing else."""
    page = sealed_keys.known(session, query)
    link_next(request, response, page.next_cursor)
    return page


@router.post("/leads/{lead_id:uuid}/sealed-tips/{tip_id:uuid}/reading", operation_id="read_sealed_tip")
def read_sealed_tip(
    lead_id: UUID, tip_id: UUID, session: SessionDep, actor: Annotated[Actor, Depends(Allow(P.tips_read))]
) -> SealedTipItem:
    """A sealed tip, for the agency's browser to open; every reading is an event."""
    return sealed_intake.take_to_read(session, lead_id, tip_id, actor)
