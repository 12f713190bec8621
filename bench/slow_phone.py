"""The public pages on a slow phone: processor six times slower, 400 kbit/s, 150 ms to the server, empty caches.

Seen: the first words are painted. Usable: the first question stands there after pressing "begin", or the receipt page
takes a code. The bare reference is the page for an unknown address on the same line: one document without a script.
"""

import shutil
import statistics
import time
from collections.abc import Callable

from playwright.sync_api import Browser, Page, sync_playwright

from bench.service import running

RUNS = 5
SLOWER = 6
BYTES_A_SECOND = 400_000 / 8
LATENCY_MS = 150
BYTES = """performance.getEntries().reduce((sum, entry) => sum + (entry.transferSize ?? 0), 0)"""
PAINTED = """performance.getEntriesByName("first-contentful-paint")[0]?.startTime ?? 0"""


def _first_question(page: Page) -> None:
    begin, question = page.locator("main button.first").first, page.locator("main input")
    while not question.count():  # the words are there before the script that listens
        begin.click()
        page.wait_for_timeout(50)


def _takes_a_code(page: Page) -> None:
    while not page.evaluate("Boolean(document.getElementById('app').__vue_app__)"):
        page.wait_for_timeout(50)
    page.locator("main input").first.fill("1234")


def _is_there(page: Page) -> None:
    page.locator("h1").first.wait_for()


def _visit(browser: Browser, url: str, usable: Callable[[Page], None]) -> tuple[float, float, float]:
    """Seconds until seen, seconds until usable, KB that came over the line; in a context of its own."""
    context = browser.new_context(
        viewport={"width": 390, "height": 844}, device_scale_factor=2, is_mobile=True, has_touch=True, locale="zh-CN"
    )
    page = context.new_page()
    session = context.new_cdp_session(page)
    line = {"downloadThroughput": BYTES_A_SECOND, "uploadThroughput": BYTES_A_SECOND}
    session.send("Network.enable")
    session.send("Network.emulateNetworkConditions", {"offline": False, "latency": LATENCY_MS, **line})
    session.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    began = time.perf_counter()
    page.goto(url, wait_until="commit")
    usable(page)
    seconds = time.perf_counter() - began
    seen, received = page.evaluate(PAINTED) / 1000, page.evaluate(BYTES) / 1024
    context.close()
    return seen, seconds, received


def measure() -> None:
    """Medians of five visits, each with empty caches, and the slowest of them."""
    with running() as service, sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"]
        )
        bare = 0.0
        for name, path, usable in (
            ("bare", "/nothing-here", _is_there),
            ("form", "/", _first_question),
            ("form, en", "/?lang=en", _first_question),
            ("receipt", "/receipt", _takes_a_code),
        ):
            visits = [_visit(browser, service.url + path, usable) for _ in range(RUNS)]
            seen, used, received = (statistics.median(one) for one in zip(*visits, strict=True))
            bare = bare or used
            print(
                f"{name}: seen after {seen:.2f} s, usable after {used:.2f} s (slowest {max(v[1] for v in visits):.2f}),"
                f" {used / bare:.1f} x bare, {received:.1f} KB"
            )
        browser.close()
