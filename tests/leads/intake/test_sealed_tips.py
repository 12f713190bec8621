"""Sealed tips: refused in clear, seen by the discipline agency alone, opened in its browser, answered in envelopes."""

import base64
import json
import secrets
from typing import Any
from uuid import uuid4

import httpx
import pytest

from huiyin.kit.crypto.hpke import NotAnEnvelope
from huiyin.settings import settings
from huiyin.tips.sealed import envelope as s1
from tests.factories.house import House, Lead
from tests.factories.identities import new_pair
from tests.factories.reporting.sealed import TOLD, AgencyKey, Reporter, file_sealed, publish_sealed_key, sealed_body
from tests.factories.tips import tip_body


@pytest.fixture
def key(house: House) -> AgencyKey:
    return publish_sealed_key(house)


def fields_of(answer: httpx.Response) -> dict[str, str]:
    assert answer.status_code == 422, answer.text
    return {error["pointer"]: error["code"] for error in answer.json()["errors"]}


def file(house: House, body: dict[str, Any]) -> httpx.Response:
    return house.connect().post("/api/v1/public/tips", body)


def read(house: House, lead: Lead, place: str = "discipline", role: str = "verifier") -> httpx.Response:
    return house.signed_in(place, role).post(f"{lead.url}/sealed-tips/{lead.tip_id}/reading")


CLEAR = [
    ("narrative", "他通风报信", "/narrative"),
    ("title", "题目", "/title"),
    ("place", "河口砂场", "/place"),
    ("sector", "mining", "/sector"),
    ("subjects", [{"kind": "person", "name": "某局长"}], "/subjects"),
    ("exclusions", [{"official": "某局长"}], "/exclusions"),
    ("occurred", {"kind": "unknown", "note": "去年"}, "/occurred/note"),
]


@pytest.mark.parametrize(("field", "value", "pointer"), CLEAR)
def test_each_thing_that_is_told_in_clear_beside_the_envelope_is_refused_by_its_name(
    house: House, key: AgencyKey, field: str, value: Any, pointer: str
):
    answer = file(house, sealed_body(Reporter(), key, **{field: value}))
    assert fields_of(answer) == {pointer: "sealed_tip"}
    assert house.value("SELECT count(*) FROM tips") == 0


def test_how_long_it_goes_on_is_more_than_the_day(house: House, key: AgencyKey):
    occurred = {"kind": "ongoing", "at": "2026-03-03T00:00:00+08:00"}
    assert fields_of(file(house, sealed_body(Reporter(), key, occurred=occurred))) == {"/occurred/kind": "sealed_tip"}


def test_what_is_told_in_clear_is_refused_before_anything_is_looked_up_by_it(house: House, key: AgencyKey):
    subjects = [{"kind": "agency", "agency_id": str(uuid4())}]
    answer = file(house, sealed_body(Reporter(), key, subjects=subjects, conduct="no_such_conduct"))
    assert fields_of(answer) == {"/subjects": "sealed_tip"}


def test_all_that_is_told_in_clear_is_named_at_once(house: House, key: AgencyKey):
    answer = file(house, sealed_body(Reporter(), key, **{field: value for field, value, _ in CLEAR}))
    assert set(fields_of(answer)) == {pointer for _, _, pointer in CLEAR}


def test_time_of_day_and_a_township_are_too_fine(house: House, key: AgencyKey):
    house.sql(
        "INSERT INTO regions (code, name, level, parent_code, path)"
        " SELECT '430104001', '某街道', 'township', code, array_append(path, '430104001') FROM regions"
        " WHERE code = '430104'"
    )
    occurred = {"at": "2026-03-03T10:20:00+08:00"}
    answer = file(house, sealed_body(Reporter(), key, occurred=occurred, region_code="430104001"))
    assert fields_of(answer) == {"/occurred/at": "too_fine", "/region_code": "too_fine"}


def test_tip_without_words_and_without_envelope_is_refused(house: House):
    body = tip_body()
    del body["narrative"]
    assert fields_of(file(house, body)) == {"/narrative": "string_too_short"}


def test_envelope_of_another_size_is_refused_by_its_field(house: House, key: AgencyKey):
    body = sealed_body(Reporter(), key)
    assert fields_of(file(house, body | {"sealed": body["sealed"] | {"body": "A" * 500}})) == {
        "/sealed/body": "wrong_size"
    }
    assert fields_of(file(house, body | {"sealed": body["sealed"] | {"to_agency": "A" * 150}})) == {
        "/sealed/to_agency": "wrong_size"
    }


