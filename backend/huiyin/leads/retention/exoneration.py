"""Exoneration of subjects (澄清正名): proposed by who verified, approved by an officer of another agency.

docs/domain.md, section 8: a finding `unsubstantiated` offers an exoneration. From the approval on every place that
shows the subject says that they are exonerated, since when and by which document; every agency that was given the lead
is told and has to take note.
"""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select, tuple_, update
from sqlalchemy.orm import Session, aliased

from huiyin.access.actors import Actor
from huiyin.access.models import Officer
from huiyin.access.permissions import Permission as P
from huiyin.kit.crypto.vault import decrypt_or_none, encrypt_json
from huiyin.kit.web.errors import Invalid, WrongState, field_error
from huiyin.kit.working_days import today_in_beijing
from huiyin.leads.record.models import Finding, Lead, LeadExoneration, State
from huiyin.leads.record.texts import lead_key
from huiyin.leads.record.visible import require_kept, require_texts, text_key, visible_lead, visible_part
from huiyin.leads.retention.models import Exoneration, ExonerationState, NoticeKind
from huiyin.leads.retention.notices import notify_agencies, receivers
from huiyin.leads.retention.schemas import Decision, ExonerationItem, NewExoneration
from huiyin.tips.record.models import LegalStatus, Subject, Tip
from huiyin.workflow import requests
from huiyin.workflow.request_models import Apart
from huiyin.workflow.requests import RequestEvents, RequestKind, Right, Where

EXONERATES = frozenset({Finding.unsubstantiated, Finding.partly_substantiated, Finding.false_report})
REVIEWED = frozenset({State.approved, State.answered, State.closed})
_asker, _decider = aliased(Officer), aliased(Officer)


def _place(exoneration_id: UUID, field: str) -> str:
    return f"exonerations/{exoneration_id}/{field}"


def may_be_exonerated(lead: Lead) -> bool:
    """Whether the lead's approved finding exonerates somebody, and it was not destroyed."""
    return lead.state in REVIEWED and lead.finding in EXONERATES and lead.destroyed_at is None


def propose(session: Session, lead_id: UUID, body: NewExoneration, actor: Actor) -> ExonerationItem:
    """Propose to exonerate subjects of a lead.

    Raises:
        NotFound: as for any lead.
        Forbidden: the permission, or reading what was told, is held at another agency only.
        WrongState: the finding exonerates nobody, or was not approved yet; or the lead was destroyed.
        Conflict: a proposal waits already.
        Invalid: the lead has no such subject, or it is exonerated already.
    """
    lead = visible_lead(session, lead_id, lock=True)
    require_texts(actor, lead)
    named = list(dict.fromkeys((one.tip_id, one.seq) for one in body.subjects))

    def new(exoneration_id: UUID) -> dict[str, Any]:
        require_kept(lead)
        _require_exoneration_finding(lead)
        _require_subjects(session, lead, body)
        told = {"reason": body.reason, "letter": body.letter}
        return {
            "lead_id": lead.id,
            "subjects": [{"tip_id": str(tip), "seq": seq} for tip, seq in named],
            "document_number": body.document_number,
            "at_request": body.at_request,
            "reason": encrypt_json(lead_key(lead), told, _place(exoneration_id, "reason")),
        }

    now = datetime.now(UTC)
    facts = {"subjects": len(named), "at_request": body.at_request}
    row = requests.ask(session, EXONERATIONS, lead, actor, now, new, **facts)
    return _one(session, lead, row.id, actor)


def _require_exoneration_finding(lead: Lead) -> None:
    if not may_be_exonerated(lead):
        raise WrongState(
            "A subject is exonerated after an approved finding that it was unsubstantiated, in part, or a false report",
            state=lead.state,
            allowed_actions=[],
        )


def _require_subjects(session: Session, lead: Lead, body: NewExoneration) -> None:
    status = _statuses(session, lead)
    errors = []
    for index, one in enumerate(body.subjects):
        pointer = f"/subjects/{index}"
        if (one.tip_id, one.seq) not in status:
            errors.append(field_error(pointer, "unknown_subject", "This lead has no such subject"))
        elif status[one.tip_id, one.seq] == LegalStatus.exonerated:
            errors.append(field_error(pointer, "exonerated", "This subject is exonerated already"))
    if errors:
        raise Invalid(*errors)


def decide(session: Session, lead_id: UUID, exoneration_id: UUID, body: Decision, actor: Actor) -> ExonerationItem:
    """Approve or refuse what an officer of another agency proposed.

    Raises:
        NotFound: as for any lead, or it has no such proposal.
        Forbidden: an officer of an agency of the proposer's, or without the permission for this lead.
        WrongState: decided already, or the lead was taken up again or destroyed meanwhile.
    """
    lead, row = visible_part(session, lead_id, Exoneration, exoneration_id)
    decision = encrypt_json(lead_key(lead), body.note, _place(row.id, "decision")) if body.note else None
    requests.decide(session, EXONERATIONS, row, lead, actor, datetime.now(UTC), agreed=body.agreed, decision=decision)
    return _one(session, lead, row.id, actor)


