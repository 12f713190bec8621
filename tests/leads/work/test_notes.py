"""Notes and mentions: who reads them, who may be mentioned, and that the reporter never sees one."""

from typing import Any

from sqlalchemy import text

from tests.factories.house import House, Lead
from tests.factories.officers import make_officer

SECRET = "三号门监控要补充调取"


def write(house: House, lead: Lead, *mentions: Any, words: str = SECRET) -> Any:
    body = {"text": words, "mention_ids": [str(id_) for id_ in mentions]}
    return house.signed_in("city", "intake").post(f"{lead.url}/notes", body)


def test_mention_of_somebody_who_may_not_see_the_lead_is_refused_like_an_unknown_officer(house: House):
    lead = house.lead("dispatched", exclusions=[{"agency_id": str(house.agencies["discipline"].id)}])
    seeing = house.officer("district", "verifier").id
    hidden = (
        house.officer("market", "chief").id,
        house.officer("discipline", "chief").id,
        house.officer("city", "auditor").id,
        make_officer(house.connection, house.agencies["city"], "intake", active=False).id,
        "00000000-0000-7000-8000-000000000000",
    )
    answer = write(house, lead, seeing, *hidden)
    assert answer.status_code == 422
    errors = answer.json()["errors"]
    assert [error["pointer"] for error in errors] == [f"/mention_ids/{index}" for index in range(1, 6)]
    assert len({(error["code"], error["detail"]) for error in errors}) == 1
    assert house.value("SELECT count(*) FROM notes") == 0


def test_reporter_never_sees_a_note(house: House):
    lead = house.lead()
    assert write(house, lead).status_code == 201
    assert SECRET not in str(house.receipt(lead))


def test_note_is_in_clear_nowhere_in_the_database(house: House):
    lead = house.lead()
    write(house, lead)
    assert SECRET.encode() not in bytes(house.value("SELECT content FROM notes"))
    assert house.value("SELECT count(*) FROM events WHERE CAST(facts AS text) LIKE :t", t=f"%{SECRET}%") == 0


def test_note_is_never_edited(house: House):
    assert not house.connection.execute(
        text("SELECT has_table_privilege('huiyin_app', 'notes', 'UPDATE, DELETE')")
    ).scalar_one()


def test_outsiders_and_auditors_read_no_notes(house: House):
    lead = house.lead()
    write(house, lead)
    assert house.signed_in("market", "chief").get(f"{lead.url}/notes").status_code == 404
    assert house.signed_in("city", "auditor").get(f"{lead.url}/notes").status_code == 403
    assert house.signed_in("city", "leader").post(f"{lead.url}/notes", {"text": "x"}).status_code == 403


def test_notes_are_paged_newest_first(house: House):
    lead = house.lead()
    for index in range(5):
        write(house, lead, words=f"第{index}条")
    client = house.signed_in("city", "reviewer")
    seen, cursor = [], None
    while True:
        page = client.get(f"{lead.url}/notes", limit=2, **({"cursor": cursor} if cursor else {})).json()
        seen += [item["text"] for item in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert seen == [f"第{index}条" for index in range(4, -1, -1)]
    assert client.get(f"{lead.url}/notes", cursor="bm90").status_code == 422


def test_repeated_request_writes_one_note(house: House):
    lead = house.lead()
    client = house.signed_in("city", "intake")
    first, again = (client.post(f"{lead.url}/notes", {"text": "x"}, {"Idempotency-Key": "n1"}) for _ in range(2))
    assert first.json() == again.json()
    assert house.value("SELECT count(*) FROM notes") == 1


def test_mentions_come_unread_first_and_are_read_once(house: House):
    lead = house.lead()
    reviewer = house.officer("city", "reviewer")
    for words in ("一", "二", "三"):
        assert write(house, lead, reviewer.id, words=words).status_code == 201
    client = house.sign_in(reviewer)
    newest = client.get("/api/v1/me/mentions").json()["items"][0]
    assert newest["text"] == "三"
    assert newest["lead"]["id"] == str(lead.id)
    for _ in range(2):
        assert client.post(f"/api/v1/me/mentions/{newest['id']}/read").status_code == 204
    assert house.value("SELECT count(*) FROM events WHERE event = 'mention:read'") == 1
    assert [item["text"] for item in client.get("/api/v1/me/mentions").json()["items"]] == ["二", "一", "三"]
    assert [item["text"] for item in client.get("/api/v1/me/mentions", unread=True).json()["items"]] == ["二", "一"]
    first = client.get("/api/v1/me/mentions", limit=2).json()
    rest = client.get("/api/v1/me/mentions", limit=2, cursor=first["next_cursor"]).json()
    assert [item["text"] for item in rest["items"]] == ["三"]


def test_mention_of_another_officer_is_not_mine_to_read(house: House):
    lead = house.lead()
    write(house, lead, house.officer("city", "reviewer").id)
    mention = house.value("SELECT id FROM mentions")
    intake = house.signed_in("city", "intake")
    assert intake.get("/api/v1/me/mentions").json()["items"] == []
    assert intake.post(f"/api/v1/me/mentions/{mention}/read").status_code == 404


def test_mention_on_a_lead_that_is_no_longer_visible_is_gone(house: House):
    lead = house.lead("dispatched")
    chief = house.officer("district", "chief")
    write(house, lead, chief.id)
    client = house.sign_in(chief)
    (mention,) = client.get("/api/v1/me/mentions").json()["items"]
    house.act(lead, "dispute", "district", "chief")
    assert client.get("/api/v1/me/mentions").json()["items"] == []
    assert client.post(f"/api/v1/me/mentions/{mention['id']}/read").status_code == 404
