"""A desk of one's own: a key whose private half the test keeps, envelopes as the browser makes them, and requests."""

import functools
from dataclasses import dataclass
from typing import Any

import httpx
from cryptography.hazmat.primitives.asymmetric import ec

from huiyin.kit.crypto.base64url import bytes_of, text_of
from huiyin.kit.crypto.hpke import SUITE, public_bytes
from huiyin.tips.identity.envelope import Identity, desk_info, open_envelope, opening_info, seal
from huiyin.tips.keys.recovery import wrap
from tests.factories.house import House, Lead
from tests.factories.tips import ReceiptCode

KEYS = "/api/v1/identity-keys"
PASSPHRASE = "a passphrase for tests"
SOMEBODY = Identity("测试举报人", "电话 000-0000-0000", "证件 000000")


@dataclass(frozen=True)
class Pair:
    """A key pair as a browser holds it."""

    secret: bytes
    public: bytes

    @property
    def text(self) -> str:
        return text_of(self.public)


def new_pair() -> Pair:
    key = ec.generate_private_key(ec.SECP256R1())
    return Pair(key.private_numbers().private_value.to_bytes(32, "big"), public_bytes(key.public_key()))


@functools.cache
def kept_pair(whose: str, version: int) -> Pair:
    """The pair of which a desk publishes a version, the same one in every test of this process (see `wrapping`)."""
    return new_pair()


def wrapping(pair: Pair) -> dict[str, str | int]:
    """What a browser sends of a pair's private half: under a passphrase, stretched once for each pair."""
    return dict(_wrapped(pair))


@functools.cache
def _wrapped(pair: Pair) -> dict[str, str | int]:
    """600,000 rounds of PBKDF2, as many as the server asks for: they take as long as twenty requests."""
    return wrap(pair.secret, pair.public, PASSPHRASE)


@dataclass(frozen=True)
class DeskKey:
    version: int
    pair: Pair

    def envelope(self, code: ReceiptCode, identity: Identity | None = SOMEBODY) -> dict[str, Any]:
        """What the form sends as `identity`."""
        info = desk_info(self.version, code.given["token_hash"])
        sealed = text_of(seal(self.pair.public, info, identity))
        return {"suite": SUITE, "key_version": self.version, "envelope": sealed}

    def open(self, item: dict[str, Any], version: int | None = None) -> Identity | None:
        """What the desk's browser does with an envelope."""
        info = desk_info(version or self.version, item["binding"])
        return open_envelope(self.pair.secret, info, bytes_of(item["envelope"]))


def publish_key(house: House, version: int = 1) -> DeskKey:
    """Put a key to use, as the desk officer of the city."""
    pair = kept_pair("identity desk", version)
    body = {"version": version, "suite": SUITE, "public_key": pair.text, "wrapping": wrapping(pair)}
    answer = house.signed_in("city", "identity_desk").post("/api/v1/identity-keys", body)
    assert answer.status_code == 201, answer.text
    made = DeskKey(version, pair)
    house.identity = lambda code: made.envelope(code, None)
    return made


def file_with_identity(house: House, key: DeskKey, identity: Identity | None = SOMEBODY, **changes: Any) -> Lead:
    """A tip whose reporter left an identity, or a dummy."""
    code = ReceiptCode()
    body = {"receipt": code.given, "identity": key.envelope(code, identity)} | changes
    lead = house.file(**body)
    return Lead(lead.id, lead.tip_id, code)


@dataclass
class Opening:
    """One request, from asking to reading, each step by the officer that the house names."""

    house: House
    lead: Lead
    pair: Pair
    id: str

    @property
    def url(self) -> str:
        return f"{self.lead.url}/identity/openings/{self.id}"

    def decide(self, place: str = "district", role: str = "chief", *, agreed: bool = True) -> httpx.Response:
        return self.house.signed_in(place, role).post(f"{self.url}/decision", {"agreed": agreed})

    def hand_over(self, key: DeskKey, place: str = "city", role: str = "identity_desk") -> httpx.Response:
        """The desk's browser: open with the desk's key, seal to the asker's."""
        desk = self.house.signed_in(place, role)
        items = desk.get("/api/v1/identity-desk/openings").json()["items"]
        item = next(one for one in items if one["id"] == self.id)
        told = key.open(item, item["key_version"])
        sealed = seal(bytes_of(item["public_key"]), opening_info(self.id), told)
        return desk.post(f"/api/v1/identity-desk/openings/{self.id}/envelope", {"envelope": text_of(sealed)})

    def read(self, place: str = "city", role: str = "intake") -> httpx.Response:
        return self.house.signed_in(place, role).post(f"{self.url}/reading")

    def opened(self, answer: httpx.Response) -> Identity | None:
        """The asker's browser."""
        return open_envelope(self.pair.secret, opening_info(self.id), bytes_of(answer.json()["envelope"]))


def asked(house: House, lead: Lead, place: str = "city", role: str = "intake", **changes: Any) -> Opening:
    """An officer asks."""
    pair = new_pair()
    body = {"tip_id": str(lead.tip_id), "purpose": "verify", "reason": "需当面核对", "public_key": pair.text} | changes
    answer = house.signed_in(place, role).post(f"{lead.url}/identity/openings", body)
    assert answer.status_code == 201, answer.text
    return Opening(house, lead, pair, answer.json()["id"])


def events(house: House, lead: Lead) -> list[str]:
    rows = house.sql(
        "SELECT event FROM events WHERE matter_id = :id AND event LIKE 'identity:%' ORDER BY id", id=lead.id
    )
    return [row.event for row in rows]
