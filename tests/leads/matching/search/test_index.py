"""The search index: nothing in it can be read, it is made again, and it is searched in stretches."""

from typing import Any

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.orm import Session

from huiyin.commands.reindex import reindex
from huiyin.kit.crypto.blind import lexeme
from huiyin.kit.database.owner import Urls
from huiyin.leads.intake.intake import take_staff_tip
from huiyin.leads.matching.search import understand
from huiyin.tips.reporting.schemas import StaffTip
from huiyin.trail.recorder import SYSTEM
from tests.client import Client
from tests.database import as_owner, statements_of
from tests.factories.house import House, Lead
from tests.factories.searching import CITY, found
from tests.factories.tips import tip_body


def test_nothing_in_the_index_can_be_read(house: House, fee: Lead):
    stored = house.value("SELECT words::text FROM tip_words")
    assert "卫生" not in stored
    assert lexeme("卫生") in stored


def test_search_asks_the_database_as_often_for_one_lead_as_for_many(house: House, intake: Client):
    counts = []
    for number in (1, 12):
        for _ in range(number):
            house.file(narrative="收卫生费")
        with statements_of(house.connection) as statements:
            found(intake, "卫生费")
        counts.append(len(statements))
    assert counts[0] == counts[1]


def test_as_owner_the_index_has_one_row_a_tip(house: House, fee: Lead, loan: Lead):
    with as_owner(house.connection):
        assert house.connection.execute(text("SELECT count(*) FROM tip_words")).scalar_one() == 2


# --- indexing again ---


@pytest.mark.processes
def test_tips_from_before_the_index_are_made_findable_and_a_second_run_finds_nothing_to_do(live: Urls, service: Any):
    engine = create_engine(live.owner)
    with engine.begin() as connection:
        house = House(connection, lambda **_: None).build()  # type: ignore[arg-type]
        given = StaffTip.model_validate(
            tip_body(narrative="采砂船夜里来") | {"channel_id": str(house.channels["hotline"])}
        )
        with Session(connection, join_transaction_mode="create_savepoint") as session:
            connection.execute(text("SET LOCAL ROLE NONE"))
            take_staff_tip(session, given, SYSTEM)
            session.commit()
        connection.execute(text("DELETE FROM tip_words"))
    assert reindex(live.owner) == (1, 0)
    assert reindex(live.owner) == (0, 0)
    with engine.connect() as connection:
        stored = connection.execute(text("SELECT words::text FROM tip_words")).scalar_one()
    engine.dispose()
    assert lexeme("采砂") in stored


# --- in stretches ---


@pytest.fixture
def stretches(house: House) -> list[str]:
    """Six leads, each in a stretch of the index of its own, oldest first."""
    leads = [house.file(narrative=f"采石场夜里偷运沙石，第{number}车", subjects=[]).id for number in range(6)]
    with as_owner(house.connection):
        for place, lead in enumerate(leads):
            house.connection.execute(
                text("UPDATE tip_words SET stretch = :place WHERE lead_id = :lead"), {"place": place, "lead": lead}
            )
        house.connection.execute(text("SELECT setval('tip_words_arrival', 5 << 14)"))
    return [str(lead) for lead in leads]


def test_what_lies_in_old_stretches_is_found_too(intake: Client, stretches: list[str]):
    assert sorted(found(intake, "采石场")) == sorted(stretches)
    assert sorted(found(intake, '"夜里偷运"')) == sorted(stretches)


def test_the_newest_are_looked_at_first(house: House, stretches: list[str]):
    house.signed_in(CITY, "intake")
    with as_owner(house.connection):
        house.connection.execute(
            text("SELECT set_config('huiyin.readers', :ids, true), set_config('huiyin.principals', '{}', true)"),
            {"ids": f"{{{house.agencies[CITY].id}}}"},
        )
        rows = house.connection.execute(
            text("SELECT lead_id FROM search_tips(CAST(:q AS tsquery), 3)"), {"q": understand("采石场").tsquery()}
        ).scalars()
        assert {str(row) for row in rows} == set(stretches[3:])


def test_a_filter_that_few_leads_fit_finds_them_however_old_they_are(
    intake: Client, stretches: list[str], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("huiyin.leads.matching.search._CANDIDATES_FILTERED", 2)
    number = intake.get(f"/api/v1/leads/{stretches[0]}").json()["number"]
    answer = intake.get("/api/v1/leads/search", q="采石场", number=number).json()
    assert ([row["id"] for row in answer["items"]], answer["complete"]) == ([stretches[0]], True)
    monkeypatch.setattr("huiyin.leads.matching.search._FEW", 3)
    many = intake.get("/api/v1/leads/search", q="采石场", state="received").json()
    assert ({row["id"] for row in many["items"]}, many["complete"]) == (set(stretches[4:]), False)


def test_a_filter_that_no_lead_fits_finds_nothing(intake: Client, stretches: list[str]):
    answer = intake.get("/api/v1/leads/search", q="采石场", number="1999-000000012").json()
    assert (answer["items"], answer["complete"]) == ([], True)


def test_a_tip_that_is_indexed_again_stays_in_its_stretch(house: House, stretches: list[str]):
    with as_owner(house.connection):
        stretch = house.connection.execute(
            text(
                "WITH old AS (DELETE FROM tip_words WHERE lead_id = :lead RETURNING *)"
                " SELECT tip_id, lead_id, way, words::text AS words FROM old"
            ),
            {"lead": stretches[2]},
        ).one()
        again = house.connection.execute(
            text(
                "INSERT INTO tip_words (tip_id, lead_id, visible_to, hidden_from, way, words)"
                " VALUES (:tip_id, :lead_id, '{}', '{}', :way, CAST(:words AS tsvector)) RETURNING stretch"
            ),
            dict(stretch._mapping),
        ).scalar_one()
    assert again == 3  # where its neighbour that came next is
