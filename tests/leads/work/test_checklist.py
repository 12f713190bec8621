"""The verification checklist: which one a lead gets, who ticks, and what is open."""

from typing import Any

import httpx

from tests.factories.house import House, Lead

TICK = {"items": [{"code": "scene_visited", "done": True, "note": "11月20日走访市场"}]}


def put(house: House, lead: Lead, role: str = "verifier", etag: str = '"v1"', body: Any = TICK) -> httpx.Response:
    return house.signed_in("district", role).put(f"{lead.url}/checklist", body, {"If-Match": etag})


def test_every_conduct_has_a_template(house: House):
    missing = house.sql(
        "SELECT code FROM terms WHERE kind = 'conduct' AND code NOT IN (SELECT conduct FROM checklist_templates)"
    )
    assert missing == []
    twice = house.sql(
        """
        SELECT a.conduct, i->>'code' FROM checklist_templates a, jsonb_array_elements(a.items) i
        WHERE a.conduct <> 'general' AND i->>'code' IN
              (SELECT g->>'code' FROM checklist_templates t, jsonb_array_elements(t.items) g
               WHERE t.conduct = 'general')
        """
    )
    assert twice == []


def test_before_verification_there_is_none(house: House):
    lead = house.lead("acknowledged")
    view = house.signed_in("district", "chief").get(f"{lead.url}/checklist")
    assert (view.json()["items"], view.headers["etag"]) == ([], '"v0"')
    assert house.signed_in("district", "chief").get(lead.url).json()["checklist"] is None
    assert put(house, lead, etag='"v0"').status_code == 403


def test_lead_gets_the_newest_version_for_its_conduct_and_keeps_it(house: House):
    early = house.lead("verifying")
    house.sql(
        "INSERT INTO checklist_templates (conduct, version, items) VALUES ('protection_money', 2,"
        """ '[{"code": "new_item", "zh_cn": "新", "zh_hant": "新", "en": "New"}]')"""
    )
    late = house.lead("verifying")
    chief = house.signed_in("district", "chief")
    before, after = (chief.get(f"{lead.url}/checklist").json() for lead in (early, late))
    assert (before["template_version"], after["template_version"]) == (1, 2)
    assert "payers_listed" in {item["code"] for item in before["items"]}
    assert after["items"][-1]["code"] == "new_item"
    assert before["items"][0]["code"] == after["items"][0]["code"] == "reporter_contacted"


def test_only_a_named_verifier_ticks(house: House):
    lead = house.lead("verifying")
    assert put(house, lead, "chief").status_code == 403
    answer = put(house, lead, "verifier third")
    assert (answer.status_code, answer.json()["rule"]) == (403, "not_a_verifier")


def test_other_verifiers_tick_is_not_overwritten_unseen(house: House):
    lead = house.lead("verifying")
    url = f"{lead.url}/checklist"
    assert house.signed_in("district", "verifier").put(url, TICK).status_code == 428
    assert put(house, lead).status_code == 200
    assert put(house, lead, "verifier second").status_code == 412
    assert put(house, lead, "verifier second", '"v2"').status_code == 200


def test_item_that_the_list_does_not_have_is_pointed_at(house: House):
    lead = house.lead("verifying")
    items = [{"code": "scene_visited", "done": True}, {"code": "nothing", "done": True}]
    answer = put(house, lead, body={"items": [*items, items[0]]})
    assert [error["pointer"] for error in answer.json()["errors"]] == ["/items/1/code", "/items/2/code"]
    assert house.value("SELECT count(*) FROM checklist_ticks") == 0


def test_tick_says_who_and_when_and_what_was_found_and_taking_it_back_is_recorded(house: House):
    lead = house.lead("verifying")
    view = put(house, lead).json()
    (item,) = [item for item in view["items"] if item["code"] == "scene_visited"]
    assert (item["done"], item["note"], item["by"]["name"]) == (
        True,
        "11月20日走访市场",
        house.officer("district", "verifier").name,
    )
    back = {"items": [{"code": "scene_visited", "done": False, "note": "地点有误"}]}
    assert put(house, lead, "verifier second", '"v2"', back).json()["done"] == 0
    items = house.signed_in("district", "chief").get(f"{lead.url}/timeline").json()["items"]
    told = [item["input"] for item in items if item["event"] == "lead:tick_checklist"]
    assert [one["items"][0]["note"] for one in told] == ["11月20日走访市场", "地点有误"]


def test_conclusion_is_not_blocked_but_names_what_is_open(house: House):
    lead = house.lead("verifying")
    put(house, lead)
    answer = house.act(lead, "conclude", "district", "verifier")
    summary = answer["checklist"]
    assert (summary["done"], len(summary["open"])) == (1, summary["total"] - 1)
    assert "scene_visited" not in {item["code"] for item in summary["open"]}
    assert all(item["zh_cn"] and item["zh_hant"] and item["en"] for item in summary["open"])
    assert put(house, lead, etag='"v2"').status_code == 409
