"""What is asked for again after ten minutes, and how a lost second factor is replaced."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest

from tests.client import Client, Connect
from tests.factories.house import House
from tests.factories.officers import PASSWORD, Officer
from tests.factories.second_factors import SESSIONS, STEP, code, kind, sign_in

# The same in every process: test runners compare the names of parametrised tests.
NOBODY = "0b9d9f2e-9c1b-4f5a-8f0e-6b1a2c3d4e5f"


FRESH = [
    ("POST", "/api/v1/me/totp", {}),
    ("POST", "/api/v1/me/totp/confirmation", {"enrolment": "x", "code": "123456"}),
    ("POST", "/api/v1/me/recovery-codes", {}),
    ("POST", "/api/v1/me/passkeys/options", {}),
    ("DELETE", f"/api/v1/me/passkeys/{NOBODY}", None),
    ("POST", "/api/v1/officers", {}),
    ("POST", f"/api/v1/officers/{NOBODY}/sign-in-reset", {"password": "correct horse battery"}),
    ("POST", f"/api/v1/system-accounts/{NOBODY}/tokens", {}),
    ("POST", "/api/v1/secondments", {}),
]


IDENTITIES = [
    ("identity_desk", "POST", "/api/v1/identity-keys"),
    ("identity_desk", "PUT", "/api/v1/identity-keys/1/wrapping"),
    ("identity_desk", "POST", f"/api/v1/identity-desk/openings/{NOBODY}/envelope"),
    ("identity_desk", "PUT", f"/api/v1/key-shares/{NOBODY}/1/custodian"),
    ("intake", "POST", f"/api/v1/me/key-shares/{NOBODY}/confirmation"),
    ("intake", "POST", f"/api/v1/me/key-shares/{NOBODY}/report"),
    ("intake", "POST", f"/api/v1/me/key-shares/{NOBODY}/successor"),
    ("intake", "POST", f"/api/v1/leads/{NOBODY}/identity/openings"),
    ("leader", "POST", f"/api/v1/leads/{NOBODY}/identity/openings/{NOBODY}/decision"),
]


@pytest.mark.parametrize(("role", "method", "path"), IDENTITIES)
def test_who_opens_an_identity_or_works_on_its_keys_has_just_proven_who_he_is(
    house: House, role: str, method: str, path: str
):
    who = house.signed_in("city", role)
    house.sql("UPDATE sessions SET proved_at = now() - interval '10 minutes'")
    assert kind(who.request(method, path, json={})) == (401, "reauthentication_required")


@pytest.mark.parametrize(("method", "path", "body"), FRESH)
def test_what_gives_rights_away_asks_again_after_ten_minutes(house: House, method: str, path: str, body: Any):
    admin = house.signed_in("city", "admin")
    house.sql("UPDATE sessions SET proved_at = now() - interval '9 minutes'")
    first = admin.request(method, path, json=body)
    assert first.json().get("type", "") != "urn:huiyin:problem:reauthentication_required" if first.content else True
    house.sql("UPDATE sessions SET proved_at = now() - interval '10 minutes'")
    answer = admin.request(method, path, json=body)
    assert kind(answer) == (401, "reauthentication_required")
    assert admin.get("/api/v1/me").status_code == 200, "everything else goes on"


def test_code_opens_it_again(
    house: House, connect: Connect, officer: Officer, enrolled: str, clock: Callable[[float], None]
):
    house.sql("UPDATE sessions SET proved_at = now() - interval '1 hour'")
    browser = connect(cookie=officer.cookie)
    assert kind(browser.post("/api/v1/me/recovery-codes")) == (401, "reauthentication_required")
    clock(STEP)
    assert browser.post(f"{SESSIONS}/current/proof", {"code": code(enrolled)}).status_code == 204
    assert browser.post("/api/v1/me/recovery-codes").status_code == 200
    others = house.sql("SELECT proved_at < now() AS old FROM sessions WHERE officer_id = :id", id=officer.id)
    assert sorted(row.old for row in others) == [False, True], "other sessions are not opened by it"


def test_password_is_no_proof_where_there_is_a_second_factor(connect: Connect, officer: Officer, enrolled: str):
    answer = connect(cookie=officer.cookie).post(f"{SESSIONS}/current/proof", {"password": PASSWORD})
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/code")


def test_guessing_in_a_stolen_session_is_slowed_down(connect: Connect, officer: Officer, enrolled: str, clock: Any):
    browser = connect(cookie=officer.cookie)
    answers = [browser.post(f"{SESSIONS}/current/proof", {"code": f"{n:06}"}).status_code for n in range(7)]
    assert answers == [401] * 5 + [429] * 2


def test_new_app_replaces_the_old_one_once_its_code_was_right(
    connect: Connect, http: Client, officer: Officer, enrolled: str, clock: Callable[[float], None]
):
    browser = connect(cookie=officer.cookie)
    clock(STEP)
    begun = browser.post("/api/v1/me/totp").json()
    assert begun["secret"] != enrolled
    url = "/api/v1/me/totp/confirmation"
    wrong = {"enrolment": begun["enrolment"], "code": code(enrolled)}
    assert kind(browser.post(url, wrong)) == (401, "bad_code")
    assert browser.post(url, wrong | {"code": code(begun["secret"])}).status_code == 204
    clock(STEP)
    assert kind(sign_in(http, officer, code=code(enrolled))) == (401, "bad_code")
    assert sign_in(http, officer, code=code(begun["secret"])).status_code == 201


def test_administrator_resets_an_officer_who_has_lost_everything(
    house: House, http: Client, connect: Connect, officer: Officer, codes: list[str]
):
    admin = house.signed_in("city", "admin")
    url = f"/api/v1/officers/{officer.id}/sign-in-reset"
    assert admin.post(url, {"password": "another first password"}).status_code == 204
    assert connect(cookie=officer.cookie).get("/api/v1/me").status_code == 401, "every session has ended"
    assert kind(sign_in(http, officer, code=codes[0])) == (401, "bad_credentials"), "the old password opens nothing"
    assert kind(sign_in(http, officer, password="another first password")) == (401, "enrolment_required")
    assert house.value("SELECT count(*) FROM events WHERE event = 'officer:reset_sign_in'") == 1


def test_administrator_does_not_reset_himself_and_others_reset_nobody(house: House, officer: Officer):
    admin = house.officer("city", "admin")
    body = {"password": "another first password"}
    assert house.sign_in(admin).post(f"/api/v1/officers/{admin.id}/sign-in-reset", body).status_code == 403
    url = f"/api/v1/officers/{officer.id}/sign-in-reset"
    assert house.signed_in("city", "intake").post(url, body).status_code == 403
    assert house.sign_in(admin).post(f"/api/v1/officers/{uuid4()}/sign-in-reset", body).status_code == 404
