"""What agencies are told of a lead they hold, held or opened, and whether they took note of it.

A notice has no name and no text: an agency that no longer sees the lead knows by its number, and the subject's place in
the tip, what to put right in its own files. An agency that is excluded from the lead is told nothing (回避).
"""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select, text, union
from sqlalchemy.orm import Session

from huiyin.access.actors import Actor
from huiyin.access.models import Agency, Officer
from huiyin.access.permissions import Permission
from huiyin.clocks.models import ClockRuleCode
from huiyin.clocks.running import term
from huiyin.kit.database.items import Work
from huiyin.kit.database.sessions import set_scope
from huiyin.kit.database.tables import insert_into
from huiyin.kit.web.errors import Forbidden, NotFound, WrongState
from huiyin.kit.web.paging import decode_cursor, page_of
from huiyin.leads.exports.models import Export
from huiyin.leads.record.exclusion import excluded_agencies_of
from huiyin.leads.record.models import Lead
from huiyin.leads.retention.models import LeadNotice, NoticeKind
from huiyin.leads.retention.schemas import NoticeItem, NoticePage, NoticeQuery
from huiyin.trail.events import Access, accesses
from huiyin.trail.models import Event
from huiyin.trail.recorder import SYSTEM, record
from huiyin.workflow.models import Assignment

BATCH = 200
_LATE = text("SELECT notice_id, of_lead FROM notices_late(:now, :most)")
# By these events an agency got to know what a lead's tips tell.
_GOT = accesses(Access.texts)


def receivers(session: Session, lead: Lead) -> list[UUID]:
    """Agencies that hold, held or opened the lead, or took a file or an export of it."""
    rows = session.execute(
        union(
            select(Assignment.agency_id).where(Assignment.matter_id == lead.id),
            select(Event.agency_id).where(
                Event.matter_id == lead.id, Event.event.in_(_GOT), Event.agency_id.is_not(None)
            ),
            select(Export.agency_id).where(Export.lead_ids.contains([lead.id])),
        )
    ).scalars()
    given = [lead.handler_agency_id] if lead.handler_agency_id else []
    return list(dict.fromkeys([*given, *lead.assisting_agency_ids, *sorted(rows)]))


def notify_agencies(
    session: Session,
    lead: Lead,
    kind: NoticeKind,
    agencies: Iterable[UUID],
    facts: dict[str, Any],
    about: UUID | None = None,
    *,
    acknowledge: bool = False,
) -> list[UUID]:
    """Tell agencies; with `acknowledge` they must take note within the clock rule's term. Returns who was told."""
    asked = list(dict.fromkeys(agencies))
    hidden = excluded_agencies_of(session, lead, asked)
    told = [id_ for id_ in asked if id_ not in hidden]
    now = datetime.now(UTC)
    due_at = term(session, ClockRuleCode.acknowledge_notice, now).due(now).at if acknowledge else None
    rows = [
        {
            "lead_id": lead.id,
            "number": lead.number,
            "agency_id": id_,
            "kind": kind,
            "about": about,
            "facts": facts,
            "at": now,
            "due_at": due_at,
        }
        for id_ in told
    ]
    if rows:
        session.execute(insert_into(LeadNotice), rows)
    return told


def mine(session: Session, query: NoticeQuery, actor: Actor) -> NoticePage:
    """What the officer's agencies were told, the newest first; by default what nobody took note of yet."""
    statement = (
        _items()
        .where(LeadNotice.agency_id.in_(actor.agency_ids_for(Permission.leads_read)))
        .order_by(LeadNotice.id.desc())
        .limit(query.limit + 1)
    )
    if query.open is not None:
        open_ = LeadNotice.acknowledged_at.is_(None)
        statement = statement.where(open_ if query.open else ~open_)
    if query.cursor is not None:
        (last,) = decode_cursor(query.cursor, UUID)
        statement = statement.where(LeadNotice.id < last)
    rows, following = page_of(session.execute(statement).all(), query.limit, lambda row: [row[0].id])
    return NoticePage(items=[_item(row[0], row[1], row[2], actor) for row in rows], next_cursor=following)


def of_lead(session: Session, lead: Lead, actor: Actor) -> list[NoticeItem]:
    """All notices of a lead that was read already, oldest first: who has not taken note is seen here."""
    rows = session.execute(_items().where(LeadNotice.lead_id == lead.id).order_by(LeadNotice.id))
    return [_item(row[0], row[1], row[2], actor) for row in rows]


def acknowledge(session: Session, notice_id: UUID, actor: Actor) -> NoticeItem:
    """Take note for one's agency.

    Raises:
        NotFound: unknown, or of a lead from which the officer is excluded.
        Forbidden: it is another agency's.
        WrongState: somebody did already.
    """
    notice = session.get(LeadNotice, notice_id)
    if notice is None:
        raise NotFound
    if notice.agency_id not in actor.agency_ids_for(Permission.leads_read):
        raise Forbidden("Only the agency that was told takes note", rule="not_of_agency")
    session.refresh(notice, with_for_update=True)  # its row, now that it is theirs to change
    if notice.acknowledged_at is not None:
        raise WrongState("Your agency has taken note already", state="acknowledged", allowed_actions=[])
    notice.acknowledged_by, notice.acknowledged_at = actor.id, datetime.now(UTC)
    session.flush()
    record(
        session,
        "notice:acknowledge",
        notice.id,
        actor.by,
        matter_id=notice.lead_id,
        kind=notice.kind,
        agency=str(notice.agency_id),
    )
    row = session.execute(_items().where(LeadNotice.id == notice.id)).one()
    return _item(row[0], row[1], row[2], actor)


def marking_late(now: datetime) -> Work[Any]:
    """The notices that nobody acknowledged in time; each is marked once."""

    def mark(session: Session, row: Any) -> bool:
        set_scope(session, acting_on=str(row.of_lead))
        notice = session.execute(
            select(LeadNotice)
            .where(LeadNotice.id == row.notice_id, LeadNotice.late_at.is_(None), LeadNotice.acknowledged_at.is_(None))
            .with_for_update(skip_locked=True)
        ).scalar_one_or_none()
        if notice is None:
            return False
        notice.late_at = now
        session.flush()
        record(
            session,
            "notice:mark_late",
            notice.id,
            SYSTEM,
            matter_id=notice.lead_id,
            kind=notice.kind,
            agency=str(notice.agency_id),
        )
        return True

    return Work(
        find=lambda session, most: session.execute(_LATE, {"now": now, "most": most}).all(),
        do=mark,
        name=lambda row: row.notice_id,
    )


def _items() -> Any:
    return (
        select(LeadNotice, Agency.name, Officer.name)
        .join(Agency, Agency.id == LeadNotice.agency_id)
        .outerjoin(Officer, Officer.id == LeadNotice.acknowledged_by)
        .execution_options(populate_existing=True)
    )


def _item(row: LeadNotice, agency: str, officer: str | None, actor: Actor) -> NoticeItem:
    return NoticeItem.model_validate(
        {
            "id": row.id,
            "lead": {"id": row.lead_id, "number": row.number},
            "agency": {"id": row.agency_id, "name": agency},
            "kind": row.kind,
            "facts": row.facts,
            "at": row.at,
            "due_at": row.due_at,
            "late": row.due_at is not None and (row.acknowledged_at or datetime.now(UTC)) > row.due_at,
            "acknowledged_by": {"id": row.acknowledged_by, "name": officer} if row.acknowledged_by else None,
            "acknowledged_at": row.acknowledged_at,
            "may_acknowledge": row.acknowledged_at is None
            and row.agency_id in actor.agency_ids_for(Permission.leads_read),
        }
    )
