"""Firefox ESR, as it comes and as Tor Browser hardens it: a photo arrives as taken, without what a camera adds."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.commands.test_up import Started
from tests.e2e import officers
from tests.e2e.conftest import lacking
from tests.e2e.firefox import Window, firefox, opened
from tests.e2e.visitors import Visitor, expect
from tests.e2e.whole_way.test_files import CAMERA, photo, saved_from, seen

RED_AND_WHITE = """async (image) => {
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [image.naturalWidth, image.naturalHeight];
  const context = canvas.getContext("2d");
  context.drawImage(image, 0, 0);
  return [[10, 10], [100, 80]].map(([x, y]) => [...context.getImageData(x, y, 1, 1).data].slice(0, 3));
}"""


def tell(window: Window, photo: Path) -> None:
    """The whole form, with one photo, until everything has arrived."""
    window.press("开始填写")
    window.set("#conduct-1")
    window.press("继续")
    window.set("#narrative", "火狐浏览器里写的：市场里有人每月收三百元卫生费。")
    window.press("继续")
    for level, code in enumerate(("430000", "430100", "430104")):
        window.until(f"Boolean(document.querySelector('#region-{level} option[value=\"{code}\"]'))")
        window.set(f"#region-{level}", code)
    window.press("继续")
    window.set("#when-exact")
    window.set("#day", "2026-03-03")
    window.press("继续")
    window.set("#known-no")
    window.press("继续")
    window.until("Boolean(document.querySelector('#agencies'))")
    window.press("继续")
    window.until("Boolean(document.querySelector('#files'))")
    window.choose_file("#files", photo)
    window.until("document.querySelector('.files li img')?.naturalWidth === 320")
    window.press("继续")
    window.press("继续")
    window.press("提交举报")
    window.until("document.querySelectorAll('.receipt-code .code span').length === 5")
    window.until("document.querySelector('.files li')?.innerText.includes('已送达')")


@pytest.mark.parametrize("hardened", [False, True])
def test_photo_from_firefox_arrives_as_it_was_taken(
    window: Callable[..., Visitor], server: Started, passwords: dict[str, str], tmp_path: Path, hardened: bool
):
    path = firefox()
    if path is None:
        lacking("There is no Firefox ESR here: `make check` installs it (Debian: apt install firefox-esr).")
    officer = window()
    officer.go("/")
    taken = tmp_path / "IMG_0412.jpg"
    taken.write_bytes(photo(officer.page))
    with opened(path, **{"privacy.resistFingerprinting": hardened}) as firefox_window:
        firefox_window.go(f"{officer.origin}/?lang=zh-CN")
        tell(firefox_window, taken)
    officers.sign_in(officer, "intake.city", passwords["intake.city"])
    file = seen(officer.page, 1).nth(0)
    got = saved_from(officer.page, file)
    assert CAMERA not in got
    if hardened:  # its canvas gives noise: the photo itself is sent
        assert got.endswith(taken.read_bytes()[taken.read_bytes().index(b"\xff\xda") :])
    file.get_by_role("button", name="在此查看").click()
    shown = file.locator("img")
    expect(shown).to_have_js_property("naturalWidth", 320)
    red, white = shown.evaluate(RED_AND_WHITE)
    assert all(abs(one - other) < 12 for one, other in zip(red, (0xCC, 0x33, 0x33), strict=True)), red
    assert all(one > 243 for one in white), white
