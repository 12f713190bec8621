"""Keeping by rule and destruction by key: what expires, what is left of it, and what keeps it from expiring."""

import threading
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, sessionmaker

from huiyin.expiring import expiring
from huiyin.kit.database import make_engine, make_sessions
from huiyin.kit.database_owner import Urls
from huiyin.leads.destruction import destroy, destroy_expired
from huiyin.leads.holds import end_due
from huiyin.leads.retention import date_closed, warn
from tests.database import as_owner
from tests.factories.closed import close, expire, in_days, run
from tests.factories.house import House, Lead


def retention(house: House, lead: Lead, place: str = "city", role: str = "reviewer") -> dict[str, Any]:
    answer = house.signed_in(place, role).get(f"{lead.url}/retention")
    assert answer.status_code == 200, answer.text
    return answer.json()  # type: ignore[no-any-return]


def gone(house: House, lead: Lead) -> bool:
    """Whether the keys of the lead and of its tips are destroyed: none or all."""
    keys = house.sql(
        "SELECT wrapped_key FROM leads WHERE id = :id UNION ALL SELECT wrapped_key FROM tips WHERE lead_id = :id",
        id=lead.id,
    )
    left = [row.wrapped_key is not None for row in keys]
    assert any(left) == all(left), "half of it was destroyed"
    return not any(left)


# --- what expires, and when ---


@pytest.mark.parametrize(("finding", "years"), [("unsubstantiated", 1), ("false_report", 1), ("undetermined", 5)])
def test_closing_sets_the_last_day_by_the_rule_of_the_finding(house: House, finding: str, years: int):
    lead = close(house, finding)
    shown = retention(house, lead)
    today = datetime.now(UTC).astimezone(tz=None).date()
    assert shown["rule"] == finding
    assert abs(date.fromisoformat(shown["expires_on"]) - today.replace(year=today.year + years)) <= timedelta(days=1)
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
    assert date_closed(session) == 1
    session.commit()
    assert house.value("SELECT expires_on FROM leads WHERE id = :id", id=lead.id) == before
    assert date_closed(session) == 0


def test_undetermined_lead_from_before_gets_its_review_clock_with_its_date(house: House, session: Session):
    lead = close(house, "undetermined")
    house.sql("UPDATE clocks SET stopped_at = now() WHERE lead_id = :id", id=lead.id)
    house.sql("UPDATE leads SET expires_on = NULL, clock_rule = NULL, clock_due_at = NULL WHERE id = :id", id=lead.id)
    assert date_closed(session) == 1
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
    assert warn(session, now) == 0
    assert [warn(session, now + timedelta(days=340)) for _ in range(2)] == [1, 0]
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


# --- destruction ---


def test_nothing_goes_before_its_agency_was_told_for_thirty_days(
    house: House, session: Session, sessions: sessionmaker[Session]
):
    """A lead that had expired before there was a notice, after an upgrade or a worker that was down."""
    lead = close(house)
    expire(house, lead, days=900)
    house.sql("UPDATE leads SET expiry_told_at = NULL WHERE id = :id", id=lead.id)
    assert run(sessions) == 0
    assert warn(session, datetime.now(UTC)) == 1
    session.commit()
    assert (run(sessions), run(sessions, days_ahead=29)) == (0, 0)
    assert run(sessions, days_ahead=31) == 1
    assert gone(house, lead)


def test_lead_on_its_last_day_is_still_there(house: House, sessions: sessionmaker[Session]):
    lead = close(house)
    expire(house, lead, days=0)
    assert run(sessions) == 0
    assert not gone(house, lead)


