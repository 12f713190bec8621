"""What a scanner such as ZAP looks for, on every route and both pages: headers, cookies, methods, caches, scripts."""

import re
from pathlib import Path
from uuid import uuid4

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy.orm import sessionmaker

from huiyin.app import create_app
from huiyin.settings import CHECKOUT, Settings
from huiyin.up import api_command
from tests.client import Client
from tests.factories.house import House
from tests.factories.officers import PASSWORD, make_officer
from tests.security.test_routes import described

EVERYWHERE = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-embedder-policy": "require-corp",
    "cross-origin-resource-policy": "same-origin",
}
# What a policy may hold, word by word: nothing inline, nothing evaluated, no other host, no wildcard.
PAGE = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    # blob: what an officer's browser decrypts is shown from its memory; only a page's own script makes such addresses.
    "img-src": "'self' data: blob:",
    "media-src": "'self' blob:",
    "font-src": "'self'",
    "connect-src": "'self'",
    "form-action": "'none'",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
    "require-trusted-types-for": "'script'",
    "trusted-types": "vue",
}
DATA = {
    "default-src": "'none'",
    "form-action": "'none'",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
    "sandbox": "",
}
# Public registers without a word about tips; everything else that the API says is kept by nobody.
MAY_BE_KEPT = {"/api/v1/public/regions", "/api/v1/taxonomies", "/assets/review/app.js"}


def directives(answer: httpx.Response) -> dict[str, str]:
    parts = [part.strip().partition(" ") for part in answer.headers["content-security-policy"].split(";")]
    return {name: value for name, _, value in parts}


def look_at(answer: httpx.Response, path: str) -> list[str]:
    """What is wrong with an answer's headers."""
    headers = answer.headers
    wrong = [name for name, value in EVERYWHERE.items() if headers.get(name) != value]
    page = headers.get("content-type", "").startswith("text/html")
    if directives(answer) != (PAGE if page else DATA):
        wrong.append(f"content-security-policy {headers['content-security-policy']}")
    if "camera=()" not in headers.get("permissions-policy", ""):
        wrong.append("permissions-policy")
    if headers.get("cache-control") != "no-store" and path not in MAY_BE_KEPT:
        wrong.append(f"cache-control {headers.get('cache-control')}")
    wrong += [name for name in headers if name in {"server", "x-powered-by"} or name.startswith("access-control-")]
    wrong += [f"cookie {one}" for one in headers.get_list("set-cookie") if not kept_from_scripts(one)]
    return wrong


def kept_from_scripts(cookie: str) -> bool:
    attributes = {part.strip().lower() for part in cookie.split(";")[1:]}
    return {"httponly", "samesite=strict"} <= attributes and "domain" not in str(attributes)


def urls(app: FastAPI) -> list[tuple[str, str]]:
    """Every operation with made-up identities in its path, and what lies beside the API."""
    filled = [re.sub(r"\{[^}]+\}", str(uuid4()), name).split(" ", 1) for name in described(app)]
    files = ["/assets/report/app.js", "/assets/review/app.js", "/assets/review/none.js"]
    more = [("GET", path) for path in ("/api/openapi.json", *files, "/nothing", "/api/v1/no")]
    return [(method, path) for method, path in filled] + more


@pytest.mark.parametrize("signed_in", [False, True], ids=["nobody", "an officer"])
def test_every_route_answers_with_the_headers_whatever_it_answers(
    service: FastAPI, http: Client, house: House, signed_in: bool
):
    who = house.signed_in("city", "intake") if signed_in else http
    found = {}
    for method, path in urls(service):
        if path.startswith("/api/v1/events"):
            continue  # a stream that does not end; its headers are made by the same hand
        for how in (method, "OPTIONS"):
            answer = who.request(how, path, json={}) if how in {"POST", "PUT", "PATCH"} else who.request(how, path)
            if wrong := look_at(answer, path):
                found[f"{how} {path} {answer.status_code}"] = wrong
    assert found == {}


def test_pages_are_kept_by_no_browser(http: Client):
    for path in ("/", "/receipt", "/review", "/review/leads"):
        assert http.get(path).headers["cache-control"] == "no-store"


@pytest.mark.parametrize("method", ["TRACE", "TRACK", "CONNECT", "DEBUG"])
def test_methods_that_nobody_needs_are_refused(http: Client, method: str):
    assert http.request(method, "/api/v1/taxonomies").status_code == 405


def test_session_cookie_is_kept_from_scripts_other_sites_and_plain_http(http: Client, house: House):
    officer = make_officer(house.connection, house.agencies["city"], "intake", may_sign_in=True)
    answer = http.post("/api/v1/sessions", {"login": officer.login, "password": PASSWORD})
    assert answer.status_code == 201
    assert answer.headers.get_list("set-cookie")
    assert look_at(answer, "/api/v1/sessions") == []


def test_https_is_remembered_for_two_years_and_only_there(service_settings: Settings, http: Client, loop):
    assert "strict-transport-security" not in http.get("/health/live").headers
    secure = service_settings.model_copy(update={"public_origin": "https://tips.example.gov.cn"})
    there = Client(create_app(secure, sessionmaker()), loop)
    for path in ("/health/live", "/", "/nothing"):
        assert there.get(path).headers["strict-transport-security"] == "max-age=63072000"


def test_nothing_is_logged_that_ties_an_address_to_a_tip(service_settings: Settings):
    assert "--no-access-log" in api_command(service_settings)
    assert "access_log off;" in (CHECKOUT / "deploy" / "nginx.conf").read_text()
    assert "--no-access-log" in (CHECKOUT / "docker-compose.yml").read_text()


@pytest.mark.parametrize("page", ["report.html", "receipt.html", "review.html"])
def test_built_pages_hold_nothing_inline_and_name_no_other_host(page: str):
    built = CHECKOUT / "frontend" / "dist" / page
    if not built.is_file():
        pytest.skip("The frontend is not built: make dist")
    text = re.sub(r"<!--.*?-->", "", built.read_text(), flags=re.DOTALL)
    assert re.findall(r"<script(?![^>]* src=\"/assets/)[^>]*>", text) == []
    assert re.findall(r"<style|\sstyle=|\son[a-z]+=|javascript:", text) == []
    assert re.findall(r"(?:src|href)=\"(?!/|data:,|#|tel:|mailto:)[^\"]*", text) == []


def test_no_built_script_or_style_names_another_host_to_load_from():
    """Links in texts and the names of XML namespaces are no requests; a font, an image or a script would be one."""
    folder = CHECKOUT / "frontend" / "dist" / "assets"
    if not folder.is_dir():
        pytest.skip("The frontend is not built: make dist")
    found = {}
    for file in sorted(Path(folder).rglob("*")):
        if file.suffix in {".js", ".css"}:
            loads = r"(?:url\(|@import|import\(|fetch\(|\.src=)[\"'` ]*(?:https?:)?//[^\"'`) ]+"
            if hits := re.findall(loads, file.read_text()):
                found[file.name] = hits
    assert found == {}
