"""Makes tips findable that are not yet, or by an older way of cutting text: after an upgrade, or a change of the key.

Runs as the owner of the schema, beside a running service, oldest tip first, so that links are proposed as they would
have been on arrival. A run that is interrupted goes on where it stopped: what is done is what needs nothing more.
"""

from collections.abc import Callable, Sequence

from sqlalchemy import create_engine, delete, exists, select
from sqlalchemy.orm import Session

from huiyin.kit.database.items import Items, Work
from huiyin.kit.database.sessions import make_sessions
from huiyin.leads.matching.indexing import index_stored
from huiyin.leads.matching.models import TipWords
from huiyin.leads.matching.search import WAY
from huiyin.tips.record.models import Subject, Tip

BATCH = 200


def reindex(owner_url: str, progress: Callable[[int], None] = lambda _: None) -> tuple[int, int]:
    """Index every tip that needs it. Tips whose key was destroyed stay unfindable.

    Returns:
        How many were indexed, and how many could not be: those are left out, and listed with what was set aside.
    """
    engine = create_engine(owner_url)
    done = 0

    def index(session: Session, tip: Tip) -> bool:
        nonlocal done
        session.execute(delete(TipWords).where(TipWords.tip_id == tip.id))
        subjects = session.execute(select(Subject).where(Subject.tip_id == tip.id).order_by(Subject.seq)).scalars()
        index_stored(session, tip, subjects)
        done += 1
        if done % BATCH == 0:
            progress(done)
        return True

    try:
        items = Items(make_sessions(engine), "reindex")
        items.forget()  # whoever asks for all anew wants those too that failed before
        items.all(Work(find=_waiting, do=index, name=lambda tip: tip.id), BATCH)
        return done, items.known
    finally:
        engine.dispose()


def _waiting(session: Session, most: int) -> Sequence[Tip]:
    current = exists().where(TipWords.tip_id == Tip.id, TipWords.way >= WAY)
    unindexed = select(Tip).where(Tip.wrapped_key.is_not(None), Tip.sealed_for.is_(None), ~current)
    return session.execute(unindexed.order_by(Tip.id).limit(most)).scalars().all()
