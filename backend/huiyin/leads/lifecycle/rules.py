"""Rules that bind a verb to the person, beyond state and permission. Each answers None, or why it is blocked."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from huiyin.access.actors import Actor
from huiyin.access.models import Agency, Region
from huiyin.access.permissions import Role
from huiyin.clocks.models import ClockRuleCode
from huiyin.clocks.running import Versions, all_versions
from huiyin.leads.record.models import Finding, Lead, Nature, State
from huiyin.leads.work.models import AssessmentResult
from huiyin.workflow.machine import Blocked, Circumstances


@dataclass(frozen=True, kw_only=True)
class LeadCircumstances(Circumstances):
    """What a lead's rules may look at besides lead and actor."""

    dispute: Versions
    agency_levels: dict[UUID, str]


def circumstances(session: Session, actor: Actor, now: datetime) -> LeadCircumstances:
    """The circumstances in which this officer acts, for any number of leads."""
    levels = session.execute(
        select(Agency.id, Region.level)
        .join(Region, Agency.region_code == Region.code)
        .where(Agency.id.in_(actor.agency_ids))
    )
    dispute = all_versions(session, ClockRuleCode.dispute)
    return LeadCircumstances(now=now, dispute=dispute, agency_levels=dict(levels.all()))


def destroyed(lead: Lead) -> Blocked | None:
    """Nothing can be added to a lead whose keys were destroyed."""
    return Blocked("destroyed", "The lead has expired and was destroyed") if lead.destroyed_at is not None else None


def at_desk(lead: Lead, actor: Actor, _: LeadCircumstances) -> Blocked | None:
    """Intake, dispatch and review belong to the office that received the lead, or an office above it."""
    if not actor.agency_ids.isdisjoint(lead.desk_agencies):
        return None
    return Blocked("not_at_desk", "Only the office that received the lead, or one above it, does this")


def of_handler(lead: Lead, actor: Actor, _: LeadCircumstances) -> Blocked | None:
    """The agency in charge acknowledges, disputes and endorses."""
    if lead.handler_agency_id in actor.agency_ids:
        return None
    return Blocked("not_of_handler", "Only the agency in charge does this")


def of_verifying_agencies(lead: Lead, actor: Actor, _: LeadCircumstances) -> Blocked | None:
    """Verifiers come from the agency in charge or an assisting one."""
    if not actor.agency_ids.isdisjoint([lead.handler_agency_id, *lead.assisting_agency_ids]):
        return None
    return Blocked("not_of_handler", "Only the agency in charge or an assisting agency does this")


def is_verifier(lead: Lead, actor: Actor, _: LeadCircumstances) -> Blocked | None:
    """Conclusions are the named verifiers' own."""
    return (
        None
        if actor.id in lead.verifier_ids
        else Blocked("not_a_verifier", "Only a named verifier of this lead does this")
    )


def never_verified_it(lead: Lead, actor: Actor, _: LeadCircumstances) -> Blocked | None:
    """Nobody endorses or sends back what they verified themselves."""
    if actor.id not in lead.verifier_ids:
        return None
    return Blocked("verified_it", "You verified this lead; another officer must decide")


def from_another_agency(lead: Lead, actor: Actor, _: LeadCircumstances) -> Blocked | None:
    """Review is by another agency than verified."""
    # A seconded officer stays an officer of the agency that sent them.
    if (actor.agency_ids | {actor.agency_id}).isdisjoint(lead.verifier_agency_ids):
        return None
    return Blocked("same_agency", "Your agency verified this lead; another one must review it")


def in_ordinary_time(lead: Lead, _: Actor, around: LeadCircumstances) -> Blocked | None:
    """A lead is marked as complex while its ordinary term for screening runs: no lateness is mended by it."""
    if lead.clock_rule != ClockRuleCode.screen:
        return Blocked("complex_already", "It is screened as a complex lead already")
    if lead.clock_paused_at is None and lead.clock_due_at is not None and lead.clock_due_at < around.now:
        return Blocked("screening_late", "The term for screening has passed; it can no longer be marked as complex")
    return None


def in_time_to_dispute(lead: Lead, actor: Actor, around: LeadCircumstances) -> Blocked | None:
    """A dispute is open for five working days after dispatch, by the rule as it was on that day."""
    if around.now <= around.dispute.at(lead.state_since).due(lead.state_since).at:
        return None
    return Blocked("dispute_late", "The five working days for a dispute have passed")


