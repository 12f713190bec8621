"""What a tip costs its sender's machine, a flooder's processors, and this server, at quiet times and under a flood.

Rounds of PBKDF2 a second are measured in Chromium, with the CPU throttled as DevTools do and without, and by OpenSSL.
DevTools throttle the browser's threads, not the chip: a slow phone is taken as 6 times the unthrottled time, the worse
of the two. A flooder is taken to have the faster of both programs on every processor.
"""

import hashlib
import os
import shutil
import statistics
import tempfile
import time
from datetime import UTC, datetime

import altcha

from huiyin.settings import Settings, settings

LEVELS = {"quiet": 0, "raised by counts, most": 4, "emergency, least": 4, "emergency, most": 6}
CORES, SLOW = 8, 6
_ROUNDS_IN_BROWSER = """async ([rounds, tries, lanes]) => {
    const salt = new Uint8Array(16), began = performance.now();
    for (let n = 0; n < tries; n += lanes) await Promise.all(Array.from({ length: lanes }, async () => {
        const key = await crypto.subtle.importKey("raw", salt, "PBKDF2", false, ["deriveBits"]);
        await crypto.subtle.deriveBits({ name: "PBKDF2", hash: "SHA-256", salt, iterations: rounds }, key, 256);
    }));
    return tries * rounds / (performance.now() - began) * 1000;
}"""


def measure() -> None:
    """Print rounds a second, then seconds by level, then what issuing and checking cost the server."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ |= {"HUIYIN_DEMO": "true", "HUIYIN_DATA": folder}
        settings.cache_clear()
        from huiyin.kit.crypto.proof_of_work import ROUNDS

        native = _native()
        in_browser = {rate: _in_browser(ROUNDS, rate) for rate in (1, SLOW)}
        flooder = max(native, _in_browser(ROUNDS, 1, lanes=1))
        print(f"rounds a second of one processor: OpenSSL {native:,.0f}, the faster of both {flooder:,.0f}")
        for rate, rounds in in_browser.items():
            print(f"rounds a second: Chromium, throttled {rate} times {rounds:,.0f}")
        tries = Settings(demo=True).proof_tries
        slow = min(in_browser[1] / SLOW, in_browser[SLOW])
        for name, steps in LEVELS.items():
            work = (tries << steps) * ROUNDS
            here, there = work / in_browser[1], work / slow
            print(f"{name}: at most {work:,} rounds, half of them on average")
            print(f"  here {here / 2:.2f} s on average, {here:.2f} s at most")
            print(f"  {SLOW} times as slow {there / 2:.1f} and {there:.1f} s")
            print(f"  {CORES} processors of a flooder: {CORES * flooder / (work / 2):.1f} tips a second")
        _server()


def _native() -> float:
    began = time.perf_counter()
    hashlib.pbkdf2_hmac("sha256", b"x" * 20, b"y" * 16, 3_000_000)
    return 3_000_000 / (time.perf_counter() - began)


def _in_browser(rounds: int, rate: int, lanes: int = 4) -> float:
    from playwright.sync_api import sync_playwright

    path = shutil.which("chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page()
        page.route("http://localhost/", lambda route: route.fulfill(body="<title>x</title>", content_type="text/html"))
        page.goto("http://localhost/")
        page.context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": rate})
        found: float = statistics.median(page.evaluate(_ROUNDS_IN_BROWSER, [rounds, 384, lanes]) for _ in range(5))
        browser.close()
    return found


def _server() -> None:
    from huiyin.kit.crypto.proof_of_work import check, issue

    now = datetime.now(UTC)
    issued = [_timed(lambda: issue("tip", 384, now)) for _ in range(200)]
    challenge = altcha.Challenge.from_dict(issue("tip", 1, now))
    solution = altcha.solve_challenge(challenge)
    assert solution is not None
    sent = altcha.Payload(challenge, solution).to_base64()
    checked = [_timed(lambda: check(sent, "tip", now)) for _ in range(200)]
    print(f"server: a challenge {statistics.median(issued):.2f} ms, a check {statistics.median(checked):.3f} ms")


def _timed(act: object) -> float:
    assert callable(act)
    began = time.perf_counter()
    act()
    return (time.perf_counter() - began) * 1000


if __name__ == "__main__":
    measure()
