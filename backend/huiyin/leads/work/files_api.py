"""The route by which officers get a tip's files."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Header, Query
from fastapi.responses import StreamingResponse

from huiyin.access.actors import Actor, Allow, SessionDep
from huiyin.access.permissions import Permission as P
from huiyin.leads.work import files as downloads
from huiyin.tips.files.models import OriginalReason

router = APIRouter(prefix="/api/v1")
_BYTES = {"content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}}


@router.get(
    "/leads/{lead_id}/attachments/{attachment_id}",
    tags=["leads"],
    operation_id="download_attachment",
    response_class=StreamingResponse,
    responses={200: _BYTES, 206: _BYTES | {"description": "A range of it"}, 416: {"description": "No such range"}},
)
def download_attachment(
    lead_id: UUID,
    attachment_id: UUID,
    session: SessionDep,
    actor: Annotated[Actor, Depends(Allow(P.tips_read))],
    original: Annotated[
        OriginalReason | None, Query(description="Why what the reporter sent is needed, with all its metadata")
    ] = None,
    range_: Annotated[str | None, Header(alias="Range")] = None,
) -> StreamingResponse:
    """A file of one of the lead's tips, whole or in part. Each download is in the trail."""
    given = downloads.download(session, lead_id, attachment_id, actor, original=original, asked=range_)
    return StreamingResponse(given.content, given.status, given.headers)
