"""Who is named in a lead, or has a conflict, no longer finds it anywhere, from that very moment on."""

import pytest

from tests.factories.house import House, Lead
from tests.factories.officers import make_officer

CITY, DISTRICT = "city", "district"


def sees(house: House, lead: Lead, place: str, role: str) -> bool:
    client = house.signed_in(place, role)
    one = client.get(lead.url).status_code
    listed = [item["id"] for item in client.get("/api/v1/leads", limit=200).json()["items"]]
    assert (one == 200) == (str(lead.id) in listed)
    return one == 200


def answering(house: House, lead: Lead) -> tuple[str, int]:
    """Whether the row's holder is the assignment's, and how many run."""
    row = house.sql(
        "SELECT l.held_by_officer_id = a.officer_id AND l.held_by_agency_id = a.agency_id AS same, l.state"
        " FROM leads l JOIN assignments a ON a.matter_id = l.id AND a.to_at IS NULL WHERE l.id = :id",
        id=lead.id,
    )
    assert [r.same for r in row] == [True]
    return row[0].state, len(row)


def test_officer_who_declares_a_conflict_no_longer_sees_the_lead(house: House):
    lead = house.lead("acknowledged")
    told = house.change(lead, "declare_conflict", DISTRICT, "verifier", reason="与被举报人是同学")
    assert told.status_code == 204
    assert not sees(house, lead, DISTRICT, "verifier")
    assert sees(house, lead, DISTRICT, "verifier second")


def test_official_named_by_the_reporter_does_not_see_the_lead_but_colleagues_do(house: House):
    named = make_officer(house.connection, house.agencies[CITY], "intake", name="欧阳不见")
    lead = house.file(exclusions=[{"official": "市扫黑办的欧阳不见科长"}])
    assert house.sign_in(named).get(lead.url).status_code == 404
    assert sees(house, lead, CITY, "intake")


@pytest.mark.parametrize("told", ["欧阳 不见", "歐陽不見科长", "市扫黑办　欧阳不\u200b见"])
def test_official_is_recognised_however_the_name_is_written(house: House, told: str):
    named = make_officer(house.connection, house.agencies[CITY], "intake", name="欧阳不见")
    lead = house.file(exclusions=[{"official": told}])
    assert house.sign_in(named).get(lead.url).status_code == 404
    assert asked_out(house, lead) == [(told.strip(), ["欧阳不见"])]


def asked_out(house: House, lead: Lead) -> list[tuple[str, list[str]]]:
    """What the page says of those whom reporters asked to keep out: as written, and the accounts recognised in it."""
    tips = house.signed_in(CITY, "intake").get(lead.url).json()["tips"]
    return [(one["official"], [who["name"] for who in one["officers"]]) for tip in tips for one in tip["asked_out"]]


def test_official_in_whom_nobody_was_recognised_is_shown_until_somebody_registers_the_account(house: House):
    lead = house.file(exclusions=[{"official": "分局新来的欧副局长"}])
    assert asked_out(house, lead) == [("分局新来的欧副局长", [])]
    named = make_officer(house.connection, house.agencies[DISTRICT], "verifier", name="欧副局长")
    house.change(lead, "exclude", CITY, "intake", officer_id=str(named.id), reason="举报人要求回避")
    assert asked_out(house, lead) == [("分局新来的欧副局长", ["欧副局长"])]


def test_tip_about_the_head_of_the_office_goes_to_the_office_above(house: House):
    head = house.officer(CITY, "intake")
    lead = house.file(subjects=[{"kind": "person", "name": head.name}])
    held = house.sql("SELECT held_by_agency_id, held_by_officer_id FROM leads WHERE id = :id", id=lead.id)[0]
    assert held.held_by_agency_id == house.agencies["province"].id
    assert held.held_by_officer_id != head.id
    assert not sees(house, lead, CITY, "intake")


