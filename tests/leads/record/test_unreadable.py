"""A ciphertext or a key that somebody changed in the database is shown as unreadable, and nothing breaks by it."""

import logging

import pytest

from tests.factories.house import House

CHANGED = "set_byte({0}, 14, get_byte({0}, 14) # 1)"  # one bit, behind the nonce


def spoil(house: House, table: str, column: str, where: str = "true") -> None:
    before = house.value(f"SELECT count(*) FROM {table} WHERE {where}")
    assert before
    house.sql(f"UPDATE {table} SET {column} = {CHANGED.format(column)} WHERE {where}")


def test_changed_tip_leaves_the_lead_page_readable_around_it(house: House, caplog: pytest.LogCaptureFixture):
    lead = house.file(narrative="市场里有人收保护费", subjects=[{"kind": "person", "name": "甲某"}])
    spoil(house, "tips", "content")
    spoil(house, "subjects", "content")
    with caplog.at_level(logging.WARNING):
        page = house.signed_in("city", "intake").get(lead.url)
    assert page.status_code == 200, page.text
    (tip,) = page.json()["tips"]
    assert (tip["readable"], tip["narrative"], tip["subjects"][0]["name"]) == (False, None, None)
    assert f"tips/{lead.tip_id}/content" in caplog.text
    assert "保护费" not in caplog.text


def test_changed_messages_leave_the_receipt_and_the_dialogue_open(house: House):
    lead = house.lead("answered")
    spoil(house, "messages", "content")
    assert house.receipt(lead)["answer"] is None
    messages = house.signed_in("city", "intake").get(f"{lead.url}/messages")
    assert [item["text"] for item in messages.json()["items"]] == [None]
    assert house.signed_in("city", "intake").get(lead.url).json()["feedback"]["text"] is None


def test_changed_key_of_a_tip_leaves_receipt_and_lead_page_open(house: House):
    lead = house.lead("verifying")
    spoil(house, "tips", "wrapped_key")
    assert house.receipt(lead)["can_write"] is False
    page = house.signed_in("city", "intake").get(lead.url)
    assert (page.status_code, page.json()["tips"][0]["readable"]) == (200, False)


def test_changed_texts_of_the_work_are_left_out(house: House):
    lead = house.lead("concluded")
    for table in ("move_inputs", "conclusions"):
        spoil(house, table, "content")
    reviewer = house.signed_in("city", "reviewer")
    page = reviewer.get(lead.url)
    assert (page.status_code, page.json()["finding"]["facts"]) == (200, None)
    timeline = reviewer.get(f"{lead.url}/timeline")
    assert (timeline.status_code, {item["input"] and 1 for item in timeline.json()["items"]}) == (200, {None})


def test_lead_whose_key_was_changed_takes_no_verb_and_says_why(house: House):
    lead = house.lead("screened")
    spoil(house, "leads", "wrapped_key")
    intake = house.signed_in("city", "intake")
    assert intake.get(lead.url).status_code == 200
    before = house.version(lead)
    answer = house.attempt(lead, "register", intake)
    assert (answer.status_code, answer.json()["type"]) == (409, "urn:huiyin:problem:conflict")
    assert "opened" in answer.json()["detail"]
    assert house.version(lead) == before


def test_changed_request_is_neither_confirmed_nor_refused_but_another_verb_goes_on(house: House):
    lead = house.lead("screened")
    house.ask(lead, "decline", "city", "intake")
    spoil(house, "pending_moves", "content")
    second = house.signed_in("city", "intake second")
    for agreed in (True, False):
        answer = house.attempt(lead, "decline/confirmation", second, agreed=agreed)
        assert (answer.status_code, answer.json()["type"]) == (409, "urn:huiyin:problem:conflict")
    house.act(lead, "register", "city", "intake")
    assert house.value("SELECT count(*) FROM pending_moves") == 0


def test_changed_saved_view_is_left_out_of_the_list(house: House):
    reviewer = house.signed_in("city", "reviewer")
    made = [reviewer.post("/api/v1/saved-views", {"name": name, "filter": {}}).json() for name in ("甲", "乙")]
    spoil(house, "saved_views", "content", f"id = '{made[0]['id']}'")
    assert [item["name"] for item in reviewer.get("/api/v1/saved-views").json()["items"]] == ["乙"]
    assert reviewer.get(f"/api/v1/saved-views/{made[0]['id']}").status_code == 404
