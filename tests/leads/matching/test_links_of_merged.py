"""Links follow the tips of a merged lead, decisions included, and come back when that is undone."""

from typing import Any

import pytest

from tests.client import Client
from tests.factories.house import House, Lead


def links(client: Client, lead: Lead) -> dict[str, str]:
    """The leads at the other ends, and what was decided of each."""
    answer = client.get(f"{lead.url}/links")
    assert answer.status_code == 200, answer.text
    return {item["lead"]["id"]: item["status"] for item in answer.json()["items"]}


def about(house: House, phone: str, **tip: Any) -> Lead:
    return house.file(narrative=f"放贷的电话是{phone}", subjects=[], **tip)


def decide(client: Client, lead: Lead, other: Lead, verb: str) -> None:
    answer = client.post(f"{lead.url}/links/{other.id}/{verb}", {"reason": "已核对"})
    assert answer.status_code in {200, 204}, answer.text


def merge(house: House, lead: Lead, target: Lead) -> None:
    house.act(lead, "merge", "city", "intake", target_lead_id=str(target.id))


@pytest.fixture
def three(house: House) -> tuple[Lead, Lead, Lead]:
    """A lead, another that names the same telephone, and one without part in it that is to take the first in."""
    lead, other = about(house, "13812345678"), about(house, "13812345678")
    target = house.file(narrative="城南浴场老板强迫服务员签借条，不还钱就关在地下室。", subjects=[])
    return lead, other, target


def test_proposals_hold_for_the_lead_that_took_the_tips(house: House, intake: Client, three: tuple[Lead, Lead, Lead]):
    lead, other, target = three
    merge(house, lead, target)
    assert links(intake, target) == {str(other.id): "proposed"}
    assert links(intake, other) == {str(target.id): "proposed"}, "and the merged lead is no other matter"


@pytest.mark.parametrize(("verb", "status"), [("reject", "rejected"), ("confirm", "confirmed")])
def test_decisions_hold_too_and_a_new_tip_changes_nothing_of_it(
    house: House, intake: Client, three: tuple[Lead, Lead, Lead], verb: str, status: str
):
    lead, other, target = three
    decide(intake, lead, other, verb)
    merge(house, lead, target)
    assert links(intake, target) == {str(other.id): status}
    again = about(house, "13812345678")
    merge(house, again, target)
    assert links(intake, target)[str(other.id)] == status


def test_no_lead_is_linked_with_itself(house: House, intake: Client):
    lead, target = about(house, "13812345678"), about(house, "13812345678")
    merge(house, lead, target)
    assert links(intake, target) == {}
    assert house.value("SELECT count(*) FROM link_proposals WHERE lead_a = lead_b") == 0


def test_undone_attachment_takes_its_links_back(house: House, intake: Client, three: tuple[Lead, Lead, Lead]):
    lead, other, target = three
    merge(house, lead, target)
    house.act(lead, "unmerge", "city", "intake")
    assert links(intake, target) == {}
    assert links(intake, lead) == {str(other.id): "proposed"}
    assert links(intake, other) == {str(lead.id): "proposed"}


def test_what_was_decided_meanwhile_goes_back_with_the_tips(
    house: House, intake: Client, three: tuple[Lead, Lead, Lead]
):
    lead, other, target = three
    merge(house, lead, target)
    decide(intake, target, other, "reject")
    house.act(lead, "unmerge", "city", "intake")
    assert links(intake, lead) == {str(other.id): "rejected"}
    assert links(intake, target) == {}


def test_links_that_the_target_had_stay_its_own(house: House, intake: Client):
    target, other, lead = (about(house, "13812345678") for _ in range(3))
    decide(intake, target, other, "confirm")
    decide(intake, lead, other, "reject")
    merge(house, lead, target)
    assert links(intake, target) == {str(other.id): "confirmed"}
    house.act(lead, "unmerge", "city", "intake")
    assert links(intake, target)[str(other.id)] == "confirmed"
    assert links(intake, lead)[str(other.id)] == "rejected"


def test_links_to_what_the_officer_may_not_see_follow_unseen(
    house: House, intake: Client, three: tuple[Lead, Lead, Lead]
):
    lead, other, target = three
    officer = house.officer("city", "intake").id
    house.sql("UPDATE leads SET hidden_from = ARRAY[:officer]::uuid[] WHERE id = :id", officer=officer, id=other.id)
    merge(house, lead, target)
    assert links(intake, target) == {}
    assert links(house.signed_in("city", "dispatcher"), target) == {str(other.id): "proposed"}