def test_only_the_present_key_of_an_agency_of_the_region_is_sealed_to(house: House, key: AgencyKey):
    assert fields_of(file(house, sealed_body(Reporter(), key, region_code="430000"))) == {
        "/sealed/key_id": "other_region"
    }
    publish_sealed_key(house, 2)
    assert fields_of(file(house, sealed_body(Reporter(), key))) == {"/sealed/key_id": "old_sealed_key"}


def test_form_is_told_which_agencies_take_sealed_tips_or_why_none_does(house: House):
    ask = house.connect()
    assert ask.get("/api/v1/public/sealed-keys?region=430104").json() == {"items": [], "reason": "no_key"}
    assert ask.get("/api/v1/public/sealed-keys?region=440100").json() == {"items": [], "reason": "no_agency"}
    key = publish_sealed_key(house)
    found = ask.get("/api/v1/public/sealed-keys?region=430104").json()
    assert [(item["id"], item["public_key"], item["agency"]["name"]) for item in found["items"]] == [
        (key.id, key.pair.text, "测试市纪委监委")
    ]
    assert "wrap" not in json.dumps(found)


def test_only_a_discipline_agency_makes_a_key_and_only_its_officers_get_it(house: House, key: AgencyKey):
    body = {"version": 1, "suite": "s1", "public_key": new_pair().text} | {
        "wrapping": house.signed_in("discipline", "verifier").get("/api/v1/sealed-keys").json()["items"][0]["wrapping"]
    }
    assert house.signed_in("police", "chief").post("/api/v1/sealed-keys", body).json()["rule"] == "not_discipline"
    assert house.signed_in("discipline", "verifier").post("/api/v1/sealed-keys", body).status_code == 403
    assert house.signed_in("police", "chief").get("/api/v1/sealed-keys").json() == {"items": []}
    assert house.signed_in("city", "intake").get("/api/v1/sealed-keys").status_code == 403
    change = {"public_key": key.pair.text, "wrapping": body["wrapping"]}
    assert house.signed_in("police", "chief").put(f"/api/v1/sealed-keys/{key.id}/wrapping", change).status_code == 404
    assert (
        house.signed_in("discipline", "chief").put(f"/api/v1/sealed-keys/{key.id}/wrapping", change).status_code == 200
    )


def test_sealed_tip_is_a_lead_of_the_discipline_agency_and_of_nobody_else(house: House, key: AgencyKey):
    lead, _ = file_sealed(house, key)
    for place, role in (("city", "intake"), ("province", "reviewer"), ("police", "chief"), ("city", "auditor")):
        who = house.signed_in(place, role)
        assert who.get(lead.url).status_code == 404
        assert who.get("/api/v1/leads").json()["items"] == []
        assert who.post(f"{lead.url}/sealed-tips/{lead.tip_id}/reading").status_code in {403, 404}
    assert (house.receipt(lead)["stage"], house.receipt(lead)["handled_by"]) == ("accepted", "discipline")
    (row,) = house.signed_in("discipline", "verifier").get("/api/v1/leads").json()["items"]
    assert (row["state"], row["nature"], row["conduct"]) == ("dispatched", "umbrella", "sheltering")
    assert row["held_by"]["agency"]["name"] == "测试市纪委监委"
    (tip,) = house.signed_in("discipline", "verifier").get(lead.url).json()["tips"]
    assert tip["sealed_for"]["name"] == "测试市纪委监委"
    assert (tip["readable"], tip["narrative"], tip["subjects"]) == (False, None, [])


def test_database_itself_shows_envelopes_to_nobody_else(house: House, key: AgencyKey):
    file_sealed(house, key)
    for name in ("readers", "principals", "acting_on", "receipt", "keeping"):
        house.connection.exec_driver_sql(f"SELECT set_config('huiyin.{name}', '', true)")
    assert house.connection.exec_driver_sql("SELECT count(*) FROM sealed_envelopes").scalar_one() == 0


def test_agency_opens_what_was_told_and_each_reading_is_an_event(house: House, key: AgencyKey):
    lead, reporter = file_sealed(house, key)
    for _ in range(2):
        item = read(house, lead).json()
        told = key.open("tip", item["binding"], item)
    assert {name: told[name] for name in TOLD} == TOLD
    assert told["reply"] == reporter.pair.text
    assert (
        house.value("SELECT count(*) FROM events WHERE event = 'sealed_tip:read' AND matter_id = :id", id=lead.id) == 2
    )


