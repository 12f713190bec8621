"""Overlays: two officers for each, from when to when, and what the list finds."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from huiyin.leads.work.overlays import OVERLAYS
from huiyin.workflow.requests import lapsing
from tests.database import as_owner
from tests.factories.house import House, Lead
from tests.factories.officers import make_officer

LISTING = {"board_number": "2026-07", "public": False, "delisting_test": "主犯到案"}


def ask(house: House, lead: Lead, kind: str = "supervised", **changes: Any) -> dict[str, Any]:
    body = {"kind": kind, "reason": "群众反映强烈"} | changes
    answer = house.signed_in("city", "supervisor").post(f"{lead.url}/overlays", body)
    assert answer.status_code == 201, answer.text
    return answer.json()  # type: ignore[no-any-return]


def running(house: House, lead: Lead, kind: str = "supervised", **changes: Any) -> dict[str, Any]:
    asked = ask(house, lead, kind, **changes)
    answer = house.signed_in("city", "leader").post(f"{lead.url}/overlays/{asked['id']}/decision", {"agreed": True})
    assert answer.status_code == 200, answer.text
    return answer.json()  # type: ignore[no-any-return]


def found(house: House, kind: str | list[str] = "supervised") -> list[str]:
    return [row["id"] for row in house.signed_in("city", "intake").get("/api/v1/leads", overlay=kind).json()["items"]]


def test_asker_never_approves(house: House):
    both = house.sign_in(make_officer(house.connection, house.agencies["city"], "reviewer"))
    lead = house.lead()
    asked = both.post(f"{lead.url}/overlays", {"kind": "raised", "reason": "提级"}).json()
    assert asked["allowed_actions"] == []
    answer = both.post(f"{lead.url}/overlays/{asked['id']}/decision", {"agreed": True})
    assert (answer.status_code, answer.json()["rule"]) == (403, "own_request")


def test_even_the_database_refuses_an_asker_who_approves(house: House):
    lead = house.lead()
    asked = ask(house, lead)
    with (
        as_owner(house.connection),
        pytest.raises(IntegrityError, match="ck_overlays_four_eyes"),
        house.connection.begin_nested(),
    ):
        house.connection.execute(
            text(
                "UPDATE overlays SET state = 'running', decided_by = asked_by, decided_agency_id = asked_agency_ids[1],"
                " decided_at = now() WHERE id = :id"
            ),
            {"id": asked["id"]},
        )


def test_chief_of_the_agency_in_charge_asks_but_only_the_office_approves(house: House):
    lead = house.lead("dispatched")
    asked = house.signed_in("district", "chief").post(f"{lead.url}/overlays", {"kind": "raised", "reason": "阻力大"})
    assert asked.status_code == 201
    url = f"{lead.url}/overlays/{asked.json()['id']}/decision"
    answer = house.signed_in("district", "leader").post(url, {"agreed": True})
    assert (answer.status_code, answer.json()["rule"]) == (403, "not_at_desk")
    assert house.signed_in("district", "verifier").post(url, {"agreed": True}).status_code == 403
    assert house.signed_in("province", "leader").post(url, {"agreed": True}).json()["state"] == "running"


def test_outsider_gets_the_same_answer_as_for_an_unknown_lead(house: House):
    lead = house.lead()
    asked = ask(house, lead)
    outsider = house.signed_in("market", "leader")
    for answer in (
        outsider.get(f"{lead.url}/overlays"),
        outsider.post(f"{lead.url}/overlays/{asked['id']}/decision", {"agreed": True}),
    ):
        assert answer.status_code == 404


@pytest.mark.parametrize(
    "body",
    [
        {"kind": "listed", "reason": "x"},
        {"kind": "supervised", "reason": "x", "listing": LISTING},
        {"kind": "supervised"},
        {"kind": "other", "reason": "x"},
        {"kind": "supervised", "reason": "x", "to": "2020-01-01T00:00:00+08:00"},
        {"kind": "supervised", "reason": "x", "from": "2099-02-01T00:00:00Z", "to": "2099-01-01T00:00:00Z"},
    ],
)
def test_overlay_that_cannot_be_is_refused(house: House, body: dict[str, Any]):
    lead = house.lead()
    assert house.signed_in("city", "supervisor").post(f"{lead.url}/overlays", body).status_code == 422


def test_lead_that_is_over_is_not_laid_over(house: House):
    lead = house.lead("declined")
    body = {"kind": "supervised", "reason": "x"}
    assert house.signed_in("city", "supervisor").post(f"{lead.url}/overlays", body).status_code == 409


def test_two_of_a_kind_do_not_run_at_once(house: House):
    lead = house.lead()
    ask(house, lead)
    body = {"kind": "supervised", "reason": "x"}
    assert house.signed_in("city", "supervisor").post(f"{lead.url}/overlays", body).status_code == 409
    assert ask(house, lead, "joint_team")["state"] == "asked"


def test_refused_overlay_never_held_and_may_be_asked_for_again(house: House):
    lead = house.lead()
    asked = ask(house, lead)
    leader = house.signed_in("city", "leader")
    url = f"{lead.url}/overlays/{asked['id']}"
    refused = leader.post(f"{url}/decision", {"agreed": False, "note": "条件不足"}).json()
    assert (refused["state"], refused["decision_note"]) == ("refused", "条件不足")
    assert leader.post(f"{url}/end", {"reason": "x"}).status_code == 409
    assert found(house) == []
    ask(house, lead)


def test_list_finds_leads_whose_overlay_holds_now(house: House):
    lead, other = house.lead(), house.lead()
    asked = ask(house, lead)
    assert found(house) == []
    house.signed_in("city", "leader").post(f"{lead.url}/overlays/{asked['id']}/decision", {"agreed": True})
    ask(house, other)
    assert found(house) == [str(lead.id)]
    assert found(house, "raised") == []
    house.sql("UPDATE overlays SET from_at = now() - interval '2 day', to_at = now() - interval '1 day'")
    assert found(house) == []


def test_list_finds_any_of_several_kinds(house: House):
    supervised, listed, raised, _ = (house.lead() for _ in range(4))
    running(house, supervised)
    running(house, listed, "listed", listing=LISTING)
    running(house, raised, "raised")
    running(house, supervised, "joint_team")
    assert set(found(house, ["supervised", "listed"])) == {str(supervised.id), str(listed.id)}
    answer = house.signed_in("city", "intake").get("/api/v1/leads", overlay=["supervised", "beloved"])
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/query/overlay/1")


def test_view_that_was_saved_with_one_kind_still_opens(house: House):
    reviewer = house.signed_in("city", "reviewer")
    made = reviewer.post("/api/v1/saved-views", {"name": "督办", "filter": {"overlay": "supervised"}})
    assert (made.status_code, made.json()["filter"]) == (201, {"overlay": ["supervised"]})
    made = reviewer.post("/api/v1/saved-views", {"name": "全部", "filter": {"overlay": None}})
    assert (made.status_code, made.json()["filter"]) == (201, {})


def test_overlay_whose_term_is_over_has_ended_before_and_after_the_job_wrote_it(house: House, session: Session):
    lead = house.lead()
    item = running(house, lead)
    house.sql("UPDATE overlays SET from_at = now() - interval '2 day', to_at = now() - interval '1 day'")
    leader = house.signed_in("city", "leader")
    (by_clock,) = leader.get(lead.url).json()["overlays"]
    assert (by_clock["state"], by_clock["ended_at"], by_clock["allowed_actions"]) == ("ended", None, [])
    assert leader.post(f"{lead.url}/overlays/{item['id']}/end", {"reason": "x"}).status_code == 409
    assert [lapsing(OVERLAYS, datetime.now(UTC)).once(session, 50) for _ in range(2)] == [1, 0]
    session.commit()
    (written,) = leader.get(lead.url).json()["overlays"]
    assert (written["state"], written["ended_by"], written["ended_at"] is None) == ("ended", None, False)
    (event,) = house.sql("SELECT facts, actor_kind FROM events WHERE event = 'overlay:end'")
    assert (event.facts["cause"], event.actor_kind) == ("term", "system")


def test_next_of_a_kind_is_asked_for_as_soon_as_the_term_is_over(house: House):
    lead = house.lead()
    running(house, lead)
    house.sql("UPDATE overlays SET from_at = now() - interval '2 day', to_at = now() - interval '1 day'")
    assert ask(house, lead)["state"] == "asked"
    assert [row.state for row in house.sql("SELECT state FROM overlays ORDER BY id")] == ["ended", "asked"]


def test_overlay_from_a_later_day_does_not_hold_yet(house: House):
    lead = house.lead()
    later = (datetime.now(UTC) + timedelta(days=3)).isoformat()
    assert running(house, lead, **{"from": later})["state"] == "to_come"
    assert found(house) == []


def test_overlay_ends_with_a_reason_and_all_of_it_stands_on_the_lead(house: House):
    lead = house.lead()
    item = running(house, lead, "listed", listing=LISTING)
    version = house.version(lead)
    leader = house.signed_in("city", "leader")
    ended = leader.post(f"{lead.url}/overlays/{item['id']}/end", {"reason": "主犯已到案"})
    assert ended.status_code == 200, ended.text
    assert house.version(lead) == version + 1
    (shown,) = leader.get(lead.url).json()["overlays"]
    assert (shown["state"], shown["board_number"], shown["public"]) == ("ended", "2026-07", False)
    assert (shown["delisting_test"], shown["end_reason"]) == ("主犯到案", "主犯已到案")
    assert shown["asked_by"]["name"] != shown["approver"]["name"]
    assert leader.get(f"{lead.url}/overlays").json()["items"] == [shown]
    events = house.sql("SELECT event, facts FROM events WHERE event LIKE 'overlay:%' ORDER BY id")
    assert [row.event for row in events] == ["overlay:ask", "overlay:approve", "overlay:end"]
    assert all("到案" not in str(row.facts) for row in events)


def test_auditor_sees_that_but_not_why(house: House):
    lead = house.lead()
    running(house, lead)
    (shown,) = house.signed_in("city", "auditor").get(lead.url).json()["overlays"]
    assert (shown["kind"], shown["reason"]) == ("supervised", None)
