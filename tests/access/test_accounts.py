"""Accounts of officers: a first password opens nothing, a closed account ends everything, no agency loses its head."""

from typing import Any

import pytest
from sqlalchemy.orm import Session

from huiyin.access.actors import COOKIE
from huiyin.access.models import AgencyKind
from huiyin.access.register.accounts import create_first_administrator
from huiyin.access.schemas import NewAgency
from huiyin.kit.web.errors import Conflict, Invalid
from tests.client import Client, Connect
from tests.database import as_owner
from tests.factories.house import House
from tests.factories.officers import PASSWORD, Officer, make_officer

OWN = "my own words, nobody else's"


@pytest.fixture
def newcomer(house: House, admin: Client, connect: Connect) -> Client:
    """Signed in with the password that the administrator chose."""
    body = {
        "login": "chen.yu",
        "name": "陈宇",
        "agency_id": str(house.agencies["city"].id),
        "roles": ["intake"],
        "password": PASSWORD,
    }
    assert admin.post("/api/v1/officers", body).status_code == 201
    return sign_in(connect, "chen.yu", PASSWORD)


def sign_in(connect: Connect, login: str, given: str) -> Client:
    """By the form, with nothing but name and password."""
    answer = connect().post("/api/v1/sessions", {"login": login, "password": given})
    assert answer.status_code == 201
    return connect(cookie=answer.cookies[COOKIE])


def change(admin: Client, officer: Officer, **body: Any) -> tuple[int, Any]:
    answer = admin.request("PATCH", f"/api/v1/officers/{officer.id}", json={"document": "任免〔2026〕1号"} | body)
    return answer.status_code, answer.json()


def password(client: Client, current: str, new: str) -> int:
    return client.request("PUT", "/api/v1/me/password", json={"current": current, "password": new}).status_code


def test_a_password_that_an_administrator_chose_opens_nothing_but_its_own_change(newcomer: Client):
    refused = newcomer.get("/api/v1/leads")
    assert (refused.status_code, refused.json()["type"]) == (403, "urn:huiyin:problem:password_change_required")
    assert newcomer.post("/api/v1/tips", {}).status_code == 403
    me = newcomer.get("/api/v1/me")
    assert (me.status_code, me.json()["password_given"]) == (200, True)
    assert password(newcomer, PASSWORD, OWN) == 204
    assert newcomer.get("/api/v1/me").json()["password_given"] is False
    assert newcomer.get("/api/v1/leads").status_code == 200


def test_after_a_reset_the_officer_chooses_again(house: House, admin: Client, connect: Connect):
    officer = house.officer("city", "intake")
    assert admin.post(f"/api/v1/officers/{officer.id}/sign-in-reset", {"password": OWN}).status_code == 204
    client = sign_in(connect, officer.login, OWN)
    assert client.get("/api/v1/me").json()["password_given"] is True
    assert client.get("/api/v1/leads").status_code == 403


@pytest.mark.parametrize(
    ("new", "code"),
    [("short", "string_too_short"), (PASSWORD, "same_password"), ("x chen.yu 2026 x", "guessable")],
)
def test_a_bad_new_password_is_refused_and_says_why(newcomer: Client, new: str, code: str):
    answer = newcomer.request("PUT", "/api/v1/me/password", json={"current": PASSWORD, "password": new})
    assert answer.status_code == 422
    assert (answer.json()["errors"][0]["pointer"], answer.json()["errors"][0]["code"]) == ("/password", code)


def test_changing_the_password_needs_the_present_one_and_ends_the_other_sessions(house: House, connect: Connect):
    officer = make_officer(house.connection, house.agencies["city"], "intake", may_sign_in=True)
    here, there = house.sign_in(officer), sign_in(connect, officer.login, PASSWORD)
    assert password(here, "not the password", OWN) == 401
    assert there.get("/api/v1/me").status_code == 200
    assert password(here, PASSWORD, OWN) == 204
    assert (here.get("/api/v1/me").status_code, there.get("/api/v1/me").status_code) == (200, 401)
    assert house.value("SELECT count(*) FROM events WHERE event = 'officer:change_password'") == 1
    again = connect().post("/api/v1/sessions", {"login": officer.login, "password": PASSWORD})
    assert again.status_code == 401


