"""What the dashboard shows beside a lead's verbs: assessment, overlays, checklist, notes, links, views, secondments."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from huiyin.kit.working_days import BEIJING
from tests.e2e.officers import act, actions, pick
from tests.e2e.seeds import DISTRICT, Seeds
from tests.e2e.visitors import LANGUAGES, Visitor, expect

OFFICE, POLICE = "长沙市扫黑办", "长沙市公安局"


@pytest.mark.thorough
def test_a_gang_lead_goes_from_its_assessment_to_a_listing_and_a_ticked_checklist(
    window: Callable[..., Visitor], seeds: Seeds, passwords: dict[str, str]
):
    lead = seeds.registered("gang")

    def officer(login: str, path: str = f"/review/leads/{lead}") -> Visitor:
        visitor = window(pictures=True, called=login).signed_in(login, passwords[login])
        visitor.go(path)
        return visitor

    dispatcher = officer("dispatch.city")
    page = dispatcher.page
    part = lambda name: page.get_by_role("region", name=name, exact=True)  # noqa: E731
    # The blocked verb says why, and leads to what is missing.
    expect(actions(dispatcher).get_by_text("须经研判会商同意后交办")).to_be_visible()
    actions(dispatcher).get_by_role("button", name="去记录研判").click()
    expect(page.get_by_label("会商日期")).to_be_focused()
    form = part("研判会商")
    form.get_by_role("combobox", name="添加一名人员").select_option(index=1)
    form.get_by_role("button", name="记录研判会商").click()
    expect(form.get_by_role("alert")).to_contain_text("至少来自两个单位")
    pick(form, "单位", DISTRICT)
    form.get_by_role("combobox", name="添加一名人员").select_option(index=1)
    form.get_by_label("交办核查").check()
    form.get_by_label("意见内容").fill("线索具体，建议交办公安机关核查。")
    form.get_by_role("button", name="记录研判会商").click()
    expect(part("研判会商").get_by_role("listitem").filter(has_text="线索具体")).to_contain_text(DISTRICT)
    act(dispatcher, "交办", lambda dialog: pick(dialog, "承办单位", DISTRICT))

    part("督办等措施").get_by_role("button", name="申请督办等措施").click()
    form = part("督办等措施")
    form.get_by_label("措施", exact=True).select_option(label="挂牌督办")
    form.get_by_label("理由").fill("群众反映强烈")
    form.get_by_role("button", name="申请督办等措施").click()
    expect(form.get_by_role("alert")).to_contain_text("摘牌条件")
    form.get_by_label("挂牌编号").fill("2026-07")
    form.get_by_label("内部挂牌").check()
    form.get_by_label("摘牌条件").fill("主犯到案")
    form.get_by_role("button", name="申请督办等措施").click()
    listing = part("督办等措施").get_by_role("listitem").filter(has_text="挂牌督办")
    expect(listing).to_contain_text("待批准")
    expect(listing.get_by_role("button")).to_have_count(0)  # nobody approves their own

    form = part("内部记录")
    form.get_by_label("写一条记录").fill("请先调取 3 号门监控。")
    pick(form, "单位", DISTRICT)
    form.get_by_role("combobox", name="添加一名人员").select_option(label=seeds.name("chief.district"))
    form.get_by_role("button", name="保存记录").click()
    expect(form.get_by_role("listitem").filter(has_text="3 号门")).to_contain_text(seeds.name("chief.district"))

    reviewer = officer("review.city")
    page = reviewer.page
    listing = page.get_by_role("region", name="督办等措施").get_by_role("listitem").filter(has_text="挂牌督办")
    listing.get_by_role("button", name="审批挂牌督办").click()
    listing.get_by_role("button", name="批准挂牌督办").click()
    expect(listing).to_contain_text("进行中")
    expect(page.locator(".lead-title .overlay")).to_have_text("挂牌督办")
    reviewer.go("/review/leads?overlay=listed")
    expect(page.locator("a.row")).to_have_count(1)

    chief = officer("chief.district", "/review/leads")
    page = chief.page
    page.get_by_role("link", name="消息").filter(has_text="1 条未读").click()
    mention = page.get_by_role("listitem").filter(has_text="3 号门")
    expect(mention).to_contain_text("未读")
    mention.get_by_role("link").click()
    act(chief, "签收")
    expect(page.get_by_role("link", name="消息").filter(has_text="未读")).to_have_count(0)

    seeds.started(lead)
    first, second = officer("verify.district"), officer("verify2.district")
    for one in (first, second):
        boxes = one.page.get_by_role("region", name="核查清单").get_by_role("checkbox")
        expect(boxes.first).to_be_visible()
        boxes.nth(0 if one is first else 1).check()
    list_of = first.page.get_by_role("region", name="核查清单")
    list_of.get_by_label("说明或证据").fill("11月20日已通话")
    list_of.get_by_role("button", name="保存（1 项改动）").click()
    expect(list_of.get_by_role("listitem").first).to_contain_text(seeds.name("verify.district"))
    # The other verifier had the list open: what was ticked there is kept, and kept twice in vain.
    list_of = second.page.get_by_role("region", name="核查清单")
    second.expected.add("status of 412")
    list_of.get_by_role("button", name="保存（1 项改动）").click()
    expect(list_of.get_by_role("alert")).to_be_visible()
    expect(list_of.get_by_label("说明或证据").first).to_have_value("11月20日已通话")
    list_of.get_by_role("button", name="保存（1 项改动）").click()
    expect(list_of.get_by_role("listitem").nth(1)).to_contain_text(seeds.name("verify2.district"))


@pytest.mark.thorough
def test_an_officer_is_seconded_and_called_back(window: Callable[..., Visitor], passwords: dict[str, str]):
    admin = window(pictures=True, called="admin").signed_in("admin.city", passwords["admin.city"])
    admin.expected.add("status of 422")
    admin.go("/review/secondments")
    page = admin.page
    page.get_by_role("button", name="登记派员").click()
    form = page.get_by_role("dialog")
    pick(form, "单位", DISTRICT)
    form.get_by_label("人员", exact=True).select_option(index=1)
    form.get_by_label("核查", exact=True).check()
    today = datetime.now(UTC).astimezone(BEIJING).date()
    form.get_by_label("起始日期").fill(today.isoformat())
    form.get_by_label("截止日期").fill(today.replace(year=today.year - 1).isoformat())
    form.get_by_label("保密承诺书编号").fill("长扫办保承〔2026〕12号")
    form.get_by_label("保密承诺书签署日期").fill(today.isoformat())
    form.get_by_role("button", name="登记派员").click()
    expect(form.get_by_role("alert")).to_contain_text("结束须晚于开始")
    form.get_by_label("截止日期").fill(today.replace(day=1, year=today.year + 1).isoformat())
    form.get_by_role("button", name="登记派员").click()
    card = page.get_by_role("main").get_by_role("listitem").filter(has_text="〔2026〕12号")
    expect(card).to_contain_text(f"{DISTRICT} → {OFFICE}")
    card.get_by_role("button", name="撤回").click()
    card.get_by_role("button", name="再按一次").click()
    expect(card).to_have_count(0)
    page.get_by_label("只看派员期间的").uncheck()
    expect(card).to_contain_text("已撤回")


@pytest.mark.thorough
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_panel_is_readable_by_everyone(
    window: Callable[..., Visitor], seeds: Seeds, passwords: dict[str, str], language: str
):
    """Every form open at once, on a phone and on a desk: `inspect` runs axe and looks for what is too wide."""
    middle = seeds.linked()
    verifying = seeds.verifying()

    def officer(login: str, path: str) -> Visitor:
        visitor = window(pictures=language != "zh-Hant", called=login, language=language, dashboard=True)
        visitor.signed_in(login, passwords[login]).go(path)
        return visitor

    dispatcher = officer("dispatch.city", f"/review/leads/{middle}")
    page = dispatcher.page
    page.locator(".blocked .plain").click()
    expect(page.locator("#assessment-held_on")).to_be_focused()
    page.locator("#assessments form button[type=submit]").click()
    page.locator("#overlays > button").click()
    page.locator("#overlay-kind").select_option("listed")
    page.locator("#overlays form button[type=submit]").click()
    page.locator("#note-text").fill("请核对车牌。")
    page.locator("[aria-controls=lead-graph]").click()
    expect(page.locator(".graph-canvas canvas").first).to_be_visible()
    shown = page.locator(".graph-both li").filter(
        has_text={"zh-CN": "相同电话", "zh-Hant": "相同電話"}.get(language, "telephone")
    )
    expect(shown).to_have_count(2)
    for one in page.locator("details").all():
        one.evaluate("one => one.open = true")
    dispatcher.inspect("every-panel")
    page.locator("section:has(> #lead-graph, > div > #lead-graph) > ul button").first.click()
    expect(page.get_by_role("dialog").locator(".tip")).to_have_count(2)
    dispatcher.inspect("compare")

    dispatcher.go("/review/leads?overlay=listed&open=true&q=货运站")
    expect(page.locator(".list-pane .state-box, a.row").first).to_be_visible()
    dispatcher.inspect("search")
    page.locator(".views > button").click()
    expect(page.get_by_role("dialog").locator("input").first).to_be_visible()
    dispatcher.inspect("save-view")
    dispatcher.go("/review/mentions")
    expect(page.locator("main .card, main .state-box").first).to_be_visible()
    dispatcher.inspect("mentions")

    verifier = officer("verify.district", f"/review/leads/{verifying}")
    verifier.page.locator("#checklist input").first.check()
    expect(verifier.page.locator("#checklist textarea")).to_be_visible()
    verifier.inspect("checklist")

    admin = officer("admin.city", "/review/secondments")
    admin.page.locator(".page-head button").click()
    admin.page.get_by_role("dialog").locator("button[type=submit]").click()
    expect(admin.page.get_by_role("alert")).to_be_focused()
    admin.inspect("secondment")
