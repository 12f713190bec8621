"""What binds a verb to the person, the time and what is given: the refusals first, then what each verb changes."""

import contextlib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import httpx
import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from huiyin.kit.working_days import BEIJING, TermUnit, due
from huiyin.leads.models import OPEN_STATES, State
from huiyin.leads.moves import MOVES
from tests.database import as_owner
from tests.factories.agencies import make_agency
from tests.factories.house import ASIDE, WAY, House, Lead
from tests.factories.officers import make_officer

CITY, DISTRICT = "city", "district"


def refused(answer: httpx.Response, status: int, rule: str | None = None) -> dict[str, Any]:
    """The problem, after checking that it is one of that status (and rule)."""
    assert answer.status_code == status, answer.text
    problem: dict[str, Any] = answer.json()
    if rule is not None:
        assert problem["rule"] == rule
    return problem


def pointed(answer: httpx.Response) -> list[tuple[str, str]]:
    """(pointer, code) of a 422's or 409's errors."""
    return [(error["pointer"], error["code"]) for error in answer.json()["errors"]]


@contextlib.contextmanager
def refused_by_the_database(house: House, constraint: str) -> Iterator[None]:
    """Even the owner cannot write what the block writes."""
    with (
        as_owner(house.connection),
        pytest.raises(IntegrityError, match=constraint),
        house.connection.begin_nested(),
    ):
        yield


# --- whoever verified does not decide ---


def test_chief_cannot_endorse_a_lead_that_he_verified(house: House):
    both = make_officer(house.connection, house.agencies[DISTRICT], "chief", "verifier")
    pair = [str(both.id), str(house.officer(DISTRICT, "verifier").id)]
    lead = house.lead("concluded", given={"start_verification": {"verifier_ids": pair}})
    answer = house.attempt(lead, "endorse", house.sign_in(both))
    refused(answer, 403, "verified_it")
    assert house.state(lead) == "concluded"
    house.act(lead, "endorse", DISTRICT, "chief")


def test_chief_cannot_send_back_a_conclusion_that_he_verified(house: House):
    both = make_officer(house.connection, house.agencies[DISTRICT], "chief", "verifier")
    pair = [str(both.id), str(house.officer(DISTRICT, "verifier").id)]
    lead = house.lead("concluded", given={"start_verification": {"verifier_ids": pair}})
    refused(house.attempt(lead, "send_back", house.sign_in(both)), 403, "verified_it")


@pytest.mark.parametrize("verb", ["approve", "send_back"])
def test_reviewer_of_the_agency_that_verified_cannot_review(house: House, verb: str):
    """The office itself assists with one verifier: then an office above must review."""
    assisting = make_officer(house.connection, house.agencies[CITY], "verifier")
    pair = [str(house.officer(DISTRICT, "verifier").id), str(assisting.id)]
    help_by_office = {
        "dispatch": {"assisting_agency_ids": [str(house.agencies[CITY].id)]},
        "start_verification": {"verifier_ids": pair},
    }
    lead = house.lead("in_review", given=help_by_office)
    refused(house.attempt(lead, verb, house.signed_in(CITY, "reviewer")), 403, "same_agency")
    house.act(lead, verb, "province", "reviewer")


def test_look_back_is_by_another_agency_than_verified(house: House):
    assisting = make_officer(house.connection, house.agencies[CITY], "verifier")
    pair = [str(house.officer(DISTRICT, "verifier").id), str(assisting.id)]
    lead = house.lead(
        "in_review",
        given={
            "dispatch": {"assisting_agency_ids": [str(house.agencies[CITY].id)]},
            "start_verification": {"verifier_ids": pair},
        },
    )
    house.act(lead, "approve", "province", "reviewer")
    house.walk(lead, "approved", "closed")
    refused(house.attempt(lead, "look_back", house.signed_in(CITY, "reviewer")), 403, "same_agency")
    house.act(lead, "look_back", "province", "reviewer")


def test_conclusion_is_the_named_verifiers_own(house: House):
    lead = house.lead("verifying")
    third = make_officer(house.connection, house.agencies[DISTRICT], "verifier")
    refused(house.attempt(lead, "conclude", house.sign_in(third)), 403, "not_a_verifier")


def test_answer_is_given_by_a_verifier_of_the_lead_or_the_desk(house: House):
    lead = house.lead("approved")
    third = make_officer(house.connection, house.agencies[DISTRICT], "verifier")
    refused(house.attempt(lead, "give_feedback", house.sign_in(third)), 403, "not_a_verifier")
    house.act(lead, "give_feedback", CITY, "intake")


def test_false_report_is_approved_at_city_level_or_above_only(house: House):
    county = make_agency(house.connection, "测试区扫黑办", "office", "430104", house.agencies[CITY])
    reviewer = make_officer(house.connection, county, "reviewer")
    lead = house.lead("in_review", given={"conclude": {"finding": "false_report"}})
    seen = house.value("SELECT desk_agencies FROM leads WHERE id = :id", id=lead.id)
    assert seen[-1] == county.id, "the tip is taken in by the office nearest to it"
    refused(house.attempt(lead, "approve", house.sign_in(reviewer), outcome="no_action"), 403, "level_too_low")
    assert house.state(lead) == "in_review"
    house.act(lead, "approve", CITY, "reviewer", outcome="clarification")


