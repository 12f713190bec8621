"""Regions, taxonomies, agencies, officers, system accounts and tokens: read by all, managed by administrators."""

import enum
import inspect
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from huiyin.access.models import AgencyKind
from huiyin.access.permissions import Role
from huiyin.access.schemas import SecondmentState
from huiyin.channels.models import ChannelKind, ChannelState
from huiyin.clocks.models import ClockRuleCode
from huiyin.kit.web.refusals import RULES
from huiyin.leads.lifecycle import inputs, rules
from huiyin.leads.lifecycle.moves import MOVES
from huiyin.leads.record.models import Finding, Nature, Outcome, State
from huiyin.leads.work.models import AssessmentResult, OverlayKind, OverlayState
from huiyin.tips.record.models import LegalStatus, Occurrence, ReporterStage, SubjectKind
from huiyin.trail.events import Step, all_kinds, verb_event
from huiyin.workflow.models import AssignmentRole
from tests.client import Client
from tests.factories.agencies import make_agency
from tests.factories.house import House
from tests.factories.officers import PASSWORD

LABELLED: dict[str, type[enum.StrEnum]] = {
    "state": State,
    "nature": Nature,
    "finding": Finding,
    "outcome": Outcome,
    "role": Role,
    "channel_kind": ChannelKind,
    "channel_state": ChannelState,
    "agency_kind": AgencyKind,
    "legal_status": LegalStatus,
    "reporter_stage": ReporterStage,
    "clock_rule": ClockRuleCode,
    "assignment_role": AssignmentRole,
    "subject_kind": SubjectKind,
    "occurrence": Occurrence,
    "decline_reason": inputs.DeclineReason,
    "transfer_reason": inputs.TransferReason,
    "dispute_reason": inputs.DisputeReason,
    "reopen_reason": inputs.ReopenReason,
    "skip_reason": inputs.SkipReason,
    "overlay": OverlayKind,
    "overlay_state": OverlayState,
    "assessment_result": AssessmentResult,
    "secondment_state": SecondmentState,
}


@pytest.fixture
def terms(http: Client) -> dict[str, dict[str, dict[str, str]]]:
    """kind -> code -> labels."""
    found = http.get("/api/v1/taxonomies").json()["terms"]
    return {kind: {term["code"]: term for term in listed} for kind, listed in found.items()}


# --- taxonomies ---


@pytest.mark.parametrize("kind", LABELLED)
def test_every_value_of_the_code_has_a_label_and_every_label_a_value(terms: Any, kind: str):
    assert set(terms[kind]) == {str(value) for value in LABELLED[kind]}


def test_every_verb_has_a_label(terms: Any):
    assert set(terms["verb"]) == set(MOVES)


def test_every_label_is_there_in_three_languages(terms: Any):
    empty = [
        f"{kind}/{code}/{language}"
        for kind, listed in terms.items()
        for code, term in listed.items()
        for language in ("zh_cn", "zh_hant", "en")
        if not term[language].strip()
    ]
    assert empty == []


def test_every_reason_that_blocks_a_verb_is_in_the_registry():
    """Its words are in the browser's message files, whose tests walk the registry; so are those of events."""
    in_rules = set(re.findall(r'Blocked\("([a-z_]+)"', inspect.getsource(rules)))
    assert len(in_rules) >= 9
    assert in_rules | {"permission", "own_request"} <= set(RULES)


def test_every_event_of_a_timeline_is_in_the_registry():
    """Those of verbs, of what waits for a second officer, and of what was refused."""
    asked = {verb_event("lead", verb, how) for verb, step in MOVES.items() if step.second for how in Step}
    others = {"lead:submit", "lead:take_in", "message:ask", "message:add", "link:confirm", "link:reject"}
    assert asked | others <= {kind.name for kind in all_kinds() if kind.shown}


def test_taxonomies_come_alone_to_who_names_them(http: Client):
    named = http.get("/api/v1/taxonomies?kinds=conduct&kinds=sector&kinds=none_such").json()["terms"]
    assert set(named) == {"conduct", "sector"}
    assert http.get(f"/api/v1/taxonomies?kinds={'x' * 41}").status_code == 422


def test_sectors_and_conducts_are_those_of_the_domain(terms: Any):
    assert (len(terms["sector"]), len(terms["conduct"])) == (16, 15)
    assert terms["conduct"]["protection_money"]["zh_cn"] == "收保护费"
    assert terms["sector"]["markets"]["en"] == "Markets and wholesale"


# --- regions ---


