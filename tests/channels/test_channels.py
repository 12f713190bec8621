"""Reporting channels: entering, publishing, suspending and withdrawing them, and the public directory."""

from typing import Any

import httpx
import pytest

from huiyin.channels.moves import CHANNEL_MOVES
from tests.client import Client
from tests.factories.channels import make_channel
from tests.factories.house import House
from tests.factories.tips import tip_body

CHANNELS, DIRECTORY = "/api/v1/channels", "/api/v1/public/channels"
HOTLINE = {"kind": "hotline", "name": "新电话", "number": "0731-00000000", "region_code": "430100"}


def enter(client: Client, **changes: Any) -> dict[str, Any]:
    answer = client.post(CHANNELS, HOTLINE | changes)
    assert answer.status_code == 201, answer.text
    return answer.json()  # type: ignore[no-any-return]


def move(client: Client, channel: dict[str, Any], verb: str, version: int | None = None) -> httpx.Response:
    etag = f'"v{version or channel["version"]}"'
    return client.post(f"{CHANNELS}/{channel['id']}/{verb}", {"reason": "已核对"}, {"If-Match": etag})


def names(http: Client, **query: str) -> list[str]:
    answer = http.get(DIRECTORY, None, **query)
    assert answer.status_code == 200, answer.text
    return [item["name"] for item in answer.json()["items"]]


def test_entered_channel_is_a_draft_that_the_public_does_not_see(house: House, intake: Client, http: Client):
    made = enter(intake)
    assert (made["state"], made["version"], made["agency"]["id"]) == ("draft", 1, str(house.agencies["city"].id))
    assert "新电话" not in names(http, region="430104")


def test_channel_is_public_from_publishing_until_it_is_suspended_or_withdrawn(intake: Client, http: Client):
    made = enter(intake)
    for verb, seen in (("publish", True), ("suspend", False), ("publish", True), ("withdraw", False)):
        answer = move(intake, made, verb)
        assert answer.status_code == 200, answer.text
        made = answer.json()
        assert ("新电话" in names(http, region="430104")) is seen
    assert made["allowed_actions"] == []


STATES = ["draft", "published", "suspended", "withdrawn"]


@pytest.mark.parametrize("verb", [verb for verb, move in CHANNEL_MOVES.items() if move.target])
@pytest.mark.parametrize("state", STATES)
def test_every_verb_in_every_state(house: House, intake: Client, verb: str, state: str):
    table = {
        "publish": ({"draft", "suspended"}, "published"),
        "suspend": ({"published"}, "suspended"),
        "withdraw": ({"draft", "published", "suspended"}, "withdrawn"),
    }
    sources, target = table[verb]
    id_ = make_channel(house.connection, house.agencies["city"], "visit", "接访室", state=state)
    shown = intake.get(f"{CHANNELS}/{id_}").json()
    answer = move(intake, shown, verb)
    assert (verb in shown["allowed_actions"]) is (state in sources)
    if state in sources:
        assert (answer.status_code, answer.json()["state"]) == (200, target)
    else:
        assert (answer.status_code, answer.json()["allowed_actions"]) == (409, shown["allowed_actions"])
        assert intake.get(f"{CHANNELS}/{id_}").json() == shown


def test_another_agencys_channel_is_read_but_not_managed(house: House):
    id_ = house.channels["hotline"]
    outsider = house.signed_in("province", "intake")
    shown = outsider.get(f"{CHANNELS}/{id_}")
    assert shown.json()["allowed_actions"] == []
    assert move(outsider, shown.json(), "suspend").status_code == 403
    changed = outsider.post(f"{CHANNELS}/{id_}/change", HOTLINE, {"If-Match": shown.headers["etag"]})
    assert changed.status_code == 403
    foreign = outsider.post(CHANNELS, HOTLINE | {"agency_id": str(house.agencies["city"].id)})
    assert foreign.status_code == 403


def test_administrator_manages_every_agencys_channels(house: House):
    admin = house.signed_in("province", "admin")
    made = enter(admin, agency_id=str(house.agencies["market"].id), name="市场监管热线")
    assert move(admin, made, "publish").status_code == 200


@pytest.mark.parametrize("role", ["verifier", "chief", "dispatcher", "reviewer", "auditor", "leader"])
def test_others_read_channels_and_change_none(house: House, role: str):
    who = house.signed_in("city", role)
    assert who.get(CHANNELS).status_code == 200
    assert who.post(CHANNELS, HOTLINE).status_code == 403


def test_stale_version_is_412_and_a_missing_one_428(house: House, intake: Client):
    made = enter(intake)
    assert move(intake, made, "publish").status_code == 200
    assert move(intake, made, "withdraw").status_code == 412
    assert intake.post(f"{CHANNELS}/{made['id']}/withdraw", {}).status_code == 428
    assert intake.post(f"{CHANNELS}/{made['id']}/change", HOTLINE).status_code == 428


def test_changed_channel_keeps_its_state_and_counts_its_version(intake: Client):
    made = enter(intake)
    answer = intake.post(f"{CHANNELS}/{made['id']}/change", HOTLINE | {"hours": "24 小时"}, {"If-Match": '"v1"'})
    assert (answer.json()["hours"], answer.json()["version"], answer.json()["state"]) == ("24 小时", 2, "draft")
    assert answer.headers["etag"] == '"v2"'


