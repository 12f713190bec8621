"""Recovering a lost key from its custodians' shares: offline, without database or network.

Three of the five printed shares give the 32 bytes of the private key back (Shamir over GF(2^8), as the npm library
`shamir-secret-sharing` makes them: one byte of ordinate for each byte of the secret, then the abscissa). Here is
the joining, and for the demo the splitting; `tests/vectors/identity-i1.json` holds it to shares that the library made.
"""

import hashlib
import hmac
import json
import os
import re
import secrets
import unicodedata
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from huiyin.kit.crypto.base64url import bytes_of, text_of
from huiyin.tips.identity.envelope import SUITE, private_key, public_bytes

SHARES = 5
THRESHOLD = 3
SECRET_BYTES = 32
KDF = "pbkdf2-sha256"
ITERATIONS = 600_000  # OWASP Password Storage Cheat Sheet, PBKDF2-HMAC-SHA-256
MIN_PASSPHRASE = 16
_SHARE = re.compile(r"^HY1-([1-9][0-9]{0,4}):([0-9a-f]{74})$")


class CannotRecover(Exception):
    """Why these shares give no key back, in words for the custodians at the table."""


@dataclass(frozen=True, slots=True)
class Share:
    """One custodian's share: of which key version, and its bytes, the abscissa last."""

    version: int
    value: bytes


def read_share(text: str) -> Share:
    """What was typed from a printed sheet: `HY1-3: 0a1b2c …`; blanks do not matter.

    Raises:
        CannotRecover: it is no share, or mistyped somewhere.
    """
    typed = re.sub(r"\s", "", unicodedata.normalize("NFKC", text)).replace("hy", "HY")
    match = _SHARE.match(typed)
    if match is None:
        raise CannotRecover(
            "This is no share: it begins with HY1- and the key's version, then 74 digits and letters a-f"
        )
    version, told = int(match[1]), match[2]
    if _checksum(version, told[:-8]) != told[-8:]:
        raise CannotRecover("This share is mistyped somewhere; compare it with the sheet, group by group")
    return Share(version, bytes.fromhex(told[:-8]))


def commitment(public: bytes, number: int, share: Share) -> bytes:
    """What the register keeps of a share (ADR 0036): it shows whether a sheet is the right one and tells nothing of it.

    Args:
        number: which sheet, 1 to 5, as is printed on it.
    """
    return hashlib.sha256(f"huiyin/share-commitment/{text_of(public)}/{number}/{share.value.hex()}".encode()).digest()


def recover(shares: list[Share], public: bytes) -> bytes:
    """The private key, of which `public` is the other half.

    Raises:
        CannotRecover: too few shares, of different keys, one given twice, or of another key than the public one.
    """
    if len({share.version for share in shares}) > 1:
        raise CannotRecover("The shares belong to different versions of the key; collect those of one")
    if len({share.value[-1] for share in shares}) < THRESHOLD:
        raise CannotRecover(f"{THRESHOLD} different shares are needed")
    secret = _join([share.value for share in shares])
    try:
        own = public_bytes(private_key(secret).public_key())
    except ValueError as error:
        raise CannotRecover("The shares give no key; one of them belongs to something else") from error
    if not hmac.compare_digest(own, public):
        raise CannotRecover("The shares give another key than the one named; are they of this version?")
    return secret


def _join(shares: list[bytes]) -> bytes:
    """Lagrange's polynomial at zero, byte by byte."""
    points = {share[-1]: share[:-1] for share in shares}
    secret = bytearray(SECRET_BYTES)
    for x, values in points.items():
        weight = 1
        for other in points:
            if other != x:
                weight = _times(weight, _times(other, _inverse(other ^ x)))
        for at in range(SECRET_BYTES):
            secret[at] ^= _times(values[at], weight)
    return bytes(secret)


def shares_of(secret: bytes, version: int) -> list[str]:
    """Five texts as they stand on sheets, for the demo: those of a real key are made in a browser.

    Each byte is the value at zero of a parabola with random coefficients; a share is its values at another place.
    """
    bends, slopes = secrets.token_bytes(len(secret)), secrets.token_bytes(len(secret))
    texts = []
    for x in range(1, SHARES + 1):
        of_bytes = zip(secret, slopes, bends, strict=True)
        values = bytes(at ^ _times(slope, x) ^ _times(bend, _times(x, x)) for at, slope, bend in of_bytes)
        texts.append(_written(version, values + bytes([x])))
    return texts


