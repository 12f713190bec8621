"""A tip's whole way in real browsers: a phone, and the officers of three agencies at their desks."""

from collections.abc import Callable

from playwright.sync_api import Locator

from tests.e2e import citizens, officers
from tests.e2e.officers import act, ask, begin, confirm, newest, open_lead, pick, refresh, shows
from tests.e2e.visitors import Visitor, digits_of, expect

QUESTION = "卖鱼的老周现在在哪家医院？您知道三哥的车牌吗？"
ADDED = "在市四医院。车牌我只记得后三位 778。"
FACTS = "2026 年 3 月至 11 月，该服务部向 46 个摊位每月各收 300 元，未开票据。"
MORE_FACTS = FACTS + "另查明收款账户属刘某亲属。"
MISSING = "补查收款账户的户主，以及与市场监管所的往来。"
ANSWER = "您反映的收取“卫生费”情况属实，公安机关已经立案，已抓获两人。谢谢您，请注意自身安全。"


def filed(form: Locator) -> None:
    """A case against the one who was named; the finding is read beside the choice."""
    expect(form.get_by_text("核查结论：属实")).to_be_visible()
    form.get_by_label("处理结果").select_option(label="立案")
    form.get_by_role("group", name="对谁立案").get_by_role("checkbox").first.check()


