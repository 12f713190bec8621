"""What is kept of a repeated request, and for whom; how it behaves over HTTP is in test_sent_again.py."""

import pytest

from tests.factories.house import House
from tests.factories.tips import tip_body

KEY = {"Idempotency-Key": "my-own-key-4711"}


def test_neither_key_nor_body_nor_answer_is_kept_in_clear(house: House):
    answer = house.connect().post("/api/v1/public/tips", tip_body(), KEY)
    kept = str(house.sql("SELECT k::text, encode(key, 'escape'), encode(answer, 'escape') FROM idempotency_keys k"))
    assert "4711" not in kept
    assert answer.json()["tip_id"] not in kept


def test_same_key_on_another_route_is_another_request(house: House):
    intake = house.signed_in("city", "intake")
    lead = house.lead("verifying")
    first = intake.post(f"{lead.url}/messages", {"text": "何时？"}, KEY)
    body = tip_body(channel_id=str(house.channels["hotline"]), receipt=None)
    second = intake.post("/api/v1/tips", body, KEY)
    assert (first.status_code, second.status_code) == (201, 201)


ROUTES = {
    "public tip": lambda house, lead: (house.connect(), "/api/v1/public/tips", tip_body()),
    "tip": lambda house, lead: (
        house.signed_in("city", "intake"),
        "/api/v1/tips",
        tip_body(channel_id=str(house.channels["hotline"])),
    ),
    "message of the reporter": lambda house, lead: (
        house.connect(),
        "/api/v1/public/receipts/messages",
        {"token": lead.code.token, "text": "补充"},
    ),
    "question": lambda house, lead: (house.signed_in("city", "intake"), f"{lead.url}/messages", {"text": "何时？"}),
    "channel": lambda house, lead: (
        house.signed_in("city", "intake"),
        "/api/v1/channels",
        {"kind": "visit", "name": "接访室", "region_code": "430100"},
    ),
    "agency": lambda house, lead: (
        house.signed_in("city", "admin"),
        "/api/v1/agencies",
        {"name": "新单位", "kind": "court", "region_code": "430100"},
    ),
    "officer": lambda house, lead: (
        house.signed_in("city", "admin"),
        "/api/v1/officers",
        {
            "login": "new.officer",
            "name": "新人",
            "agency_id": str(house.agencies["city"].id),
            "roles": ["verifier"],
            "password": "correct horse battery staple",
        },
    ),
    "system account": lambda house, lead: (
        house.signed_in("city", "admin"),
        "/api/v1/system-accounts",
        {"name": "热线", "agency_id": str(house.agencies["city"].id)},
    ),
}


@pytest.mark.parametrize("what", ROUTES)
def test_every_post_that_creates_answers_its_repeat_with_the_first_answer(house: House, what: str):
    client, path, body = ROUTES[what](house, house.lead("verifying"))
    first = client.post(path, body, KEY)
    events = house.value("SELECT count(*) FROM events")
    second = client.post(path, body, KEY)
    assert (first.status_code, second.status_code) == (201, 201), second.text
    assert first.content == second.content
    assert second.headers["idempotency-replayed"] == "true"
    assert house.value("SELECT count(*) FROM events") == events
