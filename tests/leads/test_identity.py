"""Sealed identity by HTTP: what the server takes, who may ask, grant, open and read, and who is told."""

import base64
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from huiyin.kit.base64url import bytes_of, text_of
from huiyin.tips.identity_desk import end_expired
from huiyin.tips.key_recovery import unwrap
from huiyin.tips.sealed_identity import ENVELOPE_BYTES, opening_info, seal
from tests.database import as_owner
from tests.factories.house import House, Lead
from tests.factories.identities import (
    PASSPHRASE,
    SOMEBODY,
    DeskKey,
    Opening,
    asked,
    file_with_identity,
    new_pair,
    publish_key,
    wrapping,
)
from tests.factories.tips import ReceiptCode, tip_body

KEYS = "/api/v1/identity-keys"


@pytest.fixture
def key(house: House) -> DeskKey:
    """The desk's key, in use."""
    return publish_key(house)


@pytest.fixture
def lead(house: House, key: DeskKey) -> Lead:
    """A lead in the hands of the district, whose reporter left an identity."""
    lead = file_with_identity(house, key)
    house.walk(lead, "received", "signed")
    return lead


@pytest.fixture
def opening(house: House, lead: Lead) -> Opening:
    """Asked for by the city's intake."""
    return asked(house, lead)


def events(house: House, lead: Lead) -> list[str]:
    rows = house.sql("SELECT event FROM events WHERE lead_id = :id AND event LIKE 'identity:%' ORDER BY id", id=lead.id)
    return [row.event for row in rows]


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


WRONG: dict[str, dict[str, Any]] = {
    "/identity/suite": {"suite": "i2"},
    "/identity/key_version": {"key_version": 2},
    "/identity/envelope": {"envelope": text_of(b"\4" * (ENVELOPE_BYTES - 1))},
}


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
    house.walk(lead, "received", "signed")
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
    guest = {
        "officer_id": str(house.officer("district", "chief").id),
        "agency_id": str(house.agencies["city"].id),
        "roles": ["verifier"],
        "from": "2026-01-01T00:00:00+08:00",
        "to": "2099-01-01T00:00:00+08:00",
        "undertaking_number": "1号",
        "undertaking_signed_on": "2026-01-01",
    }
    assert house.signed_in("city", "admin").post("/api/v1/secondments", guest).status_code == 201
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


# Terms


def later(house: House, hours: int) -> None:
    """As if so many hours had passed."""
    house.sql(
        "UPDATE identity_openings SET asked_at = asked_at - make_interval(hours => :hours),"
        " opened_at = opened_at - make_interval(hours => :hours),"
        " expires_at = expires_at - make_interval(hours => :hours)",
        hours=hours,
    )


def test_after_the_term_nothing_is_read_and_the_ciphertext_is_destroyed(
    house: House, key: DeskKey, lead: Lead, opening: Opening, session: Session
):
    opening.decide()
    opening.hand_over(key)
    later(house, 25)
    answer = opening.read()
    assert (answer.status_code, answer.json()["state"]) == (409, "ended")
    session.execute(text("SELECT set_config('huiyin.readers', '', true), set_config('huiyin.principals', '', true)"))
    assert end_expired(session) == 1
    assert end_expired(session) == 0
    session.commit()
    assert house.value("SELECT envelope FROM identity_openings") is None
    assert events(house, lead)[-1] == "identity:end"


def test_asker_ends_it_early(house: House, key: DeskKey, opening: Opening):
    opening.decide()
    opening.hand_over(key)
    assert house.signed_in("district", "chief").post(f"{opening.url}/end").status_code == 403
    ended = house.signed_in("city", "intake").post(f"{opening.url}/end")
    assert ended.json()["state"] == "ended"
    assert house.value("SELECT envelope FROM identity_openings") is None
    assert opening.read().status_code == 409


def test_request_that_nobody_opened_lapses(house: House, key: DeskKey, opening: Opening):
    opening.decide()
    later(house, 8 * 24)
    assert house.signed_in("city", "identity_desk").get("/api/v1/identity-desk/openings").json() == {"items": []}
    seen = house.signed_in("city", "intake").get(f"{opening.lead.url}/identity").json()
    assert (seen["items"][0]["state"], seen["may_ask"]) == ("lapsed", [str(opening.lead.tip_id)])


# Who is told


