"""Where an officer is signed in, and ending it there."""

from collections.abc import Callable

from huiyin.access.actors import COOKIE
from tests.answers import cookies
from tests.client import Client, Connect
from tests.factories.house import House
from tests.factories.officers import PASSWORD, Officer
from tests.factories.second_factors import SESSIONS, STEP, code


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
