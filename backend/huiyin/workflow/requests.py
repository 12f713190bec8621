"""Requests (申请): asked by one officer, decided by another, ended by somebody or by the clock.

The one small machine of overlays (督办), legal holds (证据保全), exoneration (澄清正名) and openings of a reporter's
identity. Its state is a column. Where time alone moves it, `lapsing` writes the state and its event; until that job
has run, `state_at` says it by the clock, so that nothing is shown as running, or can be decided, a minute too long.
"""

import enum
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Generic, NamedTuple, TypeVar
from uuid import UUID

from sqlalchemy import TextClause, select
from sqlalchemy.orm import Session

from huiyin.access.actors import Actor
from huiyin.access.permissions import Permission
from huiyin.kit.database.items import Work
from huiyin.kit.database.sessions import new_ids, set_scope
from huiyin.kit.web.errors import Conflict, Forbidden, WrongState
from huiyin.trail.recorder import SYSTEM, ActorRef, record
from huiyin.workflow.machine import Blocked
from huiyin.workflow.request_models import Apart, EndingRow, LapsingRow, RequestRow, RequestState

BATCH = 200
_OWN_TO_SEE = Blocked("not_asker", "Only the officer who asked does this")
_OWN_REQUEST = Blocked("own_request", "Another officer must decide what you asked for")
_ASKERS_AGENCY = Blocked("askers_agency", "An officer of another agency than the asker's decides this")

R = TypeVar("R", bound=RequestRow)


class Where(enum.Enum):
    """At which of the matter's agencies a permission must be held; the value is what refuses everybody else."""

    visible_to = Blocked("not_of_lead", "Only agencies that work on it do this")
    desk_agencies = Blocked("not_at_desk", "Only the lead's office, or one above it, does this")


@dataclass(frozen=True, kw_only=True)
class Right:
    """Who may take a step.

    Attributes:
        permission: what the officer must hold.
        at: where they must hold it.
        apart: how far they must be from the asker; None: they may be the asker.
    """

    permission: Permission
    at: Where
    apart: Apart | None = None


class AskerAlone:
    """In place of a right: the officer who asked, and nobody else."""


class RequestEvents(NamedTuple):
    """The names of the events; of a kind that nobody ends, the last two are empty."""

    asked: str
    agreed: str
    refused: str
    ended: str = ""
    over: str = ""


def _nothing_against(row: Any, matter: Any, agreed: bool, now: datetime) -> None:
    """For kinds whose decision depends on the request alone."""


def _nothing_follows(session: Session, row: Any, matter: Any, actor: Actor, now: datetime) -> dict[str, Any]:
    return {}


def _nothing_ends(session: Session, row: Any, matter: Any, now: datetime, cause: str) -> None:
    """For kinds after whose end nobody is told."""


def _no_term(row: Any) -> datetime | None:
    return None


def _no_facts(row: Any) -> dict[str, Any]:
    return {}


@dataclass(frozen=True, kw_only=True)
class RequestKind(Generic[R]):
    """A kind of request, as data.

    Attributes:
        table: its row.
        matter: the row whose version counts each step. None: the kind is not on the matter's page, and the version of
            a page that somebody has open stays good.
        agreed: the state in which an agreed request is.
        runs: the state in which it runs until its end. None: agreeing is the end of it.
        asks, decides, ends: who may.
        ending: the name by which ending is offered.
        alone: the columns by which at most one waits or runs; a partial unique index says the same.
        taken: why another is refused.
        pointer: the field at which it is refused.
        waits: how long it waits, from the asking on, to be decided and carried out.
        term: the moment from which an agreed one has ended by itself.
        events: the names of its events.
        due: asks the database for those that time has moved: `:now`, `:most` → request, matter.
        forgets: columns that are emptied when it ends.
        facts: codes and ids that each event says besides (`trail/events.py` names them).
        check: raises where it cannot be decided so on this matter now.
        follows: what else changes when it is agreed; returns facts for the event.
        told: what follows its end: row, matter, moment, cause (lapsed, term, or why somebody ended it).
    """

    table: type[R]
    matter: type[Any] | None
    agreed: str
    runs: str | None = None
    asks: Right
    decides: Right
    ends: Right | AskerAlone | None = None
    ending: str = "end"
    alone: tuple[str, ...]
    taken: str
    pointer: str | None = None
    waits: timedelta | None = None
    term: Callable[[R], datetime | None] = _no_term
    events: RequestEvents
    due: TextClause | None = None
    forgets: tuple[str, ...] = ()
    facts: Callable[[R], dict[str, Any]] = _no_facts
    check: Callable[[R, Any, bool, datetime], None] = _nothing_against
    follows: Callable[[Session, R, Any, Actor, datetime], dict[str, Any]] = _nothing_follows
    told: Callable[[Session, R, Any, datetime, str], None] = _nothing_ends

    @property
    def waiting(self) -> frozenset[str]:
        """The states in which it waits for somebody, and may lapse."""
        before = {self.agreed} if self.runs not in {None, self.agreed} else set()
        return frozenset({RequestState.asked.value} | before)

    @property
    def open_states(self) -> frozenset[str]:
        """The states in which it waits or runs."""
        return self.waiting | ({self.runs} if self.runs is not None else set())


