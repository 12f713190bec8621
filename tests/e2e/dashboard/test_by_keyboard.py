"""A reviewer's working day without a mouse: real leads, each opened, read and decided by keys alone."""

import gzip
import itertools
import json
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from playwright.sync_api import Page

from huiyin.settings import CHECKOUT
from tests.e2e.seeds import Seeds
from tests.e2e.visitors import Visitor, expect

MESSAGES = CHECKOUT.parent / "shared" / "data" / "citizen_messages.ndjson.gz"
LEADS = 50
MOST_TABS = 15
POINTED = """
window.pointed = 0;
for (const kind of ["pointerdown", "mousedown", "touchstart", "wheel"])
  addEventListener(kind, () => window.pointed++, { capture: true, passive: true });
"""


class Hands:
    """A keyboard, and nothing else."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.pressed = 0

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)
            self.pressed += 1

    def type(self, text: str) -> None:
        self.page.keyboard.type(text)
        self.pressed += len(text)

    def tab_to(self, selector: str) -> None:
        """Tab until the focus is on something that fits."""
        for _ in range(MOST_TABS):
            if self.page.evaluate("fits => !!document.activeElement?.matches(fits)", selector):
                return
            self.press("Tab")
        raise AssertionError(f"{MOST_TABS} times Tab do not lead to {selector}")

    def command(self, words: str) -> None:
        """By the palette."""
        self.press("Control+k")
        expect(self.page.get_by_role("combobox", name="输入要做的事")).to_be_focused()
        self.type(words)
        expect(self.page.get_by_role("listbox", name="命令面板").get_by_role("option").first).to_contain_text(words)
        self.press("Enter")


@pytest.fixture
def waiting(seeds: Seeds) -> list[str]:
    """Real messages that were verified and wait for the reviewer: lead ids."""
    if not MESSAGES.is_file():
        pytest.skip(f"there are no real messages at {MESSAGES}")
    with gzip.open(MESSAGES, "rt", encoding="utf-8") as file:
        told = [json.loads(line)["narrative"] for line in itertools.islice(file, LEADS)]
    for login in ("intake.city", "dispatch.city", "chief.district", "verify.district", "verify2.district"):
        seeds.stage.as_(login)
    with ThreadPoolExecutor(4) as threads:
        return list(threads.map(seeds.in_review, told))


@pytest.mark.thorough
def test_a_reviewer_decides_real_leads_by_keyboard_alone(
    window: Callable[..., Visitor],
    passwords: dict[str, str],
    waiting: list[str],
    record_property: Callable[..., None],
):
    reviewer = window(pictures=True, called="keyboard")
    page, hands = reviewer.page, Hands(reviewer.page)
    reviewer.context.add_init_script(POINTED)
    reviewer.go("/review/leads")
    expect(page.get_by_label("登录名")).to_be_visible()
    hands.tab_to("input[autocomplete^=username]")
    hands.type("review.province")
    hands.tab_to("input[autocomplete=current-password]")
    hands.type(passwords["review.province"])
    hands.press("Enter")
    expect(page.get_by_role("button", name="退出")).to_be_visible()

    hands.command("待复核")
    page.wait_for_url("**state=in_review*")
    expect(page.locator("a.row").first).to_contain_text("复核中")
    decided: Counter[str] = Counter()
    for turn in range(LEADS):
        hands.press("j")
        row = page.locator("a.row:focus")
        number = row.locator(".number").inner_text()
        hands.press("Enter")
        expect(page.get_by_role("heading", name=number)).to_be_focused()
        expect(page.get_by_role("region", name="办理", exact=True).get_by_role("button").first).to_be_visible()
        verb = "退查" if turn % 5 == 4 else "审定"
        decide(hands, verb)
        expect(page.get_by_role("status").filter(has_text=f"{verb}，已记录。").last).to_be_visible()
        decided[verb] += 1
        if turn in {0, LEADS - 1}:
            reviewer.picture(f"after-{turn}")
        hands.press("Escape")
        expect(page.locator("a.row:focus .number")).to_have_text(number)
    assert page.evaluate("window.pointed") == 0
    assert decided == {"审定": LEADS - LEADS // 5, "退查": LEADS // 5}
    assert page.evaluate("document.querySelectorAll('[role=alert]').length") == 0
    print(f"{hands.pressed} keys for {LEADS} leads")
    record_property("keys", hands.pressed)


def decide(hands: Hands, verb: str) -> None:
    """Open the verb's form, fill it and send it."""
    page = hands.page
    if verb == "审定":
        hands.press("e")
    else:
        hands.command(verb)
    form = page.get_by_role("dialog", name=verb)
    expect(form).to_be_visible()
    if verb == "审定":
        hands.tab_to("select")
        hands.press("ArrowDown", "ArrowDown")
    else:
        hands.tab_to("textarea")
        hands.type("请补充当事人的说明")
    hands.tab_to("button[type=submit]")
    hands.press("Enter")
    expect(form).to_be_hidden()
