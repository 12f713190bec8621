"""Indexing stored tips: those that a system forwarded in bulk, and those that could not be indexed on arrival.

A tip of the open form or of staff is indexed in the transaction that records it (`leads.intake`). A system that
forwards thousands should not wait for that: the worker indexes its tips within seconds, a turn for each sender.
"""

import logging
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select, text
from sqlalchemy.orm import Session

from huiyin.kit.crypto.vault import decrypt_or_none
from huiyin.kit.database.items import Work
from huiyin.kit.database.sessions import set_scope
from huiyin.kit.database.tables import insert_into
from huiyin.leads.matching.links import link_tip
from huiyin.leads.matching.models import TipToIndex
from huiyin.leads.matching.search import index_tip
from huiyin.tips.record.content import content_aad, tip_key
from huiyin.tips.record.models import Subject, Tip
from huiyin.tips.record.subjects import subject_texts

log = logging.getLogger("huiyin.leads")
BATCH = 50
_NEXT = text("SELECT tip_id, lead_id FROM next_to_index(:most)")


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


def index_on_arrival(
    session: Session,
    tip_id: UUID,
    lead_id: UUID,
    sender: UUID,
    told: dict[str, Any],
    named: list[dict[str, Any]],
    where: tuple[str, str],
) -> None:
    """Make a tip findable in the transaction that records it. What cannot be indexed is taken in all the same.

    Args:
        sender: the channel by which it came.
        told, named: texts of the tip and of its subjects.
        where: region and conduct.
    """
    try:
        with session.begin_nested():
            index_tip(session, tip_id, lead_id, told, named)
            link_tip(session, tip_id, lead_id, told, named, where)
    except Exception as error:  # noqa: BLE001  a reporter is never refused for what a search engine cannot do
        log.error("tip %s could not be indexed on arrival: %s", tip_id, type(error).__name__)  # noqa: TRY400  no texts
        index_later(session, tip_id, sender)


def index_later(session: Session, tip_id: UUID, sender: UUID) -> None:
    """Leave it to the worker."""
    session.execute(insert_into(TipToIndex), {"tip_id": tip_id, "sender": sender})


def _index(session: Session, row: Any) -> bool:
    set_scope(session, acting_on=str(row.lead_id))
    tip = session.execute(select(Tip).where(Tip.id == row.tip_id)).scalar_one()
    if tip.wrapped_key is not None:
        subjects = session.execute(select(Subject).where(Subject.tip_id == tip.id).order_by(Subject.seq)).scalars()
        index_stored(session, tip, subjects)
    session.execute(delete(TipToIndex).where(TipToIndex.tip_id == row.tip_id))
    return True


INDEXING = Work[Any](
    find=lambda session, most: session.execute(_NEXT, {"most": most}).all(), do=_index, name=lambda row: row.tip_id
)
"""Tips that wait to be indexed, a turn for each sender."""