def state_at(kind: RequestKind[R], row: R, now: datetime) -> str:
    """The state at a moment: as stored, unless time has moved it and the job has not written that yet."""
    if isinstance(row, LapsingRow) and row.state in kind.waiting and row.lapses_at <= now:
        return RequestState.lapsed
    if row.state == kind.runs:
        term = kind.term(row)
        if term is not None and term <= now:
            return RequestState.ended
    return row.state


def allowed(kind: RequestKind[R], row: R, actor: Actor, matter: Any, now: datetime) -> list[str]:
    """What the officer may do with it now: `decide`, or what the kind calls ending."""
    state = state_at(kind, row, now)
    if state == RequestState.asked and _blocked(kind.decides, row, matter, actor) is None:
        return ["decide"]
    if kind.ends is not None and state == kind.runs and _blocked(kind.ends, row, matter, actor) is None:
        return [kind.ending]
    return []


def ask(
    session: Session,
    kind: RequestKind[R],
    matter: Any,
    actor: Actor,
    now: datetime,
    new: Callable[[UUID], Mapping[str, Any]],
    **facts: Any,
) -> R:
    """Ask for it.

    Args:
        new: the kind's own columns for the row of this id; it refuses what cannot be asked for.
        facts: what the event says besides.

    Raises:
        Forbidden: the permission is held at another agency only.
        Conflict: one waits or runs already.
    """
    _require(kind.asks, None, matter, actor)
    (id_,) = new_ids(session, 1)
    columns = {
        "id": id_,
        "state": RequestState.asked.value,
        "asked_by": actor.id,
        "asked_agency_ids": [posting.agency_id for posting in actor.postings],
        "asked_at": now,
        **new(id_),
    }
    if kind.waits is not None:
        columns["lapses_at"] = now + kind.waits
    same = (getattr(kind.table, name) == columns[name] for name in kind.alone)
    others = select(kind.table).where(kind.table.state.in_(kind.open_states), *same)
    for other in session.execute(others.with_for_update().execution_options(populate_existing=True)).scalars():
        if state_at(kind, other, now) in kind.open_states:
            raise Conflict(kind.taken, **({"pointer": kind.pointer} if kind.pointer else {}))
        _time_is_up(session, kind, other, matter, matter.id, now)
    row = kind.table(**columns)
    session.add(row)
    _changed(session, kind, kind.events.asked, row, matter, matter.id, actor.by, facts)
    return row


def decide(
    session: Session,
    kind: RequestKind[R],
    row: R,
    matter: Any,
    actor: Actor,
    now: datetime,
    *,
    agreed: bool,
    **columns: Any,
) -> None:
    """Agree to it or refuse it; `columns` are the kind's own.

    Raises:
        Forbidden: the asker's own request or agency, or the permission is held at another agency only.
        WrongState: it was decided already, or has lapsed; or the matter does not allow it any more.
    """
    _require(kind.decides, row, matter, actor)
    if (state := state_at(kind, row, now)) != RequestState.asked:
        raise WrongState("This was decided already, or has lapsed", state=state, allowed_actions=[])
    kind.check(row, matter, agreed, now)
    row.state = kind.agreed if agreed else RequestState.refused.value
    row.decided_by, row.decided_at = actor.id, now
    row.decided_agency_id = _agency_of(kind.decides, matter, actor)
    _write(row, columns)
    facts = {"asked_by": str(row.asked_by)}
    if agreed:
        facts |= kind.follows(session, row, matter, actor, now)
    event = kind.events.agreed if agreed else kind.events.refused
    _changed(session, kind, event, row, matter, matter.id, actor.by, facts)


