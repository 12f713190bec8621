"""The reporter's side: what a receipt code opens, what the reporter may add, and how a tip's progress is told.

The leads part writes the reporter's view here with `tell`; this page never reads a lead, so no internal state can
slip through it.
"""

import hashlib
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, or_, select, update
from sqlalchemy.orm import Session

from huiyin.access.models import Agency
from huiyin.kit.crypto.base64url import bytes_of
from huiyin.kit.crypto.vault import decrypt_or_none, encrypt_json
from huiyin.kit.database.sessions import new_ids, set_scope
from huiyin.kit.database.tables import insert_into
from huiyin.kit.web.errors import NotFound, Removed, WrongState
from huiyin.tips.files.attachments import files_of_receipt
from huiyin.tips.identity.models import IdentityOpening
from huiyin.tips.identity.schemas import ReceiptOpening
from huiyin.tips.record.content import message_aad, tip_key
from huiyin.tips.record.models import Message, MessageSide, ReporterStage, Tip
from huiyin.tips.reporting.in_log import entry_of
from huiyin.tips.reporting.schemas import LogEntry, Receipt, ReceiptAnswer, ReceiptMessage, ReporterMessage
from huiyin.tips.reporting.sealed_rules import words_of
from huiyin.tips.sealed.schemas import SealedAnswer, SealedText
from huiyin.tips.sealed.sealed import answers_for, body_of, for_reporter, sealing_of, store_sealed
from huiyin.trail.recorder import REPORTER, record

_S = ReporterStage
_ACCEPTED = {
    _S.received: None,
    _S.accepted: True,
    _S.being_checked: True,
    _S.under_review: True,
    _S.answered: True,
    _S.closed: True,
    _S.passed_on: False,
    _S.not_accepted: False,
}
# "The reporter can add text and files, at any time before closing."
_WRITABLE = frozenset({_S.received, _S.accepted, _S.being_checked, _S.under_review, _S.answered})
OBJECTION_DAYS = 30  # docs/domain.md, section 3: "object once within 30 days"
# The place for a body's name that the reporter is told when a tip is passed on.
_PASSED_TO = "passed_to"


def open_tip(session: Session, token: str) -> Tip:
    """The tip whose receipt token this is; right and wrong tokens cost the same: one hash, one index look-up."""
    digest = _digest(token)
    set_scope(session, receipt=digest.hex())
    tip = session.execute(select(Tip).where(Tip.receipt_hash == digest)).scalar_one_or_none()
    if tip is None:
        raise NotFound
    return tip


def receipt(session: Session, token: str) -> Receipt:
    """What the reporter sees.

    Raises:
        NotFound: the token opens nothing.
        Removed: a tip with this receipt was taken in and is gone; carries its entry of the log.
    """
    # Asked for right and wrong tokens alike, so that both cost the same.
    entry = entry_of(session, _digest(token))
    try:
        tip = open_tip(session, token)
    except NotFound:
        if entry is None:
            raise
        raise Removed(log=entry.model_dump()) from None
    return receipt_of(session, tip, entry)


def _digest(token: str) -> bytes:
    return hashlib.sha256(bytes_of(token)).digest()


