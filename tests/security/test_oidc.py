"""Signing in by a real OpenID provider on this machine, and every way in which that must come to nothing."""

import contextlib
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from huiyin.access import actors
from huiyin.access.actors import COOKIE
from huiyin.access.sign_in import api as sign_in_api
from huiyin.access.sign_in import oidc, passkeys, second_factor, signing_in
from huiyin.kit.database.children import end_with_parent
from huiyin.settings import Settings, UnsafeSetting, store_secret
from tests.answers import cookies
from tests.client import Client, Connect
from tests.commands.test_up import free_port
from tests.factories.house import House
from tests.factories.officers import Officer, make_officer

START, CALLBACK = "/api/v1/sessions/oidc", "/api/v1/sessions/oidc/callback"


@pytest.fixture(scope="module")
def provider() -> Iterator[str]:
    """The issuer's address. A process of its own, as a provider is."""
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, "-m", "oidc_provider_mock", "--port", str(port)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        preexec_fn=end_with_parent(),  # noqa: PLW1509  no other thread runs here
    )
    issuer = f"http://localhost:{port}"
    try:
        for _ in range(1200):
            with contextlib.suppress(httpx.HTTPError):
                httpx.get(f"{issuer}/.well-known/openid-configuration", trust_env=False)
                break
            time.sleep(0.1)
        else:
            pytest.fail("the provider did not start")
        yield issuer
    finally:
        process.terminate()
        process.wait(10)