def test_key_of_another_agency_opens_nothing(house: House, key: AgencyKey):
    lead, _ = file_sealed(house, key)
    item = read(house, lead).json()
    with pytest.raises(NotAnEnvelope):
        AgencyKey(key.id, new_pair()).open("tip", item["binding"], item)


def test_nothing_of_it_is_indexed_linked_or_found(house: House, key: AgencyKey):
    lead, _ = file_sealed(house, key)
    file_sealed(house, key)
    for table in ("tip_words", "selectors", "tip_terms", "tip_signs"):
        assert house.value(f"SELECT count(*) FROM {table}") == 0
    assert house.value("SELECT count(*) FROM next_to_index(10)") == 0
    found = house.signed_in("discipline", "verifier").get("/api/v1/leads/search?q=砂场").json()
    assert found["items"] == []
    assert house.signed_in("discipline", "verifier").get(f"{lead.url}/links").json()["items"] == []


def test_office_learns_day_county_and_conduct_of_a_sealed_tip_and_no_id(
    house: House, key: AgencyKey, monkeypatch: pytest.MonkeyPatch
):
    leads = [file_sealed(house, key)[0] for _ in range(2)]
    file_sealed(house, key, conduct="dereliction")
    page = house.signed_in("city", "intake").get("/api/v1/sealed-tips?limit=1").json()
    rest = house.signed_in("city", "intake").get(f"/api/v1/sealed-tips?cursor={page['next_cursor']}").json()
    rows = [*page["items"], *rest["items"]]
    assert sorted((row["conduct"], row["region"]["code"], row["count"]) for row in rows) == [
        ("dereliction", "430104", 1),
        ("sheltering", "430104", 2),
    ]
    assert not [lead for lead in leads if str(lead.id) in str(rows) or str(lead.tip_id) in str(rows)]
    assert house.signed_in("police", "chief").get("/api/v1/sealed-tips").status_code == 403
    hidden = settings().model_copy(update={"sealed_tips_known": False})
    monkeypatch.setattr("huiyin.tips.sealed.keys.settings", lambda: hidden)
    assert house.signed_in("city", "intake").get("/api/v1/sealed-tips").json()["items"] == []


def test_dialogue_goes_both_ways_in_envelopes_and_in_nothing_else(house: House, key: AgencyKey):
    lead, reporter = file_sealed(house, key)
    house.act(lead, "acknowledge", "discipline", "chief")
    officer, verifier = house.signed_in("discipline", "verifier"), {}
    officers = [str(house.officer("discipline", role).id) for role in ("verifier", "verifier second")]
    verifier = {"verifier_ids": officers}
    house.act(lead, "start_verification", "discipline", "verifier", **verifier)
    sealing = house.receipt(lead)["sealed"]
    assert (sealing["agency"], sealing["key_id"]) == ("测试市纪委监委", key.id)

    clear = house.connect().post("/api/v1/public/receipts/messages", {"token": lead.code.token, "text": "又来了"})
    assert fields_of(clear) == {"/text": "sealed_tip"}
    assert fields_of(officer.post(f"{lead.url}/messages", {"text": "哪一天？"})) == {"/text": "sealed_tip"}

    said = reporter.text(key, "message/reporter", {"text": "他昨天又打了电话"})
    sent = house.connect().post("/api/v1/public/receipts/messages", {"token": lead.code.token, "sealed": said})
    assert sent.status_code == 201, sent.text
    asked = officer.post(
        f"{lead.url}/messages", {"sealed": reporter.text(key, "message/staff", {"text": "您记得是哪一天吗？"})}
    )
    assert asked.status_code == 201, asked.text

    at_receipt = house.receipt(lead)["messages"]
    assert [message["text"] for message in at_receipt] == [None, None]
    whats = ("message/reporter", "message/staff")
    opened = [reporter.open(what, one["sealed"])["text"] for what, one in zip(whats, at_receipt, strict=True)]
    assert opened == ["他昨天又打了电话", "您记得是哪一天吗？"]
    at_agency = officer.get(f"{lead.url}/messages").json()["items"]
    assert [message["text"] for message in at_agency] == [None, None]
    opened = [
        key.open(what, reporter.binding, one["sealed"])["text"] for what, one in zip(whats, at_agency, strict=True)
    ]
    assert opened == ["他昨天又打了电话", "您记得是哪一天吗？"]


