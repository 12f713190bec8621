"""A verb on an old version or in a wrong state changes nothing and says what is open."""

import pytest

from huiyin.leads.record.models import State
from tests.answers import refused
from tests.factories.house import ASIDE, WAY, House

CITY, DISTRICT = "city", "district"


def test_stale_if_match_is_412_and_changes_nothing(house: House):
    lead = house.lead("screened")
    answer = house.attempt(lead, "register", house.signed_in(CITY, "intake"), version=house.version(lead) - 1)
    problem = refused(answer, 412)
    assert problem["version"] == house.version(lead)
    assert house.state(lead) == "screened"


@pytest.mark.parametrize("etag", ['W/"v1"', "*", "v1", '"1"', '"v"', '"v99999999999"', ""])
def test_if_match_that_is_no_etag_of_ours_is_412(house: House, etag: str):
    lead = house.lead()
    answer = house.signed_in(CITY, "intake").post(f"{lead.url}/screen", house.given("screen"), {"If-Match": etag})
    assert answer.status_code == 412


def test_missing_if_match_is_428(house: House):
    lead = house.lead()
    answer = house.signed_in(CITY, "intake").post(f"{lead.url}/screen", house.given("screen"))
    assert refused(answer, 428)["type"] == "urn:huiyin:problem:precondition_required"


def test_etag_of_an_answer_fits_the_next_verb(house: House):
    lead = house.lead()
    who = house.signed_in(CITY, "intake")
    first = who.get(lead.url)
    second = who.post(f"{lead.url}/screen", house.given("screen"), {"If-Match": first.headers["etag"]})
    third = who.post(f"{lead.url}/register", {}, {"If-Match": second.headers["etag"]})
    assert (third.status_code, third.json()["state"]) == (200, "registered")


def test_who_prefers_little_gets_the_new_version_alone(house: House):
    """RFC 7240, section 4.2; preferences are named in any case, among others."""
    lead = house.lead()
    who = house.signed_in(CITY, "intake")
    headers = {"If-Match": who.get(lead.url).headers["etag"], "Prefer": "respond-async, Return=Minimal"}
    answer = who.post(f"{lead.url}/screen", house.given("screen"), headers)
    assert (answer.status_code, answer.content) == (204, b"")
    assert answer.headers["preference-applied"] == "return=minimal"
    assert answer.headers["etag"] == who.get(lead.url).headers["etag"]
    assert house.state(lead) == "screened"


def test_wrong_state_names_the_verbs_that_are_allowed(house: House):
    lead = house.lead("screened")
    problem = refused(house.attempt(lead, "screen", house.signed_in(CITY, "intake")), 409)
    assert problem["type"] == "urn:huiyin:problem:wrong_state"
    assert problem["state"] == "screened"
    assert problem["allowed_actions"] == [
        "merge",
        "transfer_out",
        "decline",
        "register",
        "pause",
        "add_subject",
        "exclude",
        "declare_conflict",
    ]


def test_every_state_can_be_reached():
    assert {*WAY, *ASIDE} == {str(state) for state in State}
