"""Kinds of text input."""

import json
from pathlib import Path
from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from huiyin.kit.text.fields import Answer, Instant, Line, LongLine, Narrative, Paragraph


def takes(kind: Any, value: Any) -> bool:
    try:
        TypeAdapter(kind).validate_python(value)
    except ValidationError:
        return False
    return True


@pytest.mark.parametrize("kind", [Line, LongLine, Paragraph, Narrative])
@pytest.mark.parametrize("value", ["", "  ", "\u3000", "\x00", "a\x07", "a\x1bb", "a\x7f", "\u009f", "\ud800", 5, None])
def test_text_that_nobody_can_read_is_refused(kind: Any, value: Any):
    assert not takes(kind, value)


@pytest.mark.parametrize("kind", [Line, LongLine, Paragraph, Narrative])
@pytest.mark.parametrize("value", ["张三", "Ṁ́", "🙂", "ﷺ", "a\u200db", "𠮷", "\u200fעברית"])
def test_text_in_any_script_is_kept_as_it_is(kind: Any, value: str):
    assert TypeAdapter(kind).validate_python(value) == value


def test_text_is_trimmed():
    assert TypeAdapter(Line).validate_python("  张三\u3000") == "张三"


TOLD = json.loads((Path(__file__).parents[2] / "vectors/told-v1.json").read_text())


@pytest.mark.parametrize(("given", "kept"), TOLD["told"])
def test_breaks_are_kept_as_breaks_and_nothing_is_joined(given: str, kept: str):
    for kind in (Paragraph, Narrative, Answer):
        assert TypeAdapter(kind).validate_python(given) == kept


@pytest.mark.parametrize("value", TOLD["refused"])
def test_other_controls_are_refused_each_by_its_name_and_place(value: str):
    for kind in (Line, LongLine, Paragraph, Narrative, Answer):
        with pytest.raises(ValidationError) as caught:
            TypeAdapter(kind).validate_python(value + "，又" + value)
        assert f"U+{ord(value[3]):04X} at position 3, U+{ord(value[3]):04X} at position 12" in str(caught.value)


@pytest.mark.parametrize("value", ["a\nb", "a\rb", "a\u2028b", "a\vb"])
def test_one_line_has_no_breaks_but_a_paragraph_may(value: str):
    assert not takes(Line, value)
    assert not takes(LongLine, value)
    assert takes(Paragraph, value)
    assert takes(Narrative, value)


@pytest.mark.parametrize(("kind", "longest"), [(Line, 100), (LongLine, 300), (Paragraph, 5_000), (Narrative, 50_000)])
def test_length_is_bounded(kind: Any, longest: int):
    assert takes(kind, "字" * longest)
    assert not takes(kind, "字" * (longest + 1))


@pytest.mark.parametrize("value", ["2026-01-01T00:00:00Z", "2026-01-01T00:00:00+08:00", "1900-01-01T00:00:00+00:00"])
def test_time_with_an_offset_is_taken(value: str):
    assert takes(Instant, value)


@pytest.mark.parametrize(
    "value", ["2026-01-01T00:00:00", "2026-01-01", "", "1899-12-31T00:00:00Z", "9999-01-01T00:00:00Z", None]
)
def test_time_without_an_offset_or_far_away_is_refused(value: Any):
    assert not takes(Instant, value)