def test_message_in_an_envelope_about_an_ordinary_tip_is_refused(house: House, key: AgencyKey):
    lead, reporter = house.lead("verifying"), Reporter()
    said = reporter.text(key, "message/reporter", {"text": "x"})
    answer = house.connect().post("/api/v1/public/receipts/messages", {"token": lead.code.token, "sealed": said})
    assert fields_of(answer) == {"/sealed": "not_sealed"}
    nothing = house.connect().post("/api/v1/public/receipts/messages", {"token": lead.code.token})
    assert fields_of(nothing) == {"/text": "missing"}


def test_answer_is_sealed_too_and_the_reporter_objects_in_an_envelope(house: House, key: AgencyKey):
    lead, reporter = file_sealed(house, key)
    to_approved(house, lead)
    plain = house.attempt(lead, "give_feedback", house.signed_in("discipline", "verifier"), text="已查处")
    assert fields_of(plain) == {"/text": "sealed_tip"}
    answer = reporter.text(key, "message/answer", {"text": "已依纪处理。"}) | {"tip_id": str(lead.tip_id)}
    house.act(lead, "give_feedback", "discipline", "verifier", text=None, sealed=[answer])
    receipt = house.receipt(lead)
    assert receipt["answer"]["text"] is None
    assert reporter.open("message/answer", receipt["answer"]["sealed"]) == {"text": "已依纪处理。"}

    public = house.connect()
    rating = {"token": lead.code.token, "satisfied": False, "line": "没有"}
    assert fields_of(public.post("/api/v1/public/receipts/rating", rating)) == {"/line": "sealed_tip"}
    assert public.post("/api/v1/public/receipts/rating", rating | {"line": None}).status_code == 200
    objection = {"token": lead.code.token, "text": "他还在位"}
    assert fields_of(public.post("/api/v1/public/receipts/objection", objection)) == {"/text": "sealed_tip"}
    sealed = reporter.text(key, "message/objection", {"text": "他还在位"})
    sent = public.post("/api/v1/public/receipts/objection", {"token": lead.code.token, "sealed": sealed})
    assert sent.status_code == 201, sent.text


def to_approved(house: House, lead: Lead) -> None:
    """As the discipline agency and the one above it would: the house has no second one, so straight in the database."""
    house.act(lead, "acknowledge", "discipline", "chief")
    ids = [str(house.officer("discipline", role).id) for role in ("verifier", "verifier second")]
    house.act(lead, "start_verification", "discipline", "verifier", verifier_ids=ids)
    house.act(lead, "conclude", "discipline", "verifier")
    house.sql("UPDATE leads SET state = 'approved' WHERE id = :id", id=lead.id)


def upload(house: House, lead: Lead, metadata: str, content: bytes) -> httpx.Response:
    public = house.connect()
    token = public.post("/api/v1/public/receipts/uploads", {"token": lead.code.token}).json()["upload_token"]
    tus = {"Tus-Resumable": "1.0.0", "Upload-Token": token}
    announced = public.request(
        "POST",
        "/api/v1/public/uploads",
        headers=tus | {"Upload-Length": str(len(content)), "Upload-Metadata": metadata},
    )
    if announced.status_code == 201:
        sent = public.request(
            "PATCH",
            announced.headers["location"],
            headers=tus | {"Upload-Offset": "0", "Content-Type": "application/offset+octet-stream"},
            content=content,
        )
        assert sent.status_code == 204, sent.text
    return announced


def test_file_comes_sealed_with_its_name_and_is_handed_out_as_it_came(house: House, key: AgencyKey):
    lead, reporter = file_sealed(house, key)
    clear = base64.b64encode("局长录音.m4a".encode()).decode()
    assert fields_of(upload(house, lead, f"filename {clear}", b"x")) == {"/header/Upload-Metadata": "sealed_tip"}
    file_key, content = secrets.token_bytes(32), b"<svg onload=alert(1)>" * 60_000
    told = {"name": "局长录音.m4a", "type": "audio/mp4", "key": base64.b64encode(file_key).decode()}
    named = json.dumps(reporter.text(key, "file", told)).encode()
    sealed = s1.seal_pieces(file_key, content)
    for beside in (f"filename {clear}", "filename ZmlsZQ==", "filetype YXVkaW8vbXA0", "is_confidential"):
        both = upload(house, lead, f"sealed {base64.b64encode(named).decode()},{beside}", sealed)
        assert fields_of(both) == {"/header/Upload-Metadata": "sealed_tip"}
        assert beside.split(" ")[0] in both.json()["errors"][0]["detail"]
    assert fields_of(upload(house, lead, "", b"x")) == {"/sealed": "missing"}
    assert house.value("SELECT count(*) FROM attachments") == 0
    assert upload(house, lead, f"sealed {base64.b64encode(named).decode()}", sealed).status_code == 201
    (shown,) = house.receipt(lead)["files"]
    assert shown["name"] is None
    assert reporter.open("file", shown["sealed"])["name"] == "局长录音.m4a"