def chief_or_reviewer(lead: Lead, actor: Actor, around: LeadCircumstances) -> Blocked | None:
    """A conclusion is sent back by the chief of the agency in charge; a review, by a reviewer of the office."""
    if lead.state == State.in_review:
        actor = actor.in_role(Role.reviewer)
        if not actor.agency_ids:
            return Blocked("reviewer_only", "In review, only a reviewer of the office sends back")
        return at_desk(lead, actor, around) or from_another_agency(lead, actor, around)
    actor = actor.in_role(Role.chief)
    if not actor.agency_ids:
        return Blocked("chief_only", "Before review, only the chief of the agency in charge sends back")
    return of_handler(lead, actor, around) or never_verified_it(lead, actor, around)


def verifier_or_desk(lead: Lead, actor: Actor, around: LeadCircumstances) -> Blocked | None:
    """The answer is given by a verifier of the lead or by intake."""
    if actor.in_role(Role.verifier).agency_ids and is_verifier(lead, actor, around) is None:
        return None
    if at_desk(lead, actor.in_role(Role.intake), around) is None:
        return None
    return Blocked("not_a_verifier", "Only a verifier of this lead or the intake of its office answers the reporter")


def high_enough_for_false_report(lead: Lead, actor: Actor, around: LeadCircumstances) -> Blocked | None:
    """A finding of false report is approved at city level or above only (docs/domain.md, section 3)."""
    levels = {around.agency_levels.get(id_) for id_ in actor.agency_ids & set(lead.desk_agencies)}
    if lead.finding != Finding.false_report or levels & {"city", "province"}:
        return None
    return Blocked("level_too_low", "A false report is approved at city level or above only")


def assessed_first(lead: Lead, actor: Actor, _: LeadCircumstances) -> Blocked | None:
    """A gang or umbrella lead is dispatched only when the newest assessment session (研判) advised it."""
    if lead.nature not in {Nature.gang, Nature.umbrella} or lead.assessment == AssessmentResult.dispatch:
        return None
    return Blocked("assessment_missing", "An assessment session of two agencies must advise the dispatch first")


def of_desk_or_handler(lead: Lead, actor: Actor, _: LeadCircumstances) -> Blocked | None:
    """The receiving office and the agency in charge record who must not see the lead."""
    if not actor.agency_ids.isdisjoint([*lead.desk_agencies, lead.handler_agency_id]):
        return None
    return Blocked("not_of_handler", "Only the receiving office or the agency in charge does this")


def holds_it_or_at_desk(lead: Lead, actor: Actor, _: LeadCircumstances) -> Blocked | None:
    """Who answers for the lead stops and starts its clock, and the receiving office may."""
    if not actor.agency_ids.isdisjoint([*lead.desk_agencies, lead.held_by_agency_id]):
        return None
    return Blocked("not_of_holder", "Only the agency that answers for the lead now, or the receiving office, does this")


def clock_runs(lead: Lead, _: Actor, __: LeadCircumstances) -> Blocked | None:
    """Only a clock that runs can be paused."""
    if lead.clock_rule is not None and lead.clock_paused_at is None:
        return None
    return Blocked("no_clock_runs", "No clock runs that could be paused", by_state=True)


def clock_waits(lead: Lead, _: Actor, __: LeadCircumstances) -> Blocked | None:
    """Only a clock that waits can go on."""
    return None if lead.clock_paused_at is not None else Blocked("not_paused", "The clock is not paused", by_state=True)


def has_tips(lead: Lead, _: Actor, __: LeadCircumstances) -> Blocked | None:
    """A subject is named in a tip; a branch has none, and those of a merged lead have gone with it."""
    if lead.tip_count > 0 and lead.merged_into_id is None:
        return None
    return Blocked("no_tip", "This lead has no tip in which a subject could be named", by_state=True)


def has_several_tips(lead: Lead, _: Actor, __: LeadCircumstances) -> Blocked | None:
    """Tips are put into a lead of their own where at least one is left behind."""
    return None if lead.tip_count > 1 else Blocked("one_tip", "A lead of one tip cannot be split", by_state=True)


def objection_waits(lead: Lead, _: Actor, __: LeadCircumstances) -> Blocked | None:
    """A reporter's objection is decided once."""
    if lead.objected_at is not None:
        return None
    return Blocked("no_objection", "No reporter's objection waits for a decision on this lead", by_state=True)
