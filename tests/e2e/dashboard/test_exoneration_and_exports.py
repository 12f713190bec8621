"""A person who was reported wrongly is exonerated before everybody's eyes; what leaves the system says who took it."""

import csv
from collections.abc import Callable
from pathlib import Path

from tests.e2e.seeds import Seeds
from tests.e2e.visitors import Visitor, expect


def test_a_subject_is_exonerated_by_two_agencies_told_to_all_and_exported_with_the_label(
    window: Callable[..., Visitor], seeds: Seeds, passwords: dict[str, str], tmp_path: Path
):
    lead = seeds.verifying("市场里有人收钱，说是光头收的。")
    act = seeds.stage.act
    finding = {"facts": "走访二十户，无人交过钱。", "evidence": ["笔录"], "actions_taken": "走访"}
    act("verify.district", lead, "conclude", finding="unsubstantiated", **finding)
    act("chief.district", lead, "endorse")
    act("review.city", lead, "approve", outcome="no_action")
    act("verify.district", lead, "give_feedback", text="经核查不属实。")
    act("review.city", lead, "close", note="已办结")

    def officer(login: str, path: str = f"/review/leads/{lead}") -> Visitor:
        visitor = window(pictures=True, called=login).signed_in(login, passwords[login])
        visitor.go(path)
        return visitor

    verifier = officer("verify.district")
    part = verifier.page.get_by_role("region", name="保存期限与澄清")
    expect(part).to_contain_text("到期销毁")
    part.get_by_role("button", name="提出澄清正名").click()
    part.get_by_role("button", name="提交").click()
    expect(part.get_by_text("请填写").first).to_be_visible()
    part.get_by_label("光头").check()
    part.get_by_label("澄清文书文号").fill("测扫办〔2026〕12 号")
    part.get_by_label("理由").fill("经核查不属实。")
    part.get_by_label("澄清函正文").fill("经核查，关于你收钱的举报不属实，特此澄清。")
    part.get_by_role("button", name="提交").click()
    expect(part).to_contain_text("待审批")
    expect(part.get_by_role("button", name="批准")).to_have_count(0)

    reviewer = officer("review.city")
    page = reviewer.page
    part = page.get_by_role("region", name="保存期限与澄清")
    part.get_by_role("button", name="批准").click()
    expect(page.locator(".lead-title .tag.good")).to_have_text("已澄清")
    expect(page.locator(".subjects .tag.good").first).to_contain_text("测扫办〔2026〕12 号")
    expect(part).to_contain_text("未确认")
    reviewer.inspect("exonerated lead")
    part.get_by_role("link", name="打印澄清函").click()
    expect(page.get_by_text("特此澄清")).to_be_visible()

    chief = officer("chief.district", "/review/notices")
    notice = chief.page.get_by_role("listitem").filter(has_text="测扫办〔2026〕12 号")
    expect(notice).to_be_visible()
    chief.inspect("notices")
    notice.get_by_role("button", name="确认收到").click()
    expect(notice).to_have_count(0)

    reviewer.go(f"/review/leads/{lead}")
    expect(page.get_by_role("region", name="保存期限与澄清")).to_contain_text("确认于")
    reviewer.go("/review/leads?state=closed")
    page.get_by_role("link", name="导出", exact=True).first.click()
    page.get_by_label("用途").fill("季度督办会议")
    page.get_by_label("CSV").check()
    with page.expect_download() as took:
        page.get_by_role("button", name="导出", exact=True).click()
    took.value.save_as(tmp_path / "leads.csv")
    rows = list(csv.reader((tmp_path / "leads.csv").read_text(encoding="utf-8-sig").splitlines()))
    assert "季度督办会议" in rows[3][0]
    assert [row[-1] for row in rows[5:-1] if "已澄清" in row] == [took.value.suggested_filename.removesuffix(".csv")]
    entry = page.get_by_role("listitem").filter(has_text="季度督办会议")
    expect(entry).to_contain_text("取走 1 次")

    reviewer.go(f"/review/exports?dossier={lead}")
    page.get_by_label("用途").fill("卷宗备查")
    page.get_by_role("button", name="导出", exact=True).click()
    expect(page.get_by_role("heading", name="线索卷宗")).to_be_visible()
    expect(page.locator(".dossier-foot")).to_contain_text("卷宗备查")
    reviewer.inspect("dossier")

    auditor = officer("audit.province", "/review/exports")
    expect(auditor.page.get_by_role("listitem").filter(has_text="卷宗备查")).to_be_visible()
