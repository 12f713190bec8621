"""Cursor paging: an opaque cursor that holds the last row's sort values, and the Link header for the next page."""

import json
from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime
from typing import Annotated, Any, TypeVar

from fastapi import Request, Response
from pydantic import BaseModel, ConfigDict, Field

from huiyin.kit.crypto.base64url import bytes_of, text_of
from huiyin.kit.web.errors import Invalid, field_error

Row = TypeVar("Row")
MAX_LIMIT = 200
Limit = Annotated[int, Field(ge=1, le=MAX_LIMIT, description="Rows a page, at most 200")]
Cursor = Annotated[str | None, Field(max_length=500, description="`next_cursor` of the page before")]


class PageQuery(BaseModel):
    """The fields that every list's filter has; unknown ones are refused."""

    model_config = ConfigDict(extra="forbid")

    limit: Limit = 50
    cursor: Cursor = None


def encode_cursor(values: Iterable[object]) -> str:
    """The cursor after a row with these sort values: texts, numbers, UUIDs, days and moments."""
    texts = [value.isoformat() if isinstance(value, date) else str(value) for value in values]
    return text_of(json.dumps(texts, separators=(",", ":")).encode())


def decode_cursor(cursor: str, *kinds: Callable[[str], Any]) -> tuple[Any, ...]:
    """The sort values in a cursor, each read by its kind: `str`, `UUID`, `moment`, … which raises ValueError.

    Raises:
        Invalid: the cursor is not one of ours.
    """
    try:
        values = json.loads(bytes_of(cursor))
        if not isinstance(values, list) or not all(_can_be_stored(value) for value in values):
            raise ValueError
        return tuple(kind(value) for kind, value in zip(kinds, values, strict=True))
    except ValueError:
        said = "Use the next_cursor of an earlier answer as it was"
        raise Invalid(field_error("/cursor", "bad_cursor", said)) from None


def moment(value: str) -> datetime:
    """A moment with its offset, as a cursor holds it. Raises ValueError."""
    read = datetime.fromisoformat(value)
    if read.tzinfo is None:
        raise ValueError
    return read


def page_of(rows: Sequence[Row], limit: int, place: Callable[[Row], Iterable[object]]) -> tuple[list[Row], str | None]:
    """The page, where one row more than `limit` was asked for, and the cursor after it; None: nothing follows.

    Args:
        place: the sort values of a row.
    """
    shown = list(rows[:limit])
    return shown, encode_cursor(place(shown[-1])) if len(rows) > limit else None


def _can_be_stored(value: Any) -> bool:
    """Whether PostgreSQL could have this as a text: no NUL, no lone surrogate. What it cannot have is not ours."""
    return isinstance(value, str) and "\x00" not in value and not any("\ud800" <= c <= "\udfff" for c in value)


def link_next(request: Request, response: Response, next_cursor: str | None) -> None:
    """Add `Link: <…>; rel="next"` (RFC 8288), with a relative address, when there is a further page."""
    if next_cursor is not None:
        url = request.url.include_query_params(cursor=next_cursor)
        response.headers["Link"] = f'<{url.path}?{url.query}>; rel="next"'
