"""Clock rules and calendars of years: an administrator sees what a change does, and running clocks stay where they are.

A year that nobody has announced is made up here: the package's own list ends before 2030.
"""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from huiyin.kit.working_days import BEIJING, packaged
from huiyin.machines import MACHINES
from huiyin.workflow.recompute import recomputing
from tests.client import Client
from tests.factories.house import House, Lead
from tests.factories.officers import make_officer

SOON = datetime(2040, 3, 1, tzinfo=BEIJING)
VERSION = {"amount": 5, "unit": "working_days", "effective_from": SOON.isoformat(), "basis": "本办规定第三条"}
CHANGE = {key: VERSION[key] for key in ("amount", "unit", "effective_from")}
# Monday 2 January 2040 and the week after it off; Saturday 7 January worked.
YEAR: dict[str, Any] = {
    "holidays": ["2040-01-02", "2040-01-03", "2040-01-04"],
    "working_days": ["2040-01-07"],
    "basis": "假设的通知",
}


def rule(client: Client, code: str) -> dict[str, Any]:
    answer = client.get("/api/v1/clock-rules")
    assert answer.status_code == 200, answer.text
    return next(item for item in answer.json()["items"] if item["code"] == code)


def known_before(house: House, year: int) -> None:
    """Every year until then is known, as it would be by that time."""
    officer = house.officer("city", "admin").id
    for one in range(2020, year):
        if not packaged(one):
            house.sql(
                "INSERT INTO working_years (year, holidays, working_days, basis, entered_by)"
                " VALUES (:year, '{}', '{}', 'x', :officer)",
                year=one,
                officer=officer,
            )


# --- rules ---


def test_version_that_is_still_to_come_is_listed_and_does_not_hold(house: House, admin: Client):
    made = admin.post("/api/v1/clock-rules/register/versions", VERSION)
    assert made.status_code == 201, made.text
    versions = rule(admin, "register")["versions"]
    assert [(one["version"], one["in_force"]) for one in versions] == [(2, False), (1, True)]
    assert versions[0]["made_by"]["id"] == str(house.officer("city", "admin").id)
    assert versions[1]["made_by"] is None
    lead = house.lead("screened")
    assert house.value("SELECT rule_version FROM clocks WHERE matter_id = :id AND stopped_at IS NULL", id=lead.id) == 1


def test_new_clocks_use_the_version_in_force_and_running_ones_keep_their_date(house: House, admin: Client):
    before = house.lead("screened")
    due = house.value("SELECT clock_due_at FROM leads WHERE id = :id", id=before.id)
    soon = (datetime.now(UTC) + timedelta(minutes=5)).isoformat()
    admin.post("/api/v1/clock-rules/register/versions", VERSION | {"amount": 9, "effective_from": soon})
    house.sql("UPDATE clock_rules SET effective_from = now() - interval '1 second' WHERE version = 2")
    after = house.lead("screened")
    rows = {
        row.matter_id: row for row in house.sql("SELECT * FROM clocks WHERE stopped_at IS NULL AND rule = 'register'")
    }
    assert (rows[before.id].rule_version, rows[before.id].due_at) == (1, due)
    assert (rows[after.id].rule_version, rows[after.id].basis) == (2, VERSION["basis"])
    assert rows[after.id].due_at > due + timedelta(days=5)


def test_preview_shows_both_dates_and_writes_nothing(house: House, admin: Client):
    for _ in range(5):
        house.lead("screened")
    events = house.value("SELECT count(*) FROM events")
    sample = datetime(2040, 3, 5, 10, tzinfo=BEIJING)  # a Monday
    known_before(house, 2041)
    told = admin.post("/api/v1/clock-rules/register/preview", CHANGE | {"sample": sample.isoformat()})
    assert told.status_code == 200, told.text
    body = told.json()
    assert datetime.fromisoformat(body["due_now"]["at"]).astimezone(BEIJING).date() == date(2040, 3, 7)
    assert datetime.fromisoformat(body["due_then"]["at"]).astimezone(BEIJING).date() == date(2040, 3, 12)
    assert body["running"] == 5
    assert [one["version"] for one in rule(admin, "register")["versions"]] == [1]
    assert house.value("SELECT count(*) FROM events") == events


def test_fewer_than_five_clocks_are_not_counted_for_who_may_see_no_lead(house: House, admin: Client):
    house.lead("screened")
    assert rule(admin, "register")["running"] is None
    assert rule(admin, "dispatch")["running"] == 0


