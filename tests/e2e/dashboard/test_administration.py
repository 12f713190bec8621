"""What administrators do: accounts, of which a new officer changes the first password, and the log's witnesses."""

import os
import uuid
from collections.abc import Callable

from huiyin.kit.database.owner import connect, database
from huiyin.settings import Settings
from huiyin.trail.notes import COSIGNATURE, Signer
from tests.commands.test_up import Started
from tests.e2e.conftest import DATA
from tests.e2e.seeds import Seeds
from tests.e2e.visitors import Visitor, expect

GONE = uuid.uuid4()
OWN = "三个不相干的词 lamp river 2026"


def test_a_new_officer_chooses_a_password_before_anything_else(
    window: Callable[..., Visitor], passwords: dict[str, str]
):
    admin = window(pictures=True, called="admin").signed_in("admin.city", passwords["admin.city"])
    admin.go("/review/officers")
    page = admin.page
    expect(page.get_by_role("heading", name="许静宜")).to_be_visible()
    admin.inspect("officers")
    page.get_by_role("button", name="新建账户").click()
    form = page.get_by_role("dialog")
    form.get_by_role("button", name="新建账户").click()
    expect(form.get_by_role("alert")).to_contain_text("登录名")
    form.get_by_label("姓名").fill("甲某")
    form.get_by_label("登录名").fill("jia.mou")
    form.get_by_label("单位", exact=True).fill("长沙市扫黑办")
    page.get_by_role("option", name="长沙市扫黑办").click()
    form.get_by_label("受理").check()
    admin.inspect("officer-dialog")
    form.get_by_role("button", name="新建账户").click()
    slip = page.get_by_role("region", name="甲某 的初始密码")
    first = slip.locator("code").nth(1).inner_text()
    admin.inspect("officer-slip")
    slip.get_by_role("button", name="已交给本人").click()
    expect(page.get_by_text(first)).to_have_count(0)

    newcomer = window(pictures=True, called="newcomer")
    newcomer.expected.add("status of 403")
    newcomer.go("/review/login")
    desk = newcomer.page
    desk.get_by_label("登录名").fill("jia.mou")
    desk.get_by_label("密码", exact=True).fill(first)
    desk.get_by_role("button", name="登录", exact=True).click()
    expect(desk.get_by_text("现在的密码是系统管理员设置的")).to_be_visible()
    newcomer.go("/review/leads")
    expect(desk.get_by_text("现在的密码是系统管理员设置的")).to_be_visible()
    newcomer.inspect("first-password")
    card = desk.get_by_role("region", name="密码", exact=True)
    card.get_by_label("现在的密码").fill("wrong")
    card.get_by_label("新密码").fill("short")
    card.get_by_role("button", name="更改密码").click()
    expect(card.get_by_label("新密码")).to_have_attribute("aria-invalid", "true")
    card.get_by_label("新密码").fill(OWN)
    newcomer.expected.add("status of 401")
    card.get_by_role("button", name="更改密码").click()
    expect(card.get_by_label("现在的密码")).to_be_focused()
    card.get_by_label("现在的密码").fill(first)
    card.get_by_role("button", name="更改密码").click()
    expect(desk.get_by_text("现在的密码是系统管理员设置的")).to_have_count(0)
    desk.get_by_role("link", name="线索", exact=True).click()
    expect(desk.get_by_role("search")).to_be_visible()

    # The account is closed: the next thing that the officer does ends at the sign-in.
    page.reload()
    page.get_by_role("button", name="变更账户：甲某").click()
    form.get_by_label("账户有效").uncheck()
    form.get_by_label("依据文号").fill("调函〔2026〕3号")
    form.get_by_role("button", name="保存").click()
    expect(page.get_by_role("listitem").filter(has_text="甲某")).to_contain_text("已关闭")
    newcomer.go("/review/leads")
    expect(desk.get_by_role("button", name="登录", exact=True)).to_be_visible()


def test_an_administrator_sees_the_log_checked_and_registers_a_witness(
    window: Callable[..., Visitor], passwords: dict[str, str], seeds: Seeds
):
    seeds.tip()
    admin = window(pictures=True, called="log").signed_in("admin.city", passwords["admin.city"])
    admin.expected.add("status of 422")
    admin.go("/review/log")
    page = admin.page
    expect(page.get_by_text("账本只增未改").or_(page.get_by_text("还没有签名记录"))).to_be_visible()
    expect(page.get_by_text("没有见证方：仅凭本系统")).to_be_visible()
    page.get_by_label("单位", exact=True).fill("长沙市纪委监委")
    page.get_by_role("option", name="长沙市纪委监委").click()
    page.get_by_label("见证方公钥").fill("no key")
    page.get_by_role("button", name="登记见证方").click()
    expect(page.get_by_text("这不是有效的公钥")).to_be_visible()
    admin.inspect("log")
    page.get_by_label("见证方公钥").fill(Signer("discipline.example", os.urandom(32), COSIGNATURE).verifier.vkey)
    page.get_by_role("button", name="登记见证方").click()
    witness = page.get_by_role("listitem").filter(has_text="长沙市纪委监委")
    expect(witness).to_contain_text("尚未签名")
    witness.get_by_role("button").click()
    witness.get_by_role("button", name="再按一次确认停用").click()
    expect(witness).to_contain_text("已停用")
    page.locator("select.language").select_option("en")
    expect(page.get_by_role("heading", name="Public log")).to_be_visible()
    admin.inspect("log-en")


def test_what_a_job_gave_up_waits_where_an_administrator_has_it_tried_again(
    window: Callable[..., Visitor], passwords: dict[str, str], server: Started
):
    with database(Settings(data=server.log.parent / DATA)) as urls, connect(urls.owner) as connection:
        put = "INSERT INTO job_items (job, item, failure, tries) VALUES ('tend_attachments', %s, 'too_long', 5)"
        connection.execute(put, [str(GONE)])
    admin = window(pictures=True, called="failed-jobs").signed_in("admin.city", passwords["admin.city"])
    admin.go("/review/failed-jobs")
    page = admin.page
    row = page.get_by_role("listitem").filter(has_text=str(GONE))
    expect(row).to_contain_text("已搁置")
    expect(row).to_contain_text("用时过长，已中止")
    admin.inspect("failed-jobs")
    page.locator("select.language").select_option("en")
    expect(row).to_contain_text("Set aside")
    admin.inspect("failed-jobs-en")
    row.get_by_role("button").click()
    expect(page.get_by_role("status")).to_contain_text("within seconds")
    expect(row).to_have_count(0)  # there is no such file any more
