"""The envelope of a reporter's identity (suite i1): its form, and both halves of HPKE for commands and tests.

The service itself never opens one: it has no private key. Form and bindings are those of
`frontend/src/shared/sealedIdentity.ts`; `tests/vectors/identity-i1.json` holds both to the same bytes.
"""

import json
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag

from huiyin.kit.crypto.hpke import HPKE, KEY_BYTES, SUITE, NotAnEnvelope, private_key, public_key

PLAIN_BYTES = 2048
ENVELOPE_BYTES = KEY_BYTES + PLAIN_BYTES + 16  # encapsulated key, ciphertext, tag


@dataclass(frozen=True, slots=True)
class Identity:
    """What a reporter leaves for the desk; each may be empty."""

    name: str
    contacts: str
    document: str


def desk_info(version: int, token_hash: str) -> str:
    """What an envelope to the desk is bound to: key version, and the tip's receipt hash in base64url."""
    return f"huiyin/identity/{SUITE}/{version}/{token_hash}"


def opening_info(opening_id: object) -> str:
    """What an envelope to the officer who asked is bound to."""
    return f"huiyin/opening/{SUITE}/{opening_id}"


def seal(to: bytes, info: str, identity: Identity | None) -> bytes:
    """An envelope of `ENVELOPE_BYTES` for the holder of a key; without an identity a dummy of the same size.

    Raises:
        ValueError: the identity is too long, or `to` is no public key.
    """
    told = b""
    if identity is not None:
        fields = {"name": identity.name, "contacts": identity.contacts, "document": identity.document}
        told = json.dumps(fields, ensure_ascii=False, separators=(",", ":")).encode()
    if len(told) > PLAIN_BYTES - 2:
        raise ValueError("the identity is too long for its envelope")
    plain = (len(told).to_bytes(2, "big") + told).ljust(PLAIN_BYTES, b"\0")
    return HPKE.encrypt(plain, public_key(to), info.encode())


def open_envelope(secret: bytes, info: str, envelope: bytes) -> Identity | None:
    """The identity, or None where its sender stayed anonymous.

    Raises:
        NotAnEnvelope: wrong key, wrong binding, or it was changed.
    """
    try:
        plain = HPKE.decrypt(envelope, private_key(secret), info.encode())
    except (InvalidTag, ValueError) as error:
        raise NotAnEnvelope(info) from error
    length = int.from_bytes(plain[:2], "big")
    if len(plain) != PLAIN_BYTES or length > PLAIN_BYTES - 2:
        raise NotAnEnvelope(info)
    if length == 0:
        return None
    fields = json.loads(plain[2 : 2 + length])
    return Identity(fields["name"], fields["contacts"], fields["document"])
