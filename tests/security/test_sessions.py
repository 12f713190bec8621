"""Signing in and out, cookies, tokens, and what stands around every answer."""

import hashlib
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from huiyin.access import actors
from huiyin.access.actors import COOKIE
from huiyin.access.sign_in import api as sign_in_api
from huiyin.access.sign_in import signing_in
from huiyin.access.sign_in.guessing import GuessLimit
from huiyin.settings import Settings
from tests.client import ORIGIN, Client, Connect
from tests.factories.house import House
from tests.factories.officers import PASSWORD, Officer, make_officer
from tests.factories.tips import NOBODY, tip_body

SESSIONS = "/api/v1/sessions"


@pytest.fixture
def officer(house: House) -> Officer:
    return make_officer(house.connection, house.agencies["city"], "intake", may_sign_in=True)


def sign_in(http: Client, login: str, password: str = PASSWORD, **headers: str) -> httpx.Response:
    return http.post(SESSIONS, {"login": login, "password": password}, headers)


def cookie_of(answer: httpx.Response) -> str:
    name, _, value = answer.headers["set-cookie"].partition(";")[0].partition("=")
    assert name == COOKIE
    return value


@pytest.fixture
def set_to(service_settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Run with other settings than the demo's."""

    def change(**values: Any) -> None:
        changed = service_settings.model_copy(update=values)
        for module in (sign_in_api, signing_in, actors):
            monkeypatch.setattr(module, "settings", lambda: changed)

    return change


# --- the cookie ---


def test_cookie_is_kept_from_scripts_and_other_sites(http: Client, officer: Officer):
    attributes = {part.strip().lower() for part in sign_in(http, officer.login).headers["set-cookie"].split(";")[1:]}
    assert {"httponly", "samesite=strict", "path=/"} <= attributes
    assert "domain" not in str(attributes)


def test_cookie_is_secure_when_that_is_set(http: Client, officer: Officer, set_to: Any):
    set_to(secure_cookies=True)
    assert "secure" in sign_in(http, officer.login).headers["set-cookie"].lower()


def test_cookie_that_another_host_or_a_page_without_tls_could_set_opens_nothing(
    http: Client, officer: Officer, connect: Connect, set_to: Any
):
    set_to(secure_cookies=True)
    given = {
        name: (value, attributes)
        for name, value, attributes in (
            (*line.partition(";")[0].split("=", 1), line.lower())
            for line in sign_in(http, officer.login).headers.get_list("set-cookie")
        )
    }
    session, attributes = given["__Host-huiyin_session"]
    assert {"secure", "path=/"} <= {part.strip() for part in attributes.split(";")}
    assert "domain" not in attributes
    assert "__Secure-huiyin_device" in given
    plain = connect(cookie=session)
    assert plain.get("/api/v1/me").status_code == 401
    held = {"cookie": f"__Host-huiyin_session={session}"}
    assert http.get("/api/v1/me", held).status_code == 200
    out = http.delete(f"{SESSIONS}/current", held)
    assert '__Host-huiyin_session=""' in out.headers["set-cookie"]


def test_cookie_is_secure_by_itself_where_others_can_reach_us(service_settings: Settings):
    assert service_settings.model_copy(update={"demo": False, "host": "0.0.0.0"}).cookies_are_secure
    assert not service_settings.cookies_are_secure


def test_session_is_stored_as_a_hash(house: House, http: Client, officer: Officer):
    cookie = cookie_of(sign_in(http, officer.login))
    assert len(cookie) >= 43, "256 bits"
    rows = house.sql("SELECT token_hash FROM sessions WHERE officer_id = :id", id=officer.id)
    assert hashlib.sha256(cookie.encode()).digest() in {row.token_hash for row in rows}
    assert cookie not in str(house.sql("SELECT s::text FROM sessions s"))


def test_every_sign_in_is_another_session(http: Client, officer: Officer):
    assert cookie_of(sign_in(http, officer.login)) != cookie_of(sign_in(http, officer.login))


def test_given_cookie_is_never_taken_over(house: House, connect: Connect, officer: Officer):
    planted = connect(cookie="A" * 43)
    assert cookie_of(sign_in(planted, officer.login)) != "A" * 43


def test_signed_in_officer_learns_who_and_where_he_is(http: Client, officer: Officer, connect: Connect):
    answer = sign_in(http, officer.login.upper())
    assert answer.status_code == 201
    me = connect(cookie=cookie_of(answer)).get("/api/v1/me").json()
    assert me == answer.json()
    assert (me["officer"]["name"], me["agency"]["kind"], me["roles"]) == (officer.name, "office", ["intake"])
    assert "argon2" not in answer.text


def test_signing_out_ends_the_session_on_the_server(http: Client, officer: Officer, connect: Connect):
    browser = connect(cookie=cookie_of(sign_in(http, officer.login)))
    answer = browser.delete(f"{SESSIONS}/current")
    assert answer.status_code == 204
    assert 'huiyin_session=""' in answer.headers["set-cookie"]
    again = browser.get("/api/v1/me")
    assert (again.status_code, again.json()["type"]) == (401, "urn:huiyin:problem:session_expired")


def test_signing_out_here_leaves_the_other_browser_signed_in(http: Client, officer: Officer, connect: Connect):
    one, other = (connect(cookie=cookie_of(sign_in(http, officer.login))) for _ in range(2))
    one.delete(f"{SESSIONS}/current")
    assert other.get("/api/v1/me").status_code == 200


def test_use_keeps_a_session_alive_but_not_beyond_its_end(house: House, connect: Connect, officer: Officer):
    browser = connect(cookie=officer.cookie)
    house.sql("UPDATE sessions SET seen_at = now() - interval '29 minutes' WHERE officer_id = :id", id=officer.id)
    assert browser.get("/api/v1/me").status_code == 200
    seen = house.value("SELECT now() - seen_at FROM sessions WHERE officer_id = :id", id=officer.id)
    assert seen == timedelta(0)
    house.sql("UPDATE sessions SET expires_at = now() - interval '1 second' WHERE officer_id = :id", id=officer.id)
    assert browser.get("/api/v1/me").status_code == 401


def test_officer_whose_account_is_closed_is_out_at_once(house: House, connect: Connect, officer: Officer):
    browser = connect(cookie=officer.cookie)
    house.sql("UPDATE officers SET active = false WHERE id = :id", id=officer.id)
    assert browser.get("/api/v1/leads").status_code == 401


def test_role_that_is_taken_away_is_gone_at_once(house: House, connect: Connect, officer: Officer):
    browser = connect(cookie=officer.cookie)
    assert browser.get("/api/v1/leads").status_code == 200
    house.sql("UPDATE officers SET roles = '{identity_desk}' WHERE id = :id", id=officer.id)
    assert browser.get("/api/v1/leads").status_code == 403


# --- guessing ---


def test_unknown_name_and_wrong_password_are_answered_alike(http: Client, officer: Officer):
    wrong, unknown = sign_in(http, officer.login, "wrong password"), sign_in(http, "nobody.here")
    assert wrong.status_code == 401
    assert wrong.content == unknown.content
    assert dict(wrong.headers) == dict(unknown.headers)
    assert "set-cookie" not in wrong.headers


def test_guessing_is_slowed_down_with_a_date_to_come_back(
    http: Client, officer: Officer, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(signing_in, "_guesses", GuessLimit(free=2))
    for _ in range(2):
        assert sign_in(http, officer.login, "wrong password").status_code == 401
    answer = sign_in(http, officer.login)
    assert (answer.status_code, answer.headers["content-type"]) == (429, "application/problem+json")
    assert int(answer.headers["retry-after"]) >= 1
    assert sign_in(http, "another.name").status_code == 401, "others are not held up"


def test_unknown_names_are_slowed_down_as_well(http: Client, house: House, monkeypatch: pytest.MonkeyPatch):
    """Else the limit would tell which names there are."""
    monkeypatch.setattr(signing_in, "_guesses", GuessLimit(free=1))
    assert sign_in(http, "nobody.here").status_code == 401
    assert sign_in(http, "nobody.here").status_code == 429


def test_success_forgets_the_failures(http: Client, officer: Officer, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(signing_in, "_guesses", GuessLimit(free=2))
    for password in ("wrong", PASSWORD, "wrong"):
        answer = sign_in(http, officer.login, password)
    assert answer.status_code == 401
    assert sign_in(http, officer.login).status_code == 201


def test_guesses_sent_all_at_once_are_no_more_than_one_after_the_other(
    committed: House, server: Connect, monkeypatch: pytest.MonkeyPatch
):
    """Before, all of them had passed the check when the first was counted."""
    monkeypatch.setattr(signing_in, "_guesses", GuessLimit(free=3))
    officer = make_officer(committed.connection, committed.agencies["city"], "intake", may_sign_in=True)
    guesses: list[Any] = [
        ("POST", SESSIONS, {}, {"login": officer.login, "password": f"guess {at}"}) for at in range(12)
    ]
    answers = [answer.status_code for answer in server().together(*guesses)]
    assert sorted(answers) == [401] * 3 + [429] * 9
    assert sign_in(server(), officer.login).status_code == 429, "and the next one waits as after three"


def test_password_is_stored_as_argon2id(house: House, officer: Officer):
    stored = house.value("SELECT password_hash FROM officers WHERE id = :id", id=officer.id)
    assert stored.startswith("$argon2id$")
    assert PASSWORD not in stored


# --- other sites ---


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"origin": ORIGIN.replace("http:", "https:")},
        {"origin": ORIGIN + ":8080"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
    ],
)
def test_change_from_another_site_is_refused(house: House, headers: dict[str, str]):
    lead = house.lead()
    answer = house.signed_in("city", "intake").post(
        f"{lead.url}/screen", house.given("screen"), {"If-Match": '"v1"'} | headers
    )
    assert (answer.status_code, answer.json()["type"]) == (403, "urn:huiyin:problem:cross_site")
    assert house.state(lead) == "received"


@pytest.mark.parametrize("headers", [{"origin": ORIGIN, "sec-fetch-site": "same-origin"}, {"sec-fetch-site": "none"}])
def test_change_from_our_own_pages_is_let_through(house: House, headers: dict[str, str]):
    lead = house.lead()
    who = house.signed_in("city", "intake")
    answer = who.post(f"{lead.url}/screen", house.given("screen"), {"If-Match": '"v1"'} | headers)
    assert answer.status_code == 200


def test_published_address_is_the_only_origin_where_one_is_set(house: House, set_to: Any):
    set_to(public_origin="https://tips.example.gov.cn")
    who = house.signed_in("city", "intake")
    assert who.delete(f"{SESSIONS}/current", {"origin": ORIGIN}).status_code == 403
    assert who.delete(f"{SESSIONS}/current", {"origin": "https://tips.example.gov.cn"}).status_code == 204


def test_no_answer_lets_another_origin_read_it(http: Client):
    answer = http.get("/api/v1/taxonomies", {"origin": "https://evil.example"})
    assert not [name for name in answer.headers if name.startswith("access-control")]


# --- bearer tokens ---


def issue(house: House, scopes: list[str], account: str = "热线系统") -> tuple[str, str, str]:
    """A token by the administrator: (account's id, token's id, token)."""
    admin = house.signed_in("city", "admin")
    made = admin.post("/api/v1/system-accounts", {"name": account, "agency_id": str(house.agencies["city"].id)})
    assert made.status_code == 201, made.text
    url = f"/api/v1/system-accounts/{made.json()['id']}/tokens"
    ends = (datetime.now(UTC) + timedelta(days=30)).isoformat()
    channels = [str(house.channels["hotline"])]
    issued = admin.post(url, {"scopes": scopes, "channel_ids": channels, "expires_at": ends})
    assert issued.status_code == 201, issued.text
    assert issued.headers["cache-control"] == "no-store"
    return made.json()["id"], issued.json()["id"], issued.json()["token"]


def register(house: House, client: Client) -> httpx.Response:
    return client.post("/api/v1/tips", tip_body(channel_id=str(house.channels["hotline"]), receipt=None))


def test_system_registers_tips_with_its_token(house: House, connect: Connect):
    account, _, token = issue(house, ["tips:create"])
    answer = register(house, connect(bearer=token))
    assert answer.status_code == 201
    event = house.sql("SELECT actor_kind, actor_id, agency_id FROM events WHERE event = 'lead:submit'")[0]
    assert (event.actor_kind, str(event.actor_id)) == ("client", account)
    assert event.agency_id == house.agencies["city"].id


def test_token_is_stored_as_a_hash(house: House):
    _, id_, token = issue(house, ["tips:create"])
    stored = house.value("SELECT token_hash FROM api_tokens WHERE id = :id", id=id_)
    assert stored == hashlib.sha256(token.encode()).digest()
    assert token not in str(house.sql("SELECT t::text FROM api_tokens t"))
    assert token not in str(house.sql("SELECT e::text FROM events e"))


def test_token_that_has_expired_is_refused(house: House, connect: Connect):
    _, id_, token = issue(house, ["tips:create"])
    house.sql("UPDATE api_tokens SET expires_at = now() WHERE id = :id", id=id_)
    answer = register(house, connect(bearer=token))
    assert (answer.status_code, answer.json()["type"]) == (401, "urn:huiyin:problem:session_expired")


def test_token_that_was_revoked_is_refused_at_once(house: House, connect: Connect):
    account, id_, token = issue(house, ["tips:create"])
    admin = house.signed_in("city", "admin")
    url = f"/api/v1/system-accounts/{account}/tokens/{id_}"
    assert admin.delete(url).status_code == 204
    assert register(house, connect(bearer=token)).status_code == 401
    assert admin.delete(url).status_code == 404


def tokens(house: House, account: str) -> Any:
    listed = house.signed_in("city", "admin").get(f"/api/v1/system-accounts/{account}/tokens")
    assert listed.status_code == 200, listed.text
    return listed.json()["items"]


def test_token_sends_by_the_channels_that_it_names_and_by_no_other(house: House, connect: Connect):
    """Who has the hotline's token does not speak for the letter box."""
    _, _, token = issue(house, ["tips:create"])
    other = tip_body(channel_id=str(house.channels["web"]), receipt=None)
    answer = connect(bearer=token).post("/api/v1/tips", other)
    (error,) = answer.json()["errors"]
    assert (answer.status_code, error["pointer"], error["code"]) == (422, "/channel_id", "not_of_token")
    assert house.value("SELECT count(*) FROM tips") == 0


def test_token_for_sending_names_its_channels(house: House):
    account, _, _ = issue(house, ["channels:read"])
    url = f"/api/v1/system-accounts/{account}/tokens"
    ends = (datetime.now(UTC) + timedelta(days=30)).isoformat()
    admin = house.signed_in("city", "admin")
    none = admin.post(url, {"scopes": ["tips:create"], "expires_at": ends})
    assert (none.status_code, none.json()["errors"][0]["pointer"]) == (422, "/channel_ids")
    unknown = admin.post(url, {"scopes": ["tips:create"], "channel_ids": [NOBODY], "expires_at": ends})
    assert (unknown.status_code, unknown.json()["errors"][0]["pointer"]) == (422, "/channel_ids/0")


def test_tokens_are_listed_with_their_last_use_and_never_themselves(house: House, connect: Connect):
    account, id_, token = issue(house, ["tips:create"])
    (shown,) = tokens(house, account)
    assert (shown["id"], shown["state"], shown["last_used_at"]) == (id_, "valid", None)
    assert shown["channel_ids"] == [str(house.channels["hotline"])]
    assert shown["issued_by"] == shown["answered_by"] == house.officer("city", "admin").name
    register(house, connect(bearer=token))
    (shown,) = tokens(house, account)
    assert shown["last_used_at"] is not None
    assert token not in str(shown)


def test_token_ends_with_the_account_of_who_issued_it_unless_another_takes_it_over(house: House, connect: Connect):
    account, id_, token = issue(house, ["tips:create"])
    issuer, other = house.officer("city", "admin"), house.signed_in("city", "admin second")
    closed = other.patch(f"/api/v1/officers/{issuer.id}", {"active": False, "document": "调离"})
    assert closed.status_code == 200, closed.text
    refused = register(house, connect(bearer=token))
    assert (refused.status_code, refused.json()["type"]) == (401, "urn:huiyin:problem:session_expired")
    url = f"/api/v1/system-accounts/{account}/tokens"
    assert other.get(url).json()["items"][0]["state"] == "unanswered"
    assert other.post(f"{url}/{id_}/takeover").status_code == 204
    (shown,) = other.get(url).json()["items"]
    assert (shown["state"], shown["answered_by"]) == ("valid", house.officer("city", "admin second").name)
    assert register(house, connect(bearer=token)).status_code == 201
    assert house.value("SELECT count(*) FROM events WHERE event = 'token:take_over'") == 1


def test_token_that_is_over_is_not_taken_over(house: House):
    account, id_, _ = issue(house, ["tips:create"])
    admin = house.signed_in("city", "admin")
    url = f"/api/v1/system-accounts/{account}/tokens/{id_}"
    assert admin.delete(url).status_code == 204
    assert admin.post(f"{url}/takeover").status_code == 404
    assert house.signed_in("city", "intake").post(f"{url}/takeover").status_code == 403


def test_token_does_nothing_beyond_its_scopes(house: House, connect: Connect):
    _, _, token = issue(house, ["channels:read"])
    client = connect(bearer=token)
    assert client.get("/api/v1/channels").status_code == 200
    answer = register(house, client)
    assert (answer.status_code, answer.json()["permission"]) == (403, "tips:create")
    for path in ("/api/v1/leads", "/api/v1/officers", "/api/v1/agencies", "/api/v1/me"):
        assert client.get(path).status_code == 403


def test_token_that_may_create_tips_reads_none(house: House, connect: Connect):
    _, _, token = issue(house, ["tips:create"])
    client = connect(bearer=token)
    lead_id = register(house, client).json()["lead_id"]
    for path in ("", "/timeline", "/messages"):
        assert client.get(f"/api/v1/leads/{lead_id}{path}").status_code == 403


@pytest.mark.parametrize("header", ["Bearer", "Bearer x", "Basic YTpi", "Bearer hy_" + "A" * 43, "hy_" + "A" * 43, ""])
def test_header_that_is_no_token_of_ours_is_401_even_beside_a_good_cookie(house: House, header: str):
    who = house.signed_in("city", "intake")
    assert who.get("/api/v1/me", {"authorization": header}).status_code == 401


def test_system_cannot_sign_out_or_manage(house: House, connect: Connect):
    account, _, token = issue(house, ["tips:create", "channels:read"])
    client = connect(bearer=token)
    ends = (datetime.now(UTC) + timedelta(days=30)).isoformat()
    body = {"scopes": ["tips:create"], "expires_at": ends}
    assert client.post(f"/api/v1/system-accounts/{account}/tokens", body).status_code == 403


# --- roles ---


def test_administrator_can_read_no_tip_and_no_lead(house: House):
    lead = house.lead("concluded")
    admin = house.signed_in("city", "admin")
    for path in ("/api/v1/leads", lead.url, f"{lead.url}/timeline", f"{lead.url}/messages"):
        assert admin.get(path).status_code == 403


@pytest.mark.parametrize("role", ["admin", "identity_desk"])
def test_row_level_security_hides_leads_even_from_a_route_that_forgot_to_ask(house: House, role: str):
    """A route that such an officer may call shows no lead's rows, whatever statement it ran."""
    house.lead()
    assert house.signed_in("city", role).get("/api/v1/agencies").status_code == 200
    assert house.connection.exec_driver_sql("SELECT count(*) FROM leads").scalar_one() == 0


# --- headers ---

ANSWERS: dict[str, tuple[str, str, int]] = {
    "page": ("GET", "/", 200),
    "dashboard": ("GET", "/review/leads", 200),
    "static": ("GET", "/assets/report/app.js", 200),
    "public list": ("GET", "/api/v1/taxonomies", 200),
    "API": ("GET", "/api/v1/me", 401),
    "unknown": ("GET", "/nothing", 404),
    "missing file": ("GET", "/assets/none.js", 404),
    "wrong method": ("DELETE", "/api/v1/leads", 405),
    "bad input": ("POST", "/api/v1/public/tips", 422),
    "health": ("GET", "/health/live", 200),
}


@pytest.mark.parametrize("kind", ANSWERS)
def test_every_kind_of_answer_carries_the_security_headers(http: Client, kind: str):
    method, path, status = ANSWERS[kind]
    answer = http.request(method, path, json={}) if method == "POST" else http.request(method, path)
    assert answer.status_code == status
    secure(answer)


def secure(answer: httpx.Response) -> None:
    headers = answer.headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["x-frame-options"] == "DENY"
    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe-eval" not in policy


def test_body_that_is_too_large_is_refused_with_the_headers_too(http: Client):
    answer = http.request("POST", "/api/v1/public/tips", content=b" " * 2_000_000)
    assert answer.status_code == 413
    secure(answer)


def test_our_own_failure_carries_the_headers_and_says_nothing(http: Client, house: House):
    house.sql("ALTER TABLE terms RENAME TO gone")
    answer = http.get("/api/v1/taxonomies")
    assert (answer.status_code, answer.headers["content-type"]) == (500, "application/problem+json")
    assert "terms" not in answer.text
    secure(answer)


def test_what_is_confidential_is_stored_by_no_browser_or_proxy(house: House):
    lead = house.lead()
    answers = [
        house.signed_in("city", "intake").get(lead.url),
        house.signed_in("city", "intake").get("/api/v1/leads"),
        house.connect().post("/api/v1/public/receipts/open", {"token": lead.code.token}),
        house.connect().get(lead.url),
    ]
    assert [answer.headers["cache-control"] for answer in answers] == ["no-store"] * 4


def test_no_documentation_page_loads_third_party_scripts(service: FastAPI, http: Client):
    assert (service.docs_url, service.redoc_url) == (None, None)
    assert http.get("/docs").status_code == 404


def test_health_says_whether_the_database_answers(http: Client, house: House):
    assert http.get("/health/ready").status_code == 200
    house.sql("ALTER TABLE clock_rules RENAME TO gone")
    answer = http.get("/health/ready")
    assert (answer.status_code, answer.json()["status"]) == (503, "not ready")
