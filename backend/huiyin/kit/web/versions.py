"""Optimistic locking over HTTP: ETag and If-Match (RFC 9110, sections 8.8.3 and 13.1.1)."""

import re
from typing import Annotated

from fastapi import Header, Response

from huiyin.kit.web.errors import PreconditionRequired, Stale

_ETAG = re.compile(r'^"v(\d{1,9})"$')


def set_etag(response: Response, version: int) -> None:
    """Name the version of the resource in the answer."""
    response.headers["ETag"] = f'"v{version}"'


async def required_version(
    if_match: Annotated[str | None, Header(description='The ETag that you saw, e.g. `"v3"`')] = None,
) -> int:
    """The version in If-Match.

    Raises:
        PreconditionRequired: the header is missing.
        Stale: it is not an ETag of ours, so it cannot match.
    """
    if if_match is None:
        raise PreconditionRequired
    match = _ETAG.match(if_match.strip())
    if match is None:
        raise Stale('If-Match takes the ETag of your last reading, such as "v3"')
    return int(match[1])
