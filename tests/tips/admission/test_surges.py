"""An office raises the work for a time, and says why."""

from datetime import UTC, datetime, timedelta

import pytest

from huiyin.settings import Settings
from huiyin.tips.reporting import admission
from huiyin.tips.reporting.admission import Admission
from tests.client import Client, Connect
from tests.factories.house import House
from tests.factories.proofs import CHALLENGE, TIPS, asked_of, proof_of
from tests.factories.tips import tip_body

SURGES = "/api/v1/form-surges"


def soon(hours: float = 2) -> str:
    return (datetime.now(UTC) + timedelta(hours=hours)).isoformat()


def test_office_raises_the_work_for_a_time_and_says_why(house: House, connect: Connect, lazy: Client):
    easy = proof_of(lazy)
    leader = house.signed_in("city", "leader")
    made = leader.post(SURGES, {"until_at": soon(), "reason": "大量雷同举报"}, {"Idempotency-Key": "k"})
    assert made.status_code == 201, made.text
    assert asked_of(lazy) == 1 << admission.SURGE_STEPS
    assert lazy.get(CHALLENGE).json()["raised_until"] == made.json()["until_at"]
    answer = lazy.post(TIPS, tip_body(), easy)
    assert (answer.json()["reason"], answer.json()["raised"]) == ("too_easy", True)
    assert connect().post(TIPS, tip_body()).status_code == 201, "the form is not closed"
    event = house.sql("SELECT * FROM events WHERE event = 'form_surge:raise'")[0]
    assert (str(event.subject_id), event.actor_id) == (made.json()["id"], house.officer("city", "leader").id)
    assert "雷同" not in str(event.facts)
    assert leader.get(SURGES).json()["items"][0]["reason"] == "大量雷同举报"


def test_it_ends_by_itself(house: House, lazy: Client):
    house.signed_in("city", "admin").post(SURGES, {"until_at": soon(), "reason": "甲"})
    house.sql("UPDATE form_surges SET from_at = from_at - interval '3 hours', until_at = now() - interval '1 second'")
    assert asked_of(lazy) == 1
    assert lazy.get(CHALLENGE).json()["raised_until"] is None


def test_it_is_ended_before_its_time_once(house: House, lazy: Client):
    admin = house.signed_in("city", "admin")
    url = f"{SURGES}/{admin.post(SURGES, {'until_at': soon(), 'reason': '甲'}).json()['id']}/end"
    assert admin.post(url).json()["ended_by"] == str(house.officer("city", "admin").id)
    assert asked_of(lazy) == 1
    assert admin.post(url).status_code == 409
    assert house.value("SELECT count(*) FROM events WHERE event = 'form_surge:end'") == 1
    assert admin.post(f"{SURGES}/{house.channels['web']}/end").status_code == 404


@pytest.mark.parametrize("hours", [-1, 25, 24 * 365])
def test_it_lasts_a_day_at_most(house: House, hours: int):
    answer = house.signed_in("city", "admin").post(SURGES, {"until_at": soon(hours), "reason": "甲"})
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/until_at")


@pytest.mark.parametrize(("place", "role"), [("police", "leader"), ("city", "intake"), ("city", "reviewer")])
def test_only_leaders_and_administrators_of_an_office_may(house: House, place: str, role: str):
    answer = house.signed_in(place, role).post(SURGES, {"until_at": soon(), "reason": "甲"})
    assert (answer.status_code, answer.json()["permission"]) == (403, "form:protect")


def test_counts_during_the_switch_go_higher_but_not_for_ever(service_settings: Settings):
    counts = Admission(service_settings)
    for _ in range(10_000):
        counts.tips.add("1.2.3.0/24")
    assert counts.tries_of_tip("1.2.3.0/24", None, surge=True) == 1 << admission.MOST_STEPS_IN_SURGE