def test_after_destruction_every_page_shows_a_tombstone_and_none_an_error(
    house: House, sessions: sessionmaker[Session]
):
    lead = close(house, narrative="钱多多在三号市场收取卫生费，电话 13800138000")
    other = house.file(narrative="三号市场收取卫生费的人电话 13800138000")
    intake, reviewer = house.signed_in("city", "intake"), house.signed_in("city", "reviewer")
    assert reviewer.post(f"{lead.url}/notes", {"text": "钱多多当日不在本市"}).status_code == 201
    assert intake.get(f"{other.url}/links").json()["items"], "they were proposed as one matter"
    expire(house, lead)
    assert run(sessions) == 1
    assert gone(house, lead)

    page = reviewer.get(lead.url)
    assert page.status_code == 200, page.text
    shown = page.json()
    assert shown["destroyed_at"] is not None
    assert (shown["tips"][0]["expired"], shown["tips"][0]["narrative"]) == (True, None)
    assert [one["name"] for one in shown["tips"][0]["subjects"]] == [None, None]
    for part in ("timeline", "messages", "links", "graph", "notes", "overlays", "checklist", "identity", "retention"):
        answer = reviewer.get(f"{lead.url}/{part}")
        assert answer.status_code == 200, (part, answer.text)
        assert "钱多多" not in answer.text
        assert "卫生费" not in answer.text
    assert intake.get("/api/v1/leads/search?q=卫生费").json()["items"][0]["id"] == str(other.id)
    assert len(intake.get("/api/v1/leads/search?q=卫生费").json()["items"]) == 1
    assert intake.get(f"{other.url}/links").json()["items"] == []
    (row,) = [row for row in intake.get("/api/v1/leads").json()["items"] if row["id"] == str(lead.id)]
    assert row["destroyed_at"] is not None
    for table in ("tip_words", "tip_terms", "tip_signs", "selectors", "identity_envelopes"):
        assert house.value(f"SELECT count(*) FROM {table} WHERE tip_id = :id", id=lead.tip_id) == 0


def test_tombstone_says_by_which_rule_how_much_and_the_hash_that_the_trail_had(
    house: House, sessions: sessionmaker[Session]
):
    lead = close(house)
    told = house.value("SELECT facts ->> 'told' FROM events WHERE event = 'lead:submit' AND lead_id = :id", id=lead.id)
    expire(house, lead)
    run(sessions)
    rows = {row.event: row.facts for row in house.sql("SELECT event, facts FROM events WHERE event LIKE '%destroy'")}
    assert rows["tip:destroy"] == {"told": told}
    tombstone = rows["lead:destroy"]
    assert (tombstone["rule"], tombstone["rule_version"], tombstone["tips"]) == ("unsubstantiated", 1, 1)
    assert tombstone["messages"] == 1
    assert run(sessions) == 0, "once"
    assert house.value("SELECT count(*) FROM events WHERE event = 'lead:destroy'") == 1


def test_reporter_still_reads_that_it_was_handled_and_that_the_record_has_expired(
    house: House, sessions: sessionmaker[Session]
):
    lead = close(house)
    assert house.receipt(lead)["expired"] is False
    expire(house, lead)
    run(sessions)
    receipt = house.receipt(lead)
    assert (receipt["stage"], receipt["expired"]) == ("closed", True)
    assert (receipt["answer"], receipt["can_write"], receipt["can_object"]) == (None, False, False)
    wrote = house.connect().post("/api/v1/public/receipts/messages", {"token": lead.code.token, "text": "还在吗"})
    assert wrote.status_code == 409
    objected = house.connect().post("/api/v1/public/receipts/objection", {"token": lead.code.token, "text": "不服"})
    assert objected.status_code == 409
    rated = house.connect().post("/api/v1/public/receipts/rating", {"token": lead.code.token, "satisfied": True})
    assert rated.status_code in {200, 409}


