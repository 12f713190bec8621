"""One poisonous item in a queue, of each kind, and the others are done in the same run: every queue that can be filled.

The poison is in the database, where no job's own code knows of it: whatever is written for one lead raises, or takes
the connection away. What an item can do to its process (hang, eat memory, kill it) is tried in
kit/database/test_items.py, files and what destroys leads in their own tests.
"""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from huiyin.clocks.ladder import climbing
from huiyin.commands.reindex import reindex
from huiyin.kit.database.items import Items, Work
from huiyin.kit.database.owner import Urls
from huiyin.kit.database.sessions import Sessions, transaction
from huiyin.leads.lifecycle.ended_terms.answered import ANSWERED
from huiyin.leads.lifecycle.ended_terms.passing_on import passing_on
from huiyin.leads.matching.indexing import INDEXING
from huiyin.leads.matching.links import linking_again
from huiyin.leads.retention.holds import HOLDS
from huiyin.leads.retention.notices import marking_late
from huiyin.leads.retention.terms import DATING, warning
from huiyin.leads.work.overlays import OVERLAYS
from huiyin.machines import MACHINES
from huiyin.settings import CHECKOUT
from huiyin.tips.identity.desk import ending
from huiyin.workflow.recompute import recomputing
from huiyin.workflow.requests import lapsing
from tests.factories.closed import close, exonerate
from tests.factories.house import House, Lead
from tests.factories.identities import asked, file_with_identity, publish_key

NOW = datetime.now(UTC)
SAND = "采砂船夜里来，船主的电话是13812345678"
Fill = Callable[[House], list[Lead]]


def overdue(house: House) -> list[Lead]:
    return [house.file(), house.file()]


def forwarded(house: House) -> list[Lead]:
    leads = [house.file(narrative=SAND, subjects=[]), house.file(narrative=SAND, subjects=[])]
    house.sql("DELETE FROM tip_words")
    house.sql(f"INSERT INTO tips_to_index (tip_id, sender) SELECT id, channel_id FROM tips WHERE {_these(leads)}")
    return leads


def undated(house: House) -> list[Lead]:
    leads = [close(house), close(house)]
    house.sql("UPDATE leads SET expires_on = NULL, retention_rule = NULL, retention_version = NULL")
    return leads


def closed(house: House) -> list[Lead]:
    return [close(house), close(house)]


def held(house: House) -> list[Lead]:
    leads = closed(house)
    for lead in leads:
        until = (NOW.date() + timedelta(days=30)).isoformat()
        body = {"to": until, "reason": "关联案件"}
        asked = house.signed_in("district", "chief").post(f"{lead.url}/holds", body)
        assert asked.status_code == 201, asked.text
    house.sql("UPDATE legal_holds SET lapses_at = lapses_at - interval '15 days'")
    return leads


def answered(house: House) -> list[Lead]:
    """Clocks that waited for reporters, who have written meanwhile."""
    leads = [house.lead("verifying"), house.lead("verifying")]
    for lead in leads:
        paused = house.change(lead, "pause", "district", "verifier", reason_code="waiting_for_reporter")
        assert paused.status_code == 200, paused.text
        wrote = house.connect().post("/api/v1/public/receipts/messages", {"token": lead.code.token, "text": "补充"})
        assert wrote.status_code == 201, wrote.text
    return leads


def left(house: House) -> list[Lead]:
    """Leads whose officers' accounts were closed behind everybody's back."""
    leads = [house.lead("verifying"), house.lead("verifying")]
    house.sql(
        f"UPDATE officers SET active = false WHERE id IN (SELECT held_by_officer_id FROM leads WHERE {_ids(leads)})"
    )
    return leads


def supervised(house: House) -> list[Lead]:
    leads = [house.lead("verifying"), house.lead("verifying")]
    for lead in leads:
        asked = house.signed_in("city", "supervisor").post(
            f"{lead.url}/overlays", {"kind": "supervised", "reason": "群众反映强烈"}
        )
        decision = f"{lead.url}/overlays/{asked.json()['id']}/decision"
        assert house.signed_in("city", "leader").post(decision, {"agreed": True}).status_code == 200
    house.sql("UPDATE overlays SET from_at = from_at - interval '9 days', to_at = now() - interval '1 day'")
    return leads