def receipt_of(session: Session, tip: Tip, entry: LogEntry | None = None) -> Receipt:
    """The reporter's view of a tip; its entry of the log is looked up unless it is at hand."""
    if entry is None and tip.receipt_hash is not None:
        entry = entry_of(session, tip.receipt_hash)
    key = tip_key(tip.id, tip.wrapped_key)
    messages: list[ReceiptMessage] = []
    answer: ReceiptAnswer | None = None
    transferred_to: str | None = None
    for row in session.execute(select(Message).where(Message.tip_id == tip.id).order_by(Message.id)).scalars():
        text = decrypt_or_none(key, row.content, message_aad(row.id))
        if text is None:
            continue
        if row.side == MessageSide.answer:
            answer = ReceiptAnswer.model_validate({"at": row.at, **_words(text)})
        else:
            side = MessageSide.staff if row.side == MessageSide.staff else MessageSide.reporter
            messages.append(
                ReceiptMessage.model_validate({"from": side, "at": row.at, "read_at": row.read_at, **_words(text)})
            )
    if tip.stage == _S.passed_on and tip.passed_to is not None:
        transferred_to = decrypt_or_none(key, tip.passed_to, f"tips/{tip.id}/{_PASSED_TO}")
    stage = ReporterStage(tip.stage)
    sealing = sealing_of(session, tip, key)
    # Without a key to seal to, the page would take words of a sealed tip in clear: then it takes none.
    takes_words = key is not None and (tip.sealed_for is None or sealing is not None)
    return Receipt.model_validate(
        {
            "received_at": tip.received_at,
            "stage": stage,
            "stage_since": tip.stage_since,
            "handled_by": tip.handled_by,
            "answer_due_at": tip.answer_due_at,
            "provisional": tip.answer_due_provisional,
            "accepted": _ACCEPTED[stage],
            "reason": tip.stage_reason,
            "transferred_to": transferred_to,
            "can_write": stage in _WRITABLE and takes_words,
            "can_object": takes_words and may_object(tip, datetime.now(UTC)),
            "satisfied": tip.satisfied,
            "objection": {
                "at": tip.objected_at,
                "decided_at": tip.objection_decided_at,
                "upheld": tip.objection_upheld,
            }
            if tip.objected_at is not None
            else None,
            "messages": messages,
            "answer": answer,
            "files": files_of_receipt(session, tip.id, key),
            "log": entry,
            "openings": _openings(session, tip),
            "expired": tip.wrapped_key is None,
            "sealed": sealing,
        }
    )


def _words(told: Any) -> dict[str, Any]:
    """A text in clear, or a sealed one as the reporter's page opens it."""
    sealed = for_reporter(told)
    return {"text": None if sealed else told, "sealed": sealed}


# A reviewer may record that telling would harm the verification; with its end the reporter is told in any case.
_ENDED = frozenset({_S.answered, _S.closed, _S.passed_on, _S.not_accepted})


def _openings(session: Session, tip: Tip) -> list[ReceiptOpening]:
    """Who opened the reporter's identity, why, and from when to when; by agency, never by officer."""
    statement = (
        select(IdentityOpening, Agency.name)
        .join(Agency, Agency.id == IdentityOpening.asked_agency_ids[1])
        .where(IdentityOpening.tip_id == tip.id, IdentityOpening.opened_at.is_not(None))
        .order_by(IdentityOpening.opened_at)
    )
    if tip.stage not in _ENDED:
        told = or_(IdentityOpening.withheld_until.is_(None), IdentityOpening.withheld_until <= datetime.now(UTC))
        statement = statement.where(told)
    return [
        ReceiptOpening.model_validate(
            {"agency": agency, "purpose": row.purpose, "at": row.opened_at, "until": row.ended_at or row.expires_at}
        )
        for row, agency in session.execute(statement)
    ]


def takes_more(tip: Tip) -> bool:
    """Whether the reporter may still add words and files."""
    return ReporterStage(tip.stage) in _WRITABLE and tip.wrapped_key is not None


def may_object(tip: Tip, now: datetime) -> bool:
    """Whether the reporter may still object: answered, not yet objected, not more than 30 days ago."""
    return (
        tip.answered_at is not None
        and tip.objected_at is None
        and now <= tip.answered_at + timedelta(days=OBJECTION_DAYS)
    )


def add_message(session: Session, body: ReporterMessage) -> Receipt:
    """Add the reporter's words to the dialogue.

    Raises:
        NotFound: the token opens nothing.
        WrongState: the matter is closed.
        Invalid: in clear about a sealed tip.
    """
    tip = open_tip(session, body.token)
    key = tip_key(tip.id, tip.wrapped_key)
    if ReporterStage(tip.stage) not in _WRITABLE or key is None:
        raise WrongState("This tip is closed; file a new one to add something", state=tip.stage, allowed_actions=[])
    said = words_of(session, tip, body)
    message_id = write_message(session, tip, key, MessageSide.reporter, said)
    record(session, "message:add", message_id, REPORTER, matter_id=tip.lead_id, tip=str(tip.id))
    return receipt_of(session, tip)


