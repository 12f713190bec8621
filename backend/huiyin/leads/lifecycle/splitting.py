"""Taking a lead apart: some of its tips into a lead of their own, or its umbrella part into a sealed branch."""

from typing import Any
from uuid import UUID

from sqlalchemy import select, text, update

from huiyin.access.models import Agency, AgencyKind
from huiyin.clocks.models import Clock, ClockRuleCode
from huiyin.clocks.running import start_row, term
from huiyin.kit.crypto.vault import SUITE, encrypt_json
from huiyin.kit.database.sessions import set_scope
from huiyin.kit.database.tables import insert_into
from huiyin.kit.web.errors import Invalid, field_error
from huiyin.leads.lifecycle import inputs
from huiyin.leads.lifecycle.desk_effects import named_work_at
from huiyin.leads.lifecycle.merging import take_over_exclusions
from huiyin.leads.lifecycle.transition import LeadTransition, refuse_excluded
from huiyin.leads.record.exclusion import answerable
from huiyin.leads.record.models import Lead, Nature, State
from huiyin.leads.record.texts import allegation_aad, new_lead_key
from huiyin.tips.record.models import ReporterStage, Tip
from huiyin.tips.reporting.receipt import update_receipt
from huiyin.trail.recorder import record
from huiyin.workflow.models import Assignment, AssignmentRole

_NEW = text("SELECT uuidv7(), draw_number('leads')")


def split(transition: LeadTransition, body: inputs.Splitting) -> None:
    """Put some tips of a lead into a new one, to be screened anew; receipts follow.

    Raises Invalid where a tip is not one of this lead's, or none would be left.
    """
    session, lead = transition.session, transition.lead
    tips = set(session.execute(select(Tip.id).where(Tip.lead_id == lead.id)).scalars())
    errors = [
        field_error(f"/tip_ids/{index}", "unknown_tip", "This lead has no such tip")
        for index, id_ in enumerate(body.tip_ids)
        if id_ not in tips
    ]
    if not errors and tips == set(body.tip_ids):
        errors = [field_error("/tip_ids", "none_left", "Leave at least one tip with this lead")]
    if errors:
        raise Invalid(*errors)
    moved = list(dict.fromkeys(body.tip_ids))
    new = _open(
        transition, State.received, lead.desk_agencies, lead.desk_agencies[-1], ClockRuleCode.screen, len(moved)
    )
    session.execute(update(Tip).where(Tip.id.in_(moved)).values(lead_id=new.id))
    lead.tip_count -= len(moved)
    transition.facts |= {"number": new.number, "lead": str(new.id)}
    transition.then.append(lambda: _record_new(transition, new, "lead:split_off"))
    transition.then.append(
        lambda: update_receipt(
            session,
            new.id,
            ReporterStage.received,
            now=transition.now,
            only=moved,
            due_at=new.clock_due_at,
            provisional=new.clock_provisional,
            handled_by=None,
        )
    )


def branch(transition: LeadTransition, body: inputs.Branch) -> None:
    """Split the umbrella part (保护伞) off into a branch that only the discipline agency and those above it see.

    The branch has no tips: what it is about is told anew, for the discipline agency alone. The lead that it was split
    off from stays as it was, with no event and no new version: its readers may be those whom the branch is about.

    Raises:
        Invalid: not a discipline agency, or somebody who is named works there.
        Excluded: that agency must not see the lead; superiors are proposed.
    """
    session, lead = transition.session, transition.lead
    agency = session.get(Agency, body.agency_id)
    if agency is None or agency.kind != AgencyKind.discipline:
        raise Invalid(field_error("/agency_id", "not_discipline", "The umbrella part goes to a discipline agency"))
    refuse_excluded(session, lead, [agency.id], "/agency_id")
    # No second officer could say why it goes there all the same: the allegation is for that agency's eyes alone.
    if named_work_at(transition, [agency.id]):
        raise Invalid(
            field_error(
                "/agency_id", "named_work", "Somebody who is named works there: choose another, or one above it"
            )
        )
    line = select(Agency.id).where(Agency.id.in_(agency.path), Agency.kind == AgencyKind.discipline)
    offices = [id_ for id_ in agency.path if id_ in set(session.execute(line).scalars())]
    new = _open(transition, State.dispatched, offices, agency.id, ClockRuleCode.acknowledge, 0, body.allegation)
    # Who did it stands in the branch alone: the lead's own record has no word of it.
    transition.then.append(lambda: _record_new(transition, new, "lead:branch_off"))


def _open(
    transition: LeadTransition,
    state: State,
    offices: list[UUID],
    agency_id: UUID,
    clock: ClockRuleCode,
    tip_count: int,
    allegation: str | None = None,
) -> Lead:
    """A new lead beside the one at hand, answered for from the start, hidden from whom that one is hidden."""
    session, lead = transition.session, transition.lead
    id_, number = session.execute(_NEW).one()
    key = new_lead_key(id_)
    role = AssignmentRole.desk if state is State.received else AssignmentRole.chief
    agency, officer, _ = answerable(session, lead, agency_id, role)
    rule = term(session, clock, transition.now)
    ends = rule.due(transition.now)
    fields: dict[str, Any] = {
        "id": id_,
        "number": number,
        "state": state,
        "state_since": transition.now,
        "conduct": lead.conduct,
        "sector": lead.sector,
        "region_code": lead.region_code,
        "region_path": lead.region_path,
        "received_at": transition.now,
        "tip_count": tip_count,
        "visible_to": list(dict.fromkeys([*offices, agency])),
        "desk_agencies": offices,
        "held_by_agency_id": agency,
        "held_by_officer_id": officer,
        "clock_rule": clock,
        "clock_due_at": ends.at,
        "clock_provisional": ends.provisional,
        "wrapped_key": key.wrapped,
        "kek_version": key.kek_version,
        "suite": SUITE,
    }
    if allegation is not None:
        fields |= {
            "nature": Nature.umbrella,
            "branch_of_id": lead.id,
            "handler_agency_id": agency,
            "allegation": encrypt_json(key.plain, allegation, allegation_aad(id_)),
        }
    # From here on this transaction acts on the new lead, which its officer may not be allowed to see.
    set_scope(session, acting_on=str(id_))
    session.execute(insert_into(Lead), fields)
    session.execute(
        insert_into(Assignment),
        {"matter_id": id_, "agency_id": agency, "officer_id": officer, "role": role, "from_at": transition.now},
    )
    session.execute(insert_into(Clock), start_row(id_, rule, ends, agency, officer, transition.now))
    new = session.execute(select(Lead).where(Lead.id == id_)).scalar_one()
    take_over_exclusions(session, lead, new)
    session.flush()
    return new


def _record_new(transition: LeadTransition, new: Lead, event: str) -> None:
    """The first event of the lead that was opened beside this one."""
    record(
        transition.session,
        event,
        new.id,
        transition.actor.by,
        matter_id=new.id,
        to_state=new.state,
        number=transition.lead.number,
    )
