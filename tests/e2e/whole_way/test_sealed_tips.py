"""A sealed tip in real browsers: what is told, added and asked is nowhere but with the reporter and the agency."""

from collections.abc import Callable

import pytest
from playwright.sync_api import FilePayload

from tests.commands.test_up import Started
from tests.e2e import citizens, officers
from tests.e2e.traces import assert_nowhere, sought
from tests.e2e.visitors import Visitor, expect
from tests.e2e.whole_way.test_files import photo
from tests.e2e.whole_way.test_identity import make_key

NARRATIVE = "密封哨兵叙述：河口砂场每次检查前都有人事先打招呼，局里的通风报信已有三年之久"
PLACE, PERSON = "密封哨兵地点河口砂场西门外", "密封哨兵人名某副局长甲乙"
PICTURE, PAPER = "密封哨兵照片名称-海报.jpg", "密封哨兵文件名称-账目.txt"
CONTENT = "SEALED-SENTINEL-FILE-CONTENT-4711-0815-90210"
ADDED, ASKED = "密封哨兵补充内容：他昨天晚上又打来了电话", "密封哨兵提问内容：您还记得具体是哪一天吗"
SOUGHT = sought(NARRATIVE, PLACE, PERSON, PICTURE, PAPER, CONTENT, ADDED, ASKED)
AGENCY, KNOWN, PASSED = "长沙市纪委监委", "岳麓", "sealed_keys"


def seal(citizen: Visitor) -> None:
    """From the last page back: tell what shall be sealed, and choose who alone reads it."""
    page, press = citizen.page, citizen.press
    citizens.answer_every_question(citizen)
    for step, field, text in (("story", "#narrative", NARRATIVE), ("place", "#place", PLACE)):
        page.locator(f'a[href="#{step}"]').first.click()
        page.locator(field).fill(text)
        press("继续")
    page.locator('a[href="#people"]').click()
    page.get_by_label("姓名").first.fill(PERSON)
    press("继续")
    page.locator('a[href="#hide"]').first.click()
    choice = page.get_by_role("group", name="谁能看这件举报")
    expect(choice.get_by_label("按通常办法")).to_be_checked()
    choice.get_by_label(f"只有{AGENCY}能看").check()
    expect(choice).to_contain_text("附件不经病毒检查")
    choice.scroll_into_view_if_needed()
    citizen.inspect("sealed choice")
    citizen.picture("choice")
    press("继续")
    expect(page.locator("dl.answers")).to_contain_text(f"只有{AGENCY}能看")
    citizen.picture("check")


def add_files(citizen: Visitor) -> None:
    page = citizen.page
    picture: FilePayload = {"name": PICTURE, "mimeType": "image/jpeg", "buffer": photo(page)}
    paper: FilePayload = {"name": PAPER, "mimeType": "text/plain", "buffer": CONTENT.encode() * 40_000}
    page.locator("#as-they-are").check()
    page.get_by_label("添加文件").set_input_files([picture])
    expect(page.locator(".files li")).to_contain_text("已送达")
    page.get_by_label("添加文件").set_input_files([paper])
    # Nobody here cleans what nobody here can read: no copy is promised.
    expect(page.locator(".files li").last).to_contain_text("谁也不能替您去掉")
    page.get_by_role("button", name=f"照样发送 {PAPER}").click()
    expect(page.locator(".files li").last).to_contain_text("已送达")


