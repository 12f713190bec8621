"""Secondment: who may be seconded, what it opens and what it does not, and that it ends by itself."""

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from tests.database import as_owner
from tests.factories.house import House
from tests.factories.officers import Officer, make_officer
from tests.factories.secondments import URL, second, term


def pointers(answer: httpx.Response) -> list[str]:
    assert answer.status_code == 422, answer.text
    return [error["pointer"] for error in answer.json()["errors"]]


@pytest.fixture
def guest(house: House) -> Officer:
    """A verifier of the regulator, which has no part in any lead here."""
    return house.officer("market", "verifier")


@pytest.mark.parametrize("field", ["undertaking_number", "undertaking_signed_on"])
def test_without_an_undertaking_nobody_is_seconded(house: House, guest: Officer, field: str):
    body = term(house, guest)
    del body[field]
    answer = house.signed_in("city", "admin").post(URL, body)
    assert pointers(answer) == [f"/{field}"]
    assert house.value("SELECT count(*) FROM secondments") == 0


def test_database_keeps_no_secondment_without_an_undertaking(house: House, guest: Officer):
    with as_owner(house.connection), pytest.raises(IntegrityError), house.connection.begin_nested():
        house.connection.execute(
            text(
                "INSERT INTO secondments (officer_id, agency_id, roles, from_at, to_at, made_by)"
                " VALUES (:o, :a, '{reviewer}', now(), now() + interval '1 day', :o)"
            ),
            {"o": guest.id, "a": house.agencies["city"].id},
        )


def test_undertaking_is_signed_before_access_begins(house: House, guest: Officer):
    answer = house.signed_in("city", "admin").post(URL, term(house, guest, undertaking_signed_on="2099-01-01"))
    assert pointers(answer) == ["/undertaking_signed_on"]


@pytest.mark.parametrize("role", ["admin", "chief", "leader", "identity_desk", "auditor"])
def test_roles_that_decide_for_an_agency_are_not_given_by_secondment(house: House, guest: Officer, role: str):
    answer = house.signed_in("city", "admin").post(URL, term(house, guest, roles=[role]))
    assert pointers(answer) == ["/roles/0"]


def test_only_the_receiving_offices_administrator_seconds(house: House, guest: Officer):
    for place, role in (("market", "admin"), ("province", "admin"), ("city", "reviewer")):
        answer = house.signed_in(place, role).post(URL, term(house, guest))
        assert answer.status_code == 403, answer.text


def test_nobody_seconds_himself(house: House):
    both = make_officer(house.connection, house.agencies["market"], "verifier")
    admin = make_officer(house.connection, house.agencies["city"], "admin")
    assert house.sign_in(admin).post(URL, term(house, admin)).status_code == 403
    second(house, both)


def test_officers_are_seconded_to_an_office_that_is_not_their_own(house: House, guest: Officer):
    at_police = make_officer(house.connection, house.agencies["police"], "admin")
    answer = house.sign_in(at_police).post(URL, term(house, guest, agency_id=str(house.agencies["police"].id)))
    assert pointers(answer) == ["/agency_id"]
    own = house.officer("city", "intake")
    assert pointers(house.signed_in("city", "admin").post(URL, term(house, own))) == ["/officer_id"]


def test_two_terms_at_one_office_do_not_overlap(house: House, guest: Officer):
    second(house, guest)
    assert house.signed_in("city", "admin").post(URL, term(house, guest)).status_code == 409


def test_seconded_officer_sees_and_does_what_the_role_permits_at_the_office(house: House, guest: Officer):
    lead = house.lead("in_review")
    client = house.sign_in(guest)
    assert client.get(lead.url).status_code == 404
    second(house, guest)
    page = client.get(lead.url)
    assert page.status_code == 200
    assert "approve" in page.json()["allowed_actions"]
    assert page.json()["tips"][0]["narrative"] is not None
    assert house.attempt(lead, "approve", client).status_code == 200


def test_me_says_where_one_acts_and_until_when(house: House, guest: Officer):
    made = second(house, guest)
    me = house.sign_in(guest).get("/api/v1/me").json()
    assert me["roles"] == ["verifier"]
    assert me["secondments"] == [
        {"agency": made["agency"], "roles": ["reviewer"], "until": made["to"]},
    ]
    assert "leads:approve" in me["permissions"]


def test_access_ends_the_moment_the_term_ends(house: House, guest: Officer):
    lead = house.lead("in_review")
    made = second(house, guest)
    client = house.sign_in(guest)
    end = "UPDATE secondments SET to_at = now() + make_interval(secs => :left) WHERE id = :id"
    house.sql(end, id=made["id"], left=0.000001)
    assert client.get(lead.url).status_code == 200
    house.sql(end, id=made["id"], left=0)
    assert client.get(lead.url).status_code == 404
    assert client.get("/api/v1/leads").json()["items"] == []
    assert house.attempt(lead, "approve", client).status_code == 403
    assert client.get("/api/v1/me").json()["secondments"] == []


def test_term_to_come_opens_nothing_yet(house: House, guest: Officer):
    lead = house.lead()
    second(house, guest, **{"from": (datetime.now(UTC) + timedelta(days=1)).isoformat()})
    assert house.sign_in(guest).get(lead.url).status_code == 404


