"""One browser window of one person, and what must hold in it all the time: no console error, no foreign host."""

import json
import re
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request, ViewportSize, expect

PHONE: ViewportSize = {"width": 390, "height": 844}
DESK: ViewportSize = {"width": 1366, "height": 900}
LANGUAGES = ("zh-CN", "zh-Hant", "en")
OTHERS_THOROUGHLY = ["zh-CN", *(pytest.param(one, marks=pytest.mark.thorough) for one in ("zh-Hant", "en"))]
"""For tests that walk through many pages: `make check` does it in one language."""
# A language changes words and their lengths, not the structure: each is looked through, one of them at both widths.
LOOKED_AT = {"zh-CN": (PHONE, DESK), "zh-Hant": (DESK,), "en": (PHONE,)}
AXE = Axe()
SETTLED = (
    "() => document.getAnimations().every(one => one.playState !== 'running' || one.effect.getTiming().iterations > 9)"
)
# What the content security policy and Trusted Types refused, as a complaint of the page.
TELL_VIOLATIONS = """addEventListener("securitypolicyviolation", one => console.error(
  `policy: ${one.effectiveDirective} refused ${one.blockedURI} ${one.sample} at ${one.sourceFile}`))"""
TOO_WIDE = """() => {
  const width = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= width) return [];
  const hides = one => getComputedStyle(one).overflowX !== "visible";
  const clipped = one => one && one !== document.body && (hides(one) || clipped(one.parentElement));
  const wide = [...document.body.querySelectorAll("*")].filter(
    one => one.getBoundingClientRect().right > width + 1 && !clipped(one.parentElement));
  return wide.slice(0, 5).map(one => one.outerHTML.slice(0, 120));
}"""


@dataclass
class Visitor:
    """A person at a browser: their window, what it asked for and what it complained about."""

    context: BrowserContext
    page: Page
    origin: str
    requests: list[Request] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)
    expected: set[str] = field(default_factory=lambda: {"status of 401", "status of 428"})
    """Failed requests that belong to the story; the browser logs each. 401: nobody is signed in yet. 428: the browser
    has work to do first, and does it."""
    hosts: set[str] = field(default_factory=set)
    """Other hosts that the story leads to."""
    language: str = "zh-CN"
    pictures: Path | None = None
    called: str = ""
    _taken: int = 0

    def __post_init__(self) -> None:
        self.context.on("request", lambda request: self.requests.append(request))  # noqa: PLW0108  a built-in has no attributes
        self.page.on("console", self._hear)
        self.page.on("pageerror", lambda error: self.complaints.append(f"uncaught: {error}"))

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type != "error":
            return
        failed = message.text.startswith("Failed to load resource")
        if not (failed and any(one in message.text for one in self.expected)):
            self.complaints.append(f"console: {message.text} ({message.location['url']})")

    def go(self, path: str) -> None:
        """Open a page of ours."""
        self.page.goto(f"{self.origin}{path}")

    def press(self, name: str) -> None:
        """Press the first button of that name: by finger on a phone."""
        button = self.page.get_by_role("button", name=name, exact=True).first
        if (self.page.viewport_size or DESK)["width"] < 700:
            button.tap()
        else:
            button.click()

    def signed_in(self, login: str, password: str) -> "Visitor":
        """Sign in without the page, which has tests of its own."""
        answer = self.context.request.post(
            f"{self.origin}/api/v1/sessions",
            data={"login": login, "password": password},
            headers={"Origin": self.origin},
        )
        assert answer.status == 201, answer.text()
        return self

    def picture(self, name: str) -> None:
        """Keep what is on the screen, the whole page of it, as build output."""
        if self.pictures is None:
            return
        self._taken += 1
        self.settle()
        kind = "phone" if (self.page.viewport_size or DESK)["width"] < 700 else "desk"
        self.page.screenshot(
            path=self.pictures / f"{kind}-{self.called}-{self._taken:02}-{name}.png", full_page=kind == "phone"
        )

    def settle(self) -> None:
        """Wait until nothing moves: a half faded dialog has other colours than it will have."""
        self.page.wait_for_function(SETTLED)

    def inspect(self, what: str, sizes: tuple[ViewportSize, ...] = ()) -> None:
        """The page on a phone and on a desk: nothing for axe to find, and nothing wider than the window."""
        before = self.page.viewport_size
        for size in sizes or LOOKED_AT[self.language]:
            self.page.set_viewport_size(size)
            self.settle()
            where = f"{what} at {size['width']} px"
            if wide := self.page.evaluate(TOO_WIDE):
                self.complaints.append(f"{where}: wider than the window: {wide}")
            self._axe(where)
            self.picture(what)
        self.page.set_viewport_size(before or DESK)

    def _axe(self, where: str) -> None:
        if not self.page.evaluate("'axe' in window"):
            self.page.evaluate(AXE.axe_script)
        found = self.page.evaluate("axe.run({resultTypes: ['violations']}).then(result => result.violations)")
        self.complaints += [
            f"{where}: {one['id']}: {node['html'][:300]} {node['failureSummary'][:200]}"
            for one in found
            for node in one["nodes"]
        ]

    def foreign(self) -> list[str]:
        """Requests to hosts that are not ours."""
        ours = {urlsplit(self.origin).netloc, ""} | self.hosts
        return [one.url for one in self.requests if urlsplit(one.url).netloc not in ours]

    def sent(self) -> str:
        """Everything that left the browser: addresses, headers and bodies."""
        return json.dumps([[one.url, one.headers, one.post_data] for one in self.requests])

    def stored(self) -> str:
        """Everything that is kept on the device: cookies, local and session storage, databases, the history's state."""
        state = self.context.storage_state(indexed_db=True)
        here = self.page.evaluate(
            "JSON.stringify([{...sessionStorage}, {...localStorage}, history.state, location.href])"
        )
        return json.dumps([state, here])


def open_window(
    browser: Browser, origin: str, *, phone: bool = False, language: str = "zh-CN", dashboard: bool = False
) -> Visitor:
    """A window of its own: no cookie or storage is shared with another. `dashboard` keeps the language there."""
    context = browser.new_context(
        viewport=PHONE if phone else DESK,
        has_touch=phone,
        is_mobile=phone,
        locale=language,
        timezone_id="Asia/Shanghai",
        reduced_motion="reduce",
    )
    context.set_default_timeout(15_000)
    context.add_init_script(TELL_VIOLATIONS)
    if dashboard:
        context.add_init_script(f"localStorage.setItem('huiyin.language', '{language}')")
    return Visitor(context, context.new_page(), origin, language=language)


def digits_of(text: str) -> str:
    """Only the digits, so that no way of grouping hides a code."""
    return re.sub(r"\D", "", text)


__all__ = ["DESK", "LANGUAGES", "OTHERS_THOROUGHLY", "PHONE", "Visitor", "digits_of", "expect", "open_window"]
