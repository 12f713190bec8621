"""What the tests over all machines ask of a kind of matter: its situations, who is there, and its table in words.

A machine is tried by `every_move`, `clocks_of` and `atomicity_of`. Each needs a `World`: in which situations one of the
kind can be, how it comes there, what each verb takes, who sees it where, whom the table names, which conditions hold.
A situation is a state, or `state, condition`; `verifying, extend asked` waits for a second officer.
"""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any, ClassVar, Generic, Protocol, TypeVar
from uuid import UUID

import httpx
from fastapi import APIRouter

from huiyin.access.permissions import Role
from huiyin.workflow.machine import Machine
from tests.client import Client
from tests.domain import Row
from tests.factories.house import House

M = TypeVar("M", bound="Tried")

PLACES = ("city", "district", "market")
"""The office, the agency in charge, and an agency that has no part in it."""


class Tried(Protocol):
    """A matter that is tried: its id."""

    @property
    def id(self) -> UUID: ...


@dataclass(frozen=True)
class One:
    """A matter of which no more need be known."""

    id: UUID


@dataclass(frozen=True)
class Try:
    """One verb as somebody may carry it out: in which situation, who, and which tables it writes besides the row."""

    situation: str
    place: str
    role: str
    tables: str


class World(ABC, Generic[M]):
    """One kind of matter in a house."""

    machine: Machine[Any]
    plural: str
    situations: tuple[str, ...]
    """Those in which every verb is tried: each state, and some in which a verb waits for a second officer."""
    tries: ClassVar[dict[str, Try]]
    """Each verb and each confirmation, as it goes through."""
    runs_on: ClassVar[dict[str, Try]] = {}
    """Where what is tried above starts another clock by what follows from it: one after which the clock runs on."""
    begins: tuple[str, ...] = ()
    """What opens a matter of this kind and starts a clock, though it is no verb of the table."""
    router: ClassVar[APIRouter | None] = None
    """Its routes, where the service has none of this kind: one that only the tests have."""
    also = "NULL"
    """More that a refused verb must leave as it was: an SQL expression."""

    def __init__(self, house: House) -> None:
        self.house = house

    # --- what each kind says of itself ---

    @classmethod
    @abstractmethod
    def table(cls) -> list[Row]:
        """The rows of the table in words, each verb in one or more."""

    @abstractmethod
    def make(self, situation: str) -> M:
        """A matter in a situation."""

    @abstractmethod
    def body(self, verb: str, matter: M) -> dict[str, Any]:
        """What a verb, or a confirmation, takes."""

    @abstractmethod
    def sees(self, place: str, matter: M, state: str) -> bool:
        """Whether officers of that place may see the matter."""

    @abstractmethod
    def at(self, words: str, matter: M, state: str) -> set[str]:
        """The places that the table's words mean for this matter."""

    def unmet(self, matter: M) -> frozenset[str]:
        """Verbs whose condition this matter does not meet: to everybody they answer as in a wrong state."""
        return frozenset()

    def needs_second(self, verb: str, matter: M) -> bool:
        """Of a verb that a second officer confirms where something holds: whether it holds for this matter."""
        return True

    def listed(self, who: Client, matter: M) -> list[str] | None:
        """The verbs that the list of this kind offers; None: there is no list."""
        return None

    def begun(self, how: str) -> M:
        """A matter that was just opened, in one of the ways of `begins`."""
        raise NotImplementedError

    # --- what is the same for all ---

    @property
    def verbs(self) -> list[str]:
        """All verbs, then the confirmations of those that need a second officer."""
        moves = self.machine.moves
        return [*moves, *(f"{verb}/confirmation" for verb, move in moves.items() if move.second)]

    def url(self, matter: M) -> str:
        return f"/api/v1/{self.plural}/{matter.id}"

    def row(self, matter: M) -> Any:
        (row,) = self.house.sql(f"SELECT * FROM {self.machine.table.__tablename__} WHERE id = :id", id=matter.id)
        return row

    def holder(self, matter: M) -> str:
        """The place that answers for the matter now."""
        agency = self.row(matter).held_by_agency_id
        return next(place for place, one in self.house.agencies.items() if one.id == agency)

    def attempt(self, matter: M, verb: str, who: Client, body: dict[str, Any] | None = None) -> httpx.Response:
        """One try of a verb with the newest version, whatever comes of it."""
        etag = {"If-Match": f'"v{self.row(matter).version}"'}
        given = self.body(verb, matter) if body is None else body
        return who.post(f"{self.url(matter)}/{verb}", given, etag)

    def carry_out(self, matter: M, verb: str, place: str, role: str) -> None:
        """A verb on the way to where a test begins."""
        answer = self.attempt(matter, verb, self.house.signed_in(place, role))
        assert answer.status_code == 200, f"{verb}: {answer.text}"

    def snapshot(self, matter: M) -> Any:
        """Everything that a refused verb must leave as it was."""
        return self.house.sql(
            f"""
            SELECT to_jsonb(r), (SELECT count(*) FROM events), (SELECT count(*) FROM clocks),
                   (SELECT count(*) FROM assignments), (SELECT count(*) FROM move_inputs),
                   (SELECT count(*) FROM exclusions), (SELECT jsonb_agg(to_jsonb(p)) FROM pending_moves p),
                   (SELECT to_jsonb(m) FROM matters m WHERE m.id = r.id), {self.also}
            FROM {self.machine.table.__tablename__} r WHERE id = :id
            """,
            id=matter.id,
        )


ROLES = tuple(Role)
