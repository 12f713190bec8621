"""A reporter's files from a phone to an officer's screen: photos without what the camera wrote into them."""

import base64
from collections.abc import Callable

from playwright.sync_api import FilePayload, Locator, Page

from tests.e2e import citizens, officers
from tests.e2e.visitors import Visitor, expect
from tests.factories.reporting.documents import CONTENT, WORD, docx, everything_in

CAMERA = b"SENTINEL-CAMERA-AND-PLACE"
WAV = (
    b"RIFF"
    + (36 + 8000).to_bytes(4, "little")
    + b"WAVEfmt "
    + bytes.fromhex("1000000001000100401f0000401f000001000800")
    + b"data"
    + (8000).to_bytes(4, "little")
    + bytes([128]) * 8000
)


def photo(page: Page) -> bytes:
    """A JPEG as a phone makes it, with an application segment (EXIF lives in one) behind its first marker."""
    drawn = page.evaluate(
        """() => { const c = document.createElement('canvas'); c.width = 320; c.height = 200;
        const x = c.getContext('2d'); x.fillStyle = '#c33'; x.fillRect(0, 0, 320, 200); x.fillStyle = '#fff';
        x.fillRect(40, 40, 120, 80); return c.toDataURL('image/jpeg'); }"""
    )
    jpeg = base64.b64decode(drawn.partition(",")[2])
    segment = b"Exif\0\0" + CAMERA
    return jpeg[:2] + b"\xff\xe1" + (len(segment) + 2).to_bytes(2, "big") + segment + jpeg[2:]


def seen(page: Page, number: int) -> Locator:
    """The files of the newest lead, once the worker, which comes by every five seconds, has looked at them."""
    page.locator("a.row").first.click()
    links = page.locator(".tip-files li a[download]")
    for _ in range(15):
        expect(page.locator(".tip")).to_be_visible()
        if links.count() == number:
            break
        page.wait_for_timeout(2000)
        page.reload()
    expect(links).to_have_count(number)
    return page.locator(".tip-files li")


def saved_from(page: Page, file: Locator, name: str | None = None) -> bytes:
    """What an officer gets who saves a file."""
    with page.expect_download() as saved:
        file.get_by_role("link", name="保存").click()
    assert name in {None, saved.value.suggested_filename}
    return saved.value.path().read_bytes()


