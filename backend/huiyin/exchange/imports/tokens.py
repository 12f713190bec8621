"""Issuing a bearer token for another agency's system over the API, as an administrator would."""

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx


class Refused(Exception):
    """The API did not agree. The message is its own."""


class CodeNeeded(Refused):
    """The administrator has a second factor: its code is missing."""


def issue(
    url: str,
    login: str,
    password: str,
    agency: str,
    system: str,
    channels: list[str],
    days: int,
    code: str | None = None,
) -> str:
    """Sign in, find or make the system's account, and issue a token for sending tips by these channels.

    Raises Refused.
    """
    with httpx.Client(base_url=url, timeout=30, trust_env=False) as client:
        _sent(client.post("/api/v1/sessions", json={"login": login, "password": password, "code": code}))
        try:
            agency_id = _agency(client, agency)
            account = _account(client, agency_id, system)
            expires = datetime.now(UTC) + timedelta(days=days)
            scopes = ["tips:create", "channels:read"]
            given = {
                "scopes": scopes,
                "channel_ids": [_channel(client, name) for name in channels],
                "expires_at": expires.isoformat(),
            }
            token: str = _sent(client.post(f"/api/v1/system-accounts/{account}/tokens", json=given))["token"]
            return token
        finally:
            client.delete("/api/v1/sessions/current")


def _sent(answer: httpx.Response) -> Any:
    if answer.is_error:
        if answer.json().get("type") == "urn:huiyin:problem:second_factor_required":
            raise CodeNeeded("A code is needed")
        raise Refused(answer.json().get("detail", f"status {answer.status_code}"))
    return answer.json()


def _agency(client: httpx.Client, name: str) -> str:
    return _named(client, "agencies", "agency", name)


def _channel(client: httpx.Client, name: str) -> str:
    return _named(client, "channels", "channel", name)


def _named(client: httpx.Client, register: str, what: str, name: str) -> str:
    cursor: dict[str, str] = {}
    while True:
        page = _sent(client.get(f"/api/v1/{register}", params={"limit": 200, **cursor}))
        for item in page["items"]:
            if item["name"] == name:
                found: str = item["id"]
                return found
        if page["next_cursor"] is None:
            raise Refused(f"There is no {what} named {name}")
        cursor = {"cursor": page["next_cursor"]}


def _account(client: httpx.Client, agency_id: str, name: str) -> str:
    for item in _sent(client.get("/api/v1/system-accounts", params={"agency": agency_id}))["items"]:
        if item["name"] == name:
            found: str = item["id"]
            return found
    made: str = _sent(client.post("/api/v1/system-accounts", json={"name": name, "agency_id": agency_id}))["id"]
    return made
