"""What a person does on the public form and the receipt page, as they would: by what the screen says."""

from tests.e2e.visitors import Visitor, expect

STORY = "菜市场每个摊位每月要交三百元“卫生费”，不交就有人来掀摊子。上个月三哥带人打伤了卖鱼的老周，派出所来了又走了。"
NICKNAME, UNIT, POST = "三哥", "惠民市场管理服务部", "自称经理"
HIDDEN_AGENCY, HIDDEN_OFFICIAL = "长沙市市场监督管理局", "市场监管所 刘某"
SECTOR, CONDUCT = "商贸集市批发市场", "收保护费"


def answer_every_question(citizen: Visitor) -> None:
    """From the first page to the last one before sending, a picture of each."""
    page, press = citizen.page, citizen.press
    citizen.go("/")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    citizen.picture("start")
    press("开始填写")

    heading(citizen, "您要举报哪一类事情？")
    expect(page.get_by_label(CONDUCT, exact=True)).to_be_visible()  # the button moves down when the choices have come
    press("继续")
    expect(page.get_by_role("alert")).to_be_focused()
    citizen.picture("kind-nothing-chosen")
    page.get_by_label(CONDUCT, exact=True).check()
    page.get_by_label("发生在哪个行业").select_option(label=SECTOR)
    citizen.picture("kind")
    press("继续")

    heading(citizen, "发生了什么？")
    page.locator("#narrative").fill(STORY)
    citizen.picture("story")
    press("继续")

    heading(citizen, "事情发生在哪里？")
    choose_yuelu(citizen)
    page.get_by_label("具体地点").fill("惠民菜市场东门")
    citizen.picture("place")
    press("继续")

    heading(citizen, "什么时候发生的？")
    page.get_by_label("仍在持续").check()
    page.get_by_label("从哪一天开始").fill("2026-03-03")
    citizen.picture("time")
    press("继续")

    heading(citizen, "您知道是谁做的吗？")
    page.get_by_label("知道，或者知道一部分").check()
    page.get_by_label("绰号或外号").fill(NICKNAME)
    page.get_by_label("所在单位或公司").fill(UNIT)
    page.get_by_label("职务或身份").fill(POST)
    citizen.picture("people")
    press("继续")

    heading(citizen, "谁不应该看到这件举报？")
    page.get_by_label(HIDDEN_AGENCY, exact=True).check()
    page.get_by_label("第 1 个人").fill(HIDDEN_OFFICIAL)
    citizen.picture("hide")
    press("继续")

    heading(citizen, "照片、录音、文件")
    citizen.picture("files")
    press("继续")

    heading(citizen, "要留下您的身份吗？")
    expect(page.get_by_label("匿名，不留身份")).to_be_checked()
    citizen.picture("identity")
    press("继续")

    heading(citizen, "提交前请核对")
    for told in (CONDUCT, STORY, "惠民菜市场东门", NICKNAME, HIDDEN_AGENCY, HIDDEN_OFFICIAL):
        expect(page.locator("dl.answers")).to_contain_text(told)
    citizen.picture("check")


def heading(citizen: Visitor, text: str) -> None:
    """The page that is open says so."""
    expect(citizen.page.get_by_role("heading", level=1, name=text)).to_be_visible()


def choose_yuelu(citizen: Visitor) -> None:
    """长沙市岳麓区."""
    page = citizen.page
    for label, name in (("省、自治区、直辖市", "湖南省"), ("市、州、盟", "长沙市"), ("县、区、旗", "岳麓区")):
        page.get_by_label(label).select_option(label=name)


def send(citizen: Visitor) -> str:
    """Send what was answered. Returns the receipt code as the screen shows it, in groups."""
    page = citizen.page
    citizen.press("提交举报")
    heading(citizen, "举报已收到")
    groups = page.locator(".receipt-code .code span")
    expect(groups).to_have_count(5)
    citizen.picture("sent")
    return " ".join(groups.all_inner_texts())


def keep(citizen: Visitor, code: str) -> None:
    """Type the code again, first wrongly."""
    page, again = citizen.page, citizen.page.get_by_label("再输入一次，确认您已记下")
    again.fill("1234" + code[4:] if not code.startswith("1234") else "4321" + code[4:])
    citizen.press("确认")
    expect(page.get_by_role("alert")).to_contain_text("与上面的回执码不一样")
    citizen.picture("code-mistyped")
    again.fill("")
    again.press_sequentially(code.replace(" ", ""))
    expect(again).to_have_value(code)
    citizen.press("确认")
    expect(page.locator("#kept")).to_contain_text("一致。回执码已从本页隐去")
    expect(page.locator("body")).not_to_contain_text(code[:9])
    citizen.picture("code-kept")


def open_receipt(citizen: Visitor, code: str) -> None:
    """Return by code."""
    citizen.go("/receipt")
    citizen.page.get_by_label("回执码", exact=True).fill(code)
    citizen.press("查询")
    heading(citizen, "办理进度")


def stage(citizen: Visitor, name: str) -> None:
    """The receipt page says how far it is."""
    expect(citizen.page.locator("#stage")).to_have_text(name)
