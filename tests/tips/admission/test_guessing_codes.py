"""Guessing receipt codes costs work and says nothing of them."""

import pytest
from fastapi import FastAPI

from huiyin.tips.reporting.admission import FREE_CODES
from tests.client import Client, Connect, solved
from tests.factories.house import House
from tests.factories.proofs import FAR, HOME, OPEN, UPLOADS, proof_of
from tests.factories.tips import ReceiptCode


def test_guessing_codes_costs_work_and_says_nothing_of_them(house: House, connect: Connect):
    lead = house.file()
    guesser = connect(address=HOME, works=False)
    for _ in range(FREE_CODES):
        assert guesser.post(OPEN, {"token": ReceiptCode().token}).status_code == 404
    right, wrong = (guesser.post(OPEN, {"token": token}) for token in (lead.code.token, ReceiptCode().token))
    assert (right.status_code, wrong.status_code) == (428, 428)
    assert [len(answer.content) for answer in (right, wrong)] == [len(right.content)] * 2
    assert right.json() | {"challenge": 0} == wrong.json() | {"challenge": 0}
    assert connect(address=FAR, works=False).post(OPEN, {"token": lead.code.token}).status_code == 200
    proof = {"Proof-Of-Work": solved(right.json()["challenge"])}
    assert guesser.post(OPEN, {"token": ReceiptCode().token}, proof).status_code == 404
    again = guesser.post(OPEN, {"token": lead.code.token}, proof)
    assert (again.status_code, again.json()["reason"]) == (428, "used"), "a wrong code uses the proof up too"
    assert connect(address=HOME).post(OPEN, {"token": lead.code.token}).status_code == 200, "a browser does the work"


def test_reporter_who_mistypes_is_asked_for_nothing(house: House, connect: Connect):
    lead = house.file()
    client = connect(address=HOME, works=False)
    for _ in range(FREE_CODES - 1):
        client.post(OPEN, {"token": ReceiptCode().token})
    assert client.post(OPEN, {"token": lead.code.token}).status_code == 200


@pytest.mark.parametrize("path", ["messages", "rating", "objection", "uploads"])
def test_every_route_that_a_code_opens_counts_wrong_ones(house: House, app: FastAPI, connect: Connect, path: str):
    client = connect(address=HOME)
    body = {"token": ReceiptCode().token} | ({"text": "甲"} if path in {"messages", "objection"} else {})
    client.post(f"/api/v1/public/receipts/{path}", body | ({"satisfied": True} if path == "rating" else {}))
    assert app.state.admission.wrong_codes.count("1.2.3.0/24") == 1


def test_permission_to_upload_costs_work_once_each(house: House, lazy: Client):
    lead = house.file()
    asked = lazy.post(UPLOADS, {"token": lead.code.token})
    assert (asked.status_code, asked.json()["reason"]) == (428, "missing")
    wrong = lazy.post(UPLOADS, {"token": lead.code.token}, proof_of(lazy))
    assert wrong.json()["reason"] == "wrong", "a tip's proof is no upload's"
    proof = {"Proof-Of-Work": solved(asked.json()["challenge"])}
    assert lazy.post(UPLOADS, {"token": lead.code.token}, proof).status_code == 200
    assert lazy.post(UPLOADS, {"token": lead.code.token}, proof).json()["reason"] == "used"
