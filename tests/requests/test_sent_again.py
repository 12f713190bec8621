"""What is sent again, or by two at once: the same answer or a refusal, and never a second tip."""

import pytest

from tests.answers import pointers, problem
from tests.client import Client
from tests.factories.house import House
from tests.factories.tips import TIPS, ReceiptCode, tip_body


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


def test_receipt_hash_that_is_taken_is_409(http: Client, house: House):
    code = ReceiptCode()
    assert http.post(TIPS, tip_body(code)).status_code == 201
    problem(http.post(TIPS, tip_body(code, narrative="另一件事")), 409)