def test_nothing_can_be_added_to_a_destroyed_lead(house: House, sessions: sessionmaker[Session]):
    lead = close(house)
    expire(house, lead)
    run(sessions)
    reviewer = house.signed_in("city", "reviewer")
    tries = {
        "notes": {"text": "x"},
        "holds": {"to": in_days(30), "reason": "x"},
        "corrections": {"tip_id": str(lead.tip_id), "seq": 0, "name": "x", "reason": "x"},
        "clearings": {
            "subjects": [{"tip_id": str(lead.tip_id), "seq": 0}],
            "document_number": "1",
            "reason": "x",
        },
    }
    for part, body in tries.items():
        answer = reviewer.post(f"{lead.url}/{part}", body)
        assert answer.status_code == 409, (part, answer.text)
    assert house.attempt(lead, "reopen", reviewer).status_code == 409
    page = reviewer.get(lead.url).json()
    assert (page["actions"], page["allowed_actions"]) == ([], []), "no verb is offered that would be refused"
    body = {"officer_id": str(house.officer("district", "verifier").id), "reason": "x"}
    etag = {"If-Match": f'"v{house.version(lead)}"'}
    assert reviewer.post(f"{lead.url}/exclusions", body, etag).status_code in {200, 409}
    named = {"kind": "person", "name": "赵某", "reason": "x"}
    assert reviewer.post(f"{lead.url}/subjects", named, etag).status_code in {409, 422}
    assert retention(house, lead)["allowed_actions"] == []


def test_attached_leads_and_all_tips_go_with_the_lead_and_no_others(house: House, sessions: sessionmaker[Session]):
    lead = house.lead("registered")
    attached, apart = house.lead("screened"), house.lead("screened")
    house.act(attached, "attach", "city", "intake", target_lead_id=str(lead.id))
    house.walk(lead, "registered", "closed", given={"conclude": {"finding": "unsubstantiated"}})
    expire(house, lead)
    assert run(sessions) == 1
    assert gone(house, lead)
    assert house.value("SELECT count(*) FROM tips WHERE wrapped_key IS NULL") == 2
    assert house.value("SELECT destroyed_at FROM leads WHERE id = :id", id=attached.id) is not None
    assert not gone(house, apart)
    assert house.signed_in("city", "intake").get(attached.url).status_code == 200
    assert house.attempt(attached, "unmerge", house.signed_in("city", "intake")).status_code == 409
    assert house.receipt(attached)["expired"] is True


def test_tips_that_were_split_off_live_on_with_their_own_lead(house: House, sessions: sessionmaker[Session]):
    lead, second = house.lead("registered"), house.lead("screened")
    house.act(second, "attach", "city", "intake", target_lead_id=str(lead.id))
    body = {"tip_ids": [str(second.tip_id)], "reason": "另一伙人"}
    intake = house.signed_in("city", "intake")
    answer = intake.post(f"{lead.url}/split", body, {"If-Match": f'"v{house.version(lead)}"'})
    assert answer.status_code == 200, answer.text
    house.walk(lead, "registered", "closed", given={"conclude": {"finding": "unsubstantiated"}})
    expire(house, lead)
    assert run(sessions) == 1
    assert house.receipt(second)["expired"] is False
    assert house.value("SELECT wrapped_key IS NOT NULL FROM tips WHERE id = :id", id=second.tip_id)


def test_open_branch_keeps_the_lead_from_which_it_was_split(house: House, sessions: sessionmaker[Session]):
    lead = house.lead("registered")
    discipline = str(house.agencies["discipline"].id)
    answer = house.signed_in("city", "dispatcher").post(
        f"{lead.url}/branch",
        {"agency_id": discipline, "allegation": "有人打招呼"},
        {"If-Match": f'"v{house.version(lead)}"'},
    )
    assert answer.status_code == 200, answer.text
    house.walk(lead, "registered", "closed", given={"conclude": {"finding": "unsubstantiated"}})
    expire(house, lead)
    assert run(sessions) == 0
    assert retention(house, lead)["waits"] == "branch"
    house.sql("UPDATE leads SET state = 'closed' WHERE branch_of_id = :id", id=lead.id)
    assert run(sessions) == 1


# --- when something breaks, or two do it at once ---