def asked_for(house: House) -> list[Lead]:
    """Openings of reporters' names that nobody decided in time."""
    key = publish_key(house)
    leads = [file_with_identity(house, key), file_with_identity(house, key)]
    for lead in leads:
        house.walk(lead, "received", "acknowledged")
        asked(house, lead)
    house.sql("UPDATE identity_openings SET lapses_at = lapses_at - interval '99 days'")
    return leads


def told_late(house: House) -> list[Lead]:
    """Exonerations of which an agency has not taken note in time."""
    leads = closed(house)
    for lead in leads:
        exonerate(house, lead)
    house.sql("UPDATE lead_notices SET due_at = due_at - interval '99 days'")
    return leads


def _ids(leads: list[Lead]) -> str:
    return _these(leads).removeprefix("lead_")


def _these(leads: list[Lead]) -> str:
    return "lead_id IN (" + ", ".join(f"'{lead.id}'" for lead in leads) + ")"


QUEUES: dict[str, tuple[Fill, Work[Any], list[tuple[str, str]]]] = {
    "ladder": (overdue, climbing(NOW + timedelta(days=60)), [("events", "matter_id"), ("leads", "id")]),
    "index_forwarded": (forwarded, INDEXING, [("tip_words", "lead_id")]),
    "date_closed": (undated, DATING, [("leads", "id")]),
    "announce_expiry": (closed, warning(NOW + timedelta(days=340)), [("leads", "id")]),
    "run_clocks_again": (answered, ANSWERED, [("leads", "id")]),
    "pass_on_leads": (left, passing_on(), [("leads", "id")]),
    "end_overlays": (supervised, lapsing(OVERLAYS, NOW), [("overlays", "lead_id")]),
    "end_openings": (asked_for, ending(NOW), [("events", "matter_id")]),
    "mark_late": (told_late, marking_late(NOW), [("lead_notices", "lead_id")]),
    "end_holds": (held, lapsing(HOLDS, NOW), [("legal_holds", "lead_id")]),
}


ELSEWHERE = {
    "recompute": "below",
    "link_again": "below",
    "reindex": "below",
    "tend_attachments": "tests/tips/files/test_poison.py",
    "destroy_expired": "tests/leads/retention/test_destruction.py",
    "destroy_keys": "two items that no person makes",
}
"""Queues that are not filled and poisoned in the one way of QUEUES, and where they are."""


def test_every_queue_is_tried():
    """A name that the code gives to a queue is one of those that are tried."""
    code = "\n".join(path.read_text() for path in (CHECKOUT / "backend").rglob("*.py"))
    queues, steps = r'Items\([^"\n]*"([a-z_]+)"', r'^        "([a-z_]+)": (?:DATING|[a-z_]+\((?:[A-Z]+, )?now\)),$'
    named = set(re.findall(queues, code)) | set(re.findall(steps, code, re.MULTILINE))
    assert named == set(QUEUES) | set(ELSEWHERE)


@pytest.mark.parametrize("poison", ["raises", "takes the connection"])
@pytest.mark.parametrize("job", list(QUEUES))
def test_next_item_is_done_whatever_one_of_them_does(committed: House, own: Sessions, job: str, poison: str):
    fill, work, written = QUEUES[job]
    first, *_ = fill(committed)
    does = "RAISE 'poison'" if poison == "raises" else "PERFORM pg_terminate_backend(pg_backend_pid())"
    committed.sql(
        "CREATE FUNCTION poison() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$ BEGIN"
        f" IF to_jsonb(NEW) ->> TG_ARGV[0] = '{first.id}' THEN {does}; END IF; RETURN NEW; END $$"
    )
    for table, column in written:
        committed.sql(
            f"CREATE TRIGGER poison BEFORE INSERT OR UPDATE ON {table} FOR EACH ROW EXECUTE FUNCTION poison('{column}')"
        )
    before = found(own, work)
    for _ in range(2):  # a batch that lost its connection is done by the next run
        Items(own, job).all(work, 10)
    left = found(own, work)
    failed = {
        row.item: row.failure for row in committed.sql("SELECT item, failure FROM job_items WHERE job = :j", j=job)
    }
    assert left == set(failed), "what is left is what failed"
    assert 0 < len(left) < len(before), "and it held up none of the others"
    kinds = {"ProgrammingError"} if poison == "raises" else {"OperationalError"}
    assert set(failed.values()) <= kinds


