"""Which clock each verb starts, and which it stops."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from huiyin.kit.working_days import BEIJING, TermUnit, due
from tests.database import refused_by_the_database
from tests.domain import table
from tests.factories.house import WAY, House, Lead

CITY, DISTRICT = "city", "district"


# After which verb which clock runs, as docs/domain.md has it: (rule, amount, unit); None: none runs.
CLOCKS = {row.verb: row.clock for row in table()}
STARTS = {
    "recall": "verifying",
    "change_verifiers": "concluded",
    "unmerge": "merged",
    "notify": "declined",
    "object": "dispatched",
    "send_back": "in_review",
    "look_back": "closed",
    "reopen": "closed",
    "attach": "received",
    "transfer_out": "received",
    "mark_complex": "received",
}
BY = {
    "recall": "dispatcher",
    "notify": "intake",
    "send_back": "reviewer",
    "look_back": "reviewer",
    "reopen": "reviewer",
}


def lead_after(house: House, verb: str) -> Lead:
    """A lead on which the verb was just carried out."""
    if verb == "submit":
        return house.file()
    if verb == "decline":
        return house.lead("declined")
    if verb in STARTS:
        lead = house.lead(STARTS[verb])
        by_chief = verb in {"object", "change_verifiers"}
        who = house.signed_in(DISTRICT if by_chief else CITY, "chief" if by_chief else BY.get(verb, "intake"))
        assert house.attempt(lead, verb, who).status_code in {200, 404}
        return lead
    return house.lead(next(state for state, steps in WAY.items() if steps and steps[-1][0] == verb))


@pytest.mark.parametrize("verb", dict.fromkeys(row.verb for row in table() if row.clock_goes_on is None))
def test_verb_starts_its_clock_and_stops_the_one_before(house: House, verb: str):
    lead = lead_after(house, verb)
    running = house.sql("SELECT * FROM clocks WHERE matter_id = :id AND stopped_at IS NULL", id=lead.id)
    row = house.sql("SELECT * FROM leads WHERE id = :id", id=lead.id)[0]
    expected = CLOCKS[verb]
    if expected is None:
        assert running == []
        assert (row.clock_rule, row.clock_due_at) == (None, None)
        return
    (clock,) = running
    rule, amount, unit = expected
    ends = due(clock.started_at, amount, TermUnit(unit))
    assert (clock.rule, clock.due_at, clock.provisional) == (rule, ends.at, ends.provisional)
    assert (row.clock_rule, row.clock_due_at, row.clock_provisional) == (rule, ends.at, ends.provisional)
    assert (clock.agency_id, clock.officer_id) == (row.held_by_agency_id, row.held_by_officer_id)
    assert clock.basis, "a clock says on what rule it stands"
    stopped = house.sql("SELECT stopped_at, started_at FROM clocks WHERE matter_id = :id ORDER BY id", id=lead.id)[:-1]
    assert all(before.stopped_at is not None for before in stopped)


def test_extension_moves_the_running_clock_and_starts_none(house: House):
    lead = house.lead("verifying")
    count = house.value("SELECT count(*) FROM clocks WHERE matter_id = :id", id=lead.id)
    house.act(lead, "extend", DISTRICT, "chief")
    house.act(lead, "extend/confirmation", CITY, "reviewer")
    assert house.value("SELECT count(*) FROM clocks WHERE matter_id = :id", id=lead.id) == count
    assert house.value("SELECT clock_rule FROM leads WHERE id = :id", id=lead.id) == "conclude"


def test_date_set_on_dispatch_ends_the_verification_earlier(house: House):
    soon = (datetime.now(UTC) + timedelta(days=10)).replace(microsecond=0)
    lead = house.lead("verifying", given={"dispatch": {"due_at": soon.isoformat()}})
    assert house.value("SELECT clock_due_at FROM leads WHERE id = :id", id=lead.id) == soon


def test_date_set_on_dispatch_does_not_lengthen_it(house: House):
    late = (datetime.now(UTC) + timedelta(days=80)).isoformat()
    lead = house.lead("verifying", given={"dispatch": {"due_at": late}})
    began = house.value("SELECT verification_began_at FROM leads WHERE id = :id", id=lead.id)
    assert (
        house.value("SELECT clock_due_at FROM leads WHERE id = :id", id=lead.id)
        == due(began, 30, TermUnit.calendar_days).at
    )


def test_two_clocks_never_run_for_one_lead(house: House):
    lead = house.lead()
    with refused_by_the_database(house.connection, "uq_clocks_running"):
        house.connection.execute(
            text(
                """
            INSERT INTO clocks (matter_id, rule, rule_version, basis, agency_id, officer_id, started_at, due_at)
            SELECT matter_id, 'register', 1, 'x', agency_id, officer_id, now(), now() FROM clocks WHERE matter_id = :id
                """
            ),
            {"id": lead.id},
        )


def test_due_dates_end_with_the_day_in_beijing(house: House):
    lead = house.lead()
    ends = house.value("SELECT clock_due_at FROM leads WHERE id = :id", id=lead.id).astimezone(BEIJING)
    assert (ends.hour, ends.minute, ends.second) == (23, 59, 59)