def test_guessing_the_present_password_in_an_open_session_is_slowed_down(house: House):
    client = house.signed_in("city", "intake")
    answers = [password(client, f"guess number {number}", OWN) for number in range(8)]
    assert answers[0] == 401
    assert answers[-1] == 429


def test_a_closed_account_is_signed_out_and_its_leads_pass_to_the_head(house: House, admin: Client):
    lead = house.lead("verifying")
    (held,) = house.sql(
        "SELECT held_by_officer_id AS id, held_by_agency_id AS at FROM leads WHERE id = :id", id=lead.id
    )
    head = house.value("SELECT head_id FROM agencies WHERE id = :id", id=held.at)
    roles = ("chief", "verifier", "verifier second")
    officer = next(one for role in roles if (one := house.officer("district", role)).id == held.id)
    client = house.sign_in(officer)
    assert head != officer.id
    status, body = change(admin, officer, active=False)
    assert (status, body["active"]) == (200, False)
    assert client.get("/api/v1/me").status_code == 401
    after = house.value("SELECT held_by_officer_id FROM leads WHERE id = :id", id=lead.id)
    assert after == head
    (event,) = house.sql("SELECT facts FROM events WHERE event = 'officer:change'")
    assert event.facts == {"document": "任免〔2026〕1号", "changed": {"active": [True, False]}}
    assert change(admin, officer, active=True)[0] == 200
    assert client.get("/api/v1/me").status_code == 401, "an ended session stays ended"


def test_the_head_of_an_agency_does_not_leave_before_another_is_named(house: House, admin: Client):
    agency = house.agencies["police"]
    officer, other = house.officer("police", "chief"), house.officer("police", "verifier")
    assert change(admin, officer, head=True)[1]["head"] is True
    assert change(admin, officer, active=False)[0] == 409
    assert house.value("SELECT active FROM officers WHERE id = :id", id=officer.id) is True
    assert change(admin, other, head=True)[0] == 200
    assert house.value("SELECT head_id FROM agencies WHERE id = :id", id=agency.id) == other.id
    assert change(admin, officer, active=False)[0] == 200
    assert change(admin, officer, head=True)[0] == 409, "a closed account answers for nothing"


def test_new_roles_count_from_the_next_request_on(house: House, admin: Client):
    officer = house.officer("city", "intake")
    client = house.sign_in(officer)
    assert client.get("/api/v1/leads").status_code == 200
    assert change(admin, officer, roles=["admin"])[1]["roles"] == ["admin"]
    assert client.get("/api/v1/leads").status_code == 403


def test_nobody_changes_the_own_account_and_only_administrators_change_others(house: House):
    admin, other = house.officer("city", "admin"), house.officer("city", "intake")
    assert change(house.sign_in(admin), admin, roles=["admin", "leader"])[0] == 403
    assert change(house.signed_in("city", "leader"), other, active=False)[0] == 403
    body = {"active": False}
    answer = house.sign_in(admin).request("PATCH", f"/api/v1/officers/{other.id}", json=body)
    assert answer.json()["errors"][0]["pointer"] == "/document"


# --- the first administrator ---


def first(house: House, login: str = "admin.first", region: str = "430100") -> Any:
    office = NewAgency(name="某市扫黑办", kind=AgencyKind.office, region_code=region)
    with as_owner(house.connection), Session(house.connection, join_transaction_mode="create_savepoint") as session:
        made = create_first_administrator(session, office, login, "甲某", PASSWORD)
        session.commit()
        return made


def test_a_new_system_gets_one_administrator_from_its_own_machine(house: House, connect: Connect):
    made = first(house)
    assert (made.login, made.roles, made.agency.name) == ("admin.first", ["admin"], "某市扫黑办")
    client = sign_in(connect, "admin.first", PASSWORD)
    assert client.get("/api/v1/system-accounts").status_code == 403, "a first password opens nothing"
    assert password(client, PASSWORD, OWN) == 204
    assert client.get("/api/v1/system-accounts").status_code == 200
    with pytest.raises(Conflict):
        first(house, login="admin.second")


def test_a_first_administrator_of_an_unknown_region_leaves_nothing(house: House):
    before = house.value("SELECT count(*) FROM agencies")
    with pytest.raises(Invalid):
        first(house, region="999999")
    assert house.value("SELECT count(*) FROM agencies") == before
