"""Routes of the reporter's uploads: tus 1.0 (https://tus.io/protocols/resumable-upload), and who may use them.

Anyone may call them; each asks for a token that the receipt code's holder got, and tells nothing without it.
"""

import re
from collections.abc import Callable
from email.utils import format_datetime
from typing import Annotated, TypeVar
from uuid import UUID, uuid4

import anyio
import anyio.to_thread
from fastapi import APIRouter, Depends, Header, Request, Response
from sqlalchemy.orm import Session
from starlette.requests import ClientDisconnect

from huiyin.access.actors import SessionDep, public
from huiyin.kit.database.sessions import transaction
from huiyin.kit.web.errors import Malformed, TooLarge, UnsupportedProtocol, UnsupportedType
from huiyin.settings import settings
from huiyin.tips.files.models import Attachment
from huiyin.tips.files.pieces import PIECE, forget_objects
from huiyin.tips.files.schemas import UploadPermit
from huiyin.tips.reporting import uploads
from huiyin.tips.reporting.admission import Costs, Purpose
from huiyin.tips.reporting.schemas import ReceiptToken

TUS = "1.0.0"
_NUMBER = re.compile(r"[0-9]{1,15}")
_AT_ONCE = 2  # threads that seal and store for all uploads together; the rest of the pool is for people who wait
T = TypeVar("T")


def speaks_tus(tus_resumable: Annotated[str | None, Header()] = None) -> None:
    """Raises UnsupportedProtocol unless the request says that it speaks our version (tus 1.0, `Tus-Resumable`)."""
    if tus_resumable != TUS:
        raise UnsupportedProtocol("Send Tus-Resumable: 1.0.0")


router = APIRouter(prefix="/api/v1/public", tags=["public"], dependencies=[Depends(public)])
_TUS = [Depends(speaks_tus)]
COSTS_WORK = [Depends(Costs(Purpose.upload), scope="function")]
UploadToken = Annotated[str, Header(alias="Upload-Token", max_length=1000)]


def _number(value: str | None, header: str) -> int:
    if value is None or not _NUMBER.fullmatch(value):
        raise Malformed(f"{header} is a whole number of bytes")
    return int(value)


def _state(found: Attachment) -> dict[str, str]:
    headers = {"Tus-Resumable": TUS, "Upload-Offset": str(found.received), "Upload-Length": str(found.length)}
    if ends := uploads.expires_at(found):
        headers["Upload-Expires"] = format_datetime(ends, usegmt=True)
    return headers


@router.post("/receipts/uploads", operation_id="permit_uploads", dependencies=COSTS_WORK)
def permit_uploads(body: ReceiptToken, session: SessionDep) -> UploadPermit:
    """Get a token for adding files to one's tip; it serves for a day."""
    return uploads.permit(session, body.token)


@router.options("/uploads", operation_id="describe_uploads", status_code=204)
async def describe_uploads() -> Response:
    """What of tus is spoken here."""
    headers = {
        "Tus-Resumable": TUS,
        "Tus-Version": TUS,
        "Tus-Extension": "creation,termination,expiration",
        "Tus-Max-Size": str(settings().attachment_max_bytes),
    }
    return Response(status_code=204, headers=headers)


@router.post("/uploads", operation_id="create_upload", status_code=201, dependencies=_TUS)
def create_upload(
    session: SessionDep,
    upload_token: UploadToken,
    upload_length: Annotated[str | None, Header()] = None,
    upload_metadata: Annotated[str | None, Header(max_length=4000)] = None,
) -> Response:
    """Announce a file by `Upload-Length` and its name in `Upload-Metadata`; the answer's `Location` takes its bytes.

    Of a sealed tip the metadata has `sealed` and nothing else: base64 of JSON as in `sealed` of a message.
    """
    length = _number(upload_length, "Upload-Length")
    id_ = uploads.create(session, upload_token, length, upload_metadata)
    return Response(status_code=201, headers={"Location": f"{uploads.PATH}/{id_}", "Tus-Resumable": TUS})


@router.head("/uploads/{upload_id:uuid}", operation_id="look_at_upload", dependencies=_TUS)
def look_at_upload(upload_id: UUID, session: SessionDep, upload_token: UploadToken) -> Response:
    """How many bytes have arrived."""
    return Response(status_code=200, headers=_state(uploads.look(session, upload_token, upload_id)))


@router.delete("/uploads/{upload_id:uuid}", operation_id="cancel_upload", status_code=204, dependencies=_TUS)
async def cancel_upload(upload_id: UUID, request: Request, upload_token: UploadToken) -> Response:
    """Give up an unfinished upload. A file that has arrived is part of the tip and stays."""
    await _stored(request, lambda session: uploads.cancel(session, upload_token, upload_id))
    await anyio.to_thread.run_sync(forget_objects, upload_id)
    return Response(status_code=204, headers={"Tus-Resumable": TUS})


@router.patch("/uploads/{upload_id:uuid}", operation_id="send_bytes", status_code=204, dependencies=_TUS)
async def send_bytes(
    upload_id: UUID,
    request: Request,
    upload_token: UploadToken,
    upload_offset: Annotated[str | None, Header()] = None,
) -> Response:
    """Send bytes from `Upload-Offset` on, as many as one likes; what arrived is kept when the line drops."""
    if request.headers.get("content-type") != "application/offset+octet-stream":
        raise UnsupportedType("Send Content-Type: application/offset+octet-stream")
    offset = _number(upload_offset, "Upload-Offset")
    writer = uuid4()
    upload = await _stored(request, lambda session: uploads.begin(session, upload_token, upload_id, offset, writer))
    room = upload.length - offset
    announced = request.headers.get("content-length")
    if announced is not None and (not announced.isdigit() or int(announced) > room):
        raise TooLarge(f"{room} bytes are left of this upload", left=room)
    end = await _take(request, upload, offset)
    return Response(status_code=204, headers={"Tus-Resumable": TUS, "Upload-Offset": str(end)})


async def _take(request: Request, upload: uploads.Upload, offset: int) -> int:
    """Store the body piece by piece; returns where the upload stands. Beyond the announced length: TooLarge."""
    base, waiting, end = upload.base, bytearray(upload.rest), offset
    kept = offset

    async def store(content: bytes) -> None:
        nonlocal kept
        await _stored(request, lambda session: uploads.store(session, upload, base, content))
        kept = base + len(content)

    too_much = False
    try:
        async for part in request.stream():
            end += len(part)
            if end > upload.length:
                too_much = True
                break
            waiting += part
            while len(waiting) >= PIECE:
                await store(bytes(waiting[:PIECE]))
                base += PIECE
                del waiting[:PIECE]
    except ClientDisconnect:
        pass
    if base + len(waiting) > kept:
        await store(bytes(waiting))
    if too_much:
        raise TooLarge("More bytes than were announced", left=upload.length - kept)
    return kept


async def _stored(request: Request, change: Callable[[Session], T]) -> T:
    """One short transaction of its own: the database is not held while bytes trickle in."""
    limiter = request.app.state.upload_threads

    def work() -> T:
        with transaction(request.app.state.sessions) as session:
            return change(session)

    return await anyio.to_thread.run_sync(work, limiter=limiter)


def make_limiter() -> anyio.CapacityLimiter:
    """How many uploads are stored at the same moment."""
    return anyio.CapacityLimiter(_AT_ONCE)
