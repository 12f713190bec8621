"""Makes tips findable that are not yet, or by an older way of cutting text: after an upgrade, or a change of the key.

Runs as the owner of the schema, beside a running service, oldest tip first, so that links are proposed as they would
have been on arrival. A run that is interrupted goes on where it stopped: what is done is what needs nothing more.
"""

from collections.abc import Callable, Iterator
from typing import Any

from sqlalchemy import create_engine, delete, exists, select
from sqlalchemy.orm import Session

from huiyin.kit.database.sessions import make_sessions, transaction
from huiyin.leads.matching.indexing import index_stored
from huiyin.leads.matching.models import TipWords
from huiyin.leads.matching.search import WAY
from huiyin.tips.record.models import Subject, Tip

BATCH = 200


def reindex(owner_url: str, progress: Callable[[int], None] = lambda _: None) -> int:
    """Index every tip that needs it; returns how many. Tips whose key was destroyed stay unfindable."""
    engine = create_engine(owner_url)
    sessions = make_sessions(engine)
    done = 0
    try:
        for size in _batches(lambda: transaction(sessions)):
            done += size
            progress(done)
    finally:
        engine.dispose()
    return done


def _batches(begin: Callable[[], Any]) -> Iterator[int]:
    while True:
        with begin() as session:
            size = _one_batch(session)
        if size == 0:
            return
        yield size


def _one_batch(session: Session) -> int:
    current = exists().where(TipWords.tip_id == Tip.id, TipWords.way >= WAY)
    tips = session.execute(
        select(Tip)
        .where(Tip.wrapped_key.is_not(None), Tip.sealed_for.is_(None), ~current)
        .order_by(Tip.id)
        .limit(BATCH)
    ).scalars()
    found = {tip.id: tip for tip in tips}
    subjects: dict[Any, list[Subject]] = {}
    for subject in session.execute(select(Subject).where(Subject.tip_id.in_(found)).order_by(Subject.seq)).scalars():
        subjects.setdefault(subject.tip_id, []).append(subject)
    session.execute(delete(TipWords).where(TipWords.tip_id.in_(found)))
    for tip in found.values():
        index_stored(session, tip, subjects.get(tip.id, []))
    return len(found)
