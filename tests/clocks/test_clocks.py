"""Clocks that wait, the ladder of lateness, and who answered when."""

from datetime import UTC, datetime, time, timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from huiyin.clocks.ladder import climbing
from huiyin.kit.database.owner import Urls
from huiyin.kit.database.sessions import make_engine, make_sessions, transaction
from huiyin.kit.working_days import BEIJING, is_working_day
from tests.database import as_owner
from tests.factories.house import House, Lead


def late_by(house: House, lead: Lead, days: float) -> None:
    """Move the running clock as if it had been due so many days ago."""
    moved = {"id": lead.id, "due": datetime.now(UTC) - timedelta(days=days)}
    house.sql("UPDATE leads SET clock_due_at = :due WHERE id = :id", **moved)
    house.sql(
        "UPDATE clocks SET due_at = :due, started_at = :due - interval '30 days'"
        " WHERE matter_id = :id AND stopped_at IS NULL",
        **moved,
    )


def steps(house: House, lead: Lead) -> list[str]:
    rows = house.sql("SELECT event FROM events WHERE matter_id = :id AND event LIKE 'clock:%' ORDER BY id", id=lead.id)
    return [row.event.removeprefix("clock:") for row in rows]


def test_paused_clock_is_due_as_many_days_later_as_it_waited_at_the_end_of_a_working_day(house: House):
    lead = house.lead("verifying")
    due = house.value("SELECT clock_due_at FROM leads WHERE id = :id", id=lead.id)
    answer = house.change(lead, "pause", "district", "verifier", reason_code="waiting_for_reporter")
    assert (answer.status_code, answer.json()["clock"]["paused"]) == (200, True)
    house.sql("UPDATE leads SET clock_paused_at = clock_paused_at - interval '5 days' WHERE id = :id", id=lead.id)
    answer = house.change(lead, "resume", "district", "verifier")
    assert answer.json()["clock"]["paused"] is False
    now = house.value("SELECT clock_due_at FROM leads WHERE id = :id", id=lead.id).astimezone(BEIJING)
    day = due.astimezone(BEIJING).date() + timedelta(days=5)
    while not is_working_day(day):
        day += timedelta(days=1)
    assert (now.date(), now.time()) == (day, time(23, 59, 59))
    assert house.value("SELECT due_at FROM clocks WHERE matter_id = :id AND stopped_at IS NULL", id=lead.id) == now


def test_clock_cannot_be_paused_twice_or_by_others(house: House):
    lead = house.lead("verifying")
    assert house.change(lead, "pause", "district", "verifier", reason_code="force_majeure").status_code == 200
    assert house.change(lead, "pause", "district", "verifier", reason_code="force_majeure").status_code == 409
    assert house.change(lead, "resume", "city", "dispatcher").status_code == 403


def test_paused_clock_is_neither_overdue_nor_on_the_ladder(house: House, session):
    lead = house.lead("verifying")
    paused = house.change(lead, "pause", "district", "verifier", reason_code="waiting_for_authority")
    assert paused.status_code == 200, paused.text
    late_by(house, lead, 20)
    house.sql("UPDATE clocks SET paused_at = now() WHERE matter_id = :id AND stopped_at IS NULL", id=lead.id)
    overdue = house.signed_in("city", "intake").get("/api/v1/leads", overdue="true").json()["items"]
    assert str(lead.id) not in [item["id"] for item in overdue]
    climbing(datetime.now(UTC)).once(session, 200)
    assert steps(house, lead) == []


def test_lead_climbs_the_whole_ladder_each_step_once_and_each_names_a_person(house: House, session):
    lead = house.lead("verifying")
    start = datetime.now(UTC)
    due = house.value("SELECT clock_due_at FROM leads WHERE id = :id", id=lead.id)
    seen = []
    for day in range((due - start).days + 20):
        climbing(start + timedelta(days=day)).once(session, 200)
        climbing(start + timedelta(days=day)).once(session, 200)
        seen.append(len(steps(house, lead)))
    assert steps(house, lead) == ["remind", "tell_chief", "draft_supervision_notice", "propose_criticism"]
    assert seen[-1] == 4
    named = house.sql("SELECT step, officer_id FROM ladder_entries WHERE matter_id = :id", id=lead.id)
    assert {row.step: row.officer_id for row in named} == {
        "remind": house.officer("district", "verifier").id,
        "tell_chief": house.officer("district", "chief").id,
        "supervision_notice": house.officer("district", "chief").id,
        "propose_criticism": house.officer("district", "chief").id,
    }


