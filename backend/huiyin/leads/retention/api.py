"""Routes of retaining, holding, correcting, exonerating, and of the notices of it. Each parses, calls one function."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response

from huiyin.access.actors import Actor, Allow, SessionDep
from huiyin.access.permissions import Permission as P
from huiyin.kit.web.idempotency import Attempt, attempt, once
from huiyin.kit.web.paging import link_next
from huiyin.leads.record.expiry import RetentionCode
from huiyin.leads.retention import corrections, exoneration, holds, notices
from huiyin.leads.retention import terms as retention
from huiyin.leads.retention import views as retention_views
from huiyin.leads.retention.schemas import (
    CorrectionItem,
    Decision,
    ExonerationItem,
    HoldItem,
    HoldLift,
    LeadRetention,
    NewCorrection,
    NewExoneration,
    NewHold,
    NewRetentionRule,
    NoticeItem,
    NoticePage,
    NoticeQuery,
    RetentionReview,
    RetentionRuleItem,
    RetentionRuleList,
    UpcomingPage,
    UpcomingQuery,
)

router = APIRouter(prefix="/api/v1", tags=["retention"])
Once = Annotated[Attempt, Depends(attempt)]
Reads = Annotated[Actor, Depends(Allow(P.leads_read))]
# Whose audit sees both values reads on the same page as everybody else.
ReadsOrAudits = Annotated[Actor, Depends(Allow(P.leads_read, P.corrections_audit))]
DecidesHolds = Annotated[Actor, Depends(Allow(P.holds_grant))]


@router.get("/leads/{lead_id:uuid}/retention", operation_id="lead_retention")
def lead_retention(lead_id: UUID, session: SessionDep, actor: ReadsOrAudits) -> LeadRetention:
    """How long the lead is kept and why, what holds it, who was exonerated, what was corrected, who was told."""
    return retention_views.of_lead(session, lead_id, actor)


@router.post("/leads/{lead_id:uuid}/retention/review", operation_id="review_undetermined_lead")
def review_undetermined_lead(
    lead_id: UUID,
    body: RetentionReview,
    session: SessionDep,
    actor: Annotated[Actor, Depends(Allow(P.leads_look_back))],
) -> LeadRetention:
    """Looked at again and still undetermined: the next review is six months on. `reopen` takes it up again."""
    retention.review(session, lead_id, body, actor)
    return retention_views.of_lead(session, lead_id, actor)


@router.post("/leads/{lead_id:uuid}/holds", operation_id="ask_for_hold", status_code=201)
def ask_for_hold(
    lead_id: UUID,
    body: NewHold,
    session: SessionDep,
    response: Response,
    actor: Annotated[Actor, Depends(Allow(P.holds_ask))],
    attempt: Once,
) -> HoldItem:
    """Ask that the lead be kept beyond its term; an officer of another agency decides within 14 days."""
    return once(session, attempt, str(actor.id), HoldItem, response, lambda: holds.ask(session, lead_id, body, actor))


@router.post("/leads/{lead_id:uuid}/holds/{hold_id:uuid}/decision", operation_id="decide_hold")
def decide_hold(lead_id: UUID, hold_id: UUID, body: Decision, session: SessionDep, actor: DecidesHolds) -> HoldItem:
    """Grant or refuse a hold that an officer of another agency asked for."""
    return holds.decide(session, lead_id, hold_id, body, actor)


@router.post("/leads/{lead_id:uuid}/holds/{hold_id:uuid}/lift", operation_id="lift_hold")
def lift_hold(lead_id: UUID, hold_id: UUID, body: HoldLift, session: SessionDep, actor: DecidesHolds) -> HoldItem:
    """End a hold before its term; never by the asker's agency."""
    return holds.lift(session, lead_id, hold_id, body, actor)


@router.post("/leads/{lead_id:uuid}/corrections", operation_id="correct_subject", status_code=201)
def correct_subject(
    lead_id: UUID,
    body: NewCorrection,
    session: SessionDep,
    response: Response,
    actor: Annotated[Actor, Depends(Allow(P.subjects_correct))],
    attempt: Once,
) -> CorrectionItem:
    """Correct what was recorded wrongly of a subject; agencies that were given the lead take note."""
    return once(
        session,
        attempt,
        str(actor.id),
        CorrectionItem,
        response,
        lambda: corrections.correct(session, lead_id, body, actor),
    )


@router.post("/leads/{lead_id:uuid}/exonerations", operation_id="propose_exoneration", status_code=201)
def propose_exoneration(
    lead_id: UUID,
    body: NewExoneration,
    session: SessionDep,
    response: Response,
    actor: Annotated[Actor, Depends(Allow(P.exonerations_ask))],
    attempt: Once,
) -> ExonerationItem:
    """Propose to exonerate subjects after a finding that it was unsubstantiated, in part, or a false report."""
    return once(
        session,
        attempt,
        str(actor.id),
        ExonerationItem,
        response,
        lambda: exoneration.propose(session, lead_id, body, actor),
    )


@router.post("/leads/{lead_id:uuid}/exonerations/{exoneration_id:uuid}/decision", operation_id="decide_exoneration")
def decide_exoneration(
    lead_id: UUID,
    exoneration_id: UUID,
    body: Decision,
    session: SessionDep,
    actor: Annotated[Actor, Depends(Allow(P.exonerations_approve))],
) -> ExonerationItem:
    """Approve or refuse an exoneration that an officer of another agency proposed."""
    return exoneration.decide(session, lead_id, exoneration_id, body, actor)


@router.get("/me/notices", operation_id="list_my_notices")
def list_my_notices(
    query: Annotated[NoticeQuery, Query()], session: SessionDep, request: Request, response: Response, actor: Reads
) -> NoticePage:
    """What the officer's agencies were told: leads that expire, corrections, exonerations."""
    page = notices.mine(session, query, actor)
    link_next(request, response, page.next_cursor)
    return page


@router.post("/notices/{notice_id:uuid}/acknowledgement", operation_id="acknowledge_notice")
def acknowledge_notice(notice_id: UUID, session: SessionDep, actor: Reads) -> NoticeItem:
    """Take note for one's agency: what was handed on there is put right."""
    return notices.acknowledge(session, notice_id, actor)


@router.get("/retention/upcoming", operation_id="list_expiring_leads")
def list_expiring_leads(
    query: Annotated[UpcomingQuery, Query()], session: SessionDep, request: Request, response: Response, actor: Reads
) -> UpcomingPage:
    """The leads that expire within so many days, and what keeps some of them longer."""
    page = retention_views.upcoming(session, query, actor)
    link_next(request, response, page.next_cursor)
    return page


@router.get("/retention-rules", operation_id="list_retention_rules", tags=["settings"])
def list_retention_rules(
    session: SessionDep, _: Annotated[Actor, Depends(Allow(P.settings_read))]
) -> RetentionRuleList:
    """How long closed leads are kept, by finding, with every version of each rule."""
    return retention.rules(session)


@router.post("/retention-rules/{code}/versions", operation_id="add_retention_rule", status_code=201, tags=["settings"])
def add_retention_rule(
    code: RetentionCode,
    body: NewRetentionRule,
    session: SessionDep,
    response: Response,
    actor: Annotated[Actor, Depends(Allow(P.settings_manage))],
    attempt: Once,
) -> RetentionRuleItem:
    """Add a version, for leads that close from its moment on. Those that are closed keep their date."""
    return once(
        session,
        attempt,
        str(actor.id),
        RetentionRuleItem,
        response,
        lambda: retention.add_rule(session, code, body, actor),
    )
