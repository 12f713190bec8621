"""Sheets with shares of keys: handed out, confirmed, reported."""

import secrets
from typing import Any

import httpx

from huiyin.kit.crypto.base64url import text_of
from huiyin.tips.keys.recovery import SHARES
from tests.factories.house import House
from tests.factories.identities import kept_pair, wrapping
from tests.factories.officers import Officer

REGISTER, MINE = "/api/v1/key-shares", "/api/v1/me/key-shares"


DESK = ("city", "identity_desk")


Act = tuple[str, str, dict[str, str], Any]


# Two agencies give two custodians each, and a third one the fifth.
FIVE = [
    ("province", "intake"),
    ("province", "leader"),
    ("police", "chief"),
    ("district", "chief"),
    ("market", "chief"),
]


def new_key(house: House, version: int = 1) -> None:
    """A key of the desk whose shares can be checked."""
    pair = kept_pair("custody", version)
    body = {"version": version, "suite": "i1", "public_key": pair.text, "wrapping": wrapping(pair)}
    commitments = [text_of(secrets.token_bytes(32)) for _ in range(SHARES)]
    answer = house.signed_in(*DESK).post("/api/v1/identity-keys", body | {"share_commitments": commitments})
    assert answer.status_code == 201, answer.text


def of_register(house: House, place: str = "city", role: str = "identity_desk", at: int = 0) -> dict[str, Any]:
    answer = house.signed_in(place, role).get(REGISTER)
    assert answer.status_code == 200, answer.text
    return answer.json()["items"][at]  # type: ignore[no-any-return]


def states(house: House) -> list[str]:
    return [share["state"] for share in of_register(house)["shares"]]


def put(house: House, number: int, officer: Officer | None, **changes: Any) -> httpx.Response:
    """The desk records who keeps a sheet, having read the register."""
    shown = of_register(house)
    custody = shown["shares"][number - 1]["custody"]
    body = {"officer_id": str(officer.id) if officer else None, "replaces": custody and custody["id"]} | changes
    return house.signed_in(*DESK).put(f"{REGISTER}/{shown['key_id']}/{number}/custodian", body)


def give(house: House, number: int, place: str, role: str, **changes: Any) -> httpx.Response:
    return put(house, number, house.officer(place, role), **changes)


def mine(house: House, place: str, role: str) -> list[dict[str, Any]]:
    return house.signed_in(place, role).get(MINE).json()["items"]  # type: ignore[no-any-return]


def act(house: House, place: str, role: str, what: str, body: dict[str, Any], at: int = 0) -> httpx.Response:
    custody = mine(house, place, role)[at]["custody_id"]
    return house.signed_in(place, role).post(f"{MINE}/{custody}/{what}", body)


def confirm(house: House, place: str, role: str, *, checked: bool = False) -> httpx.Response:
    return act(house, place, role, "confirmation", {"checked": checked})


def report(house: House, place: str, role: str, what: str) -> httpx.Response:
    return act(house, place, role, "report", {"what": what})


def told(house: House) -> list[str]:
    rows = house.sql("SELECT event FROM events WHERE event LIKE 'key_share:%' ORDER BY id")
    return [row.event.removeprefix("key_share:") for row in rows]


def refused(answer: httpx.Response) -> str:
    """The rule that is against an officer."""
    assert answer.status_code == 422, answer.text
    (error,) = answer.json()["errors"]
    assert error["pointer"] == "/officer_id"
    return str(error["code"])
