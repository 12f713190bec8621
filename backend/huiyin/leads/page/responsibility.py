"""Who answered for a lead at any moment: one query over the assignments, which have neither gap nor overlap."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from huiyin.access.models import Agency, Officer
from huiyin.access.schemas import AgencyRef, OfficerRef
from huiyin.kit.web.errors import NotFound
from huiyin.leads.page.schemas import Answering
from huiyin.leads.record.models import Lead
from huiyin.workflow.models import Assignment, AssignmentRole


def who_answered(session: Session, lead_id: UUID, at: datetime) -> Answering:
    """The agency and the named officer who answered for the lead at `at`.

    Raises:
        NotFound: unknown lead, or the lead was not open then.
    """
    row = session.execute(
        select(Assignment, Agency.name, Officer.name)
        .join(Agency, Agency.id == Assignment.agency_id)
        .join(Officer, Officer.id == Assignment.officer_id)
        .join(Lead, Lead.id == Assignment.matter_id)
        .where(
            Assignment.matter_id == lead_id,
            Assignment.from_at <= at,
            or_(Assignment.to_at.is_(None), Assignment.to_at > at),
        )
    ).one_or_none()
    if row is None:
        raise NotFound
    assignment, agency, officer = row
    return Answering(
        at=at,
        agency=AgencyRef(id=assignment.agency_id, name=agency),
        officer=OfficerRef(id=assignment.officer_id, name=officer),
        role=AssignmentRole(assignment.role),
        since=assignment.from_at,
        until=assignment.to_at,
    )
