"""What an officer finds by which words."""

from typing import Any

from tests.client import Client

CITY = "city"


def found(client: Client, q: str, **more: Any) -> list[str]:
    """The ids of the leads that a query finds, in order."""
    answer = client.get("/api/v1/leads/search", q=q, **more)
    assert answer.status_code == 200, answer.text
    return [item["id"] for item in answer.json()["items"]]
