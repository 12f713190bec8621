"""The workflow floor (流程): what a verb is, and the table of verbs that every kind of matter has.

A kind of matter is a row with a state, and a `Machine`: its verbs as data. What may be done, by whom, what it changes
and which clock it starts all derive from the table; no verb is special by its name (ADR 0005, ADR 0037).
"""

import enum
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Generic, NamedTuple, Protocol, TypeVar
from uuid import UUID

from pydantic import BaseModel
from sqlalchemy.orm import Session

from huiyin.access.actors import Actor
from huiyin.access.permissions import Permission
from huiyin.kit.web.errors import Conflict
from huiyin.kit.web.refusals import RuleCode
from huiyin.trail.events import Facts, code, define_verb
from huiyin.workflow.inputs import Confirmation


class Matter(Protocol):
    """A row that moves by verbs (事项): what the floor reads and writes of it. `MatterRow` has the columns."""

    id: Any
    state: Any
    state_since: Any
    is_open: Any
    version: Any
    visible_to: Any
    hidden_from: Any
    held_by_agency_id: Any
    held_by_officer_id: Any
    pending_verb: Any
    clock_rule: Any
    clock_due_at: Any
    clock_provisional: Any
    clock_paused_at: Any


M = TypeVar("M", bound=Matter)
Told = Any  # what a verb takes: an instance of the row's own `takes`


class Blocked(NamedTuple):
    """Why a verb is not open to this officer now.

    Attributes:
        code: stable, with words in every language (the registry of refusals).
        detail: the reason in words.
        by_state: the matter's own condition forbids it, to everybody: like a wrong state, it is not offered at all.
    """

    code: RuleCode
    detail: str
    by_state: bool = False


@dataclass(frozen=True, kw_only=True)
class Circumstances:
    """What a rule may look at besides matter and actor; a machine adds what its rules need."""

    now: datetime


class Place(enum.StrEnum):
    """Where an action bar offers a verb; the order of the list follows it."""

    onward = "onward"  # on the straight way: the first one is what most officers came for
    aside = "aside"  # off it: back, away, to somebody else
    beside = "beside"  # at any time, and leads nowhere: under "more"


class Clocked(enum.Enum):
    """What a verb does to the running clock, where it does not start one of a rule."""

    stop = "stop"
    keep = "keep"
    pause = "pause"  # 中止; the body has `reason_code`, which the event says too
    resume = "resume"


@dataclass(kw_only=True)
class Transition(Generic[M]):
    """One verb being carried out: what it works on, and what its effect decides for the floor to write.

    Attributes:
        facts: codes and ids for the trail; no personal data, no free text.
        holder: who answers from now on: agency, officer, role.
        clock: the rule of the clock that starts in place of the verb's own.
        no_later: ends that clock before its rule does.
        counted_from: an earlier moment from which its term counts.
        then: what follows once the verb is recorded, in the same transaction.
        confirming: a second officer has agreed.
        agreed_note: what that officer said to it.
    """

    machine: "Machine[M]"
    session: Session
    row: M
    actor: Actor
    now: datetime
    facts: dict[str, Any] = field(default_factory=dict)
    holder: tuple[UUID, UUID, str] | None = None
    clock: str | None = None
    no_later: datetime | None = None
    counted_from: datetime | None = None
    then: list[Callable[[], None]] = field(default_factory=list)
    confirming: bool = False
    agreed_note: str | None = None


Rule = Callable[[Any, Actor, Any], Blocked | None]
"""Binds a verb to the person or the matter's condition: row, actor, circumstances → None, or why it is blocked."""

Effect = Callable[[Any, Told], None]
"""What a verb changes beyond the state: transition, body."""


def nothing(transition: Transition[Any], _: Told) -> None:
    """For verbs that change the state and nothing else."""


def _always(transition: Any, body: Told) -> bool:
    return True


@dataclass(frozen=True, kw_only=True)
class Second:
    """The second officer (四眼) who must agree before a verb takes effect.

    Attributes:
        permission: what the second officer must hold.
        rules: what binds the confirmation to the person.
        needed: whether what is asked for needs one; where it does not, the verb takes effect at once.
        reasoned: the second officer must say why, whichever way they decide.
        names: who is asked, where the request itself names them; row, actor, what was asked for → None, or why not.
        check: what must hold when it is asked for and again when it is confirmed, beyond the rules.
        refused: what the second officer's refusal changes.
    """

    permission: Permission
    rules: tuple[Rule, ...] = ()
    needed: Callable[[Any, Told], bool] = _always
    reasoned: bool = False
    names: Callable[[Any, Actor, Told], Blocked | None] | None = None
    check: Effect = nothing
    refused: Effect = nothing