def test_revocation_ends_access_at_once(house: House, guest: Officer):
    lead = house.lead()
    made = second(house, guest)
    client, admin = house.sign_in(guest), house.signed_in("city", "admin")
    assert client.get(lead.url).status_code == 200
    assert house.signed_in("market", "admin").post(f"{URL}/{made['id']}/revoke").status_code == 403
    revoked = admin.post(f"{URL}/{made['id']}/revoke")
    assert (revoked.status_code, revoked.json()["state"]) == (200, "revoked")
    assert client.get(lead.url).status_code == 404
    assert admin.post(f"{URL}/{made['id']}/revoke").status_code == 409


def test_excluded_home_agency_still_excludes_the_seconded_officer(house: House, guest: Officer):
    second(house, guest)
    lead = house.lead(exclusions=[{"agency_id": str(house.agencies["market"].id)}])
    assert house.signed_in("city", "intake").get(lead.url).status_code == 200
    client = house.sign_in(guest)
    assert client.get(lead.url).status_code == 404
    assert client.get("/api/v1/leads").json()["items"] == []


def test_role_at_the_office_is_worth_nothing_at_home(house: House):
    """A verifier of the agency in charge, seconded to the office as its intake, does not answer for his own agency."""
    guest = make_officer(house.connection, house.agencies["district"], "auditor")
    second(house, guest, roles=["intake"])
    client = house.sign_in(guest)
    lead = house.lead("dispatched")
    # At home the officer may see that the lead moved, at the office also what was told, and there it is visible too.
    assert client.get(lead.url).status_code == 200
    assert house.attempt(lead, "acknowledge", client).status_code == 403


def test_role_at_home_is_worth_nothing_at_the_office(house: House):
    """A chief at home, seconded as intake: acknowledging belongs to the agency in charge, and that is another one."""
    guest = make_officer(house.connection, house.agencies["market"], "reviewer")
    second(house, guest, roles=["intake"])
    lead = house.lead("in_review")
    answer = house.attempt(lead, "approve", house.sign_in(guest))
    assert (answer.status_code, answer.json()["rule"]) == (403, "not_at_desk")


def test_texts_are_read_where_the_role_for_it_is_held(house: House):
    """An auditor of the office reads no text there, whatever he may read at home."""
    auditor = make_officer(house.connection, house.agencies["city"], "auditor")
    made = second_to_province(house, auditor)
    assert made["agency"]["id"] == str(house.agencies["province"].id)
    lead = house.lead()
    house.sql("UPDATE leads SET visible_to = ARRAY[CAST(:city AS uuid)]", city=house.agencies["city"].id)
    client = house.sign_in(auditor)
    assert client.get(lead.url).json()["tips"][0]["narrative"] is None
    assert client.get(f"{lead.url}/messages").status_code == 403
    assert client.get(f"{lead.url}/notes").status_code == 403


def second_to_province(house: House, officer: Officer) -> dict[str, Any]:
    admin = house.signed_in("province", "admin")
    answer = admin.post(URL, term(house, officer, agency_id=str(house.agencies["province"].id)))
    assert answer.status_code == 201, answer.text
    return answer.json()  # type: ignore[no-any-return]


def test_officer_of_the_agency_that_verified_does_not_review_by_secondment(house: House):
    guest = make_officer(house.connection, house.agencies["district"], "auditor")
    second(house, guest)
    lead = house.lead("in_review")
    answer = house.attempt(lead, "approve", house.sign_in(guest))
    assert (answer.status_code, answer.json()["rule"]) == (403, "same_agency")


def test_seconded_verifier_verifies_for_the_office(house: House, guest: Officer):
    own = house.officer("city", "verifier")
    second(house, guest, roles=["verifier"])
    pair = [str(guest.id), str(own.id)]
    lead = house.lead("registered")
    house.act(lead, "dispatch", "city", "dispatcher", agency_id=str(house.agencies["city"].id))
    house.act(lead, "acknowledge", "city", "chief")
    started = house.attempt(lead, "start_verification", house.sign_in(guest), verifier_ids=pair)
    assert started.status_code == 200, started.text
    assert house.attempt(lead, "start_verification/confirmation", house.sign_in(own)).status_code == 200
    row = house.sql("SELECT * FROM leads WHERE id = :id", id=lead.id)[0]
    assert row.held_by_agency_id == house.agencies["city"].id
    assert set(row.verifier_agency_ids) == {house.agencies["city"].id, house.agencies["market"].id}


def test_register_lists_secondments_by_page(house: House, guest: Officer):
    second(house, guest)
    second(house, house.officer("discipline", "verifier"))
    admin = house.signed_in("city", "admin")
    first = admin.get(URL, limit=1).json()
    rest = admin.get(URL, limit=1, cursor=first["next_cursor"]).json()
    assert [len(first["items"]), len(rest["items"]), rest["next_cursor"]] == [1, 1, None]
    assert admin.get(URL, running=False).json()["items"] == []
    assert house.signed_in("city", "intake").get(URL).status_code == 403
    assert admin.get(URL, cursor="x").status_code == 422
