"""Links between leads: what is proposed and what is not, who sees it, who decides, and that a decision stays."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.orm import Session

from huiyin.leads.matching.links import linking_again
from huiyin.leads.matching.selectors import SelectorKind, is_company, is_identity, selectors
from tests.client import Client
from tests.factories.house import House, Lead

CITY = "city"
SAND = "黄兴村的采砂船夜里来，船主龚砾泉雇人守着码头，打伤了渔民覃伯。"
SAND_AGAIN = "昨晚龚砾泉的采砂船又到黄兴村码头，渔民覃伯被打伤，没人管。"
BATHS = "城南浴场老板强迫服务员签借条，不还钱就关在地下室。"


def links_of(client: Client, lead: Lead) -> list[dict[str, Any]]:
    answer = client.get(f"{lead.url}/links")
    assert answer.status_code == 200, answer.text
    return answer.json()["items"]  # type: ignore[no-any-return]


def ends(client: Client, lead: Lead) -> set[str]:
    return {item["lead"]["id"] for item in links_of(client, lead)}


@pytest.fixture
def pair(house: House) -> tuple[Lead, Lead]:
    """Two leads that name the same telephone."""
    first = house.file(narrative="放贷的电话是138 1234 5678", subjects=[])
    second = house.file(narrative="收账的人留下１３８-１２３４-５６７８这个号", subjects=[])
    return first, second


def proposed_in_list(client: Client, lead: Lead) -> int:
    rows = client.get("/api/v1/leads", limit=200).json()["items"]
    return next(row["links_proposed"] for row in rows if row["id"] == str(lead.id))  # type: ignore[no-any-return]


# --- nothing is proposed ---


def test_two_tips_about_different_matters_are_not_linked(house: House, intake: Client):
    first, second = house.file(narrative=SAND, subjects=[]), house.file(narrative=BATHS, subjects=[])
    assert links_of(intake, first) == links_of(intake, second) == []


def test_two_questions_about_one_policy_are_not_linked(house: House, intake: Client):
    first = house.file(narrative="请问办理居住证需要什么材料，在哪里办理？", subjects=[])
    second = house.file(narrative="您好，咨询一下外地人办理居住证的流程和材料。", subjects=[])
    assert links_of(intake, first) == links_of(intake, second) == []


def test_the_same_words_in_two_counties_are_not_one_place(house: House, intake: Client):
    told = "{}龚家湾采砂船夜里来，船主龚砾泉雇人守着码头，渔民覃伯阻拦时被踹。"
    first = house.file(narrative=told.format("宁乡市"), subjects=[])
    second = house.file(narrative=told.format("浏阳市"), subjects=[])
    assert links_of(intake, first) == links_of(intake, second) == []


def test_a_number_that_was_taken_out_links_nothing(house: House, intake: Client):
    first = house.file(narrative="电话0000-00000000", subjects=[])
    house.file(narrative="他的电话：00000000000", subjects=[])
    assert links_of(intake, first) == []


# --- what is proposed, and why ---


def test_the_same_telephone_is_a_reason_however_it_is_written(intake: Client, pair: tuple[Lead, Lead]):
    (item,) = links_of(intake, pair[0])
    assert item["lead"]["id"] == str(pair[1].id)
    assert item["reasons"] == ["same_phone"]
    assert item["status"] == "proposed"
    assert ends(intake, pair[1]) == {str(pair[0].id)}


@pytest.mark.parametrize(
    ("first", "second", "reason"),
    [
        ("那辆车是湘A·D12345", "湘ad12345停在门口", "same_plate"),
        ("打到6222 0210 0102 0304 056这张卡", "账号6222021001020304056", "same_account"),
        ("公司代码91430100MA4L16JG95", "信用代码91430100ma4l16jg95", "same_company"),
        ("加微信：gonglq_88转钱", "微信号gonglq_88", "same_chat"),
        ("QQ群123456789发单", "他们的qq：123456789", "same_chat"),
    ],
)
def test_other_exact_selectors_are_reasons(house: House, intake: Client, first: str, second: str, reason: str):
    a = house.file(narrative=first, subjects=[])
    house.file(narrative=second, subjects=[])
    (item,) = links_of(intake, a)
    assert item["reasons"] == [reason]


def test_the_same_place_and_conduct_are_a_reason(house: House, intake: Client):
    a = house.file(narrative=SAND, place="黄兴村东码头", subjects=[])
    house.file(narrative="夜里有人打架", place="黄兴村 东码头", subjects=[])
    assert [item["reasons"] for item in links_of(intake, a)] == [["same_place"]]


def test_the_same_place_with_another_conduct_is_no_reason(house: House, intake: Client):
    a = house.file(narrative=SAND, place="黄兴村东码头", subjects=[])
    house.file(narrative="夜里有人打架", place="黄兴村东码头", conduct="village_tyranny", subjects=[])
    assert links_of(intake, a) == []


def test_a_tip_that_repeats_another_in_other_words_is_proposed(house: House, intake: Client):
    first = house.file(narrative=SAND, subjects=[])
    house.file(narrative=SAND_AGAIN, subjects=[])
    (item,) = links_of(intake, first)
    assert item["reasons"] == ["similar_text"]


def test_the_same_text_in_traditional_characters_is_the_same_text(house: House, intake: Client):
    first = house.file(narrative="他們每月向攤主收取衛生費，不給就砸攤子。", subjects=[])
    house.file(narrative="他们每月向摊主收取卫生费，不给就砸摊子！", subjects=[])
    (item,) = links_of(intake, first)
    assert "same_text" in item["reasons"]


def test_of_many_equal_tips_a_new_one_is_linked_to_a_few(house: House, intake: Client):
    leads = [house.file(narrative=BATHS, subjects=[]) for _ in range(14)]
    assert len(links_of(intake, leads[-1])) == 10


# --- who sees it ---


def test_a_link_to_a_lead_that_one_may_not_see_does_not_exist(house: House):
    first = house.lead("dispatched", narrative=SAND, subjects=[])
    second = house.file(narrative=SAND_AGAIN, subjects=[])
    chief, office = house.signed_in("district", "chief"), house.signed_in(CITY, "reviewer")
    assert links_of(chief, first) == []
    assert chief.get(f"{first.url}/graph", hops=2).json()["edges"] == []
    assert chief.get(f"{second.url}/links").status_code == 404
    assert chief.get(f"{second.url}/graph").status_code == 404
    assert ends(office, first) == {str(second.id)}


def test_whoever_is_excluded_from_one_end_sees_no_link(house: House, pair: tuple[Lead, Lead]):
    officer = house.officer(CITY, "dispatcher")
    house.sql(
        "UPDATE leads SET hidden_from = hidden_from || CAST(:o AS uuid) WHERE id = :id", o=officer.id, id=pair[1].id
    )
    client = house.sign_in(officer)
    assert links_of(client, pair[0]) == []
    assert proposed_in_list(client, pair[0]) == 0
    answer = client.post(f"{pair[0].url}/links/{pair[1].id}/confirm", {})
    assert answer.status_code == 404


def test_the_timeline_tells_of_a_decision_only_to_those_who_see_both_leads(house: House):
    first = house.lead("dispatched", narrative=SAND, subjects=[])
    second = house.file(narrative=SAND_AGAIN, subjects=[])
    house.signed_in(CITY, "reviewer").post(f"{first.url}/links/{second.id}/confirm", {"reason": "同一码头"})

    def events(client: Client, lead: Lead) -> list[str]:
        return [item["event"] for item in client.get(f"{lead.url}/timeline").json()["items"]]

    office = house.signed_in(CITY, "reviewer")
    assert "link:confirm" in events(office, first)
    assert "link:confirm" in events(office, second)
    assert "link:confirm" not in events(house.signed_in("district", "chief"), first)


@pytest.mark.parametrize("table", ["selectors", "tip_terms", "tip_signs"])
def test_the_app_role_cannot_read_what_tips_are_recognised_by(house: House, pair: tuple[Lead, Lead], table: str):
    with pytest.raises(ProgrammingError, match="permission denied"), house.connection.begin_nested():
        house.connection.execute(text(f"SELECT * FROM {table}"))


def test_nobody_proposes_a_link_for_a_lead_that_the_transaction_is_not_about(house: House, pair: tuple[Lead, Lead]):
    with pytest.raises(ProgrammingError, match="not changing that lead"), house.connection.begin_nested():
        house.connection.execute(
            text("SELECT * FROM link_tip(:t, :l, '{}', '{}', '{}', '{}', '{}', '{}')"),
            {"t": pair[0].tip_id, "l": pair[0].id},
        )


def test_no_number_and_no_word_is_stored_in_clear(house: House, pair: tuple[Lead, Lead]):
    assert house.value("SELECT count(*) FROM selectors WHERE kind = 'phone'") == 2
    assert "5678" not in str(house.sql("SELECT reasons FROM link_proposals"))


# --- who decides ---


@pytest.mark.parametrize("role", ["chief", "supervisor", "leader", "auditor"])
def test_other_roles_do_not_decide(house: House, pair: tuple[Lead, Lead], role: str):
    answer = house.signed_in(CITY, role).post(f"{pair[0].url}/links/{pair[1].id}/confirm", {})
    assert answer.status_code == 403
    assert answer.json()["permission"] == "leads:link"


def test_a_rejection_needs_a_reason(intake: Client, pair: tuple[Lead, Lead]):
    assert intake.post(f"{pair[0].url}/links/{pair[1].id}/reject", {}).status_code == 422


def test_a_link_that_nobody_proposed_is_not_found(house: House, intake: Client, pair: tuple[Lead, Lead]):
    stranger = house.file(narrative=BATHS, subjects=[])
    assert intake.post(f"{pair[0].url}/links/{stranger.id}/confirm", {}).status_code == 404
    assert intake.post(f"{pair[0].url}/links/{UUID(int=1)}/confirm", {}).status_code == 404


def test_a_row_says_how_many_links_wait_for_a_decision(intake: Client, pair: tuple[Lead, Lead]):
    first, second = pair
    found = intake.get("/api/v1/leads/search", q="放贷").json()["items"]
    assert [proposed_in_list(intake, first), proposed_in_list(intake, second), found[0]["links_proposed"]] == [1, 1, 1]
    assert intake.post(f"{first.url}/links/{second.id}/confirm", {}).status_code == 200
    assert [proposed_in_list(intake, first), proposed_in_list(intake, second)] == [0, 0]


def test_deciding_the_same_twice_is_a_conflict(intake: Client, pair: tuple[Lead, Lead]):
    assert intake.post(f"{pair[0].url}/links/{pair[1].id}/confirm", {}).status_code == 200
    assert intake.post(f"{pair[1].url}/links/{pair[0].id}/confirm", {}).status_code == 409


def test_a_decision_shows_who_and_why_from_both_sides(house: House, intake: Client, pair: tuple[Lead, Lead]):
    intake.post(f"{pair[1].url}/links/{pair[0].id}/reject", {"reason": "同号不同人"})
    for lead in pair:
        (item,) = links_of(intake, lead)
        assert item["status"] == "rejected"
        assert item["reason"] == "同号不同人"
        assert item["decided_by"]["id"] == str(house.officer(CITY, "intake").id)
    assert "同号" not in str(house.sql("SELECT * FROM link_proposals")) + str(house.sql("SELECT facts FROM events"))


def test_a_rejected_pair_stays_rejected_when_a_further_tip_fits(house: House, intake: Client, pair: tuple[Lead, Lead]):
    target, other = house.another(), pair[1]
    intake.post(f"{pair[0].url}/links/{other.id}/reject", {"reason": "同号不同人"})
    house.sql("UPDATE link_proposals SET proposed_at = proposed_at - interval '1 day'")
    third = house.file(narrative="电话13812345678", subjects=[])
    assert {item["status"] for item in links_of(intake, pair[0]) if item["lead"]["id"] == str(other.id)} == {"rejected"}
    assert ends(intake, third) == {str(pair[0].id), str(other.id)}
    assert str(target.id) not in ends(intake, third)


def test_a_rejection_can_be_taken_back(intake: Client, pair: tuple[Lead, Lead]):
    intake.post(f"{pair[0].url}/links/{pair[1].id}/reject", {"reason": "同号不同人"})
    answer = intake.post(f"{pair[0].url}/links/{pair[1].id}/confirm", {"reason": "查明是同一人在用"})
    assert answer.status_code == 200
    assert answer.json()["items"][0]["status"] == "confirmed"


# --- the graph ---


def test_the_graph_reaches_two_hops_and_leaves_out_what_was_rejected(house: House, intake: Client):
    a = house.file(narrative="电话13812345678", subjects=[])
    b = house.file(narrative="电话13812345678，车湘AD12345", subjects=[])
    c = house.file(narrative="车湘AD12345又来了", subjects=[])
    near = intake.get(f"{a.url}/graph").json()
    far = intake.get(f"{a.url}/graph", hops=2).json()
    assert {node["lead"]["id"] for node in near["nodes"]} == {str(a.id), str(b.id)}
    assert {node["lead"]["id"] for node in far["nodes"]} == {str(a.id), str(b.id), str(c.id)}
    assert [node["lead"]["id"] for node in far["nodes"] if node["start"]] == [str(a.id)]
    assert len(far["edges"]) == 2
    intake.post(f"{a.url}/links/{b.id}/reject", {"reason": "同号不同人"})
    assert intake.get(f"{a.url}/graph", hops=2).json()["edges"] == []


@pytest.mark.parametrize("hops", [0, 3, "x"])
def test_other_depths_are_refused(intake: Client, pair: tuple[Lead, Lead], hops: Any):
    assert intake.get(f"{pair[0].url}/graph", hops=hops).status_code == 422


def test_a_proposal_is_in_the_trail_and_on_no_timeline(house: House, intake: Client, pair: tuple[Lead, Lead]):
    (row,) = house.sql("SELECT matter_id, facts FROM events WHERE event = 'link:propose'")
    assert row == (None, {"reasons": ["same_phone"]})


# --- selectors ---


@pytest.mark.parametrize(
    ("told", "kind", "value"),
    [
        ("13812345678", "phone", "13812345678"),
        ("+86 138 1234 5678", "phone", "13812345678"),
        ("(0731)8888-1234", "phone", "073188881234"),
        ("０７３１－８８８８１２３４", "phone", "073188881234"),
        ("粤B12345D", "plate", "粤b12345d"),
        ("11010519491231002X", "identity", "11010519491231002x"),
        ("微信号：abc_123456", "chat", "wechat:abc_123456"),
    ],
)
def test_a_selector_has_one_spelling(told: str, kind: str, value: str):
    assert selectors(f"他说{told}，就走了") == {(SelectorKind(kind), value)}


@pytest.mark.parametrize(
    "told", ["2019年10月", "12345", "共计1234567元", "第38号", "110105194912310021", "91430100MA4L16JG91"]
)
def test_what_is_no_selector_is_not_taken(told: str):
    assert {kind for kind, _ in selectors(told)} <= {SelectorKind.account}
    assert not is_company("91430100MA4L16JG91")
    assert not is_identity("110105194912310021")


def test_tips_that_came_at_the_same_moment_are_linked_by_the_next_sweep(house: House, intake: Client, session: Session):
    first, second = house.file(narrative=SAND, subjects=[]), house.file(narrative=SAND_AGAIN, subjects=[])
    house.sql("DELETE FROM link_proposals")
    again = linking_again(before=timedelta(0))
    assert again.once(session, 50) == 1, "the first of the two proposes it"
    assert again.once(session, 50) == 0, "each tip is looked at once more, and no more"
    assert ends(intake, first) == {str(second.id)}
