"""Signing in with a second factor, as an officer's browser and telephone do it."""

import time
from typing import Any

import httpx
import pyotp

from huiyin.access.sign_in import second_factor
from tests.client import Client
from tests.factories.officers import PASSWORD, Officer

SESSIONS = "/api/v1/sessions"


STEP = second_factor.STEP_SECONDS


def code(secret: str, steps: int = 0) -> str:
    return pyotp.TOTP(secret).generate_otp(int(time.time() // STEP) + steps)


def sign_in(http: Client, officer: Officer, device: str = "", **more: Any) -> httpx.Response:
    headers = {"cookie": f"huiyin_device={device}"} if device else {}
    return http.post(SESSIONS, {"login": officer.login, "password": PASSWORD} | more, headers)


def kind(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["type"].rpartition(":")[2]


def enrol(http: Client, officer: Officer) -> tuple[str, httpx.Response]:
    """The officer's secret, and the answer to the sign-in that enrolled it."""
    asked = sign_in(http, officer)
    assert kind(asked) == (401, "enrolment_required")
    secret = asked.json()["secret"]
    return secret, sign_in(http, officer, code=code(secret), enrolment=asked.json()["enrolment"])
