"""Bad fields and bodies, of every kind that arrives: the right refusal, as a problem, and never a 500."""

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.answers import pointers, problem
from tests.client import Client
from tests.factories.house import House
from tests.factories.tips import NOBODY, TIPS, tip_body

JSON = {"content-type": "application/json"}


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


def test_body_of_faults_is_answered_by_less_than_it_sent(http: Client):
    body = tip_body() | {f"{at}-" + "长" * 300: at for at in range(700)}
    answer = http.post(TIPS, body)
    assert answer.status_code == 422
    told = answer.json()
    assert (len(told["errors"]), told["left_out"]) == (20, 680)
    assert len(answer.content) < len(json.dumps(body)) / 10
