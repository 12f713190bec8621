"""Exoneration (澄清正名) and corrections: everywhere a subject is shown, and every agency that was given the lead."""

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy.orm import Session

from huiyin.leads.retention.notices import marking_late
from tests.factories.closed import close, decide, exonerate, propose
from tests.factories.house import House, Lead


def subjects(house: House, lead: Lead) -> list[dict[str, Any]]:
    tips: list[dict[str, Any]] = house.signed_in("city", "intake").get(lead.url).json()["tips"]
    return [subject for tip in tips for subject in tip["subjects"]]


def correct(house: House, lead: Lead, seq: int = 0, **changes: Any) -> httpx.Response:
    body = {"tip_id": str(lead.tip_id), "seq": seq, "reason": "经核对户籍信息更正"} | changes
    return house.signed_in("city", "reviewer").post(f"{lead.url}/corrections", body)


# --- exoneration ---


@pytest.mark.parametrize("finding", ["substantiated", "undetermined"])
def test_finding_that_exonerates_nobody_offers_no_exoneration(house: House, finding: str):
    lead = close(house, finding)
    assert propose(house, lead).status_code == 409
    shown = house.signed_in("district", "verifier").get(f"{lead.url}/retention").json()
    assert "propose_exoneration" not in shown["allowed_actions"]


def test_nobody_is_exonerated_before_the_finding_is_approved(house: House):
    lead = house.lead(
        "in_review", given={"conclude": {"finding": "unsubstantiated"}}, subjects=[{"kind": "person", "name": "钱多多"}]
    )
    assert propose(house, lead).status_code == 409


def test_officer_of_the_proposers_agency_does_not_approve(house: House):
    lead = close(house)
    asked = propose(house, lead).json()
    answer = decide(house, lead, asked["id"], ("district", "chief"))
    assert (answer.status_code, answer.json()["rule"]) == (403, "askers_agency")
    assert [one["status"] for one in subjects(house, lead)] == ["unsubstantiated", "unsubstantiated"]


def test_refused_proposal_changes_no_label_and_may_be_made_again(house: House):
    lead = close(house)
    asked = propose(house, lead).json()
    assert decide(house, lead, asked["id"], agreed=False, note="文号有误").json()["state"] == "refused"
    assert subjects(house, lead)[0]["status"] == "unsubstantiated"
    assert propose(house, lead).status_code == 201
    assert propose(house, lead).status_code == 409, "one waits already"


def test_unknown_subject_is_named_by_its_place(house: House):
    answer = propose(house, close(house), 0, 9)
    assert [error["pointer"] for error in answer.json()["errors"]] == ["/subjects/1"]


def test_lead_that_was_taken_up_again_exonerates_nobody(house: House):
    lead = close(house)
    asked = propose(house, lead).json()
    house.act(lead, "reopen", "city", "reviewer")
    who = ("province", "reviewer")
    assert decide(house, lead, asked["id"], who).status_code == 409
    assert decide(house, lead, asked["id"], who, agreed=False).status_code == 200


def test_exonerated_subject_is_shown_as_exonerated_everywhere(house: House):
    lead = close(house, narrative="三号市场收取卫生费，电话 13800138000")
    other = house.file(narrative="三号市场收取卫生费的人电话 13800138000")
    exonerate(house, lead, 0)
    first, second = subjects(house, lead)
    assert (first["status"], first["exoneration_document"]) == ("exonerated", "测扫办〔2026〕12 号")
    assert first["exonerated_on"] is not None
    assert (second["status"], second["exonerated_on"]) == ("unsubstantiated", None)
    intake = house.signed_in("city", "intake")
    assert intake.get(lead.url).json()["exoneration"] == "some"
    exonerate(house, lead, 1)
    assert intake.get(lead.url).json()["exoneration"] == "all"
    rows = {row["id"]: row["exoneration"] for row in intake.get("/api/v1/leads").json()["items"]}
    assert (rows[str(lead.id)], rows[str(other.id)]) == ("all", None)
    found = {row["id"]: row["exoneration"] for row in intake.get("/api/v1/leads/search?q=卫生费").json()["items"]}
    assert found[str(lead.id)] == "all"
    (link,) = intake.get(f"{other.url}/links").json()["items"]
    assert link["lead"]["exoneration"] == "all"
    nodes = {
        node["lead"]["id"]: node["lead"]["exoneration"] for node in intake.get(f"{other.url}/graph").json()["nodes"]
    }
    assert nodes[str(lead.id)] == "all"


