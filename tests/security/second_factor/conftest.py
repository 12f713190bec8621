"""What the tests of second factors share: an office that demands one, and time that moves."""

import time
from collections.abc import Callable
from typing import Any

import pytest

from huiyin.access import actors
from huiyin.access.sign_in import api as sign_in_api
from huiyin.access.sign_in import second_factor, signing_in
from huiyin.access.sign_in.guessing import GuessLimit
from huiyin.settings import Settings
from tests.client import Client, Connect
from tests.factories.house import House
from tests.factories.officers import Officer, make_officer
from tests.factories.second_factors import STEP, enrol


@pytest.fixture
def officer(house: House) -> Officer:
    return make_officer(house.connection, house.agencies["city"], "intake", may_sign_in=True)


@pytest.fixture(autouse=True)
def required(service_settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """As outside of a demo."""
    strict = service_settings.model_copy(update={"second_factor": True})
    for module in (sign_in_api, signing_in, second_factor, actors):
        monkeypatch.setattr(module, "settings", lambda: strict)
    monkeypatch.setattr(signing_in, "_guesses", GuessLimit())
    monkeypatch.setattr(signing_in, "_codes", GuessLimit())


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """Moves the time that codes are made of; begins in the middle of a step."""
    now = [float(int(time.time()) // STEP * STEP + STEP / 2)]
    monkeypatch.setattr(time, "time", lambda: now[0])

    def forward(seconds: float) -> None:
        now[0] += seconds

    return forward


@pytest.fixture
def enrolled(http: Client, officer: Officer, clock: Any) -> str:
    secret, answer = enrol(http, officer)
    assert answer.status_code == 201, answer.text
    return secret


@pytest.fixture
def codes(http: Client, officer: Officer, connect: Connect, enrolled: str) -> list[str]:
    made = connect(cookie=officer.cookie).post("/api/v1/me/recovery-codes")
    assert made.status_code == 200, made.text
    found: list[str] = made.json()["codes"]
    return found
