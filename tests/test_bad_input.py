"""Bad input, of every kind that arrives: the right refusal, as a problem, and never a 500."""

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from huiyin.kit.paging import encode_cursor
from tests.client import Client, Connect
from tests.factories.house import House
from tests.factories.officers import make_officer
from tests.factories.tips import ReceiptCode, tip_body

TIPS = "/api/v1/public/tips"
JSON = {"content-type": "application/json"}
NOBODY = "00000000-0000-7000-8000-000000000000"


def problem(answer: httpx.Response, status: int, kind: str | None = None) -> dict[str, Any]:
    """The body of a refusal, after checking its form."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    body: dict[str, Any] = answer.json()
    assert {"type", "title", "status", "detail"} <= set(body)
    assert body["status"] == status
    if kind is not None:
        assert body["type"] == f"urn:huiyin:problem:{kind}"
    if status == 422 and body["type"].endswith("validation"):
        assert body["errors"]
        assert all(error["pointer"].startswith("/") or error["pointer"] == "" for error in body["errors"])
        assert all(error["code"] and error["detail"] for error in body["errors"])
    return body


def pointers(answer: httpx.Response) -> list[str]:
    return [error["pointer"] for error in problem(answer, 422, "validation")["errors"]]


@pytest.fixture
def intake(house: House) -> Client:
    return house.signed_in("city", "intake")


# --- fields ---


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"score": 5}, "/score"),
        ({"narrative": 5}, "/narrative"),
        ({"narrative": None}, "/narrative"),
        ({"narrative": ""}, "/narrative"),
        ({"narrative": " \n\t "}, "/narrative"),
        ({"narrative": "长" * 50_001}, "/narrative"),
        ({"narrative": ["a"]}, "/narrative"),
        ({"title": "长" * 101}, "/title"),
        ({"title": "两\n行"}, "/title"),
        ({"place": "x\x00y"}, "/place"),
        ({"place": "x\x1b[31my"}, "/place"),
        ({"place": "x\x85y"}, "/place"),
        ({"narrative": "a\x00b"}, "/narrative"),
        ({"narrative": "a\x1bb"}, "/narrative"),
        ({"region_code": "43010"}, "/region_code"),
        ({"region_code": 430104}, "/region_code"),
        ({"region_code": "４３０１０４"}, "/region_code"),
        ({"region_code": "999999"}, "/region_code"),
        ({"conduct": "murder"}, "/conduct"),
        ({"conduct": "DROP TABLE"}, "/conduct"),
        ({"sector": "space"}, "/sector"),
        ({"channel_id": "x"}, "/channel_id"),
        ({"channel_id": NOBODY}, "/channel_id"),
        ({"subjects": [{"kind": "person"}]}, "/subjects/0"),
        ({"subjects": [{"kind": "alien", "name": "a"}]}, "/subjects/0/kind"),
        ({"subjects": [{"kind": "person", "name": "a", "age": 5}]}, "/subjects/0/age"),
        ({"subjects": [{"kind": "agency", "agency_id": NOBODY}]}, "/subjects/0/agency_id"),
        ({"subjects": [{"kind": "person", "name": "a"}] * 21}, "/subjects"),
        ({"subjects": {}}, "/subjects"),
        ({"exclusions": [{}]}, "/exclusions/0"),
        ({"exclusions": [{"agency_id": NOBODY}]}, "/exclusions/0/agency_id"),
        ({"exclusions": [{"agency_id": NOBODY, "official": "a"}]}, "/exclusions/0"),
        ({"occurred": {"kind": "exact"}}, "/occurred"),
        ({"occurred": {"kind": "exact", "at": "2026-01-01T10:00:00"}}, "/occurred/at"),
        ({"occurred": {"kind": "exact", "at": "2026-01-01"}}, "/occurred/at"),
        ({"occurred": {"kind": "exact", "at": "0001-01-01T00:00:00+08:00"}}, "/occurred/at"),
        ({"occurred": {"kind": "exact", "at": "9999-12-31T23:59:59-12:00"}}, "/occurred/at"),
        ({"occurred": {"kind": "exact", "at": "yesterday"}}, "/occurred/at"),
        ({"occurred": {"kind": "exact", "at": 10**30}}, "/occurred/at"),
        ({"receipt": None}, "/receipt"),
        ({"receipt": {"suite": "r2", "token_hash": "A" * 43}}, "/receipt/suite"),
        ({"receipt": {"suite": "r1", "token_hash": "A" * 42}}, "/receipt/token_hash"),
        ({"receipt": {"suite": "r1", "token_hash": "A" * 43 + "\n"}}, "/receipt/token_hash"),
        ({"receipt": {"suite": "r1", "token_hash": "A" * 43, "code": "1234"}}, "/receipt/code"),
    ],
)
def test_field_that_is_not_right_is_pointed_at(house: House, http: Client, changes: dict[str, Any], pointer: str):
    answer = http.post(TIPS, tip_body(**changes))
    assert pointer in pointers(answer)
    assert house.value("SELECT count(*) FROM tips") == 0


def test_every_wrong_field_is_named_at_once(http: Client):
    assert set(pointers(http.post(TIPS, tip_body(narrative=5, conduct=[], more=1)))) == {
        "/narrative",
        "/conduct",
        "/more",
    }


def test_missing_fields_are_named(http: Client):
    assert set(pointers(http.post(TIPS, {}))) == {"/region_code", "/conduct", "/narrative", "/receipt"}


def test_what_was_sent_is_not_repeated_in_a_refusal(http: Client):
    answer = http.post(TIPS, tip_body(narrative={"秘密": "金丝雀"}, place="金丝雀\x00", 金丝雀="x"))
    assert "金丝雀\x00" not in answer.text
    assert {error["code"] for error in answer.json()["errors"]} >= {"string_type", "control_characters"}
    assert "秘密" not in answer.text


def test_pointer_escapes_what_json_pointer_reserves(http: Client):
    assert "/a~1b~0c" in pointers(http.post(TIPS, tip_body() | {"a/b~c": 1}))


def test_tip_for_a_region_that_no_office_serves_is_pointed_at(house: House, http: Client):
    assert pointers(http.post(TIPS, tip_body(region_code="440100"))) == ["/region_code"]


@pytest.mark.parametrize("surrogate", ["\\ud800", "\\udfff\\ud800", "x\\udc00y"])
def test_lone_surrogate_is_refused(http: Client, surrogate: str):
    body = json.dumps(tip_body()).replace('"narrative": "', '"narrative": "' + surrogate)
    answer = http.request("POST", TIPS, JSON, content=body.encode())
    assert answer.status_code in {400, 422}, answer.text
    problem(answer, answer.status_code)


@pytest.mark.parametrize("surrogate", ["\\ud800"])
@pytest.mark.parametrize("field", ["title", "place", "unknown"])
def test_lone_surrogate_anywhere_is_refused(http: Client, surrogate: str, field: str):
    body = json.dumps(tip_body() | {field: "@@"}).replace("@@", surrogate)
    answer = http.request("POST", TIPS, JSON, content=body.encode())
    assert answer.status_code in {400, 422}, answer.text
    problem(answer, answer.status_code)


# --- bodies ---


@pytest.mark.parametrize(
    "content",
    [
        b"{",
        b"not json",
        b"\xff\xfe{}",
        '{"narrative": "é"}'.encode("latin-1"),
        b"\x00",
        b"[" * 100_000,
        b'{"a":' * 50_000,
        b'{"narrative": NaN}',
        b'{"a": 1' + b"0" * 5_000 + b"}",
        b'{"a": 1e999999}',
        b'{"narrative": "a", "narrative": }',
    ],
    ids=lambda content: repr(content[:14]),
)
def test_body_that_is_no_json_is_a_problem(http: Client, content: bytes):
    answer = http.request("POST", TIPS, JSON, content=content)
    assert answer.status_code in {400, 422}, answer.text[:300]
    problem(answer, answer.status_code)


@pytest.mark.parametrize("content", [b"", b"null", b"[]", b'"text"', b"5", b"true"])
def test_body_that_is_no_object_is_422(http: Client, content: bytes):
    problem(http.request("POST", TIPS, JSON, content=content), 422)


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "", "x"])
def test_wrong_content_type_is_a_problem(http: Client, kind: str):
    answer = http.request("POST", TIPS, {"content-type": kind}, content=json.dumps(tip_body()).encode())
    assert answer.status_code in {415, 422}, answer.text
    problem(answer, answer.status_code)


def test_body_of_5_megabytes_is_413(http: Client):
    problem(http.request("POST", TIPS, JSON, content=b" " * 5_000_000), 413, "too_large")


def test_body_of_5_megabytes_in_chunks_is_413(http: Client):
    async def chunks() -> AsyncIterator[bytes]:
        for _ in range(50):
            yield b" " * 100_000

    problem(http.request("POST", TIPS, JSON, content=chunks()), 413, "too_large")


@pytest.mark.parametrize("length", ["-1", "x", "99999999999999999999", "1, 2"])
def test_content_length_that_cannot_be_is_refused(http: Client, length: str):
    answer = http.request("POST", TIPS, JSON | {"content-length": length}, content=b"{}")
    assert answer.status_code in {400, 413}
    problem(answer, answer.status_code)


def test_body_just_under_the_limit_is_read(http: Client):
    assert "/narrative" in pointers(http.post(TIPS, tip_body(narrative="长" * 300_000)))


# --- ids ---


@pytest.mark.parametrize("id_", ["x", "1", "../../etc/passwd", "%00", "0198c5a0", "'; DROP TABLE leads; --"])
def test_id_that_is_no_uuid_is_a_problem(intake: Client, id_: str):
    for path in (f"/api/v1/leads/{id_}", f"/api/v1/channels/{id_}"):
        answer = intake.get(path)
        assert answer.status_code in {404, 422}, answer.text
        problem(answer, answer.status_code)


READS = ["", "/timeline", "/messages"]


@pytest.mark.parametrize("path", READS)
def test_foreign_lead_answers_as_an_id_that_never_was(house: House, path: str):
    """Byte for byte, and with the same headers."""
    lead = house.lead("screened")
    outsider = house.signed_in("market", "chief")
    foreign = outsider.get(lead.url + path)
    unknown = outsider.get(f"/api/v1/leads/{NOBODY}{path}")
    problem(foreign, 404, "not_found")
    assert foreign.content == unknown.content
    assert dict(foreign.headers) == dict(unknown.headers)


def test_foreign_lead_answers_a_verb_as_an_id_that_never_was(house: House):
    lead = house.lead("dispatched")
    outsider = house.signed_in("market", "chief")
    headers = {"If-Match": '"v1"'}
    foreign, unknown = (outsider.post(f"{url}/sign", {}, headers) for url in (lead.url, f"/api/v1/leads/{NOBODY}"))
    problem(foreign, 404, "not_found")
    assert foreign.content == unknown.content


def test_excluded_agency_is_answered_as_for_an_id_that_never_was(house: House):
    lead = house.lead("dispatched")
    house.attempt(lead, "object", house.signed_in("district", "chief"), reason_code="conflict")
    chief = house.signed_in("district", "chief")
    assert chief.get(lead.url).content == chief.get(f"/api/v1/leads/{NOBODY}").content


def test_foreign_message_is_answered_as_for_an_id_that_never_was(house: House):
    lead = house.lead("verifying")
    outsider = house.signed_in("market", "verifier")
    body = {"text": "?"}
    answers = [outsider.post(f"{url}/messages", body) for url in (lead.url, f"/api/v1/leads/{NOBODY}")]
    problem(answers[0], 404)
    assert answers[0].content == answers[1].content


# --- who asks ---


def test_nobody_signed_in_is_401(house: House, http: Client):
    lead = house.lead()
    for path in ("/api/v1/leads", lead.url, "/api/v1/me", "/api/v1/officers", "/api/v1/channels"):
        problem(http.get(path), 401, "unauthenticated")
    problem(http.post(f"{lead.url}/screen", house.given("screen"), {"If-Match": '"v1"'}), 401)


@pytest.mark.parametrize("cookie", ["", "x", "A" * 43, "A" * 5000])
def test_cookie_that_never_was_is_401(connect: Connect, cookie: str):
    problem(connect(cookie=cookie).get("/api/v1/me"), 401, "unauthenticated")


ENDS = {
    "past its end": "UPDATE sessions SET expires_at = now() WHERE officer_id = :id",
    "idle too long": "UPDATE sessions SET seen_at = now() - interval '31 minutes' WHERE officer_id = :id",
    "signed out": "UPDATE sessions SET ended_at = now() WHERE officer_id = :id",
    "account closed": "UPDATE officers SET active = false WHERE id = :id",
}


@pytest.mark.parametrize("how", ENDS)
def test_session_that_has_ended_is_401_and_says_so(house: House, intake: Client, how: str):
    assert intake.get("/api/v1/me").status_code == 200
    house.sql(ENDS[how], id=house.officer("city", "intake").id)
    problem(intake.get("/api/v1/me"), 401, "session_expired")
    problem(intake.post("/api/v1/tips", tip_body()), 401, "session_expired")


def test_closed_account_cannot_sign_in(house: House, http: Client):
    officer = make_officer(house.connection, house.agencies["city"], "intake", active=False, may_sign_in=True)
    answer = http.post("/api/v1/sessions", {"login": officer.login, "password": "correct horse battery staple"})
    problem(answer, 401, "bad_credentials")


# --- idempotency ---


def test_replayed_key_with_the_same_body_answers_the_same_and_creates_nothing(house: House, http: Client):
    body, key = tip_body(), {"Idempotency-Key": "k-1"}
    first, second = http.post(TIPS, body, key), http.post(TIPS, body, key)
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json() == second.json()
    assert second.headers["idempotency-replayed"] == "true"
    assert house.value("SELECT count(*) FROM tips") == 1


def test_replayed_key_with_another_body_is_422(house: House, http: Client):
    key = {"Idempotency-Key": "k-1"}
    assert http.post(TIPS, tip_body(), key).status_code == 201
    problem(http.post(TIPS, tip_body(narrative="另一件事"), key), 422, "idempotency_mismatch")
    assert house.value("SELECT count(*) FROM tips") == 1


def test_key_of_one_officer_is_not_that_of_another(house: House, intake: Client):
    body = tip_body(channel_id=str(house.channels["hotline"]), receipt=None)
    key = {"Idempotency-Key": "k-1"}
    first = intake.post("/api/v1/tips", body, key)
    second = house.signed_in("city", "intake second").post("/api/v1/tips", body, key)
    assert first.json()["tip_id"] != second.json()["tip_id"]


@pytest.mark.parametrize("key", ["", "x" * 201, "with space", "tab\t"])
def test_bad_key_is_422(http: Client, key: str):
    assert pointers(http.post(TIPS, tip_body(), {"Idempotency-Key": key})) == ["/header/Idempotency-Key"]


def test_refused_attempt_does_not_use_up_its_key(house: House, http: Client):
    key = {"Idempotency-Key": "k-1"}
    assert http.post(TIPS, tip_body(conduct="unknown"), key).status_code == 422
    assert http.post(TIPS, tip_body(), key).status_code == 201


def test_same_key_sent_at_once_creates_one_tip(committed: House):
    body, key = tip_body(), {"Idempotency-Key": "k-1"}
    answers = committed.connect().together(*[("POST", TIPS, key, body)] * 6)
    assert [answer.status_code for answer in answers] == [201] * 6
    assert len({answer.json()["tip_id"] for answer in answers}) == 1
    assert committed.value("SELECT count(*) FROM tips") == 1


def test_same_reference_sent_at_once_creates_one_tip(committed: House):
    body = tip_body(channel_id=str(committed.channels["hotline"]), external_ref="12345-1", receipt=None)
    who = committed.signed_in("city", "intake")
    answers = who.together(*[("POST", "/api/v1/tips", {}, body)] * 6)
    assert sorted(answer.status_code for answer in answers) == [201] + [409] * 5
    assert committed.value("SELECT count(*) FROM tips") == 1


def test_known_reference_is_409_whoever_sends_it(house: House, intake: Client):
    body = tip_body(channel_id=str(house.channels["hotline"]), external_ref="12345-1", receipt=None)
    assert intake.post("/api/v1/tips", body).status_code == 201
    again = problem(house.signed_in("province", "intake").post("/api/v1/tips", body), 409, "conflict")
    assert again["pointer"] == "/external_ref"


def test_receipt_hash_that_is_taken_is_409(http: Client, house: House):
    code = ReceiptCode()
    assert http.post(TIPS, tip_body(code)).status_code == 201
    problem(http.post(TIPS, tip_body(code, narrative="另一件事")), 409)


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
