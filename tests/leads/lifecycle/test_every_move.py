"""Every verb × every state × every role, by HTTP: allowed, or refused in the right way with nothing changed.

`TABLE` is the table of docs/domain.md, section 3, read from there; it pins `MOVES`. Each (verb, state, role) is tried
at the office that received the lead, at the agency in charge and at an agency that has no part in it. One saving:
whoever lacks the permission is refused before the lead is read, so in each state that is tried at one of the three
places, which change from state to state.
"""

from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from huiyin.access.permissions import ROLE_PERMISSIONS, Permission, Role
from huiyin.leads.lifecycle.moves import MOVES
from huiyin.leads.record.models import State
from huiyin.workflow.machine import Clocked
from tests.domain import ANSWERS, ANY, IN_CHARGE, OFFICE, Row, rows
from tests.factories.house import House, Lead

# verb: (from, to, roles, roles of the second officer); to None: stays.
Verb = tuple[frozenset[str], str | None, frozenset[str], frozenset[str]]


def table() -> dict[str, Verb]:
    """The document's rows, one for each verb."""
    found: dict[str, Verb] = {}
    for row in rows():
        sources, target, roles, second = found.get(row.verb, (frozenset(), row.target, frozenset(), frozenset()))
        assert target == row.target, f"{row.verb} leads to two states"
        found[row.verb] = (sources | row.sources, target, roles | row.roles, second | row.second_roles)
    return found


TABLE = table()

PLACES = ("city", "district", "market")
_DESK, _HANDLER = "city", "district"
SEEN_BY_HANDLER = {
    "dispatched",
    "signed",
    "verifying",
    "concluded",
    "in_review",
    "approved",
    "answered",
    "closed",
}
ALL_STATES = [str(state) for state in State]
WITH_REQUEST = [
    "received, decline asked",
    "screened, decline asked",
    "verifying, extend asked",
    "signed, start_verification asked",
]
VERBS = [*TABLE, *(f"{verb}/confirmation" for verb, row in TABLE.items() if row[3])]


@dataclass(frozen=True)
class Case:
    """One try: who, where, which verb, on a lead in which state, with what waiting for a second officer."""

    verb: str
    role: str
    place: str
    state: str
    waits: str
    answers: str = ""
    """Which place answers for the lead."""
    unmet: frozenset[str] = frozenset()
    """Verbs whose condition the lead does not meet: to everybody they answer as in a wrong state."""

    @property
    def base(self) -> str:
        return self.verb.removesuffix("/confirmation")

    @property
    def confirms(self) -> bool:
        return self.verb.endswith("/confirmation")

    @property
    def asks(self) -> bool:
        """Whether it takes effect only when a second officer confirms it."""
        return not self.confirms and bool(TABLE[self.base][3])

    @property
    def permission(self) -> Permission:
        move = MOVES[self.base]
        return move.second.permission if self.confirms and move.second else move.permission

    def expected(self) -> tuple[int, str]:
        """Status, and of a refusal its kind."""
        if self.permission not in ROLE_PERMISSIONS[Role(self.role)]:
            return 403, str(self.permission)
        if self.place == "market" or (self.place == _HANDLER and self.state not in SEEN_BY_HANDLER):
            return 404, "urn:huiyin:problem:not_found"
        wrong_state = self.waits != self.base if self.confirms else self.state not in TABLE[self.base][0]
        if wrong_state or self.verb in self.unmet:
            return 409, "urn:huiyin:problem:wrong_state"
        if not self._named():
            return 403, str(self.permission)
        if not self.confirms and self.waits == self.base:
            return 409, "urn:huiyin:problem:wrong_state"
        return 200, ""

    def _named(self) -> bool:
        """Whether it is, of those that hold the permission, the one whom the document names for the lead at hand."""
        here = (self.role, self.place)
        if self.confirms:
            confirming = [row for row in rows() if row.verb == self.base]
            return any(here in self._each(row.second_roles, row.second_places) for row in confirming)
        mine = [row for row in rows() if row.verb == self.verb and self.state in row.sources]
        return any(here in self._each(row.roles, row.places) for row in mine)

    def _each(self, roles: frozenset[str], places: frozenset[str]) -> set[tuple[str, str]]:
        at = {OFFICE: {_DESK}, IN_CHARGE: {self.handler}, ANSWERS: {self.answers}, ANY: {_DESK, _HANDLER}}
        return {(role, there) for role in roles for place in places for there in at[place]}

    @property
    def handler(self) -> str:
        return _HANDLER if self.state in SEEN_BY_HANDLER else ""


def test_moves_are_the_table_of_the_domain():
    def roles(permission: Permission | None) -> frozenset[str]:
        return frozenset(role for role, held in ROLE_PERMISSIONS.items() if permission in held)

    as_text = {
        verb: (
            move.sources,
            move.target,
            roles(move.permission),
            roles(move.second.permission if move.second else None),
        )
        for verb, move in MOVES.items()
    }
    assert as_text == TABLE


def test_moves_start_the_clocks_of_the_domain():
    """Their terms are compared with what runs in test_clocks_of_verbs.py."""

    goes_on = {"runs on": Clocked.keep, "pauses": Clocked.pause, "goes on": Clocked.resume}

    def clock(row: Row) -> str | Clocked:
        if row.clock_goes_on is not None:
            return goes_on[row.clock_goes_on]
        return row.clock[0] if row.clock else Clocked.stop

    assert {row.verb: clock(row) for row in rows()} == {verb: move.clock for verb, move in MOVES.items()}


