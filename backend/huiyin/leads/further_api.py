"""Routes beside the verbs: exclusion, responsibility, clock pauses, splitting, and the reporter's judgement."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response

from huiyin.access.actors import Actor, Allow, SessionDep, public
from huiyin.access.permissions import Permission as P
from huiyin.kit.idempotency import Attempt, attempt, once
from huiyin.kit.text import Instant
from huiyin.kit.versions import required_version, set_etag
from huiyin.leads import inputs, objections, pauses, recusal, responsibility, splitting, views
from huiyin.leads.schemas import Answering, LeadItem
from huiyin.tips import satisfaction
from huiyin.tips.schemas import Receipt, ReporterObjection, ReporterRating

router = APIRouter(prefix="/api/v1")
Version = Annotated[int, Depends(required_version)]
Once = Annotated[Attempt, Depends(attempt)]


@router.get("/leads/{lead_id}/responsible", tags=["leads"], operation_id="who_answered")
def who_answered(
    lead_id: UUID,
    session: SessionDep,
    _: Annotated[Actor, Depends(Allow(P.leads_read))],
    at: Annotated[Instant | None, Query(description="The moment asked about; now when left out")] = None,
) -> Answering:
    """Who answered for the lead at a moment: one agency and one named officer."""
    return responsibility.who_answered(session, lead_id, at or datetime.now(UTC))


@router.post("/leads/{lead_id}/conflict", tags=["exclusion"], operation_id="declare_conflict", status_code=204)
def declare_conflict(
    lead_id: UUID,
    given: inputs.ConflictDeclaration,
    session: SessionDep,
    actor: Annotated[Actor, Depends(Allow(P.leads_read))],
) -> None:
    """Declare one's own conflict of interest; from then on the lead is not there for the one who declared it."""
    recusal.declare_conflict(session, lead_id, actor, given)


def _acts(path: str, name: str, summary: str, permission: P, takes: Any, act: Callable[..., Any], tag: str) -> None:
    """A route that changes a lead at the version seen and answers with the lead."""

    def route(
        lead_id: UUID,
        given: Any,
        session: SessionDep,
        response: Response,
        actor: Annotated[Actor, Depends(Allow(permission))],
        version: Version,
    ) -> LeadItem:
        act(session, lead_id, version, actor, given)
        item = views.lead(session, lead_id, actor)
        set_etag(response, item.version)
        return item

    route.__annotations__["given"] = takes
    router.add_api_route(
        f"/leads/{{lead_id}}/{path}", route, methods=["POST"], tags=[tag], operation_id=name, summary=summary
    )


_acts(
    "exclusions",
    "exclude_from_lead",
    "Record that an agency or officer must not see the lead",
    P.leads_exclude,
    inputs.ExclusionNotice,
    recusal.exclude,
    "exclusion",
)
_acts(
    "subjects",
    "add_subject",
    "Name a subject that came up later",
    P.leads_exclude,
    inputs.LaterSubject,
    recusal.add_subject,
    "exclusion",
)
_acts("pause", "pause_clock", "Pause the clock, with a reason", P.leads_pause, inputs.Pause, pauses.pause, "clocks")
_acts("resume", "resume_clock", "Let the clock go on", P.leads_pause, inputs.Note, pauses.resume, "clocks")
_acts(
    "split",
    "split_lead",
    "Put some tips into a lead of their own",
    P.leads_attach,
    inputs.Splitting,
    splitting.split,
    "leads",
)
_acts(
    "branch",
    "branch_off_umbrella",
    "Split the umbrella part off for the discipline agency",
    P.leads_dispatch,
    inputs.Branch,
    splitting.branch_off,
    "leads",
)
_acts(
    "objection/dismissal",
    "dismiss_objection",
    "Dismiss the reporter's objection, and say why",
    P.leads_reopen,
    inputs.Dismissal,
    objections.dismiss,
    "leads",
)


@router.post("/public/receipts/rating", tags=["public"], operation_id="rate_answer", dependencies=[Depends(public)])
def rate_answer(given: ReporterRating, session: SessionDep) -> Receipt:
    """Say whether the answer satisfies."""
    return satisfaction.rate(session, given)


@router.post(
    "/public/receipts/objection",
    tags=["public"],
    operation_id="object_to_answer",
    status_code=201,
    dependencies=[Depends(public)],
)
def object_to_answer(given: ReporterObjection, session: SessionDep, response: Response, attempt: Once) -> Receipt:
    """Object to the answer, once, within 30 days."""
    return once(session, attempt, "public", Receipt, response, lambda: satisfaction.object_to_answer(session, given))
