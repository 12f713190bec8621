"""The legal status of subjects: it changes with the lead and stands beside every name."""

from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from huiyin.tips.models import LegalStatus, Subject, Tip


def set_legal_status(session: Session, lead_id: UUID, before: LegalStatus, after: LegalStatus) -> None:
    """Move every subject of a lead's tips from one status to the next; those further on stay as they are."""
    tips = select(Tip.id).where(Tip.lead_id == lead_id)
    session.execute(
        update(Subject)
        .where(Subject.tip_id.in_(tips), Subject.status == before)
        .values(status=after)
        .execution_options(synchronize_session=False)
    )
