"""Sealed identity by HTTP: what the server takes, and who may ask, grant, open and read."""

from typing import Any

import pytest

from huiyin.kit.crypto.base64url import text_of
from huiyin.tips.identity.envelope import ENVELOPE_BYTES, opening_info, seal
from tests.factories.house import House, Lead
from tests.factories.identities import (
    KEYS,
    SOMEBODY,
    DeskKey,
    Opening,
    asked,
    events,
    file_with_identity,
    new_pair,
    publish_key,
)
from tests.factories.secondments import second
from tests.factories.tips import ReceiptCode, tip_body

WRONG: dict[str, dict[str, Any]] = {
    "/identity/suite": {"suite": "i2"},
    "/identity/key_version": {"key_version": 2},
    "/identity/envelope": {"envelope": text_of(b"\4" * (ENVELOPE_BYTES - 1))},
}


# What the form sends


def test_form_is_told_the_key_and_before_there_is_one_that_there_is_none(house: House):
    assert house.connect().get("/api/v1/public/identity-key").json() == {"key": None}
    key = publish_key(house)
    told = house.connect().get("/api/v1/public/identity-key").json()["key"]
    assert told == {"version": 1, "suite": "i1", "public_key": key.pair.text}


def test_somebody_and_nobody_look_alike_to_everyone_but_the_desk(house: House, key: DeskKey):
    leads = [file_with_identity(house, key, who) for who in (SOMEBODY, None)]
    sizes = house.sql("SELECT octet_length(envelope) AS size FROM identity_envelopes")
    assert [row.size for row in sizes] == [ENVELOPE_BYTES] * 2
    staff = house.signed_in("city", "intake")
    seen = [staff.get(f"{lead.url}/identity").json() for lead in leads]
    assert seen == [{"may_ask": [str(lead.tip_id)], "items": []} for lead in leads]


@pytest.mark.parametrize("pointer", WRONG)
def test_envelope_of_another_suite_size_or_key_is_refused_by_its_field(house: House, key: DeskKey, pointer: str):
    code = ReceiptCode()
    before = house.value("SELECT count(*) FROM tips")
    answer = house.connect().post("/api/v1/public/tips", tip_body(code, identity=key.envelope(code) | WRONG[pointer]))
    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]
    assert house.value("SELECT count(*) FROM tips") == before


def test_identity_in_clear_is_refused(house: House, key: DeskKey):
    body = tip_body(identity={"name": SOMEBODY.name, "contacts": "", "document": ""})
    assert house.connect().post("/api/v1/public/tips", body).status_code == 422


def test_tip_without_an_envelope_is_refused_once_the_desk_has_a_key(house: House, key: DeskKey):
    """Otherwise those who leave no identity could be told from those who do."""
    before = house.value("SELECT count(*) FROM tips")
    for missing in ({}, {"identity": None}):
        answer = house.connect().post("/api/v1/public/tips", tip_body(**missing))
        assert answer.status_code == 422
        (error,) = answer.json()["errors"]
        assert (error["pointer"], error["code"]) == ("/identity", "identity_required")
    assert house.value("SELECT count(*) FROM tips") == before


def test_tip_from_before_the_desk_had_a_key_is_taken_and_nobody_can_ask(house: House):
    lead = house.file()
    publish_key(house)
    staff = house.signed_in("city", "intake")
    assert staff.get(f"{lead.url}/identity").json() == {"may_ask": [], "items": []}
    body = {"tip_id": str(lead.tip_id), "purpose": "verify", "reason": "核对", "public_key": new_pair().text}
    assert staff.post(f"{lead.url}/identity/openings", body).status_code == 422


# The whole way


def test_identity_reaches_the_asker_alone_and_every_step_is_an_event(
    house: House, key: DeskKey, lead: Lead, opening: Opening
):
    assert opening.read().status_code == 409
    assert opening.decide().status_code == 200
    assert opening.hand_over(key).status_code == 204
    answer = opening.read()
    assert answer.status_code == 200
    assert opening.opened(answer) == SOMEBODY
    assert opening.read("city", "reviewer").status_code == 403
    assert opening.read("district", "verifier").status_code == 403
    assert events(house, lead) == ["identity:ask", "identity:grant", "identity:open", "identity:read"]


def test_somebody_anonymous_reads_as_such_after_the_whole_way(house: House, key: DeskKey):
    lead = file_with_identity(house, key, None)
    house.walk(lead, "received", "acknowledged")
    opening = asked(house, lead)
    opening.decide()
    opening.hand_over(key)
    assert opening.opened(opening.read()) is None


@pytest.mark.parametrize(("place", "role"), [("city", "reviewer"), ("city", "leader")])
def test_officer_of_the_askers_agency_does_not_grant(house: House, opening: Opening, place: str, role: str):
    answer = opening.decide(place, role)
    assert (answer.status_code, answer.json()["rule"]) == (403, "askers_agency")


