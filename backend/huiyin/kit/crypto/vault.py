"""Envelope encryption: a data key for each record, wrapped by a key that lives outside the database.

AES-256-GCM (NIST SP 800-38D) with a random 96-bit nonce in front of the ciphertext. The identity of the row and
field is the associated data, so a ciphertext moved to another row does not open. Destroying a wrapped key destroys
what it protects.
"""

import functools
import hashlib
import hmac
import json
import logging
import os
from dataclasses import dataclass
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from huiyin.kit.crypto.key_provider import NONCE_BYTES, KeyMissing, KeyProvider
from huiyin.kit.crypto.keys import provider
from huiyin.settings import settings

SUITE = "aes-256-gcm"
log = logging.getLogger("huiyin.vault")
_VERSION_BYTES = 2
_WRAPPED_BYTES = NONCE_BYTES + 32 + 16  # nonce, data key, tag


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


def encrypt_json(key: bytes, content: Any, place: str) -> bytes:
    """Encrypt a JSON value; `place` names table, row and field, e.g. `tips/<uuid>/content`."""
    return _seal(key, json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode(), place)


def decrypt_json(key: bytes, sealed: bytes, place: str) -> Any:
    """Decrypt what `encrypt_json` made for the same place.

    Raises:
        Unreadable: wrong key or place, or the ciphertext was changed.
    """
    return json.loads(_open(key, sealed, place))


def decrypt_or_none(key: bytes | None, sealed: bytes | None, place: str) -> Any:
    """What `decrypt_json` gives, or None: nothing was written, no key is left or for this reader, or it was changed."""
    if key is None or sealed is None:
        return None
    try:
        return decrypt_json(key, sealed, place)
    except Unreadable:
        log.warning("a ciphertext does not open: %s", place)
        return None


def encrypt_bytes(key: bytes, content: bytes, place: str) -> bytes:
    """Encrypt bytes, such as a piece of a file; `place` names table, row and piece."""
    return _seal(key, content, place)


def decrypt_bytes(key: bytes, sealed: bytes, place: str) -> bytes:
    """Decrypt what `encrypt_bytes` made for the same place. Raises Unreadable."""
    return _open(key, sealed, place)


class Vault:
    """Makes and unwraps data keys with the key-encryption keys of a provider: the newest wraps, all unwrap."""

    def __init__(self, keys: KeyProvider) -> None:
        self.keys = keys
        self._mac_key = self.purpose_key("mac")
        self._small_key = self.purpose_key("small")

    @property
    def version(self) -> int:
        """The version that wraps new keys now."""
        return self.keys.versions()[-1]

    def new_key(self, place: str) -> DataKey:
        """A fresh 256-bit data key, wrapped for the row that `place` names."""
        plain, version = os.urandom(32), self.version
        return DataKey(plain, self.wrap(plain, place, version), version)

    def wrap(self, plain: bytes, place: str, version: int) -> bytes:
        """A data key as it is stored: its version in two bytes, nonce, ciphertext, tag; version 1 is not written."""
        head = b"" if version == 1 else version.to_bytes(_VERSION_BYTES, "big")
        return head + self.keys.wrap(version, plain, f"key/{place}".encode())

    def unwrap(self, wrapped: bytes | None, place: str) -> bytes:
        """The data key of a row.

        Raises:
            Unreadable: it was destroyed, or belongs to another row, or its version is not there.
        """
        if wrapped is None:
            raise Unreadable(place)
        head = b"" if len(wrapped) == _WRAPPED_BYTES else wrapped[:_VERSION_BYTES]
        try:
            version = int.from_bytes(head, "big") if head else 1
            return self.keys.unwrap(version, wrapped[len(head) :], f"key/{place}".encode())
        except KeyMissing as exc:
            raise Unreadable(place) from exc

    def encrypt_small(self, content: Any, place: str) -> bytes:
        """Encrypt a short-lived JSON value, such as a kept answer, under a key derived for its purpose."""
        return encrypt_json(self._small_key, content, place)

    def decrypt_small(self, sealed: bytes, place: str) -> Any:
        """Decrypt what `seal_small` made. Raises Unreadable."""
        return decrypt_json(self._small_key, sealed, place)

    def purpose_key(self, purpose: str) -> bytes:
        """A key for keyed hashes of one purpose alone."""
        return self.keys.derive(label(purpose))

    def fingerprint(self, content: bytes) -> bytes:
        """A keyed hash (HMAC-SHA-256): equality can be tested, content cannot be guessed from a stolen database."""
        return hmac.new(self._mac_key, content, hashlib.sha256).digest()


def label(purpose: str) -> str:
    """What a purpose's key is derived from."""
    return f"huiyin/{purpose}/v1"


@functools.cache
def vault() -> Vault:
    """The process's vault, on the keys that the settings name. Raises UnsafeSetting."""
    return Vault(provider(settings()))
