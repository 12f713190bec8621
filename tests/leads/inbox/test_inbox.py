"""The list of leads: what each filter lets through, in which order, page by page."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from tests.client import Client
from tests.factories.agencies import make_agency
from tests.factories.channels import make_channel
from tests.factories.house import House, Lead
from tests.factories.officers import make_officer
from tests.factories.tips import tip_body

LEADS = "/api/v1/leads"


def listed(client: Client, **query: Any) -> list[str]:
    answer = client.get(LEADS, None, **query)
    assert answer.status_code == 200, answer.text
    return [item["id"] for item in answer.json()["items"]]


def received(house: House, count: int) -> list[str]:
    """Leads that came in a minute apart, oldest first."""
    ids = [str(house.file().id) for _ in range(count)]
    for index, id_ in enumerate(ids):
        house.sql(
            "UPDATE leads SET received_at = now() - make_interval(mins => :age),"
            " clock_due_at = now() + make_interval(hours => :age) WHERE id = :id",
            age=count - index,
            id=id_,
        )
    return ids


# --- who sees what ---


def test_each_agency_sees_what_it_works_on_and_the_office_sees_all(house: House):
    with_district, at_desk = house.lead("dispatched"), house.lead("screened")
    assert set(listed(house.signed_in("city", "intake"))) == {str(with_district.id), str(at_desk.id)}
    assert listed(house.signed_in("district", "chief")) == [str(with_district.id)]
    assert listed(house.signed_in("market", "chief")) == []
    assert listed(house.signed_in("police", "chief")) == [], "a superior does not see what its branch works on"


def test_office_of_another_city_sees_nothing(house: House):
    house.lead("screened")
    other = make_agency(house.connection, "邻市扫黑办", "office", "430200", house.agencies["province"])
    assert listed(house.sign_in(make_officer(house.connection, other, "intake"))) == []


def test_row_says_who_answers_by_when_and_what_may_be_done(house: House, intake: Client):
    lead = house.lead("screened")
    (item,) = intake.get(LEADS).json()["items"]
    assert item["state"] == "screened"
    assert item["held_by"]["officer"]["name"] == house.officer("city", "intake").name
    assert item["clock"]["rule"] == "register"
    assert item["allowed_actions"] == [
        "merge",
        "transfer_out",
        "decline",
        "register",
        "pause",
        "add_subject",
        "exclude",
        "declare_conflict",
    ]
    assert item["version"] == house.version(lead)
    assert "narrative" not in str(item)


# --- filters ---


def test_filter_by_states(house: House, intake: Client):
    first, second, _ = house.lead("received"), house.lead("screened"), house.lead("registered")
    assert listed(intake, state="received") == [str(first.id)]
    assert set(listed(intake, state=["received", "screened"])) == {str(first.id), str(second.id)}


def test_filter_by_nature_sector_and_conduct(house: House, intake: Client):
    lead = house.lead("screened", given={"screen": {"nature": "umbrella", "sector": "mining"}}, conduct="extortion")
    house.lead("screened")
    for query in ({"nature": "umbrella"}, {"sector": "mining"}, {"conduct": "extortion"}):
        assert listed(intake, **query) == [str(lead.id)]
    assert listed(intake, nature="umbrella", sector="markets") == []


def test_filter_by_region_takes_in_all_below_it(house: House, intake: Client):
    county, city = house.file(region_code="430104"), house.file(region_code="430100")
    assert set(listed(intake, region="430000")) == {str(county.id), str(city.id)}
    assert set(listed(intake, region="430100")) == {str(county.id), str(city.id)}
    assert listed(intake, region="430104") == [str(county.id)]
    assert listed(intake, region="430105") == []


def test_filter_by_who_answers(house: House, intake: Client):
    with_district, at_desk = house.lead("dispatched"), house.lead("screened")
    assert listed(intake, agency=house.agencies["district"].id) == [str(with_district.id)]
    assert listed(intake, officer=house.officer("district", "chief").id) == [str(with_district.id)]
    assert listed(intake, officer="me") == [str(at_desk.id)]
    assert listed(house.signed_in("district", "chief"), officer="me") == [str(with_district.id)]


def test_mine_are_open_ones_only(house: House, intake: Client):
    house.lead("declined")
    assert listed(intake, officer="me") == []


def test_filter_overdue(house: House, intake: Client):
    late, on_time, without = house.file(), house.file(), house.lead("merged")
    house.sql("UPDATE leads SET clock_due_at = now() - interval '1 day' WHERE id = :id", id=late.id)
    assert listed(intake, overdue="true") == [str(late.id)]
    others = listed(intake, overdue="false")
    assert str(late.id) not in others
    assert {str(on_time.id), str(without.id)} <= set(others)


def test_filter_by_times(house: House, intake: Client):
    oldest, middle, newest = received(house, 3)
    moment = house.value("SELECT received_at FROM leads WHERE id = :id", id=middle).isoformat()
    assert set(listed(intake, received_from=moment)) == {middle, newest}
    assert listed(intake, received_to=moment) == [oldest]
    due = house.value("SELECT clock_due_at FROM leads WHERE id = :id", id=middle).isoformat()
    assert listed(intake, due_before=due) == [newest]


def test_filter_by_number_and_reference(house: House, intake: Client):
    body = tip_body(channel_id=str(house.channels["hotline"]), external_ref="12345-9", receipt=None)
    made = intake.post("/api/v1/tips", body).json()
    house.file()
    assert listed(intake, number=made["lead_number"]) == [made["lead_id"]]
    assert listed(intake, external_ref="12345-9") == [made["lead_id"]]
    assert listed(intake, external_ref="12345") == []


def test_reference_finds_nothing_for_who_may_not_see_it(house: House, intake: Client):
    body = tip_body(channel_id=str(house.channels["hotline"]), external_ref="12345-9", receipt=None)
    intake.post("/api/v1/tips", body)
    assert listed(house.signed_in("market", "chief"), external_ref="12345-9") == []


# --- order and pages ---


@pytest.mark.parametrize(("sort", "turned"), [("received_at", False), ("-received_at", True)])
def test_sorted_by_time_of_receipt(house: House, intake: Client, sort: str, turned: bool):
    ids = received(house, 4)
    assert listed(intake, sort=sort) == (ids[::-1] if turned else ids)


@pytest.mark.parametrize(("sort", "turned"), [("due_at", True), ("-due_at", False)])
def test_sorted_by_due_date(house: House, intake: Client, sort: str, turned: bool):
    ids = received(house, 4)
    assert listed(intake, sort=sort) == (ids[::-1] if turned else ids)


def test_sorted_by_due_date_without_those_that_have_none(house: House, intake: Client):
    merged = house.lead("merged")
    assert str(merged.id) not in listed(intake, sort="due_at")
    assert str(merged.id) in listed(intake)


def follow(client: Client, first: str, between: Any = lambda: None) -> list[str]:
    """All pages by their Link headers."""
    seen: list[str] = []
    url: str | None = first
    while url is not None:
        answer = client.request("GET", url)
        assert answer.status_code == 200, answer.text
        page = answer.json()
        seen += [item["id"] for item in page["items"]]
        link = answer.headers.get("link")
        assert (link is None) == (page["next_cursor"] is None)
        url = link.removeprefix("<").removesuffix('>; rel="next"') if link else None
        between()
    return seen


@pytest.mark.parametrize("sort", ["received_at", "-received_at", "due_at", "-due_at"])
def test_pages_follow_without_gap_or_repeat(house: House, intake: Client, sort: str):
    ids = received(house, 7)
    seen = follow(intake, f"{LEADS}?limit=2&sort={sort}&state=received")
    assert sorted(seen) == sorted(ids)
    assert len(seen) == len(set(seen))


@pytest.mark.parametrize("sort", ["received_at", "-received_at"])
def test_pages_hold_while_new_leads_come_in(house: House, intake: Client, sort: str):
    ids = received(house, 6)
    added: list[Lead] = []

    def one_more() -> None:
        if len(added) < 3:
            added.append(house.file())

    seen = follow(intake, f"{LEADS}?limit=2&sort={sort}", one_more)
    assert len(seen) == len(set(seen))
    assert set(ids) <= set(seen)
    if sort == "-received_at":
        assert set(seen) == set(ids), "what came in later stands before the first page"


def test_pages_hold_where_times_are_the_same(house: House, intake: Client):
    ids = received(house, 5)
    house.sql("UPDATE leads SET received_at = now(), clock_due_at = now()")
    for sort in ("received_at", "-received_at", "due_at", "-due_at"):
        assert sorted(follow(intake, f"{LEADS}?limit=2&sort={sort}")) == sorted(ids)


def test_last_page_that_is_just_full_has_no_next(house: House, intake: Client):
    received(house, 4)
    answer = intake.get(LEADS, None, limit=4)
    assert answer.json()["next_cursor"] is None
    assert "link" not in answer.headers


def test_next_link_keeps_the_filter(house: House, intake: Client):
    received(house, 3)
    link = intake.get(LEADS, None, limit=1, state="received", region="430100").headers["link"]
    assert "state=received" in link
    assert "region=430100" in link
    assert link.startswith("</api/v1/leads?")


def test_cursor_of_one_order_opens_nothing_hidden_in_another(house: House, intake: Client):
    received(house, 3)
    cursor = intake.get(LEADS, None, limit=1, sort="received_at").json()["next_cursor"]
    outsider = house.signed_in("market", "chief")
    assert listed(outsider, cursor=cursor, sort="-due_at") == []


def test_timeline_is_paged_oldest_first(house: House, intake: Client):
    lead = house.lead("answered")
    whole = [item["id"] for item in intake.get(f"{lead.url}/timeline").json()["items"]]
    assert len(whole) == len(set(whole)) == 11
    assert follow(intake, f"{lead.url}/timeline?limit=3") == whole


@pytest.mark.parametrize("path", ["/api/v1/agencies", "/api/v1/officers", "/api/v1/channels"])
def test_registers_are_paged_without_gap_or_repeat(house: House, intake: Client, path: str):
    for index, region in enumerate(["430102", "430103", "430104", "430105", "430111"]):
        agency = make_agency(house.connection, f"单位{index % 2}", "township", region)
        make_officer(house.connection, agency, "verifier", name="同名")
        make_channel(house.connection, agency, "hotline", "同名")
    whole = [item["id"] for item in intake.get(path, None, limit=200).json()["items"]]
    assert follow(intake, f"{path}?limit=2") == whole
    assert len(whole) == len({UUID(id_) for id_ in whole}) >= 5


def test_times_are_given_with_their_offset(house: House, intake: Client):
    house.file()
    (item,) = intake.get(LEADS).json()["items"]
    for value in (item["received_at"], item["clock"]["due_at"]):
        assert datetime.fromisoformat(value).utcoffset() is not None
    assert datetime.fromisoformat(item["received_at"]) - datetime.now(UTC) < timedelta(minutes=1)
