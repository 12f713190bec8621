"""The reporter's judgement of the answer: satisfied or not, and one objection within 30 days."""

from datetime import UTC, datetime

from sqlalchemy import update
from sqlalchemy.orm import Session

from huiyin.kit.crypto.vault import encrypt_json
from huiyin.kit.web.errors import Conflict, WrongState
from huiyin.tips.record.content import tip_key
from huiyin.tips.record.models import MessageSide, Tip
from huiyin.tips.reporting.receipt import may_object, open_tip, receipt_of, write_message
from huiyin.tips.reporting.schemas import Receipt, ReporterObjection, ReporterRating
from huiyin.tips.reporting.sealed_rules import RATING, refuse_in_clear, words_of
from huiyin.trail.recorder import REPORTER, record


def rate(session: Session, body: ReporterRating) -> Receipt:
    """Say whether the answer satisfies; a later rating replaces the earlier one.

    Raises:
        NotFound: the token opens nothing.
        WrongState: there is no answer yet.
        Conflict: the tip's key was destroyed.
        Invalid: a line in clear about a sealed tip.
    """
    tip = open_tip(session, body.token)
    if tip.answered_at is None:
        raise WrongState("There is no answer yet that could be rated", state=tip.stage, allowed_actions=[])
    key = tip_key(tip.id, tip.wrapped_key)
    if key is None:
        raise Conflict("This tip has expired")
    if tip.sealed_for is not None:
        refuse_in_clear(body, RATING)
    line = encrypt_json(key, body.line, f"tips/{tip.id}/rating") if body.line else None
    session.execute(
        update(Tip).where(Tip.id == tip.id).values(rated_at=datetime.now(UTC), satisfied=body.satisfied, rating=line)
    )
    record(session, "tip:rate", tip.id, REPORTER, matter_id=tip.lead_id, satisfied=body.satisfied)
    session.refresh(tip)
    return receipt_of(session, tip)


def object_to_answer(session: Session, body: ReporterObjection) -> Receipt:
    """Object to the answer, once, within 30 days; a reviewer decides.

    Raises as `rate`, and WrongState when it is too late or was done before.
    """
    tip = open_tip(session, body.token)
    now = datetime.now(UTC)
    if not may_object(tip, now):
        raise WrongState(
            "An objection is possible once, within 30 days of the answer", state=tip.stage, allowed_actions=[]
        )
    key = tip_key(tip.id, tip.wrapped_key)
    if key is None:
        raise Conflict("This tip has expired")
    said = words_of(session, tip, body)
    write_message(session, tip, key, MessageSide.objection, said)
    session.execute(update(Tip).where(Tip.id == tip.id).values(objected_at=now))
    record(session, "tip:object", tip.id, REPORTER, matter_id=tip.lead_id)
    session.refresh(tip)
    return receipt_of(session, tip)
