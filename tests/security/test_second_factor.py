"""Second factors: enrolment, one-time codes, recovery codes, proving again, lockout, and the list of sessions."""

import time
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import httpx
import pyotp
import pytest

from huiyin.access import actors, second_factor, sign_in_api, signing_in
from huiyin.access.actors import COOKIE
from huiyin.access.guessing import DEVICE_DAYS, GuessLimit, device_cookie, nonce_of
from huiyin.settings import Settings, UnsafeSetting
from tests.answers import cookies
from tests.client import Client, Connect
from tests.factories.house import House
from tests.factories.officers import PASSWORD, Officer, make_officer

SESSIONS = "/api/v1/sessions"
STEP = second_factor.STEP_SECONDS


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


@pytest.fixture
def enrolled(http: Client, officer: Officer, clock: Any) -> str:
    secret, answer = enrol(http, officer)
    assert answer.status_code == 201, answer.text
    return secret


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


@pytest.fixture
def codes(http: Client, officer: Officer, connect: Connect, enrolled: str) -> list[str]:
    made = connect(cookie=officer.cookie).post("/api/v1/me/recovery-codes")
    assert made.status_code == 200, made.text
    found: list[str] = made.json()["codes"]
    return found


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


# --- lockout ---


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
    monkeypatch.setattr("huiyin.access.guessing.time.time", lambda: later)
    assert nonce_of("chen.yu", cookie) is None


def test_device_that_is_known_keeps_its_count_when_it_signs_in(officer: Officer):
    first = device_cookie("chen.yu", None)
    assert nonce_of("chen.yu", device_cookie("chen.yu", first)) == nonce_of("chen.yu", first)


# --- proving again ---

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


# --- sessions ---


def test_officer_sees_where_he_is_signed_in_and_ends_one_of_them(
    house: House, http: Client, connect: Connect, officer: Officer, enrolled: str, clock: Callable[[float], None]
):
    clock(STEP)
    agent = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/140.0 Safari/537.36 Edg/140.0"
    body = {"login": officer.login, "password": PASSWORD, "code": code(enrolled)}
    here = connect(cookie=cookies(http.post(SESSIONS, body, {"user-agent": agent}))[COOKIE])
    items = here.get("/api/v1/me/sessions").json()["items"]
    assert len(items) == 3
    (current,) = [item for item in items if item["current"]]
    assert (current["method"], current["device"]) == ("password_totp", "Edge · Windows")
    elsewhere = connect(cookie=officer.cookie)
    (other,) = [item for item in elsewhere.get("/api/v1/me/sessions").json()["items"] if item["current"]]
    assert here.delete(f"/api/v1/me/sessions/{other['id']}").status_code == 204
    assert elsewhere.get("/api/v1/me").status_code == 401
    assert here.delete(f"/api/v1/me/sessions/{other['id']}").status_code == 404
    assert here.get("/api/v1/me").status_code == 200


def test_officer_ends_all_other_sessions(house: House, connect: Connect, officer: Officer, enrolled: str):
    here = connect(cookie=officer.cookie)
    assert here.delete("/api/v1/me/sessions").status_code == 204
    assert [item["current"] for item in here.get("/api/v1/me/sessions").json()["items"]] == [True]


def test_session_of_a_colleague_is_not_there(house: House, connect: Connect, officer: Officer):
    mine = connect(cookie=officer.cookie).get("/api/v1/me/sessions").json()["items"][0]["id"]
    colleague = house.signed_in("city", "intake")
    assert colleague.delete(f"/api/v1/me/sessions/{mine}").status_code == 404
    assert connect(cookie=officer.cookie).get("/api/v1/me").status_code == 200


def test_idle_sessions_are_not_listed(house: House, connect: Connect, officer: Officer, enrolled: str):
    browser = connect(cookie=officer.cookie)
    house.sql(
        "UPDATE sessions SET seen_at = now() - interval '31 minutes' WHERE officer_id = :id AND method <> 'password'",
        id=officer.id,
    )
    assert len(browser.get("/api/v1/me/sessions").json()["items"]) == 1


# --- settings ---


def test_second_factor_cannot_be_switched_off_outside_a_demo(service_settings: Settings):
    assert service_settings.model_copy(update={"demo": False}).second_factor_is_required
    assert not service_settings.second_factor_is_required, "a demo's accounts are for looking"
    with pytest.raises(UnsafeSetting, match="HUIYIN_SECOND_FACTOR"):
        service_settings.model_copy(update={"demo": False, "second_factor": False}).refuse_if_unsafe()