def test_photo_and_recording_reach_an_officer_without_what_the_camera_wrote(
    window: Callable[..., Visitor], passwords: dict[str, str]
):
    citizen = window(phone=True, pictures=True, called="citizen")
    citizens.answer_every_question(citizen)
    page = citizen.page
    picture = photo(page)
    camera: FilePayload = {"name": "IMG_0412.jpg", "mimeType": "image/jpeg", "buffer": picture}
    document: FilePayload = {"name": "说明.docx", "mimeType": "application/msword", "buffer": docx()}
    recording: FilePayload = {"name": "录音.wav", "mimeType": "audio/wav", "buffer": WAV}
    # Chosen before the tip is sent, and on its way as soon as it is.
    page.locator('a[href="#files"]').click()
    page.get_by_label("添加文件").set_input_files([camera])
    expect(page.locator(".files li")).to_contain_text("等待发送")
    citizen.picture("chosen")
    citizen.press("继续")
    expect(page.locator("dl.answers")).to_contain_text("照片-1.jpg")
    code = citizens.send(citizen)
    expect(page.locator(".files li")).to_contain_text("已送达")
    page.get_by_label("添加文件").set_input_files([recording])
    warned = page.locator(".files li").filter(has_text="录音.wav")
    expect(warned).to_contain_text("这里去不掉")
    citizen.inspect("files are added")
    citizen.picture("warned")
    warned.get_by_role("button", name="照样发送").click()
    expect(warned).to_contain_text("已送达")
    page.get_by_label("添加文件").set_input_files([document])
    expect(page.locator(".files li").filter(has_text="说明.docx")).to_contain_text("收到后先做一份去掉这些信息的副本")
    page.locator(".files li").filter(has_text="说明.docx").get_by_role("button", name="照样发送").click()
    old: FilePayload = {"name": "旧.doc", "mimeType": "application/msword", "buffer": b"\xd0\xcf\x11\xe0" + bytes(600)}
    page.get_by_label("添加文件").set_input_files([old])
    expect(page.locator(".files li").filter(has_text="旧.doc")).to_contain_text("工作人员看的是原件")
    page.locator(".files li").filter(has_text="旧.doc").get_by_role("button", name="删除").click()
    expect(page.locator(".files li").filter(has_text="说明.docx")).to_contain_text("已送达")
    voice: FilePayload = {"name": "语音.amr", "mimeType": "audio/amr", "buffer": b"#!AMR\n" + bytes(500)}
    page.get_by_label("添加文件").set_input_files([voice])
    page.locator(".files li").filter(has_text="语音.amr").get_by_role("button", name="照样发送").click()
    expect(page.locator(".files li").filter(has_text="语音.amr")).to_contain_text("已送达")
    citizens.keep(citizen, code)
    citizens.open_receipt(citizen, code)
    expect(page.locator("#messages ~ ul")).to_contain_text("照片-1.jpg")
    citizen.inspect("files on the receipt page")
    citizen.picture("receipt")

    intake = window(pictures=True, called="intake")
    officers.sign_in(intake, "intake.city", passwords["intake.city"])
    files = seen(intake.page, 4)
    assert CAMERA not in saved_from(intake.page, files.nth(0))
    files.nth(0).get_by_role("button", name="在此查看").click()
    shown = files.nth(0).locator("img")
    expect(shown).to_have_js_property("complete", value=True)
    assert shown.evaluate("image => image.naturalWidth") == 320
    files.nth(0).scroll_into_view_if_needed()
    intake.picture("image")
    files.nth(1).get_by_role("button", name="在此查看").click()
    expect(files.nth(1).locator("audio")).to_be_visible()
    intake.inspect("files of a tip")
    intake.picture("recording")
    assert saved_from(intake.page, files.nth(1), "录音.wav") == WAV
    copy = everything_in(saved_from(intake.page, files.nth(2)))
    assert (WORD.encode() in copy, CONTENT.encode() in copy) == (False, True)
    expect(files.nth(2)).to_contain_text("副本")
    # What no browser plays says so, and has no button that would do nothing.
    expect(files.nth(3)).to_contain_text("浏览器播放不了这种录音（AMR）")
    expect(files.nth(3).get_by_role("button", name="在此查看")).to_have_count(0)
    files.nth(2).get_by_label("为什么需要原件").select_option(label="核对真伪")
    intake.picture("document")
    with intake.page.expect_download() as saved:
        files.nth(2).get_by_role("link", name="取得原件").click()
    assert saved.value.path().read_bytes() == docx()
    expect(intake.page.get_by_text("这条线索刚有变化")).to_have_count(0)


# What browsers that resist fingerprinting do to a canvas (Tor Browser: privacy.resistFingerprinting).
NOISE = """for (const of of [CanvasRenderingContext2D.prototype]) {
  const read = of.getImageData;
  of.getImageData = function (...where) { const got = read.apply(this, where); got.data.fill(255); return got; };
}
HTMLCanvasElement.prototype.toBlob = function (done) { done(new Blob(["stripes"], {type: "image/jpeg"})); };"""


def test_where_a_canvas_gives_noise_the_photo_itself_is_sent_without_what_the_camera_wrote(
    window: Callable[..., Visitor], passwords: dict[str, str]
):
    citizen = window(phone=True, pictures=True, called="hardened")
    page = citizen.page
    page.goto(citizen.origin)
    picture = photo(page)
    page.add_init_script(NOISE)
    citizens.answer_every_question(citizen)
    page.locator('a[href="#files"]').click()
    camera: FilePayload = {"name": "IMG_0412.jpg", "mimeType": "image/jpeg", "buffer": picture}
    page.get_by_label("添加文件").set_input_files([camera])
    preview = page.get_by_role("img", name="照片-1.jpg")
    expect(preview).to_have_js_property("naturalWidth", 320)
    citizen.inspect("a photo before it is sent")
    citizen.press("继续")
    citizens.send(citizen)
    expect(page.locator(".files li")).to_contain_text("已送达")
    intake = window(called="intake")
    officers.sign_in(intake, "intake.city", passwords["intake.city"])
    got = saved_from(intake.page, seen(intake.page, 1).nth(0))
    assert CAMERA not in got
    assert got.endswith(picture[picture.index(b"\xff\xda") :]), "the picture is the one that was taken"
