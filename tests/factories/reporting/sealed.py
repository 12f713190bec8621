"""An agency that takes sealed tips: a key whose private half the test keeps, and what reporter and officers seal."""

import secrets
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from huiyin.kit.crypto.base64url import bytes_of, text_of
from huiyin.tips.sealed import envelope as s1
from tests.client import Client
from tests.factories.house import House, Lead
from tests.factories.identities import Pair, kept_pair, new_pair, wrapping
from tests.factories.tips import ReceiptCode

TOLD = {"narrative": "县局副局长长期给砂场通风报信。", "place": "河口砂场", "subjects": [{"name": "某副局长"}]}


@dataclass(frozen=True)
class AgencyKey:
    """An agency's key as its officers' browsers hold it."""

    id: str
    pair: Pair

    def open(self, what: str, binding: str, sealed: dict[str, Any]) -> dict[str, Any]:
        """What an officer's browser does with an envelope."""
        key = s1.open_key(self.pair.secret, s1.info(what, self.id, binding), bytes_of(sealed["to_agency"]))
        return s1.open_body(key, what, binding, bytes_of(sealed["body"]))


@dataclass(frozen=True)
class Reporter:
    """A reporter's browser: the receipt code, and the key pair for replies."""

    code: ReceiptCode = field(default_factory=ReceiptCode)
    pair: Pair = field(default_factory=new_pair)

    @property
    def binding(self) -> str:
        return self.code.given["token_hash"]

    def tip(self, key: AgencyKey, told: dict[str, Any] | None = None) -> dict[str, Any]:
        """What the form sends as `sealed`."""
        wrapped = s1.wrap_reply(bytes(32), bytes(12), self.pair.text, self.pair.secret)
        reply = {"public_key": self.pair.text, "nonce": text_of(bytes(12)), "wrapped": text_of(wrapped)}
        sealed = self.text(key, "tip", (told or TOLD) | {"reply": self.pair.text})
        del sealed["to_reporter"]
        return sealed | {"suite": "s1", "reply": reply}

    def text(self, key: AgencyKey, what: str, told: dict[str, Any]) -> dict[str, Any]:
        """Something sealed to the agency and to the reporter, by either."""
        content_key = secrets.token_bytes(32)
        to_agency = s1.seal_key(key.pair.public, s1.info(what, key.id, self.binding), content_key)
        to_reporter = s1.seal_key(self.pair.public, s1.info(what, s1.REPORTER, self.binding), content_key)
        body = s1.seal_body(content_key, what, self.binding, told)
        return {
            "key_id": key.id,
            "to_agency": text_of(to_agency),
            "to_reporter": text_of(to_reporter),
            "body": text_of(body),
        }

    def open(self, what: str, sealed: dict[str, Any]) -> dict[str, Any]:
        """What the receipt page does with a sealed text."""
        key = s1.open_key(self.pair.secret, s1.info(what, s1.REPORTER, self.binding), bytes_of(sealed["to_reporter"]))
        return s1.open_body(key, what, self.binding, bytes_of(sealed["body"]))


def publish_sealed_key(house: House, version: int = 1, who: Client | None = None) -> AgencyKey:
    """Put a key of the discipline agency to use, as its head."""
    pair = kept_pair("discipline", version) if who is None else new_pair()
    body = {"version": version, "suite": "s1", "public_key": pair.text, "wrapping": wrapping(pair)}
    answer = (who or house.signed_in("discipline", "chief")).post("/api/v1/sealed-keys", body)
    assert answer.status_code == 201, answer.text
    return AgencyKey(answer.json()["id"], pair)


def sealed_body(reporter: Reporter, key: AgencyKey, **changes: Any) -> dict[str, Any]:
    """A sealed tip as the form sends it."""
    return {
        "region_code": "430104",
        "conduct": "sheltering",
        "occurred": {"at": "2026-03-03T00:00:00+08:00"},
        "receipt": reporter.code.given,
        "sealed": reporter.tip(key),
    } | changes


def file_sealed(house: House, key: AgencyKey, **changes: Any) -> tuple[Lead, Reporter]:
    """A sealed tip, and the lead that it opened."""
    reporter = Reporter()
    if house.identity is not None:
        changes = {"identity": house.identity(reporter.code)} | changes
    answer = house.connect().post("/api/v1/public/tips", sealed_body(reporter, key, **changes))
    assert answer.status_code == 201, answer.text
    tip_id = UUID(answer.json()["tip_id"])
    return Lead(house.value("SELECT lead_id FROM tips WHERE id = :id", id=tip_id), tip_id, reporter.code), reporter
