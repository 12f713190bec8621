"""Tips as staff see them: read with their subjects in a constant number of statements, then decrypted."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from huiyin.access.models import Agency, Officer, Region
from huiyin.access.schemas import OfficerRef
from huiyin.channels.models import Channel
from huiyin.kit.crypto.vault import decrypt_or_none
from huiyin.kit.text.segment import bare, is_named_in
from huiyin.tips.files.attachments import attachments_of
from huiyin.tips.record.content import content_aad, exclusion_aad, message_aad, tip_key
from huiyin.tips.record.models import Message, Subject, Tip, TipExclusion
from huiyin.tips.record.subjects import subject_texts
from huiyin.tips.reporting.schemas import AskedOutItem, MessageItem, MessageList, SubjectItem, TipItem
from huiyin.tips.sealed.models import SealedEnvelope
from huiyin.tips.sealed.sealed import for_agency

_SUBJECT_TEXTS = ("name", "unit", "post", "nickname", "description")


def tips_of(
    session: Session, lead_id: UUID, *, readable: bool, hidden_from: Sequence[OfficerRef] = ()
) -> list[TipItem]:
    """The tips of a lead, oldest first. With `readable` false, or a destroyed key, their texts are null.

    `hidden_from`: officers who do not see the lead; they are put to whom a reporter asked to keep out.
    """
    rows = session.execute(
        select(Tip, Channel.kind, Channel.name, Region.name, Agency.name)
        .join(Channel, Channel.id == Tip.channel_id)
        .join(Region, Region.code == Tip.region_code)
        .outerjoin(Agency, Agency.id == Tip.sealed_for)
        .where(Tip.lead_id == lead_id)
        .order_by(Tip.received_at, Tip.id)
    ).all()
    keys = {tip.id: tip_key(tip.id, tip.wrapped_key) if readable else None for tip, *_ in rows}
    subjects = _subjects_of(session, keys)
    asked_out = _asked_out_of(session, keys, hidden_from)
    files = attachments_of(session, keys)
    return [
        _item(
            tip,
            {"id": tip.channel_id, "kind": kind, "name": channel},
            region,
            sealed_for,
            keys[tip.id],
            {
                "subjects": subjects.get(tip.id, []),
                "asked_out": asked_out.get(tip.id, []),
                "attachments": files.get(tip.id, []),
            },
        )
        for tip, kind, channel, region, sealed_for in rows
    ]


def _item(
    tip: Tip,
    channel: dict[str, Any],
    region: str,
    sealed_for: str | None,
    key: bytes | None,
    belongings: dict[str, Any],
) -> TipItem:
    told = decrypt_or_none(key, tip.content, content_aad(tip.id)) if tip.sealed_for is None else None
    told = told or {}
    return TipItem.model_validate(
        {
            "id": tip.id,
            "channel": channel,
            "region": {"code": tip.region_code, "name": region},
            "received_at": tip.received_at,
            "submitted_at": tip.submitted_at,
            "occurred": {"kind": tip.occurred_kind, "at": tip.occurred_at, "note": told.get("when")},
            "conduct": tip.conduct,
            "sector": tip.sector,
            "external_ref": tip.external_ref,
            "satisfied": tip.satisfied,
            "objected_at": tip.objected_at,
            "objection_upheld": tip.objection_upheld,
            "sealed_for": {"id": tip.sealed_for, "name": sealed_for} if tip.sealed_for else None,
            "readable": bool(told),
            "expired": tip.wrapped_key is None,
            "title": told.get("title"),
            "place": told.get("place"),
            "narrative": told.get("narrative"),
        }
        | belongings
    )


def _subjects_of(session: Session, keys: dict[UUID, bytes | None]) -> dict[UUID, list[SubjectItem]]:
    rows = session.execute(
        select(Subject, Agency.name)
        .outerjoin(Agency, Agency.id == Subject.agency_id)
        .where(Subject.tip_id.in_(keys))
        .order_by(Subject.tip_id, Subject.seq)
    )
    found: dict[UUID, list[SubjectItem]] = {}
    for subject, agency in rows:
        key = keys[subject.tip_id]
        told = subject_texts(key, subject) or {}
        item = {
            "seq": subject.seq,
            "kind": subject.kind,
            "status": subject.status,
            "corrected": subject.corrected is not None,
            "exonerated_on": subject.exonerated_on,
            "exoneration_document": subject.exoneration_document,
            "agency": {"id": subject.agency_id, "name": agency} if subject.agency_id and key is not None else None,
        } | {name: told.get(name) for name in _SUBJECT_TEXTS}
        found.setdefault(subject.tip_id, []).append(SubjectItem.model_validate(item))
    return found


def _asked_out_of(
    session: Session, keys: dict[UUID, bytes | None], hidden_from: Sequence[OfficerRef]
) -> dict[UUID, list[AskedOutItem]]:
    rows = session.execute(
        select(TipExclusion)
        .where(TipExclusion.tip_id.in_(keys), TipExclusion.official.is_not(None))
        .order_by(TipExclusion.tip_id, TipExclusion.seq)
    ).scalars()
    found: dict[UUID, list[AskedOutItem]] = {}
    for row in rows:
        told = decrypt_or_none(keys[row.tip_id], row.official, exclusion_aad(row.tip_id, row.seq))
        if isinstance(told, str):
            officers = [officer for officer in hidden_from if is_named_in(officer.name, bare(told))]
            found.setdefault(row.tip_id, []).append(AskedOutItem(official=told, officers=officers))
    return found


def messages_of(session: Session, lead_id: UUID) -> MessageList:
    """The dialogue with the reporters of a lead's tips, oldest first."""
    rows = session.execute(
        select(Message, Tip.wrapped_key, Officer.name, SealedEnvelope)
        .join(Tip, Tip.id == Message.tip_id)
        .outerjoin(SealedEnvelope, SealedEnvelope.id == Message.id)
        .outerjoin(Officer, Officer.id == Message.officer_id)
        .where(Tip.lead_id == lead_id)
        .order_by(Message.id)
    )
    keys: dict[UUID, bytes | None] = {}
    items = []
    for message, wrapped, author, envelope in rows:
        key = keys.setdefault(message.tip_id, tip_key(message.tip_id, wrapped))
        told = decrypt_or_none(key, message.content, message_aad(message.id))
        items.append(message_item(message, author, told, envelope))
    return MessageList(items=items)


def message_item(message: Message, author: str | None, told: Any, envelope: SealedEnvelope | None) -> MessageItem:
    """One message as staff see it; `told` as it is kept, a text or the body of an envelope."""
    return MessageItem.model_validate(
        {
            "id": message.id,
            "tip_id": message.tip_id,
            "from": message.side,
            "author": author,
            "at": message.at,
            "read_at": message.read_at,
            "text": told if isinstance(told, str) else None,
            "sealed": for_agency(told, envelope),
        }
    )
