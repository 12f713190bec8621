"""Sealed identity in real browsers: what the reporter types about themself is nowhere but with who was granted it.

The words typed are looked for in every request, in the logs, in the memory of every process of the server, in the
files of the database and in its whole dump.
"""

import re
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest
from typer.testing import CliRunner

from huiyin.cli import app as cli
from huiyin.tips.identity.envelope import Identity
from huiyin.tips.keys.schemas import BATCH
from tests.commands.test_up import Started
from tests.e2e import citizens, officers
from tests.e2e.officers import refresh
from tests.e2e.traces import assert_nowhere, sought
from tests.e2e.visitors import OTHERS_THOROUGHLY, Visitor, expect
from tests.factories.reporting.public_form import submitted
from tests.factories.tips import tip_body

NAME, CONTACTS, DOCUMENT = "匿迹甲乙丙丁", "哨兵号码 000-4711-0815", "SENTINEL-ID-90210"
REASON = "需当面核对账目"
KNOWN = "岳麓"  # is in the database: the search finds what is there
PASSPHRASE = "seven unrelated words, one after another"
RECOVERED = "another passphrase, after the first was lost"


SOUGHT = sought(NAME, CONTACTS, DOCUMENT)


def leave_identity(citizen: Visitor) -> None:
    """Go back from the last page and leave who one is."""
    page = citizen.page
    page.locator('a[href="#identity"]').click()
    citizens.heading(citizen, "要留下您的身份吗？")
    page.get_by_label("留下身份，密封保存").check()
    page.get_by_label("姓名").fill(NAME)
    page.get_by_label("联系方式").fill(CONTACTS)
    page.get_by_label("证件号码").fill(DOCUMENT)
    citizen.inspect("identity")
    citizen.picture("identity-left")
    citizen.press("继续")
    expect(page.locator("dl.answers")).to_contain_text(NAME)
    citizen.picture("check-with-identity")


def test_identity_is_nowhere_but_with_who_was_granted_it(
    window: Callable[..., Visitor], passwords: dict[str, str], server: Started
):
    def officer(login: str, path: str = "/review/leads") -> Visitor:
        visitor = window(pictures=True, called=login)
        officers.sign_in(visitor, login, passwords[login], path=path)
        return visitor

    citizen = window(phone=True, pictures=True, called="citizen")
    citizens.answer_every_question(citizen)
    leave_identity(citizen)
    code = citizens.send(citizen)

    intake = officer("intake.city")
    row = intake.page.locator("a.row").first
    number = row.locator(".number").inner_text()
    row.click()
    identity = intake.page.get_by_role("region", name="举报人身份")
    identity.get_by_text("申请查看身份").first.click()
    identity.get_by_label("理由").fill(REASON)
    intake.inspect("asking")
    intake.picture("asking")
    identity.get_by_role("button", name="申请查看身份").click()
    expect(identity).to_contain_text("待批准")
    lead = intake.page.url

    grants = officer("review.province", lead.removeprefix(intake.origin))
    waiting = grants.page.get_by_role("region", name="举报人身份")
    expect(waiting).to_contain_text(REASON)
    grants.picture("granting")
    waiting.get_by_role("button", name="批准", exact=True).click()
    expect(waiting).to_contain_text("待保管人启封")

    desk = officer("desk.city", "/review/identity")
    expect(desk.page.get_by_role("button", name="启封并封给申请人")).to_be_disabled()
    current = desk.page.locator("ul.cards").last.locator("li").first
    passphrase = current.get_by_label("口令")
    passphrase.fill("not the passphrase")
    current.get_by_role("button", name="解锁").click()
    expect(desk.page.locator(".field.wrong")).to_contain_text("口令不对")
    desk.inspect("desk")
    desk.picture("desk-wrong-passphrase")
    first = "第 1 版" in current.inner_text()
    passphrase.fill(passwords["desk.city"] if first else PASSPHRASE)
    current.get_by_role("button", name="解锁").click()
    desk.page.get_by_role("button", name="启封并封给申请人").click()
    expect(desk.page.get_by_text("没有待启封的申请。")).to_be_visible()
    desk.picture("desk-handed-over")

    refresh(intake, number)
    identity.get_by_role("button", name="查看", exact=True).click()
    for told in (NAME, CONTACTS, DOCUMENT):
        expect(identity.locator(".identity-told")).to_contain_text(told)
    intake.inspect("reading")
    intake.picture("reading")
    refresh(grants, number)
    expect(waiting.get_by_role("button", name="查看", exact=True)).to_have_count(0)

    citizens.keep(citizen, code)
    citizens.open_receipt(citizen, code)
    expect(citizen.page.get_by_role("region", name="打开过您的身份信封的单位")).to_contain_text(
        "长沙市扫黑办，核实情况"
    )
    citizen.inspect("receipt with an opening")
    citizen.picture("receipt-with-opening")

    auditor = officer("audit.province", "/review/identity-log")
    expect(auditor.page.get_by_role("row").filter(has_text=number)).to_contain_text("可查看")
    auditor.inspect("identity log")
    auditor.picture("identity-log")

    assert_nowhere(SOUGHT, [citizen, intake, grants, desk, auditor], server, known=KNOWN, passed_through=REASON)


