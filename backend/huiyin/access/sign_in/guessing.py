"""Guessing at sign-in is slowed down, in a way that nobody can use to lock a colleague out.

Failures are counted by (name, device). A device is known when it brings the cookie that an earlier complete sign-in
of that name left there (device cookies, OWASP "Slow Down Online Guessing Attacks with Device Cookies"); all unknown
devices of a name share one count. So an attack from elsewhere slows down other unknown devices, and the officer's own
computer goes on working. No address is read, no account is ever locked, and counts live in memory only.
"""

import hmac
import secrets
import time
from collections import Counter, OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock

from huiyin.kit.crypto.base64url import text_of
from huiyin.kit.crypto.vault import vault
from huiyin.kit.web.errors import HuiyinError, RateLimited

DEVICE_DAYS = 180
_DAY = 86_400


class GuessLimit:
    """After `free` failures each further try waits, twice as long every time, up to `longest` seconds.

    A try that is under way counts as one that failed until it has not: sent all at once, guesses are no more than
    one after the other.
    """

    def __init__(self, free: int = 5, longest: float = 60.0, names: int = 10_000) -> None:
        self._free, self._longest, self._names = free, longest, names
        self._failures: OrderedDict[str, tuple[int, float]] = OrderedDict()
        self._under_way: Counter[str] = Counter()
        self._lock = Lock()

    @contextmanager
    def trying(self, name: str, *counts: type[HuiyinError]) -> Iterator[None]:
        """One try. What the block raises of `counts` is a failure; what ends well forgets those before it.

        Raises RateLimited, with the seconds to wait, while the name must wait.
        """
        self._begin(name)
        try:
            yield
        except counts:
            self._failed(name)
            raise
        else:
            with self._lock:
                self._failures.pop(name, None)
        finally:
            with self._lock:
                self._under_way[name] -= 1
                if not self._under_way[name]:
                    del self._under_way[name]

    def _begin(self, name: str) -> None:
        with self._lock:
            count, until = self._failures.get(name, (0, 0.0))
            wait, others = until - time.monotonic(), self._under_way[name]
            if others and count + others >= self._free:
                wait = max(wait, 1.0)
            elif count < self._free:
                wait = 0.0
            if wait > 0:
                raise RateLimited(f"Wait {wait:.0f} seconds and try again", retry_after=max(1, round(wait)))
            self._under_way[name] += 1

    def _failed(self, name: str) -> None:
        with self._lock:
            count = self._failures.pop(name, (0, 0.0))[0] + 1
            # The exponent is bounded: 2.0 ** 1024 is no float.
            wait = min(self._longest, 2.0 ** min(count - self._free, 30)) if count >= self._free else 0.0
            self._failures[name] = (count, time.monotonic() + wait)
            while len(self._failures) > self._names:
                self._failures.popitem(last=False)


def bucket(login: str, device: str | None) -> str:
    """What failures of this name on this device are counted by."""
    nonce = nonce_of(login, device)
    return f"{login}\0{nonce}" if nonce else login


def device_cookie(login: str, device: str | None) -> str:
    """What a complete sign-in leaves on the device: a random number, vouched for by us for this name alone.

    A device that is known keeps its number, so that signing in does not give an attacker there a fresh count.
    """
    nonce = nonce_of(login, device) or secrets.token_urlsafe(12)
    issued = str(int(time.time() // _DAY))
    return f"{issued}.{nonce}.{_seal(login, issued, nonce)}"


def nonce_of(login: str, device: str | None) -> str | None:
    """The number of a known device of this name; None for every other one."""
    parts = (device or "").split(".")
    if len(parts) != 3 or not parts[0].isascii() or not parts[0].isdigit() or len(parts[0]) > 6:
        return None
    issued, nonce, seal = parts
    if not 0 <= time.time() // _DAY - int(issued) <= DEVICE_DAYS:
        return None
    return nonce if hmac.compare_digest(seal.encode(), _seal(login, issued, nonce).encode()) else None


def _seal(login: str, issued: str, nonce: str) -> str:
    told = f"{login}\0{issued}\0{nonce}".encode()
    return text_of(hmac.digest(vault().purpose_key("device-cookie"), told, "sha256"))
