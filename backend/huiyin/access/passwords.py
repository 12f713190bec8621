"""Passwords: argon2id at the library's current defaults (RFC 9106), and a limit on guesses."""

import secrets
import string
import time
from collections import OrderedDict
from threading import BoundedSemaphore, Lock

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from huiyin.kit.errors import RateLimited

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


class GuessLimit:
    """Slows down guessing at one name: after five failures each further try waits, up to a minute.

    Counts live in memory only and name no address. The wait is short, so that nobody can lock a colleague out.
    """

    def __init__(self, free: int = 5, longest: float = 60.0, names: int = 10_000) -> None:
        self._free, self._longest, self._names = free, longest, names
        self._failures: OrderedDict[str, tuple[int, float]] = OrderedDict()
        self._lock = Lock()

    def check(self, name: str) -> None:
        """Raises RateLimited, with the seconds to wait, while the name must wait."""
        with self._lock:
            count, until = self._failures.get(name, (0, 0.0))
        wait = until - time.monotonic()
        if count >= self._free and wait > 0:
            raise RateLimited(f"Wait {wait:.0f} seconds and try again", retry_after=max(1, round(wait)))

    def failed(self, name: str) -> None:
        """Count a failure."""
        with self._lock:
            count = self._failures.pop(name, (0, 0.0))[0] + 1
            wait = min(self._longest, 2.0 ** (count - self._free)) if count >= self._free else 0.0
            self._failures[name] = (count, time.monotonic() + wait)
            while len(self._failures) > self._names:
                self._failures.popitem(last=False)

    def succeeded(self, name: str) -> None:
        """Forget the failures of a name whose owner came in."""
        with self._lock:
            self._failures.pop(name, None)
