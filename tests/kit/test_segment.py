"""Text to tokens: what can be found, and what a query looks for."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from huiyin.kit.text.segment import close_plates, cover, fold, fold_with_places, index_tokens, phrase, query_words

COMMON = st.text(alphabet="收费市场张三丰的了一建国有仇高明", max_size=12)


def tokens(text: str) -> set[str]:
    return {token for token, _ in index_tokens(text)[0]}


def looked_for(query: str) -> list[str]:
    return [sought.text for sought in query_words(fold(query))[0]]


@pytest.mark.parametrize("text", ["", " ", "，。！？", "——", "\n\t", "🙂"])
def test_punctuation_alone_gives_no_tokens(text: str):
    assert index_tokens(text)[0] == []
    assert query_words(fold(text)) == ([], [])
    assert phrase(fold(text)) is None


def test_a_character_that_every_sentence_has_is_named_as_ignored():
    assert query_words("的") == ([], ["的"])


def test_a_very_long_run_of_letters_is_one_short_token():
    assert max(len(token) for token in tokens("a" * 10_000)) == 64


@pytest.mark.parametrize("written", ["衛生費", "卫生费"])
def test_traditional_and_simplified_characters_have_the_same_tokens(written: str):
    assert {"卫生", "生费"} <= tokens(written)


def test_full_width_letters_and_digits_are_the_same_as_narrow_ones():
    assert tokens("ＫＴＶ ８８") == tokens("ktv 88") == {"ktv", "88"}


@pytest.mark.parametrize("written", ["138 1234 5678", "138-1234-5678", "１３８１２３４５６７８", "13812345678"])
def test_a_telephone_number_is_found_however_it_is_grouped(written: str):
    assert "13812345678" in tokens(f"电话{written}。")
    assert looked_for(written) == ["13812345678"]


@pytest.mark.parametrize("written", ["湘A12345", "湘A·12345", "湘A 12345", "湘a-12345"])
def test_a_number_plate_is_found_however_it_is_written(written: str):
    assert "a12345" in tokens(f"车牌{written}的车")
    assert close_plates(fold(written)) == "湘a12345"


def test_a_name_that_no_dictionary_knows_is_looked_for_as_a_whole():
    assert looked_for("殷亿新") == ["殷亿新"]
    assert {"殷亿", "亿新"} <= tokens("被殷亿新殴打")


def test_a_run_of_words_is_looked_for_word_by_word():
    assert looked_for("收取卫生费") == ["收取", "卫生费"]


@given(COMMON.filter(lambda run: len(run) > 1), COMMON, COMMON)
def test_a_run_of_characters_is_covered_by_pairs_of_every_text_that_holds_it(run: str, before: str, after: str):
    """Whatever stands around it: no segmenter decides whether a name is found."""
    found = set(index_tokens(before + run + after)[0])
    starts = {place for token, place in found if token == run[:2]}
    assert any(all((token, start + offset) in found for token, offset in cover(run)) for start in starts)


@given(st.text(max_size=60))
def test_places_lead_back_to_the_text(text: str):
    folded, places = fold_with_places(text)
    assert len(folded) == len(places)
    assert all(0 <= place < len(text) for place in places)
    assert places == sorted(places)
