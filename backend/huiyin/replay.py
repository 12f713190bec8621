"""Takes imported leads through every verb as the demo officers, so that there is a living system to look at.

Only for a demo: it signs in with the passwords that the demo keeps in its data folder.
"""

import json
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx

from huiyin.exchange.imports.records import lines

# Words in a message that place it in a sector; the first that fits counts.
_SECTORS = {
    "拆迁": "land_demolition",
    "征地": "land_demolition",
    "工程": "construction",
    "公交": "transport",
    "出租": "transport",
    "矿": "mining",
    "市场": "markets",
    "车站": "stations_ports",
    "景区": "tourism",
    "贷": "finance_lending",
    "KTV": "entertainment",
    "医院": "health",
    "学校": "education",
    "村": "village_affairs",
    "网络": "information_networks",
}
# Who verifies: chief, first verifier, second verifier, agency in charge, assisting agencies.
_TEAMS: tuple[tuple[str, str, str, str, list[str]], ...] = (
    ("chief.district", "verify.district", "verify2.district", "长沙市公安局岳麓分局", []),
    ("chief.discipline", "verify.discipline", "verify2.discipline", "长沙市纪委监委", []),
    ("chief.police", "verify.police", "verify.district", "长沙市公安局", ["长沙市公安局岳麓分局"]),
)
_FINDINGS = ("unsubstantiated", "partly_substantiated", "substantiated", "undetermined")


class CannotReplay(Exception):
    """There is no demo here, or a step was refused."""


@dataclass
class Stage:
    """The signed-in officers, the registers they need, and what was done so far."""

    url: str
    passwords: dict[str, str]
    clients: dict[str, httpx.Client] = field(default_factory=dict)
    agencies: dict[str, str] = field(default_factory=dict)
    officers: dict[str, str] = field(default_factory=dict)
    done: Counter[str] = field(default_factory=Counter)
    last_open: str | None = None
    versions: dict[str, str] = field(default_factory=dict)
    """What the last answer about each lead said; the officers take turns, so it still holds."""

    def as_(self, login: str) -> httpx.Client:
        """The client of a demo officer, signed in on first use."""
        if login not in self.clients:
            if login not in self.passwords:
                raise CannotReplay(f"no password of {login} is known here; replay runs on the demo that `make up` made")
            client = httpx.Client(base_url=self.url, timeout=30, trust_env=False)
            answer = client.post("/api/v1/sessions", json={"login": login, "password": self.passwords[login]})
            if answer.status_code != httpx.codes.CREATED:
                raise CannotReplay(f"{login} cannot sign in: {answer.json()['detail']}")
            self.officers[login] = answer.json()["officer"]["id"]
            self.clients[login] = client
        return self.clients[login]

    def officer(self, login: str) -> str:
        """The id of a demo officer."""
        self.as_(login)
        return self.officers[login]

    def _send(self, login: str, lead: str, verb: str, body: dict[str, Any]) -> httpx.Response:
        client = self.as_(login)
        if lead not in self.versions:
            seen = client.get(f"/api/v1/leads/{lead}")
            if seen.status_code != httpx.codes.OK:
                raise CannotReplay(f"{login} cannot see the lead: {seen.json()['detail']}")
            self.versions[lead] = seen.headers["ETag"]
        headers = {"If-Match": self.versions.pop(lead)}
        return client.post(f"/api/v1/leads/{lead}/{verb}", json=body, headers=headers)

    def act(self, login: str, lead: str, verb: str, **given: Any) -> None:
        """One verb by one officer, on the version that they see."""
        answer = self._send(login, lead, verb, given)
        if answer.status_code == httpx.codes.PRECONDITION_FAILED:  # a message or a job came in between
            answer = self._send(login, lead, verb, given)
        if answer.status_code != httpx.codes.OK:
            raise CannotReplay(f"{verb} by {login}: {answer.status_code} {answer.json()['detail']}")
        if "ETag" in answer.headers:
            self.versions[lead] = answer.headers["ETag"]
        self.done[verb] += 1


def replay(
    path: Path, count: int, *, url: str, passwords: dict[str, str], progress: Callable[[int], None] = lambda _: None
) -> Counter[str]:
    """Take `count` leads of the file through the verbs; those that were moved before are passed over.

    Returns how often each verb was carried out. Raises CannotReplay.
    """
    stage = Stage(url, passwords)
    found = stage.as_("intake.city").get("/api/v1/agencies", params={"limit": 200}).json()["items"]
    stage.agencies = {item["name"]: item["id"] for item in found}
    finished = 0
    for record in _records(path):
        if finished == count:
            break
        lead = _fresh_lead(stage, record["ref"])
        if lead is not None:
            _walk(stage, lead, record, finished)
            finished += 1
            progress(finished)
    for client in stage.clients.values():
        client.delete("/api/v1/sessions/current")
        client.close()
    if finished < count:
        raise CannotReplay(f"only {finished} leads of this file wait for screening; import it first, or ask for fewer")
    return stage.done


