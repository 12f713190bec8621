"""Declaring a conflict, recording one, and naming a subject later: each ends access in its own transaction."""

from collections.abc import Iterable
from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from huiyin.access.actors import Actor
from huiyin.access.models import Agency, Officer
from huiyin.access.permissions import Permission
from huiyin.kit.crypto.vault import seal_json
from huiyin.kit.database.tables import insert_into
from huiyin.kit.web.errors import Conflict, Forbidden, Invalid, field_error
from huiyin.leads.lifecycle import inputs
from huiyin.leads.lifecycle.lifecycle import begin, carry_out, hand_over, record_act
from huiyin.leads.lifecycle.moves import MOVES
from huiyin.leads.lifecycle.turn import Turn
from huiyin.leads.record.exclusion import excluded_agencies_of, excluded_officers_of, hide, officers_named
from huiyin.leads.record.models import OPEN_STATES, AssignmentRole, ExclusionSource, Lead, State
from huiyin.tips.record.content import subject_place, tip_key
from huiyin.tips.record.models import Subject, SubjectKind, Tip


def declare_conflict(session: Session, lead_id: UUID, actor: Actor, given: inputs.ConflictDeclaration) -> None:
    """An officer has a conflict of interest and no longer sees the lead. Raises NotFound."""
    turn = begin(session, lead_id, None, actor)
    _exclude(turn, [], [actor.id], ExclusionSource.declared, "declare_conflict", given)


def exclude(session: Session, lead_id: UUID, version: int, actor: Actor, given: inputs.ExclusionNotice) -> None:
    """An officer records that an agency, with all below it, or an officer must not see the lead.

    Raises:
        NotFound, Stale: as for a verb.
        Forbidden: neither the office that received the lead nor the agency in charge.
        Invalid: unknown agency or officer.
        Conflict: they are excluded already, or nobody would be left to answer for the lead.
    """
    turn = begin(session, lead_id, version, actor)
    _refuse_outsiders(turn)
    if given.agency_id is not None and session.get(Agency, given.agency_id) is None:
        raise Invalid(field_error("/agency_id", "unknown_agency", "There is no agency with this id"))
    if given.officer_id is not None and session.get(Officer, given.officer_id) is None:
        raise Invalid(field_error("/officer_id", "unknown_officer", "There is no officer with this id"))
    agencies = [given.agency_id] if given.agency_id else []
    officers = [given.officer_id] if given.officer_id else []
    if set(agencies) | set(officers) <= set(turn.lead.hidden_from):
        raise Conflict("They are excluded already")
    _exclude(turn, agencies, officers, ExclusionSource.found, "exclude", given)


def add_subject(session: Session, lead_id: UUID, version: int, actor: Actor, given: inputs.LaterSubject) -> None:
    """Name a subject that came up later; an agency or official so named can no longer see the lead.

    Raises as `exclude`.
    """
    turn = begin(session, lead_id, version, actor)
    _refuse_outsiders(turn)
    tips = select(Tip).where(Tip.lead_id == turn.lead.id).order_by(Tip.received_at, Tip.id).limit(1)
    if given.tip_id is not None:
        tips = tips.where(Tip.id == given.tip_id)
    tip = session.execute(tips).scalar_one_or_none()
    if tip is None:
        raise Invalid(field_error("/tip_id", "unknown_tip", "This lead has no such tip"))
    if tip.sealed_for is not None:
        raise Invalid(field_error("/name", "sealed_tip", "This tip is sealed; exclude agency or officer by `exclude`"))
    if given.agency_id is not None and session.get(Agency, given.agency_id) is None:
        raise Invalid(field_error("/agency_id", "unknown_agency", "There is no agency with this id"))
    key = tip_key(tip.id, tip.wrapped_key)
    if key is None:
        raise Conflict("The tip's key was destroyed; nothing can be added to it")
    last = session.execute(select(func.coalesce(func.max(Subject.seq), -1)).where(Subject.tip_id == tip.id))
    seq = last.scalar_one() + 1
    told = given.model_dump(exclude={"kind", "agency_id", "tip_id"})
    session.execute(
        insert_into(Subject),
        {
            "tip_id": tip.id,
            "seq": seq,
            "kind": given.kind,
            "agency_id": given.agency_id,
            "content": seal_json(key, told, subject_place(tip.id, seq)),
            "added_by": actor.id,
            "added_at": turn.now,
        },
    )
    agencies = [given.agency_id] if given.agency_id else []
    officers = [] if given.kind is SubjectKind.organisation else officers_named(session, [given.name])
    _exclude(turn, agencies, officers, ExclusionSource.subject, "add_subject", given)


def _refuse_outsiders(turn: Turn) -> None:
    lead = turn.lead
    mine = turn.actor.agency_ids_for(Permission.leads_exclude)
    if mine.isdisjoint([*lead.desk_agencies, lead.handler_agency_id]):
        raise Forbidden("Only the receiving office or the agency in charge does this", rule="not_of_handler")


def _exclude(
    turn: Turn,
    agencies: Iterable[UUID],
    officers: Iterable[UUID],
    source: ExclusionSource,
    act: str,
    given: inputs.ExclusionNotice | inputs.ConflictDeclaration | inputs.LaterSubject,
) -> None:
    """Hide the lead, record it, and see that somebody who may see it works on it and answers for it."""
    session, lead = turn.session, turn.lead
    new = hide(session, lead, agencies, officers, source)
    lead.version += 1
    turn.facts |= {"source": source, "excluded": [str(id_) for id_ in new]}
    session.flush()
    record_act(turn, act, given)
    turn.facts = {}
    if new and State(lead.state) in OPEN_STATES:
        _see_to_it(turn)


def _see_to_it(turn: Turn) -> None:
    """If the agency in charge, a verifier or who answers is now excluded, the lead goes to where others can take it."""
    session, lead = turn.session, turn.lead
    notice = inputs.Recall(reason="回避")
    handler = [lead.handler_agency_id] if lead.handler_agency_id else []
    if excluded_agencies_of(session, lead, handler) and lead.state in MOVES["recall"].sources:
        carry_out(turn, "recall", notice)
    elif excluded_officers_of(session, lead, lead.verifier_ids) and lead.state in MOVES["change_verifiers"].sources:
        carry_out(turn, "change_verifiers", notice)
    if not excluded_officers_of(session, lead, [lead.held_by_officer_id]):
        return
    _drop_excluded_offices(session, lead)
    at_handler = lead.held_by_agency_id == lead.handler_agency_id and not excluded_agencies_of(session, lead, handler)
    agency = lead.held_by_agency_id if at_handler else lead.desk_agencies[-1]
    turn.held_by_head(agency, AssignmentRole.chief if at_handler else AssignmentRole.desk)
    if turn.holder is not None:
        lead.held_by_agency_id, lead.held_by_officer_id = turn.holder[0], turn.holder[1]
    session.flush()
    turn.now = datetime.now(UTC)
    hand_over(turn)


def _drop_excluded_offices(session: Session, lead: Lead) -> None:
    excluded = excluded_agencies_of(session, lead, lead.desk_agencies)
    offices = [id_ for id_ in lead.desk_agencies if id_ not in excluded]
    if not offices:
        raise Conflict("Every office above is excluded from this lead; a higher office has to take it")
    lead.desk_agencies = offices