def test_two_workers_take_each_step_once(live: Urls):
    """Both find the same step; the second waits for the first's row and then does nothing."""
    engine = make_engine(live.app, 4)
    sessions = make_sessions(engine)
    try:
        with transaction(sessions) as one, transaction(sessions) as other:
            assert climbing(datetime.now(UTC)).once(one, 200) == climbing(datetime.now(UTC)).once(other, 200) == 0
    finally:
        engine.dispose()


def test_who_answered_is_one_pair_at_every_moment(house: House):
    lead = house.lead("concluded")
    rows = house.sql("SELECT from_at, officer_id FROM assignments WHERE matter_id = :id ORDER BY from_at", id=lead.id)
    client = house.signed_in("city", "intake")
    assert len({row.officer_id for row in rows}) > 1, "it went from hand to hand"
    for row in rows:
        answer = client.get(f"{lead.url}/responsible", at=row.from_at.isoformat())
        assert answer.json()["officer"]["id"] == str(row.officer_id)
    before = (rows[0].from_at - timedelta(seconds=1)).isoformat()
    assert client.get(f"{lead.url}/responsible", at=before).status_code == 404


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE assignments SET to_at = clock_timestamp() WHERE matter_id = :id AND to_at IS NULL",
        "UPDATE leads SET held_by_officer_id = :other WHERE id = :id",
        "UPDATE leads SET state = 'closed', is_open = false WHERE id = :id",
        "UPDATE assignments SET from_at = from_at + interval '1 hour' WHERE matter_id = :id AND to_at IS NULL",
    ],
)
def test_database_refuses_a_lead_for_which_nobody_or_another_answers(house: House, statement: str):
    lead = house.lead("acknowledged")
    other = house.officer("market", "chief").id
    with as_owner(house.connection):
        savepoint = house.connection.begin_nested()
        house.connection.execute(text(statement), {"id": lead.id, "other": other})
        with pytest.raises(DBAPIError, match="answer"):
            house.connection.execute(text("SET CONSTRAINTS ALL IMMEDIATE"))
        savepoint.rollback()


def test_reporter_rates_and_objects_once_and_hears_the_decision(house: House):
    lead = house.lead("closed")
    public, token = house.connect(), lead.code.token
    rated = public.post("/api/v1/public/receipts/rating", {"token": token, "satisfied": False, "line": "没有解决"})
    assert (rated.status_code, rated.json()["satisfied"], rated.json()["can_object"]) == (200, False, True)
    body = {"token": token, "text": "仍在收费"}
    assert public.post("/api/v1/public/receipts/objection", body).status_code == 201
    assert public.post("/api/v1/public/receipts/objection", body).status_code == 409
    answer = house.change(lead, "dismiss_objection", "city", "reviewer", text="经复核，原答复属实。")
    assert answer.status_code == 200, answer.text
    told = house.receipt(lead)
    assert told["objection"]["upheld"] is False
    assert told["messages"][-1]["text"] == "经复核，原答复属实。"


def test_objection_upheld_takes_the_lead_up_again(house: House):
    lead = house.lead("closed")
    body = {"token": lead.code.token, "text": "仍在收费"}
    assert house.connect().post("/api/v1/public/receipts/objection", body).status_code == 201
    house.act(lead, "reopen", "city", "reviewer", reason_code="reporter_objection", note="异议成立")
    assert house.receipt(lead)["objection"]["upheld"] is True


def test_objection_is_too_late_after_thirty_days(house: House):
    lead = house.lead("closed")
    house.sql("UPDATE tips SET answered_at = now() - interval '31 days' WHERE id = :id", id=lead.tip_id)
    body = {"token": lead.code.token, "text": "仍在收费"}
    assert house.connect().post("/api/v1/public/receipts/objection", body).status_code == 409


def test_reopening_for_an_objection_that_nobody_made_is_refused(house: House):
    lead = house.lead("closed")
    reopened = house.attempt(
        lead, "reopen", house.signed_in("city", "reviewer"), reason_code="reporter_objection", note="x"
    )
    assert reopened.status_code == 409
