"""What an officer does on the dashboard, by its buttons and forms."""

from collections.abc import Callable

from playwright.sync_api import Locator

from tests.e2e.visitors import Visitor, expect


def sign_in(officer: Visitor, login: str, password: str, *, path: str = "/review/leads") -> None:
    """Through the sign-in page to the one that was asked for."""
    officer.go(path)
    officer.page.get_by_label("登录名").fill(login)
    officer.page.get_by_label("密码", exact=True).fill(password)
    officer.picture("sign-in")
    officer.page.get_by_role("button", name="登录", exact=True).click()
    expect(officer.page.get_by_role("button", name="退出")).to_be_visible()


def open_lead(officer: Visitor, view: str, number: str) -> None:
    """From the inbox, by a view and the row."""
    page = officer.page
    page.get_by_role("navigation", name="视图").get_by_role("link", name=view, exact=True).click()
    page.get_by_label("排序").select_option(label="最新接收在前")  # only rows in sight exist
    page.get_by_role("button", name="刷新").click()
    row = page.locator("a.row").filter(has_text=number)
    expect(row).to_be_visible()
    officer.picture("inbox")
    row.click()
    expect(page.get_by_role("heading", name=number)).to_be_visible()


def refresh(officer: Visitor, number: str) -> None:
    """Load the open lead anew, as officers do who were told that something happened."""
    officer.page.reload()
    expect(officer.page.get_by_role("heading", name=number)).to_be_visible()


def actions(officer: Visitor) -> Locator:
    """The action bar."""
    return officer.page.get_by_role("region", name="办理", exact=True)


def begin(officer: Visitor, verb: str) -> Locator:
    """Press a verb's button. Returns its form."""
    actions(officer).get_by_role("button", name=verb, exact=True).click()
    form = officer.page.get_by_role("dialog", name=verb)
    expect(form).to_be_visible()
    return form


def act(officer: Visitor, verb: str, fill: Callable[[Locator], object] = lambda _: None) -> None:
    """One verb: its button, its form, and the notice that it was recorded."""
    _send(officer, verb, fill, f"{verb}，已记录。")


def ask(officer: Visitor, verb: str, fill: Callable[[Locator], object]) -> None:
    """A verb that waits for a second officer."""
    _send(officer, verb, fill, f"已提出{verb}，等待另一名人员确认。")


def confirm(officer: Visitor, verb: str) -> None:
    """Agree to what another officer asked."""

    def agree(form: Locator) -> None:
        form.locator("input[value=yes]").check()

    _send(officer, f"确认：{verb}", agree, f"{verb}，已记录。")


def _send(officer: Visitor, name: str, fill: Callable[[Locator], object], said: str) -> None:
    form = begin(officer, name)
    fill(form)
    officer.picture(f"form-{name}")
    form.get_by_role("button", name=name, exact=True).click()
    expect(officer.page.get_by_role("status").filter(has_text=said)).to_be_visible()
    expect(form).to_be_hidden()


def shows(officer: Visitor, *, state: str, clock: str | None, record: str) -> None:
    """The lead's state, the clock that runs, and the newest line of its timeline."""
    page = officer.page
    expect(page.locator(".lead-title .state")).to_have_text(state)
    facts = page.locator(".lead-head .facts dt")
    if clock is None:
        expect(facts.first).to_have_text("承办人")
    else:
        expect(facts.first).to_have_text(clock)
        expect(page.locator(".lead-head .facts dd").first).to_contain_text("剩")
    expect(newest(officer)).to_contain_text(record)
    officer.picture(f"lead-{state}")


def newest(officer: Visitor) -> Locator:
    """The newest line of the timeline."""
    return officer.page.get_by_role("region", name="办理记录").get_by_role("listitem").last


def pick(form: Locator, label: str, name: str) -> None:
    """Choose in a list that is searched by typing."""
    form.get_by_label(label).fill(name)
    form.page.get_by_role("option").filter(has_text=name).first.click()
