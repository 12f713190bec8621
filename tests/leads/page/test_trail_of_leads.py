"""What a lead's way leaves behind: events without texts, texts for those who may read, legal status."""

from itertools import pairwise
from uuid import uuid4

import pytest

from tests.factories.house import WAY, House

CITY, DISTRICT = "city", "district"


def test_each_verb_leaves_one_event_with_actor_and_states_and_no_free_text(house: House):
    lead = house.lead("closed")
    rows = house.sql("SELECT * FROM events WHERE matter_id = :id ORDER BY id", id=lead.id)
    assert [row.event for row in rows] == [
        "lead:submit",
        *(
            event
            for steps in WAY.values()
            for verb, _, _ in steps
            for event in ([f"lead:ask_{verb}"] if verb == "start_verification" else []) + [f"lead:{verb}"]
        ),
    ]
    moved = [row for row in rows[1:] if not row.event.startswith("lead:ask_")]
    states = [str(state) for state in WAY]
    assert [(row.from_state, row.to_state) for row in moved] == list(pairwise(states))
    assert all(row.actor_id and row.agency_id for row in rows[1:])
    assert not any(any("\u4e00" <= c <= "\u9fff" for c in str(row.facts)) for row in rows)


def test_legal_status_moves_with_the_lead(house: House):
    lead = house.lead("verifying")
    status = "SELECT status FROM subjects WHERE tip_id = :id"
    assert house.value(status, id=lead.tip_id) == "verifying"
    house.walk(lead, "verifying", "approved", given={"conclude": {"finding": "unsubstantiated"}})
    assert house.value(status, id=lead.tip_id) == "unsubstantiated"


@pytest.mark.parametrize(
    ("finding", "outcome", "status"),
    [
        ("substantiated", "administrative_penalty", "verifying"),
        ("false_report", "exoneration", "unsubstantiated"),
        ("undetermined", "no_action", "verifying"),
    ],
)
def test_status_after_approval_follows_finding_and_outcome(house: House, finding: str, outcome: str, status: str):
    lead = house.lead("approved", given={"conclude": {"finding": finding}, "approve": {"outcome": outcome}})
    assert house.value("SELECT status FROM subjects WHERE tip_id = :id", id=lead.tip_id) == status


THREE = [
    {"kind": "person", "name": "甲某"},
    {"kind": "person", "name": "乙某"},
    {"kind": "organisation", "name": "某公司"},
]


def test_case_is_filed_against_those_who_are_chosen_and_nobody_else_is_marked(house: House):
    lead = house.lead("in_review", subjects=THREE)
    reviewer = house.signed_in(CITY, "reviewer")
    for chosen, said in [
        ([], "missing"),
        ([f"{lead.tip_id}/3"], "unknown_subject"),
        ([f"{uuid4()}/0"], "unknown_subject"),
        (["1"], "string_pattern_mismatch"),
    ]:
        refused = house.attempt(lead, "approve", reviewer, outcome="case_filed", filed_against=chosen)
        assert (refused.status_code, refused.json()["errors"][0]["code"]) == (422, said)
    house.act(lead, "approve", CITY, "reviewer", outcome="case_filed", filed_against=[f"{lead.tip_id}/1"])
    rows = house.sql("SELECT status FROM subjects WHERE tip_id = :id ORDER BY seq", id=lead.tip_id)
    assert [row.status for row in rows] == ["verifying", "case_filed", "verifying"]


def test_nobody_has_a_case_where_none_is_filed(house: House):
    lead = house.lead("in_review", subjects=THREE)
    reviewer, chosen = house.signed_in(CITY, "reviewer"), [f"{lead.tip_id}/0"]
    refused = house.attempt(lead, "approve", reviewer, outcome="administrative_penalty", filed_against=chosen)
    assert refused.json()["errors"][0]["code"] == "no_case"


