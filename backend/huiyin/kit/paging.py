"""Cursor paging: an opaque cursor that holds the last row's sort values, and the Link header for the next page."""

import json
from typing import Annotated, Any

from fastapi import Request, Response
from pydantic import BaseModel, ConfigDict, Field

from huiyin.kit.base64url import bytes_of, text_of
from huiyin.kit.errors import Invalid, field_error

MAX_LIMIT = 200
Limit = Annotated[int, Field(ge=1, le=MAX_LIMIT, description="Rows a page, at most 200")]
Cursor = Annotated[str | None, Field(max_length=500, description="`next_cursor` of the page before")]


class PageQuery(BaseModel):
    """The fields that every list's filter has; unknown ones are refused."""

    model_config = ConfigDict(extra="forbid")

    limit: Limit = 50
    cursor: Cursor = None


def encode_cursor(values: list[str]) -> str:
    """The cursor after a row with these sort values, as texts."""
    return text_of(json.dumps(values, separators=(",", ":")).encode())


def decode_cursor(cursor: str, length: int) -> list[str]:
    """The sort values in a cursor. Raises Invalid when it is not one of ours."""
    try:
        values = json.loads(bytes_of(cursor))
    except ValueError:
        values = None
    if not isinstance(values, list) or len(values) != length or not all(_can_be_stored(value) for value in values):
        raise Invalid(field_error("/cursor", "bad_cursor", "Use the next_cursor of an earlier answer as it was"))
    return values


def _can_be_stored(value: Any) -> bool:
    """Whether PostgreSQL could have this as a text: no NUL, no lone surrogate. What it cannot have is not ours."""
    return isinstance(value, str) and "\x00" not in value and not any("\ud800" <= c <= "\udfff" for c in value)


def link_next(request: Request, response: Response, next_cursor: str | None) -> None:
    """Add `Link: <…>; rel="next"` (RFC 8288), with a relative address, when there is a further page."""
    if next_cursor is not None:
        url = request.url.include_query_params(cursor=next_cursor)
        response.headers["Link"] = f'<{url.path}?{url.query}>; rel="next"'