def test_whoever_was_given_the_lead_is_told_and_takes_note_or_is_late(house: House, session: Session):
    lead = close(house)
    house.signed_in("province", "leader").get(lead.url)  # an office above opened it
    done = exonerate(house, lead)
    reviewer = house.signed_in("city", "reviewer")
    told = reviewer.get(f"{lead.url}/retention").json()["notices"]
    names = {house.agencies[key].id: key for key in ("province", "district", "city", "market")}
    assert {names[_id(one)] for one in told} == {"province", "district"}, "not the approver's own, not strangers"
    assert all(one["kind"] == "exoneration" and one["due_at"] and not one["late"] for one in told)
    (mine,) = house.signed_in("district", "chief").get("/api/v1/me/notices").json()["items"]
    assert mine["facts"]["document_number"] == done["document_number"]
    assert "钱多多" not in str(mine)
    wrong = reviewer.post(f"/api/v1/notices/{mine['id']}/acknowledgement")
    assert (wrong.status_code, wrong.json()["rule"]) == (403, "not_of_agency")
    took = house.signed_in("district", "chief").post(f"/api/v1/notices/{mine['id']}/acknowledgement")
    assert (took.status_code, took.json()["may_acknowledge"]) == (200, False)
    assert (
        house.signed_in("district", "verifier").post(f"/api/v1/notices/{mine['id']}/acknowledgement").status_code == 409
    )
    later = datetime.now(UTC) + timedelta(days=30)
    assert [marking_late(later).once(session, 50) for _ in range(2)] == [1, 0]
    session.commit()
    ((event,),) = house.sql("SELECT facts ->> 'agency' FROM events WHERE event = 'notice:mark_late'")
    assert event == str(house.agencies["province"].id)


def test_agency_that_no_longer_sees_the_lead_is_told_by_its_number(house: House):
    lead = house.lead(
        "dispatched",
        given={"dispatch": {"agency_id": str(house.agencies["market"].id)}},
        subjects=[{"kind": "person", "name": "钱多多"}],
    )
    assert house.signed_in("market", "chief").get(lead.url).status_code == 200
    house.act(lead, "recall", "city", "dispatcher")
    house.walk(lead, "registered", "closed", given={"conclude": {"finding": "unsubstantiated"}})
    exonerate(house, lead)
    market = house.signed_in("market", "chief")
    assert market.get(lead.url).status_code == 404
    (notice,) = market.get("/api/v1/me/notices").json()["items"]
    assert notice["lead"]["number"] == house.value("SELECT number FROM leads WHERE id = :id", id=lead.id)
    assert market.post(f"/api/v1/notices/{notice['id']}/acknowledgement").status_code == 200


def test_excluded_agency_is_told_nothing_of_an_exoneration(house: House):
    lead = close(house)
    house.signed_in("province", "leader").get(lead.url)
    house.sql(
        "UPDATE leads SET hidden_from = ARRAY[CAST(:id AS uuid)] WHERE id = :lead",
        lead=lead.id,
        id=house.agencies["district"].id,
    )
    asked = house.signed_in("city", "reviewer").post(
        f"{lead.url}/exonerations",
        {"subjects": [{"tip_id": str(lead.tip_id), "seq": 0}], "document_number": "1", "reason": "x"},
    )
    assert decide(house, lead, asked.json()["id"], ("province", "reviewer")).status_code == 200
    told = house.sql("SELECT agency_id FROM lead_notices")
    assert house.agencies["district"].id not in {row.agency_id for row in told}
    assert propose(house, lead).status_code == 404


# --- corrections ---