def test_sealed_tip_is_nowhere_but_with_its_reporter_and_its_agency(
    window: Callable[..., Visitor], passwords: dict[str, str], server: Started
):
    citizen = window(phone=True, pictures=True, called="citizen")
    seal(citizen)
    code = citizens.send(citizen)
    add_files(citizen)
    citizens.keep(citizen, code)
    citizens.open_receipt(citizen, code)
    messages = citizen.page.get_by_role("region", name="与工作人员的对话")
    expect(messages).to_contain_text(f"只有{AGENCY}和您能看")
    expect(messages).to_contain_text(PAPER)
    citizen.page.locator("#text").fill(ADDED)
    citizen.press("发送")
    expect(messages.locator(".messages")).to_contain_text(ADDED)
    citizen.inspect("sealed receipt")
    citizen.picture("receipt")

    officer = window(pictures=True, called="officer")
    officers.sign_in(officer, "verify.discipline", passwords["verify.discipline"])
    page = officer.page
    page.locator("a.row").first.click()
    sealed = page.get_by_role("region", name="密封的内容")
    expect(sealed).to_contain_text(f"只有{AGENCY}能打开")
    officer.picture("locked")
    sealed.get_by_label("口令").fill("not the passphrase")
    sealed.get_by_role("button", name="打开").click()
    expect(sealed).to_contain_text("口令不对")
    officer.inspect("locked")
    sealed.get_by_label("口令").fill(passwords["chief.discipline"])  # so in the demo
    for _ in range(10):  # the worker comes by every five seconds
        sealed.get_by_role("button", name="打开").click()
        expect(sealed).to_contain_text(NARRATIVE)
        if sealed.locator(".tip-files li").count() == 2:
            break
        page.wait_for_timeout(2000)
        page.reload()
        sealed.get_by_label("口令").fill(passwords["chief.discipline"])
    for told in (PLACE, PERSON, "举报未核", citizens.HIDDEN_AGENCY, ADDED, PICTURE, PAPER):
        expect(sealed).to_contain_text(told)
    sealed.get_by_role("button", name=f"查看 {PICTURE}").click()
    shown = sealed.locator("img")
    expect(shown).to_have_js_property("complete", value=True)
    assert shown.evaluate("image => image.naturalWidth") == 320
    with page.expect_download() as saved:
        sealed.get_by_role("button", name=f"解密并保存 {PAPER}").click()
    assert saved.value.path().read_bytes() == CONTENT.encode() * 40_000
    assert saved.value.suggested_filename == PAPER
    sealed.get_by_label("写给举报人").fill(ASKED)
    sealed.get_by_role("button", name="密封并发送").click()
    expect(sealed.locator(".messages")).to_contain_text(ASKED)
    officer.inspect("opened")
    officer.picture("opened")

    citizens.open_receipt(citizen, code)
    expect(citizen.page.locator(".messages")).to_contain_text(ASKED)
    expect(citizen.page.locator(".messages")).to_contain_text(ADDED)

    intake = window(pictures=True, called="intake")
    officers.sign_in(intake, "intake.city", passwords["intake.city"], path="/review/sealed-tips")
    expect(intake.page.get_by_role("row").filter(has_text="岳麓区").first).to_contain_text(AGENCY)
    intake.inspect("known")
    intake.picture("known")

    officers_ = [citizen, officer, intake]
    assert_nowhere(SOUGHT, officers_, server, known=KNOWN, passed_through=PASSED)


@pytest.mark.thorough
@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_agency_replaces_its_key_in_its_chiefs_browser(
    window: Callable[..., Visitor], passwords: dict[str, str], language: str
):
    """In English the key is replaced; afterwards both versions are looked at."""
    chief = window(language=language, dashboard=True, pictures=True, called=language)
    page = chief.signed_in("chief.discipline", passwords["chief.discipline"]).page
    chief.go("/review/sealed-keys")
    cards = page.locator("ul.cards li.card")
    expect(cards.first).to_be_visible()
    chief.inspect("keys")
    if language == "en":
        make_key(chief, at="/review/sealed-keys")
        expect(cards.first.locator("h2")).to_contain_text("2")
        old = cards.nth(1)
        old.locator("input[type=password]").fill(passwords["chief.discipline"])
        old.locator("form button").click()
        expect(old.locator("form")).to_have_count(0)
        expect(cards).to_have_count(2)
    chief.inspect("both versions")
    chief.picture("both-versions")