def make_key(desk: Visitor, *, inspect: bool = False, at: str = "/review/identity") -> list[str]:
    """The ceremony: passphrase, five sheets one at a time, and the key in use. Returns the shares."""
    page = desk.page
    desk.go(at)
    page.locator(".page-head button").last.click()
    if inspect:
        page.locator("#new-passphrase").fill("too short")
        page.locator("form button[type=submit]").click()
        expect(page.locator(".field.wrong")).to_have_count(1)
        desk.inspect("new key, wrong")
    page.locator("#new-passphrase").fill(PASSPHRASE)
    page.locator("#new-passphrase-again").fill(PASSPHRASE)
    page.locator("form button[type=submit]").click()
    shares = []
    for number in range(5):
        share = page.locator("#share-sheet .share")
        expect(share).to_have_text(re.compile(r"^HY1-\d+: "))
        expect(page.locator("#share-sheet h3")).to_contain_text(str(number + 1))
        shares.append(share.inner_text())
        if inspect and number == 0:
            desk.inspect("share sheet")
            desk.picture("sheet")
        page.locator("section.card input[type=checkbox]").check()
        page.locator("section.card .buttons .primary").click()
    page.locator("section.card .buttons .primary").click()
    version = shares[0].split(":")[0].removeprefix("HY1-")
    expect(page.locator("ul.cards").last.locator("li :is(h2, h3)").first).to_contain_text(version)
    return shares


@pytest.mark.parametrize("language", OTHERS_THOROUGHLY)
def test_desk_makes_a_key_with_five_sheets_that_never_leave_its_browser(
    window: Callable[..., Visitor], passwords: dict[str, str], language: str
):
    desk = window(language=language, dashboard=True, pictures=True, called=f"desk-{language}")
    shares = make_key(desk.signed_in("desk.city", passwords["desk.city"]), inspect=True)
    assert len(set(shares)) == 5
    sent = b"".join(request.post_data_buffer or b"" for request in desk.requests)
    assert PASSPHRASE.encode() not in sent
    assert not [share for share in shares if share.split(": ")[1].replace(" ", "").encode() in sent.replace(b" ", b"")]
    desk.inspect("keys")
    desk.picture("keys")
    desk.page.locator('a[href="/review/key-register"]').first.click()
    expect(desk.page.locator("li.card h2").first).to_contain_text(shares[0].split(":")[0].removeprefix("HY1-"))
    name_custodian(desk, 2, "长沙市公安局", "谭卫国")

    keeper = window(language=language, dashboard=True, called=f"keeper-{language}", pictures=True)
    page = keeper.signed_in("chief.police", passwords["chief.police"]).page
    keeper.go("/review/leads")
    page.locator('header a[href="/review/key-shares"]').click()
    card = page.locator("li.card").first  # the newest key's
    check = card.locator("details").first
    check.locator("summary").click()
    card.locator("textarea").fill(shares[0])
    check.locator("button").click()
    expect(card.locator(".field.wrong")).to_have_count(1)  # another sheet than the one recorded
    keeper.inspect("checking a share")
    card.locator("textarea").fill(shares[1])
    check.locator("button").click()
    expect(card.locator("textarea")).to_have_value("")
    expect(card.locator(".tag.good")).to_have_count(1)
    sent = b"".join(request.post_data_buffer or b"" for request in keeper.requests)
    assert not [share for share in shares if share.split()[1].encode() in sent.lower()]
    keeper.inspect("share kept")
    desk.page.reload()
    expect(desk.page.locator("li.card").first.locator(".tag.good")).to_have_count(1)
    desk.inspect("register")


