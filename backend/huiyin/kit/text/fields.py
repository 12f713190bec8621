"""Kinds of text input: trimmed, bounded, and free of control characters."""

import unicodedata
from datetime import datetime
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime, StringConstraints
from pydantic_core import PydanticCustomError

_ALLOWED_CONTROLS = frozenset("\n\t\r")


def _no_controls(value: str) -> str:
    """Refuse C0 and C1 controls but line feed, return and tab; they hide text and break exports."""
    for position, character in enumerate(value):
        if unicodedata.category(character) == "Cc" and character not in _ALLOWED_CONTROLS:
            raise PydanticCustomError(
                "control_characters",
                "Control character U+{code} at position {position} is not allowed; remove it",
                {"code": f"{ord(character):04X}", "position": position},
            )
    return value


NoControls = AfterValidator(_no_controls)
"""For texts that are only compared, such as filters: PostgreSQL has no place for NUL."""


def _no_breaks(value: str) -> str:
    if any(character in value for character in "\n\r\t"):
        raise PydanticCustomError("line_break", "This is one line: no line breaks or tabs")
    return value


_line = [NoControls, AfterValidator(_no_breaks)]

Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100), *_line]
LongLine = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=300), *_line]
Paragraph = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=5_000), NoControls]
Answer = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=20_000), AfterValidator(_no_controls)
]
Narrative = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=50_000), NoControls]


def _storable(value: datetime) -> datetime:
    if not 1900 <= value.year <= 9000:
        raise PydanticCustomError("date_out_of_range", "Give a year from 1900 to 9000")
    return value


Instant = Annotated[AwareDatetime, AfterValidator(_storable)]
"""A time with its offset (RFC 3339); one without an offset is refused, since it may be off by hours."""
