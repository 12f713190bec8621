"""Subjects as they are shown: what was told of them, with what was corrected since; and their legal status.

The status changes with the lead and stands beside every name.
"""

from typing import Any
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from huiyin.kit.crypto.vault import decrypt_or_none
from huiyin.tips.record.content import subject_aad
from huiyin.tips.record.models import LegalStatus, Subject, Tip


def set_legal_status(session: Session, lead_id: UUID, before: LegalStatus, after: LegalStatus) -> None:
    """Move every subject of a lead's tips from one status to the next; those further on stay as they are."""
    tips = select(Tip.id).where(Tip.lead_id == lead_id)
    session.execute(
        update(Subject)
        .where(Subject.tip_id.in_(tips), Subject.status == before)
        .values(status=after)
        .execution_options(synchronize_session=False)
    )


def corrected_aad(tip_id: UUID, seq: int) -> str:
    """Where what was corrected of a subject is encrypted."""
    return f"subjects/{tip_id}/{seq}/corrected"


def subject_texts(key: bytes | None, subject: Subject) -> dict[str, Any] | None:
    """Name, unit, post, nickname and description as they are right; None where they cannot be opened."""
    told: dict[str, Any] | None = decrypt_or_none(key, subject.content, subject_aad(subject.tip_id, subject.seq))
    if told is None or subject.corrected is None:
        return told
    right = decrypt_or_none(key, subject.corrected, corrected_aad(subject.tip_id, subject.seq))
    return told | (right or {})
