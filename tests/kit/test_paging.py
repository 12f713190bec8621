"""Cursors: opaque, and refused unless they are ours."""

import base64
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from huiyin.kit.web.errors import Invalid
from huiyin.kit.web.paging import decode_cursor, encode_cursor

names = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"))


@given(st.lists(names, max_size=4))
def test_cursor_gives_back_what_it_holds(values: list[str]):
    assert decode_cursor(encode_cursor(values), *[str] * len(values)) == tuple(values)


@given(names)
def test_any_text_is_a_cursor_or_refused_by_its_field(text: str):
    try:
        found = decode_cursor(text, str, str)
    except Invalid:
        return
    assert len(found) == 2


@pytest.mark.parametrize("values", [["a"], ["a", "b", "c"], [1, 2], [None, "a"], ["a\x00", "b"], [["a"], "b"]])
def test_cursor_of_another_shape_is_refused(values: list[object]):
    made = base64.urlsafe_b64encode(json.dumps(values).encode()).decode()
    with pytest.raises(Invalid):
        decode_cursor(made, str, str)