def test_lead_that_breaks_half_way_stays_whole_and_the_others_go(house: House, sessions: sessionmaker[Session]):
    leads = [close(house), close(house)]
    expire(house, *leads)
    house.sql(
        "CREATE FUNCTION breaks() RETURNS trigger LANGUAGE plpgsql AS"
        " $$ BEGIN RAISE EXCEPTION 'disk' USING ERRCODE = 'disk_full'; END $$"
    )
    house.sql(
        "CREATE TRIGGER breaks BEFORE INSERT ON events FOR EACH ROW"
        f" WHEN (NEW.event = 'lead:destroy' AND NEW.lead_id = '{leads[0].id}') EXECUTE FUNCTION breaks()"
    )
    assert run(sessions) == 1
    assert [gone(house, lead) for lead in leads] == [False, True]
    assert house.value("SELECT count(*) FROM tip_words WHERE tip_id = :id", id=leads[0].tip_id) == 1
    assert house.receipt(leads[0])["expired"] is False
    house.sql("DROP TRIGGER breaks ON events")
    assert run(sessions) == 1
    assert gone(house, leads[0])


def test_two_workers_destroy_each_lead_once_and_a_hold_that_is_asked_for_meanwhile_wins(live: Urls, committed: House):
    engine = make_engine(live.app, 4)
    sessions = make_sessions(engine)
    try:
        leads = [close(committed) for _ in range(4)]
        expire(committed, *leads)
        held = leads[0]
        body = {"to": in_days(30), "reason": "关联案件"}
        with committed.connection.engine.connect() as other:  # somebody is changing the lead while the job passes
            other.execute(text("BEGIN"))
            other.execute(text("SELECT FROM leads WHERE id = :id FOR UPDATE"), {"id": held.id})
            done: list[int] = []
            workers = [
                threading.Thread(target=lambda: done.append(destroy_expired(sessions, datetime.now(UTC))))
                for _ in range(2)
            ]
            for worker in workers:
                worker.start()
            for worker in workers:
                worker.join()
            other.execute(text("COMMIT"))
        assert sum(done) == 3
        assert committed.signed_in("district", "chief").post(f"{held.url}/holds", body).status_code == 201
        assert destroy_expired(sessions, datetime.now(UTC)) == 0
        # A job that had found the lead before the hold was asked for looks again once it has the lock.
        with sessions() as session:
            assert destroy(session, held.id, datetime.now(UTC)) is False
            session.rollback()
        assert [gone(committed, lead) for lead in leads] == [False, True, True, True]
        assert committed.value("SELECT count(*) FROM events WHERE event = 'lead:destroy'") == 3
        listed = {row.number: row.waits for row in expiring(live.owner, 0)}
        number = committed.value("SELECT number FROM leads WHERE id = :id", id=held.id)
        assert listed == {number: "hold"}
    finally:
        engine.dispose()


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


# --- legal hold ---


def hold(house: House, lead: Lead, place: str = "district", role: str = "chief", **changes: Any) -> dict[str, Any]:
    body = {"to": in_days(60), "reason": "关联案件在审"} | changes
    answer = house.signed_in(place, role).post(f"{lead.url}/holds", body)
    assert answer.status_code == 201, answer.text
    return answer.json()  # type: ignore[no-any-return]


def test_hold_needs_an_officer_of_another_agency(house: House):
    lead = close(house)
    asked = hold(house, lead)
    for role in ("chief", "chief second"):
        answer = house.signed_in("district", role).post(f"{lead.url}/holds/{asked['id']}/decision", {"agreed": True})
        assert (answer.status_code, answer.json()["rule"]) == (403, "own_agency")
    granted = house.signed_in("city", "reviewer").post(f"{lead.url}/holds/{asked['id']}/decision", {"agreed": True})
    assert (granted.status_code, granted.json()["state"]) == (200, "running")
    again = house.signed_in("city", "reviewer").post(f"{lead.url}/holds/{asked['id']}/decision", {"agreed": False})
    assert again.status_code == 409
    assert (
        house.signed_in("city", "reviewer").post(f"{lead.url}/holds", {"to": in_days(60), "reason": "x"}).status_code
        == 409
    ), "one at a time"


def test_even_the_database_refuses_a_grant_by_the_askers_agency(house: House):
    lead = close(house)
    asked = hold(house, lead)
    with (
        as_owner(house.connection),
        pytest.raises(IntegrityError, match="ck_legal_holds_four_eyes"),
        house.connection.begin_nested(),
    ):
        house.connection.execute(
            text(
                "UPDATE legal_holds SET decided_by = :other, decided_agency_id = asked_agency_ids[1], agreed = true"
                " WHERE id = :id"
            ),
            {"id": asked["id"], "other": house.officer("city", "reviewer").id},
        )