def test_no_role_holds_everything():
    """Four eyes at least: whoever verifies cannot review, whoever reviews cannot verify, an administrator neither."""
    decisive = {Permission.leads_conclude, Permission.leads_endorse, Permission.leads_approve}
    assert all(len(held & decisive) <= 1 for held in ROLE_PERMISSIONS.values())
    assert Permission.leads_read not in ROLE_PERMISSIONS[Role.admin]


def snapshot(house: House, lead: Lead) -> Any:
    return house.sql(
        """
        SELECT to_jsonb(l), (SELECT count(*) FROM events), (SELECT count(*) FROM clocks),
               (SELECT count(*) FROM assignments), (SELECT count(*) FROM move_inputs),
               (SELECT count(*) FROM messages), (SELECT jsonb_agg(to_jsonb(p)) FROM pending_moves p),
               (SELECT jsonb_agg(to_jsonb(t) ORDER BY id) FROM tips t)
        FROM leads l WHERE id = :id
        """,
        id=lead.id,
    )


def unmet(house: House, lead: Lead) -> frozenset[str]:
    """Verbs whose condition this lead does not meet."""
    (row,) = house.sql("SELECT * FROM leads WHERE id = :id", id=lead.id)
    met = {
        "pause": row.clock_rule is not None and row.clock_paused_at is None,
        "resume": row.clock_paused_at is not None,
        "split": row.tip_count > 1,
        "add_subject": row.tip_count > 0 and row.merged_into_id is None,
        "dismiss_objection": row.objected_at is not None,
    }
    return frozenset(verb for verb, holds in met.items() if not holds)


def cases(house: House, lead: Lead, state: str, waits: str, lacking_at: str) -> list[Case]:
    holder = house.value("SELECT held_by_agency_id FROM leads WHERE id = :id", id=lead.id)
    answers = next(place for place in house.agencies if house.agencies[place].id == holder)
    conditions = unmet(house, lead)
    found = []
    for verb in VERBS:
        for role in Role:
            for place in PLACES:
                case = Case(verb, role, place, state, waits, answers, conditions)
                if case.permission in ROLE_PERMISSIONS[role] or place == lacking_at:
                    found.append(case)
    return found


def verdict(answer: httpx.Response) -> tuple[int, str]:
    if answer.status_code in {200, 204}:
        return 200, ""
    problem = answer.json()
    return answer.status_code, problem["permission"] if answer.status_code == 403 else problem["type"]


@pytest.mark.parametrize("situation", [*ALL_STATES, *WITH_REQUEST])
def test_every_verb_by_every_role(house: House, situation: str):
    state, _, asked = situation.partition(", ")
    waits = asked.removesuffix(" asked")
    lead = house.lead(state)
    if waits == "decline":
        house.act(lead, "decline", "city", "intake second")
    if waits == "start_verification":
        house.ask(lead, "start_verification", "district", "verifier second")
    if waits == "extend":
        house.act(lead, "extend", "district", "chief second")
    version = house.version(lead)
    inputs = {verb: house.given(verb) for verb in VERBS}
    lacking_at = PLACES[[*ALL_STATES, *WITH_REQUEST].index(situation) % 3]
    every = cases(house, lead, state, waits, lacking_at)
    clients = {(case.place, case.role): house.signed_in(case.place, case.role) for case in every}
    before = snapshot(house, lead)
    wrong: list[str] = []
    granted: dict[tuple[str, str], set[str]] = {}
    for case in every:
        savepoint = house.connection.begin_nested()
        answer = clients[case.place, case.role].post(
            f"{lead.url}/{case.verb}", inputs[case.verb], {"If-Match": f'"v{version}"'}
        )
        found = verdict(answer)
        if found != case.expected():
            wrong.append(f"{case}: {found}, expected {case.expected()}")
        if found[0] == 200:
            savepoint.rollback()
            granted.setdefault((case.place, case.role), set()).add(case.verb)
            target = state if case.asks else TABLE[case.base][1] or state
            if answer.status_code == 200 and answer.json()["state"] != target:
                wrong.append(f"{case}: led to {answer.json()['state']}")
        else:
            savepoint.commit()
            refusal = answer.json()
            if not (refusal.get("title") and refusal.get("detail")):
                wrong.append(f"{case}: a refusal without a word: {refusal}")
    assert wrong == []
    assert snapshot(house, lead) == before, "a refused verb has changed something"
    offered_is_granted(clients, lead, granted, waits)


def offered_is_granted(clients: Any, lead: Lead, granted: dict[tuple[str, str], set[str]], waits: str) -> None:
    """What the lead's page offers an officer is what the routes then let through, no more and no less."""
    for who, client in clients.items():
        page = client.get(lead.url)
        if page.status_code != 200:
            assert page.status_code in {403, 404}
            assert not granted.get(who)
            continue
        offered = {
            item["verb"] + ("/confirmation" if item["confirm"] else "")
            for item in page.json()["actions"]
            if item["allowed"]
        }
        assert offered == granted.get(who, set()), who
        refused = [item for item in page.json()["actions"] if not item["allowed"]]
        assert all(item["blocked_code"] and item["blocked_detail"] for item in refused)
        (row,) = [item for item in client.get("/api/v1/leads", limit=200).json()["items"] if item["id"] == str(lead.id)]
        asked_for = {verb for verb in offered if not verb.endswith("/confirmation")}
        assert set(page.json()["allowed_actions"]) == set(row["allowed_actions"]) == asked_for, who
