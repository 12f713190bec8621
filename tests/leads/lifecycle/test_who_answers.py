"""An open lead has one agency and one named person who answer for it, at every moment."""

from itertools import pairwise

import pytest
from sqlalchemy import text

from huiyin.leads.record.models import OPEN_STATES, State
from tests.database import refused_by_the_database
from tests.factories.house import House

CITY, DISTRICT = "city", "district"


HOLDERS = {
    "received": (CITY, "intake"),
    "screened": (CITY, "intake"),
    "registered": (CITY, "intake"),
    "dispatched": (DISTRICT, "chief"),
    "acknowledged": (DISTRICT, "chief"),
    "verifying": (DISTRICT, "verifier"),
    "concluded": (DISTRICT, "chief"),
    "in_review": (CITY, "intake"),
    "approved": (DISTRICT, "verifier"),
    "answered": (CITY, "intake"),
}


@pytest.mark.parametrize("state", sorted(OPEN_STATES))
def test_open_lead_has_exactly_one_agency_and_one_named_person(house: House, state: str):
    lead = house.lead(state)
    place, role = HOLDERS[state]
    ((agency, officer),) = house.sql(
        "SELECT agency_id, officer_id FROM assignments WHERE matter_id = :id AND to_at IS NULL", id=lead.id
    )
    row = house.sql("SELECT held_by_agency_id, held_by_officer_id FROM leads WHERE id = :id", id=lead.id)[0]
    assert (agency, officer) == (house.agencies[place].id, house.officer(place, role).id) == tuple(row)


@pytest.mark.parametrize("state", [state for state in State if state not in OPEN_STATES])
def test_nobody_is_assigned_a_lead_that_is_over(house: House, state: str):
    lead = house.lead(state)
    assert house.value("SELECT count(*) FROM assignments WHERE matter_id = :id AND to_at IS NULL", id=lead.id) == 0


def test_assignments_follow_each_other_without_gap_or_overlap(house: House):
    lead = house.lead("concluded")
    house.act(lead, "send_back", DISTRICT, "chief")
    house.walk(lead, "verifying", "answered")
    rows = house.sql("SELECT from_at, to_at FROM assignments WHERE matter_id = :id ORDER BY from_at, id", id=lead.id)
    assert len(rows) > 5
    assert all(before.to_at == after.from_at for before, after in pairwise(rows))
    assert [row.to_at is None for row in rows] == [False] * (len(rows) - 1) + [True]
    received = house.value("SELECT received_at FROM leads WHERE id = :id", id=lead.id)
    assert rows[0].from_at == received


def test_database_refuses_two_holders_at_one_moment(house: House):
    lead = house.lead()
    with refused_by_the_database(house.connection, "ex_assignments_matter_id_period"):
        house.connection.execute(
            text(
                """
            INSERT INTO assignments (matter_id, agency_id, officer_id, role, from_at)
            SELECT matter_id, agency_id, officer_id, 'chief', from_at + interval '1 hour'
            FROM assignments WHERE matter_id = :id
                """
            ),
            {"id": lead.id},
        )
