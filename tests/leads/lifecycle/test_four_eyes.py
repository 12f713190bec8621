"""Four eyes: whoever verified does not decide, and whoever asked does not confirm."""

from datetime import UTC, datetime, timedelta

import pytest

from huiyin.kit.working_days import TermUnit, due
from tests.answers import pointed, refused
from tests.factories.agencies import make_agency
from tests.factories.house import House
from tests.factories.officers import make_officer

CITY, DISTRICT = "city", "district"


# --- whoever verified does not decide ---


def test_chief_cannot_endorse_a_lead_that_he_verified(house: House):
    both = make_officer(house.connection, house.agencies[DISTRICT], "chief", "verifier")
    pair = [str(both.id), str(house.officer(DISTRICT, "verifier").id)]
    lead = house.lead("concluded", given={"start_verification": {"verifier_ids": pair}})
    answer = house.attempt(lead, "endorse", house.sign_in(both))
    refused(answer, 403, "verified_it")
    assert house.state(lead) == "concluded"
    house.act(lead, "endorse", DISTRICT, "chief")


def test_chief_cannot_send_back_a_conclusion_that_he_verified(house: House):
    both = make_officer(house.connection, house.agencies[DISTRICT], "chief", "verifier")
    pair = [str(both.id), str(house.officer(DISTRICT, "verifier").id)]
    lead = house.lead("concluded", given={"start_verification": {"verifier_ids": pair}})
    refused(house.attempt(lead, "send_back", house.sign_in(both)), 403, "verified_it")


@pytest.mark.parametrize("verb", ["approve", "send_back"])
def test_reviewer_of_the_agency_that_verified_cannot_review(house: House, verb: str):
    """The office itself assists with one verifier: then an office above must review."""
    assisting = make_officer(house.connection, house.agencies[CITY], "verifier")
    pair = [str(house.officer(DISTRICT, "verifier").id), str(assisting.id)]
    help_by_office = {
        "dispatch": {"assisting_agency_ids": [str(house.agencies[CITY].id)]},
        "start_verification": {"verifier_ids": pair},
    }
    lead = house.lead("in_review", given=help_by_office)
    refused(house.attempt(lead, verb, house.signed_in(CITY, "reviewer")), 403, "same_agency")
    house.act(lead, verb, "province", "reviewer")


def test_look_back_is_by_another_agency_than_verified(house: House):
    assisting = make_officer(house.connection, house.agencies[CITY], "verifier")
    pair = [str(house.officer(DISTRICT, "verifier").id), str(assisting.id)]
    lead = house.lead(
        "in_review",
        given={
            "dispatch": {"assisting_agency_ids": [str(house.agencies[CITY].id)]},
            "start_verification": {"verifier_ids": pair},
        },
    )
    house.act(lead, "approve", "province", "reviewer")
    house.walk(lead, "approved", "closed")
    refused(house.attempt(lead, "look_back", house.signed_in(CITY, "reviewer")), 403, "same_agency")
    house.act(lead, "look_back", "province", "reviewer")


def test_conclusion_is_the_named_verifiers_own(house: House):
    lead = house.lead("verifying")
    third = make_officer(house.connection, house.agencies[DISTRICT], "verifier")
    refused(house.attempt(lead, "conclude", house.sign_in(third)), 403, "not_a_verifier")


def test_answer_is_given_by_a_verifier_of_the_lead_or_the_desk(house: House):
    lead = house.lead("approved")
    third = make_officer(house.connection, house.agencies[DISTRICT], "verifier")
    refused(house.attempt(lead, "give_feedback", house.sign_in(third)), 403, "not_a_verifier")
    house.act(lead, "give_feedback", CITY, "intake")


