"""The form's work in a real browser: done by itself, also where it has become more, and nothing typed is lost."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import httpx
from playwright.sync_api import Route

from tests.e2e import citizens
from tests.e2e.seeds import Seeds
from tests.e2e.visitors import Visitor, expect


def test_tip_is_sent_while_the_work_rises_and_the_page_says_why(window: Callable[..., Visitor], seeds: Seeds):
    citizen = window(pictures=True, called="citizen")
    page = citizen.page
    with page.expect_request("**/api/v1/public/challenge?region_code=430104"):
        citizens.answer_every_question(citizen)
    expect(page.get_by_text("现在收到的举报异常多")).to_have_count(0)
    until = (datetime.now(UTC) + timedelta(hours=1)).isoformat()
    raised = seeds.stage.as_("admin.city").post("/api/v1/form-surges", json={"until_at": until, "reason": "演练"})
    assert raised.status_code == httpx.codes.CREATED, raised.text
    answers: list[int] = []
    page.on("response", lambda seen: answers.append(seen.status) if seen.url.endswith("/public/tips") else None)
    try:
        # What was done before is too little now: refused, done anew, and sent again without anybody's doing.
        code = citizens.send(citizen)
        assert answers == [428, 201]
        citizens.keep(citizen, code)
        again = window(called="second")
        citizens.answer_every_question(again)
        expect(again.page.get_by_text("现在收到的举报异常多")).to_be_visible()
        again.inspect("raised")
    finally:
        ended = seeds.stage.as_("admin.city").post(f"/api/v1/form-surges/{raised.json()['id']}/end")
    assert ended.status_code == httpx.codes.OK


def test_challenge_that_could_not_be_had_early_is_had_in_time(window: Callable[..., Visitor]):
    citizen = window()
    citizen.expected.add("ERR_FAILED")

    def drop(route: Route) -> None:
        route.abort()

    citizen.page.route("**/public/challenge?*", drop)
    citizens.answer_every_question(citizen)
    citizens.send(citizen)
