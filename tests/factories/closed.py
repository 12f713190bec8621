"""Leads that were closed, and the time that has passed since: for retention, holds, corrections and exoneration."""

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
from sqlalchemy.orm import Session, sessionmaker

from huiyin.kit.working_days import BEIJING
from huiyin.leads.retention.destruction import destroy_expired
from tests.factories.house import House, Lead

NAMED = [{"kind": "person", "name": "钱多多"}, {"kind": "organisation", "name": "无辜商行"}]


def close(house: House, finding: str = "unsubstantiated", **tip: Any) -> Lead:
    """A lead that was verified, reviewed, answered and closed with a finding."""
    given: dict[str, dict[str, Any]] = {"conclude": {"finding": finding}, "approve": {"outcome": "no_action"}}
    if finding == "partly_substantiated":
        given["approve"] = {"outcome": "administrative_penalty"}
    return house.lead("closed", given=given, **({"subjects": NAMED} | tip))


def expire(house: House, *leads: Lead, days: int = 1) -> None:
    """So much time has passed that the leads' last day was `days` ago; their agency was told a month before."""
    for lead in leads:
        house.sql(
            "UPDATE leads SET expires_on = (now() AT TIME ZONE 'Asia/Shanghai')::date - CAST(:days AS int),"
            " expiry_told_at = CASE WHEN CAST(:days AS int) > -30 THEN now() - interval '31 days' END"
            " WHERE id = :id",
            id=lead.id,
            days=days,
        )


def in_days(days: int) -> str:
    """The day so many days from today, in Beijing."""
    return (datetime.now(BEIJING).date() + timedelta(days=days)).isoformat()


def run(sessions: sessionmaker[Session], *, days_ahead: int = 0) -> int:
    """The job that destroys, once; returns how many leads it destroyed."""
    return destroy_expired(sessions, datetime.now(UTC) + timedelta(days=days_ahead))


def propose(house: House, lead: Lead, *seqs: int, role: str = "verifier", **changes: Any) -> httpx.Response:
    """A verifier proposes to exonerate subjects of the lead's first tip, by their places; the first by default."""
    body = {
        "subjects": [{"tip_id": str(lead.tip_id), "seq": seq} for seq in seqs or (0,)],
        "document_number": "测扫办〔2026〕12 号",
        "at_request": True,
        "reason": "经核查不属实",
        "letter": "经核查，举报不属实，特此澄清。",
    } | changes
    return house.signed_in("district", role).post(f"{lead.url}/exonerations", body)


def decide(
    house: House, lead: Lead, exoneration: str, who: tuple[str, str] = ("city", "reviewer"), **given: Any
) -> httpx.Response:
    """A reviewer approves it, unless other things are given."""
    return house.signed_in(*who).post(f"{lead.url}/exonerations/{exoneration}/decision", {"agreed": True} | given)


def exonerate(house: House, lead: Lead, *seqs: int) -> dict[str, Any]:
    """Subjects are exonerated by two agencies."""
    asked = propose(house, lead, *seqs)
    assert asked.status_code == 201, asked.text
    answer = decide(house, lead, asked.json()["id"])
    assert answer.status_code == 200, answer.text
    return answer.json()  # type: ignore[no-any-return]


def retention(house: House, lead: Lead, place: str = "city", role: str = "reviewer") -> dict[str, Any]:
    answer = house.signed_in(place, role).get(f"{lead.url}/retention")
    assert answer.status_code == 200, answer.text
    return answer.json()  # type: ignore[no-any-return]


def gone(house: House, lead: Lead) -> bool:
    """Whether the keys of the lead and of its tips are destroyed: none or all."""
    keys = house.sql(
        "SELECT wrapped_key FROM leads WHERE id = :id UNION ALL SELECT wrapped_key FROM tips WHERE lead_id = :id",
        id=lead.id,
    )
    left = [row.wrapped_key is not None for row in keys]
    assert any(left) == all(left), "half of it was destroyed"
    return not any(left)


def hold(house: House, lead: Lead, place: str = "district", role: str = "chief", **changes: Any) -> dict[str, Any]:
    body = {"to": in_days(60), "reason": "关联案件在审"} | changes
    answer = house.signed_in(place, role).post(f"{lead.url}/holds", body)
    assert answer.status_code == 201, answer.text
    return answer.json()  # type: ignore[no-any-return]
