"""A reference of one's own keeps out a repeat, and nothing else: nobody suppresses a tip by taking its reference."""

from typing import Any

from tests.client import Client
from tests.factories.house import House
from tests.factories.tips import tip_body

LITTLE = "不值一提的小事。"


def told(house: House, **changes: Any) -> dict[str, Any]:
    return tip_body(receipt=None, external_ref="12345-0091", channel_id=str(house.channels["hotline"]), **changes)


def send(house: House, who: Client, **changes: Any) -> Any:
    return who.post("/api/v1/tips", told(house, **changes))


def refusals(house: House) -> list[Any]:
    return house.sql("SELECT subject_id, facts FROM events WHERE event = 'tip:refuse_reference'")


def test_the_same_once_more_is_one_tip_and_its_sender_is_told_which(house: House):
    who = house.signed_in("city", "intake")
    first = send(house, who)
    assert first.status_code == 201, first.text
    again = send(house, who)
    problem = again.json()
    assert (again.status_code, problem["type"]) == (409, "urn:huiyin:problem:reference_taken")
    assert (problem["same"], problem["tip_id"]) == (True, first.json()["tip_id"])
    assert refusals(house) == []
    assert house.value("SELECT count(*) FROM tips") == 1


def test_something_else_under_a_reference_is_refused_and_the_trail_says_so(house: House):
    who = house.signed_in("city", "intake")
    first = send(house, who)
    other = send(house, who, narrative=LITTLE)
    assert (other.status_code, other.json()["same"], other.json()["tip_id"]) == (409, False, first.json()["tip_id"])
    (event,) = refusals(house)
    assert str(event.subject_id) == first.json()["tip_id"]
    assert event.facts["channel"] == str(house.channels["hotline"])
    assert LITTLE not in str(event.facts)


def test_reference_that_another_has_taken_keeps_nobody_out(house: House):
    """An insider who guesses the next number, and registers something of no account under it, suppresses nothing."""
    insider, honest = house.signed_in("city", "intake"), house.signed_in("city", "intake second")
    assert send(house, insider, narrative=LITTLE).status_code == 201
    taken = send(house, honest)
    assert taken.status_code == 201, taken.text
    assert house.value("SELECT count(DISTINCT sender_id) FROM tips WHERE external_ref = '12345-0091'") == 2


def test_two_requests_of_one_reference_at_once_make_one_tip(committed: House):
    who = committed.signed_in("city", "intake")
    body = told(committed)
    answers = who.race(("POST", "/api/v1/tips", {}, body), who)
    assert sorted(answer.status_code for answer in answers) == [201, 409]
    assert committed.value("SELECT count(*) FROM tips") == 1
