"""Every page of both apps, in every language, on a phone and on a desk: readable by everyone, and nothing overflows.

`Visitor.inspect` looks with axe; the `window` fixture fails on what it and the browser's console complained about.
"""

from collections.abc import Callable

import pytest

from tests.e2e.citizens import NICKNAME, STORY
from tests.e2e.seeds import DISTRICT, Seeds
from tests.e2e.visitors import DESK, LANGUAGES, OTHERS_THOROUGHLY, PHONE, Visitor, expect

HUNAN, CHANGSHA, YUELU = "430000", "430100", "430104"


@pytest.mark.parametrize("language", ["zh-CN", "en", pytest.param("zh-Hant", marks=pytest.mark.thorough)])
def test_every_page_of_the_public_app(window: Callable[..., Visitor], language: str):
    citizen = window(pictures=language != "zh-Hant", called="citizen", language=language)
    page, inspect = citizen.page, citizen.inspect
    go_on = page.locator("main form button.first[type=submit]")
    wrong = page.get_by_role("alert")

    citizen.go(f"/?lang={language}")
    expect(page.locator("html")).to_have_attribute("lang", language)
    page.locator("main details summary").click()
    choose_region(citizen, "near")
    expect(page.locator("ul.channels li").first).to_be_visible()
    inspect("start")
    page.locator("main button.first").first.click()

    expect(page.locator("#conduct-1")).to_be_visible()
    go_on.click()
    expect(wrong).to_be_focused()
    inspect("kind")
    page.locator("#conduct-1").check()
    go_on.click()

    expect(page.locator("#narrative")).to_be_visible()
    go_on.click()
    expect(wrong).to_be_focused()
    inspect("story")
    page.locator("#narrative").fill(STORY)
    go_on.click()

    expect(page.locator("#region-0")).to_be_visible()
    go_on.click()
    expect(wrong).to_be_focused()
    choose_region(citizen, "region")
    inspect("place")
    go_on.click()

    page.locator("#when-exact").check()
    go_on.click()
    expect(wrong).to_be_focused()
    inspect("time")
    page.locator("#day").fill("2026-03-03")
    go_on.click()

    page.locator("#known-yes").check()
    page.locator("main .card + button.second, main .card ~ button.second").last.click()
    expect(page.locator("section.card")).to_have_count(2)
    go_on.click()
    expect(wrong).to_be_focused()
    inspect("people")
    page.locator("section.card button.remove").last.click()
    page.locator("input[id$=-nickname]").fill(NICKNAME)
    go_on.click()

    page.locator("#agencies input").first.check()
    page.locator("#add-official").click()
    inspect("hide")
    go_on.click()

    page.locator("#files").set_input_files({"name": "录音.wav", "mimeType": "audio/wav", "buffer": b"RIFF"})
    expect(page.locator(".files li")).to_have_count(1)
    inspect("files")
    page.locator(".files li button").last.click()
    go_on.click()

    page.locator("#stay-sealed").check()
    go_on.click()
    expect(wrong).to_be_focused()
    inspect("identity")
    page.locator("#own-name").fill("测试举报人")
    go_on.click()

    expect(page.locator("dl.answers > div")).to_have_count(9)
    inspect("check")
    page.locator("main button.first").click()

    code = page.locator(".receipt-code .code")
    expect(code).to_be_visible()
    typed = "".join(code.locator("span").all_inner_texts())
    go_on.click()
    expect(wrong).to_be_focused()
    inspect("sent")
    page.locator("#again").fill(typed)
    go_on.click()
    expect(page.locator("#kept")).to_be_focused()
    inspect("kept")

    citizen.go(f"/receipt?lang={language}")
    expect(page.locator("#code")).to_be_visible()
    page.locator("main details summary").click()
    go_on.click()
    expect(wrong).to_be_focused()
    inspect("receipt-entry")
    page.locator("#code").fill(typed)
    go_on.click()
    expect(page.locator("#stage")).to_be_visible()
    page.locator("#text").fill("补充：他们有一辆面包车。")
    go_on.click()
    expect(page.locator("ol.messages li")).to_have_count(1)
    inspect("receipt")


def choose_region(citizen: Visitor, name: str) -> None:
    """Changsha, Yuelu, by the codes of the register."""
    for level, code in enumerate((HUNAN, CHANGSHA, YUELU)):
        citizen.page.locator(f"#{name}-{level}").select_option(code)


