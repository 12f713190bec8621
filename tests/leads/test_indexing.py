"""What a system forwards in bulk is found within seconds: the worker indexes it."""

from sqlalchemy.orm import Session

from huiyin.leads.matching.indexing import index_waiting
from tests.client import Connect
from tests.factories.house import House
from tests.factories.tips import tip_body


def forwarded(house: House, connect: Connect, narrative: str) -> str:
    """A tip that another system sends with its token; the id of its lead."""
    admin = house.signed_in("city", "admin")
    system = {"name": "热线转办", "agency_id": str(house.agencies["city"].id)}
    account = admin.post("/api/v1/system-accounts", system).json()["id"]
    scope = {"scopes": ["tips:create"], "expires_at": "2027-01-01T00:00:00+08:00"}
    token = admin.post(f"/api/v1/system-accounts/{account}/tokens", scope).json()["token"]
    body = tip_body(channel_id=str(house.channels["hotline"]), narrative=narrative, subjects=[])
    answer = connect(bearer=token).post("/api/v1/tips", body)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["lead_id"])


def test_forwarded_tip_is_found_and_linked_after_the_worker_came_by(house: House, connect: Connect, session: Session):
    other = house.file(narrative="收账的人留下 138-1234-5678 这个号", subjects=[])
    lead = forwarded(house, connect, "采砂船夜里来，船主的电话是13812345678")
    intake = house.signed_in("city", "intake")
    assert intake.get("/api/v1/leads/search", q="采砂船").json()["items"] == []
    assert index_waiting(session) == 1
    assert index_waiting(session) == 0
    assert [item["id"] for item in intake.get("/api/v1/leads/search", q="采砂船").json()["items"]] == [lead]
    links = intake.get(f"/api/v1/leads/{lead}/links").json()["items"]
    assert [item["lead"]["id"] for item in links] == [str(other.id)]


def test_worker_finds_no_tip_of_a_destroyed_key(house: House, connect: Connect, session: Session):
    lead = forwarded(house, connect, "采砂船夜里来")
    house.sql("UPDATE tips SET wrapped_key = NULL WHERE lead_id = :id", id=lead)
    assert index_waiting(session) == 0