def test_county_reviewer_approves_any_other_finding(house: House):
    county = make_agency(house.connection, "测试区扫黑办", "office", "430104", house.agencies[CITY])
    reviewer = make_officer(house.connection, county, "reviewer")
    lead = house.lead("in_review", given={"conclude": {"finding": "unsubstantiated"}})
    answer = house.attempt(lead, "approve", house.sign_in(reviewer), outcome="no_action")
    assert answer.status_code == 200, answer.text


# --- the second officer ---


@pytest.mark.parametrize(
    ("state", "verb", "role"), [("received", "decline", "intake"), ("screened", "decline", "intake")]
)
def test_own_request_to_decline_cannot_be_confirmed(house: House, state: str, verb: str, role: str):
    lead = house.lead(state)
    house.act(lead, verb, CITY, role)
    version = house.version(lead)
    refused(house.attempt(lead, f"{verb}/confirmation", house.signed_in(CITY, role)), 403, "own_request")
    assert (house.state(lead), house.version(lead)) == (state, version)
    assert house.value("SELECT count(*) FROM pending_moves WHERE lead_id = :id", id=lead.id) == 1


def test_own_request_to_extend_cannot_be_confirmed_even_by_a_reviewer_of_the_desk(house: House):
    """Where the office itself is in charge, chief and reviewer can be one person; not for one request."""
    both = make_officer(house.connection, house.agencies["province"], "chief", "reviewer")
    pair = [make_officer(house.connection, house.agencies["province"], "verifier") for _ in range(2)]
    lead = house.lead("registered")
    house.act(lead, "dispatch", CITY, "dispatcher", agency_id=str(house.agencies["province"].id))
    who = house.sign_in(both)
    assert house.attempt(lead, "sign", who).status_code == 200
    ids = [str(officer.id) for officer in pair]
    assert house.attempt(lead, "start_verification", house.sign_in(pair[0]), verifier_ids=ids).status_code == 200
    assert house.attempt(lead, "start_verification/confirmation", house.sign_in(pair[1])).status_code == 200
    assert house.attempt(lead, "extend", who).status_code == 200
    # The rule that a reviewer be from another agency speaks first here; either refuses.
    refused(house.attempt(lead, "extend/confirmation", who), 403)
    house.act(lead, "extend/confirmation", CITY, "reviewer")


def test_refused_decline_leaves_the_lead_as_it_was_but_for_the_trail(house: House):
    lead = house.lead("screened")
    house.act(lead, "decline", CITY, "intake")
    clock = house.value("SELECT clock_due_at FROM leads WHERE id = :id", id=lead.id)
    page = house.act(lead, "decline/confirmation", CITY, "intake second", agreed=False, note="材料可查")
    assert (page["state"], page["pending"]) == ("screened", None)
    assert house.value("SELECT clock_due_at FROM leads WHERE id = :id", id=lead.id) == clock
    assert house.receipt(lead)["stage"] == "received"
    last = house.sql("SELECT event, from_state, to_state FROM events WHERE lead_id = :id ORDER BY id", id=lead.id)[-1]
    assert tuple(last) == ("lead:decline_refused", "screened", "screened")


def test_refused_extension_keeps_the_date(house: House):
    lead = house.lead("verifying")
    before = house.value("SELECT due_at FROM clocks WHERE lead_id = :id AND stopped_at IS NULL", id=lead.id)
    house.act(lead, "extend", DISTRICT, "chief")
    house.act(lead, "extend/confirmation", CITY, "reviewer", agreed=False)
    assert house.value("SELECT due_at FROM clocks WHERE lead_id = :id AND stopped_at IS NULL", id=lead.id) == before


def test_asked_extension_moves_the_date_only_when_it_is_confirmed(house: House):
    lead = house.lead("verifying")
    new = (datetime.now(UTC) + timedelta(days=40)).replace(microsecond=0)
    before = house.value("SELECT clock_due_at FROM leads WHERE id = :id", id=lead.id)
    asked = house.act(lead, "extend", DISTRICT, "chief", due_at=new.isoformat())
    assert asked["pending"]["verb"] == "extend"
    assert house.value("SELECT clock_due_at FROM leads WHERE id = :id", id=lead.id) == before
    house.act(lead, "extend/confirmation", CITY, "reviewer")
    running = "SELECT due_at FROM clocks WHERE lead_id = :id AND stopped_at IS NULL"
    assert house.value(running, id=lead.id) == new
    assert house.value("SELECT clock_due_at FROM leads WHERE id = :id", id=lead.id) == new