def _records(path: Path) -> Iterator[dict[str, Any]]:
    for line in lines(path):
        try:
            record = json.loads(line.raw)
        except ValueError:
            continue
        if isinstance(record, dict) and record.get("ref") and record.get("narrative"):
            yield record


def _fresh_lead(stage: Stage, ref: str) -> str | None:
    answer = stage.as_("intake.city").get("/api/v1/leads", params={"external_ref": ref, "state": "received"})
    items = answer.json()["items"]
    return items[0]["id"] if items else None


def _walk(stage: Stage, lead: str, record: dict[str, Any], index: int) -> None:
    """One lead's way; the index decides which turns it takes, so that every verb occurs in each twenty."""
    turn = index % 20
    told = record["narrative"] + record.get("title", "")
    sector = next((code for word, code in _SECTORS.items() if word in told), "other")
    nature = ("other", "disorder", "malign", "other")[index % 4]
    intake = "intake.city"
    stage.act(intake, lead, "screen", nature=nature, sector=sector, complete=True)
    if turn == 1 and stage.last_open is not None:
        stage.act(intake, lead, "merge", target_lead_id=stage.last_open, reason="同一事项的重复反映")
        return
    if turn == 2:
        stage.act(intake, lead, "transfer_out", body="信访部门", reason_code="petition_matter")
        stage.act(intake, lead, "notify", how="已移交并告知留言人")
        return
    if turn in {3, 4}:
        stage.act(intake, lead, "decline", reason_code="not_within_remit")
        stage.act("intake2.city", lead, "decline/confirmation", agreed=True)
        stage.act(intake, lead, "notify", how="已通过留言板告知")
        if turn == 3:
            return
        stage.act("review.city", lead, "reopen", reason_code="new_facts", note="留言人补充了新的事实")
    else:
        stage.act(intake, lead, "register")
    _verify(stage, lead, record, index)


def _verify(stage: Stage, lead: str, record: dict[str, Any], index: int) -> None:
    turn = index % 20
    chief, first, second, agency, assisting = _TEAMS[index % len(_TEAMS)]
    reviewer = ("review.city", "review.province")[index % 2]
    handed = {"agency_id": stage.agencies[agency], "assisting_agency_ids": [stage.agencies[name] for name in assisting]}
    stage.act("dispatch.city", lead, "dispatch", **handed)
    if turn == 5:
        stage.act(chief, lead, "dispute", reason_code="duplicate", note="本单位正在办理同一事项，请核对")
        stage.act("dispatch.city", lead, "dispatch", **handed)
    stage.act(chief, lead, "acknowledge")
    pair = [stage.officer(first), stage.officer(second)]
    stage.act(first, lead, "start_verification", verifier_ids=pair, no_conflict=True)
    stage.act(second, lead, "start_verification/confirmation", agreed=True)
    if turn == 6:
        later = datetime.now(UTC) + timedelta(days=45)
        stage.act(chief, lead, "extend", due_at=later.isoformat(), reason="需向多个部门调取材料")
        stage.act(reviewer, lead, "extend/confirmation", agreed=True)
    finding = _FINDINGS[index % len(_FINDINGS)]
    conclusion = {
        "finding": finding,
        "facts": "经核查，情况已查明，详见答复。",
        "evidence": ["走访记录", "有关部门的书面说明"],
        "actions_taken": "查阅资料，走访当事人，向主管部门核实。",
    }
    stage.act(first, lead, "conclude", **conclusion)
    if turn in {7, 8}:
        if turn == 8:
            stage.act(chief, lead, "endorse")
        stage.act(chief if turn == 7 else reviewer, lead, "send_back", missing="请补充当事人的说明")
        stage.act(first, lead, "conclude", **conclusion)
    stage.act(chief, lead, "endorse")
    if turn == 0:
        stage.last_open = lead
        return
    outcome = "administrative_penalty" if finding.endswith("substantiated") and finding[0] != "u" else "no_action"
    stage.act(reviewer, lead, "approve", outcome=outcome)
    _answer(stage, lead, record, turn, first, reviewer)


def _answer(stage: Stage, lead: str, record: dict[str, Any], turn: int, verifier: str, reviewer: str) -> None:
    reply = (record.get("reply") or "").strip()
    if turn == 9 or not reply:
        stage.act(verifier, lead, "give_feedback", skip_reason="cannot_be_reached")
    else:
        stage.act(verifier, lead, "give_feedback", text=reply)
    if turn == 10:
        return
    stage.act(reviewer, lead, "close", note="已答复留言人")
    if turn == 11:
        stage.act(reviewer, lead, "look_back", passed=True, note="回访属实")
    if turn == 12:
        stage.act(reviewer, lead, "look_back", passed=False, note="回访时问题仍在")
        stage.act(reviewer, lead, "reopen", reason_code="failed_look_back", note="回头看不合格")
