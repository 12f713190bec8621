"""Indexing stored tips: those that a system forwarded in bulk, and those of an older way of cutting text.

A tip of the open form or of staff is indexed in the transaction that records it (`leads.intake`). A system that
forwards thousands should not wait for that: the worker indexes its tips within seconds.
"""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from huiyin.kit.crypto.vault import decrypt_or_none
from huiyin.kit.database.sessions import set_scope
from huiyin.leads.matching.links import link_tip
from huiyin.leads.matching.search import WAY, index_tip
from huiyin.tips.record.content import content_aad, tip_key
from huiyin.tips.record.models import Subject, Tip
from huiyin.tips.record.subjects import subject_texts

BATCH = 50
_WAITING = text("SELECT tip_id, lead_id FROM tips_to_index(:way, :most)")


def index_stored(session: Session, tip: Tip, subjects: Iterable[Subject]) -> None:
    """Make one stored tip findable and propose links to leads with tips like it."""
    if tip.sealed_for is not None:
        return  # nothing of it can be read here
    key = tip_key(tip.id, tip.wrapped_key)
    told: dict[str, Any] = decrypt_or_none(key, tip.content, content_aad(tip.id)) or {}
    named = [subject_texts(key, subject) or {} for subject in subjects]
    set_scope(session, acting_on=str(tip.lead_id))
    index_tip(session, tip.id, tip.lead_id, told, named)
    link_tip(session, tip.id, tip.lead_id, told, named, (tip.region_code, tip.conduct))


def index_waiting(session: Session, most: int = BATCH) -> int:
    """Index the oldest of today's tips that wait for it, at most `most`; returns how many. One transaction."""
    waiting = session.execute(_WAITING, {"way": WAY, "most": most}).all()
    for row in waiting:
        set_scope(session, acting_on=str(row.lead_id))
        tip = session.execute(select(Tip).where(Tip.id == row.tip_id)).scalar_one()
        subjects = session.execute(select(Subject).where(Subject.tip_id == row.tip_id).order_by(Subject.seq)).scalars()
        index_stored(session, tip, subjects)
    return len(waiting)
