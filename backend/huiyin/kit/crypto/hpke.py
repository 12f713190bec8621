"""Suite i1, to which identities and tips are sealed: HPKE (RFC 9180) over P-256, and keys in their raw form.

The service itself has no private key; commands and tests open with one.
"""

from typing import Final

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

SUITE: Final = "i1"  # RFC 9180 base mode: DHKEM(P-256, HKDF-SHA256), HKDF-SHA256, AES-256-GCM


KEY_BYTES = 65  # an uncompressed point of P-256 (SEC 1, section 2.3.3)


HPKE = Suite(KEM.P256, KDF.HKDF_SHA256, AEAD.AES_256_GCM)


class NotAnEnvelope(Exception):
    """It does not open with this key for this purpose, or what it holds is no identity."""


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