def test_a_tip_is_verified_and_answered(window: Callable[..., Visitor], passwords: dict[str, str]):
    def officer(login: str) -> Visitor:
        visitor = window(pictures=True, called=login)
        officers.sign_in(visitor, login, passwords[login])
        return visitor

    citizen = window(phone=True, pictures=True, called="citizen")
    citizens.answer_every_question(citizen)
    code = citizens.send(citizen)
    citizens.keep(citizen, code)
    citizens.open_receipt(citizen, code)
    citizens.stage(citizen, "已收到")
    citizen.picture("receipt-received")

    intake = officer("intake.city")
    row = intake.page.locator("a.row").first
    expect(row).to_contain_text(citizens.CONDUCT)
    number = row.locator(".number").inner_text()
    open_lead(intake, "待甄别", number)
    shows(intake, state="已接收", clock="甄别", record="收到举报")
    tip = intake.page.get_by_role("region", name="举报内容")
    for told in (citizens.STORY, citizens.NICKNAME, citizens.UNIT, citizens.POST, "举报未核"):
        expect(tip).to_contain_text(told)

    def screening(form: Locator) -> None:
        form.get_by_label("性质").select_option(label="涉恶")
        form.get_by_label("足以核查", exact=True).check()

    act(intake, "甄别", screening)
    shows(intake, state="已甄别", clock="登记", record="已接收 →")
    act(intake, "登记")
    shows(intake, state="已登记", clock="交办", record="许静宜 · 长沙市扫黑办")

    dispatcher = officer("dispatch.city")
    open_lead(dispatcher, "待交办", number)

    # Who is named in the tip cannot be given it; the form keeps what was chosen and says so.
    dispatcher.expected.add("status of 409")
    form = begin(dispatcher, "交办")
    pick(form, "承办单位", citizens.HIDDEN_AGENCY)
    form.get_by_role("button", name="交办", exact=True).click()
    expect(form.get_by_role("alert")).to_be_focused()
    expect(form.get_by_role("alert")).to_contain_text("回避")
    dispatcher.picture("form-交办-excluded")
    form.get_by_role("button", name="取消").click()
    expect(form).to_be_hidden()

    act(dispatcher, "交办", lambda form: pick(form, "承办单位", "长沙市公安局岳麓分局"))
    shows(dispatcher, state="已交办", clock="签收", record="长沙市公安局岳麓分局")

    chief = officer("chief.district")
    open_lead(chief, "本单位承办", number)
    act(chief, "签收")
    shows(chief, state="已签收", clock="指派核查", record="彭守正")
    citizens.open_receipt(citizen, code)
    citizens.stage(citizen, "已受理")
    citizen.picture("receipt-accepted")

    verifier = officer("verify.district")
    open_lead(verifier, "本单位承办", number)

    def two_verifiers(form: Locator) -> None:
        form.get_by_label("核查人员 1").select_option(label="欧阳清 · 长沙市公安局岳麓分局")
        form.get_by_label("核查人员 2").select_option(label="蒋一诺 · 长沙市公安局岳麓分局")
        form.get_by_role("checkbox").check()

    # Each of the two declares for himself.
    ask(verifier, "开始核查", two_verifiers)
    shows(verifier, state="已签收", clock="指派核查", record="核查人员欧阳清、蒋一诺")
    second = officer("verify2.district")
    open_lead(second, "本单位承办", number)
    confirm(second, "开始核查")
    shows(second, state="核查中", clock="核查", record="蒋一诺")
    refresh(verifier, number)

    # Staff asks, the reporter answers on the receipt page.
    verifier.page.get_by_label("向举报人提问或说明").fill(QUESTION)
    verifier.page.get_by_role("button", name="发送", exact=True).click()
    messages = verifier.page.get_by_role("region", name="与举报人对话").get_by_role("listitem")
    expect(messages).to_have_count(1)
    expect(messages).to_contain_text(QUESTION)
    expect(newest(verifier)).to_contain_text("向举报人提问")
    citizens.open_receipt(citizen, code)
    citizens.stage(citizen, "正在核查")
    expect(citizen.page.locator("ol.messages")).to_contain_text(QUESTION)
    expect(citizen.page.locator("body")).not_to_contain_text("欧阳清")
    citizen.page.get_by_label("补充情况或回答问题").fill(ADDED)
    citizen.picture("receipt-question")
    citizen.press("发送")
    expect(citizen.page.locator("ol.messages li")).to_have_count(2)
    expect(citizen.page.get_by_text("已发送")).to_be_visible()
    citizen.picture("receipt-answered-back")
    refresh(verifier, number)
    expect(messages).to_have_count(2)
    expect(messages.last).to_contain_text(ADDED)
    expect(newest(verifier)).to_contain_text("举报人补充")

    # What was added is news to who works on it, wherever they look, until they have seen it; the reporter learns that.
    expect(verifier.page.locator("a.row").filter(has_text=number)).to_contain_text("举报人有补充")
    expect(messages.last).to_contain_text("新")
    verifier.picture("news")
    verifier.page.get_by_role("button", name="查看并标为已读").click()
    expect(verifier.page.get_by_role("button", name="查看并标为已读")).to_have_count(0)
    expect(verifier.page.locator("a.row").filter(has_text=number)).not_to_contain_text("举报人有补充")
    citizens.open_receipt(citizen, code)
    expect(citizen.page.locator("ol.messages li").last).to_contain_text("工作人员已读")
    citizen.picture("receipt-read")

    def concluding(facts: str, *evidence: str) -> Callable[[Locator], None]:
        def fill(form: Locator) -> None:
            form.get_by_label("核查结论").select_option(label="属实")
            form.get_by_label("查明的事实").fill(facts)
            for at, item in enumerate(evidence):
                if at:
                    form.get_by_role("button", name="增加一行").click()
                form.get_by_label(f"证据清单 {at + 1}").fill(item)
            form.get_by_label("已开展的工作").fill("走访 46 户摊主，调取监控和收款流水。")

        return fill

    act(verifier, "拟结论", concluding(FACTS, "摊主询问笔录 46 份", "收款流水"))
    shows(verifier, state="已拟结论", clock="负责人审批", record="核查中 →")
    expect(verifier.page.get_by_role("region", name="核查结果")).to_contain_text(FACTS)

    refresh(chief, number)
    act(chief, "负责人审批")
    shows(chief, state="复核中", clock="复核", record="彭守正")

    reviewer = officer("review.province")
    open_lead(reviewer, "待复核", number)
    act(reviewer, "退查", lambda form: form.get_by_label("需要补充的内容").fill(MISSING))
    shows(reviewer, state="核查中", clock="补充核查", record=MISSING)

    refresh(verifier, number)
    expect(newest(verifier)).to_contain_text(MISSING)
    act(verifier, "拟结论", concluding(MORE_FACTS, "摊主询问笔录 46 份", "收款流水", "账户资料"))
    shows(verifier, state="已拟结论", clock="负责人审批", record="核查中 →")
    refresh(chief, number)
    act(chief, "负责人审批", lambda form: form.get_by_label("备注").fill("已补查清楚。"))
    shows(chief, state="复核中", clock="复核", record="已补查清楚。")
    citizens.open_receipt(citizen, code)
    citizens.stage(citizen, "正在复核")

    refresh(reviewer, number)
    act(reviewer, "审定", filed)
    shows(reviewer, state="已审定", clock="反馈", record="复核中 →")

    def feedback(form: Locator) -> None:
        form.get_by_label("向举报人反馈", exact=True).check()
        form.get_by_label("反馈内容").fill(ANSWER)
        expect(form.get_by_role("region", name="举报人将看到")).to_have_text(ANSWER)

    refresh(verifier, number)
    act(verifier, "反馈", feedback)
    shows(verifier, state="已反馈", clock="办结", record="已审定 →")

    refresh(reviewer, number)
    act(reviewer, "办结", lambda form: form.get_by_label("文书编号 1").fill("长公（岳）立字〔2026〕0778 号"))
    shows(reviewer, state="已办结", clock=None, record="已反馈 →")
    recorded = reviewer.page.get_by_role("region", name="办理记录").get_by_role("listitem").locator("p > b")
    expect(recorded).to_have_text(
        [
            *("收到举报", "甄别", "登记", "交办", "签收", "第一核查人已声明", "开始核查", "向举报人提问", "举报人补充"),
            "已读举报人补充",
            *("拟结论", "负责人审批", "退查", "拟结论", "负责人审批", "审定", "反馈", "办结"),
        ]
    )

    # Who must not see it cannot see that it exists.
    lead = reviewer.page.url
    kept_away = officer("chief.market")
    kept_away.expected.add("status of 404")
    kept_away.go(lead.removeprefix(kept_away.origin))
    expect(kept_away.page.get_by_role("heading", name="没有找到这条线索")).to_be_visible()
    kept_away.picture("kept-away")

    citizens.open_receipt(citizen, code)
    citizens.stage(citizen, "已办结")
    expect(citizen.page.locator(".answer")).to_contain_text(ANSWER)
    expect(citizen.page.locator("body")).not_to_contain_text("岳麓分局")
    citizen.picture("receipt-answer")

    # The code never left the device, and is not kept on it.
    digits = digits_of(code)
    assert len(digits) == 20
    assert digits not in digits_of(citizen.sent())
    assert digits not in digits_of(citizen.stored())
    citizen.press("离开并清除")
    expect(citizen.page.locator("body")).not_to_contain_text(ANSWER)
    for visitor in (intake, dispatcher, chief, verifier, reviewer):
        assert digits not in digits_of(visitor.sent())