def test_extension_is_capped_at_three_months_in_all(house: House):
    lead = house.lead("verifying")
    began = house.value("SELECT verification_began_at FROM leads WHERE id = :id", id=lead.id)
    longest = due(began, 3, TermUnit.months).at
    over = house.attempt(
        lead, "extend", house.signed_in(DISTRICT, "chief"), due_at=(longest + timedelta(seconds=1)).isoformat()
    )
    assert (over.status_code, pointed(over)) == (422, [("/due_at", "too_late")])
    house.act(lead, "extend", DISTRICT, "chief", due_at=longest.isoformat())
    house.act(lead, "extend/confirmation", CITY, "reviewer")
    again = house.attempt(
        lead, "extend", house.signed_in(DISTRICT, "chief"), due_at=(longest + timedelta(days=1)).isoformat()
    )
    assert pointed(again) == [("/due_at", "too_late")]


def test_extension_must_be_later_than_what_runs(house: House):
    lead = house.lead("verifying")
    earlier = (datetime.now(UTC) + timedelta(days=2)).isoformat()
    answer = house.attempt(lead, "extend", house.signed_in(DISTRICT, "chief"), due_at=earlier)
    assert (answer.status_code, pointed(answer)) == (422, [("/due_at", "not_later")])


def test_send_back_does_not_lengthen_the_three_months(house: House):
    lead = house.lead("concluded")
    began = house.value("SELECT verification_began_at FROM leads WHERE id = :id", id=lead.id)
    house.act(lead, "send_back", DISTRICT, "chief")
    assert house.value("SELECT verification_began_at FROM leads WHERE id = :id", id=lead.id) == began


def test_a_second_request_waits_for_the_first(house: House):
    lead = house.lead()
    house.act(lead, "decline", CITY, "intake")
    problem = refused(house.attempt(lead, "decline", house.signed_in(CITY, "intake second")), 409)
    assert problem["state"] == "received"


def test_a_move_that_goes_through_takes_back_what_waited(house: House):
    lead = house.lead()
    house.act(lead, "decline", CITY, "intake")
    assert house.act(lead, "screen", CITY, "intake second")["pending"] is None
    refused(house.attempt(lead, "decline/confirmation", house.signed_in(CITY, "intake second")), 409)


def test_nobody_confirms_what_nobody_asked(house: House):
    lead = house.lead()
    refused(house.attempt(lead, "decline/confirmation", house.signed_in(CITY, "intake")), 409)


def test_confirmation_names_who_asked_and_who_agreed(house: House):
    lead = house.lead("declined")
    ((actor, facts),) = house.sql(
        "SELECT actor_id, facts FROM events WHERE lead_id = :id AND event = 'lead:decline'", id=lead.id
    )
    assert actor == house.officer(CITY, "intake second").id
    assert facts["asked_by"] == str(house.officer(CITY, "intake").id)


# --- objection and exclusion ---


def test_objection_after_five_working_days_is_late(house: House):
    lead = house.lead("dispatched")
    house.sql("UPDATE leads SET state_since = now() - interval '30 days' WHERE id = :id", id=lead.id)
    refused(house.attempt(lead, "object", house.signed_in(DISTRICT, "chief")), 403, "objection_late")
    assert house.state(lead) == "dispatched"


def test_objection_takes_the_lead_from_the_agency(house: House):
    lead = house.lead("dispatched")
    chief = house.signed_in(DISTRICT, "chief")
    house.attempt(lead, "object", chief)
    assert house.state(lead) == "registered"
    assert chief.get(lead.url).status_code == 404
    holder = house.sql("SELECT held_by_agency_id, held_by_officer_id FROM leads WHERE id = :id", id=lead.id)[0]
    assert tuple(holder) == (house.agencies[CITY].id, house.officer(CITY, "intake").id)


def test_objection_may_be_answered_by_the_same_dispatch_again(house: House):
    lead = house.lead("dispatched")
    house.attempt(lead, "object", house.signed_in(DISTRICT, "chief"))
    house.act(lead, "dispatch", CITY, "dispatcher")
    assert house.signed_in(DISTRICT, "chief").get(lead.url).status_code == 200


def test_agency_that_declares_a_conflict_never_gets_the_lead_again(house: House):
    lead = house.lead("dispatched")
    house.attempt(lead, "object", house.signed_in(DISTRICT, "chief"), reason_code="conflict")
    answer = house.attempt(lead, "dispatch", house.signed_in(CITY, "dispatcher"))
    problem = refused(answer, 409)
    assert problem["type"] == "urn:huiyin:problem:excluded"
    assert house.agencies["police"].name in [one["name"] for one in problem["proposals"]]


@pytest.mark.parametrize("how", ["exclusions", "subjects"])
def test_excluded_agency_and_all_below_it_cannot_find_the_lead(house: House, how: str):
    """Named by the reporter as excluded, or as the subject of the tip: it is as if the lead were not there."""
    entry = {"agency_id": str(house.agencies["police"].id)} | ({"kind": "agency"} if how == "subjects" else {})
    named: dict[str, Any] = {how: [entry]}
    lead = house.lead("registered", **named)
    # Even where it stands in the list of those who may see.
    both = [house.agencies["police"].id, house.agencies[DISTRICT].id]
    house.sql("UPDATE leads SET visible_to = visible_to || CAST(:ids AS uuid[]) WHERE id = :id", ids=both, id=lead.id)
    for place in ("police", DISTRICT):
        who = house.signed_in(place, "chief")
        assert who.get(lead.url).status_code == 404
        assert who.get("/api/v1/leads").json()["items"] == []
        assert who.get(f"{lead.url}/timeline").status_code == 404
        assert who.get(f"{lead.url}/messages").status_code == 404


