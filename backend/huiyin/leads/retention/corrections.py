"""Facts about a subject that were recorded wrongly: what is right is shown from then on, what was told stays sealed.

The tip itself is never edited (ADR 0006): the reporter's words keep their hash in the log. What is right stands
beside them, under the same key; both values and the reason stand in the correction, for auditors.
"""

from typing import Any
from uuid import UUID

from sqlalchemy import select, text, update
from sqlalchemy.orm import Session

from huiyin.access.actors import Actor
from huiyin.access.models import Agency, Officer
from huiyin.access.permissions import Permission as P
from huiyin.kit.crypto.vault import decrypt_or_none, encrypt_json
from huiyin.kit.database.sessions import set_scope
from huiyin.kit.database.tables import insert_into
from huiyin.kit.web.errors import Conflict, Invalid, field_error
from huiyin.leads.matching.indexing import index_stored
from huiyin.leads.record.models import Lead
from huiyin.leads.record.visible import reads_texts, require_kept, require_texts, visible_lead
from huiyin.leads.retention.exoneration import recount
from huiyin.leads.retention.models import NoticeKind, SubjectCorrection
from huiyin.leads.retention.notices import notify_agencies, receivers
from huiyin.leads.retention.schemas import CorrectionItem, NewCorrection
from huiyin.tips.record.content import tip_key
from huiyin.tips.record.models import LegalStatus, Subject, Tip
from huiyin.tips.record.subjects import corrected_aad, subject_texts
from huiyin.trail.recorder import record
from huiyin.workflow.visibility import require_at

_FORGET_WORDS = text("SELECT forget_words(:tip)")


def _place(correction_id: UUID) -> str:
    return f"subject_corrections/{correction_id}/content"


def correct(session: Session, lead_id: UUID, body: NewCorrection, actor: Actor) -> CorrectionItem:
    """Correct what was recorded of a subject; every agency that was given the lead is told and takes note.

    Raises:
        NotFound: as for any lead.
        Forbidden: the permission, or reading what was told, is held at another agency only.
        WrongState: the lead was destroyed.
        Invalid: the lead has no such subject, or nothing would change.
        Conflict: the tip can no longer be opened.
    """
    lead = visible_lead(session, lead_id, lock=True)
    require_texts(actor, lead)
    require_at(actor, P.subjects_correct, lead.visible_to, "not_of_lead", "Only agencies that work on it correct")
    require_kept(lead)
    set_scope(session, acting_on=str(lead.id))
    found = session.execute(
        select(Tip, Subject)
        .join(Subject, Subject.tip_id == Tip.id)
        .where(Tip.lead_id == lead.id, Tip.id == body.tip_id, Subject.seq == body.seq)
    ).one_or_none()
    if found is None:
        raise Invalid(field_error("/seq", "unknown_subject", "This lead has no such subject"))
    tip, subject = found
    key = tip_key(tip.id, tip.wrapped_key)
    texts = subject_texts(key, subject)
    if key is None or texts is None:
        raise Conflict("What was told can no longer be opened, and nothing can be corrected in it")
    after = {name: value for name, value in body.texts().items() if value != texts.get(name)}
    status = body.status if body.status is not None else LegalStatus(subject.status)
    fields = [*after, *(["status"] if status != subject.status else [])]
    if not fields:
        raise Invalid(field_error("/reason", "nothing_corrected", "It is recorded like this already"))
    correction_id: UUID = session.execute(text("SELECT uuidv7()")).scalar_one()
    before = {name: texts.get(name) for name in after}
    content = {"reason": body.reason, "before": before, "after": after}
    session.execute(
        insert_into(SubjectCorrection),
        {
            "id": correction_id,
            "tip_id": tip.id,
            "seq": subject.seq,
            "officer_id": actor.id,
            "agency_id": actor.agency_id,
            "fields": fields,
            "status_before": subject.status,
            "status_after": status,
            "content": encrypt_json(key, content, _place(correction_id)),
        },
    )
    values: dict[str, Any] = {"status": status}
    if after:
        right = (
            (decrypt_or_none(key, subject.corrected, corrected_aad(tip.id, subject.seq)) or {}) | after
            if subject.corrected is not None
            else after
        )
        values["corrected"] = encrypt_json(key, right, corrected_aad(tip.id, subject.seq))
    if subject.status == LegalStatus.exonerated and status != LegalStatus.exonerated:
        values |= {"exonerated_on": None, "exoneration_document": None}
    session.execute(
        update(Subject)
        .where(Subject.tip_id == tip.id, Subject.seq == subject.seq)
        .values(**values)
        .execution_options(synchronize_session=False)
    )
    recount(session, lead)
    lead.version += 1
    session.flush()
    _notify_agencies(session, lead, correction_id, body, fields, actor)
    if after:
        _index_again(session, tip)
    return _one(session, lead, correction_id, actor)


