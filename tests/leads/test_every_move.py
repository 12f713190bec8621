"""Every verb × every state × every role, by HTTP: allowed, or refused in the right way with nothing changed.

`DOMAIN` is the table of domain.md, section 3, copied by hand; it pins `MOVES`. Each (verb, state, role) is tried at the
office that received the lead, at the agency in charge and at an agency that has no part in it. One saving: whoever
lacks the permission is refused before the lead is read, so in each state that is tried at one of the three places,
which change from state to state.
"""

from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from huiyin.access.permissions import ROLE_PERMISSIONS, Permission, Role
from huiyin.leads.models import State
from huiyin.leads.moves import MOVES
from tests.factories.house import House, Lead

# verb: (from, to, roles, roles of the second officer); to None: stays.
DOMAIN: dict[str, tuple[str, str | None, str, str]] = {
    "screen": ("received", "screened", "intake", ""),
    "attach": ("received screened", "merged", "intake", ""),
    "transfer_out": ("received screened", "transferred", "intake", ""),
    "decline": ("received screened", "declined", "intake", "intake"),
    "register": ("screened", "registered", "intake", ""),
    "dispatch": ("registered", "dispatched", "dispatcher", ""),
    "sign": ("dispatched", "signed", "chief verifier", ""),
    "object": ("dispatched", "registered", "chief", ""),
    "start_verification": ("signed", "verifying", "verifier", "verifier"),
    "extend": ("verifying", None, "chief", "reviewer"),
    "conclude": ("verifying", "concluded", "verifier", ""),
    "endorse": ("concluded", "in_review", "chief", ""),
    "send_back": ("concluded in_review", "verifying", "chief reviewer", ""),
    "approve": ("in_review", "approved", "reviewer", ""),
    "give_feedback": ("approved", "answered", "verifier intake", ""),
    "close": ("answered approved", "closed", "reviewer", ""),
    "look_back": ("closed", None, "reviewer", ""),
    "reopen": ("closed declined transferred", "registered", "reviewer", ""),
}
# Not in that table: `notify` ends the clocks "24 hours to hand over" and "reporter told within 15 days"; the others
# are what conflict exclusion, merging and the longer term of complex leads need (ADR 0017, 0022 and 0023).
BESIDE: dict[str, tuple[str, str | None, str, str]] = {
    "notify": ("transferred declined", None, "intake", ""),
    "recall": ("dispatched signed verifying concluded in_review", "registered", "dispatcher", ""),
    "change_verifiers": ("verifying concluded in_review", "signed", "chief", ""),
    "unmerge": ("merged", "received", "intake", ""),
    "mark_complex": ("received", None, "intake", ""),
}
TABLE = DOMAIN | BESIDE

PLACES = ("city", "district", "market")
_DESK, _HANDLER = "city", "district"
# Who, of those that hold the permission, is the one whom the domain names for the lead at hand.
OF_HANDLER = {
    "sign",
    "object",
    "start_verification",
    "start_verification/confirmation",
    "extend",
    "conclude",
    "endorse",
    "change_verifiers",
}
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
        step = MOVES[self.base]
        return step.second if self.confirms and step.second else step.permission

    def expected(self) -> tuple[int, str]:
        """Status, and of a refusal its kind."""
        if self.permission not in ROLE_PERMISSIONS[Role(self.role)]:
            return 403, str(self.permission)
        if self.place == "market" or (self.place == _HANDLER and self.state not in SEEN_BY_HANDLER):
            return 404, "urn:huiyin:problem:not_found"
        wrong_state = self.waits != self.base if self.confirms else self.state not in TABLE[self.base][0].split()
        if wrong_state:
            return 409, "urn:huiyin:problem:wrong_state"
        if not self._named():
            return 403, str(self.permission if not self.confirms else MOVES[self.base].permission)
        if not self.confirms and self.waits == self.base:
            return 409, "urn:huiyin:problem:wrong_state"
        return 200, ""

    def _named(self) -> bool:
        here = (self.role, self.place)
        if self.verb == "send_back":
            return here == (("reviewer", _DESK) if self.state == "in_review" else ("chief", _HANDLER))
        if self.verb == "give_feedback":
            return here in {("verifier", _HANDLER), ("intake", _DESK)}
        return self.place == (_HANDLER if self.verb in OF_HANDLER else _DESK)


def test_moves_are_the_table_of_the_domain():
    def roles(permission: Permission | None) -> set[str]:
        return {role for role, held in ROLE_PERMISSIONS.items() if permission in held}

    as_text = {
        verb: (set(step.sources), step.target, roles(step.permission), roles(step.second))
        for verb, step in MOVES.items()
    }
    assert as_text == {
        verb: (set(sources.split()), target, set(who.split()), set(second.split()))
        for verb, (sources, target, who, second) in TABLE.items()
    }


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


def cases(state: str, waits: str, lacking_at: str) -> list[Case]:
    found = []
    for verb in VERBS:
        for role in Role:
            for place in PLACES:
                case = Case(verb, role, place, state, waits)
                if case.permission in ROLE_PERMISSIONS[role] or place == lacking_at:
                    found.append(case)
    return found


def verdict(answer: httpx.Response) -> tuple[int, str]:
    if answer.status_code == 200:
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
    every = cases(state, waits, lacking_at)
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
            if answer.json()["state"] != target:
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
