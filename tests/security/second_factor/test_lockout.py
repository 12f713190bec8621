"""Who guesses is slowed down, and the officer's own computer goes on working."""

import time
from collections.abc import Callable
from typing import Any

import pytest

from huiyin.access.sign_in import signing_in
from huiyin.access.sign_in.guessing import DEVICE_DAYS, GuessLimit, device_cookie, nonce_of
from tests.answers import cookies
from tests.client import Client
from tests.factories.officers import Officer
from tests.factories.second_factors import STEP, code, enrol, sign_in


def attack(http: Client, officer: Officer, times: int = 30) -> None:
    """Somebody elsewhere guesses at the officer's password."""
    for _ in range(times):
        sign_in(http, officer, password="guess")


def test_officer_s_own_computer_goes_on_working_while_an_attack_runs(
    http: Client, officer: Officer, clock: Callable[[float], None]
):
    secret, answer = enrol(http, officer)
    device = cookies(answer)["huiyin_device"]
    attack(http, officer)
    clock(STEP)
    held_up = sign_in(http, officer, code=code(secret))
    assert held_up.status_code == 429, "an unknown device waits"
    assert 0 < int(held_up.headers["retry-after"]) <= 60, "and is never locked out for long"
    assert sign_in(http, officer, device, code=code(secret)).status_code == 201


def test_known_device_that_guesses_is_slowed_down_too(
    http: Client, officer: Officer, enrolled: str, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(signing_in, "_guesses", GuessLimit(free=2))
    device = device_cookie(officer.login, None)
    for _ in range(2):
        assert sign_in(http, officer, device, password="wrong").status_code == 401
    assert sign_in(http, officer, device).status_code == 429
    assert sign_in(http, officer).status_code == 401, "others of that name have a count of their own"


def test_who_has_the_password_cannot_go_through_the_codes(http: Client, officer: Officer, enrolled: str, clock: Any):
    answers = [sign_in(http, officer, code=f"{n:06}").status_code for n in range(1000, 1030)]
    assert answers == [401] * 5 + [429] * 25


def test_device_cookie_is_for_one_name_and_cannot_be_made_up(officer: Officer):
    good = device_cookie("chen.yu", None)
    assert nonce_of("chen.yu", good) is not None
    assert nonce_of("li.na", good) is None
    issued, nonce, seal = good.split(".")
    for bad in (
        f"{issued}.{nonce}x.{seal}",
        f"{int(issued) - 1}.{nonce}.{seal}",
        "",
        "..",
        "a.b.c",
        good + ".x",
        "²." * 3,
    ):
        assert nonce_of("chen.yu", bad) is None


def test_device_cookie_ends_after_half_a_year(monkeypatch: pytest.MonkeyPatch):
    cookie = device_cookie("chen.yu", None)
    later = time.time() + (DEVICE_DAYS + 1) * 86_400
    monkeypatch.setattr("huiyin.access.sign_in.guessing.time.time", lambda: later)
    assert nonce_of("chen.yu", cookie) is None


def test_device_that_is_known_keeps_its_count_when_it_signs_in(officer: Officer):
    first = device_cookie("chen.yu", None)
    assert nonce_of("chen.yu", device_cookie("chen.yu", first)) == nonce_of("chen.yu", first)
