"""Assessment sessions: what a gang or umbrella lead needs before it is dispatched."""

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from huiyin.kit.working_days import BEIJING
from tests.factories.house import House, Lead

TODAY = datetime.now(UTC).astimezone(BEIJING).date()


def hold(house: House, lead: Lead, *people: tuple[str, str], **changes: Any) -> httpx.Response:
    people = people or (("city", "reviewer"), ("police", "chief"))
    body = {
        "held_on": TODAY.isoformat(),
        "participant_ids": [str(house.officer(*who).id) for who in people],
        "result": "dispatch",
        "opinion": "涉黑特征明显",
    }
    return house.signed_in("city", "dispatcher").post(f"{lead.url}/assessments", body | changes)


def gang_lead(house: House, nature: str = "gang") -> Lead:
    return house.lead("registered", given={"screen": {"nature": nature}})


@pytest.mark.parametrize("nature", ["gang", "umbrella"])
def test_lead_that_needs_a_session_is_not_dispatched_without_one(house: House, nature: str):
    lead = gang_lead(house, nature)
    dispatcher = house.signed_in("city", "dispatcher")
    page = dispatcher.get(lead.url).json()
    assert "dispatch" not in page["allowed_actions"]
    (action,) = [item for item in page["actions"] if item["verb"] == "dispatch"]
    assert action["blocked_code"] == "assessment_missing"
    answer = house.attempt(lead, "dispatch", dispatcher)
    assert (answer.status_code, answer.json()["rule"]) == (403, "assessment_missing")
    assert hold(house, lead).status_code == 201
    house.act(lead, "dispatch", "city", "dispatcher")


def test_other_leads_need_none(house: House):
    lead = house.lead("registered")
    house.act(lead, "dispatch", "city", "dispatcher")
    assert house.state(lead) == "dispatched"


def test_newest_session_counts(house: House):
    lead = gang_lead(house)
    assert hold(house, lead).status_code == 201
    assert hold(house, lead, result="gather_facts").status_code == 201
    answer = house.attempt(lead, "dispatch", house.signed_in("city", "dispatcher"))
    assert answer.json()["rule"] == "assessment_missing"


def test_one_agency_alone_is_no_session(house: House):
    lead = gang_lead(house)
    answer = hold(house, lead, ("city", "reviewer"), ("city", "dispatcher"))
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (422, "one_agency")


def test_excluded_officer_takes_no_part_and_is_refused_like_an_unknown_one(house: House):
    lead = house.lead("registered", exclusions=[{"agency_id": str(house.agencies["police"].id)}])
    excluded = hold(house, lead)
    reviewer = str(house.officer("city", "reviewer").id)
    unknown = hold(house, lead, participant_ids=[reviewer, "00000000-0000-7000-8000-000000000000"])
    assert excluded.status_code == unknown.status_code == 422
    assert excluded.json()["errors"] == unknown.json()["errors"]


@pytest.mark.parametrize("days", [-1, 1])
def test_session_is_held_between_the_leads_first_day_and_today(house: House, days: int):
    answer = hold(house, gang_lead(house), held_on=(TODAY + timedelta(days=days)).isoformat())
    assert [error["pointer"] for error in answer.json()["errors"]] == ["/held_on"]


def test_session_after_dispatch_is_too_late(house: House):
    assert hold(house, house.lead("dispatched")).status_code == 409


def test_session_is_recorded_by_the_office(house: House):
    lead = house.lead("registered")
    url = f"{lead.url}/assessments"
    assert house.signed_in("city", "intake").post(url, {}).status_code == 403
    assert house.signed_in("market", "dispatcher").post(url, {}).status_code in {404, 422}


def test_session_stands_on_the_lead_with_its_opinion_for_those_who_may_read(house: House):
    lead = gang_lead(house)
    hold(house, lead)
    (shown,) = house.signed_in("city", "intake").get(lead.url).json()["assessments"]
    assert (shown["result"], shown["opinion"]) == ("dispatch", "涉黑特征明显")
    assert len({one["agency"]["id"] for one in shown["participants"]}) == 2
    (audited,) = house.signed_in("city", "auditor").get(lead.url).json()["assessments"]
    assert audited["opinion"] is None
    assert house.value("SELECT count(*) FROM events WHERE event = 'lead:assess'") == 1