def end(
    session: Session,
    kind: RequestKind[R],
    row: R,
    matter: Any,
    actor: Actor,
    now: datetime,
    *,
    cause: str,
    **columns: Any,
) -> None:
    """End what runs before its term; `columns` are the kind's own.

    Raises:
        Forbidden: as the kind says who ends it.
        WrongState: it does not run.
    """
    if kind.ends is None or not isinstance(row, EndingRow):
        raise TypeError(f"Nobody ends {kind.table.__name__}")
    _require(kind.ends, row, matter, actor)
    if (state := state_at(kind, row, now)) != kind.runs:
        raise WrongState("Only what runs can be ended, once", state=state, allowed_actions=[])
    row.state = RequestState.ended.value
    row.ended_by, row.ended_at = actor.id, now
    _write(row, columns | dict.fromkeys(kind.forgets))
    facts = {"cause": cause, "asked_by": str(row.asked_by)}
    _changed(session, kind, kind.events.ended, row, matter, matter.id, actor.by, facts)
    kind.told(session, row, matter, now, cause)


def lapsing(kind: RequestKind[R], now: datetime) -> Work[Any]:
    """What time alone has moved, and is written with its event: terms that are over, requests that waited too long.

    What somebody changes at this moment is left for the next run.
    """

    def lapse(session: Session, found: Any) -> bool:
        request_id, matter_id = found
        set_scope(session, acting_on=str(matter_id))
        matter = None
        if kind.matter is not None:
            lock = select(kind.matter).where(kind.matter.id == matter_id).with_for_update(skip_locked=True)
            matter = session.execute(lock).scalar_one_or_none()
            if matter is None:
                return False
        row = session.execute(
            select(kind.table)
            .where(kind.table.id == request_id)
            .with_for_update(skip_locked=True)
            .execution_options(populate_existing=True)
        ).scalar_one_or_none()
        if row is None or row.state not in kind.open_states or state_at(kind, row, now) in kind.open_states:
            return False
        _time_is_up(session, kind, row, matter, matter_id, now)
        return True

    def find(session: Session, most: int) -> Sequence[Any]:
        return session.execute(kind.due, {"now": now, "most": most}).all() if kind.due is not None else []

    return Work(find=find, do=lapse, name=lambda found: found[0])


def _time_is_up(session: Session, kind: RequestKind[R], row: R, matter: Any, matter_id: UUID, now: datetime) -> None:
    if not isinstance(row, EndingRow):
        raise TypeError(f"Time does not move {kind.table.__name__}")
    row.state = state_at(kind, row, now)
    row.ended_at = now
    _write(row, dict.fromkeys(kind.forgets))
    cause = "lapsed" if row.state == RequestState.lapsed else "term"
    facts = {"cause": cause, "asked_by": str(row.asked_by)}
    _changed(session, kind, kind.events.over, row, matter, matter_id, SYSTEM, facts)
    kind.told(session, row, matter, now, cause)


def _blocked(right: Right | AskerAlone, row: RequestRow | None, matter: Any, actor: Actor) -> Blocked | None:
    if isinstance(right, AskerAlone):
        return None if row is not None and row.asked_by == actor.id else _OWN_TO_SEE
    if not actor.may_at(right.permission, _agencies(right, matter)):
        return right.at.value
    if row is None or right.apart is None:
        return None
    if right.apart is Apart.officer:
        return _OWN_REQUEST if actor.id == row.asked_by else None
    own = {posting.agency_id for posting in actor.postings}
    return _ASKERS_AGENCY if actor.id == row.asked_by or not own.isdisjoint(row.asked_agency_ids) else None


def _require(right: Right | AskerAlone, row: RequestRow | None, matter: Any, actor: Actor) -> None:
    if (blocked := _blocked(right, row, matter, actor)) is None:
        return
    if isinstance(right, Right) and blocked is right.at.value:
        raise Forbidden(blocked.detail, permission=right.permission, rule=blocked.code)
    raise Forbidden(blocked.detail, rule=blocked.code)


def _agencies(right: Right, matter: Any) -> list[UUID]:
    agencies: list[UUID] = getattr(matter, right.at.name)
    return agencies


def _agency_of(right: Right, matter: Any, actor: Actor) -> UUID:
    """For which of their agencies the officer decides: their own, where that may."""
    at = actor.agency_ids_for(right.permission) & set(_agencies(right, matter))
    return actor.agency_id if actor.agency_id in at else min(at)


def _write(row: RequestRow, columns: Mapping[str, Any]) -> None:
    for name, value in columns.items():
        setattr(row, name, value)


def _changed(
    session: Session,
    kind: RequestKind[R],
    event: str,
    row: R,
    matter: Any,
    matter_id: UUID,
    by: ActorRef,
    facts: dict[str, Any],
) -> None:
    """The matter has a new version and the trail an event of its request."""
    if kind.matter is not None:
        matter.version += 1
    session.flush()
    record(session, event, row.id, by, matter_id=matter_id, **(kind.facts(row) | facts))