def test_correction_needs_something_wrong_and_never_exonerates(house: House):
    lead = close(house)
    assert correct(house, lead).status_code == 422
    assert correct(house, lead, status="exonerated").status_code == 422
    assert correct(house, lead, 9, name="甲").json()["errors"][0]["pointer"] == "/seq"
    assert correct(house, lead, name="钱多多").status_code == 422, "it is recorded like this already"
    verifier = house.signed_in("district", "verifier")
    body = {"tip_id": str(lead.tip_id), "seq": 0, "name": "甲", "reason": "x"}
    assert verifier.post(f"{lead.url}/corrections", body).status_code == 403


def test_right_name_is_shown_and_found_and_the_wrong_one_only_by_auditors(house: House):
    lead = close(house, narrative="市场里有人收费")
    before = house.value("SELECT content FROM subjects WHERE tip_id = :id AND seq = 0", id=lead.tip_id)
    made = correct(house, lead, name="錢朵朵朵", nickname="老钱")
    assert made.status_code == 201, made.text
    assert (made.json()["before"], made.json()["fields"]) == (None, ["name", "nickname"])
    shown = subjects(house, lead)[0]
    assert (shown["name"], shown["nickname"], shown["corrected"]) == ("錢朵朵朵", "老钱", True)
    intake = house.signed_in("city", "intake")
    assert [row["id"] for row in intake.get("/api/v1/leads/search?q=钱朵朵朵").json()["items"]] == [str(lead.id)]
    assert intake.get("/api/v1/leads/search?q=钱多多").json()["items"] == []
    for place, role in (("city", "intake"), ("city", "reviewer"), ("district", "chief")):
        page = house.signed_in(place, role).get(f"{lead.url}/retention")
        assert "钱多多" not in page.text
    (audited,) = house.signed_in("city", "auditor").get(f"{lead.url}/retention").json()["corrections"]
    assert audited["before"] == {"name": "钱多多", "nickname": None}
    assert audited["after"] == {"name": "錢朵朵朵", "nickname": "老钱"}
    after = house.value("SELECT content FROM subjects WHERE tip_id = :id AND seq = 0", id=lead.tip_id)
    assert bytes(after) == bytes(before), "what was told is not edited"
    assert "钱" not in str(house.sql("SELECT facts FROM events WHERE event = 'subject:correct'"))


def test_second_correction_keeps_what_the_first_put_right(house: House):
    lead = close(house)
    correct(house, lead, name="钱朵朵")
    correct(house, lead, unit="三号市场", status="verifying")
    shown = subjects(house, lead)[0]
    assert (shown["name"], shown["unit"], shown["status"]) == ("钱朵朵", "三号市场", "verifying")
    items = house.signed_in("city", "auditor").get(f"{lead.url}/retention").json()["corrections"]
    assert [item["before"] for item in items] == [{"name": "钱多多"}, {"unit": None}]


def test_wrong_status_is_corrected_and_everyone_given_the_lead_takes_note(house: House):
    lead = close(house)
    assert correct(house, lead, status="reported").status_code == 201
    assert subjects(house, lead)[0]["status"] == "reported"
    (notice,) = house.signed_in("district", "chief").get("/api/v1/me/notices").json()["items"]
    assert (notice["kind"], notice["facts"]["status"], notice["facts"]["fields"]) == (
        "correction",
        "reported",
        ["status"],
    )
    assert notice["due_at"] is not None


def test_exoneration_that_was_wrong_is_taken_back_by_a_correction(house: House):
    lead = close(house)
    exonerate(house, lead)
    assert correct(house, lead, status="case_filed").status_code == 201
    shown = subjects(house, lead)[0]
    assert (shown["status"], shown["exonerated_on"], shown["exoneration_document"]) == ("case_filed", None, None)
    assert house.signed_in("city", "intake").get(lead.url).json()["exoneration"] is None


def test_others_find_nothing_to_correct_or_exonerate(house: House):
    lead = close(house)
    stranger = house.signed_in("market", "chief")
    body = {"tip_id": str(lead.tip_id), "seq": 0, "name": "甲", "reason": "x"}
    assert stranger.post(f"{lead.url}/corrections", body).status_code == 404
    assert stranger.get(f"{lead.url}/retention").status_code == 404


def _id(notice: dict[str, Any]) -> Any:
    from uuid import UUID

    return UUID(notice["agency"]["id"])