@pytest.mark.parametrize("asked", ["police", "district"])
def test_dispatch_to_an_excluded_agency_or_one_below_it_is_refused_with_proposals(house: House, asked: str):
    lead = house.lead("registered", exclusions=[{"agency_id": str(house.agencies["police"].id)}])
    dispatcher = house.signed_in(CITY, "dispatcher")
    answer = house.attempt(lead, "dispatch", dispatcher, agency_id=str(house.agencies[asked].id))
    problem = refused(answer, 409)
    assert problem["type"] == "urn:huiyin:problem:excluded"
    assert [one["name"] for one in problem["proposals"]] == [house.agencies["discipline"].name]
    assert house.state(lead) == "registered"


def test_excluded_agency_cannot_assist_either(house: House):
    lead = house.lead("registered", exclusions=[{"agency_id": str(house.agencies["market"].id)}])
    answer = house.attempt(
        lead,
        "dispatch",
        house.signed_in(CITY, "dispatcher"),
        assisting_agency_ids=[str(house.agencies["market"].id)],
    )
    assert (answer.status_code, pointed(answer)) == (409, [("/assisting_agency_ids/0", "excluded")])


def test_excluded_officer_cannot_find_the_lead_that_his_colleagues_work_on(house: House):
    lead = house.lead("dispatched")
    concerned = house.officer(DISTRICT, "verifier")
    house.sql("UPDATE leads SET hidden_from = ARRAY[:who]::uuid[] WHERE id = :id", who=concerned.id, id=lead.id)
    assert house.sign_in(concerned).get(lead.url).status_code == 404
    assert house.signed_in(DISTRICT, "chief").get(lead.url).status_code == 200


def test_tip_about_the_office_itself_goes_to_the_office_above(house: House):
    lead = house.file(exclusions=[{"agency_id": str(house.agencies[CITY].id)}])
    assert (
        house.value("SELECT held_by_agency_id FROM leads WHERE id = :id", id=lead.id) == house.agencies["province"].id
    )
    assert house.signed_in(CITY, "intake").get(lead.url).status_code == 404
    assert house.signed_in("province", "intake").get(lead.url).status_code == 200


def test_tip_is_refused_when_no_office_is_left_to_take_it(house: House):
    everyone = [{"agency_id": str(house.agencies[key].id)} for key in (CITY, "province")]
    answer = house.connect().post(
        "/api/v1/public/tips",
        {
            "region_code": "430104",
            "conduct": "other",
            "narrative": "甲",
            "exclusions": everyone,
            "receipt": {"suite": "r1", "token_hash": "A" * 43},
        },
    )
    assert answer.status_code == 409


# --- what must be given ---


@pytest.mark.parametrize("outcome", ["case_filed", "referred_discipline"])
def test_closing_needs_the_document_of_a_case_or_referral(house: House, outcome: str):
    lead = house.lead("answered", given={"approve": {"outcome": outcome}})
    reviewer = house.signed_in(CITY, "reviewer")
    answer = house.attempt(lead, "close", reviewer)
    assert (answer.status_code, pointed(answer)) == (422, [("/document_numbers", "missing")])
    page = house.act(lead, "close", CITY, "reviewer", document_numbers=["测公立字〔2026〕1号"])
    assert page["document_numbers"] == ["测公立字〔2026〕1号"]


@pytest.mark.parametrize("outcome", ["administrative_penalty", "sector_rectification", "clarification", "no_action"])
def test_closing_needs_no_document_otherwise(house: House, outcome: str):
    lead = house.lead("closed", given={"approve": {"outcome": outcome}})
    assert house.state(lead) == "closed"


def test_closing_without_feedback_needs_a_note(house: House):
    lead = house.lead("approved")
    answer = house.attempt(lead, "close", house.signed_in(CITY, "reviewer"), note=None)
    assert (answer.status_code, pointed(answer)) == (422, [("/note", "missing")])
    house.act(lead, "close", CITY, "reviewer", note="匿名举报，无法联系")
    assert house.state(lead) == "closed"


def test_closing_after_feedback_needs_none(house: House):
    lead = house.lead("answered")
    house.act(lead, "close", CITY, "reviewer", note=None)


@pytest.mark.parametrize("given", [{}, {"text": "甲", "skip_reason": "would_harm"}, {"text": None}, {"text": " "}])
def test_feedback_is_a_text_or_a_reason_never_both_or_neither(house: House, given: dict[str, Any]):
    lead = house.lead("approved")
    who = house.signed_in(DISTRICT, "verifier")
    answer = who.post(f"{lead.url}/give_feedback", given, {"If-Match": f'"v{house.version(lead)}"'})
    assert answer.status_code == 422
    assert house.state(lead) == "approved"