# What an event of a sealed tip holds: ids, sizes and digests of ciphertext.
FACTS = {
    "lead:submit": {"tip", "channel", "told", "excluded"},
    "tip:promise": {"receipt"},
    "message:add": {"tip"},
    "attachment:add": {"tip", "bytes"},
    "sealed_tip:read": set(),
}


def test_events_of_a_sealed_tip_hold_nothing_but_ids_sizes_and_digests(house: House, key: AgencyKey):
    lead, reporter = file_sealed(house, key)
    said = reporter.text(key, "message/reporter", {"text": "他昨天又打了电话"})
    sent = house.connect().post("/api/v1/public/receipts/messages", {"token": lead.code.token, "sealed": said})
    assert sent.status_code == 201, sent.text
    named = json.dumps(reporter.text(key, "file", {"name": "局长录音.m4a"})).encode()
    assert upload(house, lead, f"sealed {base64.b64encode(named).decode()}", b"ciphertext").status_code == 201
    assert read(house, lead).status_code == 200
    statement = "SELECT event, facts FROM events WHERE event = ANY(:events) AND (matter_id = :id OR subject_id = :tip)"
    rows = house.sql(statement, events=list(FACTS), id=lead.id, tip=lead.tip_id)
    assert {event: set(facts) for event, facts in rows} == FACTS


def test_reporter_is_not_asked_for_words_where_there_is_no_key_to_seal_them_to(house: House, key: AgencyKey):
    lead, _ = file_sealed(house, key)
    assert house.receipt(lead)["can_write"] is True
    house.sql("UPDATE sealed_keys SET retired_at = now()")
    receipt = house.receipt(lead)
    assert (receipt["sealed"], receipt["can_write"], receipt["can_object"]) == (None, False, False)


def test_rotation_seals_content_keys_anew_and_the_old_key_is_destroyed(house: House, key: AgencyKey):
    lead, reporter = file_sealed(house, key)
    later = publish_sealed_key(house, 2)
    chief = house.signed_in("discipline", "chief")
    batch = chief.get(f"/api/v1/sealed-keys/{key.id}/envelopes").json()
    (item,) = batch["items"]
    assert (batch["left"], item["what"], item["binding"]) == (1, "tip", reporter.binding)
    content_key = s1.open_key(
        key.pair.secret, s1.info("tip", key.id, reporter.binding), base64.urlsafe_b64decode(item["to_agency"] + "==")
    )
    anew = s1.seal_key(later.pair.public, s1.info("tip", later.id, reporter.binding), content_key)
    body = {
        "to_key_id": later.id,
        "items": [{"id": item["id"], "to_agency": base64.urlsafe_b64encode(anew).decode().rstrip("=")}],
    }
    assert house.signed_in("police", "chief").post(f"/api/v1/sealed-keys/{key.id}/resealing", body).status_code == 404
    done = chief.post(f"/api/v1/sealed-keys/{key.id}/resealing", body).json()
    assert done == {"resealed": 1, "left": 0}
    again = read(house, lead).json()
    assert later.open("tip", again["binding"], again)["narrative"] == TOLD["narrative"]
    items = chief.get("/api/v1/sealed-keys").json()["items"]
    assert [(one["version"], one["envelopes"]) for one in items] == [(2, 1), (1, 0)]


def test_tip_whose_key_is_destroyed_keeps_no_envelope(house: House, key: AgencyKey):
    lead, _ = file_sealed(house, key)
    house.sql("UPDATE tips SET wrapped_key = NULL WHERE id = :id", id=lead.tip_id)
    assert house.value("SELECT count(*) FROM sealed_envelopes") == 0
    assert read(house, lead).status_code == 404
    assert house.receipt(lead)["sealed"] is None