def test_reporter_is_told_who_opened_it_why_and_until_when_and_no_officers_name(
    house: House, key: DeskKey, lead: Lead, opening: Opening
):
    opening.decide()
    assert house.receipt(lead)["openings"] == []
    opening.hand_over(key)
    (told,) = house.receipt(lead)["openings"]
    assert (told["agency"], told["purpose"]) == ("测试市扫黑办", "verify")
    assert datetime.fromisoformat(told["until"]) - datetime.fromisoformat(told["at"]) == timedelta(hours=24)
    assert house.officer("city", "intake").name not in str(house.receipt(lead))


def withheld(house: House, opening: Opening, days: int = 30, role: str = "reviewer") -> int:
    until = (datetime.now(UTC) + timedelta(days=days)).isoformat()
    body = {"until": until, "reason": "可能惊动被核查人"}
    return house.signed_in("city", role).post(f"{opening.url}/withholding", body).status_code


def test_reporter_is_not_told_while_a_reviewer_recorded_why_and_is_told_when_that_ends(
    house: House, key: DeskKey, lead: Lead, opening: Opening
):
    opening.decide()
    assert withheld(house, opening) == 200
    opening.hand_over(key)
    assert house.receipt(lead)["openings"] == []
    house.sql("UPDATE identity_openings SET withheld_until = now() - interval '1 minute'")
    assert len(house.receipt(lead)["openings"]) == 1


def test_reporter_is_told_with_the_answer_at_the_latest(house: House, key: DeskKey, lead: Lead, opening: Opening):
    opening.decide()
    withheld(house, opening)
    opening.hand_over(key)
    house.walk(lead, "signed", "answered")
    assert len(house.receipt(lead)["openings"]) == 1


def test_withholding_needs_a_reviewer_and_has_a_limit(house: House, lead: Lead, opening: Opening):
    assert withheld(house, opening, role="intake") == 403
    assert withheld(house, opening, days=181) == 422
    assert withheld(house, opening, days=-1) == 422
    own = asked(house, lead, "city", "reviewer")
    assert withheld(house, own) == 403


def test_auditors_are_told_of_every_request_and_of_no_reason(house: House, key: DeskKey, opening: Opening):
    opening.decide()
    opening.hand_over(key)
    auditor = house.signed_in("city", "auditor")
    (item,) = auditor.get("/api/v1/identity-openings").json()["items"]
    assert (item["state"], item["reason"], item["lead"]["id"]) == ("opened", None, str(opening.lead.id))
    assert item["opened_by"]["id"] == str(house.officer("city", "identity_desk").id)
    assert house.signed_in("city", "intake").get("/api/v1/identity-openings").status_code == 403
    assert house.signed_in("market", "auditor").get("/api/v1/identity-openings").json()["items"] == []


def test_auditors_list_has_pages(house: House, lead: Lead, opening: Opening):
    asked(house, lead, "city", "reviewer")
    auditor = house.signed_in("city", "auditor")
    first = auditor.get("/api/v1/identity-openings", limit=1).json()
    second = auditor.get("/api/v1/identity-openings", limit=1, cursor=first["next_cursor"]).json()
    assert [first["items"][0]["id"] != opening.id, second["items"][0]["id"]] == [True, opening.id]
    assert second["next_cursor"] is None
    assert (
        auditor.get("/api/v1/identity-openings", cursor=base64.urlsafe_b64encode(b'["x"]').decode()).status_code == 422
    )


# The desk's keys


def test_key_is_kept_wrapped_and_only_the_desk_gets_it(house: House, key: DeskKey):
    (item,) = house.signed_in("city", "identity_desk").get(KEYS).json()["items"]
    assert unwrap(item["wrapping"], key.pair.public, PASSPHRASE) == key.pair.secret
    for place, role in (("city", "intake"), ("city", "admin"), ("city", "auditor"), ("district", "chief")):
        assert house.signed_in(place, role).get(KEYS).status_code == 403
    everything = str(house.sql("SELECT k::text FROM identity_keys k"))
    assert key.pair.secret.hex() not in everything


def test_two_keys_of_one_version_are_not_published(house: House, key: DeskKey):
    pair = new_pair()
    body = {"version": 1, "suite": "i1", "public_key": pair.text, "wrapping": wrapping(pair)}
    desk = house.signed_in("city", "identity_desk")
    assert desk.post(KEYS, body).status_code == 409
    assert desk.post(KEYS, body | {"version": 3}).status_code == 409
    assert desk.post(KEYS, body | {"version": 2, "public_key": key.pair.text}).status_code == 409
    weak = wrapping(pair) | {"iterations": 1000}
    assert desk.post(KEYS, body | {"version": 2, "wrapping": weak}).status_code == 422


