"""Merging a lead into another (并入) and undoing it: tips, receipts, exclusions and links go along, histories stay."""

from uuid import UUID

from sqlalchemy import select, text, update
from sqlalchemy.orm import Session

from huiyin.kit.web.errors import Conflict, Invalid, field_error
from huiyin.leads.lifecycle import inputs
from huiyin.leads.lifecycle.transition import LeadTransition, refuse_excluded
from huiyin.leads.record.exclusion import hide
from huiyin.leads.record.models import Lead
from huiyin.tips.record.models import Tip
from huiyin.trail.models import Event
from huiyin.trail.recorder import record
from huiyin.workflow.models import Exclusion, ExclusionSource

# migrations/sql/matching: an officer need not see every lead that the two are linked with.
_CARRY_LINKS = text("SELECT carry_links(:source, :target)")
_GIVE_LINKS_BACK = text("SELECT give_links_back(:source, :target)")


def merge(transition: LeadTransition, body: inputs.Merging) -> None:
    """Move the tips to another lead; both histories stay, receipts follow."""
    session, lead = transition.session, transition.lead
    if body.target_lead_id == lead.id:
        raise Invalid(field_error("/target_lead_id", "same_lead", "Choose another lead than this one"))
    target = session.execute(select(Lead).where(Lead.id == body.target_lead_id).with_for_update()).scalar_one_or_none()
    if target is None:
        raise Invalid(field_error("/target_lead_id", "unknown_lead", "There is no such lead"))
    if not target.is_open:
        raise Invalid(
            field_error("/target_lead_id", "not_open", f"Lead {target.number} is {target.state}; choose an open one")
        )
    working = [id_ for id_ in (target.handler_agency_id, *target.assisting_agency_ids) if id_ is not None]
    refuse_excluded(session, lead, working, "/target_lead_id")
    take_over_exclusions(session, lead, target)
    target.tip_count += lead.tip_count
    target.version += 1
    lead.merged_into_id = target.id
    session.flush()
    moved = session.execute(update(Tip).where(Tip.lead_id == lead.id).values(lead_id=target.id).returning(Tip.id))
    tips = list(moved.scalars())
    session.execute(_CARRY_LINKS, {"source": lead.id, "target": target.id})
    transition.stage |= {"follow": target, "tips": tips}
    transition.facts["tips"] = [str(id_) for id_ in tips]
    record(
        session,
        "lead:take_in",
        target.id,
        transition.actor.by,
        matter_id=target.id,
        from_state=target.state,
        to_state=target.state,
        merged=str(lead.id),
        number=lead.number,
    )
    transition.facts |= {"target": str(target.id), "number": target.number}


def take_over_exclusions(session: Session, lead: Lead, target: Lead) -> None:
    """Whoever must not see the one must not see the other, once its tips are there."""
    rows = session.execute(select(Exclusion).where(Exclusion.matter_id == lead.id)).scalars().all()
    for row in rows:
        agencies = [row.agency_id] if row.agency_id else []
        officers = [row.officer_id] if row.officer_id else []
        hide(session, target, agencies, officers, ExclusionSource(row.source))


def unmerge(transition: LeadTransition, _: inputs.Recall) -> None:
    """Take the tips back that were merged into another lead; both histories stay, receipts follow."""
    session, lead = transition.session, transition.lead
    target = session.execute(select(Lead).where(Lead.id == lead.merged_into_id).with_for_update()).scalar_one_or_none()
    if target is None:
        raise Conflict("The lead that took the tips in cannot be seen by you")
    facts = session.execute(
        select(Event.facts)
        .where(Event.matter_id == lead.id, Event.event == "lead:merge")
        .order_by(Event.id.desc())
        .limit(1)
    ).scalar_one()
    ids = [UUID(id_) for id_ in facts["tips"]]
    moved = session.execute(
        update(Tip).where(Tip.id.in_(ids), Tip.lead_id == target.id).values(lead_id=lead.id).returning(Tip.id)
    ).all()
    if not moved:
        raise Conflict("The tips have gone on to another lead; undo that first")
    session.execute(_GIVE_LINKS_BACK, {"source": lead.id, "target": target.id})
    target.tip_count -= len(moved)
    target.version += 1
    lead.tip_count, lead.merged_into_id = len(moved), None
    session.flush()
    record(
        session,
        "lead:give_back",
        target.id,
        transition.actor.by,
        matter_id=target.id,
        from_state=target.state,
        to_state=target.state,
        number=lead.number,
    )
    transition.held_by_desk()
    transition.stage["handled_by"] = None
