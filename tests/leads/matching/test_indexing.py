"""What a system forwards in bulk is found within seconds: the worker indexes it."""

import random
from uuid import uuid4

from sqlalchemy.orm import Session

from huiyin.leads.matching.indexing import INDEXING
from tests.client import Connect
from tests.factories.channels import make_channel
from tests.factories.house import House
from tests.factories.tips import tip_body


def forwarded(house: House, connect: Connect, narrative: str) -> str:
    """A tip that another system sends with its token; the id of its lead."""
    admin = house.signed_in("city", "admin")
    system = {"name": f"热线转办{uuid4().hex[:6]}", "agency_id": str(house.agencies["city"].id)}
    account = admin.post("/api/v1/system-accounts", system).json()["id"]
    channels = [str(house.channels["hotline"])]
    scope = {"scopes": ["tips:create"], "channel_ids": channels, "expires_at": "2027-01-01T00:00:00+08:00"}
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
    assert INDEXING.once(session, 50) == 1
    assert INDEXING.once(session, 50) == 0
    assert [item["id"] for item in intake.get("/api/v1/leads/search", q="采砂船").json()["items"]] == [lead]
    links = intake.get(f"/api/v1/leads/{lead}/links").json()["items"]
    assert [item["lead"]["id"] for item in links] == [str(other.id)]


def test_worker_finds_no_tip_of_a_destroyed_key(house: House, connect: Connect, session: Session):
    lead = forwarded(house, connect, "采砂船夜里来")
    house.sql("UPDATE tips SET wrapped_key = NULL WHERE lead_id = :id", id=lead)
    INDEXING.once(session, 50)
    assert house.value("SELECT count(*) FROM tip_words") == house.value("SELECT count(*) FROM tips_to_index") == 0


def test_senders_take_turns(house: House, connect: Connect, session: Session):
    """One that forwards a thousand does not keep the one of another waiting behind them."""
    first = [forwarded(house, connect, f"采砂船夜里来第{number}次") for number in range(3)]
    house.channels["hotline"] = make_channel(house.connection, house.agencies["city"], "email", "举报邮箱")
    other = forwarded(house, connect, "有人收保护费")
    waiting = INDEXING.find(session, 2)
    assert [str(row.lead_id) for row in waiting] == [first[0], other]


def random_characters(count: int) -> str:
    chance = random.Random(7)
    return "".join(chr(chance.randrange(0x4E00, 0x9FA5)) for _ in range(count))


def test_text_that_no_index_can_hold_is_taken_in_and_found_by_its_beginning(house: House):
    lead = house.file(narrative="采砂船夜里来。" + random_characters(49_000), subjects=[])
    intake = house.signed_in("city", "intake")
    assert [item["id"] for item in intake.get("/api/v1/leads/search", q="采砂船").json()["items"]] == [str(lead.id)]


def test_characters_beyond_the_basic_plane_are_taken_in_and_found(house: House):
    """Each is two units in UTF-16 and four bytes in UTF-8: names are written with them (𠮷, 𡈽)."""
    every = "".join(chr(0x20000 + at) for at in range(40_000))
    lead = house.file(narrative=every, subjects=[{"kind": "person", "name": "\U00020bb7甲乙"}])
    intake = house.signed_in("city", "intake")
    for words in ("\U00020bb7甲乙", every[:3]):
        found = intake.get("/api/v1/leads/search", q=words).json()["items"]
        assert [item["id"] for item in found] == [str(lead.id)], words


def test_tip_that_cannot_be_indexed_is_taken_in_and_left_to_the_worker(house: House):
    house.sql(
        "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'no'; END $$;"
        " CREATE TRIGGER refuse BEFORE INSERT ON tip_words FOR EACH ROW EXECUTE FUNCTION refuse()"
    )
    lead = house.file(narrative="采砂船夜里来")
    assert house.sql("SELECT tip_id FROM tips_to_index") == [(lead.tip_id,)]
