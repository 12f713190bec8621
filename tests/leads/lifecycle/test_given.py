"""What a verb must be given, and that a refusal names the field."""

from typing import Any

import pytest

from tests.answers import pointed, refused
from tests.factories.agencies import make_agency
from tests.factories.house import House
from tests.factories.officers import make_officer

CITY, DISTRICT = "city", "district"


@pytest.mark.parametrize("outcome", ["case_filed", "referred_discipline"])
def test_closing_needs_the_document_of_a_case_or_referral(house: House, outcome: str):
    lead = house.lead("in_review")
    chosen = [f"{lead.tip_id}/0"] if outcome == "case_filed" else []
    house.walk(lead, "in_review", "answered", given={"approve": {"outcome": outcome, "filed_against": chosen}})
    reviewer = house.signed_in(CITY, "reviewer")
    answer = house.attempt(lead, "close", reviewer)
    assert (answer.status_code, pointed(answer)) == (422, [("/document_numbers", "missing")])
    page = house.act(lead, "close", CITY, "reviewer", document_numbers=["测公立字〔2026〕1号"])
    assert page["document_numbers"] == ["测公立字〔2026〕1号"]


@pytest.mark.parametrize("outcome", ["administrative_penalty", "sector_rectification", "exoneration", "no_action"])
def test_closing_needs_no_document_otherwise(house: House, outcome: str):
    finding = "unsubstantiated" if outcome == "exoneration" else "substantiated"
    lead = house.lead("closed", given={"conclude": {"finding": finding}, "approve": {"outcome": outcome}})
    assert house.state(lead) == "closed"


def test_closing_without_feedback_needs_a_note(house: House):
    lead = house.lead("approved")
    answer = house.attempt(lead, "close", house.signed_in(CITY, "reviewer"), note=None)
    assert (answer.status_code, pointed(answer)) == (422, [("/note", "missing")])
    house.act(lead, "close", CITY, "reviewer", note="匿名举报，无法联系")
    assert house.state(lead) == "closed"


def test_closing_after_feedback_needs_none(house: House):
    lead = house.lead("answered")
    house.act(lead, "close", CITY, "reviewer", note=None)
    assert house.state(lead) == "closed"


@pytest.mark.parametrize("given", [{}, {"text": "甲", "skip_reason": "would_harm"}, {"text": None}, {"text": " "}])
def test_feedback_is_a_text_or_a_reason_never_both_or_neither(house: House, given: dict[str, Any]):
    lead = house.lead("approved")
    who = house.signed_in(DISTRICT, "verifier")
    answer = who.post(f"{lead.url}/give_feedback", given, {"If-Match": f'"v{house.version(lead)}"'})
    assert answer.status_code == 422
    assert house.state(lead) == "approved"


def test_verification_is_started_by_one_of_its_two_verifiers(house: House):
    lead = house.lead("acknowledged")
    other = make_officer(house.connection, house.agencies[DISTRICT], "verifier")
    answer = house.attempt(lead, "start_verification", house.sign_in(other))
    assert (answer.status_code, pointed(answer)) == (422, [("/verifier_ids", "without_you")])


@pytest.mark.parametrize("who", ["of another agency", "not a verifier", "inactive", "excluded", "unknown"])
def test_second_verifier_must_be_eligible(house: House, who: str):
    lead = house.lead("acknowledged")
    first = house.officer(DISTRICT, "verifier")
    second = {
        "of another agency": lambda: make_officer(house.connection, house.agencies["market"], "verifier").id,
        "not a verifier": lambda: house.officer(DISTRICT, "chief").id,
        "inactive": lambda: make_officer(house.connection, house.agencies[DISTRICT], "verifier", active=False).id,
        "excluded": lambda: house.officer(DISTRICT, "verifier second").id,
        "unknown": lambda: lead.id,
    }[who]()
    if who == "excluded":
        house.sql("UPDATE leads SET hidden_from = ARRAY[:who]::uuid[] WHERE id = :id", who=second, id=lead.id)
    answer = house.attempt(lead, "start_verification", house.sign_in(first), verifier_ids=[str(first.id), str(second)])
    assert (answer.status_code, pointed(answer)) == (422, [("/verifier_ids/1", "not_eligible")])
    assert house.state(lead) == "acknowledged"


@pytest.mark.parametrize("given", ["one", "twice", "no declaration"])
def test_two_different_verifiers_declare_that_they_have_no_conflict(house: House, given: str):
    lead = house.lead("acknowledged")
    first, second = (str(house.officer(DISTRICT, role).id) for role in ("verifier", "verifier second"))
    table: dict[str, dict[str, Any]] = {
        "one": {"verifier_ids": [first]},
        "twice": {"verifier_ids": [first, first]},
        "no declaration": {"verifier_ids": [first, second], "no_conflict": False},
    }
    answer = house.attempt(lead, "start_verification", house.signed_in(DISTRICT, "verifier"), **table[given])
    assert answer.status_code == 422


def test_assisting_agency_lends_a_verifier_who_then_sees_the_lead(house: House):
    lent = make_officer(house.connection, house.agencies["market"], "verifier")
    pair = [str(house.officer(DISTRICT, "verifier").id), str(lent.id)]
    lead = house.lead(
        "verifying",
        given={
            "dispatch": {"assisting_agency_ids": [str(house.agencies["market"].id)]},
            "start_verification": {"verifier_ids": pair},
        },
    )
    page = house.sign_in(lent).get(lead.url)
    assert page.status_code == 200
    assert "conclude" in page.json()["allowed_actions"]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"agency_id": "00000000-0000-7000-8000-000000000000"}, ("/agency_id", "unknown_agency")),
        (
            {"assisting_agency_ids": ["00000000-0000-7000-8000-000000000000"]},
            ("/assisting_agency_ids/0", "unknown_agency"),
        ),
        ({"due_at": "2020-01-01T00:00:00+08:00"}, ("/due_at", "past")),
    ],
)
def test_dispatch_says_which_field_is_wrong(house: House, changes: dict[str, Any], expected: tuple[str, str]):
    lead = house.lead("registered")
    answer = house.attempt(lead, "dispatch", house.signed_in(CITY, "dispatcher"), **changes)
    assert (answer.status_code, pointed(answer)) == (422, [expected])


def test_agency_in_charge_does_not_also_assist(house: House):
    lead = house.lead("registered")
    own = [str(house.agencies[DISTRICT].id)]
    answer = house.attempt(lead, "dispatch", house.signed_in(CITY, "dispatcher"), assisting_agency_ids=own)
    assert pointed(answer) == [("/assisting_agency_ids", "twice")]


def test_agency_in_which_nobody_answers_gets_no_lead(house: House):
    empty = make_agency(house.connection, "测试新设单位", "regulator", "430100")
    lead = house.lead("registered")
    answer = house.attempt(lead, "dispatch", house.signed_in(CITY, "dispatcher"), agency_id=str(empty.id))
    refused(answer, 409)
    assert house.state(lead) == "registered"
