"""Merging a lead into another one, and taking one up again."""

import pytest

from tests.answers import pointed
from tests.factories.house import House

CITY, DISTRICT = "city", "district"


# --- merge ---


def test_merged_tips_move_and_their_receipts_follow(house: House):
    target = house.lead("verifying")
    lead = house.lead("screened")
    house.act(lead, "merge", CITY, "intake", target_lead_id=str(target.id))
    assert house.value("SELECT lead_id FROM tips WHERE id = :id", id=lead.tip_id) == target.id
    assert house.value("SELECT tip_count FROM leads WHERE id = :id", id=target.id) == 2
    told = house.receipt(lead)
    assert (told["stage"], told["handled_by"]) == ("being_checked", "police")
    assert told["answer_due_at"] == house.receipt(target)["answer_due_at"]
    house.walk(target, "verifying", "answered")
    assert house.receipt(lead)["answer"]["text"] == house.receipt(target)["answer"]["text"]


def test_exclusions_travel_with_a_merged_tip(house: House):
    target = house.lead("registered")
    lead = house.lead("screened", exclusions=[{"agency_id": str(house.agencies["police"].id)}])
    house.act(lead, "merge", CITY, "intake", target_lead_id=str(target.id))
    answer = house.attempt(target, "dispatch", house.signed_in(CITY, "dispatcher"))
    assert answer.status_code == 409


def test_a_tip_is_not_merged_into_a_lead_in_the_hands_of_whom_it_excludes(house: House):
    target = house.lead("verifying")
    lead = house.lead("screened", exclusions=[{"agency_id": str(house.agencies["police"].id)}])
    answer = house.attempt(lead, "merge", house.signed_in(CITY, "intake"), target_lead_id=str(target.id))
    assert (answer.status_code, pointed(answer)) == (409, [("/target_lead_id", "excluded")])
    assert house.value("SELECT lead_id FROM tips WHERE id = :id", id=lead.tip_id) == lead.id


@pytest.mark.parametrize(("which", "code"), [("itself", "same_lead"), ("closed", "not_open"), ("none", "unknown_lead")])
def test_merge_needs_another_open_lead(house: House, which: str, code: str):
    lead = house.lead("screened")
    target = {
        "itself": lambda: lead.id,
        "closed": lambda: house.lead("declined").id,
        "none": lambda: lead.tip_id,
    }[which]()
    answer = house.attempt(lead, "merge", house.signed_in(CITY, "intake"), target_lead_id=str(target))
    assert (answer.status_code, pointed(answer)) == (422, [("/target_lead_id", code)])


def test_both_leads_tell_of_the_merger(house: House):
    target = house.lead("registered")
    lead = house.lead("screened")
    page = house.act(lead, "merge", CITY, "intake", target_lead_id=str(target.id))
    assert page["merged_into"]["id"] == str(target.id)
    events = [
        row.event for row in house.sql("SELECT event FROM events WHERE matter_id = :id ORDER BY id", id=target.id)
    ]
    assert events[-1] == "lead:take_in"


# --- reopen ---


def test_reopened_lead_is_taken_from_its_former_handler(house: House):
    lead = house.lead("closed")
    handler = house.signed_in(DISTRICT, "chief")
    assert handler.get(lead.url).status_code == 200
    page = house.act(lead, "reopen", CITY, "reviewer")
    assert handler.get(lead.url).status_code == 404
    assert (page["state"], page["finding"], page["outcome"], page["feedback"]) == ("registered", None, None, None)
    assert page["document_numbers"] == []
    assert page["held_by"]["agency"]["name"] == house.agencies[CITY].name
    told = house.receipt(lead)
    assert (told["stage"], told["handled_by"], told["can_write"]) == ("accepted", None, True)


def test_reopened_lead_forgets_the_former_verifiers_when_it_is_dispatched(house: House):
    lead = house.lead("closed")
    house.act(lead, "reopen", CITY, "reviewer")
    page = house.act(lead, "dispatch", CITY, "dispatcher", agency_id=str(house.agencies["market"].id))
    assert page["verifiers"] == []


@pytest.mark.parametrize("state", ["declined", "transferred"])
def test_what_was_not_accepted_can_be_reopened(house: House, state: str):
    lead = house.lead(state)
    house.act(lead, "reopen", CITY, "reviewer")
    told = house.receipt(lead)
    assert (told["stage"], told["reason"], told["accepted"]) == ("accepted", None, True)
