"""Search: who finds what, by which words, in which order; and that nothing else leads to the index."""

from typing import Any

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.orm import Session

from huiyin.kit.blind import lexeme
from huiyin.kit.database_owner import Urls
from huiyin.leads.intake import take_staff_tip
from huiyin.leads.search import understand
from huiyin.reindex import reindex
from huiyin.tips.schemas import StaffTip
from huiyin.trail.recorder import SYSTEM
from tests.client import Client
from tests.database import as_owner, statements_of
from tests.factories.house import House, Lead
from tests.factories.tips import tip_body

CITY = "city"


def found(client: Client, q: str, **more: Any) -> list[str]:
    """The ids of the leads that a query finds, in order."""
    answer = client.get("/api/v1/leads/search", q=q, **more)
    assert answer.status_code == 200, answer.text
    return [item["id"] for item in answer.json()["items"]]


@pytest.fixture
def intake(house: House) -> Client:
    return house.signed_in(CITY, "intake")


@pytest.fixture
def fee(house: House) -> Lead:
    return house.file(narrative="有人每月到河西建材市场向摊主收取“卫生费”，不给就砸摊子。", subjects=[])


@pytest.fixture
def loan(house: House) -> Lead:
    return house.file(
        title="套路贷",
        narrative="殷亿新在海阔天空KTV放高利贷，电话138 1234 5678，车牌湘A·D12345。",
        subjects=[{"kind": "person", "name": "殷亿新", "nickname": "三哥", "unit": "鑫源投资"}],
    )


# --- who may not ---


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
    house.act(lead, "object", "district", "chief")
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


# --- queries that look for nothing ---


@pytest.mark.parametrize(
    "q", ["的", "，。！", '""', "-", "OR", "OR OR", "或", "-卫生费", "& | ! <->", "' \" \\", "%_*:A"]
)
def test_a_query_without_words_finds_nothing_and_says_what_it_ignored(house: House, fee: Lead, intake: Client, q: str):
    answer = intake.get("/api/v1/leads/search", q=q)
    assert answer.status_code == 200, answer.text
    assert answer.json()["items"] == []
    assert answer.json()["complete"] is True


def test_a_common_character_alone_is_ignored_and_named(intake: Client, fee: Lead):
    assert intake.get("/api/v1/leads/search", q="的").json()["ignored"] == ["的"]


def test_two_thousand_characters_find_the_tip_that_begins_like_them(house: House, intake: Client):
    narrative = "".join(f"第{number}个摊位在河西建材市场东门被收走卫生费。" for number in range(200))
    lead = house.file(narrative=narrative)
    assert found(intake, narrative[:2_000]) == [str(lead.id)]


@pytest.mark.parametrize("q", ["", "   ", "长" * 2_001, "a\x00b"])
def test_an_empty_or_longer_query_is_refused(intake: Client, q: str):
    assert intake.get("/api/v1/leads/search", q=q).status_code == 422


@pytest.mark.parametrize("cursor", ["x", "W10", "WzEsMiwzXQ", "WyIyMDI2LTAxLTAxIiwiTmFOIiwiYSJd"])
def test_a_cursor_that_is_none_of_ours_is_refused(intake: Client, cursor: str):
    assert intake.get("/api/v1/leads/search", q="收费", cursor=cursor).status_code == 422


def test_an_unknown_filter_is_refused(intake: Client):
    assert intake.get("/api/v1/leads/search", q="收费", colour="red").status_code == 422


@pytest.mark.parametrize("q", ["沙漠骆驼", "卫生费 沙漠", '"摊主卫生费"', "殷亿"])
def test_words_that_are_not_there_find_nothing(intake: Client, fee: Lead, q: str):
    assert found(intake, q) == []


# --- what is found ---


@pytest.mark.parametrize(
    "q",
    [
        "卫生费",
        "衛生費",
        "建材市场 摊主",
        "建材市場收取",
        '"收取卫生费"',
        "“收取“卫生费”",
        "砸摊子",
        "砸",
        "卫生费 -停车",
        "停车费 OR 卫生费",
        "停车费 或 卫生费",
    ],
)
def test_words_phrases_and_operators_find_the_lead(intake: Client, fee: Lead, loan: Lead, q: str):
    assert found(intake, q) == [str(fee.id)]


@pytest.mark.parametrize(
    "q",
    [
        "殷亿新",
        "三哥",
        "鑫源",
        "海阔天空KTV",
        "ktv",
        "ＫＴＶ",
        "13812345678",
        "138-1234-5678",
        "湘AD12345",
        "湘A D12345",
        "套路貸",
    ],
)
def test_names_numbers_and_mixed_scripts_find_the_lead(intake: Client, fee: Lead, loan: Lead, q: str):
    assert found(intake, q) == [str(loan.id)]


