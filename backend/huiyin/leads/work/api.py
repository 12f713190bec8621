"""Routes of the work on a lead beside its verbs. Each parses, calls one function and returns."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response

from huiyin.access.actors import Actor, Allow, SessionDep
from huiyin.access.permissions import Permission as P
from huiyin.kit.web.idempotency import Attempt, attempt, once
from huiyin.kit.web.paging import link_next
from huiyin.kit.web.versions import required_version, set_etag
from huiyin.leads.work import assessment, checklist, look_back, notes, overlays
from huiyin.leads.work.schemas import (
    AssessmentItem,
    ChecklistView,
    LookBackDrawPage,
    LookBackDrawQuery,
    MentionPage,
    MentionQuery,
    NewAssessment,
    NewNote,
    NewOverlay,
    NoteItem,
    NotePage,
    NoteQuery,
    OverlayDecision,
    OverlayEnd,
    OverlayItem,
    OverlayList,
    Ticks,
)

router = APIRouter(prefix="/api/v1")
Once = Annotated[Attempt, Depends(attempt)]
Version = Annotated[int, Depends(required_version)]
Reads = Annotated[Actor, Depends(Allow(P.leads_read))]
Approves = Annotated[Actor, Depends(Allow(P.overlays_approve))]


@router.get("/leads/{lead_id:uuid}/overlays", tags=["work"], operation_id="list_overlays")
def list_overlays(lead_id: UUID, session: SessionDep, actor: Reads) -> OverlayList:
    """Supervision, listing, raising, other forces, joint teams: what is, was or is to be laid over the lead."""
    return overlays.overlays(session, lead_id, actor)


@router.post("/leads/{lead_id:uuid}/overlays", tags=["work"], operation_id="ask_for_overlay", status_code=201)
def ask_for_overlay(
    lead_id: UUID,
    body: NewOverlay,
    session: SessionDep,
    response: Response,
    actor: Annotated[Actor, Depends(Allow(P.overlays_ask))],
    attempt: Once,
) -> OverlayItem:
    """Ask for an overlay; it holds once another officer, a reviewer or leader of the office, approves it."""
    return once(
        session, attempt, str(actor.id), OverlayItem, response, lambda: overlays.ask(session, lead_id, body, actor)
    )


@router.post("/leads/{lead_id:uuid}/overlays/{overlay_id:uuid}/decision", tags=["work"], operation_id="decide_overlay")
def decide_overlay(
    lead_id: UUID, overlay_id: UUID, body: OverlayDecision, session: SessionDep, actor: Approves
) -> OverlayItem:
    """Approve or refuse an overlay that another officer asked for."""
    return overlays.decide(session, lead_id, overlay_id, body, actor)


@router.post("/leads/{lead_id:uuid}/overlays/{overlay_id:uuid}/end", tags=["work"], operation_id="end_overlay")
def end_overlay(lead_id: UUID, overlay_id: UUID, body: OverlayEnd, session: SessionDep, actor: Approves) -> OverlayItem:
    """End an overlay; a listing, because its test for delisting is met."""
    return overlays.end(session, lead_id, overlay_id, body, actor)


@router.post("/leads/{lead_id:uuid}/assessments", tags=["work"], operation_id="record_assessment", status_code=201)
def record_assessment(
    lead_id: UUID,
    body: NewAssessment,
    session: SessionDep,
    response: Response,
    actor: Annotated[Actor, Depends(Allow(P.assessments_record))],
    attempt: Once,
) -> AssessmentItem:
    """Record an assessment session; gang and umbrella leads are dispatched only after one advised it."""
    return once(
        session,
        attempt,
        str(actor.id),
        AssessmentItem,
        response,
        lambda: assessment.record_assessment(session, lead_id, body, actor),
    )


@router.get("/leads/{lead_id:uuid}/checklist", tags=["work"], operation_id="get_checklist")
def get_checklist(lead_id: UUID, session: SessionDep, response: Response, actor: Reads) -> ChecklistView:
    """What the verifiers check, what is done, by whom and when."""
    view = checklist.checklist(session, lead_id, actor)
    set_etag(response, view.version)
    return view


@router.put("/leads/{lead_id:uuid}/checklist", tags=["work"], operation_id="tick_checklist")
def tick_checklist(
    lead_id: UUID,
    body: Ticks,
    session: SessionDep,
    response: Response,
    actor: Annotated[Actor, Depends(Allow(P.checklists_write))],
    version: Version,
) -> ChecklistView:
    """Tick items off, or take ticks back; items that are not named stay as they are."""
    view = checklist.tick(session, lead_id, version, body, actor)
    set_etag(response, view.version)
    return view


@router.get("/leads/{lead_id:uuid}/notes", tags=["work"], operation_id="list_notes")
def list_notes(
    lead_id: UUID,
    request: Request,
    response: Response,
    session: SessionDep,
    actor: Annotated[Actor, Depends(Allow(P.tips_read))],
    query: Annotated[NoteQuery, Query()],
) -> NotePage:
    """Internal notes, newest first. The reporter never sees them."""
    page = notes.notes(session, lead_id, query, actor)
    link_next(request, response, page.next_cursor)
    return page


@router.post("/leads/{lead_id:uuid}/notes", tags=["work"], operation_id="write_note", status_code=201)
def write_note(
    lead_id: UUID,
    body: NewNote,
    session: SessionDep,
    response: Response,
    actor: Annotated[Actor, Depends(Allow(P.notes_write))],
    attempt: Once,
) -> NoteItem:
    """Write an internal note and mention officers. Notes are never edited: a correction is a new one."""
    return once(
        session, attempt, str(actor.id), NoteItem, response, lambda: notes.write_note(session, lead_id, body, actor)
    )


@router.get("/me/mentions", tags=["work"], operation_id="list_mentions")
def list_mentions(
    request: Request, response: Response, session: SessionDep, actor: Reads, query: Annotated[MentionQuery, Query()]
) -> MentionPage:
    """Where one is mentioned, unread first, on leads that one may still see."""
    page = notes.mentions(session, query, actor)
    link_next(request, response, page.next_cursor)
    return page


@router.post("/me/mentions/{mention_id:uuid}/read", tags=["work"], operation_id="read_mention", status_code=204)
def read_mention(mention_id: UUID, session: SessionDep, actor: Reads) -> None:
    """Mark a mention as read."""
    notes.read_mention(session, mention_id, actor)


@router.get("/look-back-draws", tags=["work"], operation_id="list_look_back_draws")
def list_look_back_draws(
    request: Request,
    response: Response,
    session: SessionDep,
    _: Annotated[Actor, Depends(Allow(P.look_back_draws_read))],
    query: Annotated[LookBackDrawQuery, Query()],
) -> LookBackDrawPage:
    """The monthly look-back samples with their seeds, newest first."""
    page = look_back.draws(session, query)
    link_next(request, response, page.next_cursor)
    return page