def test_verification_is_started_by_one_of_its_two_verifiers(house: House):
    lead = house.lead("signed")
    other = make_officer(house.connection, house.agencies[DISTRICT], "verifier")
    answer = house.attempt(lead, "start_verification", house.sign_in(other))
    assert (answer.status_code, pointed(answer)) == (422, [("/verifier_ids", "without_you")])


@pytest.mark.parametrize("who", ["of another agency", "not a verifier", "inactive", "excluded", "unknown"])
def test_second_verifier_must_be_eligible(house: House, who: str):
    lead = house.lead("signed")
    first = house.officer(DISTRICT, "verifier")
    second = {
        "of another agency": lambda: make_officer(house.connection, house.agencies["market"], "verifier").id,
        "not a verifier": lambda: house.officer(DISTRICT, "chief").id,
        "inactive": lambda: make_officer(house.connection, house.agencies[DISTRICT], "verifier", active=False).id,
        "excluded": lambda: house.officer(DISTRICT, "verifier second").id,
        "unknown": lambda: lead.id,
    }[who]()
    if who == "excluded":
        house.sql("UPDATE leads SET hidden_from = ARRAY[:who]::uuid[] WHERE id = :id", who=second, id=lead.id)
    answer = house.attempt(lead, "start_verification", house.sign_in(first), verifier_ids=[str(first.id), str(second)])
    assert (answer.status_code, pointed(answer)) == (422, [("/verifier_ids/1", "not_eligible")])
    assert house.state(lead) == "signed"


@pytest.mark.parametrize("given", ["one", "twice", "no declaration"])
def test_two_different_verifiers_declare_that_they_have_no_conflict(house: House, given: str):
    lead = house.lead("signed")
    first, second = (str(house.officer(DISTRICT, role).id) for role in ("verifier", "verifier second"))
    table: dict[str, dict[str, Any]] = {
        "one": {"verifier_ids": [first]},
        "twice": {"verifier_ids": [first, first]},
        "no declaration": {"verifier_ids": [first, second], "no_conflict": False},
    }
    answer = house.attempt(lead, "start_verification", house.signed_in(DISTRICT, "verifier"), **table[given])
    assert answer.status_code == 422


def test_assisting_agency_lends_a_verifier_who_then_sees_the_lead(house: House):
    lent = make_officer(house.connection, house.agencies["market"], "verifier")
    pair = [str(house.officer(DISTRICT, "verifier").id), str(lent.id)]
    lead = house.lead(
        "verifying",
        given={
            "dispatch": {"assisting_agency_ids": [str(house.agencies["market"].id)]},
            "start_verification": {"verifier_ids": pair},
        },
    )
    page = house.sign_in(lent).get(lead.url)
    assert page.status_code == 200
    assert "conclude" in page.json()["allowed_actions"]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"agency_id": "00000000-0000-7000-8000-000000000000"}, ("/agency_id", "unknown_agency")),
        (
            {"assisting_agency_ids": ["00000000-0000-7000-8000-000000000000"]},
            ("/assisting_agency_ids/0", "unknown_agency"),
        ),
        ({"due_at": "2020-01-01T00:00:00+08:00"}, ("/due_at", "past")),
    ],
)
def test_dispatch_says_which_field_is_wrong(house: House, changes: dict[str, Any], expected: tuple[str, str]):
    lead = house.lead("registered")
    answer = house.attempt(lead, "dispatch", house.signed_in(CITY, "dispatcher"), **changes)
    assert (answer.status_code, pointed(answer)) == (422, [expected])


def test_agency_in_charge_does_not_also_assist(house: House):
    lead = house.lead("registered")
    own = [str(house.agencies[DISTRICT].id)]
    answer = house.attempt(lead, "dispatch", house.signed_in(CITY, "dispatcher"), assisting_agency_ids=own)
    assert pointed(answer) == [("/assisting_agency_ids", "twice")]


def test_agency_in_which_nobody_answers_gets_no_lead(house: House):
    empty = make_agency(house.connection, "测试新设单位", "regulator", "430100")
    lead = house.lead("registered")
    answer = house.attempt(lead, "dispatch", house.signed_in(CITY, "dispatcher"), agency_id=str(empty.id))
    refused(answer, 409)
    assert house.state(lead) == "registered"


# --- attach ---


def test_attached_tips_move_and_their_receipts_follow(house: House):
    target = house.lead("verifying")
    lead = house.lead("screened")
    house.act(lead, "attach", CITY, "intake", target_lead_id=str(target.id))
    assert house.value("SELECT lead_id FROM tips WHERE id = :id", id=lead.tip_id) == target.id
    assert house.value("SELECT tip_count FROM leads WHERE id = :id", id=target.id) == 2
    told = house.receipt(lead)
    assert (told["stage"], told["handled_by"]) == ("being_checked", "police")
    assert told["answer_due_at"] == house.receipt(target)["answer_due_at"]
    house.walk(target, "verifying", "answered")
    assert house.receipt(lead)["answer"]["text"] == house.receipt(target)["answer"]["text"]


def test_exclusions_travel_with_an_attached_tip(house: House):
    target = house.lead("registered")
    lead = house.lead("screened", exclusions=[{"agency_id": str(house.agencies["police"].id)}])
    house.act(lead, "attach", CITY, "intake", target_lead_id=str(target.id))
    answer = house.attempt(target, "dispatch", house.signed_in(CITY, "dispatcher"))
    assert answer.status_code == 409


