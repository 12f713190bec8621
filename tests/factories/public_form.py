"""A tip sent to a running service as the form sends it: its work done, and an identity sealed or an empty one."""

import secrets
from typing import Any

import httpx

from huiyin.kit.crypto.base64url import bytes_of, text_of
from huiyin.tips.identity.envelope import Identity, desk_info, seal
from tests.client import solved
from tests.factories.tips import ReceiptCode


def submitted(api: str, tip: dict[str, Any], identity: Identity | None = None) -> httpx.Response:
    """The answer to a new tip; `identity` None: its reporter stays anonymous."""
    with httpx.Client(base_url=api, trust_env=False) as client:
        receipt = tip.get("receipt") or ReceiptCode().given
        body = {"receipt": receipt, "identity": _sealed(client, receipt["token_hash"], identity)} | tip
        headers = {"Idempotency-Key": secrets.token_hex(16)}
        answer = client.post("/public/tips", json=body, headers=headers)
        if answer.status_code == httpx.codes.PRECONDITION_REQUIRED:
            headers["Proof-Of-Work"] = solved(answer.json()["challenge"])
            answer = client.post("/public/tips", json=body, headers=headers)
    return answer


def _sealed(client: httpx.Client, token_hash: str, identity: Identity | None) -> dict[str, Any] | None:
    key = client.get("/public/identity-key").json()["key"]
    if key is None:
        return None
    envelope = seal(bytes_of(key["public_key"]), desk_info(key["version"], token_hash), identity)
    return {"suite": key["suite"], "key_version": key["version"], "envelope": text_of(envelope)}