def test_an_excluded_word_takes_out_the_leads_that_have_it(intake: Client, fee: Lead, loan: Lead):
    assert found(intake, "卫生费 OR 高利贷 -三哥") == [str(fee.id)]


def test_a_name_in_the_title_or_of_a_subject_comes_before_one_in_the_text(house: House, intake: Client):
    told = house.file(narrative="听说过黑豹公司的事", subjects=[])
    named = house.file(narrative="他们强买强卖", subjects=[{"kind": "organisation", "name": "黑豹公司"}])
    assert found(intake, "黑豹公司") == [str(named.id), str(told.id)]


def test_every_filter_of_the_inbox_narrows_the_search(house: House, intake: Client, fee: Lead):
    house.lead("screened", narrative="另一个市场也收卫生费")
    assert len(found(intake, "卫生费")) == 2
    assert found(intake, "卫生费", state="received") == [str(fee.id)]
    assert found(intake, "卫生费", nature="gang") == []
    assert found(intake, "卫生费", region="440000") == []


def test_pages_follow_each_other_without_gap_or_repetition(house: House, intake: Client):
    leads = {str(house.file(narrative=f"第{n}次来收卫生费" + "，真的" * n).id) for n in range(7)}
    seen: list[str] = []
    cursor = None
    while True:
        params: dict[str, Any] = {"q": "卫生费", "limit": 3} | ({"cursor": cursor} if cursor else {})
        page = intake.get("/api/v1/leads/search", **params)
        assert page.status_code == 200, page.text
        page = page.json()
        seen += [item["id"] for item in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert len(seen) == 7
    assert set(seen) == leads


def test_a_tip_that_was_attached_is_found_under_the_lead_that_took_it_in(house: House, intake: Client):
    target = house.another()
    lead = house.file(narrative="采砂船又来了")
    house.act(lead, "attach", CITY, "intake")
    assert found(intake, "采砂船") == [str(target.id)]


def test_a_lead_with_several_matching_tips_is_found_once(house: House, intake: Client):
    target = house.lead("registered", narrative="采砂船夜里来")
    lead = house.file(narrative="采砂船又来了")
    house.act(lead, "attach", CITY, "intake", target_lead_id=str(target.id))
    assert found(intake, "采砂船") == [str(target.id)]


def test_a_tip_whose_key_was_destroyed_is_no_longer_found(house: House, intake: Client, fee: Lead):
    house.sql("UPDATE tips SET wrapped_key = NULL WHERE id = :id", id=fee.tip_id)
    assert found(intake, "卫生费") == []
    assert house.value("SELECT count(*) FROM tip_words") == 0


# --- what is shown and kept ---


def test_matches_are_marked_in_the_text_as_it_was_written(house: House, intake: Client):
    house.file(narrative="前面的話。他們收取“衛生費”，不給就砸。", subjects=[])
    (item,) = intake.get("/api/v1/leads/search", q="卫生费 砸").json()["items"]
    (snippet,) = item["snippets"]
    assert snippet["field"] == "narrative"
    assert [snippet["text"][a:b] for a, b in snippet["matches"]] == ["衛生費", "砸"]


def test_a_match_far_down_a_long_text_is_shown_with_what_stands_around_it(house: House, intake: Client):
    house.file(narrative="天气很好。" * 500 + "他们收采砂费。" + "天气很好。" * 500)
    (item,) = intake.get("/api/v1/leads/search", q="采砂费").json()["items"]
    snippet = item["snippets"][-1]
    assert snippet["cut_before"]
    assert snippet["cut_after"]
    assert len(snippet["text"]) <= 120
    assert [snippet["text"][a:b] for a, b in snippet["matches"]] == ["采砂费"]


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
    assert reindex(live.owner) == 1
    assert reindex(live.owner) == 0
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
    monkeypatch.setattr("huiyin.leads.search._CANDIDATES_FILTERED", 2)
    number = intake.get(f"/api/v1/leads/{stretches[0]}").json()["number"]
    answer = intake.get("/api/v1/leads/search", q="采石场", number=number).json()
    assert ([row["id"] for row in answer["items"]], answer["complete"]) == ([stretches[0]], True)
    monkeypatch.setattr("huiyin.leads.search._FEW", 3)
    many = intake.get("/api/v1/leads/search", q="采石场", state="received").json()
    assert ({row["id"] for row in many["items"]}, many["complete"]) == (set(stretches[4:]), False)


def test_a_filter_that_no_lead_fits_finds_nothing(intake: Client, stretches: list[str]):
    answer = intake.get("/api/v1/leads/search", q="采石场", number="1999-000001").json()
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