def _check(row: Exoneration, lead: Lead, agreed: bool, now: datetime) -> None:
    require_kept(lead)
    if agreed and not may_be_exonerated(lead):
        raise WrongState("The lead was taken up again; refuse the proposal", state=lead.state, allowed_actions=[])


def _exonerate(session: Session, row: Exoneration, lead: Lead, actor: Actor, now: datetime) -> dict[str, Any]:
    """Every place that shows the subjects says so from here on; who was given the lead is told."""
    named = [(UUID(one["tip_id"]), one["seq"]) for one in row.subjects]
    today = today_in_beijing(now)
    session.execute(
        update(Subject)
        .where(tuple_(Subject.tip_id, Subject.seq).in_(named))
        .values(status=LegalStatus.exonerated, exonerated_on=today, exoneration_document=row.document_number)
        .execution_options(synchronize_session=False)
    )
    recount(session, lead)
    facts = {"subjects": row.subjects, "document_number": row.document_number, "exonerated_on": today.isoformat()}
    others = [id_ for id_ in receivers(session, lead) if id_ != actor.agency_id]
    told = notify_agencies(session, lead, NoticeKind.exoneration, others, facts, row.id, acknowledge=True)
    return {"subjects": row.subjects, "told": [str(id_) for id_ in told]}


def recount(session: Session, lead: Lead) -> None:
    """Write onto the lead whether none, some or all of its subjects are exonerated, for lists, links and search."""
    exonerated = Subject.status == LegalStatus.exonerated
    counts = session.execute(
        select(func.count(), func.count().filter(exonerated))
        .select_from(Subject)
        .join(Tip, Tip.id == Subject.tip_id)
        .where(Tip.lead_id == lead.id)
    ).one()
    total, done = counts
    lead.exoneration = None if done == 0 else LeadExoneration.all if done == total else LeadExoneration.some


def _statuses(session: Session, lead: Lead) -> dict[tuple[UUID, int], str]:
    rows = session.execute(
        select(Subject.tip_id, Subject.seq, Subject.status)
        .join(Tip, Tip.id == Subject.tip_id)
        .where(Tip.lead_id == lead.id)
    )
    return {(row.tip_id, row.seq): row.status for row in rows}


EXONERATIONS = RequestKind(
    table=Exoneration,
    matter=Lead,
    agreed=ExonerationState.approved,
    asks=Right(permission=P.exonerations_ask, at=Where.visible_to),
    decides=Right(permission=P.exonerations_approve, at=Where.visible_to, apart=Apart.agency),
    alone=("lead_id",),
    taken="A proposal waits already; decide on that one first",
    events=RequestEvents(asked="exoneration:ask", agreed="exoneration:approve", refused="exoneration:refuse"),
    check=_check,
    follows=_exonerate,
)


def of_lead(session: Session, lead: Lead, actor: Actor, only: UUID | None = None) -> list[ExonerationItem]:
    """The exonerations of a lead that was read already, oldest first."""
    statement = (
        select(Exoneration, _asker.name, _decider.name)
        .join(_asker, _asker.id == Exoneration.asked_by)
        .outerjoin(_decider, _decider.id == Exoneration.decided_by)
        .where(Exoneration.lead_id == lead.id)
        .order_by(Exoneration.id)
        .execution_options(populate_existing=True)
    )
    if only is not None:
        statement = statement.where(Exoneration.id == only)
    key, now = text_key(actor, lead), datetime.now(UTC)
    items = []
    for row, asker, decider in session.execute(statement):
        told = decrypt_or_none(key, row.reason, _place(row.id, "reason")) or {}
        items.append(
            ExonerationItem.model_validate(
                {
                    "id": row.id,
                    "state": row.state,
                    "subjects": row.subjects,
                    "document_number": row.document_number,
                    "at_request": row.at_request,
                    "reason": told.get("reason"),
                    "letter": told.get("letter"),
                    "asked_by": {"id": row.asked_by, "name": asker},
                    "asked_at": row.asked_at,
                    "decided_by": {"id": row.decided_by, "name": decider} if row.decided_by else None,
                    "decided_at": row.decided_at,
                    "decision_note": decrypt_or_none(key, row.decision, _place(row.id, "decision"))
                    if row.decision
                    else None,
                    "may_decide": bool(requests.allowed(EXONERATIONS, row, actor, lead, now)),
                }
            )
        )
    return items


def _one(session: Session, lead: Lead, exoneration_id: UUID, actor: Actor) -> ExonerationItem:
    return of_lead(session, lead, actor, exoneration_id)[0]
