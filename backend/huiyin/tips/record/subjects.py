"""Subjects as they are shown: what was told of them, with what was corrected since; and their legal status.

The status changes with the lead and stands beside every name.
"""

from collections.abc import Iterable
from typing import Annotated, Any
from uuid import UUID

from pydantic import StringConstraints
from sqlalchemy import select, tuple_, update
from sqlalchemy.orm import Session

from huiyin.kit.crypto.vault import decrypt_or_none
from huiyin.tips.record.content import subject_aad
from huiyin.tips.record.models import LegalStatus, Subject, Tip

SubjectKey = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/\d{1,4}$")]
"""Who is named in a tip: the tip's id, a slash, and the place in it (`seq`)."""


def keys_of(session: Session, lead_id: UUID) -> set[str]:
    """Everybody who is named in a lead's tips."""
    rows = session.execute(select(Subject.tip_id, Subject.seq).join(Tip).where(Tip.lead_id == lead_id))
    return {f"{tip_id}/{seq}" for tip_id, seq in rows}


def set_legal_status(
    session: Session, lead_id: UUID, before: LegalStatus, after: LegalStatus, only: Iterable[str] | None = None
) -> None:
    """Move subjects of a lead's tips from one status to the next; those further on stay as they are.

    Args:
        only: those alone, by `SubjectKey`; None: all.
    """
    tips = select(Tip.id).where(Tip.lead_id == lead_id)
    statement = update(Subject).where(Subject.tip_id.in_(tips), Subject.status == before)
    if only is not None:
        pairs = [(UUID(tip), int(seq)) for tip, _, seq in (key.partition("/") for key in only)]
        statement = statement.where(tuple_(Subject.tip_id, Subject.seq).in_(pairs))
    session.execute(statement.values(status=after).execution_options(synchronize_session=False))


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