def test_adding_a_version_is_an_event_and_a_repeat_adds_none(house: House, admin: Client):
    for _ in range(2):
        made = admin.post("/api/v1/clock-rules/acknowledge/versions", VERSION, {"Idempotency-Key": "k1"})
        assert (made.status_code, made.json()["version"]) == (201, 2)
    (event,) = house.sql("SELECT facts, actor_id FROM events WHERE event = 'clock_rule:add'")
    assert (event.facts["rule"], event.facts["version"], event.facts["amount"]) == ("acknowledge", 2, 5)


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"effective_from": "2020-01-01T00:00:00+08:00"}, "/effective_from"),
        ({"effective_from": "2040-01-01T00:00:00"}, "/effective_from"),
        ({"amount": 0}, "/amount"),
        ({"amount": 400}, ""),
        ({"unit": "weeks"}, "/unit"),
        ({"basis": " "}, "/basis"),
    ],
    ids=str,
)
def test_version_that_cannot_be_is_refused(admin: Client, change: dict[str, Any], pointer: str):
    answer = admin.post("/api/v1/clock-rules/acknowledge/versions", VERSION | change)
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, pointer)
    assert len(rule(admin, "acknowledge")["versions"]) == 1


def test_unknown_rule_is_refused(admin: Client):
    assert admin.post("/api/v1/clock-rules/nap/versions", VERSION).status_code == 422


def test_only_an_administrator_of_the_highest_office_that_has_one_decides(house: House, admin: Client):
    reviewer = house.signed_in("city", "reviewer")
    assert reviewer.post("/api/v1/clock-rules/acknowledge/versions", VERSION).json()["permission"] == "settings:manage"
    police = house.sign_in(make_officer(house.connection, house.agencies["police"], "admin"))
    above = house.signed_in("province", "admin")
    for who in (police, admin):
        for path, body in (
            ("clock-rules/acknowledge/versions", VERSION),
            ("clock-rules/acknowledge/preview", CHANGE),
            ("working-years", YEAR | {"year": 2040}),
            ("checklist-templates/general/versions", {"items": [ITEM]}),
        ):
            assert who.post(f"/api/v1/{path}", body).json()["rule"] == "not_highest_office"
    assert above.post("/api/v1/clock-rules/acknowledge/versions", VERSION).status_code == 201


def test_term_for_a_dispute_is_the_one_of_the_day_of_dispatch(house: House, admin: Client):
    lead = house.lead("dispatched")
    house.sql("UPDATE leads SET state_since = now() - interval '2 days' WHERE id = :id", id=lead.id)
    house.sql(
        "INSERT INTO clock_rules (code, version, amount, unit, basis, effective_from)"
        " VALUES ('dispute', 2, 1, 'hours', 'x', now() - interval '1 day')"
    )
    house.act(lead, "dispute", "district", "chief")


# --- years ---


def provisional(house: House, state: str = "screened") -> Lead:
    """A lead whose running clock began on 30 December 2039: two working days run into 2040."""
    lead = house.lead(state)
    start, end = datetime(2039, 12, 30, 10, tzinfo=BEIJING), datetime(2040, 1, 3, 23, 59, 59, tzinfo=BEIJING)
    moved = {"id": lead.id, "start": start, "end": end}
    house.sql(
        "UPDATE clocks SET started_at = :start, due_at = :end, provisional = true"
        " WHERE matter_id = :id AND stopped_at IS NULL",
        **moved,
    )
    house.sql("UPDATE leads SET clock_due_at = :end, clock_provisional = true WHERE id = :id", id=lead.id, end=end)
    house.sql(
        "UPDATE tips SET answer_due_at = :end, answer_due_provisional = true WHERE lead_id = :id", id=lead.id, end=end
    )
    return lead


def moved_events(house: House) -> list[Any]:
    return house.sql("SELECT * FROM events WHERE event = 'clock:recompute' ORDER BY id")


THEN = datetime(2039, 12, 31, tzinfo=UTC)
FINAL = datetime(2040, 1, 6, 23, 59, 59, tzinfo=BEIJING)  # 5 and 6 January are worked


def recomputed(session: Session, most: int = 200) -> None:
    """The job comes by."""
    recomputing(MACHINES, THEN).once(session, most)


def test_year_that_becomes_known_gives_provisional_clocks_their_date_once(
    house: House, admin: Client, session: Session
):
    known_before(house, 2040)
    lead = provisional(house)
    recomputed(session)
    assert moved_events(house) == [], "nothing is known yet"
    entered = admin.post("/api/v1/working-years", YEAR | {"year": 2040})
    assert entered.status_code == 201, entered.text
    recomputed(session)
    (event,) = moved_events(house)
    assert (event.matter_id, datetime.fromisoformat(event.facts["due_at"])) == (lead.id, FINAL)
    page = house.signed_in("city", "intake").get(lead.url).json()
    assert (datetime.fromisoformat(page["clock"]["due_at"]), page["clock"]["provisional"]) == (FINAL, False)
    told = house.receipt(lead)
    assert (datetime.fromisoformat(told["answer_due_at"]), told["provisional"]) == (FINAL, False)
    recomputed(session)
    assert len(moved_events(house)) == 1


def test_job_that_was_stopped_goes_on_where_it_stopped(house: House, admin: Client, session: Session):
    known_before(house, 2040)
    leads = [provisional(house) for _ in range(3)]
    admin.post("/api/v1/working-years", YEAR | {"year": 2040})
    recomputed(session, most=2)
    assert len(moved_events(house)) == 2
    recomputed(session)  # another worker, from the beginning
    assert {event.matter_id for event in moved_events(house)} == {lead.id for lead in leads}
    assert len(moved_events(house)) == 3