@pytest.fixture(autouse=True)
def configured(provider: str, service_settings: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Settings:
    """As an administrator would set it."""
    store_secret(tmp_path / "secret", b"between the two of us")
    chosen = service_settings.model_copy(
        update={
            "oidc_issuer": provider,
            "oidc_client_id": "huiyin",
            "oidc_client_secret_file": tmp_path / "secret",
            "public_origin": "http://huiyin.test",
            "second_factor": True,
        }
    )
    for module in (sign_in_api, signing_in, second_factor, actors, oidc, passkeys):
        monkeypatch.setattr(module, "settings", lambda: chosen)
    return chosen


@pytest.fixture
def officer(house: House) -> Officer:
    return make_officer(house.connection, house.agencies["city"], "intake")


def know(provider: str, sub: str, login: str, **claims: Any) -> None:
    """Tell the provider about a person."""
    told = {"preferred_username": login, "amr": ["pwd", "mfa"]} | claims
    assert httpx.put(f"{provider}/users/{sub}", json=told, trust_env=False).status_code == 204


def begin(http: Client, **query: Any) -> tuple[str, str]:
    """Where the browser is sent, and the cookie that it keeps."""
    answer = http.get(START, **query)
    assert answer.status_code == 303, answer.text
    return answer.headers["location"], cookies(answer).get("huiyin_oidc", "")


def agree(url: str, sub: str) -> str:
    """The person signs in at the provider, which sends the browser back to this path."""
    answer = httpx.post(url, data={"sub": sub}, trust_env=False)
    assert answer.status_code == 302, answer.text
    back = urlsplit(answer.headers["location"])
    assert f"{back.scheme}://{back.netloc}" == "http://huiyin.test"
    return f"{back.path}?{back.query}"


def come_back(http: Client, path: str, cookie: str) -> httpx.Response:
    return http.get(path, {"cookie": f"huiyin_oidc={cookie}"})


def sign_in(http: Client, sub: str, **query: Any) -> httpx.Response:
    url, cookie = begin(http, **query)
    return come_back(http, agree(url, sub), cookie)


def refused(answer: httpx.Response, reason: str) -> bool:
    said = answer.headers.get("location")
    return answer.status_code == 303 and said == f"/review/login?provider={reason}" and COOKIE not in cookies(answer)


def test_officer_signs_in_by_the_provider(
    house: House, http: Client, connect: Connect, provider: str, officer: Officer
):
    know(provider, "s1", officer.login.upper())
    answer = sign_in(http, "s1", next="/leads?view=mine")
    assert (answer.status_code, answer.headers["location"]) == (303, "/review/leads?view=mine")
    lines = answer.headers.get_list("set-cookie")
    (session,) = [line.lower() for line in lines if line.startswith(COOKIE)]
    assert "httponly" in session
    assert "samesite=strict" in session
    me = connect(cookie=cookies(answer)[COOKIE]).get("/api/v1/me").json()
    assert me["officer"]["login"] == officer.login
    assert house.value("SELECT count(*) FROM events WHERE event = 'officer:bind_oidc'") == 1
    assert house.value("SELECT count(*) FROM sessions WHERE method = 'oidc'") == 1


def test_browser_is_sent_with_pkce_state_and_nonce(http: Client, provider: str):
    url, cookie = begin(http)
    query = {name: one for name, (one,) in parse_qs(urlsplit(url).query).items()}
    assert url.startswith(provider)
    assert (query["response_type"], query["code_challenge_method"]) == ("code", "S256")
    assert min(len(query["state"]), len(query["nonce"]), len(query["code_challenge"])) >= 43
    assert query["state"] not in cookie, "what the browser keeps is sealed"
    assert query["redirect_uri"] == f"http://huiyin.test{CALLBACK}"
    line = http.get(START).headers["set-cookie"].lower()
    assert "httponly" in line
    assert "path=/api/v1/sessions/oidc" in line
    assert "max-age=600" in line


def test_somebody_whom_no_officer_is_named_like_is_never_made_one(house: House, http: Client, provider: str):
    before = house.value("SELECT count(*) FROM officers")
    know(provider, "s2", "nobody.here")
    assert refused(sign_in(http, "s2"), "unknown")
    assert house.value("SELECT count(*) FROM officers") == before


def test_name_that_passed_to_somebody_else_opens_nothing(http: Client, provider: str, officer: Officer):
    know(provider, "s3", officer.login)
    assert sign_in(http, "s3").headers["location"] == "/review/"
    know(provider, "s4", officer.login)
    assert refused(sign_in(http, "s4"), "unknown")


def test_closed_account_stays_closed(house: House, http: Client, provider: str, officer: Officer):
    house.sql("UPDATE officers SET active = false WHERE id = :id", id=officer.id)
    know(provider, "s5", officer.login)
    assert refused(sign_in(http, "s5"), "unknown")


@pytest.mark.parametrize("amr", [None, [], ["pwd"], "mfa", {"mfa": 1}])
def test_provider_that_asked_for_one_factor_is_not_enough(http: Client, provider: str, officer: Officer, amr: Any):
    know(provider, "s6", officer.login, amr=amr)
    assert refused(sign_in(http, "s6"), "second_factor")


def test_answer_without_the_browser_that_asked_is_refused(http: Client, provider: str, officer: Officer):
    """Login CSRF: a link that signs somebody in as the attacker."""
    know(provider, "s7", officer.login)
    url, _ = begin(http)
    path = agree(url, "s7")
    assert refused(http.get(path), "state")
    _, other = begin(http)
    assert refused(come_back(http, path, other), "state")
    assert refused(come_back(http, path, "made-up"), "state")


def test_answer_of_another_provider_is_refused(http: Client, provider: str, officer: Officer):
    know(provider, "s8", officer.login)
    url, cookie = begin(http)
    path = agree(url, "s8")
    assert refused(come_back(http, f"{path}&iss=https://evil.example", cookie), "issuer")


def test_code_opens_once(http: Client, provider: str, officer: Officer):
    know(provider, "s9", officer.login)
    url, cookie = begin(http)
    path = agree(url, "s9")
    assert COOKIE in cookies(come_back(http, path, cookie))
    assert refused(come_back(http, path, cookie), "unreachable")


def test_code_of_another_sign_in_is_refused_by_its_nonce(http: Client, provider: str, officer: Officer):
    """A code that an attacker got for himself, put into a sign-in that a victim began."""
    know(provider, "s10", officer.login)
    url, cookie = begin(http)
    foreign, _ = begin(http)
    code = parse_qs(urlsplit(agree(foreign, "s10")).query)["code"][0]
    state = parse_qs(urlsplit(url).query)["state"][0]
    answer = come_back(http, f"{CALLBACK}?code={code}&state={state}", cookie)
    assert refused(answer, "token") or refused(answer, "unreachable")


def test_token_for_another_client_is_refused(
    http: Client, provider: str, officer: Officer, configured: Settings, monkeypatch: pytest.MonkeyPatch
):
    know(provider, "s11", officer.login)
    url, cookie = begin(http)
    path = agree(url.replace("client_id=huiyin", "client_id=other"), "s11")
    answer = come_back(http, path, cookie)
    assert refused(answer, "token") or refused(answer, "unreachable")


def test_person_who_says_no_comes_back_to_the_sign_in_page(http: Client):
    url, cookie = begin(http)
    back = urlsplit(httpx.post(url, data={"action": "deny"}, trust_env=False).headers["location"])
    state = parse_qs(urlsplit(url).query)["state"][0]
    assert refused(come_back(http, f"{CALLBACK}?{back.query}&state={state}", cookie), "denied")


@pytest.mark.parametrize("next_path", ["//evil.example", "https://evil.example", "/\\evil.example", "evil", "/a\r\nb"])
def test_nobody_is_led_elsewhere_afterwards(http: Client, provider: str, officer: Officer, next_path: str):
    know(provider, "s12", officer.login)
    assert sign_in(http, "s12", next=next_path).headers["location"] == "/review/"


def test_provider_that_does_not_answer_leads_back_to_the_sign_in_page(
    http: Client, configured: Settings, monkeypatch: pytest.MonkeyPatch
):
    gone = configured.model_copy(update={"oidc_issuer": "http://localhost:9"})
    monkeypatch.setattr(oidc, "settings", lambda: gone)
    answer = http.get(START)
    assert refused(answer, "unreachable")


def test_sign_in_page_is_told_of_the_provider(http: Client):
    assert http.get("/api/v1/sessions/options").json() == {"passkeys": True, "oidc": "统一身份认证"}


def test_without_a_provider_there_is_nothing(http: Client, configured: Settings, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(oidc, "settings", lambda: configured.model_copy(update={"oidc_issuer": None}))
    assert http.get(START).status_code == 404
    assert http.get(CALLBACK).status_code == 404
    assert http.get("/api/v1/sessions/options").json()["oidc"] is None


def test_officer_of_the_provider_proves_himself_there_again(
    house: House, http: Client, connect: Connect, provider: str, officer: Officer
):
    know(provider, "s13", officer.login)
    browser = connect(cookie=cookies(sign_in(http, "s13"))[COOKIE])
    assert browser.get("/api/v1/me/sign-in").json()["proofs"] == ["oidc"]
    assert browser.post("/api/v1/sessions/current/proof", {"password": "guess"}).status_code == 422
    url, cookie = begin(http, again="true")
    assert {"prompt", "max_age"} <= set(parse_qs(urlsplit(url).query))
    answer = come_back(http, agree(url, "s13"), cookie)
    assert COOKIE in cookies(answer) or refused(answer, "again")


def test_unsafe_providers_are_refused_at_the_start(service_settings: Settings):
    for wrong, said in (
        ({"oidc_issuer": "http://idp.example", "oidc_client_id": "x"}, "must be https"),
        ({"oidc_issuer": "https://idp.example"}, "HUIYIN_OIDC_CLIENT_ID"),
        ({"oidc_issuer": "https://idp.example", "oidc_client_id": "x", "demo": False}, "HUIYIN_PUBLIC_ORIGIN"),
    ):
        with pytest.raises(UnsafeSetting, match=said):
            service_settings.model_copy(update=wrong).refuse_if_unsafe()


def test_reset_takes_the_account_at_the_provider_away_too(house: House, http: Client, provider: str, officer: Officer):
    """Whoever took that account would come in again by it."""
    know(provider, "s14", officer.login)
    assert COOKIE in cookies(sign_in(http, "s14"))
    assert house.value("SELECT oidc_subject FROM officers WHERE id = :id", id=officer.id) is not None
    url = f"/api/v1/officers/{officer.id}/sign-in-reset"
    assert house.signed_in("city", "admin").post(url, {"password": "another first password"}).status_code == 204
    assert house.value("SELECT oidc_subject FROM officers WHERE id = :id", id=officer.id) is None
