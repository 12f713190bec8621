"""Answers whose time does not tell what was found: each takes a whole number of steps, whatever it says."""

import asyncio
import time
from collections.abc import AsyncIterator

STEP_SECONDS = 0.05
"""Longer than either answer takes on a busy machine; `make bench ARGS=timing` shows whether it still is."""


async def even_time() -> AsyncIterator[None]:
    """A dependency for routes that a secret opens. Name it first: it then waits after the commit, with no lock held."""
    began = time.monotonic()
    try:
        yield
    finally:
        await asyncio.sleep(STEP_SECONDS - (time.monotonic() - began) % STEP_SECONDS)