def test_time_that_a_clock_waited_is_kept(house: House, admin: Client, session: Session):
    known_before(house, 2040)
    lead = provisional(house)
    house.sql(
        "INSERT INTO clock_pauses (clock_id, matter_id, reason_code, from_at, to_at)"
        " SELECT id, matter_id, 'force_majeure', started_at, started_at + interval '7 days'"
        " FROM clocks WHERE matter_id = :id AND stopped_at IS NULL",
        id=lead.id,
    )
    admin.post("/api/v1/working-years", YEAR | {"year": 2040})
    recomputed(session)
    due = house.value("SELECT clock_due_at FROM leads WHERE id = :id", id=lead.id)
    assert due == datetime(2040, 1, 9, 23, 59, 59, tzinfo=BEIJING), "5 and 6 January waited; 7 is worked, then 9"


def test_date_that_stays_where_it_was_is_final_without_an_event(house: House, admin: Client, session: Session):
    known_before(house, 2040)
    lead = provisional(house)
    later = YEAR | {"year": 2040, "holidays": ["2040-02-14"], "working_days": []}
    assert admin.post("/api/v1/working-years", later).status_code == 201
    recomputed(session)
    assert house.value("SELECT clock_provisional FROM leads WHERE id = :id", id=lead.id) is False
    assert moved_events(house) == []


def test_preview_of_a_year_counts_and_writes_nothing(house: House, admin: Client, session: Session):
    known_before(house, 2040)
    for _ in range(5):
        provisional(house)
    told = admin.post("/api/v1/working-years/preview", YEAR | {"year": 2040})
    assert told.status_code == 200, told.text
    assert told.json() == {"year": 2040, "working_days": 261 - 3 + 1, "weekdays_off": 3, "provisional": 5}
    assert house.value("SELECT count(*) FROM working_years WHERE year = 2040") == 0


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"year": 2026}, 422),
        ({"holidays": ["2041-01-01"]}, 422),
        ({"working_days": ["2040-01-06"]}, 422),
        ({"holidays": ["2040-01-07"]}, 422),
        ({"holidays": []}, 422),
        ({"year": 2042, "holidays": ["2042-01-01"], "working_days": []}, 422),
        ({"year": 2026, "holidays": ["2026-01-01"], "working_days": []}, 409),
    ],
    ids=str,
)
def test_year_that_cannot_be_is_refused(house: House, admin: Client, change: dict[str, Any], status: int):
    known_before(house, 2040)
    answer = admin.post("/api/v1/working-years", YEAR | {"year": 2040} | change)
    assert answer.status_code == status, answer.text
    assert house.value("SELECT count(*) FROM working_years WHERE basis = '假设的通知'") == 0


def test_year_is_entered_once(house: House, admin: Client):
    known_before(house, 2040)
    assert admin.post("/api/v1/working-years", YEAR | {"year": 2040}).status_code == 201
    assert admin.post("/api/v1/working-years", YEAR | {"year": 2040}).status_code == 409
    listed = admin.get("/api/v1/working-years").json()
    assert (listed["known_until"], listed["items"][-1]["year"]) == (2040, 2040)


# --- checklist templates ---

ITEM = {"code": "photos_taken", "zh_cn": "现场拍照", "zh_hant": "現場拍照", "en": "Photos taken"}


def codes(client: Client, lead: Lead) -> list[str]:
    answer = client.get(f"{lead.url}/checklist")
    assert answer.status_code == 200, answer.text
    return [item["code"] for item in answer.json()["items"]]


def test_new_template_is_for_verifications_that_begin_later(house: House, admin: Client):
    before = house.lead("verifying")
    verifier = house.signed_in("district", "verifier")
    had = codes(verifier, before)
    made = admin.post("/api/v1/checklist-templates/general/versions", {"items": [ITEM]})
    assert (made.status_code, made.json()["version"], made.json()["newest"]) == (201, 2, True)
    after = house.lead("verifying")
    assert codes(verifier, before) == had
    assert codes(verifier, after)[0] == "photos_taken"
    assert house.value("SELECT facts->>'version' FROM events WHERE event = 'checklist_template:add'") == "2"
    listed = admin.get("/api/v1/checklist-templates").json()["items"][0]
    assert (listed["conduct"], [one["version"] for one in listed["versions"]]) == ("general", [2, 1])


@pytest.mark.parametrize(
    ("conduct", "items"),
    [
        ("general", []),
        ("general", [ITEM, ITEM]),
        ("general", [ITEM | {"en": ""}]),
        ("no_such_conduct", [ITEM]),
        ("extortion", [ITEM | {"code": "scene_visited"}]),
    ],
    ids=str,
)
def test_template_that_cannot_be_is_refused(admin: Client, conduct: str, items: list[dict[str, str]]):
    before = admin.get("/api/v1/checklist-templates").json()
    answer = admin.post(f"/api/v1/checklist-templates/{conduct}/versions", {"items": items})
    assert answer.status_code == 422, answer.text
    assert admin.get("/api/v1/checklist-templates").json() == before