def test_regions_are_offered_where_some_office_takes_tips(house: House, http: Client):
    provinces = http.get("/api/v1/public/regions").json()["items"]
    assert [item["code"] for item in provinces] == ["430000"]
    cities = http.get("/api/v1/public/regions", None, parent="430000").json()["items"]
    assert len(cities) > 10, "the province's own office takes tips for all of them"
    counties = http.get("/api/v1/public/regions", None, parent="430100").json()["items"]
    assert {"code": "430104", "name": "岳麓区", "level": "county", "leaf": True} in counties


def test_every_region_has_a_path_from_its_province_down(house: House):
    wrong = house.sql(
        """
        SELECT r.code FROM regions r LEFT JOIN regions p ON p.code = r.parent_code
        WHERE r.path <> coalesce(p.path, '{}') || r.code OR (r.level = 'province') <> (r.parent_code IS NULL)
        """
    )
    assert wrong == []
    assert house.value("SELECT count(*) FROM regions WHERE level = 'province'") >= 31


def test_agencies_serving_a_division_are_its_own_and_its_superiors_nearest_first(house: House, http: Client):
    make_agency(house.connection, "邻区公安分局", "police", "430105")
    items = http.get("/api/v1/public/agencies", None, region="430104").json()["items"]
    shown = [item["name"] for item in items]
    assert shown[0] == house.agencies["district"].name
    assert shown[-1] == house.agencies["province"].name
    assert "邻区公安分局" not in shown
    assert set(items[0]) == {"id", "name", "kind", "region"}


# --- agencies and officers ---

AGENCY = {"name": "新单位", "kind": "regulator", "region_code": "430100", "sectors": ["mining"]}


def officer_body(house: House, **changes: Any) -> dict[str, Any]:
    body = {
        "login": "chen.yu",
        "name": "陈宇",
        "agency_id": str(house.agencies["city"].id),
        "roles": ["verifier", "verifier", "chief"],
        "password": PASSWORD,
    }
    return body | changes


def test_agency_stands_below_its_superior(house: House, admin: Client):
    parent = house.agencies["city"]
    answer = admin.post("/api/v1/agencies", AGENCY | {"parent_id": str(parent.id)})
    assert answer.status_code == 201
    path = house.value("SELECT path FROM agencies WHERE id = :id", id=answer.json()["id"])
    assert [str(id_) for id_ in path] == [str(id_) for id_ in parent.path] + [answer.json()["id"]]


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"region_code": "999999"}, "/region_code"),
        ({"parent_id": "00000000-0000-7000-8000-000000000000"}, "/parent_id"),
        ({"sectors": ["mining", "space"]}, "/sectors/1"),
        ({"kind": "mafia"}, "/kind"),
        ({"head_id": "x"}, "/head_id"),
    ],
)
def test_wrong_field_of_an_agency_is_pointed_at(admin: Client, changes: dict[str, Any], pointer: str):
    answer = admin.post("/api/v1/agencies", AGENCY | changes)
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, pointer)


def test_agencys_name_is_taken_once_in_a_region(admin: Client):
    assert admin.post("/api/v1/agencies", AGENCY).status_code == 201
    assert admin.post("/api/v1/agencies", AGENCY).status_code == 409
    assert admin.post("/api/v1/agencies", AGENCY | {"region_code": "430104"}).status_code == 201


def test_first_officer_of_an_agency_answers_for_it_until_another_is_named(house: House, admin: Client):
    agency = admin.post("/api/v1/agencies", AGENCY).json()["id"]
    head = "SELECT head_id::text FROM agencies WHERE id = :id"
    made = [
        admin.post("/api/v1/officers", officer_body(house, login=f"new.{index}", agency_id=agency, head=index == 2))
        for index in range(3)
    ]
    assert [answer.status_code for answer in made] == [201] * 3
    assert house.value(head, id=agency) == made[2].json()["id"]


def test_officer_who_was_made_can_sign_in(house: House, admin: Client, http: Client):
    made = admin.post("/api/v1/officers", officer_body(house))
    assert (made.json()["login"], made.json()["roles"]) == ("chen.yu", ["chief", "verifier"])
    assert PASSWORD not in made.text
    assert http.post("/api/v1/sessions", {"login": "chen.yu", "password": PASSWORD}).status_code == 201


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"agency_id": "00000000-0000-7000-8000-000000000000"}, "/agency_id"),
        ({"roles": []}, "/roles"),
        ({"roles": ["king"]}, "/roles/0"),
        ({"password": "short"}, "/password"),
        ({"login": "x"}, "/login"),
        ({"login": "名字"}, "/login"),
        ({"login": "a b c"}, "/login"),
        ({"permissions": ["leads:read"]}, "/permissions"),
    ],
)
def test_wrong_field_of_an_officer_is_pointed_at(house: House, admin: Client, changes: dict[str, Any], pointer: str):
    answer = admin.post("/api/v1/officers", officer_body(house, **changes))
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, pointer)


