"""Whatever officers do, in whatever order: one answers for a lead, one clock runs at most, the trail tells its state.

Hypothesis draws officers and what they try: mostly what their page offers, sometimes anything at all.
"""

from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from huiyin.leads.lifecycle.moves import MOVES
from huiyin.leads.record.models import OPEN_STATES
from tests.client import Client
from tests.database import as_owner
from tests.factories.house import House, Lead

OFFICERS = [
    ("city", "intake"),
    ("city", "intake second"),
    ("city", "dispatcher"),
    ("city", "reviewer"),
    ("province", "reviewer"),
    ("district", "chief"),
    ("district", "chief second"),
    ("district", "verifier"),
    ("district", "verifier second"),
    ("discipline", "chief"),
]
CONFIRMATIONS = [f"{verb}/confirmation" for verb, step in MOVES.items() if step.second]
OPEN = "(" + ", ".join(f"'{state}'" for state in sorted(OPEN_STATES)) + ")"


def given_for(house: House, act: str, data: st.DataObject) -> dict[str, Any]:
    """What an officer gives with an act."""
    if act.endswith("/confirmation"):
        return {"agreed": data.draw(st.booleans())}
    if act == "pause":
        return {"reason_code": "waiting_for_reporter"}
    if act == "declare_conflict":
        return {"reason": "回避"}
    if act == "exclude":
        place, role = data.draw(st.sampled_from(OFFICERS))
        return {"officer_id": str(house.officer(place, role).id), "reason": "回避"}
    if act == "add_subject":
        return {"kind": "agency", "name": "某局", "agency_id": str(house.agencies[data.draw(PLACES)].id)}
    return {} if act == "resume" else house.given(act)


PLACES = st.sampled_from(["district", "discipline", "market"])


def offered(client: Client, lead: Lead) -> list[str]:
    page = client.get(lead.url)
    if page.status_code != 200:
        return []
    actions = page.json()["actions"]
    return [item["verb"] + ("/confirmation" if item["confirm"] else "") for item in actions if item["allowed"]]


def check(house: House, lead: Lead) -> None:
    """What must hold of a lead at every moment."""
    with as_owner(house.connection):
        house.connection.execute(text("SET CONSTRAINTS ALL IMMEDIATE"))
        house.connection.execute(text("SET CONSTRAINTS ALL DEFERRED"))
    (row,) = house.sql(
        f"""
        SELECT l.*, (SELECT count(*) FROM assignments a WHERE a.matter_id = l.id AND a.to_at IS NULL) AS answering,
               (SELECT count(*) FROM assignments a WHERE a.matter_id = l.id AND a.to_at IS NULL
                AND a.officer_id = l.held_by_officer_id AND a.agency_id = l.held_by_agency_id) AS same,
               (SELECT count(*) FROM clocks c WHERE c.matter_id = l.id AND c.stopped_at IS NULL) AS running,
               (SELECT count(*) FROM clocks c WHERE c.matter_id = l.id AND c.stopped_at IS NULL
                AND c.rule = l.clock_rule AND c.due_at = l.clock_due_at) AS repeated,
               (SELECT to_state FROM events e WHERE e.matter_id = l.id AND to_state IS NOT NULL
                ORDER BY id DESC LIMIT 1) AS told,
               (SELECT verb FROM pending_moves p WHERE p.matter_id = l.id) AS waits,
               l.state IN {OPEN} AS open,
               l.hidden_from && (l.verifier_ids || ARRAY[l.held_by_officer_id]) AS conflicted
        FROM leads l WHERE l.id = :id
        """,
        id=lead.id,
    )
    assert row.is_open is row.open
    assert (row.answering, row.same) == ((1, 1) if row.open else (0, 0))
    assert row.running == row.repeated == (1 if row.clock_rule else 0)
    assert row.told == row.state
    assert row.pending_verb == row.waits
    assert not (row.open and row.state != "approved" and row.conflicted), "an excluded officer works on it"
    steps = house.sql(
        "SELECT from_state, to_state FROM events WHERE matter_id = :id AND to_state IS NOT NULL ORDER BY id", id=lead.id
    )
    states = [step.to_state for step in steps]
    assert [step.from_state for step in steps] == [None, *states[:-1]]


def check_excluded(house: House, lead: Lead) -> None:
    """Excluded officers find nothing by any way in."""
    hidden = set(house.value("SELECT hidden_from FROM leads WHERE id = :id", id=lead.id))
    for place, role in OFFICERS:
        officer = house.officer(place, role)
        path = house.value("SELECT path FROM agencies WHERE id = :id", id=house.agencies[place].id)
        if not hidden & {officer.id, *path}:
            continue
        client = house.sign_in(officer)
        for part in ("", "/timeline", "/messages", "/responsible", "/notes", "/checklist", "/overlays", "/links"):
            assert client.get(lead.url + part).status_code in {403, 404}, part
        assert str(lead.id) not in client.get("/api/v1/leads", limit=200).text
        assert str(lead.id) not in client.get("/api/v1/leads/search", q="市场").text


def some_sequences(count: int) -> settings:
    """The same ones each time, so that a run says the same twice."""
    return settings(
        max_examples=count,
        deadline=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    )


def act_at_will(house: House, data: st.DataObject) -> None:
    """One lead, six to fourteen acts by whoever may or may not; what must hold is looked at after each."""
    savepoint = house.connection.begin_nested()
    lead = house.lead(data.draw(st.sampled_from(["received", "acknowledged", "in_review"])))
    for _ in range(data.draw(st.integers(6, 14))):
        place, role = data.draw(st.sampled_from(OFFICERS))
        client = house.signed_in(place, role)
        open_to = offered(client, lead)
        anything = not open_to or data.draw(st.integers(0, 3)) == 0
        act = data.draw(st.sampled_from([*MOVES, *CONFIRMATIONS] if anything else open_to))
        body = given_for(house, act, data)
        answer = client.post(f"{lead.url}/{act}", body, {"If-Match": f'"v{house.version(lead)}"'})
        assert answer.status_code < 500, f"{act} by {place} {role}: {answer.text}"
        check(house, lead)
    check_excluded(house, lead)
    savepoint.rollback()
    house.forget()


@some_sequences(4)
@given(data=st.data())
def test_any_sequence_of_acts_by_any_officers_keeps_the_promises(house: House, data: st.DataObject):
    act_at_will(house, data)


@pytest.mark.thorough
@some_sequences(60)
@given(data=st.data())
def test_sixty_sequences_of_acts_by_any_officers_keep_the_promises(house: House, data: st.DataObject):
    act_at_will(house, data)


@pytest.mark.parametrize("times", [8, pytest.param(200, marks=pytest.mark.thorough)])
def test_of_two_reviewers_at_once_exactly_one_closes_whenever_it_is_tried(committed: House, times: int):
    pair = [committed.officer("city", "reviewer"), committed.officer("province", "reviewer")]
    one, other = (committed.sign_in(officer) for officer in pair)
    for _ in range(times):
        lead = committed.file()
        committed.sql("UPDATE leads SET state = 'answered', fed_back_at = now() WHERE id = :id", id=lead.id)
        request: tuple[str, str, dict[str, str], Any] = (
            "POST",
            f"{lead.url}/close",
            {"If-Match": '"v1"'},
            {"document_numbers": []},
        )
        answers = one.race(request, other)
        won, lost = sorted(answer.status_code for answer in answers)
        assert (won, lost in {409, 412}) == (200, True)
        closed = "SELECT count(*) FROM events WHERE matter_id = :id AND event = 'lead:close'"
        assert committed.value(closed, id=lead.id) == 1
