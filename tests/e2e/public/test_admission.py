"""The form's work in a real browser: done by itself, also where it has become more, and nothing typed is lost."""

from collections.abc import Callable

from playwright.sync_api import Route

from tests.e2e import citizens
from tests.e2e.visitors import Visitor, expect

NOTICE = "现在收到的举报异常多"


def test_tip_is_sent_while_the_work_rises_and_the_page_says_why(
    window: Callable[..., Visitor], passwords: dict[str, str]
):
    citizen = window(phone=True, pictures=True, called="citizen")
    page = citizen.page
    with page.expect_request("**/api/v1/public/challenge?region_code=430104"):
        citizens.answer_every_question(citizen)
    expect(page.get_by_text(NOTICE)).to_have_count(0)
    admin = window(pictures=True, called="admin").signed_in("admin.city", passwords["admin.city"])
    admin.go("/review/channels")
    switch = admin.page.get_by_role("region", name="网上举报的应急加强")
    switch.get_by_role("button", name="开启应急加强").click()
    switch.get_by_role("button", name="确认").click()
    expect(switch.get_by_label("理由")).to_have_attribute("aria-invalid", "true")
    admin.inspect("switch")
    switch.get_by_label("理由").fill("短时间内收到大量雷同举报")
    switch.get_by_role("button", name="确认").click()
    expect(switch).to_contain_text("应急加强正在进行")
    admin.picture("on")
    answers: list[int] = []
    page.on("response", lambda seen: answers.append(seen.status) if seen.url.endswith("/public/tips") else None)
    try:
        # What was done before is too little now: refused, done anew, and sent again without anybody's doing.
        code = citizens.send(citizen)
        assert answers == [428, 201]
        citizens.keep(citizen, code)
        again = window(phone=True, pictures=True, called="second")
        citizens.answer_every_question(again)
        expect(again.page.get_by_text(NOTICE)).to_be_visible()
        again.page.get_by_text(NOTICE).scroll_into_view_if_needed()
        again.inspect("raised")
        again.picture("raised")
    finally:
        switch.get_by_role("button", name="现在结束").click()
        expect(switch.get_by_role("button", name="开启应急加强")).to_be_visible()


def test_challenge_that_could_not_be_had_early_is_had_in_time(window: Callable[..., Visitor]):
    citizen = window()
    citizen.expected.add("ERR_FAILED")

    def drop(route: Route) -> None:
        route.abort()

    citizen.page.route("**/public/challenge?*", drop)
    citizens.answer_every_question(citizen)
    citizens.send(citizen)