def test_sign_in_name_is_taken_once(house: House, admin: Client):
    assert admin.post("/api/v1/officers", officer_body(house)).status_code == 201
    assert admin.post("/api/v1/officers", officer_body(house, name="另一人")).status_code == 409


def test_sign_in_names_and_closed_accounts_are_shown_to_administrators_only(house: House, admin: Client):
    officer = house.officer("city", "verifier")
    house.sql("UPDATE officers SET active = false WHERE id = :id", id=officer.id)
    seen = admin.get("/api/v1/officers", None, limit=200).json()["items"]
    assert [item["login"] for item in seen if item["id"] == str(officer.id)] == [officer.login]
    others = house.signed_in("city", "intake").get("/api/v1/officers", None, limit=200).json()["items"]
    assert str(officer.id) not in [item["id"] for item in others]
    assert {item["login"] for item in others} == {None}


def test_officers_are_filtered_by_agency_and_role(house: House, admin: Client):
    house.officer("district", "verifier")
    agency = house.agencies["district"].id
    assert len(admin.get("/api/v1/officers", None, agency=agency).json()["items"]) == 2
    found = admin.get("/api/v1/officers", None, agency=agency, role="verifier").json()["items"]
    assert [item["id"] for item in found] == [str(house.officer("district", "verifier").id)]


def test_agencies_are_filtered_by_kind_and_region(house: House, admin: Client):
    def found(**query: str) -> set[str]:
        return {item["name"] for item in admin.get("/api/v1/agencies", None, **query).json()["items"]}

    assert found(kind="police") == {house.agencies["police"].name, house.agencies["district"].name}
    assert found(region="430104") == {house.agencies["district"].name}
    assert len(found(region="430000")) == len(house.agencies)


# --- who may ---

MANAGED = {
    "agency": ("/api/v1/agencies", lambda house: AGENCY),
    "officer": ("/api/v1/officers", officer_body),
    "system account": (
        "/api/v1/system-accounts",
        lambda house: {"name": "热线", "agency_id": str(house.agencies["city"].id)},
    ),
    "token": (
        "/api/v1/system-accounts/00000000-0000-7000-8000-000000000000/tokens",
        lambda house: {"scopes": ["tips:create"], "expires_at": (datetime.now(UTC) + timedelta(days=1)).isoformat()},
    ),
}


@pytest.mark.parametrize("what", MANAGED)
def test_only_administrators_manage_accounts(house: House, what: str):
    path, body = MANAGED[what]
    before = house.value("SELECT count(*) FROM events")
    for role in Role:
        if role != "admin":
            answer = house.signed_in("city", role).post(path, body(house))
            assert answer.status_code == 403, role
            assert answer.json()["permission"].endswith(":manage")
    assert house.value("SELECT count(*) FROM events") == before


def test_token_for_an_account_that_is_none_is_404(admin: Client, house: House):
    path, body = MANAGED["token"]
    assert admin.post(path, body(house)).status_code == 404


def test_token_may_be_issued_for_what_systems_may_do_and_nothing_else(house: House, admin: Client):
    account = admin.post("/api/v1/system-accounts", MANAGED["system account"][1](house)).json()["id"]
    ends = (datetime.now(UTC) + timedelta(days=1)).isoformat()
    for scope in ("leads:read", "tips:read", "officers:manage", "*"):
        answer = admin.post(f"/api/v1/system-accounts/{account}/tokens", {"scopes": [scope], "expires_at": ends})
        assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/scopes/0")


def test_system_account_name_is_taken_once_in_an_agency(house: House, admin: Client):
    body = MANAGED["system account"][1](house)
    assert admin.post("/api/v1/system-accounts", body).status_code == 201
    assert admin.post("/api/v1/system-accounts", body).status_code == 409


def test_management_leaves_its_events(house: House, admin: Client):
    admin.post("/api/v1/agencies", AGENCY)
    admin.post("/api/v1/officers", officer_body(house))
    events = {row.event for row in house.sql("SELECT event FROM events WHERE actor_kind = 'officer'")}
    assert {"agency:create", "officer:create"} <= events
    assert PASSWORD not in str(house.sql("SELECT e::text FROM events e"))
