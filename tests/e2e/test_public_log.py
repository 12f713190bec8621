"""The public log on the reporter's page: what was deleted or changed behind the application's back turns it red."""

import json
from collections.abc import Callable

from huiyin.kit.database.owner import connect, database
from huiyin.settings import Settings
from tests.e2e import citizens
from tests.e2e.conftest import DATA
from tests.e2e.visitors import LANGUAGES, Visitor, expect
from tests.test_up import Started

NAMES = {"zh-CN": "简体中文", "zh-Hant": "繁體中文", "en": "English"}


def as_superuser(server: Started, *statements: str) -> None:
    """What somebody with the database's password can do, whatever the application allows."""
    with database(Settings(data=server.log.parent / DATA)) as urls, connect(urls.owner) as connection:
        for statement in statements:
            connection.execute(statement.encode())


def deleted(code_hash: str) -> list[str]:
    """Take a tip out, whatever refers to it."""
    tip = f"receipt_hash = decode(translate('{code_hash}', '-_', '+/') || '=', 'base64')"
    return ["SET session_replication_role = replica", f"DELETE FROM tips WHERE {tip}"]


def filed(citizen: Visitor, *, remember: bool) -> tuple[str, str]:
    """File a tip; returns its code, and the hash by which the server knows it."""
    citizens.answer_every_question(citizen)
    with citizen.page.expect_request("**/api/v1/public/tips") as request:
        code = citizens.send(citizen)
    expect(citizen.page.get_by_text("我们已经签名承诺")).to_be_visible()
    if remember:
        citizen.press("让这台设备记住")
        expect(citizen.page.get_by_text("这台设备已经记住")).to_be_visible()
    citizens.keep(citizen, code)
    return code, json.loads(request.value.post_data or "")["receipt"]["token_hash"]


def look_up(citizen: Visitor, code: str) -> None:
    citizen.go("/receipt")
    citizen.page.get_by_label("回执码", exact=True).fill(code)
    citizen.press("查询")


def test_an_untouched_tip_is_checked_on_the_device_and_nothing_is_kept_there_unasked(window: Callable[..., Visitor]):
    citizen = window(phone=True, pictures=True)
    code, hash_ = filed(citizen, remember=False)
    citizens.open_receipt(citizen, code)
    expect(citizen.page.locator("#log + .notice")).to_contain_text("公开账本")
    expect(citizen.page.locator("html")).not_to_have_class("alarm")
    assert hash_ not in citizen.stored()
    citizen.inspect("log-checked")


def test_a_tip_that_was_deleted_turns_the_page_red_on_every_device(window: Callable[..., Visitor], server: Started):
    citizen = window(phone=True, pictures=True)
    citizen.expected.add("status of 410")
    code, hash_ = filed(citizen, remember=False)
    as_superuser(server, *deleted(hash_))
    look_up(citizen, code)
    alarm = citizen.page.get_by_role("alert")
    expect(alarm).to_contain_text("举报本身不见了")
    expect(citizen.page.locator("html")).to_have_class("alarm")
    for language in LANGUAGES:
        citizen.press(NAMES[language])
        expect(citizen.page.locator("html")).to_have_attribute("lang", language)
        citizen.inspect(f"log-alarm-{language}")


def test_a_device_that_remembers_notices_what_was_changed_and_what_was_deleted_with_its_trail(
    window: Callable[..., Visitor], server: Started
):
    citizen, stranger = window(phone=True, pictures=True), window()
    citizen.expected.add("status of 404")
    stranger.expected.add("status of 404")
    code, hash_ = filed(citizen, remember=True)
    receipt = f"facts ->> 'receipt' = encode(decode(translate('{hash_}', '-_', '+/') || '=', 'base64'), 'hex')"
    as_superuser(server, f"UPDATE events SET at = at - interval '1 day' WHERE {receipt}")
    citizens.open_receipt(citizen, code)
    expect(citizen.page.get_by_role("alert")).to_contain_text("不一致")
    expect(citizen.page.locator("html")).to_have_class("alarm")
    citizen.picture("changed")
    citizen.press("离开并清除")
    expect(citizen.page.locator("html")).not_to_have_class("alarm")

    as_superuser(server, *deleted(hash_), f"DELETE FROM events WHERE {receipt}")
    look_up(citizen, code)
    expect(citizen.page.get_by_role("alert")).to_contain_text("这台设备上存有我们签名的承诺")
    look_up(stranger, code)
    expect(stranger.page.get_by_role("alert")).to_contain_text("没有查到这个回执码")
    kept = json.loads(citizen.page.evaluate("localStorage.getItem('huiyin.log')"))
    assert list(kept["promises"]) == [hash_], "the code itself is not among it"
    assert code.replace(" ", "") not in citizen.stored()