def test_a_tip_is_not_attached_to_a_lead_in_the_hands_of_whom_it_excludes(house: House):
    target = house.lead("verifying")
    lead = house.lead("screened", exclusions=[{"agency_id": str(house.agencies["police"].id)}])
    answer = house.attempt(lead, "attach", house.signed_in(CITY, "intake"), target_lead_id=str(target.id))
    assert (answer.status_code, pointed(answer)) == (409, [("/target_lead_id", "excluded")])
    assert house.value("SELECT lead_id FROM tips WHERE id = :id", id=lead.tip_id) == lead.id


@pytest.mark.parametrize(("which", "code"), [("itself", "same_lead"), ("closed", "not_open"), ("none", "unknown_lead")])
def test_attach_needs_another_open_lead(house: House, which: str, code: str):
    lead = house.lead("screened")
    target = {
        "itself": lambda: lead.id,
        "closed": lambda: house.lead("declined").id,
        "none": lambda: lead.tip_id,
    }[which]()
    answer = house.attempt(lead, "attach", house.signed_in(CITY, "intake"), target_lead_id=str(target))
    assert (answer.status_code, pointed(answer)) == (422, [("/target_lead_id", code)])


def test_both_leads_tell_of_the_merger(house: House):
    target = house.lead("registered")
    lead = house.lead("screened")
    page = house.act(lead, "attach", CITY, "intake", target_lead_id=str(target.id))
    assert page["merged_into"]["id"] == str(target.id)
    events = [row.event for row in house.sql("SELECT event FROM events WHERE lead_id = :id ORDER BY id", id=target.id)]
    assert events[-1] == "lead:take_in"


# --- reopen ---


def test_reopened_lead_is_taken_from_its_former_handler(house: House):
    lead = house.lead("closed")
    handler = house.signed_in(DISTRICT, "chief")
    assert handler.get(lead.url).status_code == 200
    page = house.act(lead, "reopen", CITY, "reviewer")
    assert handler.get(lead.url).status_code == 404
    assert (page["state"], page["finding"], page["outcome"], page["feedback"]) == ("registered", None, None, None)
    assert page["document_numbers"] == []
    assert page["held_by"]["agency"]["name"] == house.agencies[CITY].name
    told = house.receipt(lead)
    assert (told["stage"], told["handled_by"], told["can_write"]) == ("accepted", None, True)


def test_reopened_lead_forgets_the_former_verifiers_when_it_is_dispatched(house: House):
    lead = house.lead("closed")
    house.act(lead, "reopen", CITY, "reviewer")
    page = house.act(lead, "dispatch", CITY, "dispatcher", agency_id=str(house.agencies["market"].id))
    assert page["verifiers"] == []


@pytest.mark.parametrize("state", ["declined", "transferred"])
def test_what_was_not_accepted_can_be_reopened(house: House, state: str):
    lead = house.lead(state)
    house.act(lead, "reopen", CITY, "reviewer")
    told = house.receipt(lead)
    assert (told["stage"], told["reason"], told["accepted"]) == ("accepted", None, True)


# --- versions and states ---


def test_stale_if_match_is_412_and_changes_nothing(house: House):
    lead = house.lead("screened")
    answer = house.attempt(lead, "register", house.signed_in(CITY, "intake"), version=house.version(lead) - 1)
    problem = refused(answer, 412)
    assert problem["version"] == house.version(lead)
    assert house.state(lead) == "screened"


@pytest.mark.parametrize("etag", ['W/"v1"', "*", "v1", '"1"', '"v"', '"v99999999999"', ""])
def test_if_match_that_is_no_etag_of_ours_is_412(house: House, etag: str):
    lead = house.lead()
    answer = house.signed_in(CITY, "intake").post(f"{lead.url}/screen", house.given("screen"), {"If-Match": etag})
    assert answer.status_code == 412


def test_missing_if_match_is_428(house: House):
    lead = house.lead()
    answer = house.signed_in(CITY, "intake").post(f"{lead.url}/screen", house.given("screen"))
    assert refused(answer, 428)["type"] == "urn:huiyin:problem:precondition_required"


def test_etag_of_an_answer_fits_the_next_verb(house: House):
    lead = house.lead()
    who = house.signed_in(CITY, "intake")
    first = who.get(lead.url)
    second = who.post(f"{lead.url}/screen", house.given("screen"), {"If-Match": first.headers["etag"]})
    third = who.post(f"{lead.url}/register", {}, {"If-Match": second.headers["etag"]})
    assert (third.status_code, third.json()["state"]) == (200, "registered")


def test_wrong_state_names_the_verbs_that_are_allowed(house: House):
    lead = house.lead("screened")
    problem = refused(house.attempt(lead, "screen", house.signed_in(CITY, "intake")), 409)
    assert problem["type"] == "urn:huiyin:problem:wrong_state"
    assert problem["state"] == "screened"
    assert problem["allowed_actions"] == ["attach", "transfer_out", "decline", "register"]