@dataclass(frozen=True, kw_only=True)
class Move(Generic[M]):
    """One verb: a row of the domain's table (docs/domain.md, section 3).

    Attributes:
        sources: states it starts from.
        target: state it leads to; None stays.
        permission: what the officer must hold.
        takes: what must be given.
        effect: what it changes beyond the state.
        clock: the rule of the clock that starts, or what happens to the one that runs.
        rules: what binds it to the person, and to the matter's condition.
        bulk: whether one body may go to many matters in one request (ADR 0020).
        silent: the matter's own record has no word of it, not even that it happened; the effect records it elsewhere.
        second: the officer who must confirm it; None: it takes effect at once.
        place: where an action bar offers it.
    """

    sources: frozenset[str]
    target: str | None
    permission: Permission
    takes: type[BaseModel]
    effect: Effect = nothing
    clock: str | Clocked = Clocked.stop
    rules: tuple[Rule, ...] = ()
    silent: bool = False
    bulk: bool = False
    second: Second | None = None
    place: Place = Place.onward

    @property
    def said_by_clock(self) -> Facts:
        """What its event says because of what it does to the clock."""
        return {"reason_code": code("pause_reason")} if self.clock is Clocked.pause else {}


def _nothing_more(session: Session, actor: Actor, now: datetime) -> Circumstances:
    return Circumstances(now=now)


def _nothing_follows(session: Session, row: Any) -> None:
    """For kinds of which nobody else keeps the date."""


def _never(row: Any) -> Blocked | None:
    return None


@dataclass(frozen=True, kw_only=True)
class Machine(Generic[M]):
    """A kind of matter and its table of verbs.

    Attributes:
        kind: its name in events, routes and the table of matters.
        table: its row, with the columns of `MatterRow`.
        states: all its states.
        open_states: those in which somebody answers for it and a clock may run.
        moves: verb → row of the table.
        facts: verb → what its event may say, in any of its steps; the trail refuses what is not named here.
        label: what people call one: its number or name.
        key_of: the data key under which bodies are kept; raises Conflict where it cannot be opened any more. None: the
            bodies of this kind hold nothing that is not on its row, and are not kept.
        around: what its rules need to know besides row and actor.
        frozen: why nothing at all can be done with it any more.
        transition: what its effects work on.
        after: what else follows from each verb: the reporter is told.
        redated: what else follows where the running clock has got another date by itself (`recompute.py`).
    """

    kind: str
    table: type[M]
    states: type[enum.StrEnum]
    open_states: frozenset[str]
    moves: Mapping[str, Move[M]]
    label: Callable[[M], str]
    facts: Mapping[str, Facts] = field(default_factory=dict)
    key_of: Callable[[M], bytes] | None = None
    around: Callable[[Session, Actor, datetime], Any] = _nothing_more
    frozen: Callable[[M], Blocked | None] = _never
    transition: type[Transition[Any]] = Transition
    after: tuple[Callable[[Any, str], None], ...] = ()
    redated: Callable[[Session, M], None] = _nothing_follows

    def __post_init__(self) -> None:
        known = set(self.states)
        for verb, move in self.moves.items():
            targets = {move.target} if move.target is not None else set()
            if unknown := (set(move.sources) | targets) - known:
                raise ValueError(f"{self.kind}:{verb} names states that there are not: {sorted(unknown)}")
            if move.clock is Clocked.pause and "reason_code" not in move.takes.model_fields:
                raise ValueError(f"{self.kind}:{verb} pauses the clock, and its body has no reason_code")
            keeps = self.key_of is not None
            if move.second is not None and not keeps:
                raise ValueError(f"{self.kind}:{verb} waits for a second officer, and no key keeps its body (key_of)")
            define_verb(
                self.kind,
                verb,
                takes=move.takes.__name__ if keeps else "",
                facts={**self.facts.get(verb, {}), **move.said_by_clock},
                second=move.second is not None,
                confirms=Confirmation.__name__ if keeps else "",
            )

    def named(self, verb: str) -> str:
        """The verb as a sentence has it: start verification."""
        return verb.replace("_", " ")

    def readable_key(self, row: M) -> bytes | None:
        """The key under which bodies were kept; None where there is none, or none any more."""
        if self.key_of is None:
            return None
        try:
            return self.key_of(row)
        except Conflict:
            return None
