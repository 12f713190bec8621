"""A small administration to file tips in, and leads in any state, brought there by their verbs.

    province  the office above           ── city   the office at which tips arrive (the desk)
    police    the city's police           ── district   its branch: the agency in charge of every lead here
    discipline, market                       agencies that stand beside

Officers are made when a test first names them: `house.officer("city", "intake")`, `house.signed_in("city", "intake")`.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from sqlalchemy import Connection, text

from tests.client import Client, Connect
from tests.database import as_owner
from tests.factories.agencies import Agency, make_agency
from tests.factories.channels import make_channel
from tests.factories.officers import Officer, made, make_officer
from tests.factories.tips import ReceiptCode, tip_body

# Place and role of who carries a verb out on the way, then what they give. `second` is another officer of that role.
WAY: dict[str, list[tuple[str, str, str]]] = {
    "received": [],
    "screened": [("screen", "city", "intake")],
    "registered": [("register", "city", "intake")],
    "dispatched": [("dispatch", "city", "dispatcher")],
    "acknowledged": [("acknowledge", "district", "chief")],
    "verifying": [("start_verification", "district", "verifier")],
    "concluded": [("conclude", "district", "verifier")],
    "in_review": [("endorse", "district", "chief")],
    "approved": [("approve", "city", "reviewer")],
    "answered": [("give_feedback", "district", "verifier")],
    "closed": [("close", "city", "reviewer")],
}
ASIDE: dict[str, list[tuple[str, str, str]]] = {
    "merged": [("merge", "city", "intake")],
    "transferred": [("transfer_out", "city", "intake")],
    "declined": [("decline", "city", "intake"), ("decline/confirmation", "city", "intake second")],
}


@dataclass(frozen=True)
class Lead:
    id: UUID
    tip_id: UUID
    code: ReceiptCode

    @property
    def url(self) -> str:
        return f"/api/v1/leads/{self.id}"


@dataclass
class House:
    """Agencies, officers and channels of one test, and what they do there."""

    connection: Connection
    connect: Connect
    agencies: dict[str, Agency] = field(default_factory=dict)
    channels: dict[str, UUID] = field(default_factory=dict)
    identity: Callable[[ReceiptCode], dict[str, Any]] | None = None
    """What the form seals where nobody says who they are, once the desk has a key (factories/identities.py)."""
    _officers: dict[tuple[str, str], Officer] = field(default_factory=dict)
    _clients: dict[UUID, Client] = field(default_factory=dict)
    _other: Lead | None = None

    def build(self) -> "House":
        tree = [
            ("province", "测试省扫黑办", "office", "430000", None),
            ("city", "测试市扫黑办", "office", "430100", "province"),
            ("police", "测试市公安局", "police", "430100", None),
            ("district", "测试区公安分局", "police", "430104", "police"),
            ("discipline", "测试市纪委监委", "discipline", "430100", None),
            ("market", "测试市市场监管局", "regulator", "430100", None),
        ]
        with as_owner(self.connection):
            for key, name, kind, region, parent in tree:
                above = self.agencies[parent] if parent else None
                self.agencies[key] = make_agency(self.connection, name, kind, region, above)
                self.officer(key, "intake" if kind == "office" else "chief")  # the head
            self.channels["web"] = make_channel(self.connection, self.agencies["province"], name="网上举报")
            self.channels["hotline"] = make_channel(self.connection, self.agencies["city"], "hotline", "举报电话")
        return self

    def officer(self, place: str, role: str) -> Officer:
        """The officer of an agency with a role; `role second` is another one of the same role."""
        if (place, role) not in self._officers:
            self._officers[place, role] = make_officer(self.connection, self.agencies[place], role.partition(" ")[0])
        return self._officers[place, role]

    def signed_in(self, place: str, role: str) -> Client:
        return self.sign_in(self.officer(place, role))

    def sign_in(self, officer: Officer) -> Client:
        """A browser in which the officer is signed in."""
        if officer.id not in self._clients:
            self._clients[officer.id] = self.connect(cookie=officer.cookie)
        return self._clients[officer.id]

    def sql(self, statement: str, **values: Any) -> list[Any]:
        """Look underneath, as the owner."""
        with as_owner(self.connection):
            result = self.connection.execute(text(statement), values)
            return list(result.all()) if result.returns_rows else []

    def value(self, statement: str, **values: Any) -> Any:
        """The one value of the one row."""
        ((value,),) = self.sql(statement, **values)
        return value

    def file(self, **changes: Any) -> Lead:
        """A tip by the open form, and the lead that it opened."""
        code = ReceiptCode()
        if self.identity is not None:
            changes = {"identity": self.identity(code)} | changes
        answer = self.connect().post("/api/v1/public/tips", tip_body(code, **changes))
        assert answer.status_code == 201, answer.text
        tip_id = UUID(answer.json()["tip_id"])
        return Lead(self.value("SELECT lead_id FROM tips WHERE id = :id", id=tip_id), tip_id, code)

    def version(self, lead: Lead) -> int:
        return int(self.value("SELECT version FROM leads WHERE id = :id", id=lead.id))

    def state(self, lead: Lead) -> str:
        return str(self.value("SELECT state FROM leads WHERE id = :id", id=lead.id))

    def given(self, verb: str) -> dict[str, Any]:
        """Input that every verb accepts in this house."""
        soon = (datetime.now(UTC) + timedelta(days=45)).isoformat()
        table: dict[str, Callable[[], dict[str, Any]]] = {
            "screen": lambda: {"nature": "malign", "sector": "markets", "complete": True},
            "merge": lambda: {"target_lead_id": str(self.another().id), "reason": "同一伙人"},
            "transfer_out": lambda: {"body": "某市监局", "reason_code": "other_authority"},
            "decline": lambda: {"reason_code": "withdrawn"},
            "decline/confirmation": lambda: {"agreed": True},
            "notify": lambda: {"how": "已电话告知"},
            "register": dict,
            "dispatch": lambda: {"agency_id": str(self.agencies["district"].id)},
            "dispatch/confirmation": lambda: {"agreed": True, "note": "已换负责人，督察部门派员监督"},
            "acknowledge": dict,
            "dispute": lambda: {"reason_code": "not_ours", "note": "不属本辖区"},
            "start_verification": lambda: {
                "verifier_ids": [str(self.officer("district", role).id) for role in ("verifier", "verifier second")],
                "no_conflict": True,
            },
            "start_verification/confirmation": lambda: {"agreed": True},
            "recall": lambda: {"reason": "承办人员调整"},
            "change_verifiers": lambda: {"reason": "核查人出差"},
            "unmerge": lambda: {"reason": "并非同一事项"},
            "mark_complex": lambda: {"reason": "涉及多个市场和多年账目"},
            "extend": lambda: {"due_at": soon, "reason": "证人外出"},
            "extend/confirmation": lambda: {"agreed": True},
            "conclude": lambda: {
                "finding": "substantiated",
                "facts": "收费属实",
                "evidence": ["笔录"],
                "actions_taken": "走访",
            },
            "endorse": dict,
            "send_back": lambda: {"missing": "缺询问笔录"},
            "approve": lambda: {"outcome": "administrative_penalty"},
            "give_feedback": lambda: {"text": "已依法处理，感谢监督。"},
            "close": lambda: {"note": "已办结"},
            "look_back": lambda: {"passed": True, "note": "未再发生"},
            "reopen": lambda: {"reason_code": "new_facts", "note": "新的受害人"},
            "pause": lambda: {"reason_code": "force_majeure"},
            "resume": dict,
            "split": lambda: {"tip_ids": [str(uuid4())], "reason": "并非同一事项"},
            "branch": lambda: {"agency_id": str(self.agencies["discipline"].id), "allegation": "某主任收受摊位费"},
            "add_subject": lambda: {"kind": "person", "name": "后来提到的人"},
            "exclude": lambda: {"agency_id": str(self.agencies["discipline"].id), "reason": "亲属关系"},
            "declare_conflict": lambda: {"reason": "与被举报人是同学"},
            "dismiss_objection": lambda: {"text": "经复核，原答复属实。"},
        }
        return table[verb]()

    def another(self) -> Lead:
        """One more lead, registered, for others to be merged into."""
        if self._other is None:
            self._other = self.lead("registered")
        return self._other

    def attempt(self, lead: Lead, verb: str, who: Client, version: int | None = None, **changes: Any) -> httpx.Response:
        """One try of a verb with the newest version, whatever comes of it."""
        etag = f'"v{self.version(lead) if version is None else version}"'
        return who.post(f"{lead.url}/{verb}", self.given(verb) | changes, {"If-Match": etag})

    def step(self, lead: Lead, verb: str, who: Client, given: dict[str, Any], etag: str) -> str:
        """A verb on the way to where a test begins, at the version of `etag`; returns the next one."""
        answer = who.post(f"{lead.url}/{verb}", given, {"If-Match": etag, "Prefer": "return=minimal"})
        assert answer.status_code == 204, f"{verb}: {answer.text}"
        return answer.headers["etag"]

    def change(self, lead: Lead, path: str, place: str, role: str, **given: Any) -> httpx.Response:
        """One try of what is no verb, with the newest version and just this input."""
        return self.signed_in(place, role).post(f"{lead.url}/{path}", given, {"If-Match": f'"v{self.version(lead)}"'})

    def forget(self) -> None:
        """After a rollback to before they were made: nobody is here but those of `build`."""
        self._other = None
        there = {str(row.id) for row in self.sql("SELECT id FROM officers")}
        self._officers = {key: officer for key, officer in self._officers.items() if str(officer.id) in there}

    def ask(self, lead: Lead, verb: str, place: str, role: str, **changes: Any) -> dict[str, Any]:
        """One officer's verb, which may then wait for a second one; returns the lead as its officer sees it."""
        answer = self.attempt(lead, verb, self.signed_in(place, role), **changes)
        assert answer.status_code == 200, f"{verb}: {answer.text}"
        return answer.json()  # type: ignore[no-any-return]

    def act(self, lead: Lead, verb: str, place: str, role: str, **changes: Any) -> dict[str, Any]:
        """Carry a verb out; a verification starts when the other named verifier has declared too."""
        seen = self.ask(lead, verb, place, role, **changes)
        if verb != "start_verification":
            return seen
        named = (self.given(verb) | changes)["verifier_ids"]
        other = self.other_verifier(named, self.officer(place, role))
        answer = self.attempt(lead, "start_verification/confirmation", self.sign_in(other))
        assert answer.status_code == 200, f"{verb}/confirmation: {answer.text}"
        return answer.json()  # type: ignore[no-any-return]

    def other_verifier(self, named: list[str], first: Officer) -> Officer:
        """The named verifier who is not the first."""
        ids = {str(id_) for id_ in named} - {str(first.id)}
        return next(officer for id_, officer in made[self.connection].items() if id_ in ids)

    def lead(self, state: str = "received", *, given: dict[str, dict[str, Any]] | None = None, **tip: Any) -> Lead:
        """A lead in a state, by its shortest way; `given` changes the input of verbs on it, `tip` the tip."""
        lead = self.file(**tip)
        self.walk(lead, "received", state, given=given)
        return lead

    def walk(self, lead: Lead, start: str, end: str, *, given: dict[str, dict[str, Any]] | None = None) -> None:
        """Take a lead on from one state to a later one."""
        given = given or {}
        if given.get("conclude", {}).get("finding") in {"unsubstantiated", "undetermined", "false_report"}:
            given = {"approve": {"outcome": "no_action"}} | given  # nothing else can come of it
        states = list(WAY)
        if end in ASIDE:
            steps = ASIDE[end]
        else:
            steps = [step for state in states[states.index(start) + 1 : states.index(end) + 1] for step in WAY[state]]
        etag = f'"v{self.version(lead)}"'
        for verb, place, role in steps:
            full = self.given(verb) | given.get(verb, {})
            etag = self.step(lead, verb, self.signed_in(place, role), full, etag)
            if verb == "start_verification":
                other = self.sign_in(self.other_verifier(full["verifier_ids"], self.officer(place, role)))
                etag = self.step(lead, f"{verb}/confirmation", other, {"agreed": True}, etag)

    def receipt(self, lead: Lead) -> dict[str, Any]:
        """What the reporter reads."""
        answer = self.connect().post("/api/v1/public/receipts/open", {"token": lead.code.token})
        assert answer.status_code == 200, answer.text
        return answer.json()  # type: ignore[no-any-return]


Build = Callable[[Connection, Connect], House]


@pytest.fixture
def house(connection: Connection, connect: Connect) -> House:
    """The administration of this test, in its transaction."""
    return House(connection, connect).build()


@pytest.fixture
def committed(owner: Connection, server: Connect) -> House:
    """A house in a database of the test's own, whose rows are committed: for several connections, and for commands."""
    return House(owner, server).build()


@pytest.fixture
def intake(house: House) -> Client:
    """The city's intake officer, signed in."""
    return house.signed_in("city", "intake")


@pytest.fixture
def admin(house: House) -> Client:
    """The city's administrator, signed in."""
    return house.signed_in("city", "admin")