@pytest.mark.parametrize("granted", [True, False, None])
def test_hold_that_waits_or_runs_stops_expiry_and_a_refused_one_does_not(
    house: House, sessions: sessionmaker[Session], granted: bool | None
):
    lead = close(house)
    asked = hold(house, lead)
    if granted is not None:
        reviewer = house.signed_in("city", "reviewer")
        assert reviewer.post(f"{lead.url}/holds/{asked['id']}/decision", {"agreed": granted}).status_code == 200
    expire(house, lead)
    kept = granted is not False
    assert retention(house, lead)["waits"] == ("hold" if kept else None)
    assert run(sessions) == (0 if kept else 1)
    assert gone(house, lead) is not kept


def test_hold_is_lifted_by_another_agency_only_and_ends_by_itself_with_a_notice(
    house: House, session: Session, sessions: sessionmaker[Session]
):
    lead, other = close(house), close(house)
    reviewer = house.signed_in("city", "reviewer")
    for one in (lead, other):
        asked = hold(house, one)
        reviewer.post(f"{one.url}/holds/{asked['id']}/decision", {"agreed": True})
    expire(house, lead, other)
    ((id_,),) = house.sql("SELECT id FROM legal_holds WHERE lead_id = :id", id=lead.id)
    refused = house.signed_in("district", "chief").post(f"{lead.url}/holds/{id_}/lift", {"reason": "不必"})
    assert (refused.status_code, refused.json()["rule"]) == (403, "own_agency")
    lifted = reviewer.post(f"{lead.url}/holds/{id_}/lift", {"reason": "已审结"})
    assert (lifted.status_code, lifted.json()["state"]) == (200, "ended")
    assert (run(sessions), run(sessions, days_ahead=29)) == (0, 0), "thirty days from when it was told"
    assert run(sessions, days_ahead=31) == 1
    later = datetime.now(UTC) + timedelta(days=62)
    assert [end_due(session, later) for _ in range(2)] == [1, 0]
    session.commit()
    assert retention(house, other)["holds"][0]["ended_at"] is not None
    told = house.signed_in("district", "chief").get("/api/v1/me/notices").json()["items"]
    assert [(one["kind"], one["facts"]["cause"]) for one in told] == [("hold_ended", "term"), ("hold_ended", "lifted")]


def test_request_that_nobody_decides_lapses_and_another_may_be_made(house: House, session: Session):
    lead = close(house)
    hold(house, lead)
    house.sql("UPDATE legal_holds SET asked_at = now() - interval '15 days'")
    assert retention(house, lead)["holds"][0]["state"] == "lapsed"
    hold(house, lead)
    house.sql("UPDATE legal_holds SET asked_at = now() - interval '15 days'")
    assert end_due(session, datetime.now(UTC)) == 1


@pytest.mark.parametrize("to", ["2020-01-01", "2099-01-01"])
def test_hold_has_a_term_of_two_years_at_most(house: House, to: str):
    answer = house.signed_in("district", "chief").post(f"{close(house).url}/holds", {"to": to, "reason": "x"})
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/to")


# --- who is excluded ---


def test_excluded_officers_find_nothing_of_it_anywhere(house: House, session: Session):
    lead = close(house)
    asked = hold(house, lead)
    warn(session, datetime.now(UTC) + timedelta(days=340))
    session.commit()
    assert house.signed_in("district", "chief").get("/api/v1/me/notices").json()["items"]
    (notice,) = house.sql("SELECT id FROM lead_notices WHERE agency_id = :id", id=house.agencies["district"].id)
    body = {"agency_id": str(house.agencies["district"].id), "reason": "被举报单位"}
    hidden = house.signed_in("city", "reviewer").post(
        f"{lead.url}/exclusions", body, {"If-Match": f'"v{house.version(lead)}"'}
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