@pytest.mark.parametrize(
    ("finding", "outcome"),
    [
        ("unsubstantiated", "case_filed"),
        ("unsubstantiated", "administrative_penalty"),
        ("unsubstantiated", "referred_discipline"),
        ("false_report", "case_filed"),
        ("undetermined", "case_filed"),
        ("undetermined", "exoneration"),
        ("substantiated", "exoneration"),
    ],
)
def test_outcome_cannot_contradict_the_finding(house: House, finding: str, outcome: str):
    lead = house.lead("in_review", given={"conclude": {"finding": finding}})
    chosen = [f"{lead.tip_id}/0"] if outcome == "case_filed" else []
    reviewer = house.signed_in(CITY, "reviewer")
    refused = house.attempt(lead, "approve", reviewer, outcome=outcome, filed_against=chosen)
    assert (refused.status_code, refused.json()["errors"][0]["code"]) == (422, "contradicts_finding")
    assert house.state(lead) == "in_review"


def test_new_conclusion_stands_beside_the_old_one(house: House):
    lead = house.lead("concluded")
    house.act(lead, "send_back", DISTRICT, "chief")
    page = house.act(lead, "conclude", DISTRICT, "verifier", finding="unsubstantiated", facts="复查未见")
    assert (page["finding"]["finding"], page["finding"]["facts"]) == ("unsubstantiated", "复查未见")
    assert house.value("SELECT count(*) FROM conclusions WHERE lead_id = :id", id=lead.id) == 2


def test_timeline_tells_who_did_what_and_with_which_words(house: House):
    lead = house.lead("concluded")
    items = house.signed_in(CITY, "intake").get(f"{lead.url}/timeline").json()["items"]
    last = items[-1]
    assert (last["event"], last["from"], last["to"]) == ("lead:conclude", "verifying", "concluded")
    assert last["actor"]["name"] == house.officer(DISTRICT, "verifier").name
    assert last["input"]["facts"] == "收费属实"


def test_auditor_sees_how_a_lead_moved_but_not_what_was_told(house: House):
    lead = house.lead("concluded")
    auditor = house.signed_in("province", "auditor")
    page = auditor.get(lead.url).json()
    assert page["tips"][0]["readable"] is False
    assert page["tips"][0]["narrative"] is None
    assert page["tips"][0]["subjects"][0]["nickname"] is None
    assert page["finding"]["facts"] is None
    told = auditor.get(f"{lead.url}/timeline").json()["items"]
    assert "lead:conclude" in [item["event"] for item in told], "who told something is there"
    assert {str(item["input"]) for item in told} == {"None"}
    assert auditor.get(f"{lead.url}/messages").status_code == 403


def test_the_access_log_names_who_read_a_lead_and_nothing_that_happened_to_it(house: House):
    lead = house.lead("verifying")
    chief, auditor = house.signed_in("district", "chief"), house.signed_in("city", "auditor")
    assert chief.get(lead.url).status_code == 200
    assert chief.get(lead.url).status_code == 200
    assert house.signed_in("district", "verifier").get(lead.url).status_code == 200
    seen = auditor.get(f"{lead.url}/timeline", None, accesses=True, limit=200).json()["items"]
    assert {entry["event"] for entry in seen} == {"lead:read"}
    readers = [entry["actor"]["name"] for entry in seen]
    assert readers.count(house.officer("district", "chief").name) == 1, "once an hour for each reader"
    assert house.officer("city", "auditor").name not in readers, "the auditor read no tip"
    first = auditor.get(f"{lead.url}/timeline", None, accesses=True, limit=1).json()
    assert len(seen) > 1, "there is a second page"
    rest = auditor.get(f"{lead.url}/timeline", None, accesses=True, cursor=first["next_cursor"]).json()["items"]
    assert [*first["items"], *rest] == seen


def test_the_access_log_of_a_lead_that_one_may_not_see_is_not_there(house: House):
    lead = house.lead("verifying")
    assert house.signed_in("market", "chief").get(f"{lead.url}/timeline", None, accesses=True).status_code == 404
