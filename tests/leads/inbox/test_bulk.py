"""Bulk verbs: each lead for itself, and the same rules as for one."""

from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from huiyin.leads.lifecycle.moves import MOVES
from tests.client import Client
from tests.factories.house import House, Lead

BULK = [verb for verb, step in MOVES.items() if step.bulk]
SCREENING = {"nature": "malign", "sector": "markets", "complete": True}


def items(house: House, *leads: Lead) -> list[dict[str, Any]]:
    return [{"id": str(lead.id), "version": house.version(lead)} for lead in leads]


def ask(
    who: Client, verb: str, items: list[dict[str, Any]], given: dict[str, Any], headers: dict[str, str] | None = None
) -> httpx.Response:
    return who.post(f"/api/v1/leads/bulk/{verb}", {"items": items, "input": given}, headers)


def statuses(answer: httpx.Response) -> list[int]:
    assert answer.status_code == 200, answer.text
    return [result["status"] for result in answer.json()["results"]]


def events(house: House, lead: Lead, verb: str) -> int:
    return int(
        house.value(
            "SELECT count(*) FROM events WHERE matter_id = :id AND event = :event", id=lead.id, event=f"lead:{verb}"
        )
    )


def test_leads_go_on_together_with_one_event_each(house: House):
    leads = [house.lead() for _ in range(3)]
    answer = ask(house.signed_in("city", "intake"), "screen", items(house, *leads), SCREENING)
    assert statuses(answer) == [200, 200, 200]
    for lead, result in zip(leads, answer.json()["results"], strict=True):
        assert (result["id"], result["lead"]["state"], result["problem"]) == (str(lead.id), "screened", None)
        assert result["lead"]["version"] == house.version(lead)
        assert events(house, lead, "screen") == 1


def test_one_that_fails_changes_nothing_and_stops_no_other(house: House):
    stale, wrong, right, other = house.lead(), house.lead("screened"), house.lead(), house.lead()
    asked = items(house, stale, wrong, right, other)
    asked[0]["version"] += 1
    answer = ask(house.signed_in("city", "intake"), "screen", asked, SCREENING)
    assert statuses(answer) == [412, 409, 200, 200]
    results = answer.json()["results"]
    assert results[1]["problem"]["allowed_actions"]
    assert results[0]["lead"] is None
    assert [house.state(lead) for lead in (stale, wrong, right)] == ["received", "screened", "screened"]
    assert events(house, stale, "screen") == 0


def test_what_one_may_not_see_is_answered_like_what_never_was(house: House):
    unknown, excluded, unrelated = uuid4(), house.lead("dispatched"), house.lead("screened")
    house.sql(
        "UPDATE leads SET hidden_from = ARRAY[:id]::uuid[] WHERE id = :lead",
        id=house.agencies["police"].id,
        lead=excluded.id,
    )
    asked = [{"id": str(unknown), "version": 1}, *items(house, excluded, unrelated)]
    answer = ask(house.signed_in("district", "chief"), "acknowledge", asked, {})
    assert statuses(answer) == [404, 404, 404]
    problems = [result["problem"] for result in answer.json()["results"]]
    assert problems[0] == problems[1] == problems[2]
    assert (house.state(excluded), events(house, excluded, "acknowledge")) == ("dispatched", 0)


def test_invalid_input_for_one_lead_is_that_leads_problem(house: House):
    district = house.agencies["district"].id
    free, bound = house.lead("registered"), house.lead("registered")
    house.sql("UPDATE leads SET hidden_from = ARRAY[:id]::uuid[] WHERE id = :lead", id=district, lead=bound.id)
    who = house.signed_in("city", "dispatcher")
    answer = ask(who, "dispatch", items(house, bound, free), {"agency_id": str(district)})
    assert statuses(answer) == [409, 200]
    assert answer.json()["results"][0]["problem"]["type"] == "urn:huiyin:problem:excluded"
    unknown = ask(who, "dispatch", items(house, bound), {"agency_id": str(uuid4())})
    assert statuses(unknown) == [422]


