"""A lead is never left with an officer whose secondment has ended."""

from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from huiyin.leads.lifecycle.ended_terms.passing_on import passing_on
from tests.database import as_owner
from tests.factories.house import House, Lead
from tests.factories.officers import Officer, make_officer
from tests.factories.secondments import second


@pytest.fixture
def guest(house: House) -> Officer:
    """A verifier of the regulator, seconded to the city's office as verifier and dispatcher."""
    officer = make_officer(house.connection, house.agencies["market"], "verifier")
    second(house, officer, roles=["verifier"])
    return officer


@pytest.fixture
def lead(house: House, guest: Officer) -> Lead:
    """A lead that the office verifies itself, for which the guest answers."""
    lead = house.lead("registered")
    house.act(lead, "dispatch", "city", "dispatcher", agency_id=str(house.agencies["city"].id))
    assert house.attempt(lead, "acknowledge", house.sign_in(guest)).status_code == 200
    assert held_by(house, lead).officer == guest.id
    return lead


def held_by(house: House, lead: Lead) -> Any:
    (row,) = house.sql(
        "SELECT a.officer_id AS officer, a.agency_id AS agency, a.role,"
        " (a.officer_id, a.agency_id) = (l.held_by_officer_id, l.held_by_agency_id) AS same"
        " FROM leads l JOIN assignments a ON a.matter_id = l.id AND a.to_at IS NULL WHERE l.id = :id",
        id=lead.id,
    )
    assert row.same
    return row


def end(house: House, guest: Officer) -> None:
    house.sql(
        "UPDATE secondments SET from_at = now() - interval '9 days', to_at = now() - interval '1 second'"
        " WHERE officer_id = :id",
        id=guest.id,
    )


def no_gap(house: House) -> None:
    """What is deferred to the commit is checked now."""
    with as_owner(house.connection):
        house.connection.execute(text("SET CONSTRAINTS ALL IMMEDIATE"))
        house.connection.execute(text("SET CONSTRAINTS ALL DEFERRED"))


def test_revoking_passes_the_lead_to_the_head_in_the_same_request(house: House, guest: Officer, lead: Lead):
    secondment = house.value("SELECT id FROM secondments WHERE officer_id = :id", id=guest.id)
    answer = house.signed_in("city", "admin").post(f"/api/v1/secondments/{secondment}/revoke")
    assert (answer.status_code, answer.json()["state"]) == (200, "revoked")
    holder = held_by(house, lead)
    assert (holder.officer, holder.agency) == (house.officer("city", "intake").id, house.agencies["city"].id)
    assert holder.role == "chief"
    no_gap(house)
    (event,) = house.sql("SELECT * FROM events WHERE event = 'lead:pass_on'")
    assert (event.matter_id, event.actor_id) == (lead.id, house.officer("city", "admin").id)
    assert event.facts["officer"] == str(guest.id)


def test_term_that_ends_by_itself_passes_the_lead_once(house: House, guest: Officer, lead: Lead, session: Session):
    assert passing_on().once(session, 50) == 0, "the term runs"
    end(house, guest)
    assert passing_on().once(session, 50) == 1
    assert passing_on().once(session, 50) == 0
    assert held_by(house, lead).officer == house.officer("city", "intake").id
    no_gap(house)
    assert house.value("SELECT count(*) FROM events WHERE event = 'lead:pass_on'") == 1
    assert house.sign_in(guest).get(lead.url).status_code == 404


def test_who_was_seconded_anew_keeps_the_lead(house: House, guest: Officer, lead: Lead, session: Session):
    end(house, guest)
    house.sql(
        "INSERT INTO secondments (officer_id, agency_id, roles, from_at, to_at, undertaking_number,"
        " undertaking_signed_on, made_by) SELECT officer_id, agency_id, roles, now(), now() + interval '9 days', '2号',"
        " undertaking_signed_on, made_by FROM secondments"
    )
    assert passing_on().once(session, 50) == 0
    assert held_by(house, lead).officer == guest.id


def test_leads_of_ones_own_agency_and_closed_ones_stay_as_they_are(house: House, guest: Officer, session: Session):
    own, closed = house.lead("acknowledged"), house.lead("closed")
    house.sql(
        "UPDATE leads SET held_by_officer_id = :guest, held_by_agency_id = :city WHERE id = :id",
        guest=guest.id,
        city=house.agencies["city"].id,
        id=closed.id,
    )
    end(house, guest)
    before = held_by(house, own).officer
    assert passing_on().once(session, 50) == 0
    assert held_by(house, own).officer == before


def test_head_who_is_excluded_is_passed_over(house: House, guest: Officer, lead: Lead, session: Session):
    head = house.officer("city", "intake").id
    house.sql("UPDATE leads SET hidden_from = ARRAY[:head]::uuid[] WHERE id = :id", head=head, id=lead.id)
    end(house, guest)
    assert passing_on().once(session, 50) == 1
    assert held_by(house, lead).agency == house.agencies["province"].id


def test_lead_that_nobody_may_take_is_left_and_logged(
    house: House, guest: Officer, lead: Lead, session: Session, caplog: pytest.LogCaptureFixture
):
    house.sql(
        "UPDATE leads SET hidden_from = ARRAY[:province]::uuid[] WHERE id = :id",
        province=house.agencies["province"].id,
        id=lead.id,
    )
    end(house, guest)
    assert passing_on().once(session, 50) == 0
    assert held_by(house, lead).officer == guest.id
    assert "nobody up the line" in caplog.text
