"""Enrolment of a second factor, and that it cannot be switched off."""

from collections.abc import Callable
from typing import Any

import pytest

from huiyin.access.actors import COOKIE
from huiyin.settings import Settings, UnsafeSetting
from tests.answers import cookies
from tests.client import Client, Connect
from tests.factories.house import House
from tests.factories.officers import Officer, make_officer
from tests.factories.second_factors import STEP, code, enrol, kind, sign_in

# --- enrolment ---


def test_password_alone_signs_nobody_in(http: Client, officer: Officer):
    answer = sign_in(http, officer)
    assert kind(answer) == (401, "enrolment_required")
    assert "set-cookie" not in answer.headers
    assert answer.headers["cache-control"] == "no-store"
    assert answer.json()["uri"].startswith("otpauth://totp/Huiyin")


def test_wrong_password_learns_nothing_of_second_factors(http: Client, officer: Officer, enrolled: str, clock: Any):
    assert kind(sign_in(http, officer, password="wrong", code=code(enrolled, 1))) == (401, "bad_credentials")


def test_first_code_enrols_and_signs_in(house: House, http: Client, officer: Officer, connect: Connect):
    _, answer = enrol(http, officer)
    assert answer.status_code == 201
    browser = connect(cookie=cookies(answer)[COOKIE])
    ways = browser.get("/api/v1/me/sign-in").json()
    assert ways["totp_enrolled_at"] is not None
    assert ways["proofs"] == ["totp"]
    assert house.value("SELECT count(*) FROM events WHERE event = 'totp:enrol'") == 1
    assert house.value(
        "SELECT method FROM sessions WHERE officer_id = :id ORDER BY id DESC LIMIT 1", id=officer.id
    ) == ("password_totp")


def test_secret_that_an_earlier_visitor_was_shown_never_becomes_the_officer_s(http: Client, officer: Officer):
    """Who knew the first password may have looked; each enrolment has a secret of its own."""
    assert sign_in(http, officer).json()["secret"] != sign_in(http, officer).json()["secret"]


def test_enrolment_of_another_officer_is_refused(http: Client, house: House, officer: Officer):
    other = make_officer(house.connection, house.agencies["city"], "intake", may_sign_in=True)
    asked = sign_in(http, other).json()
    answer = sign_in(http, officer, code=code(asked["secret"]), enrolment=asked["enrolment"])
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/enrolment")


def test_enrolment_is_open_for_ten_minutes(http: Client, officer: Officer, clock: Callable[[float], None]):
    asked = sign_in(http, officer).json()
    clock(601)
    answer = sign_in(http, officer, code=code(asked["secret"]), enrolment=asked["enrolment"])
    assert answer.status_code == 422


@pytest.mark.parametrize("token", ["", "x", "AAAA", "é", "A" * 1000])
def test_enrolment_that_is_not_ours_is_refused(http: Client, officer: Officer, token: str):
    assert sign_in(http, officer, code="123456", enrolment=token).status_code == 422


def test_enrolled_officer_cannot_be_enrolled_over_by_who_has_the_password(
    http: Client, officer: Officer, clock: Callable[[float], None]
):
    early = sign_in(http, officer).json()
    enrol(http, officer)
    clock(STEP)
    answer = sign_in(http, officer, code=code(early["secret"]), enrolment=early["enrolment"])
    assert kind(answer) == (401, "bad_code")


def test_secret_is_encrypted_in_the_database(house: House, enrolled: str):
    assert enrolled not in str(house.sql("SELECT t::text FROM totp_secrets t"))
    raw = bytes(house.value("SELECT secret FROM totp_secrets"))
    assert enrolled.encode() not in raw


# --- settings ---


def test_second_factor_cannot_be_switched_off_outside_a_demo(service_settings: Settings):
    assert service_settings.model_copy(update={"demo": False}).second_factor_is_required
    assert not service_settings.second_factor_is_required, "a demo's accounts are for looking"
    with pytest.raises(UnsafeSetting, match="HUIYIN_SECOND_FACTOR"):
        service_settings.model_copy(update={"demo": False, "second_factor": False}).refuse_if_unsafe()
