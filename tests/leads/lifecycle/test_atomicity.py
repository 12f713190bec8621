"""Nothing is half written: whatever breaks inside a move, the database is what it was before, and the answer says so.

A trigger raises at a write that comes after the first one, once at each table that a move writes. On a database of its
own, where a commit is a commit, a commit that fails answers an error, never a 2xx.
"""

from typing import Any

import httpx
import pytest
from sqlalchemy import Connection, text

from tests.client import Connect
from tests.database import as_owner
from tests.factories.house import House, Lead
from tests.factories.tips import ReceiptCode, tip_body

# verb: (state, place and role of who carries it out, tables that it writes besides the lead)
INTAKE = "leads tips subjects tip_exclusions assignments clocks events idempotency_keys"

BREAK = """
CREATE FUNCTION pg_temp.broken() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'the disk is full' USING ERRCODE = 'disk_full'; END $$;
"""


def dump(connection: Connection) -> dict[str, Any]:
    """Every row of every table, in order; what the session of an officer notes about itself aside."""
    with as_owner(connection):
        tables = connection.execute(
            text("SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace")
        ).scalars()
        skipped = {"regions", "terms", "clock_rules", "sessions", "alembic_version"}
        return {
            table: connection.execute(
                text(f"SELECT md5(string_agg(t::text, E'\\n' ORDER BY t::text)) FROM \"{table}\" t")
            ).scalar_one()
            for table in sorted(set(tables) - skipped)
            if not table.startswith("procrastinate")
        }


def broken_at(connection: Connection, table: str, attempt: Any) -> httpx.Response:
    """What `attempt` answers while every write to `table` fails; nothing of the trigger stays."""
    savepoint = connection.begin_nested()
    with as_owner(connection):
        connection.execute(text(BREAK))
        connection.execute(
            text(
                f"CREATE TRIGGER broken BEFORE INSERT OR UPDATE OR DELETE ON {table}"
                " FOR EACH ROW EXECUTE FUNCTION pg_temp.broken()"
            )
        )
    before = dump(connection)
    answer: httpx.Response = attempt()
    assert dump(connection) == before, f"half written when {table} fails"
    savepoint.rollback()
    return answer


@pytest.mark.parametrize("table", INTAKE.split())
def test_public_tip_that_breaks_half_way_leaves_nothing(house: House, table: str):
    body = tip_body(exclusions=[{"official": "某主任"}])
    answer = broken_at(
        house.connection,
        table,
        lambda: house.connect().post("/api/v1/public/tips", body, {"Idempotency-Key": "the-same"}),
    )
    assert answer.status_code == 500
    again = house.connect().post("/api/v1/public/tips", body, {"Idempotency-Key": "the-same"})
    assert (again.status_code, "idempotency-replayed" in again.headers) == (201, False)


@pytest.mark.parametrize("table", INTAKE.split())
def test_registered_call_that_breaks_half_way_leaves_nothing(house: House, table: str):
    body = tip_body(channel_id=str(house.channels["hotline"]), exclusions=[{"official": "某主任"}])
    who = house.signed_in("city", "intake")
    answer = broken_at(house.connection, table, lambda: who.post("/api/v1/tips", body, {"Idempotency-Key": "the-same"}))
    assert answer.status_code == 500


@pytest.mark.parametrize("table", ["messages", "events"])
def test_message_that_breaks_half_way_leaves_nothing(house: House, table: str):
    lead = house.lead("verifying")
    who = house.signed_in("district", "verifier")
    for attempt in (
        lambda: who.post(f"{lead.url}/messages", {"text": "何时？"}),
        lambda: house.connect().post("/api/v1/public/receipts/messages", {"token": lead.code.token, "text": "昨天"}),
    ):
        assert broken_at(house.connection, table, attempt).status_code == 500


# --- real commits ---

FAILS_AT_COMMIT = """
CREATE FUNCTION fails_at_commit() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'no' USING ERRCODE = 'integrity_constraint_violation'; END $$;
CREATE CONSTRAINT TRIGGER fails_at_commit AFTER INSERT ON events DEFERRABLE INITIALLY DEFERRED
FOR EACH ROW EXECUTE FUNCTION fails_at_commit();
"""


def test_failed_commit_answers_an_error_and_never_a_2xx(committed: House, server: Connect):
    lead = committed.lead("screened")
    who = committed.signed_in("city", "intake")
    version = committed.version(lead)
    count = committed.value("SELECT count(*) FROM events")
    committed.connection.execute(text(FAILS_AT_COMMIT))
    code = ReceiptCode()
    answers = [
        committed.attempt(lead, "register", who, version=version),
        server().post("/api/v1/public/tips", tip_body(code)),
        who.post("/api/v1/tips", tip_body(channel_id=str(committed.channels["hotline"]))),
        who.delete("/api/v1/sessions/current"),
    ]
    assert [answer.status_code >= 400 for answer in answers] == [True] * 4
    assert all(answer.headers["content-type"] == "application/problem+json" for answer in answers)
    assert (committed.state(lead), committed.version(lead)) == ("screened", version)
    assert committed.value("SELECT count(*) FROM events") == count
    assert server().post("/api/v1/public/receipts/open", {"token": code.token}).status_code == 404
    assert who.get("/api/v1/me").status_code == 200, "the session did not end"


def test_two_officers_who_register_at_once_collide_and_one_wins(committed: House):
    lead = committed.lead("screened")
    headers = {"If-Match": f'"v{committed.version(lead)}"'}
    who = committed.signed_in("city", "intake")
    answers = who.together(*[("POST", f"{lead.url}/register", headers, {})] * 6)
    assert sorted(answer.status_code for answer in answers) == [200, 412, 412, 412, 412, 412]
    events = "SELECT count(*) FROM events WHERE matter_id = :id AND event = 'lead:register'"
    assert committed.value(events, id=lead.id) == 1


def test_two_leads_merged_into_each_other_at_once_do_not_both_vanish(committed: House):
    who = committed.signed_in("city", "intake")

    def merge(lead: Lead, target: Lead) -> tuple[str, str, dict[str, str], Any]:
        body = {"target_lead_id": str(target.id), "reason": "重复"}
        return "POST", f"{lead.url}/merge", {"If-Match": f'"v{committed.version(lead)}"'}, body

    for _ in range(4):
        first, second = committed.lead("screened"), committed.lead("screened")
        answers = who.together(merge(first, second), merge(second, first))
        won, lost = sorted(answer.status_code for answer in answers)
        assert won == 200
        assert lost in {409, 412, 422}, [answer.text for answer in answers]
        assert sorted([committed.state(first), committed.state(second)]) == ["merged", "screened"]
