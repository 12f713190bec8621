"""Ids that are none or of others, and askers who are nobody: the right refusal, and nothing given away."""

import pytest

from tests.answers import problem
from tests.client import Client, Connect
from tests.factories.house import House
from tests.factories.officers import make_officer
from tests.factories.tips import NOBODY, tip_body

# --- ids ---


@pytest.mark.parametrize("id_", ["x", "1", "../../etc/passwd", "%00", "0198c5a0", "'; DROP TABLE leads; --"])
def test_id_that_is_no_uuid_is_a_problem(intake: Client, id_: str):
    for path in (f"/api/v1/leads/{id_}", f"/api/v1/channels/{id_}"):
        answer = intake.get(path)
        assert answer.status_code in {404, 422}, answer.text
        problem(answer, answer.status_code)


READS = ["", "/timeline", "/messages"]


@pytest.mark.parametrize("path", READS)
def test_foreign_lead_answers_as_an_id_that_never_was(house: House, path: str):
    """Byte for byte, and with the same headers."""
    lead = house.lead("screened")
    outsider = house.signed_in("market", "chief")
    foreign = outsider.get(lead.url + path)
    unknown = outsider.get(f"/api/v1/leads/{NOBODY}{path}")
    problem(foreign, 404, "not_found")
    assert foreign.content == unknown.content
    assert dict(foreign.headers) == dict(unknown.headers)


def test_foreign_lead_answers_a_verb_as_an_id_that_never_was(house: House):
    lead = house.lead("dispatched")
    outsider = house.signed_in("market", "chief")
    headers = {"If-Match": '"v1"'}
    foreign, unknown = (
        outsider.post(f"{url}/acknowledge", {}, headers) for url in (lead.url, f"/api/v1/leads/{NOBODY}")
    )
    problem(foreign, 404, "not_found")
    assert foreign.content == unknown.content


def test_excluded_agency_is_answered_as_for_an_id_that_never_was(house: House):
    lead = house.lead("dispatched")
    house.attempt(lead, "dispute", house.signed_in("district", "chief"), reason_code="conflict")
    chief = house.signed_in("district", "chief")
    assert chief.get(lead.url).content == chief.get(f"/api/v1/leads/{NOBODY}").content


def test_foreign_message_is_answered_as_for_an_id_that_never_was(house: House):
    lead = house.lead("verifying")
    outsider = house.signed_in("market", "verifier")
    body = {"text": "?"}
    answers = [outsider.post(f"{url}/messages", body) for url in (lead.url, f"/api/v1/leads/{NOBODY}")]
    problem(answers[0], 404)
    assert answers[0].content == answers[1].content


# --- who asks ---


def test_nobody_signed_in_is_401(house: House, http: Client):
    lead = house.lead()
    for path in ("/api/v1/leads", lead.url, "/api/v1/me", "/api/v1/officers", "/api/v1/channels"):
        problem(http.get(path), 401, "unauthenticated")
    problem(http.post(f"{lead.url}/screen", house.given("screen"), {"If-Match": '"v1"'}), 401)


@pytest.mark.parametrize("cookie", ["", "x", "A" * 43, "A" * 5000])
def test_cookie_that_never_was_is_401(connect: Connect, cookie: str):
    problem(connect(cookie=cookie).get("/api/v1/me"), 401, "unauthenticated")


ENDS = {
    "past its end": "UPDATE sessions SET expires_at = now() WHERE officer_id = :id",
    "idle too long": "UPDATE sessions SET seen_at = now() - interval '31 minutes' WHERE officer_id = :id",
    "signed out": "UPDATE sessions SET ended_at = now() WHERE officer_id = :id",
    "account closed": "UPDATE officers SET active = false WHERE id = :id",
}


@pytest.mark.parametrize("how", ENDS)
def test_session_that_has_ended_is_401_and_says_so(house: House, intake: Client, how: str):
    assert intake.get("/api/v1/me").status_code == 200
    house.sql(ENDS[how], id=house.officer("city", "intake").id)
    problem(intake.get("/api/v1/me"), 401, "session_expired")
    problem(intake.post("/api/v1/tips", tip_body()), 401, "session_expired")


def test_closed_account_cannot_sign_in(house: House, http: Client):
    officer = make_officer(house.connection, house.agencies["city"], "intake", active=False, may_sign_in=True)
    answer = http.post("/api/v1/sessions", {"login": officer.login, "password": "correct horse battery staple"})
    problem(answer, 401, "bad_credentials")
