"""Bad queries, routes and methods: the right refusal, as a problem, and never a 500."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from huiyin.kit.web.paging import encode_cursor
from tests.answers import pointers, problem
from tests.client import Client
from tests.factories.house import House
from tests.factories.tips import NOBODY

# --- lists ---

LISTS = ["/api/v1/leads", "/api/v1/agencies", "/api/v1/officers", "/api/v1/channels"]


@pytest.mark.parametrize("path", LISTS)
@pytest.mark.parametrize(
    ("query", "pointer"),
    [
        ({"limit": "0"}, "/query/limit"),
        ({"limit": "201"}, "/query/limit"),
        ({"limit": "-1"}, "/query/limit"),
        ({"limit": "x"}, "/query/limit"),
        ({"limit": ""}, "/query/limit"),
        ({"limit": "9" * 5000}, "/query/limit"),
        ({"colour": "red"}, "/query/colour"),
        ({"cursor": "x" * 501}, "/query/cursor"),
        ({"cursor": "x"}, "/cursor"),
        ({"cursor": "!!!"}, "/cursor"),
        ({"cursor": "bnVsbA"}, "/cursor"),
        ({"cursor": "WzEsMl0"}, "/cursor"),
        ({"cursor": "WyJhIiwiYiJd"}, "/cursor"),
        ({"cursor": "WyJcdTAwMDAiLCJiIl0"}, "/cursor"),
        ({"cursor": "\u00e9"}, "/cursor"),
    ],
)
def test_bad_query_is_pointed_at(intake: Client, path: str, query: dict[str, str], pointer: str):
    assert pointers(intake.get(path, None, **query)) == [pointer]


@pytest.mark.parametrize(
    ("query", "pointer"),
    [
        ({"state": "gone"}, "/query/state/0"),
        ({"nature": "evil"}, "/query/nature"),
        ({"region": "x"}, "/query/region"),
        ({"agency": "x"}, "/query/agency"),
        ({"officer": "you"}, "/query/officer"),
        ({"overdue": "perhaps"}, "/query/overdue"),
        ({"due_before": "2026-01-01T00:00:00"}, "/query/due_before"),
        ({"received_from": "2026-01-01"}, "/query/received_from"),
        ({"number": "1"}, "/query/number"),
        ({"sort": "score"}, "/query/sort"),
        ({"external_ref": "x" * 101}, "/query/external_ref"),
        ({"sector": "a\x00"}, "/query/sector"),
    ],
)
def test_bad_filter_of_the_inbox_is_pointed_at(intake: Client, query: dict[str, str], pointer: str):
    assert any(found.startswith(pointer) for found in pointers(intake.get("/api/v1/leads", None, **query)))


@pytest.mark.parametrize(
    ("path", "query"),
    [
        ("/api/v1/leads", {"external_ref": "a\x00b"}),
        ("/api/v1/channels", {"name": "a\x00b"}),
        ("/api/v1/taxonomies", {"kinds": "a\x00b"}),
        ("/api/v1/public/channels", {"region": "430104", "cursor": encode_cursor(["a\x00", NOBODY])}),
        ("/api/v1/officers", {"cursor": encode_cursor(["a\x00", NOBODY])}),
        ("/api/v1/agencies", {"cursor": encode_cursor(["a\x00", NOBODY])}),
        ("/api/v1/channels", {"cursor": encode_cursor(["\ud800", NOBODY])}),
    ],
)
def test_text_that_no_database_keeps_is_no_500(intake: Client, path: str, query: dict[str, str]):
    """NUL and lone surrogates in a filter, or inside of a cursor that somebody has made."""
    answer = intake.get(path, None, **query)
    assert answer.status_code in {200, 422}, answer.text
    if answer.status_code == 422:
        problem(answer, 422)


@pytest.mark.parametrize("region", ["", "x", "999999", "4301040000"])
def test_public_lists_refuse_a_region_that_is_none(http: Client, region: str):
    for path in ("/api/v1/public/channels", "/api/v1/public/agencies"):
        assert pointers(http.get(path, None, region=region)) == ["/query/region"]


@pytest.mark.parametrize("login", ["a\x00b", "\x1b", "x" * 101, "", 5, None])
def test_sign_in_name_that_none_can_have_is_no_500(http: Client, login: Any):
    answer = http.post("/api/v1/sessions", {"login": login, "password": "x"})
    assert answer.status_code in {401, 422}, answer.text
    problem(answer, answer.status_code)


# --- what is not there ---


@pytest.mark.parametrize("path", ["/api/v1/nothing", "/nothing", "/api/v2/leads", "/assets/none.js", "/api/v1/leads/"])
def test_unknown_route_is_a_problem(intake: Client, path: str):
    answer = intake.get(path)
    if answer.status_code == 307:
        answer = intake.get(answer.headers["location"].partition("huiyin.test")[2])
        assert answer.status_code == 200
        return
    problem(answer, 404)


@pytest.mark.parametrize(("method", "path"), [("DELETE", "/api/v1/leads"), ("PATCH", f"/api/v1/leads/{NOBODY}")])
def test_wrong_method_is_a_problem_that_names_the_right_ones(intake: Client, method: str, path: str):
    answer = intake.request(method, path)
    problem(answer, 405)
    assert "GET" in answer.headers["allow"]


def test_wrong_state_is_409(house: House, intake: Client):
    lead = house.lead("screened")
    answer = intake.post(f"{lead.url}/screen", house.given("screen"), {"If-Match": '"v2"'})
    problem(answer, 409, "wrong_state")


@pytest.mark.parametrize("days", [-1, 401, 0])
def test_token_with_an_end_that_cannot_be_is_pointed_at(house: House, days: int):
    admin = house.signed_in("city", "admin")
    account = admin.post("/api/v1/system-accounts", {"name": "热线", "agency_id": str(house.agencies["city"].id)})
    ends = (datetime.now(UTC) + timedelta(days=days)).isoformat()
    answer = admin.post(
        f"/api/v1/system-accounts/{account.json()['id']}/tokens", {"scopes": ["tips:create"], "expires_at": ends}
    )
    assert pointers(answer) == ["/expires_at"]
