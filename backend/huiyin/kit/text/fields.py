"""Kinds of text input: trimmed, bounded, and free of control characters."""

import re
import unicodedata
from datetime import datetime
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime, BeforeValidator, StringConstraints
from pydantic_core import PydanticCustomError

_BREAKS = re.compile("\r\n|[\r\v\f\x85\u2028\u2029]")
_ALLOWED_CONTROLS = frozenset("\n\t\r")
_MOST_NAMED = 10


def as_told(value: str) -> str:
    """What is kept of characters that people do not type (shared/told.ts has the same rule, told-v1.json its cases).

    Line and paragraph separators (U+2028, U+2029), Word's soft break (U+000B), form feed and next line (U+0085) are
    line breaks; a tab is a blank. Nothing is left out, so that nothing is joined: 300 and 5 people are not 3005.
    """
    return _BREAKS.sub("\n", value).replace("\t", " ")


def _no_controls(value: str) -> str:
    """Refuse the other C0 and C1 controls, each by name and place: they hide text and break exports."""
    found = [
        f"U+{ord(character):04X} at position {position}"
        for position, character in enumerate(value)
        if unicodedata.category(character) == "Cc" and character not in _ALLOWED_CONTROLS
    ]
    if found:
        raise PydanticCustomError(
            "control_characters",
            "Control characters are not allowed, remove them: {found}",
            {"found": ", ".join(found[:_MOST_NAMED]) + (" …" if len(found) > _MOST_NAMED else "")},
        )
    return value


NoControls = AfterValidator(_no_controls)
"""For texts that are only compared, such as filters: PostgreSQL has no place for NUL."""


def _no_breaks(value: str) -> str:
    if "\n" in value:
        raise PydanticCustomError("line_break", "This is one line: no line breaks")
    return value


_Told = BeforeValidator(lambda value: as_told(value) if isinstance(value, str) else value)
_line = [NoControls, AfterValidator(_no_breaks), _Told]

Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100), *_line]
LongLine = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=300), *_line]
Paragraph = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=5_000), NoControls, _Told]
Answer = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=20_000), NoControls, _Told]
Narrative = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=50_000), NoControls, _Told]


def _storable(value: datetime) -> datetime:
    if not 1900 <= value.year <= 9000:
        raise PydanticCustomError("date_out_of_range", "Give a year from 1900 to 9000")
    return value


Instant = Annotated[AwareDatetime, AfterValidator(_storable)]
"""A time with its offset (RFC 3339); one without an offset is refused, since it may be off by hours."""
