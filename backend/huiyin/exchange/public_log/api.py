"""Routes of the public log: checkpoints, proofs, tiles for mirrors, and the door for witnesses. All but two are public.

They reveal hashes and counts alone: a leaf is a salted commitment (trail/leaves.py).
"""

import base64
import re
from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Path, Query, Response
from fastapi.responses import PlainTextResponse

from huiyin.access.actors import Actor, Allow, SessionDep, public
from huiyin.access.permissions import Permission as P
from huiyin.exchange.public_log import witnesses
from huiyin.exchange.public_log.schemas import (
    ConsistencyProof,
    CosignedCheckpoint,
    InclusionProof,
    LogKeys,
    NewWitness,
    WitnessItem,
)
from huiyin.kit.crypto.base64url import bytes_of
from huiyin.kit.web.errors import Invalid, NotFound, field_error
from huiyin.kit.web.idempotency import Attempt, attempt, once
from huiyin.trail import log
from huiyin.trail.signing import log_signer

router = APIRouter(prefix="/api/v1/log", tags=["log"])
Once = Annotated[Attempt, Depends(attempt)]
Witnesses = Annotated[Actor, Depends(Allow(P.witnesses_manage))]
Size = Annotated[int | None, Query(ge=0, lt=2**62, description="Of a signed checkpoint; the newest one if left out")]
OPEN = [Depends(public)]
_WIDTH = 1 << log.TILE_HEIGHT
_TILE = re.compile(r"^((?:x\d{3}/)*)(\d{3})(?:\.p/(\d{1,3}))?$")


def _base64(value: bytes) -> str:
    return base64.b64encode(value).decode()


@router.get(
    "/checkpoint",
    operation_id="get_checkpoint",
    dependencies=OPEN,
    response_class=PlainTextResponse,
    response_model=None,
)
def get_checkpoint(
    session: SessionDep,
    size: Size = None,
    cosigned: Annotated[bool, Query(description="The newest one that a witness has signed")] = False,
) -> PlainTextResponse:
    """A signed state of the log (C2SP tlog-checkpoint) with the cosignatures of its witnesses."""
    return PlainTextResponse(witnesses.checkpoint_note(session, size=size, cosigned=cosigned)[1])


@router.get("/keys", operation_id="get_log_keys", dependencies=OPEN)
def get_log_keys(session: SessionDep) -> LogKeys:
    """The log's public key, and its witnesses'. Keep the key: with it and a checkpoint everything can be checked."""
    return LogKeys(key=log_signer().verifier.vkey, witnesses=witnesses.witnesses(session))


@router.get("/proof/inclusion", operation_id="prove_inclusion", dependencies=OPEN)
def prove_inclusion(
    session: SessionDep,
    index: Annotated[int | None, Query(ge=0, lt=2**62, description="The leaf's place")] = None,
    leaf: Annotated[str | None, Query(pattern=r"^[A-Za-z0-9_-]{43}$", description="Its hash, base64url")] = None,
    size: Size = None,
) -> InclusionProof:
    """That a leaf is in the log at a checkpoint. 404: not yet, or never."""
    if (index is None) == (leaf is None):
        raise Invalid(field_error("/query/index", "exactly_one", "Name a leaf by its place or by its hash"))
    if index is None:
        index = log.place_of(session, bytes_of(leaf or ""))
    signed, note = witnesses.checkpoint_note(session, size=size)
    proof = log.inclusion(session, index, signed)
    return InclusionProof(
        index=index,
        size=signed,
        leaf=_base64(proof.leaf or b""),
        hashes=[_base64(each) for each in proof.hashes],
        checkpoint=note,
    )


@router.get("/proof/consistency", operation_id="prove_consistency", dependencies=OPEN)
def prove_consistency(
    session: SessionDep, old: Annotated[int, Query(ge=0, lt=2**62, description="An earlier size")], size: Size = None
) -> ConsistencyProof:
    """That the log only grew since it had `old` leaves."""
    signed, note = witnesses.checkpoint_note(session, size=size)
    proof = log.consistency(session, old, signed)
    return ConsistencyProof(old=old, size=signed, hashes=[_base64(each) for each in proof.hashes], checkpoint=note)


@router.get(
    "/tile/{level}/{number:path}",
    operation_id="get_tile",
    dependencies=OPEN,
    response_class=Response,
    response_model=None,
    responses={200: {"content": {"application/octet-stream": {}}, "description": "Up to 256 hashes of 32 bytes"}},
)
def get_tile(session: SessionDep, level: Annotated[int, Path(ge=0, le=7)], number: str) -> Response:
    """Hashes of the tree for mirrors (C2SP tlog-tiles): `tile/0/x001/234`, `tile/0/000.p/17`."""
    match = _TILE.fullmatch(number)
    width = int(match[3]) if match and match[3] else _WIDTH
    if match is None or not 0 < width <= _WIDTH or (match[3] and width == _WIDTH) or len(number) > 40:
        raise NotFound
    place = int(match[1].replace("x", "").replace("/", "") + match[2])
    hashes = log.tile(session, level, place, width)
    # A full tile never changes, and neither does a part of one.
    return Response(hashes, 200, {"Cache-Control": "public, max-age=31536000, immutable"}, "application/octet-stream")


@router.post("/cosignatures", operation_id="cosign_checkpoint", dependencies=OPEN)
def cosign_checkpoint(body: CosignedCheckpoint, session: SessionDep) -> LogKeys:
    """A registered witness's signature on one of the log's checkpoints (C2SP tlog-cosignature v1)."""
    items = witnesses.take_cosignature(session, body.note, datetime.now(UTC))
    return LogKeys(key=log_signer().verifier.vkey, witnesses=items)


@router.post("/witnesses", operation_id="register_witness", status_code=201)
def register_witness(
    body: NewWitness, session: SessionDep, response: Response, actor: Witnesses, attempt: Once
) -> WitnessItem:
    """Register a witness: from now on its cosignatures are taken and shown."""
    return once(
        session, attempt, str(actor.id), WitnessItem, response, lambda: witnesses.register(session, body, actor)
    )


@router.post("/witnesses/{witness_id:uuid}/retire", operation_id="retire_witness")
def retire_witness(witness_id: UUID, session: SessionDep, actor: Witnesses) -> WitnessItem:
    """Take no more cosignatures of a witness."""
    return witnesses.retire(session, witness_id, actor)
