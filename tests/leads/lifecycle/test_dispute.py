"""What a dispute changes, and that excluded agencies get no lead and no word of it."""

from typing import Any

import pytest

from tests.answers import pointed, refused
from tests.factories.house import House

CITY, DISTRICT = "city", "district"


def test_dispute_after_five_working_days_is_late(house: House):
    lead = house.lead("dispatched")
    house.sql("UPDATE leads SET state_since = now() - interval '30 days' WHERE id = :id", id=lead.id)
    refused(house.attempt(lead, "dispute", house.signed_in(DISTRICT, "chief")), 403, "dispute_late")
    assert house.state(lead) == "dispatched"


def test_dispute_takes_the_lead_from_the_agency(house: House):
    lead = house.lead("dispatched")
    chief = house.signed_in(DISTRICT, "chief")
    house.attempt(lead, "dispute", chief)
    assert house.state(lead) == "registered"
    assert chief.get(lead.url).status_code == 404
    holder = house.sql("SELECT held_by_agency_id, held_by_officer_id FROM leads WHERE id = :id", id=lead.id)[0]
    assert tuple(holder) == (house.agencies[CITY].id, house.officer(CITY, "intake").id)


def test_dispute_may_be_answered_by_the_same_dispatch_again(house: House):
    lead = house.lead("dispatched")
    house.attempt(lead, "dispute", house.signed_in(DISTRICT, "chief"))
    house.act(lead, "dispatch", CITY, "dispatcher")
    assert house.signed_in(DISTRICT, "chief").get(lead.url).status_code == 200


def test_agency_that_declares_a_conflict_never_gets_the_lead_again(house: House):
    lead = house.lead("dispatched")
    house.attempt(lead, "dispute", house.signed_in(DISTRICT, "chief"), reason_code="conflict")
    answer = house.attempt(lead, "dispatch", house.signed_in(CITY, "dispatcher"))
    problem = refused(answer, 409)
    assert problem["type"] == "urn:huiyin:problem:excluded"
    assert house.agencies["police"].name in [one["name"] for one in problem["proposals"]]


@pytest.mark.parametrize("how", ["exclusions", "subjects"])
def test_excluded_agency_and_all_below_it_cannot_find_the_lead(house: House, how: str):
    """Named by the reporter as excluded, or as the subject of the tip: it is as if the lead were not there."""
    entry = {"agency_id": str(house.agencies["police"].id)} | ({"kind": "agency"} if how == "subjects" else {})
    named: dict[str, Any] = {how: [entry]}
    lead = house.lead("registered", **named)
    # Even where it stands in the list of those who may see.
    both = [house.agencies["police"].id, house.agencies[DISTRICT].id]
    house.sql("UPDATE leads SET visible_to = visible_to || CAST(:ids AS uuid[]) WHERE id = :id", ids=both, id=lead.id)
    for place in ("police", DISTRICT):
        who = house.signed_in(place, "chief")
        assert who.get(lead.url).status_code == 404
        assert who.get("/api/v1/leads").json()["items"] == []
        assert who.get(f"{lead.url}/timeline").status_code == 404
        assert who.get(f"{lead.url}/messages").status_code == 404


@pytest.mark.parametrize("asked", ["police", "district"])
def test_dispatch_to_an_excluded_agency_or_one_below_it_is_refused_with_proposals(house: House, asked: str):
    lead = house.lead("registered", exclusions=[{"agency_id": str(house.agencies["police"].id)}])
    dispatcher = house.signed_in(CITY, "dispatcher")
    answer = house.attempt(lead, "dispatch", dispatcher, agency_id=str(house.agencies[asked].id))
    problem = refused(answer, 409)
    assert problem["type"] == "urn:huiyin:problem:excluded"
    assert [one["name"] for one in problem["proposals"]] == [house.agencies["discipline"].name]
    assert house.state(lead) == "registered"


def test_excluded_agency_cannot_assist_either(house: House):
    lead = house.lead("registered", exclusions=[{"agency_id": str(house.agencies["market"].id)}])
    answer = house.attempt(
        lead,
        "dispatch",
        house.signed_in(CITY, "dispatcher"),
        assisting_agency_ids=[str(house.agencies["market"].id)],
    )
    assert (answer.status_code, pointed(answer)) == (409, [("/assisting_agency_ids/0", "excluded")])


def test_excluded_officer_cannot_find_the_lead_that_his_colleagues_work_on(house: House):
    lead = house.lead("dispatched")
    concerned = house.officer(DISTRICT, "verifier")
    house.sql("UPDATE leads SET hidden_from = ARRAY[:who]::uuid[] WHERE id = :id", who=concerned.id, id=lead.id)
    assert house.sign_in(concerned).get(lead.url).status_code == 404
    assert house.signed_in(DISTRICT, "chief").get(lead.url).status_code == 200


def test_tip_about_the_office_itself_goes_to_the_office_above(house: House):
    lead = house.file(exclusions=[{"agency_id": str(house.agencies[CITY].id)}])
    assert (
        house.value("SELECT held_by_agency_id FROM leads WHERE id = :id", id=lead.id) == house.agencies["province"].id
    )
    assert house.signed_in(CITY, "intake").get(lead.url).status_code == 404
    assert house.signed_in("province", "intake").get(lead.url).status_code == 200


def test_tip_is_refused_when_no_office_is_left_to_take_it(house: House):
    everyone = [{"agency_id": str(house.agencies[key].id)} for key in (CITY, "province")]
    answer = house.connect().post(
        "/api/v1/public/tips",
        {
            "region_code": "430104",
            "conduct": "other",
            "narrative": "甲",
            "exclusions": everyone,
            "receipt": {"suite": "r1", "token_hash": "A" * 43},
        },
    )
    assert answer.status_code == 409
