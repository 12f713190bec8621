"""A Firefox ESR of its own, spoken to by WebDriver BiDi (W3C), which it serves itself.

Playwright drives a Firefox of its own build only; the one that people have, and on which Tor Browser stands, is
Debian's. What a test needs of it is little: open a page, press, fill, choose files, ask what is there.
"""

import itertools
import json
import re
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from websockets.sync.client import ClientConnection, connect

PATIENCE = 30
"""Seconds."""


def firefox() -> str | None:
    """The path of this machine's Firefox ESR."""
    return shutil.which("firefox-esr")


class Window:
    """One page in a Firefox without a window on any screen."""

    def __init__(self, socket: ClientConnection) -> None:
        self._socket, self._numbers = socket, itertools.count(1)
        self.command("session.new", capabilities={})
        self._context = self.command("browsingContext.getTree")["contexts"][0]["context"]

    def command(self, method: str, **params: Any) -> Any:
        """One command and its result; events are of no interest here."""
        number = next(self._numbers)
        self._socket.send(json.dumps({"id": number, "method": method, "params": params}))
        while True:
            heard = json.loads(self._socket.recv(PATIENCE))
            if heard.get("id") == number:
                assert heard["type"] == "success", f"{method}: {heard}"
                return heard["result"]

    def go(self, url: str) -> None:
        self.command("browsingContext.navigate", context=self._context, url=url, wait="complete")

    def evaluate(self, expression: str) -> Any:
        """The value of an expression in the page, as JSON."""
        whole = f"(async () => JSON.stringify(await ({expression})))()"
        target = {"context": self._context}
        found = self.command("script.evaluate", expression=whole, target=target, awaitPromise=True)
        assert found["type"] == "success", found
        return json.loads(found["result"].get("value", "null"))

    def until(self, expression: str) -> Any:
        """Wait until an expression is true; returns its value."""
        deadline = time.monotonic() + PATIENCE
        while not (found := self.evaluate(expression)):
            assert time.monotonic() < deadline, f"never true: {expression}; {self.evaluate('document.body.innerText')}"
            time.sleep(0.05)
        return found

    def press(self, name: str) -> None:
        """Press the first button of that name."""
        named = f"[...document.querySelectorAll('button')].find(one => one.innerText.trim() === {json.dumps(name)})"
        self.until(f"Boolean({named})")
        self.evaluate(f"{named}.click()")

    def set(self, selector: str, value: str | None = None) -> None:
        """Type or choose a value; without one, tick."""
        self.until(f"Boolean(document.querySelector({json.dumps(selector)}))")
        self.evaluate(f"""((field, value) => {{
            if (value === null) return void field.click();
            field.value = value;
            for (const kind of ["input", "change"]) field.dispatchEvent(new Event(kind, {{bubbles: true}}));
        }})(document.querySelector({json.dumps(selector)}), {json.dumps(value)})""")

    def choose_file(self, selector: str, path: Path) -> None:
        """As in the dialog that a file field opens."""
        locator = {"type": "css", "value": selector}
        (node,) = self.command("browsingContext.locateNodes", context=self._context, locator=locator)["nodes"]
        element = {"sharedId": node["sharedId"]}
        self.command("input.setFiles", context=self._context, element=element, files=[str(path)])


@contextmanager
def opened(path: str, **preferences: object) -> Iterator[Window]:
    """A window with a profile of its own; both are gone afterwards."""
    with tempfile.TemporaryDirectory() as profile:
        wanted = {"remote.active-protocols": 1, **preferences}
        lines = (f"user_pref({json.dumps(name)}, {json.dumps(value)});\n" for name, value in wanted.items())
        (Path(profile) / "user.js").write_text("".join(lines))
        command = [path, "--headless", "--no-remote", "--remote-debugging-port=0", "--profile", profile]
        with subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
        ) as process:
            try:
                assert process.stderr is not None
                address = next(
                    found[0] for line in process.stderr if (found := re.search(r"ws://127\.0\.0\.1:\d+", line))
                )
                with connect(f"{address}/session", max_size=None) as socket:
                    yield Window(socket)
            finally:
                process.kill()
