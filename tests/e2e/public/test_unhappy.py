"""When something goes wrong: it is said plainly, and nothing that was typed is lost."""

import re
from collections.abc import Callable

from playwright.sync_api import Locator, Page, Route

from tests.e2e import citizens, officers
from tests.e2e.officers import actions, begin, newest
from tests.e2e.seeds import Seeds
from tests.e2e.visitors import Visitor, digits_of, expect

NOTE = "摊主多人反映，先核对收款账户。"
NO_LINE = "net::ERR_INTERNET_DISCONNECTED"


def test_a_wrong_receipt_code_is_told_and_stays_typed(window: Callable[..., Visitor]):
    citizen = window(phone=True)
    citizen.expected.add("status of 404")
    citizen.go("/receipt")
    field = citizen.page.get_by_label("回执码", exact=True)
    field.fill("1234 5678 9012")
    citizen.press("查询")
    expect(citizen.page.get_by_role("alert")).to_contain_text("还差 8 位数字")
    field.fill("1234 5678 9012 3456 7890")
    citizen.press("查询")
    expect(citizen.page.get_by_role("alert")).to_contain_text("没有查到这个回执码")
    expect(field).to_have_value("1234 5678 9012 3456 7890")
    assert "12345678901234567890" not in digits_of(citizen.sent())


def test_before_the_script_has_come_a_typed_code_stays_and_leaving_works(window: Callable[..., Visitor]):
    citizen = window(phone=True)
    waiting: list[Route] = []
    citizen.context.route(re.compile(r"/assets/report/report-.*\.js"), lambda route: waiting.append(route))  # noqa: PLW0108
    citizen.page.goto(f"{citizen.origin}/receipt", wait_until="commit")
    field = citizen.page.get_by_label("回执码", exact=True)
    field.fill("1234 5678")
    citizen.press("查询")
    for route in waiting:
        route.continue_()
    expect(citizen.page.get_by_role("alert")).to_contain_text("还差 12 位数字")
    expect(field).to_have_value("1234 5678")
    waiting.clear()
    citizen.page.goto(f"{citizen.origin}/receipt", wait_until="commit")
    field.fill("1234")
    for route in waiting:
        route.continue_()
    started = "Boolean(document.getElementById('app').__vue_app__)"
    while not citizen.page.evaluate(started):
        citizen.page.wait_for_timeout(20)
    citizen.page.keyboard.type("5678")
    expect(field).to_have_value("1234 5678")
    citizen.hosts.add("www.gov.cn")
    citizen.context.route("https://www.gov.cn/**", lambda route: route.fulfill(body="neutral"))
    waiting.clear()
    citizen.page.goto(citizen.origin, wait_until="commit")
    citizen.page.locator("main details summary").click()
    for route in waiting:
        route.continue_()
    expect(citizen.page.locator("#near-0")).to_be_visible()
    citizen.page.evaluate("localStorage['huiyin.draft'] = JSON.stringify({until: Date.now() + 60000})")
    citizen.page.goto(citizen.origin, wait_until="commit")
    citizen.press("立即离开")
    citizen.page.wait_for_url("https://www.gov.cn/")
    waiting.clear()
    citizen.page.goto(citizen.origin, wait_until="commit")
    assert "huiyin.draft" not in citizen.stored()


def test_a_dropped_line_loses_no_answer_and_a_second_press_sends_one_tip(window: Callable[..., Visitor]):
    citizen = window(phone=True)
    citizen.expected.add(NO_LINE)
    citizens.answer_every_question(citizen)
    citizen.context.set_offline(True)
    citizen.press("提交举报")
    expect(citizen.page.get_by_role("alert")).to_contain_text("网络中断")
    expect(citizen.page.locator("dl.answers")).to_contain_text(citizens.STORY)
    citizen.context.set_offline(False)
    citizens.send(citizen)


def test_leaving_clears_everything_and_back_does_not_lead_here(window: Callable[..., Visitor]):
    citizen = window(phone=True)
    citizen.hosts.add("www.gov.cn")
    citizen.context.route("https://www.gov.cn/**", lambda route: route.fulfill(body="neutral"))
    citizens.answer_every_question(citizen)
    citizen.press("立即离开")
    citizen.page.wait_for_url("https://www.gov.cn/")
    assert citizens.STORY not in citizen.sent()
    citizen.page.go_back()
    expect(citizen.page.locator("body")).not_to_contain_text(citizens.NICKNAME)


