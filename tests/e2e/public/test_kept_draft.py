"""A draft that the reporter asked to keep: it comes back with its passphrase alone, and goes when they leave."""

from collections.abc import Callable

from tests.e2e.citizens import CONDUCT, STORY, choose_yuelu, heading
from tests.e2e.visitors import PHONE, Visitor, expect

PASSPHRASE = "稻花香里说丰年听取蛙声"


def test_a_draft_comes_back_with_its_passphrase_and_is_gone_after_leaving(window: Callable[..., Visitor]):
    citizen = window(phone=True, pictures=True, called="citizen")
    citizen.hosts.add("www.gov.cn")
    citizen.context.route("https://www.gov.cn/**", lambda route: route.fulfill(body="neutral"))
    page, press = citizen.page, citizen.press
    citizen.go("/")
    empty = citizen.stored()
    press("开始填写")
    page.get_by_label(CONDUCT, exact=True).check()
    press("继续")
    page.locator("#narrative").fill(STORY)
    press("先把草稿存在这台设备上")
    expect(page.get_by_label("草稿口令")).to_be_visible()
    page.get_by_label("草稿口令").fill("13800138000")
    press("保存草稿")
    expect(page.locator("#draft-passphrase-error")).to_contain_text("不能全是数字")
    expect(page.get_by_label("草稿口令")).to_be_focused()
    citizen.inspect("keep", (PHONE,))
    page.get_by_label("草稿口令").fill(PASSPHRASE)
    press("保存草稿")
    expect(page.get_by_role("heading", name="草稿已保存在这台设备上")).to_be_focused()
    citizen.inspect("kept", (PHONE,))

    # What is typed afterwards is kept by itself.
    press("继续")
    choose_yuelu(citizen)
    before = page.evaluate("localStorage['huiyin.draft']")
    page.get_by_label("具体地点").fill("惠民菜市场东门")
    page.wait_for_function("before => localStorage['huiyin.draft'] !== before", arg=before)
    for told in (STORY[:10], "惠民", PASSPHRASE, CONDUCT):
        assert told not in citizen.stored()
        assert told not in citizen.sent()

    # There is one draft on a device: a second tab that writes to it stops the first one, and both say so.
    other = citizen.context.new_page()
    other.goto(f"{citizen.origin}/")
    other.get_by_role("button", name="继续写这台设备上保存的草稿").click()
    other.get_by_label("草稿口令").fill(PASSPHRASE)
    other.get_by_role("button", name="打开草稿").click()
    other.get_by_role("link", name="返回上一步").click()
    other.get_by_label("具体地点").fill("惠民菜市场南门")
    expect(page.get_by_role("alert")).to_contain_text("另一个标签页也在写这份草稿")
    citizen.inspect("elsewhere", (PHONE,))
    written = page.evaluate("localStorage['huiyin.draft']")
    page.get_by_label("具体地点").fill("惠民菜市场东门口")
    page.get_by_label("具体地点").fill("惠民菜市场东门")
    page.wait_for_timeout(1500)  # longer than the pause after which a draft is written
    assert page.evaluate("localStorage['huiyin.draft']") == written, "neither overwrites the other unasked"
    press("改由本页保存")
    expect(page.get_by_role("alert")).to_have_count(0)
    expect(other.get_by_role("alert")).to_contain_text("另一个标签页也在写这份草稿")
    other.close()

    # Another day: nothing tells that there is one, and a wrong passphrase is answered as if there were none.
    page.on("dialog", lambda dialog: dialog.accept())
    citizen.go("/receipt")
    citizen.go("/")
    press("继续写这台设备上保存的草稿")
    page.get_by_label("草稿口令").fill("不是这一句不是这一句")
    press("打开草稿")
    expect(page.locator("#draft-passphrase-error")).to_contain_text("没有能用这个口令打开的草稿")
    citizen.inspect("open", (PHONE,))
    page.get_by_label("草稿口令").fill(PASSPHRASE.replace("里", " 里 "))
    press("打开草稿")
    heading(citizen, "什么时候发生的？")
    expect(page.get_by_role("heading", name="草稿已保存在这台设备上")).to_be_visible()
    page.get_by_role("link", name="返回上一步").tap()
    expect(page.get_by_label("具体地点")).to_have_value("惠民菜市场东门")

    press("立即离开")
    page.wait_for_url("https://www.gov.cn/")
    citizen.go("/")
    assert citizen.stored() == empty
