"""What the reporter is told of each state of a lead (告知). None of the words would warn a subject."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from huiyin.access.models import Agency
from huiyin.leads.lifecycle.transition import LeadTransition
from huiyin.leads.record.models import Lead, State
from huiyin.tips.record.models import ReporterStage
from huiyin.tips.reporting.receipt import update_due_date, update_receipt

S = State
REPORTER_STAGES: dict[State, ReporterStage] = {
    S.received: ReporterStage.received,
    S.screened: ReporterStage.received,
    S.registered: ReporterStage.accepted,
    S.dispatched: ReporterStage.accepted,
    S.acknowledged: ReporterStage.accepted,
    S.verifying: ReporterStage.being_checked,
    S.concluded: ReporterStage.under_review,
    S.in_review: ReporterStage.under_review,
    S.approved: ReporterStage.under_review,
    S.answered: ReporterStage.answered,
    S.closed: ReporterStage.closed,
    S.transferred: ReporterStage.passed_on,
    S.declined: ReporterStage.not_accepted,
}


def update_receipts(transition: LeadTransition, verb: str) -> None:
    """After each verb: the receipts of the lead's tips say the stage that its state means, and the date that is due.

    An effect says the rest in `transition.stage`: `silent`, `follow` (another lead), `tips`, `stage`, and columns.
    """
    lead = transition.lead
    if transition.machine.moves[verb].target is None:
        if lead.is_open:
            update_due_date(transition.session, lead.id, lead.clock_due_at, provisional=lead.clock_provisional)
        return
    changes = dict(transition.stage)
    if changes.pop("silent", False):
        return
    target: Lead | None = changes.pop("follow", None)
    told = target or lead
    only: list[UUID] | None = changes.pop("tips", None)
    if target is not None and target.state in REPORTER_STAGES and target.handler_agency_id is not None:
        kind = select(Agency.kind).where(Agency.id == target.handler_agency_id).scalar_subquery()
        changes["handled_by"] = kind
    stage = changes.pop("stage", REPORTER_STAGES[State(told.state)])
    update_receipt(
        transition.session,
        told.id,
        stage,
        now=transition.now,
        only=only,
        due_at=told.clock_due_at if told.is_open else None,
        provisional=told.clock_provisional,
        **changes,
    )


def update_due_dates(session: Session, lead: Lead) -> None:
    """After the calendar of a year became known: the receipts say the date that is final."""
    if lead.is_open:
        update_due_date(session, lead.id, lead.clock_due_at, provisional=lead.clock_provisional)