# --- clocks ---

# After which verb which clock runs: (rule, amount, unit); None: none runs.
CLOCKS: dict[str, tuple[str, int, str] | None] = {
    "submit": ("screen", 3, "calendar_days"),
    "screen": ("register", 2, "working_days"),
    "attach": None,
    "transfer_out": ("hand_over", 24, "hours"),
    "decline": ("tell_reporter", 15, "calendar_days"),
    "notify": None,
    "register": ("dispatch", 2, "working_days"),
    "dispatch": ("sign", 1, "working_days"),
    "sign": ("assign", 1, "working_days"),
    "object": ("dispatch", 2, "working_days"),
    "start_verification": ("conclude", 30, "calendar_days"),
    "conclude": ("endorse", 3, "working_days"),
    "endorse": ("review", 7, "calendar_days"),
    "send_back": ("conclude_again", 15, "calendar_days"),
    "approve": ("feedback", 15, "working_days"),
    "give_feedback": ("close", 5, "working_days"),
    "close": None,
    "look_back": None,
    "reopen": ("dispatch", 2, "working_days"),
    "recall": ("dispatch", 2, "working_days"),
    "change_verifiers": ("assign", 1, "working_days"),
    "unmerge": ("screen", 3, "calendar_days"),
    "mark_complex": ("screen_complex", 7, "calendar_days"),
}
STARTS = {
    "recall": "verifying",
    "change_verifiers": "concluded",
    "unmerge": "merged",
    "notify": "declined",
    "object": "dispatched",
    "send_back": "in_review",
    "look_back": "closed",
    "reopen": "closed",
    "attach": "received",
    "transfer_out": "received",
    "mark_complex": "received",
}
BY = {
    "recall": "dispatcher",
    "notify": "intake",
    "send_back": "reviewer",
    "look_back": "reviewer",
    "reopen": "reviewer",
}


def lead_after(house: House, verb: str) -> Lead:
    """A lead on which the verb was just carried out."""
    if verb == "submit":
        return house.file()
    if verb == "decline":
        return house.lead("declined")
    if verb in STARTS:
        lead = house.lead(STARTS[verb])
        by_chief = verb in {"object", "change_verifiers"}
        who = house.signed_in(DISTRICT if by_chief else CITY, "chief" if by_chief else BY.get(verb, "intake"))
        assert house.attempt(lead, verb, who).status_code in {200, 404}
        return lead
    return house.lead(next(state for state, steps in WAY.items() if steps and steps[-1][0] == verb))


@pytest.mark.parametrize("verb", [verb for verb in ("submit", *MOVES) if verb != "extend"])
def test_verb_starts_its_clock_and_stops_the_one_before(house: House, verb: str):
    lead = lead_after(house, verb)
    running = house.sql("SELECT * FROM clocks WHERE lead_id = :id AND stopped_at IS NULL", id=lead.id)
    row = house.sql("SELECT * FROM leads WHERE id = :id", id=lead.id)[0]
    expected = CLOCKS[verb]
    if expected is None:
        assert running == []
        assert (row.clock_rule, row.clock_due_at) == (None, None)
        return
    (clock,) = running
    rule, amount, unit = expected
    ends = due(clock.started_at, amount, TermUnit(unit))
    assert (clock.rule, clock.due_at, clock.provisional) == (rule, ends.at, ends.provisional)
    assert (row.clock_rule, row.clock_due_at, row.clock_provisional) == (rule, ends.at, ends.provisional)
    assert (clock.agency_id, clock.officer_id) == (row.held_by_agency_id, row.held_by_officer_id)
    assert clock.basis, "a clock says on what rule it stands"
    stopped = house.sql("SELECT stopped_at, started_at FROM clocks WHERE lead_id = :id ORDER BY id", id=lead.id)[:-1]
    assert all(before.stopped_at is not None for before in stopped)


def test_extension_moves_the_running_clock_and_starts_none(house: House):
    lead = house.lead("verifying")
    count = house.value("SELECT count(*) FROM clocks WHERE lead_id = :id", id=lead.id)
    house.act(lead, "extend", DISTRICT, "chief")
    house.act(lead, "extend/confirmation", CITY, "reviewer")
    assert house.value("SELECT count(*) FROM clocks WHERE lead_id = :id", id=lead.id) == count
    assert house.value("SELECT clock_rule FROM leads WHERE id = :id", id=lead.id) == "conclude"


def test_date_set_on_dispatch_ends_the_verification_earlier(house: House):
    soon = (datetime.now(UTC) + timedelta(days=10)).replace(microsecond=0)
    lead = house.lead("verifying", given={"dispatch": {"due_at": soon.isoformat()}})
    assert house.value("SELECT clock_due_at FROM leads WHERE id = :id", id=lead.id) == soon


def test_date_set_on_dispatch_does_not_lengthen_it(house: House):
    late = (datetime.now(UTC) + timedelta(days=80)).isoformat()
    lead = house.lead("verifying", given={"dispatch": {"due_at": late}})
    began = house.value("SELECT verification_began_at FROM leads WHERE id = :id", id=lead.id)
    assert (
        house.value("SELECT clock_due_at FROM leads WHERE id = :id", id=lead.id)
        == due(began, 30, TermUnit.calendar_days).at
    )


