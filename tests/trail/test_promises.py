"""The reporter's promise: which leaf a receipt opens, and what it says of a tip that was deleted."""

import base64
import hashlib
import json
from datetime import UTC, datetime
from typing import Any

import httpx
from sqlalchemy.orm import Session

from huiyin.trail import merkle
from huiyin.trail.notes import Note
from huiyin.trail.signing import log_signer
from tests.factories.house import House
from tests.factories.keeper import LOG, Keeper, unbase64
from tests.factories.tips import ReceiptCode, tip_body


def filed(house: House, code: ReceiptCode) -> dict[str, Any]:
    answer = house.connect().post("/api/v1/public/tips", tip_body(code))
    assert answer.status_code == 201, answer.text
    return answer.json()  # type: ignore[no-any-return]


def opened(house: House, code: ReceiptCode) -> httpx.Response:
    return house.connect().post("/api/v1/public/receipts/open", {"token": code.token})


def test_promise_names_the_leaf_that_the_receipt_opens_and_the_log_keeps_it(house: House, session: Session):
    keeper, code = Keeper(house, session), ReceiptCode()
    promise = filed(house, code)["promise"]
    shown = opened(house, code).json()["log"]
    assert (shown["promise"], shown["index"]) == (promise, None)
    keeper.sign()
    shown = opened(house, code).json()["log"]
    text = Note.parse(promise).check(log_signer().verifier).split("\n")
    entry = hashlib.sha256(base64.b64decode(shown["salt"]) + shown["entry"].encode()).digest()
    leaf = merkle.leaf_hash(entry)
    assert text[:2] == ["huiyin/promise/v1", log_signer().verifier.name]
    assert base64.b64decode(text[2]) == leaf
    assert 23 < (int(text[3]) - datetime.now(UTC).timestamp()) / 3600 < 25
    assert json.loads(shown["entry"])["facts"] == {"receipt": hashlib.sha256(code.secret).hexdigest()}
    proof = house.connect().get(f"{LOG}/proof/inclusion", index=shown["index"]).json()
    checkpoint = keeper.checkpoint()
    merkle.verify_inclusion(leaf, shown["index"], checkpoint.size, unbase64(proof["hashes"]), checkpoint.root)


def test_entry_of_a_receipt_names_no_lead_and_no_officer(house: House):
    code = ReceiptCode()
    filed(house, code)
    told = opened(house, code).text
    hidden = [str(row.id) for row in house.sql("SELECT id FROM leads UNION SELECT id FROM officers")]
    assert [id_ for id_ in hidden if id_ in told] == []


def test_receipt_of_a_tip_that_was_deleted_says_so_and_a_wrong_code_does_not(house: House):
    code = ReceiptCode()
    tip_id = filed(house, code)["tip_id"]
    for table in ("subjects", "tip_words", "tip_terms", "tip_signs", "selectors"):
        house.sql(f"DELETE FROM {table} WHERE tip_id = :id", id=tip_id)
    house.sql("DELETE FROM tips WHERE id = :id", id=tip_id)
    answer = opened(house, code)
    assert answer.status_code == 410
    assert answer.json()["type"] == "urn:huiyin:problem:removed"
    assert json.loads(answer.json()["log"]["entry"])["subject"] == tip_id
    assert opened(house, ReceiptCode()).status_code == 404
