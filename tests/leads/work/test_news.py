"""What a reporter adds is news to whoever works on the lead until they have seen it, and the reporter learns when."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session, sessionmaker

from huiyin.kit.files import objects
from huiyin.leads.lifecycle.ended_terms.answered import ANSWERED
from huiyin.tips.files.checks import tend
from tests.client import Client
from tests.factories.house import House, Lead
from tests.factories.reporting.uploads import Reporter


@pytest.fixture(autouse=True)
def an_empty_store():
    objects.store.cache_clear()
    yield
    objects.remove_below("attachments")


def adds(house: House, lead: Lead, words: str = "还有一个人在场") -> None:
    answer = house.connect().post("/api/v1/public/receipts/messages", {"token": lead.code.token, "text": words})
    assert answer.status_code == 201, answer.text


def adds_file(house: House, lead: Lead, sessions: sessionmaker[Session]) -> str:
    id_ = Reporter(house.connect(), lead).add(b"%PDF-1.4 x", "x.txt")
    tend(sessions)
    house.forget()
    return id_


def news(house: House, place: str = "district", role: str = "verifier", **asked: Any) -> list[str]:
    return [row["id"] for row in house.signed_in(place, role).get("/api/v1/leads", news=True, **asked).json()["items"]]


def count(house: House, place: str = "district", role: str = "verifier") -> int:
    views = house.signed_in(place, role).get("/api/v1/leads/counts").json()["items"]
    return int(next(view["count"] for view in views if view["key"] == "news"))


def read(house: House, lead: Lead, place: str = "district", role: str = "verifier") -> int:
    return int(house.signed_in(place, role).post(f"{lead.url}/messages/read", {}).status_code)


def test_words_of_a_reporter_change_row_count_and_list_until_they_were_seen(house: House):
    lead = house.lead("verifying")
    assert (news(house), count(house)) == ([], 0)
    adds(house, lead)
    row = house.signed_in("district", "verifier").get("/api/v1/leads").json()["items"][0]
    assert row["news_at"] is not None
    assert (news(house), count(house)) == ([str(lead.id)], 1)
    assert news(house, officer="me") == [str(lead.id)], "and it stands among what waits for that officer"
    assert house.receipt(lead)["messages"][-1]["read_at"] is None
    assert read(house, lead) == 204
    assert (news(house), count(house)) == ([], 0)
    assert house.receipt(lead)["messages"][-1]["read_at"] is not None
    told = house.value("SELECT facts FROM events WHERE event = 'message:read'")
    assert told == {"count": 1}


def test_seen_by_who_does_not_work_on_it_it_stays_news(house: House):
    lead = house.lead("verifying")
    adds(house, lead)
    desk = house.signed_in("city", "intake")
    assert desk.get(lead.url).json()["reads_news"] is False
    assert desk.get(f"{lead.url}/messages").status_code == 200
    refused = desk.post(f"{lead.url}/messages/read", {})
    assert (refused.status_code, refused.json()["rule"]) == (403, "not_of_lead")
    assert read(house, lead, "city", "auditor") == 403
    assert read(house, lead, "market", "chief") == 404
    assert (news(house), house.receipt(lead)["messages"][-1]["read_at"]) == ([str(lead.id)], None)


def test_second_reading_changes_nothing_and_later_words_are_news_again(house: House):
    lead = house.lead("verifying")
    adds(house, lead)
    assert (read(house, lead), read(house, lead)) == (204, 204)
    assert house.value("SELECT count(*) FROM events WHERE event = 'message:read'") == 1
    before = house.receipt(lead)["messages"][-1]["read_at"]
    adds(house, lead, "又想起一件事")
    assert news(house) == [str(lead.id)]
    assert [one["read_at"] for one in house.receipt(lead)["messages"]] == [before, None]


def test_file_that_comes_later_is_news_and_one_that_came_with_the_tip_is_not(
    house: House, sessions: sessionmaker[Session]
):
    lead = house.lead("verifying")
    adds_file(house, lead, sessions)
    assert news(house) == []
    house.sql("UPDATE tips SET received_at = received_at - interval '2 hours'")
    file = adds_file(house, lead, sessions)
    assert news(house) == [str(lead.id)]
    assert [one["opened_at"] for one in house.receipt(lead)["files"]] == [None, None]
    house.signed_in("city", "intake").get(f"{lead.url}/attachments/{file}?original=genuine")
    assert house.receipt(lead)["files"][1]["opened_at"] is None, "the desk does not verify it"
    assert (
        house.signed_in("district", "verifier").get(f"{lead.url}/attachments/{file}?original=genuine").status_code
        == 200
    )
    assert [one["opened_at"] is None for one in house.receipt(lead)["files"]] == [True, False]


def test_clock_that_waited_for_the_reporter_runs_again_from_the_answer(house: House, session: Session):
    lead = house.lead("verifying")
    due = house.value("SELECT clock_due_at FROM leads WHERE id = :id", id=lead.id)
    paused = house.change(lead, "pause", "district", "verifier", reason_code="waiting_for_reporter")
    assert paused.json()["clock"]["paused"] is True
    for table in ("leads SET clock_paused_at = clock_paused_at", "clocks SET paused_at = paused_at"):
        house.sql(f"UPDATE {table} - interval '10 days' WHERE true")
    house.sql("UPDATE clock_pauses SET from_at = from_at - interval '10 days'")
    adds(house, lead)
    house.sql("UPDATE messages SET at = at - interval '7 days'")
    assert ANSWERED.once(session, 10)
    house.forget()
    clock = house.signed_in("district", "verifier").get(lead.url).json()["clock"]
    assert clock["paused"] is False
    moved = house.value("SELECT clock_due_at FROM leads WHERE id = :id", id=lead.id) - due
    assert timedelta(days=3) <= moved < timedelta(days=6), "three days of waiting, not ten; and no day off at the end"
    assert house.value("SELECT due_at FROM clocks WHERE stopped_at IS NULL") == house.value(
        "SELECT answer_due_at FROM tips WHERE lead_id = :id", id=lead.id
    )
    assert house.value("SELECT count(*) FROM events WHERE event = 'clock:run_again'") == 1
    assert not ANSWERED.once(session, 10)


def test_clock_that_waits_for_something_else_goes_on_waiting(house: House, session: Session):
    lead = house.lead("verifying")
    assert house.change(lead, "pause", "district", "verifier", reason_code="waiting_for_authority").status_code == 200
    adds(house, lead)
    assert not ANSWERED.once(session, 10)


def test_words_that_came_before_the_pause_do_not_end_it(house: House, session: Session):
    lead = house.lead("verifying")
    adds(house, lead)
    house.sql("UPDATE messages SET at = at - interval '1 minute'")
    assert house.change(lead, "pause", "district", "verifier", reason_code="waiting_for_reporter").status_code == 200
    assert not ANSWERED.once(session, 10)


def test_news_go_along_with_a_tip_that_is_merged_into_another_lead(house: House):
    lead, other = house.lead("screened"), house.lead("verifying")
    adds(house, lead)
    client: Client = house.signed_in("city", "intake")
    merged = house.attempt(lead, "merge", client, target_lead_id=str(other.id), reason="同一件事")
    assert merged.status_code == 200, merged.text
    assert news(house, "city", "intake") == [str(other.id)], "and the lead without tips has none left"
