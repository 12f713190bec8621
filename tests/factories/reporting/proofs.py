"""Proof of work as a browser or a stranger's program sends it, and what it costs."""

import base64
import json
from typing import Any

import httpx

from tests.client import Client, solved

TIPS = "/api/v1/public/tips"


CHALLENGE = "/api/v1/public/challenge"


OPEN = "/api/v1/public/receipts/open"


UPLOADS = "/api/v1/public/receipts/uploads"


ELSEWHERE = "203.0.113.9"  # documentation addresses are not global: the tests' "home" stands for no known network


HOME, NEXT_DOOR, FAR = "1.2.3.4", "1.2.3.200", "9.9.9.9"


def proof_of(client: Client) -> dict[str, str]:
    return {"Proof-Of-Work": solved(client.get(CHALLENGE, region_code="430104").json()["challenge"])}


def tries_of(answer: httpx.Response) -> int:
    return int(answer.json()["challenge"]["parameters"]["data"]["tries"])


def asked_of(client: Client) -> int:
    """The work that a tip costs now, in tries."""
    return tries_of(client.get(CHALLENGE, region_code="430104"))


def changed(proof: dict[str, str], **parameters: Any) -> dict[str, str]:
    payload = json.loads(base64.b64decode(proof["Proof-Of-Work"]))
    payload["challenge"]["parameters"] |= parameters
    return {"Proof-Of-Work": base64.b64encode(json.dumps(payload).encode()).decode()}
