"""Destruction by key: when it comes, what goes with it, what is left, and what happens when it breaks."""

import threading
from datetime import UTC, datetime

from sqlalchemy import text
from sqlalchemy.orm import Session, sessionmaker

from huiyin.commands.expiring import expiring
from huiyin.kit.database.owner import Urls
from huiyin.kit.database.sessions import make_engine, make_sessions
from huiyin.leads.retention.destruction import destroy, destroy_expired
from huiyin.leads.retention.terms import warning
from tests.factories.closed import close, expire, gone, in_days, retention, run
from tests.factories.house import House

# --- destruction ---


def test_nothing_goes_before_its_agency_was_told_for_thirty_days(
    house: House, session: Session, sessions: sessionmaker[Session]
):
    """A lead that had expired before there was a notice, after an upgrade or a worker that was down."""
    lead = close(house)
    expire(house, lead, days=900)
    house.sql("UPDATE leads SET expiry_told_at = NULL WHERE id = :id", id=lead.id)
    assert run(sessions) == 0
    assert warning(datetime.now(UTC)).once(session, 50) == 1
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
    told = house.value(
        "SELECT facts ->> 'told' FROM events WHERE event = 'lead:submit' AND matter_id = :id", id=lead.id
    )
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
        "exonerations": {
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
    assert reviewer.post(f"{lead.url}/exclude", body, etag).status_code == 409
    named = {"kind": "person", "name": "赵某", "reason": "x"}
    assert reviewer.post(f"{lead.url}/add_subject", named, etag).status_code in {409, 422}
    assert retention(house, lead)["allowed_actions"] == []


def test_merged_leads_and_all_tips_go_with_the_lead_and_no_others(house: House, sessions: sessionmaker[Session]):
    lead = house.lead("registered")
    merged, apart = house.lead("screened"), house.lead("screened")
    house.act(merged, "merge", "city", "intake", target_lead_id=str(lead.id))
    house.walk(lead, "registered", "closed", given={"conclude": {"finding": "unsubstantiated"}})
    expire(house, lead)
    assert run(sessions) == 1
    assert gone(house, lead)
    assert house.value("SELECT count(*) FROM tips WHERE wrapped_key IS NULL") == 2
    assert house.value("SELECT destroyed_at FROM leads WHERE id = :id", id=merged.id) is not None
    assert not gone(house, apart)
    assert house.signed_in("city", "intake").get(merged.url).status_code == 200
    assert house.attempt(merged, "unmerge", house.signed_in("city", "intake")).status_code == 409
    assert house.receipt(merged)["expired"] is True


def test_tips_that_were_split_off_live_on_with_their_own_lead(house: House, sessions: sessionmaker[Session]):
    lead, second = house.lead("registered"), house.lead("screened")
    house.act(second, "merge", "city", "intake", target_lead_id=str(lead.id))
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
    assert retention(house, lead)["waits"] is None, "whoever reads the lead may be whom the branch is about"
    house.sql("UPDATE leads SET state = 'closed', is_open = false WHERE branch_of_id = :id", id=lead.id)
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
        f" WHEN (NEW.event = 'lead:destroy' AND NEW.matter_id = '{leads[0].id}') EXECUTE FUNCTION breaks()"
    )
    assert run(sessions) == 1
    assert [gone(house, lead) for lead in leads] == [False, True]
    assert house.value("SELECT count(*) FROM tip_words WHERE tip_id = :id", id=leads[0].tip_id) == 1
    assert house.receipt(leads[0])["expired"] is False
    house.sql("DROP TRIGGER breaks ON events")
    assert run(sessions) == 0, "it rests"
    house.sql("UPDATE job_items SET next_at = now()")
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
