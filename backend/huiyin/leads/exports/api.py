"""Routes of exports and their register. Each parses, calls one function and returns."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response

from huiyin.access.actors import Actor, Allow, SessionDep
from huiyin.access.permissions import Permission as P
from huiyin.kit.web.idempotency import Attempt, attempt, once
from huiyin.kit.web.paging import link_next
from huiyin.leads.exports import exports
from huiyin.leads.exports.models import ExportFormat
from huiyin.leads.exports.schemas import Dossier, ExportItem, ExportPage, ExportQuery, NewExport

router = APIRouter(prefix="/api/v1", tags=["exports"])
Makes = Annotated[Actor, Depends(Allow(P.exports_make, fresh=True))]
MEDIA = {
    ExportFormat.csv: "text/csv; charset=utf-8",
    ExportFormat.xlsx: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


@router.post("/exports", operation_id="make_export", status_code=201)
def make_export(
    body: NewExport,
    session: SessionDep,
    response: Response,
    actor: Makes,
    attempt: Annotated[Attempt, Depends(attempt)],
) -> ExportItem:
    """Take leads out, with a purpose: the list as a sheet, or one lead as a dossier to print. For 24 hours."""
    return once(session, attempt, str(actor.id), ExportItem, response, lambda: exports.make(session, body, actor))


@router.get("/exports", operation_id="list_exports")
def list_exports(
    query: Annotated[ExportQuery, Query()],
    session: SessionDep,
    request: Request,
    response: Response,
    actor: Annotated[Actor, Depends(Allow(P.exports_make, P.exports_audit))],
) -> ExportPage:
    """The register: one's own exports; for auditors everybody's, of leads that they see."""
    page = exports.register(session, query, actor)
    link_next(request, response, page.next_cursor)
    return page


@router.get(
    "/exports/{export_id:uuid}/file",
    operation_id="fetch_export",
    response_class=Response,
    responses={200: {"content": {media: {} for media in MEDIA.values()}}},
)
def fetch_export(export_id: UUID, session: SessionDep, actor: Makes) -> Response:
    """The sheet of an export, made now of the leads that the officer may still see; each fetching is an event."""
    row, content = exports.fetch(session, export_id, actor)
    name = f"{row.number}.{row.format}"
    return Response(
        content,
        media_type=MEDIA[ExportFormat(row.format)],
        headers={"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"},
    )


@router.get("/exports/{export_id:uuid}/dossier", operation_id="fetch_dossier")
def fetch_dossier(export_id: UUID, session: SessionDep, actor: Makes) -> Dossier:
    """One lead to print, as the officer may see it now; each fetching is an event."""
    return exports.dossier(session, export_id, actor)