def test_recovered_key_is_put_back_under_a_new_passphrase_and_no_other_key_in_its_place(house: House, key: DeskKey):
    desk, other = house.signed_in("city", "identity_desk"), new_pair()
    put = {"public_key": other.text, "wrapping": wrapping(other)}
    assert desk.put(f"{KEYS}/1/wrapping", put).status_code == 422
    put = {"public_key": key.pair.text, "wrapping": wrapping(key.pair)}
    assert desk.put(f"{KEYS}/1/wrapping", put).status_code == 200
    assert desk.put(f"{KEYS}/2/wrapping", put).status_code == 404
    assert house.sql("SELECT event FROM events ORDER BY id DESC LIMIT 1")[0].event == "identity_key:rewrap"


def resealed(old: DeskKey, new: DeskKey, items: list[dict[str, Any]]) -> list[dict[str, str]]:
    """What the desk's browser does with a batch."""
    from huiyin.tips.sealed_identity import desk_info

    return [
        {
            "tip_id": item["tip_id"],
            "envelope": text_of(seal(new.pair.public, desk_info(new.version, item["binding"]), old.open(item))),
        }
        for item in items
    ]


def test_rotation_is_done_in_batches_can_be_stopped_and_loses_nothing(house: House, key: DeskKey, session: Session):
    leads = [file_with_identity(house, key) for _ in range(3)]
    new, desk = publish_key(house, 2), house.signed_in("city", "identity_desk")
    assert house.connect().get("/api/v1/public/identity-key").json()["key"]["version"] == 2
    batch = desk.get(f"{KEYS}/1/envelopes").json()
    assert batch["left"] == 3
    done = resealed(key, new, batch["items"])
    first = desk.post(f"{KEYS}/1/resealing", {"to_version": 2, "items": done[:1]})
    assert first.json() == {"resealed": 1, "left": 2}
    again = desk.post(f"{KEYS}/1/resealing", {"to_version": 2, "items": done})
    assert again.json() == {"resealed": 2, "left": 0}, "what was done before the stop is left as it is"
    end_expired(session)
    session.commit()
    destroyed = house.value("SELECT wrapped IS NULL AND destroyed_at IS NOT NULL FROM identity_keys WHERE version = 1")
    assert destroyed
    opening = asked(house, leads[0])
    opening.decide("province", "leader")
    opening.hand_over(new)
    assert opening.opened(opening.read()) == SOMEBODY


def test_retired_key_that_still_opens_something_is_not_destroyed(house: House, key: DeskKey, session: Session):
    file_with_identity(house, key)
    publish_key(house, 2)
    end_expired(session)
    assert house.value("SELECT wrapped IS NOT NULL FROM identity_keys WHERE version = 1")


def test_present_key_is_not_resealed_to_itself(house: House, key: DeskKey):
    lead = file_with_identity(house, key)
    items = [{"tip_id": str(lead.tip_id), "envelope": key.envelope(ReceiptCode())["envelope"]}]
    desk = house.signed_in("city", "identity_desk")
    assert desk.post(f"{KEYS}/1/resealing", {"to_version": 1, "items": items}).status_code == 409
    assert desk.post(f"{KEYS}/2/resealing", {"to_version": 1, "items": items}).status_code == 404


# Underneath


def test_tip_whose_key_is_destroyed_keeps_no_identity(house: House, key: DeskKey, lead: Lead, opening: Opening):
    opening.decide()
    opening.hand_over(key)
    house.sql("UPDATE tips SET wrapped_key = NULL WHERE id = :id", id=lead.tip_id)
    assert house.value("SELECT count(*) FROM identity_envelopes") == 0
    assert house.value("SELECT envelope FROM identity_openings") is None


def test_database_itself_refuses_an_asker_who_grants(house: House, opening: Opening):
    with as_owner(house.connection), pytest.raises(Exception, match="four_eyes"), house.connection.begin_nested():
        house.connection.execute(
            text("UPDATE identity_openings SET agreed = true, decided_by = asked_by, decided_agency_id = NULL")
        )


def test_without_the_desk_or_the_lead_no_envelope_is_seen(house: House, key: DeskKey, lead: Lead):
    for name in ("readers", "principals", "acting_on", "receipt", "identity_desk"):
        house.connection.execute(text(f"SELECT set_config('huiyin.{name}', '', true)"))
    assert house.connection.execute(text("SELECT count(*) FROM identity_envelopes")).scalar_one() == 0
    assert house.connection.execute(text("SELECT identity_lead(:tip)"), {"tip": lead.tip_id}).scalar_one() is None
    assert bytes_of(key.pair.text)[0] == 4
