"""Envelope encryption: a data key for each record, wrapped by a key that lives outside the database.

AES-256-GCM (NIST SP 800-38D) with a random 96-bit nonce in front of the ciphertext. The identity of the row and
field is the associated data, so a ciphertext moved to another row does not open. Destroying a wrapped key destroys
what it protects.
"""

import functools
import hashlib
import hmac
import json
import os
from dataclasses import dataclass
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from huiyin.settings import settings

SUITE = "aes-256-gcm"
NONCE_BYTES = 12


class Unreadable(Exception):
    """The ciphertext was not made by this key for this row and field, or the key was destroyed."""


@dataclass(frozen=True, slots=True)
class DataKey:
    """A record's own key in the clear (memory only) and as it is stored."""

    plain: bytes
    wrapped: bytes
    kek_version: int

    def __repr__(self) -> str:  # keys never reach a log by way of a traceback
        return "DataKey(…)"


def _seal(key: bytes, plaintext: bytes, place: str) -> bytes:
    nonce = os.urandom(NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, plaintext, place.encode())


def _open(key: bytes, sealed: bytes, place: str) -> bytes:
    try:
        return AESGCM(key).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], place.encode())
    except (InvalidTag, ValueError) as exc:  # ValueError: cut short, so that no nonce is left
        raise Unreadable(place) from exc


def seal_json(key: bytes, content: Any, place: str) -> bytes:
    """Encrypt a JSON value; `place` names table, row and field, e.g. `tips/<uuid>/content`."""
    return _seal(key, json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode(), place)


def open_json(key: bytes, sealed: bytes, place: str) -> Any:
    """Decrypt what `seal_json` made for the same place.

    Raises:
        Unreadable: wrong key or place, or the ciphertext was changed.
    """
    return json.loads(_open(key, sealed, place))


class Vault:
    """Makes and unwraps data keys with the key-encryption key of one version."""

    def __init__(self, kek: bytes, version: int = 1) -> None:
        if len(kek) != 32:
            raise ValueError("the key-encryption key must be 32 bytes")
        self._kek = kek
        self.version = version
        self._mac_key = hmac.digest(kek, b"huiyin/mac/v1", "sha256")

    def new_key(self, place: str) -> DataKey:
        """A fresh 256-bit data key, wrapped for the row that `place` names."""
        plain = os.urandom(32)
        return DataKey(plain, _seal(self._kek, plain, f"key/{place}"), self.version)

    def unwrap(self, wrapped: bytes | None, place: str) -> bytes:
        """The data key of a row.

        Raises:
            Unreadable: it was destroyed, or belongs to another row.
        """
        if wrapped is None:
            raise Unreadable(place)
        return _open(self._kek, wrapped, f"key/{place}")

    def seal_small(self, content: Any, place: str) -> bytes:
        """Encrypt a short-lived JSON value, such as a kept answer, under a key derived for its purpose."""
        return seal_json(hmac.digest(self._kek, b"huiyin/small/v1", "sha256"), content, place)

    def open_small(self, sealed: bytes, place: str) -> Any:
        """Decrypt what `seal_small` made. Raises Unreadable."""
        return open_json(hmac.digest(self._kek, b"huiyin/small/v1", "sha256"), sealed, place)

    def purpose_key(self, purpose: str) -> bytes:
        """A key for keyed hashes of one purpose alone."""
        return hmac.digest(self._kek, f"huiyin/{purpose}/v1".encode(), "sha256")

    def fingerprint(self, content: bytes) -> bytes:
        """A keyed hash (HMAC-SHA-256): equality can be tested, content cannot be guessed from a stolen database."""
        return hmac.new(self._mac_key, content, hashlib.sha256).digest()


@functools.cache
def vault() -> Vault:
    """The process's vault, its key read once from where the settings say. Raises UnsafeSetting."""
    return Vault(settings().read_kek())
