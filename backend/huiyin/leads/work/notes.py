"""Internal notes on a lead, with mentions of officers. Never shown to the reporter, never edited."""

from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy import and_, or_, select, text, update
from sqlalchemy.orm import Session

from huiyin.access.actors import Actor
from huiyin.access.models import Agency, Officer
from huiyin.access.permissions import Permission
from huiyin.access.schemas import OfficerRef
from huiyin.access.secondments import active_officers
from huiyin.kit.crypto.vault import decrypt_or_none, encrypt_json
from huiyin.kit.database.tables import insert_into
from huiyin.kit.web.errors import Invalid, NotFound, field_error
from huiyin.kit.web.paging import decode_cursor, page_of
from huiyin.leads.record.models import Lead
from huiyin.leads.record.texts import lead_key
from huiyin.leads.record.visible import could_read, require_texts, text_key, visible_lead
from huiyin.leads.work.models import Mention, Note
from huiyin.leads.work.schemas import MentionItem, MentionPage, MentionQuery, NewNote, NoteItem, NotePage, NoteQuery
from huiyin.trail.recorder import record
from huiyin.workflow.visibility import require_at


def _place(note_id: UUID) -> str:
    return f"notes/{note_id}/content"


def write_note(session: Session, lead_id: UUID, body: NewNote, actor: Actor) -> NoteItem:
    """Write a note; a correction is a new note.

    Raises:
        NotFound: as for any lead.
        Forbidden: the permission is held at another agency only.
        Invalid: somebody is mentioned who could not read it, in the words for an unknown id.
    """
    lead = visible_lead(session, lead_id)
    require_at(actor, Permission.notes_write, lead.visible_to, "not_of_lead", "Only agencies that work on it write")
    mentioned = list(dict.fromkeys(body.mention_ids))
    others = active_officers(session, mentioned)
    errors = [
        field_error(f"/mention_ids/{index}", "may_not_see", "No officer who may read this note")
        for index, id_ in enumerate(body.mention_ids)
        if id_ not in others or not could_read(others[id_], lead)
    ]
    if errors:
        raise Invalid(*errors)
    note_id = session.execute(text("SELECT uuidv7()")).scalar_one()
    now = datetime.now(UTC)
    session.execute(
        insert_into(Note),
        {
            "id": note_id,
            "lead_id": lead.id,
            "officer_id": actor.id,
            "written_at": now,
            "content": encrypt_json(lead_key(lead), body.text, _place(note_id)),
        },
    )
    if mentioned:
        session.execute(
            insert_into(Mention), [{"note_id": note_id, "lead_id": lead.id, "officer_id": id_} for id_ in mentioned]
        )
    record(session, "note:write", note_id, actor.by, matter_id=lead.id, mentions=[str(id_) for id_ in mentioned])
    return _page(session, lead, NoteQuery(limit=1), actor, only=note_id).items[0]


def notes(session: Session, lead_id: UUID, query: NoteQuery, actor: Actor) -> NotePage:
    """The notes on a lead, newest first.

    Raises:
        NotFound: as for any lead.
        Forbidden: texts may be read by the officer at another agency only.
    """
    lead = visible_lead(session, lead_id)
    require_texts(actor, lead)
    return _page(session, lead, query, actor)


def _page(session: Session, lead: Lead, query: NoteQuery, actor: Actor, only: UUID | None = None) -> NotePage:
    statement = (
        select(Note, Officer.name, Agency.id, Agency.name)
        .join(Officer, Officer.id == Note.officer_id)
        .join(Agency, Agency.id == Officer.agency_id)
        .where(Note.lead_id == lead.id)
        .order_by(Note.id.desc())
        .limit(query.limit + 1)
    )
    if only is not None:
        statement = statement.where(Note.id == only)
    if query.cursor is not None:
        (last,) = decode_cursor(query.cursor, UUID)
        statement = statement.where(Note.id < last)
    shown, following = page_of(session.execute(statement).all(), query.limit, lambda row: [row[0].id])
    mentions: dict[UUID, list[OfficerRef]] = {}
    for note_id, officer_id, name in session.execute(
        select(Mention.note_id, Officer.id, Officer.name)
        .join(Officer, Officer.id == Mention.officer_id)
        .where(Mention.note_id.in_([row[0].id for row in shown]))
        .order_by(Mention.id)
    ):
        mentions.setdefault(note_id, []).append(OfficerRef(id=officer_id, name=name))
    key = text_key(actor, lead)
    items = [
        NoteItem.model_validate(
            {
                "id": note.id,
                "written_at": note.written_at,
                "by": {"id": note.officer_id, "name": officer},
                "agency": {"id": agency_id, "name": agency},
                "text": decrypt_or_none(key, note.content, _place(note.id)),
                "mentions": mentions.get(note.id, []),
            }
        )
        for note, officer, agency_id, agency in shown
    ]
    return NotePage(items=items, next_cursor=following)


def mentions(session: Session, query: MentionQuery, actor: Actor) -> MentionPage:
    """Where the officer is mentioned: unread first, only on leads that they may still see."""
    is_read = Mention.read_at.is_not(None)
    statement = (
        select(Mention, Lead, Note, Officer.name)
        .join(Lead, Lead.id == Mention.lead_id)
        .join(Note, Note.id == Mention.note_id)
        .join(Officer, Officer.id == Note.officer_id)
        .where(Mention.officer_id == actor.id)
        .order_by(is_read, Mention.id.desc())
        .limit(query.limit + 1)
        .execution_options(populate_existing=True)
    )
    if query.unread is not None:
        statement = statement.where(~is_read if query.unread else is_read)
    if query.cursor is not None:
        was_read, last = decode_cursor(query.cursor, str, UUID)
        older = Mention.id < last
        statement = statement.where(and_(is_read, older) if was_read == "read" else or_(is_read, older))
    shown, following = page_of(
        session.execute(statement).all(),
        query.limit,
        lambda row: ("read" if row[0].read_at else "unread", row[0].id),
    )
    items = [
        MentionItem.model_validate(
            {
                "id": mention.id,
                "lead": {"id": lead.id, "number": lead.number, "state": lead.state},
                "note_id": note.id,
                "by": {"id": note.officer_id, "name": writer},
                "written_at": note.written_at,
                "text": decrypt_or_none(text_key(actor, lead), note.content, _place(note.id)),
                "read_at": mention.read_at,
            }
        )
        for mention, lead, note, writer in shown
    ]
    return MentionPage(items=items, next_cursor=following)


def read_mention(session: Session, mention_id: UUID, actor: Actor) -> None:
    """Mark one's own mention as read; a second time changes nothing.

    Raises:
        NotFound: there is none of the officer's, or its lead is no longer visible.
    """
    own = (Mention.id == mention_id, Mention.officer_id == actor.id)
    if session.execute(select(Mention.id).where(*own)).first() is None:
        raise NotFound
    first = session.execute(
        update(Mention).where(*own, Mention.read_at.is_(None)).values(read_at=text("now()")).returning(Mention.id)
    ).first()
    if first is not None:
        record(session, "mention:read", mention_id, actor.by)