@pytest.mark.parametrize("language", OTHERS_THOROUGHLY)
def test_every_page_of_the_dashboard(
    window: Callable[..., Visitor], seeds: Seeds, passwords: dict[str, str], language: str
):
    waiting, closed = seeds.tip(), seeds.closed()
    officer = window(pictures=language != "zh-Hant", called="intake.city", language=language, dashboard=True)
    page, inspect = officer.page, officer.inspect
    submit = page.locator("main form button[type=submit]")
    dialog = page.get_by_role("dialog")
    wrong = page.get_by_role("alert")

    officer.go("/review/leads")
    submit.click()
    expect(page.locator("#login-name")).to_be_focused()
    expect(page.locator("html")).to_have_attribute("lang", language)
    page.locator("#login-name").fill("intake.city")
    page.locator("#login-password").fill("wrong")
    submit.click()
    expect(wrong).to_be_focused()
    inspect("sign-in")

    officer.signed_in("intake.city", passwords["intake.city"]).go("/review/leads")
    expect(page.locator("a.row").first).to_be_visible()
    page.locator(".filters button[aria-expanded]").click()
    expect(page.locator("#more-filters")).to_be_visible()
    inspect("inbox")
    officer.go("/review/leads?number=2026-000000126")
    expect(page.locator(".list-pane .state-box")).to_be_visible()
    inspect("inbox-empty")

    officer.go(f"/review/leads/{waiting}")
    buttons = page.locator(".actions > .buttons > button")
    expect(buttons.first).to_be_visible()
    inspect("lead-received")
    for at in range(buttons.count()):
        buttons.nth(at).click()
        expect(dialog).to_be_visible()
        dialog.locator("button[type=submit]").click()
        expect(wrong).to_be_focused()
        inspect(f"form-{at}")
        page.keyboard.press("Escape")
        expect(dialog).to_be_hidden()
    page.keyboard.press("?")
    expect(dialog).to_be_visible()
    inspect("help")
    page.keyboard.press("Escape")

    officer.go(f"/review/leads/{closed}")
    expect(page.locator("ol.timeline li")).to_have_count(16)
    expect(page.locator(".dialogue li")).to_have_count(2)
    inspect("lead-closed")

    officer.go("/review/tips/new")
    page.locator("#tip-subjects button").last.click()
    submit.click()
    expect(wrong).to_be_focused()
    inspect("register-tip")
    page.locator("#tip-channel_id").select_option(index=2)
    page.locator("#tip-conduct").select_option("other")
    page.locator("#tip-narrative").fill(STORY)
    page.locator("#tip-subjects input[type=text]").first.fill(NICKNAME)
    submit.click()
    expect(page.locator(".slip .code")).to_be_visible()
    inspect("slip")

    officer.expected.add("status of 404")
    for what, path in (
        ("channels", "/review/channels"),
        ("unknown-lead", "/review/leads/0198c5a0-0000-7000-8000-00000000000a"),
        ("unknown-page", "/review/nothing"),
        ("forbidden", "/review/forbidden?permission=leads:read"),
    ):
        officer.go(path)
        expect(page.locator("main li.card, main .state-box, main h1 + p").first).to_be_visible()
        inspect(what)


@pytest.mark.thorough
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_form_of_a_lead_on_its_way(
    window: Callable[..., Visitor], seeds: Seeds, passwords: dict[str, str], language: str
):
    """Each officer's first verb, with its errors; the list of agencies; the session that ends."""
    registered, verifying, approved = seeds.tip(), seeds.verifying(), seeds.approved()
    seeds.stage.act("intake.city", registered, "screen", nature="malign", sector="transport", complete=True)
    seeds.stage.act("intake.city", registered, "register")
    for login, lead in (
        ("dispatch.city", registered),
        ("verify.district", verifying),
        ("verify.district", approved),
    ):
        officer = window(pictures=language != "zh-Hant", called=login, language=language, dashboard=True)
        officer.signed_in(login, passwords[login]).go(f"/review/leads/{lead}")
        dialog = officer.page.get_by_role("dialog")
        officer.page.locator(".actions > .buttons > button").first.click()
        dialog.locator("button[type=submit]").click()
        expect(officer.page.get_by_role("alert")).to_be_focused()
        officer.inspect("form")
        if login == "dispatch.city":
            choices = officer.page.get_by_role("option").filter(has_text=DISTRICT)
            for size in (PHONE, DESK):  # opened anew: the list stands where there is room for it
                officer.page.set_viewport_size(size)
                dialog.locator("#dispatch-agency_id").click()
                expect(choices).to_be_visible()
                officer.inspect("form-list", (size,))
                officer.page.keyboard.press("Escape")
                expect(choices).to_be_hidden()
            continue
        officer.page.keyboard.press("Escape")
        officer.context.clear_cookies()
        officer.page.locator("#message-text").fill("？")
        officer.page.locator(".dialogue button[type=submit]").click()
        expect(officer.page.get_by_role("dialog").locator("#login-password")).to_be_focused()
        officer.inspect("session-expired")
