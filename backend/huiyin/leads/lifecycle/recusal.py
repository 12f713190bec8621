"""Declaring a conflict, recording one, and naming a subject later: each ends access in its own transaction."""

from collections.abc import Iterable
from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from huiyin.access.models import Agency, Officer
from huiyin.kit.crypto.vault import encrypt_json
from huiyin.kit.database.tables import insert_into
from huiyin.kit.web.errors import Conflict, Invalid, field_error
from huiyin.leads.lifecycle import inputs
from huiyin.leads.lifecycle.transition import LeadTransition
from huiyin.leads.record.exclusion import excluded_agencies_of, excluded_officers_of, hide, officers_named
from huiyin.leads.record.models import Lead
from huiyin.tips.record.content import subject_aad, tip_key
from huiyin.tips.record.models import Subject, SubjectKind, Tip
from huiyin.workflow.models import AssignmentRole, ExclusionSource
from huiyin.workflow.moving import carry_out, hand_over


def declare_conflict(transition: LeadTransition, _: inputs.ConflictDeclaration) -> None:
    """An officer has a conflict of interest (回避) and no longer sees the lead."""
    _exclude(transition, [], [transition.actor.id], ExclusionSource.declared)


def exclude(transition: LeadTransition, body: inputs.ExclusionNotice) -> None:
    """An officer records that an agency, with all below it, or an officer must not see the lead.

    Raises:
        Invalid: unknown agency or officer.
        Conflict: they are excluded already, or nobody would be left to answer for the lead.
    """
    session = transition.session
    if body.agency_id is not None and session.get(Agency, body.agency_id) is None:
        raise Invalid(field_error("/agency_id", "unknown_agency", "There is no agency with this id"))
    if body.officer_id is not None and session.get(Officer, body.officer_id) is None:
        raise Invalid(field_error("/officer_id", "unknown_officer", "There is no officer with this id"))
    agencies = [body.agency_id] if body.agency_id else []
    officers = [body.officer_id] if body.officer_id else []
    if set(agencies) | set(officers) <= set(transition.lead.hidden_from):
        raise Conflict("They are excluded already")
    _exclude(transition, agencies, officers, ExclusionSource.found)


def add_subject(transition: LeadTransition, body: inputs.LaterSubject) -> None:
    """Name a subject that came up later; an agency or official so named can no longer see the lead.

    Raises:
        Invalid: unknown tip or agency, or the tip is sealed.
        Conflict: the tip's key was destroyed, or nobody would be left to answer for the lead.
    """
    session = transition.session
    tips = select(Tip).where(Tip.lead_id == transition.lead.id).order_by(Tip.received_at, Tip.id).limit(1)
    if body.tip_id is not None:
        tips = tips.where(Tip.id == body.tip_id)
    tip = session.execute(tips).scalar_one_or_none()
    if tip is None:
        raise Invalid(field_error("/tip_id", "unknown_tip", "This lead has no such tip"))
    if tip.sealed_for is not None:
        raise Invalid(field_error("/name", "sealed_tip", "This tip is sealed; exclude agency or officer by `exclude`"))
    if body.agency_id is not None and session.get(Agency, body.agency_id) is None:
        raise Invalid(field_error("/agency_id", "unknown_agency", "There is no agency with this id"))
    key = tip_key(tip.id, tip.wrapped_key)
    if key is None:
        raise Conflict("The tip's key was destroyed; nothing can be added to it")
    last = session.execute(select(func.coalesce(func.max(Subject.seq), -1)).where(Subject.tip_id == tip.id))
    seq = last.scalar_one() + 1
    told = body.model_dump(exclude={"kind", "agency_id", "tip_id"})
    session.execute(
        insert_into(Subject),
        {
            "tip_id": tip.id,
            "seq": seq,
            "kind": body.kind,
            "agency_id": body.agency_id,
            "content": encrypt_json(key, told, subject_aad(tip.id, seq)),
            "added_by": transition.actor.id,
            "added_at": transition.now,
        },
    )
    agencies = [body.agency_id] if body.agency_id else []
    officers = [] if body.kind is SubjectKind.organisation else officers_named(session, [body.name])
    _exclude(transition, agencies, officers, ExclusionSource.subject)


def _exclude(
    transition: LeadTransition, agencies: Iterable[UUID], officers: Iterable[UUID], source: ExclusionSource
) -> None:
    """Hide the lead; once that is recorded, see that somebody who may see it works on it and answers for it."""
    lead = transition.lead
    new = hide(transition.session, lead, agencies, officers, source)
    transition.facts |= {"source": source, "excluded": [str(id_) for id_ in new]}
    if new and lead.is_open:
        transition.then.append(lambda: _see_to_it(transition))


def _see_to_it(transition: LeadTransition) -> None:
    """If the agency in charge, a verifier or who answers is now excluded, the lead goes to where others can take it."""
    machine, session, lead = transition.machine, transition.session, transition.lead
    transition = LeadTransition(machine=machine, session=session, row=lead, actor=transition.actor, now=transition.now)
    notice = inputs.Recall(reason="回避")
    handler = [lead.handler_agency_id] if lead.handler_agency_id else []
    if excluded_agencies_of(session, lead, handler) and lead.state in machine.moves["recall"].sources:
        carry_out(transition, "recall", notice)
    elif (
        excluded_officers_of(session, lead, lead.verifier_ids)
        and lead.state in machine.moves["change_verifiers"].sources
    ):
        carry_out(transition, "change_verifiers", notice)
    if not excluded_officers_of(session, lead, [lead.held_by_officer_id]):
        return
    _drop_excluded_offices(session, lead)
    at_handler = lead.held_by_agency_id == lead.handler_agency_id and not excluded_agencies_of(session, lead, handler)
    agency = lead.held_by_agency_id if at_handler else lead.desk_agencies[-1]
    transition.held_by_head(agency, AssignmentRole.chief if at_handler else AssignmentRole.desk)
    if transition.holder is not None:
        lead.held_by_agency_id, lead.held_by_officer_id = transition.holder[0], transition.holder[1]
    session.flush()
    transition.now = datetime.now(UTC)
    hand_over(transition)


def _drop_excluded_offices(session: Session, lead: Lead) -> None:
    excluded = excluded_agencies_of(session, lead, lead.desk_agencies)
    offices = [id_ for id_ in lead.desk_agencies if id_ not in excluded]
    if not offices:
        raise Conflict("Every office above is excluded from this lead; a higher office has to take it")
    lead.desk_agencies = offices
