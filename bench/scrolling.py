"""Scrolling the inbox from the newest of 100,000 leads to the oldest in a real browser: which frames came late.

HUIYIN_BENCH_LEADS says how many leads. The bare reference is the same window scrolling as many empty rows without
anything of ours. A frame is late when more than 50 ms passed since the one before; 60 a second is what the screen does.
"""

import json
import os
import shutil
import time
from typing import Any

from playwright.sync_api import Page, sync_playwright

from bench.generate import fill
from bench.service import connect, running, sign_in

LATE_MS = 50
STEP = 1200
"""Pixels a frame: a window and a half, sixty times a second."""

SCROLL = """async ([step, rows]) => {
  const list = document.querySelector(".scroller");
  const reached = () => Number(list.querySelector("li:last-of-type")?.getAttribute("aria-posinset"));
  const frames = [];
  const frame = () => new Promise(requestAnimationFrame);
  let last = await frame(), waits = 0, still = 0;
  while (still < 300) {
    const before = list.scrollTop;
    list.scrollTop = before + step;
    const now = await frame();
    frames.push(now - last);
    last = now;
    if (list.scrollTop === before) { waits++; still++; } else { still = 0; }
    if (rows && reached() >= rows) break;
  }
  const heap = performance.memory ? performance.memory.usedJSHeapSize / 2 ** 20 : 0;
  return { frames: frames.slice(5), waits, heap, reached: reached() };
}"""
BARE = """rows => {
  const inside = `<div style="height:${rows * 98}px"></div>`;
  document.body.innerHTML = `<div class="scroller" style="height:100vh;overflow:auto">${inside}</div>`;
}"""
PRESS = """key => new Promise(done => {
  const before = document.activeElement, began = performance.now();
  const look = () => {
    const passed = performance.now() - began, now = document.activeElement;
    if ((now !== before && now !== document.body) || passed > 2000) done(passed);
    else requestAnimationFrame(look);
  };
  before.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true }));
  look();
})"""


def measure() -> None:
    """Print late frames, the longest, where the list had to wait for the server, and the memory of the page."""
    leads = int(os.environ.get("HUIYIN_BENCH_LEADS", "100000"))
    with running() as service, sync_playwright() as playwright:
        os.environ |= {"HUIYIN_DEMO": "true", "HUIYIN_DATA": str(service.data)}
        with connect(service) as owner:
            socket_dir = (service.data / "postgres" / "postmaster.pid").read_text().splitlines()[4]
            places = fill(owner, socket_dir, leads)
            login = owner.execute(
                "SELECT o.login FROM officers o JOIN agencies a ON a.head_id = o.id WHERE a.id = %s",
                (places[0].offices[0],),
            ).fetchone()
            assert login is not None
            cookie = sign_in(owner, login[0], 1)[0]
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu", "--disable-quic"]
        )
        context = browser.new_context(viewport={"width": 1366, "height": 900}, locale="zh-CN")
        context.add_cookies([{"name": "huiyin_session", "value": cookie, "url": service.url}])
        page = context.new_page()
        page.goto(f"{service.url}/review/leads")
        page.wait_for_selector("a.row")
        began = time.monotonic()
        _report(f"{leads} leads", page.evaluate(SCROLL, [STEP, leads]), time.monotonic() - began)
        _keys(page)
        bare = context.new_page()
        bare.goto(f"{service.url}/health/ready")
        bare.evaluate(BARE, leads)
        began = time.monotonic()
        _report("bare", bare.evaluate(SCROLL, [STEP * 10, 0]), time.monotonic() - began)
        browser.close()


def _report(name: str, found: dict[str, Any], seconds: float) -> None:
    frames = sorted(found["frames"])
    late = [round(one) for one in frames if one > LATE_MS]
    print(
        f"{name}: {len(frames)} frames in {seconds:.0f} s, reached row {found['reached']}; {len(late)} later than"
        f" {LATE_MS} ms ({100 * len(late) / len(frames):.2f} %), longest {frames[-1]:.0f} ms,"
        f" p50 {frames[len(frames) // 2]:.1f}, p99 {frames[int(len(frames) * 0.99)]:.1f};"
        f" {found['waits']} frames at the end of what was loaded; heap {found['heap']:.0f} MB",
        flush=True,
    )
    print("  late ones, the last twenty:", json.dumps(late[-20:]))


def _keys(page: Page) -> None:
    """J and K at the end of the whole list: from the key to the frame in which the next row has the focus."""
    page.locator("a.row").last.focus()
    took = [page.evaluate(PRESS, key) for key in "k" * 10 + "j" * 10]
    took.sort()
    print(f"J and K there: p50 {took[len(took) // 2]:.0f} ms, longest {took[-1]:.0f} ms")
