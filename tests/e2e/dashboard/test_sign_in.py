"""Signing in as outside of a demo: authenticator app, recovery codes, passkey, proving again, and ending sessions."""

import json
import re
import time
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pyotp
import pytest
from playwright.sync_api import Page

from huiyin.kit.database.server import running
from tests.commands.test_up import Started, room, started
from tests.e2e.conftest import BUILT, DATA, lacking
from tests.e2e.visitors import LANGUAGES, Visitor, expect

ADMIN = "admin.city"


@pytest.fixture(scope="module")
def server() -> Iterator[Started]:
    """A running Huiyin that asks for second factors."""
    if not BUILT.is_file():
        lacking("The frontend is not built: run make check, or make dist.")
    with room() as folder, started(folder / DATA, HUIYIN_SECOND_FACTOR="true") as one:
        yield one.wait_until_ready()


@pytest.fixture(scope="module")
def known(server: Started) -> dict[str, str]:
    passwords: dict[str, str] = json.loads((server.log.parent / DATA / "secrets" / "demo-accounts.json").read_text())
    return passwords


def forget_proofs(server: Started) -> None:
    """As if everybody had signed in an hour ago."""
    with running(server.log.parent / DATA) as database, database.connect() as connection:
        connection.execute("UPDATE sessions SET proved_at = now() - interval '1 hour'")


def next_code(secret: str, used: set[str]) -> str:
    """A code that was not used yet; waits for the next one where it must."""
    while (code := pyotp.TOTP(secret).generate_otp(int(time.time() // 30) + 1)) in used:
        time.sleep(1)
    used.add(code)
    return code


def fill_password(page: Page, password: str) -> None:
    page.locator("#login-name").fill(ADMIN)
    page.locator("#login-password").fill(password)
    page.locator("main form button[type=submit]").click()


def in_every_language(visitor: Visitor, what: str) -> None:
    """What is on the page, in all languages at both widths."""
    choice = visitor.page.locator("select.language")
    for language in LANGUAGES:
        choice.select_option(language)
        expect(visitor.page.locator("html")).to_have_attribute("lang", language)
        visitor.inspect(f"{what}-{language}")
    choice.select_option("zh-CN")
    expect(visitor.page.locator("html")).to_have_attribute("lang", "zh-CN")


def authenticator(page: Page) -> tuple[Any, str]:
    """A virtual one in Chromium that knows its user: (CDP session, its id)."""
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    made = devtools.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    return devtools, made["authenticatorId"]


def test_first_sign_in_sets_up_an_app_and_everything_after_it(
    window: Callable[..., Visitor], server: Started, known: dict[str, str]
):
    officer = window(pictures=True, called="sign-in")
    officer.origin = f"http://localhost:{server.port}"  # passkeys are bound to a name, not to an address
    officer.expected |= {"status of 401"}
    page, used = officer.page, set[str]()
    devtools, device = authenticator(page)

    # The right password asks for an app.
    officer.go("/review/account")
    fill_password(page, known[ADMIN])
    expect(page.locator("svg.qr path")).to_be_visible()
    expect(page.locator("#login-code")).to_be_focused()
    in_every_language(officer, "enrolment")
    secret = "".join(page.locator(".totp-setup .code span").all_inner_texts())
    assert re.fullmatch("[A-Z2-7]{32}", secret)
    page.locator("#login-code").fill("000000")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_be_focused()
    now = pyotp.TOTP(secret).now()
    used.add(now)
    page.locator("#login-code").fill(now)
    page.keyboard.press("Enter")

    # Recovery codes next.
    expect(page.get_by_role("status").filter(has_text="现在请生成恢复码")).to_be_visible()
    page.get_by_role("button", name="生成新的恢复码").click()
    expect(page.locator(".recovery-codes li")).to_have_count(10)
    recovery = page.locator(".recovery-codes li").first.inner_text()
    in_every_language(officer, "recovery-codes")
    page.get_by_role("button", name="已保管好").click()
    expect(page.get_by_text("还剩 10 个")).to_be_visible()

    # A passkey.
    page.get_by_role("button", name="添加通行密钥").click()
    page.get_by_role("button", name="添加通行密钥").click()
    expect(page.locator("#account-passkey")).to_be_focused()
    page.locator("#account-passkey").fill("办公室电脑")
    page.keyboard.press("Enter")
    expect(page.get_by_text("尚未使用")).to_be_visible()
    in_every_language(officer, "account")

    # What gives rights away asks again, after an hour; the code opens it and the change goes on.
    forget_proofs(server)
    page.get_by_role("button", name="生成新的恢复码").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.locator("#proof-answer")).to_be_focused()
    officer.inspect("proof")
    page.keyboard.press("Escape")
    expect(page.get_by_text("未验证身份，操作没有执行。")).to_be_visible()
    page.get_by_role("button", name="生成新的恢复码").click()
    dialog.locator("#proof-answer").fill(next_code(secret, used))
    page.keyboard.press("Enter")
    expect(page.locator(".recovery-codes li")).to_have_count(10)
    fresh = page.locator(".recovery-codes li").first.inner_text()
    assert fresh != recovery

    # So does the passkey.
    page.get_by_role("button", name="已保管好").click()
    forget_proofs(server)
    page.get_by_role("button", name="生成新的恢复码").click()
    dialog.get_by_role("button", name="使用通行密钥验证").click()
    expect(page.locator(".recovery-codes li")).to_have_count(10)
    recovery = page.locator(".recovery-codes li").first.inner_text()

    # Sign out; in again by passkey alone. What the browser sent opens nothing a second time.
    page.get_by_role("button", name="退出").click()
    expect(page.get_by_role("button", name="使用通行密钥")).to_be_visible()
    with page.expect_request(lambda one: one.url.endswith("/sessions/passkey")) as sent:
        page.get_by_role("button", name="使用通行密钥").click()
    expect(page.get_by_role("button", name="退出")).to_be_visible()
    again = httpx.post(sent.value.url, json=sent.value.post_data_json, trust_env=False)
    assert (again.status_code, again.json()["type"]) == (401, "urn:huiyin:problem:bad_passkey")

    # A recovery code works once, in another browser; the list shows it, and ends it.
    other = window(called="elsewhere")
    other.go("/review/account")
    fill_password(other.page, known[ADMIN])
    other.page.locator("#login-code").fill(recovery)
    in_every_language(other, "code")
    other.page.keyboard.press("Enter")
    expect(other.page.get_by_role("heading", name="登录与安全")).to_be_visible()
    expect(other.page.get_by_text("还剩 9 个")).to_be_visible()
    officer.go("/review/account")
    ends = page.get_by_role("button", name=re.compile("^结束登录："))
    expect(ends).to_have_count(1)
    ends.click()
    expect(ends).to_have_count(0)
    other.page.reload()
    expect(other.page.locator("#login-name")).to_be_visible()

    # A passkey without finger, face or PIN is only one factor: refused.
    page.get_by_role("button", name="退出").click()
    expect(page.get_by_role("button", name="使用通行密钥")).to_be_visible()
    devtools.send("WebAuthn.setUserVerified", {"authenticatorId": device, "isUserVerified": False})
    page.get_by_role("button", name="使用通行密钥").click()
    expect(page.get_by_role("alert")).to_contain_text("没有使用通行密钥")
