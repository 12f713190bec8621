"""Rules that bind a verb to the person, beyond state and permission. Each answers None, or why it is blocked."""

from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple

from huiyin.access.actors import Actor
from huiyin.access.permissions import Role
from huiyin.leads.clocks import Term
from huiyin.leads.models import Finding, Lead, State


class Blocked(NamedTuple):
    """Why a verb is not open to this officer now: a stable code, and the reason in words."""

    code: str
    detail: str


class Circumstances(NamedTuple):
    """What a rule may look at besides lead and actor."""

    now: datetime
    objection: Term
    agency_level: str | None


Rule = Callable[[Lead, Actor, Circumstances], Blocked | None]


def at_desk(lead: Lead, actor: Actor, _: Circumstances) -> Blocked | None:
    """Intake, dispatch and review belong to the office that received the lead, or an office above it."""
    if actor.agency_id in lead.desk_agencies:
        return None
    return Blocked("not_at_desk", "Only the office that received the lead, or one above it, does this")


def of_handler(lead: Lead, actor: Actor, _: Circumstances) -> Blocked | None:
    """The agency in charge signs, objects and endorses."""
    if actor.agency_id == lead.handler_agency_id:
        return None
    return Blocked("not_of_handler", "Only the agency in charge does this")


def of_verifying_agencies(lead: Lead, actor: Actor, _: Circumstances) -> Blocked | None:
    """Verifiers come from the agency in charge or an assisting one."""
    if actor.agency_id == lead.handler_agency_id or actor.agency_id in lead.assisting_agency_ids:
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
    if actor.agency_id not in lead.verifier_agency_ids:
        return None
    return Blocked("same_agency", "Your agency verified this lead; another one must review it")


def in_time_to_object(lead: Lead, actor: Actor, circumstances: Circumstances) -> Blocked | None:
    """An objection is open for five working days after dispatch."""
    if circumstances.now <= circumstances.objection.due(lead.state_since).at:
        return None
    return Blocked("objection_late", "The five working days for an objection have passed")


def chief_or_reviewer(lead: Lead, actor: Actor, circumstances: Circumstances) -> Blocked | None:
    """A conclusion is sent back by the chief of the agency in charge; a review, by a reviewer of the office."""
    if lead.state == State.in_review:
        if Role.reviewer not in actor.roles:
            return Blocked("reviewer_only", "In review, only a reviewer of the office sends back")
        return at_desk(lead, actor, circumstances) or from_another_agency(lead, actor, circumstances)
    if Role.chief not in actor.roles:
        return Blocked("chief_only", "Before review, only the chief of the agency in charge sends back")
    return of_handler(lead, actor, circumstances) or never_verified_it(lead, actor, circumstances)


def verifier_or_desk(lead: Lead, actor: Actor, circumstances: Circumstances) -> Blocked | None:
    """The answer is given by a verifier of the lead or by intake."""
    if Role.verifier in actor.roles and is_verifier(lead, actor, circumstances) is None:
        return None
    if Role.intake in actor.roles and at_desk(lead, actor, circumstances) is None:
        return None
    return Blocked("not_a_verifier", "Only a verifier of this lead or the intake of its office answers the reporter")


def high_enough_for_false_report(lead: Lead, actor: Actor, circumstances: Circumstances) -> Blocked | None:
    """A finding of false report is approved at city level or above only (domain.md, section 3)."""
    if lead.finding != Finding.false_report or circumstances.agency_level in {"city", "province"}:
        return None
    return Blocked("level_too_low", "A false report is approved at city level or above only")
