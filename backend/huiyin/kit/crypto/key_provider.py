"""What the vault asks of the place where key-encryption keys live, whichever it is (keys.py, token.py)."""

from collections.abc import Collection
from typing import Protocol

NONCE_BYTES = 12


class KeyMissing(Exception):
    """No key of that version is there, or it does not open what it is given."""


class CannotChangeKeys(Exception):
    """This provider cannot make or put away a key by itself. The message says what a person does instead."""


class KeyProvider(Protocol):
    """What the vault asks of the place where key-encryption keys live. Used by many threads at once."""

    def versions(self) -> tuple[int, ...]:
        """The versions that are there, ascending and never empty; the last one wraps."""

    def wrap(self, version: int, plain: bytes, place: bytes) -> bytes:
        """Encrypt a data key with AES-256-GCM: 12 bytes of nonce, ciphertext, tag; `place` is associated data."""

    def unwrap(self, version: int, wrapped: bytes, place: bytes) -> bytes:
        """What `wrap` was given. Raises KeyMissing."""

    def derive(self, label: str) -> bytes:
        """32 bytes for one purpose (HMAC-SHA-256 of its label), the same whatever version is the newest."""

    def make(self, version: int, labels: Collection[str]) -> None:
        """Make the key of a version; from then on it is the newest. `labels`: what has been derived so far.

        Raises CannotChangeKeys.
        """

    def retire(self, version: int) -> None:
        """Put a version away: it is no longer used. Raises CannotChangeKeys."""
