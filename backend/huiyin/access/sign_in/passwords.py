"""Passwords: argon2id at the library's current defaults (RFC 9106)."""

import secrets
import string
from threading import BoundedSemaphore

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

_hasher = PasswordHasher()
# An unknown name costs the same time as a known one: it is checked against this hash, which no password opens.
_NOBODY = _hasher.hash(secrets.token_hex(32))
# Each check takes 64 MiB; sign-in can then not exhaust the memory.
_at_once = BoundedSemaphore(2)


def hash_password(password: str) -> str:
    """The argon2id hash of a password, as a PHC string."""
    return _hasher.hash(password)


def verify_password(stored: str | None, password: str) -> bool:
    """Whether the password is right; takes as long when there is nobody of that name (`stored` is None)."""
    with _at_once:
        try:
            return _hasher.verify(stored or _NOBODY, password)
        except (VerificationError, InvalidHashError):
            return False


def make_password() -> str:
    """A random password of 16 characters (about 92 bits) for a new account."""
    alphabet = string.ascii_letters.translate(str.maketrans("", "", "lIO")) + "23456789"
    return "".join(secrets.choice(alphabet) for _ in range(16))