def test_false_report_is_approved_at_city_level_or_above_only(house: House):
    county = make_agency(house.connection, "测试区扫黑办", "office", "430104", house.agencies[CITY])
    reviewer = make_officer(house.connection, county, "reviewer")
    lead = house.lead("in_review", given={"conclude": {"finding": "false_report"}})
    seen = house.value("SELECT desk_agencies FROM leads WHERE id = :id", id=lead.id)
    assert seen[-1] == county.id, "the tip is taken in by the office nearest to it"
    refused(house.attempt(lead, "approve", house.sign_in(reviewer), outcome="no_action"), 403, "level_too_low")
    assert house.state(lead) == "in_review"
    house.act(lead, "approve", CITY, "reviewer", outcome="exoneration")


def test_county_reviewer_approves_any_other_finding(house: House):
    county = make_agency(house.connection, "测试区扫黑办", "office", "430104", house.agencies[CITY])
    reviewer = make_officer(house.connection, county, "reviewer")
    lead = house.lead("in_review", given={"conclude": {"finding": "unsubstantiated"}})
    answer = house.attempt(lead, "approve", house.sign_in(reviewer), outcome="no_action")
    assert answer.status_code == 200, answer.text


# --- the second officer ---


@pytest.mark.parametrize(
    ("state", "verb", "role"), [("received", "decline", "intake"), ("screened", "decline", "intake")]
)
def test_own_request_to_decline_cannot_be_confirmed(house: House, state: str, verb: str, role: str):
    lead = house.lead(state)
    house.act(lead, verb, CITY, role)
    version = house.version(lead)
    refused(house.attempt(lead, f"{verb}/confirmation", house.signed_in(CITY, role)), 403, "own_request")
    assert (house.state(lead), house.version(lead)) == (state, version)
    assert house.value("SELECT count(*) FROM pending_moves WHERE matter_id = :id", id=lead.id) == 1


def test_own_request_to_extend_cannot_be_confirmed_even_by_a_reviewer_of_the_desk(house: House):
    """Where the office itself is in charge, chief and reviewer can be one person; not for one request."""
    both = make_officer(house.connection, house.agencies["province"], "chief", "reviewer")
    pair = [make_officer(house.connection, house.agencies["province"], "verifier") for _ in range(2)]
    lead = house.lead("registered")
    house.act(lead, "dispatch", CITY, "dispatcher", agency_id=str(house.agencies["province"].id))
    who = house.sign_in(both)
    assert house.attempt(lead, "acknowledge", who).status_code == 200
    ids = [str(officer.id) for officer in pair]
    assert house.attempt(lead, "start_verification", house.sign_in(pair[0]), verifier_ids=ids).status_code == 200
    assert house.attempt(lead, "start_verification/confirmation", house.sign_in(pair[1])).status_code == 200
    assert house.attempt(lead, "extend", who).status_code == 200
    # The rule that a reviewer be from another agency speaks first here; either refuses.
    refused(house.attempt(lead, "extend/confirmation", who), 403)
    house.act(lead, "extend/confirmation", CITY, "reviewer")


def test_refused_decline_leaves_the_lead_as_it_was_but_for_the_trail(house: House):
    lead = house.lead("screened")
    house.act(lead, "decline", CITY, "intake")
    clock = house.value("SELECT clock_due_at FROM leads WHERE id = :id", id=lead.id)
    page = house.act(lead, "decline/confirmation", CITY, "intake second", agreed=False, note="材料可查")
    assert (page["state"], page["pending"]) == ("screened", None)
    assert house.value("SELECT clock_due_at FROM leads WHERE id = :id", id=lead.id) == clock
    assert house.receipt(lead)["stage"] == "received"
    last = house.sql("SELECT event, from_state, to_state FROM events WHERE matter_id = :id ORDER BY id", id=lead.id)[-1]
    assert tuple(last) == ("lead:refuse_decline", "screened", "screened")


def test_refused_extension_keeps_the_date(house: House):
    lead = house.lead("verifying")
    before = house.value("SELECT due_at FROM clocks WHERE matter_id = :id AND stopped_at IS NULL", id=lead.id)
    house.act(lead, "extend", DISTRICT, "chief")
    house.act(lead, "extend/confirmation", CITY, "reviewer", agreed=False)
    assert house.value("SELECT due_at FROM clocks WHERE matter_id = :id AND stopped_at IS NULL", id=lead.id) == before


