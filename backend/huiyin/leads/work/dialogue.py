"""Staff's side of the dialogue: questions to the reporter of a lead's tips."""

from uuid import UUID

from sqlalchemy import select, text, update
from sqlalchemy.orm import Session

from huiyin.access.actors import Actor
from huiyin.access.permissions import Permission
from huiyin.kit.web.errors import Conflict, Forbidden, Invalid, WrongState, field_error
from huiyin.leads.record.visible import require_texts, visible_lead, works_on
from huiyin.tips.record.content import tip_key
from huiyin.tips.record.models import Message, MessageSide, Tip
from huiyin.tips.reporting.receipt import write_message
from huiyin.tips.reporting.schemas import MessageItem, MessageList, StaffMessage
from huiyin.tips.reporting.sealed_rules import words_of
from huiyin.tips.reporting.views import message_item, messages_of
from huiyin.tips.sealed.models import SealedEnvelope
from huiyin.tips.sealed.sealed import body_of
from huiyin.trail.recorder import record, record_read


def dialogue(session: Session, lead_id: UUID, actor: Actor) -> MessageList:
    """The dialogue of a lead.

    Raises:
        NotFound: as for any lead.
        Forbidden: what was told may be read by the officer at another agency only.
    """
    lead = visible_lead(session, lead_id)
    if not actor.may_at(Permission.tips_read, lead.visible_to):
        raise Forbidden(f"This needs {Permission.tips_read}", permission=Permission.tips_read)
    record_read(session, lead_id, actor.by)
    return messages_of(session, lead_id)


def read_news(session: Session, lead_id: UUID, actor: Actor) -> None:
    """What the reporters of a lead added was seen by somebody who works on it; each reporter is told when.

    Seen by others (a superior office, an auditor) it stays news. A second time changes nothing.

    Raises:
        NotFound: as for any lead.
        Forbidden: neither a verifier of the lead nor of the agency that answers for it.
    """
    lead = visible_lead(session, lead_id, lock=True)
    require_texts(actor, lead)
    if not works_on(lead, actor):
        raise Forbidden("It stays news until somebody who works on it has seen it", rule="not_of_lead")
    unread = (Message.read_at.is_(None), Message.side.in_([MessageSide.reporter, MessageSide.objection]))
    of_lead = Message.tip_id.in_(select(Tip.id).where(Tip.lead_id == lead_id))
    seen = session.execute(
        update(Message).where(of_lead, *unread).values(read_at=text("now()")).returning(Message.id)
    ).all()
    if seen or lead.news_at is not None:
        lead.news_at = None
        session.flush()
        record(session, "message:read", lead_id, actor.by, matter_id=lead_id, count=len(seen))


def ask(session: Session, lead_id: UUID, body: StaffMessage, actor: Actor) -> MessageItem:
    """Write to the reporter of one of the lead's tips.

    Raises:
        NotFound: unknown lead.
        Forbidden: neither a verifier of the lead nor the intake of its office.
        WrongState: the lead is no longer open.
        Invalid: the tip is not one of this lead's; or it is sealed and this is in clear.
        Conflict: nobody holds a receipt for the tip, or its key was destroyed.
    """
    lead = visible_lead(session, lead_id)
    if actor.id not in lead.verifier_ids and not actor.may_at(Permission.messages_write, lead.desk_agencies):
        raise Forbidden("Only its verifiers and the intake of its office write to the reporter", rule="not_a_verifier")
    if not lead.is_open:
        raise WrongState("The dialogue ends when the lead is closed", state=lead.state, allowed_actions=[])
    tips = select(Tip).where(Tip.lead_id == lead.id).order_by(Tip.received_at, Tip.id).limit(1)
    if body.tip_id is not None:
        tips = tips.where(Tip.id == body.tip_id)
    tip = session.execute(tips).scalar_one_or_none()
    if tip is None:
        raise Invalid(field_error("/tip_id", "unknown_tip", "This lead has no such tip"))
    key = tip_key(tip.id, tip.wrapped_key)
    if tip.receipt_hash is None or key is None:
        raise Conflict("Nobody can read this: the tip has no receipt code")
    said = words_of(session, tip, body)
    message_id = write_message(session, tip, key, MessageSide.staff, said, actor.id)
    record(session, "message:ask", message_id, actor.by, matter_id=lead.id, tip=str(tip.id))
    told = said if isinstance(said, str) else body_of(said)
    envelope = None if isinstance(said, str) else session.get_one(SealedEnvelope, message_id)
    return message_item(session.get_one(Message, message_id), actor.name, told, envelope)
