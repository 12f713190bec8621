"""Assessment sessions (研判): officers of two agencies at least advise before a gang or umbrella lead is dispatched."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from huiyin.access.actors import Actor
from huiyin.access.models import Agency, Officer
from huiyin.access.permissions import Permission
from huiyin.access.secondments import active_officers
from huiyin.kit.crypto.vault import decrypt_or_none, encrypt_json
from huiyin.kit.web.errors import Invalid, WrongState, field_error
from huiyin.kit.working_days import BEIJING
from huiyin.leads.record.models import Lead, State
from huiyin.leads.record.texts import lead_key
from huiyin.leads.record.visible import text_key, visible_lead
from huiyin.leads.work.models import Assessment
from huiyin.leads.work.schemas import AssessmentItem, NewAssessment
from huiyin.trail.recorder import record
from huiyin.workflow.visibility import is_excluded, require_at

BEFORE_DISPATCH = frozenset({State.received, State.screened, State.registered})


def _place(assessment_id: UUID) -> str:
    return f"assessments/{assessment_id}/opinion"


def record_assessment(session: Session, lead_id: UUID, body: NewAssessment, actor: Actor) -> AssessmentItem:
    """Record a session that was held. The newest one's advice counts for the dispatch.

    Raises:
        NotFound: as for any lead.
        Forbidden: not of the lead's office.
        WrongState: the lead was dispatched already, or is no longer open.
        Invalid: a day that cannot be, somebody who could not take part, or one agency alone.
    """
    lead = visible_lead(session, lead_id, lock=True)
    require_at(
        actor,
        Permission.assessments_record,
        lead.desk_agencies,
        "not_at_desk",
        "Only the office that received the lead, or one above it, does this",
    )
    if State(lead.state) not in BEFORE_DISPATCH:
        raise WrongState("An assessment session is held before dispatch", state=lead.state, allowed_actions=[])
    agencies = _check(session, lead, body)
    assessment_id = session.execute(text("SELECT uuidv7()")).scalar_one()
    session.add(
        Assessment(
            id=assessment_id,
            lead_id=lead.id,
            held_on=body.held_on,
            officer_ids=list(dict.fromkeys(body.participant_ids)),
            agency_ids=agencies,
            result=body.result,
            recorded_by=actor.id,
            opinion=encrypt_json(lead_key(lead), body.opinion, _place(assessment_id)),
        )
    )
    lead.assessment = body.result
    lead.version += 1
    session.flush()
    record(
        session,
        "lead:assess",
        lead.id,
        actor.by,
        matter_id=lead.id,
        from_state=lead.state,
        to_state=lead.state,
        assessment=str(assessment_id),
        result=body.result,
        agencies=[str(id_) for id_ in agencies],
    )
    return next(item for item in assessments_of(session, lead, actor) if item.id == assessment_id)


def _check(session: Session, lead: Lead, body: NewAssessment) -> list[UUID]:
    """The participants' agencies. Whoever is excluded from the lead is refused in the words for an unknown id."""
    today = datetime.now(UTC).astimezone(BEIJING).date()
    errors = []
    if not lead.received_at.astimezone(BEIJING).date() <= body.held_on <= today:
        errors.append(field_error("/held_on", "out_of_range", "A day from the lead's first one to today"))
    known = active_officers(session, body.participant_ids)
    errors += [
        field_error(f"/participant_ids/{index}", "not_eligible", "No active officer who could take part")
        for index, id_ in enumerate(body.participant_ids)
        if id_ not in known or is_excluded(known[id_], lead)
    ]
    if errors:
        raise Invalid(*errors)
    agencies = sorted({officer.agency_id for officer in known.values()})
    if len(agencies) < 2:
        raise Invalid(field_error("/participant_ids", "one_agency", "Participants come from two agencies at least"))
    return agencies


def assessments_of(session: Session, lead: Lead, actor: Actor) -> list[AssessmentItem]:
    """The sessions on a lead that was read already, oldest first, in two statements."""
    rows = session.execute(
        select(Assessment, Officer.name)
        .join(Officer, Officer.id == Assessment.recorded_by)
        .where(Assessment.lead_id == lead.id)
        .order_by(Assessment.id)
    ).all()
    ids = {id_ for row, _ in rows for id_ in row.officer_ids}
    people: dict[UUID, Any] = {
        officer.id: {
            "officer": {"id": officer.id, "name": officer.name},
            "agency": {"id": officer.agency_id, "name": agency},
        }
        for officer, agency in session.execute(
            select(Officer, Agency.name).join(Agency, Agency.id == Officer.agency_id).where(Officer.id.in_(ids))
        )
    }
    key = text_key(actor, lead)
    return [
        AssessmentItem.model_validate(
            {
                "id": row.id,
                "held_on": row.held_on,
                "participants": [people[id_] for id_ in row.officer_ids],
                "result": row.result,
                "opinion": decrypt_or_none(key, row.opinion, _place(row.id)),
                "recorded_by": {"id": row.recorded_by, "name": recorder},
                "recorded_at": row.recorded_at,
            }
        )
        for row, recorder in rows
    ]
