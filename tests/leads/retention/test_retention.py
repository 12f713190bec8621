"""Keeping by rule: what expires and when, who is told, and who finds nothing of it."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy.orm import Session, sessionmaker

from huiyin.kit.working_days import BEIJING
from huiyin.leads.retention.terms import DATING, warning
from tests.factories.closed import close, expire, gone, hold, retention, run
from tests.factories.house import House

# --- what expires, and when ---


@pytest.mark.parametrize(("finding", "years"), [("unsubstantiated", 1), ("false_report", 1), ("undetermined", 5)])
def test_closing_sets_the_last_day_by_the_rule_of_the_finding(house: House, finding: str, years: int):
    lead = close(house, finding)
    shown = retention(house, lead)
    expected = datetime.now(BEIJING).date() + timedelta(days=round(365.25 * years))
    assert shown["rule"] == finding
    assert abs(date.fromisoformat(shown["expires_on"]) - expected) <= timedelta(days=2), "leap days and midnight"
    assert shown["basis"]
    assert house.signed_in("city", "reviewer").get(lead.url).json()["expires_on"] == shown["expires_on"]


@pytest.mark.parametrize("finding", ["substantiated", "partly_substantiated"])
def test_what_was_substantiated_does_not_expire(house: House, finding: str):
    shown = retention(house, close(house, finding))
    assert (shown["rule"], shown["expires_on"]) == (None, None)


def test_reopened_lead_no_longer_expires_and_is_dated_anew_when_it_closes(
    house: House, sessions: sessionmaker[Session]
):
    lead = close(house)
    house.act(lead, "reopen", "city", "reviewer")
    assert house.value("SELECT expires_on FROM leads WHERE id = :id", id=lead.id) is None
    assert run(sessions, days_ahead=4000) == 0
    assert not gone(house, lead)


def test_lead_that_was_closed_before_there_were_rules_gets_its_date_by_the_job(house: House, session: Session):
    lead = close(house)
    before = house.value("SELECT expires_on FROM leads WHERE id = :id", id=lead.id)
    house.sql("UPDATE leads SET expires_on = NULL, retention_rule = NULL WHERE id = :id", id=lead.id)
    assert DATING.once(session, 50) == 1
    session.commit()
    assert house.value("SELECT expires_on FROM leads WHERE id = :id", id=lead.id) == before
    assert DATING.once(session, 50) == 0


def test_undetermined_lead_from_before_gets_its_review_clock_with_its_date(house: House, session: Session):
    lead = close(house, "undetermined")
    house.sql("UPDATE clocks SET stopped_at = now() WHERE matter_id = :id", id=lead.id)
    house.sql("UPDATE leads SET expires_on = NULL, clock_rule = NULL, clock_due_at = NULL WHERE id = :id", id=lead.id)
    assert DATING.once(session, 50) == 1
    session.commit()
    assert house.signed_in("city", "reviewer").get(lead.url).json()["clock"]["rule"] == "review_undetermined"


def test_new_rule_moves_no_date_that_was_set(house: House):
    lead = close(house)
    before = retention(house, lead)["expires_on"]
    admin = house.signed_in("province", "admin")
    later = (datetime.now(UTC) + timedelta(minutes=1)).isoformat()
    body = {"months": 6, "basis": "某文件〔2026〕1 号", "effective_from": later}
    made = admin.post("/api/v1/retention-rules/unsubstantiated/versions", body)
    assert made.status_code == 201, made.text
    assert (made.json()["version"], made.json()["in_force"]) == (2, False)
    assert retention(house, lead)["expires_on"] == before
    past = body | {"effective_from": "2020-01-01T00:00:00+08:00"}
    refused = admin.post("/api/v1/retention-rules/unsubstantiated/versions", past)
    assert refused.json()["errors"][0]["pointer"] == "/effective_from"
    assert (
        house.signed_in("city", "admin").post("/api/v1/retention-rules/unsubstantiated/versions", body).json()["rule"]
        == "not_highest_office"
    )


def test_agency_is_told_once_thirty_days_before(house: House, session: Session):
    lead = close(house)
    now = datetime.now(UTC)
    assert warning(now).once(session, 50) == 0
    assert [warning(now + timedelta(days=340)).once(session, 50) for _ in range(2)] == [1, 0]
    session.commit()
    (notice,) = house.signed_in("district", "chief").get("/api/v1/me/notices").json()["items"]
    assert (notice["kind"], notice["lead"]["id"], notice["due_at"]) == ("expiry", str(lead.id), None)
    assert notice["facts"]["expires_on"] == retention(house, lead)["expires_on"]
    assert house.signed_in("market", "chief").get("/api/v1/me/notices").json()["items"] == []


def test_undetermined_lead_is_reviewed_every_six_months_and_never_beyond_its_end(house: House):
    lead = close(house, "undetermined")
    reviewer = house.signed_in("city", "reviewer")
    clock = reviewer.get(lead.url).json()["clock"]
    assert clock["rule"] == "review_undetermined"
    assert "review" in retention(house, lead)["allowed_actions"]
    answer = reviewer.post(f"{lead.url}/retention/review", {"note": "无新情况"})
    assert answer.status_code == 200, answer.text
    expire(house, lead, days=-30)
    reviewer.post(f"{lead.url}/retention/review", {"note": "无新情况"})
    due = datetime.fromisoformat(reviewer.get(lead.url).json()["clock"]["due_at"])
    assert due < datetime.now(UTC) + timedelta(days=32)
    refused = house.signed_in("city", "reviewer").post(f"{close(house).url}/retention/review", {"note": "x"})
    assert refused.status_code == 409


def test_upcoming_leads_are_listed_first_to_go_first_and_only_those_one_sees(house: House):
    first, second = close(house), close(house)
    close(house, "substantiated")
    expire(house, first, days=-20)
    expire(house, second, days=-10)
    page = house.signed_in("district", "chief").get("/api/v1/retention/upcoming?days=30&limit=1")
    assert [item["id"] for item in page.json()["items"]] == [str(second.id)]
    cursor = page.json()["next_cursor"]
    after = house.signed_in("district", "chief").get(f"/api/v1/retention/upcoming?days=30&limit=1&cursor={cursor}")
    assert [item["id"] for item in after.json()["items"]] == [str(first.id)]
    assert house.signed_in("district", "chief").get("/api/v1/retention/upcoming?days=15").json()["next_cursor"] is None
    assert house.signed_in("market", "chief").get("/api/v1/retention/upcoming").json()["items"] == []


# --- who is excluded ---


def test_excluded_officers_find_nothing_of_it_anywhere(house: House, session: Session):
    lead = close(house)
    asked = hold(house, lead)
    warning(datetime.now(UTC) + timedelta(days=340)).once(session, 50)
    session.commit()
    assert house.signed_in("district", "chief").get("/api/v1/me/notices").json()["items"]
    (notice,) = house.sql("SELECT id FROM lead_notices WHERE agency_id = :id", id=house.agencies["district"].id)
    body = {"agency_id": str(house.agencies["district"].id), "reason": "被举报单位"}
    hidden = house.signed_in("city", "reviewer").post(
        f"{lead.url}/exclude", body, {"If-Match": f'"v{house.version(lead)}"'}
    )
    assert hidden.status_code == 200, hidden.text
    chief = house.signed_in("district", "chief")
    assert chief.get("/api/v1/me/notices").json()["items"] == []
    assert chief.get("/api/v1/retention/upcoming?days=3660").json()["items"] == []
    for answer in (
        chief.get(f"{lead.url}/retention"),
        chief.post(f"{lead.url}/holds", {"to": "2027-01-01", "reason": "x"}),
        chief.post(f"{lead.url}/holds/{asked['id']}/lift", {"reason": "x"}),
        chief.post(f"/api/v1/notices/{notice.id}/acknowledgement"),
    ):
        assert answer.status_code == 404, answer.text
