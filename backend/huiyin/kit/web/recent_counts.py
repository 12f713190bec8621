"""How often something happened in the last ten minutes, by label, in memory alone and without keeping the label.

A label, such as the network that a request came from, is kept as a keyed hash. Each minute has a random key of its own,
forgotten with the minute's counts: nothing is left after ten minutes from which a label could be tested, and a copy of
the memory tells at most who came in the last ten minutes to somebody who guesses them.
"""

import hmac
import secrets
import time
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Lock

MINUTES = 10
_DIGEST_BYTES = 12


@dataclass(slots=True)
class _Minute:
    number: int
    key: bytes = field(default_factory=lambda: secrets.token_bytes(32), repr=False)
    counts: Counter[bytes] = field(default_factory=Counter, repr=False)

    def hashed(self, label: str) -> bytes:
        return hmac.digest(self.key, label.encode(), "sha256")[:_DIGEST_BYTES]


class RecentCounts:
    """Counts of this process; several processes each see their share."""

    def __init__(self, clock: Callable[[], float] = time.monotonic, labels: int = 20_000) -> None:
        """`labels`: of a minute at most; further ones are not counted, so that memory has a bound."""
        self._clock, self._labels = clock, labels
        self._minutes: deque[_Minute] = deque()
        self._lock = Lock()

    def _recent(self) -> deque[_Minute]:
        now = int(self._clock() // 60)
        while self._minutes and self._minutes[0].number <= now - MINUTES:
            self._minutes.popleft()
        return self._minutes

    def add(self, *labels: str) -> None:
        """Count one occurrence under each label."""
        with self._lock:
            minutes, now = self._recent(), int(self._clock() // 60)
            if not minutes or minutes[-1].number != now:
                minutes.append(_Minute(now))
            minute = minutes[-1]
            for label in labels:
                hashed = minute.hashed(label)
                if hashed in minute.counts or len(minute.counts) < self._labels:
                    minute.counts[hashed] += 1

    def count(self, label: str) -> int:
        """How often in the last ten minutes."""
        with self._lock:
            return sum(minute.counts[minute.hashed(label)] for minute in self._recent())
