"""How long an identity is readable, and who is told that it was."""

import base64
from datetime import UTC, datetime, timedelta

from sqlalchemy import text
from sqlalchemy.orm import Session

from huiyin.tips.identity.desk import ending
from tests.factories.house import House, Lead
from tests.factories.identities import (
    DeskKey,
    Opening,
    asked,
    events,
)

# Terms


def later(house: House, hours: int) -> None:
    """As if so many hours had passed."""
    house.sql(
        "UPDATE identity_openings SET asked_at = asked_at - make_interval(hours => :hours),"
        " lapses_at = lapses_at - make_interval(hours => :hours),"
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
    assert ending(datetime.now(UTC)).once(session, 50) == 1
    assert ending(datetime.now(UTC)).once(session, 50) == 0
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


def test_request_that_nobody_opened_lapses(house: House, key: DeskKey, opening: Opening, session: Session):
    opening.decide()
    later(house, 8 * 24)
    assert house.signed_in("city", "identity_desk").get("/api/v1/identity-desk/openings").json() == {"items": []}
    seen = house.signed_in("city", "intake").get(f"{opening.lead.url}/identity").json()
    assert (seen["items"][0]["state"], seen["may_ask"]) == ("lapsed", [str(opening.lead.tip_id)])
    assert [ending(datetime.now(UTC)).once(session, 50) for _ in range(2)] == [1, 0]
    session.commit()
    assert house.signed_in("city", "intake").get(f"{opening.lead.url}/identity").json() == seen, "as by the clock"
    (event,) = house.sql("SELECT facts FROM events WHERE event = 'identity:end'")
    assert event.facts["cause"] == "lapsed"
    asked(house, opening.lead)


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
    house.walk(lead, "acknowledged", "answered")
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