def _notify_agencies(
    session: Session, lead: Lead, correction_id: UUID, body: NewCorrection, fields: list[str], actor: Actor
) -> None:
    facts: dict[str, Any] = {"subjects": [{"tip_id": str(body.tip_id), "seq": body.seq}], "fields": fields}
    if body.status is not None and "status" in fields:
        facts["status"] = body.status
    others = [id_ for id_ in receivers(session, lead) if id_ != actor.agency_id]
    told = notify_agencies(session, lead, NoticeKind.correction, others, facts, correction_id, acknowledge=True)
    record(
        session, "subject:correct", correction_id, actor.by, matter_id=lead.id, told=[str(id_) for id_ in told], **facts
    )


def _index_again(session: Session, tip: Tip) -> None:
    """The tip is found by what is right of its subjects, and no longer by what was wrong."""
    session.execute(_FORGET_WORDS, {"tip": tip.id})
    subjects = session.execute(
        select(Subject).where(Subject.tip_id == tip.id).order_by(Subject.seq).execution_options(populate_existing=True)
    ).scalars()
    index_stored(session, tip, subjects)


def of_lead(session: Session, lead: Lead, actor: Actor, only: UUID | None = None) -> list[CorrectionItem]:
    """The corrections of a lead that was read already, oldest first; both values for auditors alone."""
    statement = (
        select(SubjectCorrection, Tip.wrapped_key, Officer.name, Agency.name)
        .join(Tip, Tip.id == SubjectCorrection.tip_id)
        .join(Officer, Officer.id == SubjectCorrection.officer_id)
        .join(Agency, Agency.id == SubjectCorrection.agency_id)
        .where(Tip.lead_id == lead.id)
        .order_by(SubjectCorrection.id)
    )
    if only is not None:
        statement = statement.where(SubjectCorrection.id == only)
    audits = actor.may_at(P.corrections_audit, lead.visible_to)
    readable = audits or reads_texts(actor, lead)
    keys: dict[UUID, bytes | None] = {}
    items = []
    for row, wrapped, officer, agency in session.execute(statement):
        key = keys.setdefault(row.tip_id, tip_key(row.tip_id, wrapped)) if readable else None
        told = decrypt_or_none(key, row.content, _place(row.id)) or {}
        items.append(
            CorrectionItem.model_validate(
                {
                    "id": row.id,
                    "tip_id": row.tip_id,
                    "seq": row.seq,
                    "at": row.at,
                    "by": {"id": row.officer_id, "name": officer},
                    "agency": {"id": row.agency_id, "name": agency},
                    "fields": row.fields,
                    "status_before": row.status_before,
                    "status_after": row.status_after,
                    "reason": told.get("reason"),
                    "before": told.get("before") if audits else None,
                    "after": told.get("after") if audits else None,
                }
            )
        )
    return items


def _one(session: Session, lead: Lead, correction_id: UUID, actor: Actor) -> CorrectionItem:
    return of_lead(session, lead, actor, correction_id)[0]
