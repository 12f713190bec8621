"""Rules that bind a verb to the person, beyond state and permission. Each answers None, or why it is blocked."""

from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from huiyin.access.actors import Actor
from huiyin.access.permissions import Role
from huiyin.clocks.models import ClockRuleCode
from huiyin.clocks.running import Versions
from huiyin.kit.web.refusals import RuleCode
from huiyin.leads.record.models import Finding, Lead, Nature, State
from huiyin.leads.work.models import AssessmentResult


class Blocked(NamedTuple):
    """Why a verb is not open to this officer now: a stable code, and the reason in words."""

    code: RuleCode
    detail: str


class Circumstances(NamedTuple):
    """What a rule may look at besides lead and actor."""

    now: datetime
    objection: Versions
    agency_levels: dict[UUID, str]


Rule = Callable[[Lead, Actor, Circumstances], Blocked | None]


def at_desk(lead: Lead, actor: Actor, _: Circumstances) -> Blocked | None:
    """Intake, dispatch and review belong to the office that received the lead, or an office above it."""
    if not actor.agency_ids.isdisjoint(lead.desk_agencies):
        return None
    return Blocked("not_at_desk", "Only the office that received the lead, or one above it, does this")


def of_handler(lead: Lead, actor: Actor, _: Circumstances) -> Blocked | None:
    """The agency in charge signs, objects and endorses."""
    if lead.handler_agency_id in actor.agency_ids:
        return None
    return Blocked("not_of_handler", "Only the agency in charge does this")


def of_verifying_agencies(lead: Lead, actor: Actor, _: Circumstances) -> Blocked | None:
    """Verifiers come from the agency in charge or an assisting one."""
    if not actor.agency_ids.isdisjoint([lead.handler_agency_id, *lead.assisting_agency_ids]):
        return None
    return Blocked("not_of_handler", "Only the agency in charge or an assisting agency does this")


def is_verifier(lead: Lead, actor: Actor, _: Circumstances) -> Blocked | None:
    """Conclusions are the named verifiers' own."""
    return (
        None
        if actor.id in lead.verifier_ids
        else Blocked("not_a_verifier", "Only a named verifier of this lead does this")
    )


def never_verified_it(lead: Lead, actor: Actor, _: Circumstances) -> Blocked | None:
    """Nobody endorses or sends back what they verified themselves."""
    if actor.id not in lead.verifier_ids:
        return None
    return Blocked("verified_it", "You verified this lead; another officer must decide")


def from_another_agency(lead: Lead, actor: Actor, _: Circumstances) -> Blocked | None:
    """Review is by another agency than verified."""
    # A seconded officer stays an officer of the agency that sent them.
    if (actor.agency_ids | {actor.agency_id}).isdisjoint(lead.verifier_agency_ids):
        return None
    return Blocked("same_agency", "Your agency verified this lead; another one must review it")


def in_ordinary_time(lead: Lead, _: Actor, circumstances: Circumstances) -> Blocked | None:
    """A lead is marked as complex while its ordinary term for screening runs: no lateness is mended by it."""
    if lead.clock_rule != ClockRuleCode.screen:
        return Blocked("complex_already", "It is screened as a complex lead already")
    if lead.clock_paused_at is None and lead.clock_due_at is not None and lead.clock_due_at < circumstances.now:
        return Blocked("screening_late", "The term for screening has passed; it can no longer be marked as complex")
    return None


def in_time_to_object(lead: Lead, actor: Actor, circumstances: Circumstances) -> Blocked | None:
    """An objection is open for five working days after dispatch, by the rule as it was on that day."""
    if circumstances.now <= circumstances.objection.at(lead.state_since).due(lead.state_since).at:
        return None
    return Blocked("objection_late", "The five working days for an objection have passed")


def chief_or_reviewer(lead: Lead, actor: Actor, circumstances: Circumstances) -> Blocked | None:
    """A conclusion is sent back by the chief of the agency in charge; a review, by a reviewer of the office."""
    if lead.state == State.in_review:
        actor = actor.in_role(Role.reviewer)
        if not actor.agency_ids:
            return Blocked("reviewer_only", "In review, only a reviewer of the office sends back")
        return at_desk(lead, actor, circumstances) or from_another_agency(lead, actor, circumstances)
    actor = actor.in_role(Role.chief)
    if not actor.agency_ids:
        return Blocked("chief_only", "Before review, only the chief of the agency in charge sends back")
    return of_handler(lead, actor, circumstances) or never_verified_it(lead, actor, circumstances)


def verifier_or_desk(lead: Lead, actor: Actor, circumstances: Circumstances) -> Blocked | None:
    """The answer is given by a verifier of the lead or by intake."""
    if actor.in_role(Role.verifier).agency_ids and is_verifier(lead, actor, circumstances) is None:
        return None
    if at_desk(lead, actor.in_role(Role.intake), circumstances) is None:
        return None
    return Blocked("not_a_verifier", "Only a verifier of this lead or the intake of its office answers the reporter")


def high_enough_for_false_report(lead: Lead, actor: Actor, circumstances: Circumstances) -> Blocked | None:
    """A finding of false report is approved at city level or above only (domain.md, section 3)."""
    levels = {circumstances.agency_levels.get(id_) for id_ in actor.agency_ids & set(lead.desk_agencies)}
    if lead.finding != Finding.false_report or levels & {"city", "province"}:
        return None
    return Blocked("level_too_low", "A false report is approved at city level or above only")


def assessed_first(lead: Lead, actor: Actor, _: Circumstances) -> Blocked | None:
    """A gang or umbrella lead is dispatched only when the newest assessment session (研判) advised it."""
    if lead.nature not in {Nature.gang, Nature.umbrella} or lead.assessment == AssessmentResult.dispatch:
        return None
    return Blocked("assessment_missing", "An assessment session of two agencies must advise the dispatch first")
