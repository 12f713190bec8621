"""Which clock each verb starts, and which it stops."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import text

from huiyin.kit.working_days import BEIJING, TermUnit, due
from tests.database import refused_by_the_database
from tests.factories.house import House

CITY, DISTRICT = "city", "district"


# After which verb which clock runs, as docs/domain.md has it: (rule, amount, unit); None: none runs.


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
