"""The registry of events: nothing is recorded that it does not name, and the database agrees with it."""

import re
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy.orm import Session, sessionmaker

from huiyin.leads.lifecycle.moves import MOVES
from huiyin.trail import events
from huiyin.trail.events import COUNT, EventKind, Step, code, refs, verb_event
from huiyin.trail.recorder import SYSTEM, record
from tests.factories.house import House


def test_event_that_nobody_defined_is_not_recorded(sessions: sessionmaker[Session]):
    with sessions() as session, pytest.raises(ValueError, match="no event is called lead:invent"):
        record(session, "lead:invent", uuid4(), SYSTEM)


@pytest.mark.parametrize("facts", [{"name": "somebody"}, {"to_key": 7}, {"count": "many"}, {"count": True}])
def test_fact_that_the_registry_does_not_name_is_not_recorded(sessions: sessionmaker[Session], facts: dict[str, Any]):
    with sessions() as session, pytest.raises(ValueError, match="sealed_tip:reseal does not say"):
        record(session, "sealed_tip:reseal", uuid4(), SYSTEM, **facts)


def test_facts_are_what_the_registry_says_they_are():
    assert refs("tip").fits([str(uuid4())])
    assert not refs("tip").fits(str(uuid4()))
    assert COUNT.fits(None)
    assert [str(fact) for fact in (COUNT, code("finding"), refs("tip"))] == ["quantity", "code:finding", "ref:tip[]"]


def test_one_name_has_one_meaning():
    events.define(EventKind(name="lead:read", access=events.Access.texts, changes=False, shown=False))
    with pytest.raises(ValueError, match="twice"):
        events.define(EventKind(name="lead:read"))


def test_each_verb_and_each_step_of_one_with_a_second_officer_is_an_event():
    named = {kind.name for kind in events.all_kinds()}
    assert {verb_event("lead", verb) for verb in MOVES} <= named
    asked = {verb for verb in MOVES if verb_event("lead", verb, Step.asked) in named}
    assert asked == {verb for verb, step in MOVES.items() if step.second is not None}
    assert asked == {verb for verb in MOVES if verb_event("lead", verb, Step.refused) in named}


@pytest.mark.parametrize("kind", events.all_kinds(), ids=lambda kind: kind.name)
def test_events_are_called_subject_and_verb_in_its_base_form(kind: EventKind):
    assert re.fullmatch(r"[a-z]+(_[a-z]+)*:[a-z]+(_[a-z]+)*", kind.name)
    assert not re.search(r":[a-z]+(ed|ing)(_|$)", kind.name)


def test_pages_are_told_of_what_changes_and_of_nothing_else(house: House):
    condition = house.value("SELECT pg_get_triggerdef(oid) FROM pg_trigger WHERE tgname = 'notify_open_pages'")
    assert "new.changes" in condition
    lead = house.lead("screened")
    house.signed_in("city", "intake").get(lead.url)
    rows = house.sql("SELECT event, changes FROM events WHERE matter_id = :id", id=lead.id)
    assert {row.event: row.changes for row in rows} == {"lead:submit": True, "lead:screen": True, "lead:read": False}


def test_codes_among_facts_have_labels(house: House):
    kinds = {row.kind for row in house.sql("SELECT DISTINCT kind FROM terms")}
    told = {fact.of for kind in events.all_kinds() for fact in kind.facts.values() if fact.value is events.Value.code}
    assert told <= kinds
