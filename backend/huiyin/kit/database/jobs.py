"""Background jobs as each part describes them, and what their queue needs of the database's address."""

from collections.abc import Callable
from dataclasses import dataclass

from huiyin.kit.database.sessions import Sessions

LANES: dict[str, float] = {"files": 8, "large_files": 600, "index": 5, "rest": 8}
"""The worker's lanes, and the seconds that one item may take in each.

A file that takes longer than 8 seconds to look at is not for the lane in which all others wait.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """What the worker does again and again (ADR 0011). `run` opens and commits its own transactions."""

    name: str
    run: Callable[[Sessions], None]
    cron: str
    """When; a sixth field counts seconds."""
    queueing_lock: str
    """One waits in the queue at most: what came due meanwhile is done by the one that waits."""
    lane: str = "rest"
    """In which of the worker's lanes it runs (`LANES`): a lane waits for no other."""
    lock: str | None = None
    """No two run at once; without it a second worker may, and finds nothing that the first has locked."""

    def __post_init__(self) -> None:
        if self.lane not in LANES:
            raise ValueError(f"{self.name} is for a lane that there is not: {self.lane}")


def plain_url(url: str) -> str:
    """The address as libpq reads it, without SQLAlchemy's driver name."""
    return url.replace("postgresql+psycopg://", "postgresql://", 1)