def test_withdrawn_channel_is_kept_as_it_was(intake: Client):
    made = enter(intake)
    withdrawn = move(intake, made, "withdraw").json()
    etag = {"If-Match": f'"v{withdrawn["version"]}"'}
    assert intake.post(f"{CHANNELS}/{made['id']}/change", HOTLINE | {"name": "别名"}, etag).status_code == 409


def test_name_is_taken_once_in_an_agency(intake: Client):
    enter(intake)
    assert intake.post(CHANNELS, HOTLINE).status_code == 409
    other = enter(intake, name="另一个")
    renamed = intake.post(f"{CHANNELS}/{other['id']}/change", HOTLINE, {"If-Match": '"v1"'})
    assert renamed.status_code == 409


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"region_code": "999999"}, "/region_code"),
        ({"kind": "carrier_pigeon"}, "/kind"),
        ({"url": "javascript:alert(1)"}, "/url"),
        ({"url": "http://tips.example"}, "/url"),  # what is read there, and by whom, everybody on the way would see
        ({"url": 'https://x" onclick="'}, "/url"),
        ({"valid_from": "2026-02-01", "valid_to": "2026-01-01"}, ""),
        ({"valid_from": "soon"}, "/valid_from"),
        ({"state": "published"}, "/state"),
    ],
)
def test_wrong_field_of_a_channel_is_pointed_at(intake: Client, changes: dict[str, Any], pointer: str):
    answer = intake.post(CHANNELS, HOTLINE | changes)
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, pointer)


def test_agency_that_does_not_exist_owns_no_channel(house: House):
    answer = house.signed_in("city", "admin").post(CHANNELS, HOTLINE | {"agency_id": str(house.channels["web"])})
    assert answer.json()["errors"][0]["pointer"] == "/agency_id"


def test_every_change_leaves_its_event(house: House, intake: Client):
    made = enter(intake)
    move(intake, made, "publish")
    rows = house.sql("SELECT event, from_state, to_state FROM events WHERE subject_id = :id ORDER BY id", id=made["id"])
    assert [tuple(row) for row in rows] == [
        ("channel:enter", None, "draft"),
        ("channel:publish", "draft", "published"),
    ]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"kind": "web"}, {"网上举报"}),
        ({"name": "举报电话"}, {"举报电话"}),
        ({"state": "draft"}, set()),
        ({"state": "published"}, {"网上举报", "举报电话"}),
    ],
)
def test_register_is_filtered(intake: Client, query: dict[str, str], expected: set[str]):
    assert {item["name"] for item in intake.get(CHANNELS, None, **query).json()["items"]} == expected


# --- the public directory ---


def test_directory_of_a_division_has_its_own_channels_and_its_superiors(house: House, http: Client):
    make_channel(house.connection, house.agencies["district"], "visit", "区接访室")
    make_channel(house.connection, house.agencies["district"], "visit", "邻区接访室", region="430105")
    assert set(names(http, region="430104")) == {"网上举报", "举报电话", "区接访室"}
    assert set(names(http, region="430000")) == {"网上举报"}


@pytest.mark.parametrize(
    ("first", "last", "seen"),
    [
        (None, None, True),
        ("yesterday", "tomorrow", True),
        ("today", "today", True),
        ("tomorrow", None, False),
        (None, "yesterday", False),
    ],
)
def test_inspections_channel_is_public_for_its_stay_only(
    house: House, http: Client, first: str | None, last: str | None, seen: bool
):
    make_channel(
        house.connection,
        house.agencies["province"],
        "inspection",
        "督导组信箱",
        valid_from=first,
        valid_to=last,
    )
    assert ("督导组信箱" in names(http, region="430104")) is seen


def test_directory_leaves_out_what_agencies_hand_on_to_each_other(house: House, http: Client):
    make_channel(house.connection, house.agencies["city"], "referral", "单位移送")
    make_channel(house.connection, house.agencies["city"], "mailbox", "门口举报箱")
    assert ("单位移送" in names(http, region="430104"), "门口举报箱" in names(http, region="430104")) == (False, True)


def test_directory_shows_no_internal_fields(http: Client, house: House):
    (item, *_) = http.get(DIRECTORY, None, region="430104").json()["items"]
    assert not {"state", "version", "allowed_actions", "state_reason"} & set(item)


def test_tip_comes_by_the_nearest_published_web_channel(house: House):
    nearer = make_channel(house.connection, house.agencies["city"], "web", "市网上举报")
    lead = house.file()
    assert house.value("SELECT channel_id FROM tips WHERE id = :id", id=lead.tip_id) == nearer
    house.sql("UPDATE channels SET state = 'suspended' WHERE id = :id", id=nearer)
    again = house.file()
    assert house.value("SELECT channel_id FROM tips WHERE id = :id", id=again.tip_id) == house.channels["web"]


def test_tip_by_a_channel_that_is_not_open_is_refused(house: House, http: Client):
    for id_ in (house.channels["hotline"], make_channel(house.connection, house.agencies["city"], state="suspended")):
        answer = http.post("/api/v1/public/tips", tip_body(channel_id=str(id_)))
        assert answer.json()["errors"][0]["pointer"] == "/channel_id"


def test_no_tip_comes_where_no_web_channel_serves(house: House, http: Client):
    house.sql("UPDATE channels SET state = 'withdrawn', is_open = false")
    answer = http.post("/api/v1/public/tips", tip_body())
    assert answer.json()["errors"][0]["code"] == "no_channel"
