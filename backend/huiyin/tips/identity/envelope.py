"""The envelope of a reporter's identity (suite i1): its form, and both halves of HPKE for commands and tests.

The service itself never opens one: it has no private key. Form and bindings are those of
`frontend/src/shared/sealedIdentity.ts`; `tests/vectors/identity-i1.json` holds both to the same bytes.
"""

import json
from dataclasses import dataclass
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

SUITE: Final = "i1"  # RFC 9180 base mode: DHKEM(P-256, HKDF-SHA256), HKDF-SHA256, AES-256-GCM
KEY_BYTES = 65  # an uncompressed point of P-256 (SEC 1, section 2.3.3)
PLAIN_BYTES = 2048
ENVELOPE_BYTES = KEY_BYTES + PLAIN_BYTES + 16  # encapsulated key, ciphertext, tag

HPKE = Suite(KEM.P256, KDF.HKDF_SHA256, AEAD.AES_256_GCM)


class NotAnEnvelope(Exception):
    """It does not open with this key for this purpose, or what it holds is no identity."""


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


def public_key(raw: bytes) -> ec.EllipticCurvePublicKey:
    """A public key of 65 bytes. Raises ValueError: it is no point of the curve."""
    if len(raw) != KEY_BYTES or raw[0] != 4:
        raise ValueError("a public key is 65 bytes and begins with 4")
    return ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), raw)


def private_key(secret: bytes) -> ec.EllipticCurvePrivateKey:
    """The private key of 32 bytes. Raises ValueError: the number is none of the group's."""
    return ec.derive_private_key(int.from_bytes(secret, "big"), ec.SECP256R1())


def public_bytes(key: ec.EllipticCurvePublicKey) -> bytes:
    """The 65 bytes of a public key."""
    return key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


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