def write_message(
    session: Session, tip: Tip, key: bytes, side: MessageSide, said: str | SealedText, officer_id: UUID | None = None
) -> UUID:
    """Store one message encrypted under the tip's key; returns its id. The caller records the event."""
    (message_id,) = new_ids(session, 1)
    session.execute(
        insert_into(Message),
        {
            "id": message_id,
            "tip_id": tip.id,
            "side": side,
            "officer_id": officer_id,
            "content": encrypt_json(key, said if isinstance(said, str) else body_of(said), message_aad(message_id)),
        },
    )
    if not isinstance(said, str) and tip.receipt_hash is not None:
        store_sealed(session, message_id, tip.id, f"message/{side}", said, tip.receipt_hash)
    return message_id


def update_receipt(
    session: Session,
    lead_id: UUID,
    stage: ReporterStage,
    *,
    now: datetime,
    only: list[UUID] | None = None,
    due_at: datetime | None = None,
    provisional: bool = False,
    **changes: Any,
) -> None:
    """Write where the matter stands onto every tip of a lead, in the reporter's words.

    Args:
        only: these tips of the lead, where others keep their date.
        changes: `handled_by` (kind of body) or `stage_reason` (code), where they change.
    """
    which = Tip.lead_id == lead_id if only is None else Tip.id.in_(only)
    session.execute(
        update(Tip)
        .where(which)
        .values(stage=stage, stage_since=now, answer_due_at=due_at, answer_due_provisional=provisional, **changes)
    )


def update_due_date(session: Session, lead_id: UUID, due_at: datetime | None, *, provisional: bool) -> None:
    """Write a new date onto every tip of a lead whose stage stays as it is."""
    session.execute(
        update(Tip).where(Tip.lead_id == lead_id).values(answer_due_at=due_at, answer_due_provisional=provisional)
    )


def give_answer(
    session: Session, lead_id: UUID, text: str | None, sealed: list[SealedAnswer] | None, officer_id: UUID
) -> None:
    """Give the answer to the reporter of every tip of a lead. Raises Invalid: in clear for a sealed tip."""
    _store_each(session, (Tip.lead_id == lead_id,), MessageSide.answer, text, sealed, officer_id)
    # A new answer opens a new chance to object.
    session.execute(
        update(Tip)
        .where(Tip.lead_id == lead_id)
        .values(answered_at=datetime.now(UTC), objected_at=None, objection_decided_at=None, objection_upheld=None)
    )


def give_dismissal(
    session: Session, lead_id: UUID, text: str | None, sealed: list[SealedAnswer] | None, officer_id: UUID
) -> None:
    """Tell the reporters who objected, and wait for a decision, why the answer stands. Raises as `tell_answer`."""
    waiting = (Tip.lead_id == lead_id, Tip.objected_at.is_not(None), Tip.objection_decided_at.is_(None))
    _store_each(session, waiting, MessageSide.staff, text, sealed, officer_id)


def _store_each(
    session: Session,
    which: tuple[ColumnElement[bool], ...],
    side: MessageSide,
    text: str | None,
    sealed: list[SealedAnswer] | None,
    officer_id: UUID,
) -> None:
    # Of an expired tip nothing can be kept, and nobody reads it.
    tips = session.execute(select(Tip).where(*which, Tip.wrapped_key.is_not(None))).scalars().all()
    told = answers_for(session, tips, text, sealed)
    for tip in tips:
        key = tip_key(tip.id, tip.wrapped_key)
        if key is not None and tip.id in told:
            write_message(session, tip, key, side, told[tip.id], officer_id)


def update_passed_to(session: Session, lead_id: UUID, body: str) -> None:
    """Name the competent body on every tip of a lead that is passed on, encrypted like the rest."""
    for tip_id, wrapped in session.execute(select(Tip.id, Tip.wrapped_key).where(Tip.lead_id == lead_id)).all():
        key = tip_key(tip_id, wrapped)
        if key is not None:
            sealed = encrypt_json(key, body, f"tips/{tip_id}/{_PASSED_TO}")
            session.execute(update(Tip).where(Tip.id == tip_id).values(passed_to=sealed))