def test_subject_added_later_ends_the_access_of_an_agency_that_is_working_on_the_lead(house: House):
    lead = house.lead("verifying")
    agency = str(house.agencies[DISTRICT].id)
    answer = house.change(lead, "add_subject", CITY, "intake", kind="agency", name="某分局", agency_id=agency)
    assert answer.status_code == 200, answer.text
    assert answering(house, lead) == ("registered", 1)
    assert not sees(house, lead, DISTRICT, "verifier")
    assert not sees(house, lead, DISTRICT, "chief")
    refused = house.attempt(lead, "dispatch", house.signed_in(CITY, "dispatcher"))
    assert (refused.status_code, refused.json()["type"]) == (409, "urn:huiyin:problem:excluded")
    assert "某分局" not in str(answer.json()["allowed_actions"])


def test_excluded_verifier_is_replaced_before_anything_goes_on(house: House):
    lead = house.lead("verifying")
    verifier = str(house.officer(DISTRICT, "verifier").id)
    answer = house.change(lead, "exclude", CITY, "dispatcher", officer_id=verifier, reason="亲属关系")
    assert answer.status_code == 200, answer.text
    assert answering(house, lead) == ("acknowledged", 1)
    assert not sees(house, lead, DISTRICT, "verifier")


def test_second_verifier_who_cannot_declare_steps_out_and_nothing_starts(house: House):
    lead = house.lead("acknowledged")
    house.ask(lead, "start_verification", DISTRICT, "verifier")
    second = house.signed_in(DISTRICT, "verifier second")
    answer = house.attempt(lead, "start_verification/confirmation", second, agreed=False)
    assert (answer.status_code, answer.content) == (204, b""), "not even once more"
    assert house.state(lead) == "acknowledged"
    assert not sees(house, lead, DISTRICT, "verifier second")


def test_only_the_other_named_verifier_can_declare(house: House):
    lead = house.lead("acknowledged")
    house.ask(lead, "start_verification", DISTRICT, "verifier")
    third = make_officer(house.connection, house.agencies[DISTRICT], "verifier")
    refused = house.attempt(lead, "start_verification/confirmation", house.sign_in(third))
    assert (refused.status_code, refused.json()["rule"]) == (403, "not_named")


def test_exclusions_travel_with_merged_tips(house: House):
    lead = house.file(exclusions=[{"agency_id": str(house.agencies[DISTRICT].id)}])
    target = house.lead("registered")
    house.act(lead, "screen", CITY, "intake")
    house.act(lead, "merge", CITY, "intake", target_lead_id=str(target.id))
    refused = house.attempt(target, "dispatch", house.signed_in(CITY, "dispatcher"))
    assert refused.json()["type"] == "urn:huiyin:problem:excluded"


@pytest.mark.parametrize("act", ["exclude", "add_subject", "dispute"])
def test_who_excludes_himself_by_an_act_is_told_no_more_than_that_it_is_done(house: House, act: str):
    state, place, role = ("dispatched", DISTRICT, "chief") if act == "dispute" else ("verifying", CITY, "dispatcher")
    lead, officer = house.lead(state), house.officer(place, role)
    given = {
        "exclude": {"officer_id": str(officer.id), "reason": "亲属关系"},
        "add_subject": {"kind": "person", "name": officer.name},
        "dispute": {"reason_code": "conflict", "note": "被举报人系本单位人员"},
    }[act]
    answer = house.change(lead, act, place, role, **given)
    assert (answer.status_code, answer.content) == (204, b"")
    assert not sees(house, lead, place, role)


def test_outsider_cannot_exclude_and_learns_nothing(house: House):
    lead = house.lead("verifying")
    unknown = "/api/v1/leads/0198c5a0-0000-7000-8000-000000000001/exclude"
    body = {"officer_id": str(house.officer(CITY, "intake").id), "reason": "x"}
    client, etag = house.signed_in("market", "chief"), {"If-Match": '"v1"'}
    assert client.post(f"{lead.url}/exclude", body, etag).json() == client.post(unknown, body, etag).json()