def test_officer_without_the_permission_neither_asks_nor_grants(house: House, lead: Lead, opening: Opening):
    assert opening.decide("district", "verifier").status_code == 403
    body = {"tip_id": str(lead.tip_id), "purpose": "verify", "reason": "核对", "public_key": new_pair().text}
    for place, role in (("district", "chief"), ("city", "auditor"), ("city", "identity_desk"), ("city", "admin")):
        answer = house.signed_in(place, role).post(f"{lead.url}/identity/openings", body)
        assert answer.status_code == 403, (place, role)


def test_officer_who_is_seconded_to_the_askers_agency_does_not_grant(house: House, lead: Lead):
    second(house, house.officer("district", "chief"), roles=["verifier"])
    answer = asked(house, lead).decide()
    assert (answer.status_code, answer.json()["rule"]) == (403, "askers_agency")


def test_request_is_decided_once(opening: Opening):
    assert opening.decide(agreed=False).status_code == 200
    again = opening.decide()
    assert (again.status_code, again.json()["state"]) == (409, "refused")


def test_desk_sees_nothing_before_it_is_granted_and_hands_over_once(house: House, key: DeskKey, opening: Opening):
    desk = house.signed_in("city", "identity_desk")
    envelope = text_of(seal(opening.pair.public, opening_info(opening.id), None))
    url = f"/api/v1/identity-desk/openings/{opening.id}/envelope"
    assert desk.get("/api/v1/identity-desk/openings").json() == {"items": []}
    assert desk.post(url, {"envelope": envelope}).status_code == 404
    opening.decide()
    assert opening.hand_over(key).status_code == 204
    assert desk.post(url, {"envelope": envelope}).status_code == 409
    assert desk.get("/api/v1/identity-desk/openings").json() == {"items": []}


def test_desk_officer_who_granted_does_not_open(house: House, key: DeskKey, opening: Opening):
    chief = house.officer("district", "chief")
    house.sql("UPDATE officers SET roles = roles || '{identity_desk}' WHERE id = :id", id=chief.id)
    opening.decide()
    answer = opening.hand_over(key, "district", "chief")
    assert (answer.status_code, answer.json()["rule"]) == (403, "third_person")


def test_one_officer_asks_once_at_a_time(house: House, lead: Lead, opening: Opening):
    body = {"tip_id": str(lead.tip_id), "purpose": "reward", "reason": "奖励", "public_key": new_pair().text}
    who = house.signed_in("city", "intake")
    assert who.post(f"{lead.url}/identity/openings", body).status_code == 409
    opening.decide(agreed=False)
    assert who.post(f"{lead.url}/identity/openings", body).status_code == 201


@pytest.mark.parametrize(
    ("field", "value"),
    [("hours", 0), ("hours", 73), ("purpose", "curiosity"), ("public_key", text_of(b"\4" * 65)), ("reason", "")],
)
def test_bad_request_names_its_field(house: House, lead: Lead, field: str, value: Any):
    body = {"tip_id": str(lead.tip_id), "purpose": "verify", "reason": "核对", "public_key": new_pair().text}
    answer = house.signed_in("city", "intake").post(f"{lead.url}/identity/openings", body | {field: value})
    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.json()["errors"]] == [f"/{field}"]


# Exclusion


def test_excluded_officers_find_nothing_wherever_they_look(house: House, key: DeskKey, lead: Lead, opening: Opening):
    opening.decide()
    opening.hand_over(key)
    assert opening.read().status_code == 200
    other = asked(house, lead, "city", "reviewer")
    other.decide()
    for place, role in (("city", "intake"), ("district", "chief"), ("city", "auditor"), ("city", "identity_desk")):
        officer = house.officer(place, role)
        house.sql(
            "UPDATE leads SET hidden_from = hidden_from || CAST(:id AS uuid) WHERE id = :lead",
            id=officer.id,
            lead=lead.id,
        )
        client = house.sign_in(officer)
        for method, url, body in (
            ("GET", f"{lead.url}/identity", None),
            ("POST", f"{opening.url}/reading", {}),
            ("POST", f"{opening.url}/decision", {"agreed": True}),
            ("POST", f"/api/v1/identity-desk/openings/{other.id}/envelope", {"envelope": "A" * 2839}),
        ):
            answer = client.request(method, url, json=body)
            assert answer.status_code in {403, 404}, (role, url)
            assert not (answer.status_code == 403 and "permission" not in answer.json()), (role, url)
        for url in ("/api/v1/identity-desk/openings", f"{KEYS}/1/envelopes", "/api/v1/identity-openings"):
            answer = client.get(url)
            assert answer.status_code == 403 or answer.json()["items"] == [], (role, url)
