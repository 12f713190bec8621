"""Search: who finds what; and that nothing else leads to the index."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from huiyin.leads.matching.search import understand
from tests.factories.house import House, Lead
from tests.factories.searching import CITY, found


def test_nobody_searches_without_signing_in(house: House):
    assert house.connect().get("/api/v1/leads/search", q="收费").status_code == 401


def test_who_may_see_leads_but_not_what_was_told_cannot_search(house: House, fee: Lead):
    answer = house.signed_in(CITY, "auditor").get("/api/v1/leads/search", q="收费")
    assert answer.status_code == 403
    assert answer.json()["permission"] == "tips:read"


def test_an_agency_that_does_not_see_the_lead_does_not_find_it(house: House, fee: Lead):
    assert found(house.signed_in("district", "chief"), "卫生费") == []
    assert found(house.signed_in("market", "chief"), "卫生费") == []


def test_dispatch_makes_it_findable_for_the_agency_in_charge_and_objection_takes_it_back(house: House):
    lead = house.lead("dispatched", narrative="黄兴村的采砂船夜里来")
    chief = house.signed_in("district", "chief")
    assert found(chief, "采砂船") == [str(lead.id)]
    house.act(lead, "dispute", "district", "chief")
    assert found(chief, "采砂船") == []


def test_an_agency_that_a_tip_excludes_finds_nothing_nor_does_anyone_below_it(house: House):
    police = house.agencies["police"]
    lead = house.lead("registered", narrative="采砂船", exclusions=[{"agency_id": str(police.id)}])
    # Even if it were made visible to them by mistake.
    house.sql(
        "UPDATE leads SET visible_to = visible_to || CAST(:district AS uuid) || CAST(:police AS uuid) WHERE id = :id",
        district=house.agencies["district"].id,
        police=police.id,
        id=lead.id,
    )
    assert found(house.signed_in("police", "chief"), "采砂船") == []
    assert found(house.signed_in("district", "chief"), "采砂船") == []
    assert found(house.signed_in(CITY, "intake"), "采砂船") == [str(lead.id)]


def test_an_officer_who_is_excluded_later_finds_nothing_from_then_on(house: House, fee: Lead):
    officer = house.officer(CITY, "dispatcher")
    assert found(house.sign_in(officer), "卫生费") == [str(fee.id)]
    house.sql("UPDATE leads SET hidden_from = hidden_from || CAST(:o AS uuid) WHERE id = :id", o=officer.id, id=fee.id)
    assert found(house.sign_in(officer), "卫生费") == []


@pytest.mark.parametrize("statement", ["SELECT * FROM tip_words", "SELECT count(*) FROM tip_words"])
def test_the_app_role_cannot_read_the_index_itself(house: House, fee: Lead, statement: str):
    with pytest.raises(ProgrammingError, match="permission denied"), house.connection.begin_nested():
        house.connection.execute(text(statement))


@pytest.mark.parametrize("change", ["UPDATE tip_words SET way = 0", "DELETE FROM tip_words"])
def test_the_app_role_cannot_change_the_index(house: House, fee: Lead, change: str):
    with pytest.raises(ProgrammingError, match="permission denied"), house.connection.begin_nested():
        house.connection.execute(text(change))


def test_the_function_finds_nothing_without_saying_who_asks(house: House, fee: Lead):
    house.connection.execute(text("SELECT set_config('huiyin.readers', '', true)"))
    rows = house.connection.execute(
        text("SELECT * FROM search_tips(CAST(:q AS tsquery), 10)"), {"q": understand("卫生费").tsquery()}
    )
    assert rows.all() == []


def test_only_the_app_role_may_call_the_function(house: House):
    allowed = house.value(
        "SELECT array_agg(grantee::text) FROM information_schema.routine_privileges"
        " WHERE routine_name = 'search_tips'"
        " AND grantee NOT IN (SELECT tableowner FROM pg_tables WHERE tablename = 'leads')"
    )
    assert allowed == ["huiyin_app"]


def test_the_writer_cannot_make_a_lead_findable_for_others(house: House, fee: Lead):
    """Whom it is visible to is read from the lead, whatever the insert says."""
    assert house.value("SELECT w.visible_to = l.visible_to FROM tip_words w JOIN leads l ON l.id = w.lead_id")