def found(own: Sessions, work: Work[Any]) -> set[str]:
    """What waits, by its name."""
    with transaction(own) as session:
        return {str(work.name(row)) for row in work.find(session, 100)}


def poison(house: House, lead: Lead, table: str, column: str) -> None:
    """Whatever is written to this table for this lead raises."""
    house.sql(
        "CREATE FUNCTION poison() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$ BEGIN"
        f" IF to_jsonb(NEW) ->> '{column}' = '{lead.id}' THEN RAISE 'poison'; END IF; RETURN NEW; END $$"
    )
    house.sql(f"CREATE TRIGGER poison BEFORE INSERT OR UPDATE ON {table} FOR EACH ROW EXECUTE FUNCTION poison()")


def failures(house: House, job: str) -> int:
    return int(house.value("SELECT count(*) FROM job_items WHERE job = :j", j=job))


# Of the two queues that are walked by a cursor, what is left is not what waits; what came of the others is.


def test_clock_that_cannot_be_recomputed_holds_up_no_other(committed: House, own: Sessions):
    leads = [committed.file(), committed.file()]
    began = datetime(2025, 12, 30, 2, tzinfo=UTC)
    committed.sql("UPDATE clocks SET started_at = :began, provisional = true", began=began)
    committed.sql("UPDATE leads SET clock_provisional = true")
    poison(committed, leads[0], "leads", "id")
    Items(own, "recompute").all(recomputing(MACHINES, NOW), 10)
    done = {row.matter_id for row in committed.sql("SELECT matter_id FROM events WHERE event = 'clock:recompute'")}
    assert (done, failures(committed, "recompute")) == ({leads[1].id}, 1)


def test_tip_whose_links_cannot_be_proposed_holds_up_no_other(committed: House, own: Sessions):
    leads = [committed.file(narrative=f"{SAND}，第{word}次", subjects=[]) for word in "一二三"]
    committed.sql("DELETE FROM link_proposals")
    bad = committed.value("SELECT id FROM tips WHERE lead_id = :id", id=leads[0].id)
    committed.sql(
        "CREATE OR REPLACE FUNCTION link_again(its uuid) RETURNS TABLE (link_id uuid, codes text[]) LANGUAGE plpgsql"
        " SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$ BEGIN"
        f" IF its = '{bad}' THEN RAISE 'poison'; END IF; RETURN QUERY SELECT * FROM propose_links(its); END $$"
    )
    Items(own, "link_again").all(linking_again(timedelta(0)), 1)
    assert failures(committed, "link_again") == 1
    assert committed.value("SELECT count(*) FROM link_proposals") >= 1, "between the two others"


def test_tip_that_cannot_be_indexed_holds_up_no_reindexing(committed: House, live: Urls):
    first, second = committed.file(narrative=SAND, subjects=[]), committed.file(narrative=SAND, subjects=[])
    committed.sql("DELETE FROM tip_words")
    poison(committed, first, "tip_words", "lead_id")
    assert reindex(live.owner) == (1, 1)
    assert {row.lead_id for row in committed.sql("SELECT DISTINCT lead_id FROM tip_words")} == {second.id}
    assert failures(committed, "reindex") == 1


def test_a_hundred_batches_look_at_every_tip_once(committed: House, own: Sessions):
    """From 35 tips a second on, one statement for all of the last minutes met its limit and wrote nothing."""
    for at in range(50):
        for _ in range(2):  # two that came at the same moment, about the same matter
            committed.file(narrative=f"{SAND[:-11]}{13800000000 + at * 7919}", subjects=[])
    wanted = committed.value("SELECT count(*) FROM link_proposals")
    committed.sql("DELETE FROM link_proposals")
    work, looked_at = linking_again(timedelta(0)), list[str]()

    def look(session: Any, tip: Any) -> bool:
        looked_at.append(str(tip))
        return bool(work.do(session, tip))

    Items(own, "link_again").all(Work(find=work.find, do=look, name=work.name), 1)
    tips = {str(row.id) for row in committed.sql("SELECT id FROM tips")}
    assert (len(looked_at), set(looked_at)) == (100, tips)
    assert committed.value("SELECT count(*) FROM link_proposals") == wanted > 0
    looked_at.clear()
    Items(own, "link_again").all(Work(find=work.find, do=look, name=work.name), 1)
    assert looked_at == []
