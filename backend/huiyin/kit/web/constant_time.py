"""Answers whose time does not tell what was found: each takes a whole number of steps, whatever it says."""

import asyncio
import time

from starlette.types import ASGIApp, Message, Receive, Scope, Send

STEP_SECONDS = 0.05
"""Longer than either answer takes on a busy machine; `make bench ARGS=timing` shows whether it still is."""


class ConstantTime:
    """Holds the whole answer of routes that a secret opens until the next step of time, errors' answers too.

    Outside of everything that takes a connection or a thread: nothing is held while it waits. The answers are small.
    """

    def __init__(self, app: ASGIApp, below: str) -> None:
        """`below`: the path under which the routes are."""
        self.app, self.below = app, below

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not scope["path"].startswith(self.below):
            await self.app(scope, receive, send)
            return
        began = time.monotonic()
        held: list[Message] = []

        async def store(message: Message) -> None:
            held.append(message)

        await self.app(scope, receive, store)
        await asyncio.sleep(STEP_SECONDS - (time.monotonic() - began) % STEP_SECONDS)
        for message in held:
            await send(message)