def test_asked_extension_moves_the_date_only_when_it_is_confirmed(house: House):
    lead = house.lead("verifying")
    new = (datetime.now(UTC) + timedelta(days=40)).replace(microsecond=0)
    before = house.value("SELECT clock_due_at FROM leads WHERE id = :id", id=lead.id)
    asked = house.act(lead, "extend", DISTRICT, "chief", due_at=new.isoformat())
    assert asked["pending"]["verb"] == "extend"
    assert house.value("SELECT clock_due_at FROM leads WHERE id = :id", id=lead.id) == before
    house.act(lead, "extend/confirmation", CITY, "reviewer")
    running = "SELECT due_at FROM clocks WHERE matter_id = :id AND stopped_at IS NULL"
    assert house.value(running, id=lead.id) == new
    assert house.value("SELECT clock_due_at FROM leads WHERE id = :id", id=lead.id) == new


def test_extension_is_capped_at_three_months_in_all(house: House):
    lead = house.lead("verifying")
    began = house.value("SELECT verification_began_at FROM leads WHERE id = :id", id=lead.id)
    longest = due(began, 3, TermUnit.months, moves=True).at
    over = house.attempt(
        lead, "extend", house.signed_in(DISTRICT, "chief"), due_at=(longest + timedelta(seconds=1)).isoformat()
    )
    assert (over.status_code, pointed(over)) == (422, [("/due_at", "too_late")])
    house.act(lead, "extend", DISTRICT, "chief", due_at=longest.isoformat())
    house.act(lead, "extend/confirmation", CITY, "reviewer")
    again = house.attempt(
        lead, "extend", house.signed_in(DISTRICT, "chief"), due_at=(longest + timedelta(days=1)).isoformat()
    )
    assert pointed(again) == [("/due_at", "too_late")]


def test_extension_must_be_later_than_what_runs(house: House):
    lead = house.lead("verifying")
    earlier = (datetime.now(UTC) + timedelta(days=2)).isoformat()
    answer = house.attempt(lead, "extend", house.signed_in(DISTRICT, "chief"), due_at=earlier)
    assert (answer.status_code, pointed(answer)) == (422, [("/due_at", "not_later")])


def test_send_back_does_not_lengthen_the_three_months(house: House):
    lead = house.lead("concluded")
    began = house.value("SELECT verification_began_at FROM leads WHERE id = :id", id=lead.id)
    house.act(lead, "send_back", DISTRICT, "chief")
    assert house.value("SELECT verification_began_at FROM leads WHERE id = :id", id=lead.id) == began


def test_a_second_request_waits_for_the_first(house: House):
    lead = house.lead()
    house.act(lead, "decline", CITY, "intake")
    problem = refused(house.attempt(lead, "decline", house.signed_in(CITY, "intake second")), 409)
    assert problem["state"] == "received"


def test_a_move_that_goes_through_takes_back_what_waited(house: House):
    lead = house.lead()
    house.act(lead, "decline", CITY, "intake")
    assert house.act(lead, "screen", CITY, "intake second")["pending"] is None
    refused(house.attempt(lead, "decline/confirmation", house.signed_in(CITY, "intake second")), 409)


def test_nobody_confirms_what_nobody_asked(house: House):
    lead = house.lead()
    refused(house.attempt(lead, "decline/confirmation", house.signed_in(CITY, "intake")), 409)


def test_confirmation_names_who_asked_and_who_agreed(house: House):
    lead = house.lead("declined")
    ((actor, facts),) = house.sql(
        "SELECT actor_id, facts FROM events WHERE matter_id = :id AND event = 'lead:decline'", id=lead.id
    )
    assert actor == house.officer(CITY, "intake second").id
    assert facts["asked_by"] == str(house.officer(CITY, "intake").id)