def test_two_clocks_never_run_for_one_lead(house: House):
    lead = house.lead()
    with refused_by_the_database(house, "uq_clocks_running"):
        house.connection.execute(
            text(
                """
            INSERT INTO clocks (lead_id, rule, rule_version, basis, agency_id, officer_id, started_at, due_at)
            SELECT lead_id, 'register', 1, 'x', agency_id, officer_id, now(), now() FROM clocks WHERE lead_id = :id
                """
            ),
            {"id": lead.id},
        )


def test_due_dates_end_with_the_day_in_beijing(house: House):
    lead = house.lead()
    ends = house.value("SELECT clock_due_at FROM leads WHERE id = :id", id=lead.id).astimezone(BEIJING)
    assert (ends.hour, ends.minute, ends.second) == (23, 59, 59)


# --- who answers ---

HOLDERS = {
    "received": (CITY, "intake"),
    "screened": (CITY, "intake"),
    "registered": (CITY, "intake"),
    "dispatched": (DISTRICT, "chief"),
    "signed": (DISTRICT, "chief"),
    "verifying": (DISTRICT, "verifier"),
    "concluded": (DISTRICT, "chief"),
    "in_review": (CITY, "intake"),
    "approved": (DISTRICT, "verifier"),
    "answered": (CITY, "intake"),
}


@pytest.mark.parametrize("state", sorted(OPEN_STATES))
def test_open_lead_has_exactly_one_agency_and_one_named_person(house: House, state: str):
    lead = house.lead(state)
    place, role = HOLDERS[state]
    ((agency, officer),) = house.sql(
        "SELECT agency_id, officer_id FROM assignments WHERE lead_id = :id AND to_at IS NULL", id=lead.id
    )
    row = house.sql("SELECT held_by_agency_id, held_by_officer_id FROM leads WHERE id = :id", id=lead.id)[0]
    assert (agency, officer) == (house.agencies[place].id, house.officer(place, role).id) == tuple(row)


@pytest.mark.parametrize("state", [state for state in State if state not in OPEN_STATES])
def test_nobody_is_assigned_a_lead_that_is_over(house: House, state: str):
    lead = house.lead(state)
    assert house.value("SELECT count(*) FROM assignments WHERE lead_id = :id AND to_at IS NULL", id=lead.id) == 0


def test_assignments_follow_each_other_without_gap_or_overlap(house: House):
    lead = house.lead("concluded")
    house.act(lead, "send_back", DISTRICT, "chief")
    house.walk(lead, "verifying", "answered")
    rows = house.sql("SELECT from_at, to_at FROM assignments WHERE lead_id = :id ORDER BY from_at, id", id=lead.id)
    assert len(rows) > 5
    assert all(before.to_at == after.from_at for before, after in pairwise(rows))
    assert [row.to_at is None for row in rows] == [False] * (len(rows) - 1) + [True]
    received = house.value("SELECT received_at FROM leads WHERE id = :id", id=lead.id)
    assert rows[0].from_at == received


def test_database_refuses_two_holders_at_one_moment(house: House):
    lead = house.lead()
    with refused_by_the_database(house, "ex_assignments_lead_id_period"):
        house.connection.execute(
            text(
                """
            INSERT INTO assignments (lead_id, agency_id, officer_id, role, from_at)
            SELECT lead_id, agency_id, officer_id, 'chief', from_at + interval '1 hour'
            FROM assignments WHERE lead_id = :id
                """
            ),
            {"id": lead.id},
        )


# --- the trail and the texts ---


def test_each_verb_leaves_one_event_with_actor_and_states_and_no_free_text(house: House):
    lead = house.lead("closed")
    rows = house.sql("SELECT * FROM events WHERE lead_id = :id ORDER BY id", id=lead.id)
    assert [row.event for row in rows] == [
        "lead:submit",
        *(
            event
            for steps in WAY.values()
            for verb, _, _ in steps
            for event in ([f"lead:{verb}_asked"] if verb == "start_verification" else []) + [f"lead:{verb}"]
        ),
    ]
    moved = [row for row in rows[1:] if not row.event.endswith("_asked")]
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
        ("substantiated", "case_filed", "case_filed"),
        ("substantiated", "administrative_penalty", "verifying"),
        ("false_report", "clarification", "unsubstantiated"),
        ("undetermined", "no_action", "verifying"),
    ],
)
def test_status_after_approval_follows_finding_and_outcome(house: House, finding: str, outcome: str, status: str):
    lead = house.lead("approved", given={"conclude": {"finding": finding}, "approve": {"outcome": outcome}})
    assert house.value("SELECT status FROM subjects WHERE tip_id = :id", id=lead.tip_id) == status


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
    assert all(item["input"] is None for item in auditor.get(f"{lead.url}/timeline").json()["items"])
    assert auditor.get(f"{lead.url}/messages").status_code == 403


def test_every_state_can_be_reached():
    assert {*WAY, *ASIDE} == {str(state) for state in State}
