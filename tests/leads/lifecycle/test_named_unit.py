"""A lead does not go by one officer's word to where somebody works who is named in it (被举报人所在单位)."""

from typing import Any

import pytest

from tests.factories.house import House, Lead

REASON = "该分局已更换主要负责人，由督察部门派员监督"


def named_at(house: House, unit: str, **more: Any) -> Lead:
    subject = {"kind": "person", "name": "钱多多", "unit": unit} | more
    return house.lead("registered", subjects=[subject])


def dispatch(house: House, lead: Lead) -> Any:
    return house.attempt(lead, "dispatch", house.signed_in("city", "dispatcher"))


def confirm(house: House, lead: Lead, role: str, **said: Any) -> Any:
    return house.change(lead, "dispatch/confirmation", "city", role, **said)


def district(house: House) -> str:
    return str(house.agencies["district"].name)


@pytest.mark.parametrize("told", ["{}", " {} ", "{}刑警大队", "「{}」治安科"])
def test_dispatch_to_where_a_named_person_works_waits_for_a_second_officer_who_says_why(house: House, told: str):
    lead = named_at(house, told.format(district(house)))
    answer = dispatch(house, lead)
    assert answer.status_code == 200, answer.text
    assert (answer.json()["state"], answer.json()["pending"]["verb"]) == ("registered", "dispatch")
    assert house.signed_in("district", "chief").get(lead.url).status_code == 404, "it has not gone there"
    reviewer = house.signed_in("city", "reviewer")
    assert house.signed_in("city", "dispatcher").get(lead.url).json()["allowed_actions"].count("dispatch") == 0
    without = confirm(house, lead, "reviewer", agreed=True)
    assert without.status_code == 422
    assert without.json()["errors"][0]["pointer"] == "/note"
    agreed = confirm(house, lead, "reviewer", agreed=True, note=REASON)
    assert (agreed.status_code, agreed.json()["state"]) == (200, "dispatched")
    assert house.signed_in("district", "chief").get(lead.url).status_code == 200
    timeline = reviewer.get(f"{lead.url}/timeline", limit=100).json()["items"]
    assert timeline[-1]["input"]["agreed_note"] == REASON, "the reason stands where the dispatch does"


def test_refused_dispatch_leaves_the_lead_where_it_is(house: House):
    lead = named_at(house, district(house))
    dispatch(house, lead)
    without = confirm(house, lead, "reviewer", agreed=False)
    assert (without.status_code, without.json()["errors"][0]["pointer"]) == (422, "/note"), "either way it is said why"
    refused = confirm(house, lead, "reviewer", agreed=False, note="应由上级公安机关办理")
    assert (refused.status_code, refused.json()["state"], refused.json()["pending"]) == (200, "registered", None)


def test_dispatcher_cannot_be_the_second_officer(house: House):
    lead = named_at(house, district(house))
    dispatch(house, lead)
    assert confirm(house, lead, "dispatcher", agreed=True, note=REASON).status_code == 403


@pytest.mark.parametrize("unit", ["公安局", "别的单位", "", "惠民市场服务部"])
def test_unit_that_is_another_or_says_too_little_stops_nothing(house: House, unit: str):
    lead = named_at(house, unit) if unit else house.lead("registered", subjects=[{"kind": "person", "name": "钱多多"}])
    answer = dispatch(house, lead)
    assert (answer.status_code, answer.json()["state"]) == (200, "dispatched")


def test_assisting_agency_is_compared_too(house: House):
    lead = named_at(house, str(house.agencies["market"].name))
    answer = house.attempt(
        lead,
        "dispatch",
        house.signed_in("city", "dispatcher"),
        assisting_agency_ids=[str(house.agencies["market"].id)],
    )
    assert answer.status_code == 200, answer.text
    assert answer.json()["pending"]["verb"] == "dispatch"


def test_corrected_unit_is_the_one_that_counts(house: House):
    lead = named_at(house, district(house))
    tip = house.signed_in("city", "intake").get(lead.url).json()["tips"][0]
    body = {"tip_id": tip["id"], "seq": tip["subjects"][0]["seq"], "unit": "别的单位", "reason": "举报人更正"}
    corrected = house.signed_in("city", "reviewer").post(f"{lead.url}/corrections", body)
    assert corrected.status_code == 201, corrected.text
    assert dispatch(house, lead).json()["state"] == "dispatched"


def test_branch_does_not_go_where_a_named_person_works(house: House):
    """Otherwise one dispatcher could tell the agency what is said of its own."""
    lead = named_at(house, f"{house.agencies['discipline'].name}第三室")
    refused = house.attempt(lead, "branch", house.signed_in("city", "dispatcher"))
    assert refused.status_code == 422, refused.text
    (error,) = refused.json()["errors"]
    assert (error["pointer"], error["code"]) == ("/agency_id", "named_work")
    assert house.value("SELECT count(*) FROM leads WHERE id <> :id", id=lead.id) == 0