def test_a_wrong_password_is_told_and_an_unknown_page_leads_home(
    window: Callable[..., Visitor], passwords: dict[str, str]
):
    officer = window()
    page = officer.page
    officer.go("/review/leads")
    page.get_by_label("登录名").fill("intake.city")
    page.get_by_label("密码", exact=True).fill("wrong")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_have_text("登录名或密码不正确。")
    expect(page.get_by_label("登录名")).to_have_value("intake.city")
    page.get_by_label("密码", exact=True).fill(passwords["intake.city"])
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="退出")).to_be_visible()
    officer.go("/review/nothing")
    expect(page.get_by_role("heading", name="没有这个页面")).to_be_visible()
    page.get_by_role("link", name="回到首页").click()
    expect(page.get_by_role("heading", name="线索", exact=True)).to_be_attached()


def test_two_officers_at_one_lead_the_second_keeps_what_was_typed(
    window: Callable[..., Visitor], seeds: Seeds, passwords: dict[str, str]
):
    lead = seeds.tip()
    first, second = (window().signed_in(login, passwords[login]) for login in ("intake.city", "intake2.city"))
    second.expected |= {"status of 409", "status of 412"}
    second.go(f"/review/leads/{lead}")
    form = begin(second, "不予受理")
    form.get_by_label("理由").select_option(index=1)
    form.get_by_label("备注").fill(NOTE)

    first.go(f"/review/leads/{lead}")
    officers.act(first, "甄别", screen)

    form.get_by_role("button", name="不予受理", exact=True).click()
    expect(form.get_by_role("alert")).to_contain_text("刚才已有其他人修改了这条线索")
    expect(form.get_by_label("备注")).to_have_value(NOTE)
    expect(second.page.locator(".lead-title .state")).to_have_text("已甄别")
    form.get_by_role("button", name="不予受理", exact=True).click()
    expect(second.page.get_by_role("status").filter(has_text="等待另一名人员确认")).to_be_visible()
    expect(newest(second)).to_contain_text(NOTE)


def screen(form: Locator) -> None:
    """What the form of `screen` needs."""
    form.get_by_label("性质").select_option(label="涉恶")
    form.get_by_label("足以核查", exact=True).check()


def test_a_session_that_ends_and_a_line_that_drops_keep_the_form(
    window: Callable[..., Visitor], seeds: Seeds, passwords: dict[str, str]
):
    officer = window().signed_in("intake.city", passwords["intake.city"])
    officer.expected.add(NO_LINE)
    page = officer.page
    officer.go(f"/review/leads/{seeds.tip()}")
    form = begin(officer, "甄别")
    screen(form)
    form.get_by_label("备注").fill(NOTE)

    officer.context.set_offline(True)
    form.get_by_role("button", name="甄别", exact=True).click()
    expect(form.get_by_role("alert")).to_contain_text("内容已保留")
    expect(form.get_by_label("备注")).to_have_value(NOTE)
    officer.context.set_offline(False)

    officer.context.clear_cookies()
    form.get_by_role("button", name="甄别", exact=True).click()
    again = page.get_by_role("dialog", name="登录已过期")
    expect(again.get_by_label("密码", exact=True)).to_be_focused()
    page.keyboard.type(passwords["intake.city"])
    page.keyboard.press("Enter")
    expect(page.get_by_role("status").filter(has_text="甄别，已记录。")).to_be_visible()
    expect(newest(officer)).to_contain_text(NOTE)


def test_sign_in_open_a_lead_and_act_by_keyboard_alone(
    window: Callable[..., Visitor], seeds: Seeds, passwords: dict[str, str]
):
    seeds.tip()
    officer = window()
    page, press = officer.page, officer.page.keyboard.press
    officer.go("/review/leads")
    expect(page.get_by_label("登录名")).to_be_focused()
    page.keyboard.type("intake.city")
    press("Tab")
    page.keyboard.type(passwords["intake.city"])
    press("Enter")
    expect(page.locator("a.row").first).to_be_visible()
    tab_to(page, "a.row")
    press("Enter")
    expect(actions(officer)).to_be_visible()
    tab_to(page, "#actions button")
    press("Enter")
    form = page.get_by_role("dialog", name="甄别")
    expect(form).to_be_visible()
    tab_to(page, "[role=dialog] textarea")
    page.keyboard.type(NOTE)
    press("Escape")
    expect(form).to_be_hidden()
    press("e")
    expect(form.get_by_label("备注")).to_have_value(NOTE)


def tab_to(page: Page, selector: str) -> None:
    """Press Tab until something of that kind has the focus, as it must come within fifty."""
    for _ in range(50):
        page.keyboard.press("Tab")
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            return
    raise AssertionError(f"fifty presses of Tab do not reach {selector}")