def _written(version: int, value: bytes) -> str:
    digits = value.hex() + _checksum(version, value.hex())
    return f"HY1-{version}: " + " ".join(digits[at : at + 6] for at in range(0, len(digits), 6))


def _checksum(version: int, digits: str) -> str:
    return hashlib.sha256(f"huiyin/share/{version}/{digits}".encode()).hexdigest()[:8]


def _times(a: int, b: int) -> int:
    """The product in GF(2^8) by x^8 + x^4 + x^3 + x + 1."""
    product = 0
    while b:
        if b & 1:
            product ^= a
        a = (a << 1) ^ (0x11B if a & 0x80 else 0)
        b >>= 1
    return product


def _inverse(a: int) -> int:
    """a^254: every element but zero to the 255th is one."""
    result = 1
    for _ in range(254):
        result = _times(result, a)
    return result


def checked(text: str, public: str, number: int, kept: str) -> int:
    """The version of the share that was typed from sheet `number`, which is the one whose commitment is `kept`.

    Raises:
        CannotRecover: as `read_share`; or it is another share; or what was copied is no key and no commitment.
    """
    share = read_share(text)
    try:
        own = commitment(bytes_of("".join(public.split())), number, share)
        same = hmac.compare_digest(own, bytes_of("".join(kept.split())))
    except ValueError as error:
        raise CannotRecover("This is no public key or no commitment; copy both whole") from error
    if not same:
        raise CannotRecover("It is typed rightly, but it is not the share that was recorded for this sheet")
    return share.version


def recovered_file(shares: list[str], public: str, passphrase: str) -> str:
    """What the desk's page opens: version, public key, and the private key wrapped by a new passphrase, as JSON.

    Raises:
        CannotRecover: as `read_share`, `recover` and `wrap`, or the public key is none.
    """
    read = [read_share(share) for share in shares]
    try:
        point = bytes_of("".join(public.split()))
    except ValueError as error:
        raise CannotRecover("This is no public key; copy it whole") from error
    wrapping = wrap(recover(read, point), point, passphrase)
    document = {"suite": SUITE, "version": read[0].version, "public_key": text_of(point), "wrapping": wrapping}
    return json.dumps(document, indent=2) + "\n"


def _stretched(passphrase: str, salt: bytes, iterations: int) -> AESGCM:
    typed = unicodedata.normalize("NFKC", passphrase).encode()
    return AESGCM(hashlib.pbkdf2_hmac("sha256", typed, salt, iterations, 32))


def _place(public: bytes) -> bytes:
    return f"huiyin/identity/{SUITE}/key/{text_of(public)}".encode()


def wrap(secret: bytes, public: bytes, passphrase: str) -> dict[str, str | int]:
    """The private key under a passphrase, as the API takes it and the browser opens it.

    Raises:
        CannotRecover: the passphrase is shorter than 16 characters.
    """
    if len(passphrase) < MIN_PASSPHRASE:
        raise CannotRecover(f"The passphrase needs at least {MIN_PASSPHRASE} characters")
    salt, nonce = os.urandom(16), os.urandom(12)
    wrapped = _stretched(passphrase, salt, ITERATIONS).encrypt(nonce, secret, _place(public))
    return {
        "kdf": KDF,
        "iterations": ITERATIONS,
        "salt": text_of(salt),
        "nonce": text_of(nonce),
        "wrapped": text_of(wrapped),
    }


def unwrap(kept: dict[str, str | int], public: bytes, passphrase: str) -> bytes | None:
    """The private key, or None where the passphrase is wrong or what is kept was changed."""
    key = _stretched(passphrase, bytes_of(str(kept["salt"])), int(kept["iterations"]))
    try:
        return key.decrypt(bytes_of(str(kept["nonce"])), bytes_of(str(kept["wrapped"])), _place(public))
    except InvalidTag:
        return None
