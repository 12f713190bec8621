"""One-time codes and recovery codes."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.client import Client, Connect
from tests.factories.house import House
from tests.factories.officers import Officer, make_officer
from tests.factories.second_factors import STEP, code, enrol, kind, sign_in

# --- one-time codes ---


def test_right_code_signs_in(http: Client, officer: Officer, enrolled: str, clock: Callable[[float], None]):
    asked = sign_in(http, officer)
    assert (kind(asked), asked.json()["methods"]) == ((401, "second_factor_required"), ["totp"])
    clock(STEP)
    assert sign_in(http, officer, code=code(enrolled)).status_code == 201


def test_code_that_was_used_is_refused(http: Client, officer: Officer, enrolled: str, clock: Callable[[float], None]):
    clock(STEP)
    used = code(enrolled)
    assert sign_in(http, officer, code=used).status_code == 201
    assert kind(sign_in(http, officer, code=used)) == (401, "bad_code")
    clock(STEP)
    assert kind(sign_in(http, officer, code=used)) == (401, "bad_code"), "within the drift, but used"


def test_code_that_enrolled_does_not_sign_in_as_well(http: Client, officer: Officer, enrolled: str, clock: Any):
    assert kind(sign_in(http, officer, code=code(enrolled))) == (401, "bad_code")


@pytest.mark.parametrize(("steps", "status"), [(-2, 401), (-1, 201), (0, 201), (1, 201), (2, 401)])
def test_clock_may_differ_by_one_step(
    http: Client, officer: Officer, enrolled: str, clock: Callable[[float], None], steps: int, status: int
):
    clock(5 * STEP)
    assert sign_in(http, officer, code=code(enrolled, steps)).status_code == status


def test_code_may_be_typed_with_a_space(http: Client, officer: Officer, enrolled: str, clock: Callable[[float], None]):
    clock(STEP)
    right = code(enrolled)
    assert sign_in(http, officer, code=f"{right[:3]} {right[3:]}").status_code == 201


@pytest.mark.parametrize(
    "typed", ["", "12345", "１２３４５６", "1234567890123456789012", "12345\n6x", 123456, "<b>123</b>"]
)
def test_code_that_cannot_be_one_is_422(http: Client, officer: Officer, typed: Any):
    answer = sign_in(http, officer, code=typed)
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/code")


# --- recovery codes ---


def test_ten_recovery_codes_are_shown_once_and_kept_as_hashes(house: House, officer: Officer, codes: list[str]):
    assert len(set(codes)) == 10
    kept = str(house.sql("SELECT r::text FROM recovery_codes r"))
    assert not [one for one in codes if one in kept or one.replace("-", "") in kept]


def test_recovery_code_opens_once(http: Client, house: House, officer: Officer, codes: list[str]):
    typed = codes[3].lower().replace("-", " ")
    assert sign_in(http, officer, code=typed).status_code == 201
    assert kind(sign_in(http, officer, code=typed)) == (401, "bad_code")
    facts = house.value("SELECT facts FROM events WHERE event = 'recovery_code:use'")
    assert facts == {"left": 9}


def test_fresh_recovery_codes_end_the_earlier_ones(http: Client, officer: Officer, connect: Connect, codes: list[str]):
    connect(cookie=officer.cookie).post("/api/v1/me/recovery-codes")
    assert kind(sign_in(http, officer, code=codes[0])) == (401, "bad_code")


def test_recovery_code_of_a_colleague_opens_nothing(http: Client, house: House, officer: Officer, codes: list[str]):
    other = make_officer(house.connection, house.agencies["city"], "intake", may_sign_in=True)
    enrol(http, other)
    assert kind(sign_in(http, other, code=codes[0])) == (401, "bad_code")
