"""Expired leads lose their keys: theirs, those of the leads merged into them, and those of all their tips.

One transaction for each lead, with a tombstone in the trail: by which rule, how much, and the hash of each tip as it
was told. A run that was cut short is simply run again, and two workers never do one lead twice: the row is locked, and
what is destroyed is not found again. Triggers take words, signs, selectors, identities and undecided links away; the
job `tend_attachments` removes the pieces of files. Nothing goes before its agency was told for 30 days.
"""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import func, select, text, update
from sqlalchemy.orm import Session

from huiyin.kit.database.items import Items, Work
from huiyin.kit.database.sessions import Sessions, set_scope
from huiyin.kit.working_days import today_in_beijing
from huiyin.leads.record.models import Lead, State
from huiyin.leads.retention.terms import WARN_DAYS
from huiyin.tips.files.models import Attachment
from huiyin.tips.record.models import Message, Subject, Tip
from huiyin.tips.reporting.in_log import digest_of
from huiyin.trail.recorder import SYSTEM, record

_EXPIRED = text("SELECT leads_expired(:today, :told_before, :most)")
_WAITS = text("SELECT lead_waits(:lead)")
_FAMILY = text("SELECT lead_family(:lead)")


def destroy_expired(sessions: Sessions, now: datetime) -> int:
    """Destroy what has expired, a transaction a lead; returns how many. One that fails steps aside."""
    parameters = {"today": today_in_beijing(now), "told_before": now - timedelta(days=WARN_DAYS)}
    expired = Work[UUID](
        find=lambda session, most: session.execute(_EXPIRED, parameters | {"most": most}).scalars().all(),
        do=lambda session, lead_id: destroy(session, lead_id, now),
        name=str,
    )
    return Items(sessions, "destroy_expired").all(expired, most=1)


def destroy(session: Session, lead_id: UUID, now: datetime) -> bool:
    """Destroy one expired lead; False where somebody is changing it, holds it, or was quicker."""
    set_scope(session, acting_on=str(lead_id))
    lead = _locked(session, lead_id)
    if (
        lead is None
        or lead.destroyed_at is not None
        or lead.state != State.closed
        or lead.expires_on is None
        or lead.expires_on >= today_in_beijing(now)
        or lead.expiry_told_at is None
        or lead.expiry_told_at > now - timedelta(days=WARN_DAYS)
        or session.execute(_WAITS, {"lead": lead_id}).scalar_one() is not None
    ):
        return False
    family: list[UUID] = list(session.execute(_FAMILY, {"lead": lead_id}).scalars())
    tips = messages = files = 0
    members = [lead]
    for id_ in family:
        if id_ == lead_id:
            continue
        set_scope(session, acting_on=str(id_))
        if (merged := _locked(session, id_)) is None:
            return False  # it is being taken back at this moment: all of them stay for the next run
        members.append(merged)
    for member in members:
        set_scope(session, acting_on=str(member.id))
        counted = _destroy_tips(session, member)
        tips, messages, files = (a + b for a, b in zip((tips, messages, files), counted, strict=True))
        member.wrapped_key, member.destroyed_at = None, now
        member.version += 1
        session.flush()
        if member is not lead:
            record(session, "lead:destroy", member.id, SYSTEM, matter_id=member.id, with_lead=str(lead_id))
    record(
        session,
        "lead:destroy",
        lead_id,
        SYSTEM,
        matter_id=lead_id,
        rule=lead.retention_rule,
        rule_version=lead.retention_version,
        expires_on=lead.expires_on.isoformat(),
        tips=tips,
        messages=messages,
        files=files,
        merged=len(family) - 1,
    )
    return True


def _locked(session: Session, lead_id: UUID) -> Lead | None:
    return session.execute(
        select(Lead)
        .where(Lead.id == lead_id)
        .with_for_update(skip_locked=True)
        .execution_options(populate_existing=True)
    ).scalar_one_or_none()


def _destroy_tips(session: Session, lead: Lead) -> tuple[int, int, int]:
    """Destroy the keys of a lead's tips, each with a tombstone; returns how many tips, messages and files went."""
    rows = session.execute(
        select(Tip.id, Tip.content).where(Tip.lead_id == lead.id, Tip.wrapped_key.is_not(None)).order_by(Tip.id)
    ).all()
    ids = [row.id for row in rows]
    named: dict[UUID, list[bytes]] = {}
    # The hash is over what the reporter told; whom officers named later is not in it.
    for tip_id, content in session.execute(
        select(Subject.tip_id, Subject.content)
        .where(Subject.tip_id.in_(ids), Subject.added_by.is_(None))
        .order_by(Subject.tip_id, Subject.seq)
    ):
        named.setdefault(tip_id, []).append(bytes(content))
    messages = session.execute(select(func.count()).select_from(Message).where(Message.tip_id.in_(ids))).scalar_one()
    files = session.execute(select(func.count()).select_from(Attachment).where(Attachment.tip_id.in_(ids))).scalar_one()
    for row in rows:
        told = digest_of([bytes(row.content), *named.get(row.id, [])])
        record(session, "tip:destroy", row.id, SYSTEM, matter_id=lead.id, told=told)
    session.execute(
        update(Tip).where(Tip.id.in_(ids)).values(wrapped_key=None).execution_options(synchronize_session=False)
    )
    return len(ids), messages, files