def name_custodian(desk: Visitor, sheet: int, agency: str, officer: str) -> None:
    """The desk hands a sheet to an officer and records it."""
    row = desk.page.locator(".share-row").nth(sheet - 1)
    row.locator("summary").first.click()
    desk.inspect("naming a custodian")
    row.locator("input").fill(agency)
    desk.page.get_by_role("option", name=agency).first.click()
    row.locator("select").select_option(label=officer)
    row.locator("button.primary").click()
    expect(row.locator("b")).to_have_text(officer)


def test_drill_old_envelopes_are_sealed_anew_and_a_lost_passphrase_is_replaced_from_three_sheets(
    window: Callable[..., Visitor], passwords: dict[str, str], server: Started, tmp_path: Path
):
    desk = window(pictures=True, called="desk").signed_in("desk.city", passwords["desk.city"])
    page, api = desk.page, f"{desk.origin}/api/v1"
    old = httpx.get(f"{api}/public/identity-key", trust_env=False).json()["key"]
    for _ in range(BATCH + 5):  # more than one batch
        file_sealed(api)
    shares = make_key(desk)
    public = httpx.get(f"{api}/public/identity-key", trust_env=False).json()["key"]["public_key"]

    retired = page.locator("ul.cards").last.locator("li").nth(1)
    retired.get_by_label("口令").fill(passwords["desk.city"] if old["version"] == 1 else PASSPHRASE)
    retired.get_by_role("button", name="解锁").click()
    retired.get_by_role("button", name="重封到现用密钥").click()
    expect(retired).to_contain_text("信封 0 个")
    expect(page.locator("ul.cards").last.locator("li").first).not_to_contain_text("信封 0 个")
    desk.picture("resealed")

    page.reload()  # the key is locked again, and its passphrase shall be lost
    typed, out = tmp_path / "shares", tmp_path / "recovered.json"
    typed.write_text("\n".join([shares[4], shares[0], shares[2]]))
    arguments = ["keys", "recover", "--public-key", public, "--shares-file", str(typed), "--out", str(out)]
    assert CliRunner().invoke(cli, arguments, env={"HUIYIN_PASSPHRASE": RECOVERED}).exit_code == 0
    current = page.locator("ul.cards").last.locator("li").first
    current.get_by_text("口令丢失").click()
    current.locator("input[type=file]").set_input_files(out)
    expect(page.get_by_text("已换用新口令")).to_be_visible()
    current.locator("input[type=password]").fill(RECOVERED)
    current.get_by_role("button", name="解锁").click()
    expect(current.get_by_text("已解锁", exact=True)).to_be_visible()
    desk.inspect("recovered")
    desk.picture("recovered")
    make_key(desk)  # the passphrase that the other tests know


def file_sealed(api: str) -> None:
    """A tip by the API, with an envelope as the form makes it."""
    answer = submitted(api, tip_body(), Identity("测试举报人", "", ""))
    assert answer.status_code == 201, answer.text