def test_umbrella_branch_is_seen_by_the_discipline_agency_alone(house: House):
    house.officer("discipline", "chief")
    lead = house.lead("verifying")
    agency = str(house.agencies["discipline"].id)
    verifier = house.signed_in(DISTRICT, "verifier")
    before = [verifier.get(f"{lead.url}{part}").text for part in ("", "/timeline", "/messages", "/retention")]
    answer = house.change(lead, "branch", CITY, "dispatcher", agency_id=agency, allegation="某主任收受摊位费")
    assert answer.status_code == 200, answer.text
    after = [verifier.get(f"{lead.url}{part}").text for part in ("", "/timeline", "/messages", "/retention")]
    assert after == before, "nothing on the lead tells that there is one"
    (branch,) = house.sql("SELECT id, state FROM leads WHERE branch_of_id = :id", id=lead.id)
    url = f"/api/v1/leads/{branch.id}"
    page = house.signed_in("discipline", "chief").get(url)
    assert (page.status_code, page.json()["allegation"], page.json()["nature"]) == (200, "某主任收受摊位费", "umbrella")
    for place, role in ((CITY, "dispatcher"), ("province", "reviewer"), (DISTRICT, "verifier")):
        assert house.signed_in(place, role).get(url).status_code == 404
    assert str(branch.id) not in house.signed_in(CITY, "dispatcher").get(f"{lead.url}/timeline").text


def test_split_tips_become_a_lead_of_their_own_and_their_receipts_follow(house: House):
    lead, other = house.lead("screened"), house.lead("screened")
    house.act(other, "merge", CITY, "intake", target_lead_id=str(lead.id))
    answer = house.change(lead, "split", CITY, "intake", tip_ids=[str(other.tip_id)], reason="并非同一事项")
    assert answer.status_code == 200, answer.text
    assert [tip["id"] for tip in answer.json()["tips"]] == [str(lead.tip_id)]
    new = house.value("SELECT lead_id FROM tips WHERE id = :id", id=other.tip_id)
    assert new not in {lead.id, other.id}
    assert house.value("SELECT state FROM leads WHERE id = :id", id=new) == "received"
    assert house.receipt(other)["stage"] == "received"


def test_last_tip_cannot_be_split_off(house: House):
    lead, other = house.lead("screened"), house.lead("screened")
    alone = house.change(lead, "split", CITY, "intake", tip_ids=[str(lead.tip_id)], reason="x")
    assert (alone.status_code, alone.json()["rule"]) == (409, "one_tip")
    house.act(other, "merge", CITY, "intake", target_lead_id=str(lead.id))
    both = [str(lead.tip_id), str(other.tip_id)]
    refused = house.change(lead, "split", CITY, "intake", tip_ids=both, reason="x")
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["pointer"] == "/tip_ids"


def test_unmerged_lead_has_its_tips_and_receipts_back(house: House):
    target, lead = house.lead("verifying"), house.lead("screened")
    house.act(lead, "merge", CITY, "intake", target_lead_id=str(target.id))
    assert house.receipt(lead)["stage"] == "being_checked"
    house.act(lead, "unmerge", CITY, "intake")
    assert (house.state(lead), house.receipt(lead)["stage"]) == ("received", "received")
    assert house.value("SELECT tip_count FROM leads WHERE id = :id", id=target.id) == 1
    assert house.receipt(target)["stage"] == "being_checked"


@pytest.mark.parametrize("path", ["exclude", "add_subject", "declare_conflict", "pause", "resume", "split", "branch"])
def test_act_on_a_stale_version_is_refused(house: House, path: str):
    lead = house.lead("screened")
    bodies = {
        "exclude": {"officer_id": str(lead.id), "reason": "x"},
        "add_subject": {"kind": "person", "name": "某人"},
        "declare_conflict": {"reason": "x"},
        "pause": {"reason_code": "waiting_for_reporter"},
        "resume": {},
        "split": {"tip_ids": [str(lead.tip_id)], "reason": "x"},
        "branch": {"agency_id": str(lead.id), "allegation": "x"},
    }
    role = "dispatcher" if path == "branch" else "intake"
    answer = house.signed_in(CITY, role).post(f"{lead.url}/{path}", bodies[path], {"If-Match": '"v1"'})
    assert answer.status_code == 412
