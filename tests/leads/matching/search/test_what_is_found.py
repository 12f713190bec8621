"""Search: by which words, in which order, and what is shown of a match."""

from typing import Any

import pytest

from tests.client import Client
from tests.factories.house import House, Lead
from tests.factories.searching import CITY, found

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


@pytest.mark.parametrize("q", ["沙漠骆驼", "卫生费 沙漠", '"摊主卫生费"', "殷亿", "\U0003f464", "ï\U0003f464"])
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


@pytest.mark.parametrize(
    ("told", "q"),
    [
        ("找王 伟要钱", "王伟"),
        ("找王伟要钱", "王 伟"),
        ("找王　伟要钱", "王伟"),
        ("找王\u200b伟要钱", "王伟"),
        ("欧阳 锋带的人", "欧阳锋"),
        ("欧阳锋带的人", "欧阳 锋"),
        ("买买提·艾力的店", "买买提艾力"),
        ("买买提艾力的店", "买买提·艾力"),
        ("李乾隆重开业", "李乾"),
        ("李乾请客", "李乾"),
        ("打 0731-8888-1234 来威胁", "88881234"),
        ("打 88881234 来威胁", "0731-8888-1234"),
        ("打 073188881234 来威胁", "8888 1234"),
        ("打（0731）88881234 来威胁", "+86 731 8888 1234"),
        ("打 +86 138 1234 5678 来威胁", "13812345678"),
        ("打 138-1234-5678 来威胁", "008613812345678"),
        ("長沙的人", "长沙"),
        ("长沙的人", "長沙"),
    ],
)
def test_one_name_or_number_in_two_spellings_is_one(house: House, intake: Client, told: str, q: str):
    lead, _ = house.file(narrative=told, subjects=[]), house.file(narrative="与此无关的另一件事", subjects=[])
    assert found(intake, q) == [str(lead.id)]


def test_two_words_of_which_one_is_short_are_found_apart_too(house: House, intake: Client):
    lead = house.file(narrative="他们在市场里砸了三个摊位，又去找王某。", subjects=[])
    assert found(intake, "砸 市场") == [str(lead.id)]


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


def test_a_tip_that_was_merged_is_found_under_the_lead_that_took_it_in(house: House, intake: Client):
    target = house.another()
    lead = house.file(narrative="采砂船又来了")
    house.act(lead, "merge", CITY, "intake")
    assert found(intake, "采砂船") == [str(target.id)]


def test_a_lead_with_several_matching_tips_is_found_once(house: House, intake: Client):
    target = house.lead("registered", narrative="采砂船夜里来")
    lead = house.file(narrative="采砂船又来了")
    house.act(lead, "merge", CITY, "intake", target_lead_id=str(target.id))
    assert found(intake, "采砂船") == [str(target.id)]


def test_a_tip_whose_key_was_destroyed_is_no_longer_found(house: House, intake: Client, fee: Lead):
    house.sql("UPDATE tips SET wrapped_key = NULL WHERE id = :id", id=fee.tip_id)
    assert found(intake, "卫生费") == []
    assert house.value("SELECT count(*) FROM tip_words") == 0


# --- what is shown and kept ---


def test_a_rare_character_that_unicode_does_not_know_yet_is_found_and_marked(house: House, intake: Client):
    """Names have them: private encodings of county registries, and planes that are filled up later."""
    house.file(narrative="带头的叫李\U0003f464，住在村口。", subjects=[])
    (item,) = intake.get("/api/v1/leads/search", q="李\U0003f464").json()["items"]
    (snippet,) = item["snippets"]
    assert [snippet["text"][a:b] for a, b in snippet["matches"]] == ["李\U0003f464"]


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