def test_rules_that_bind_the_verb_to_the_person_hold_for_each(house: House):
    leads = [house.lead("dispatched"), house.lead("dispatched")]
    answer = ask(house.signed_in("police", "chief"), "acknowledge", items(house, *leads), {})
    assert statuses(answer) == [404, 404]
    other = house.officer("city", "chief")
    answer = ask(house.sign_in(other), "acknowledge", items(house, *leads), {})
    assert statuses(answer) == [403, 403]
    assert answer.json()["results"][0]["problem"]["rule"] == "not_of_handler"


@pytest.mark.parametrize("verb", BULK)
def test_the_permission_is_the_verbs_own(house: House, verb: str):
    answer = ask(house.signed_in("city", "leader"), verb, [{"id": str(uuid4()), "version": 1}], house.given(verb))
    assert (answer.status_code, answer.json()["permission"]) == (403, str(MOVES[verb].permission))


def test_verbs_that_weigh_one_matter_have_no_bulk_route(house: House):
    """`bulk` is then taken for the id of a lead, which it is not."""
    for verb in set(MOVES) - set(BULK):
        answer = ask(house.signed_in("city", "reviewer"), verb, [{"id": str(uuid4()), "version": 1}], {})
        assert answer.status_code in {403, 404, 422, 428}, verb


def test_what_needs_a_second_officer_is_not_done_in_bulk_and_the_others_are(house: House):
    unit = str(house.agencies["district"].name)
    named = house.lead("registered", subjects=[{"kind": "person", "name": "钱多多", "unit": unit}])
    other = house.lead("registered")
    answer = ask(house.signed_in("city", "dispatcher"), "dispatch", items(house, named, other), house.given("dispatch"))
    stopped, done = answer.json()["results"]
    assert (stopped["id"], stopped["problem"]["type"]) == (str(named.id), "urn:huiyin:problem:conflict")
    assert done["problem"] is None
    assert (house.state(named), house.state(other)) == ("registered", "dispatched")
    assert house.value("SELECT count(*) FROM pending_moves") == 0


def test_the_server_says_which_verbs_one_may_use(house: House):
    answer = house.signed_in("city", "intake").get("/api/v1/leads/bulk")
    assert answer.json() == {"verbs": ["screen", "notify", "register"], "most": 100}


def test_a_repeat_with_the_same_key_does_nothing_twice(house: House):
    lead = house.lead()
    who, asked = house.signed_in("city", "intake"), items(house, lead)
    first, again = (ask(who, "screen", asked, SCREENING, {"Idempotency-Key": "k"}) for _ in range(2))
    assert first.json() == again.json()
    assert again.headers["Idempotency-Replayed"] == "true"
    assert events(house, lead, "screen") == 1
    other = ask(who, "screen", asked, SCREENING | {"complete": False}, {"Idempotency-Key": "k"})
    assert other.status_code == 422


def test_more_than_a_hundred_or_one_twice_is_refused(house: House):
    who = house.signed_in("city", "intake")
    many = [{"id": str(UUID(int=number)), "version": 1} for number in range(101)]
    assert ask(who, "screen", many, SCREENING).status_code == 422
    assert ask(who, "screen", [], SCREENING).status_code == 422
    twice = ask(who, "screen", [many[1], many[1]], SCREENING)
    assert (twice.status_code, twice.json()["errors"][0]["code"]) == (422, "twice")
    assert statuses(ask(who, "screen", many[:100], SCREENING)) == [404] * 100


def test_two_requests_for_the_same_leads_at_once_do_each_lead_once(committed: House):
    leads = [committed.lead() for _ in range(8)]
    asked = items(committed, *leads)
    who = committed.signed_in("city", "intake")
    path = "/api/v1/leads/bulk/screen"
    answers = who.together(
        ("POST", path, {}, {"items": asked, "input": SCREENING}),
        ("POST", path, {}, {"items": asked[::-1], "input": SCREENING}),
    )
    won: list[str] = []
    for answer in answers:
        assert answer.status_code == 200, answer.text
        won += [result["id"] for result in answer.json()["results"] if result["status"] == 200]
        assert {result["status"] for result in answer.json()["results"]} <= {200, 409, 412}
    assert sorted(won) == sorted(str(lead.id) for lead in leads)
    assert [events(committed, lead, "screen") for lead in leads] == [1] * 8
