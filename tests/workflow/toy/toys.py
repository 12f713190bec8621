"""A third kind of matter, as small as one can be: a toy (玩具) that is wound up, and scrapped by two officers.

What another kind writes is here and in `toys.sql`, and nothing else is: its row, its table of verbs, its page. That the
rest of the product has it then is what the tests beside it show.
"""

import enum
from datetime import UTC, datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response
from pydantic import Field
from sqlalchemy import MetaData, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from huiyin.access.actors import Actor, Allow, SessionDep
from huiyin.access.permissions import Permission as P
from huiyin.access.schemas import ResponseModel
from huiyin.kit.crypto.vault import Unreadable, decrypt_or_none, vault
from huiyin.kit.database.tables import Table, key
from huiyin.kit.web.errors import Conflict, NotFound
from huiyin.kit.web.versions import set_etag
from huiyin.trail.events import COUNT
from huiyin.workflow.actions import ActionItem, actions
from huiyin.workflow.inputs import Note, example
from huiyin.workflow.machine import Blocked, Circumstances, Machine, Move, Second, Transition
from huiyin.workflow.models import AssignmentRole, MatterRow, PendingMove
from huiyin.workflow.moving import allowed, pending_aad
from huiyin.workflow.routes import Shown, add_verbs
from huiyin.workflow.timeline import TimelinePage, TimelineQuery, timeline_of

# --- its row ---


class ToyState(enum.StrEnum):
    boxed = "boxed"
    wound = "wound"
    scrapped = "scrapped"


OPEN_STATES = frozenset({ToyState.boxed, ToyState.wound})


class OfTests(Table):
    """Tables that no migration knows: apart from those that are compared with the database."""

    __abstract__ = True
    metadata = MetaData()


class Toy(MatterRow, OfTests):
    __tablename__ = "toys"

    id: Mapped[UUID] = key("Toy")
    number: Mapped[str]
    visible_to: Mapped[list[UUID]]
    held_by_agency_id: Mapped[UUID]
    held_by_officer_id: Mapped[UUID]
    wrapped_key: Mapped[bytes] = mapped_column()
    turns: Mapped[int]


def key_aad(toy_id: UUID) -> str:
    return f"toys/{toy_id}"


def toy_key(toy: Toy) -> bytes:
    """The toy's data key. Raises Conflict: it does not open any more."""
    try:
        return vault().unwrap(toy.wrapped_key, key_aad(toy.id))
    except Unreadable:
        raise Conflict("What was written of the toy can no longer be opened") from None


# --- its table of verbs ---


class Wind(Note):
    model_config = example(turns=3)

    turns: int = Field(ge=1, le=9)


def of_holder(toy: Toy, actor: Actor, _: Circumstances) -> Blocked | None:
    """Whoever answers for it plays with it."""
    if toy.held_by_agency_id in actor.agency_ids:
        return None
    return Blocked("not_of_holder", "Another agency has the toy")


def wind(transition: Transition[Toy], body: Wind) -> None:
    """Who winds it up answers for it."""
    toy, actor = transition.row, transition.actor
    toy.turns += body.turns
    transition.facts["turns"] = toy.turns
    transition.holder = (toy.held_by_agency_id, actor.id, AssignmentRole.desk)


TOYS = Machine[Toy](
    kind="toy",
    table=Toy,
    states=ToyState,
    open_states=OPEN_STATES,
    moves={
        "wind": Move(
            sources=OPEN_STATES,
            target=ToyState.wound,
            permission=P.leads_screen,
            takes=Wind,
            effect=wind,
            clock="play",
            rules=(of_holder,),
        ),
        "scrap": Move(
            sources=frozenset({ToyState.wound}),
            target=ToyState.scrapped,
            permission=P.leads_dispatch,
            takes=Note,
            rules=(of_holder,),
            second=Second(permission=P.leads_dispatch, rules=(of_holder,)),
        ),
    },
    facts={"wind": {"turns": COUNT}},
    label=lambda toy: toy.number,
    key_of=toy_key,
)

# --- its page ---


class PendingItem(ResponseModel):
    verb: str
    asked_by: UUID
    input: dict[str, Any] | None


class ToyItem(ResponseModel):
    id: UUID
    number: str
    state: ToyState
    turns: int
    version: int
    clock_due_at: datetime | None
    pending: PendingItem | None
    allowed_actions: list[str]
    actions: list[ActionItem]


def read_toy(session: Session, toy_id: UUID, actor: Actor) -> ToyItem:
    """One toy. Raises NotFound."""
    statement = select(Toy).where(Toy.id == toy_id).execution_options(populate_existing=True)
    toy = session.execute(statement).scalar_one_or_none()
    if toy is None:
        raise NotFound
    pending = session.get(PendingMove, toy.id)
    around = Circumstances(now=datetime.now(UTC))
    waits = None
    if pending is not None:
        told = decrypt_or_none(TOYS.readable_key(toy), pending.content, pending_aad(toy.id))
        waits = PendingItem(verb=pending.verb, asked_by=pending.asked_by, input=told)
    return ToyItem(
        id=toy.id,
        number=toy.number,
        state=ToyState(toy.state),
        turns=toy.turns,
        version=toy.version,
        clock_due_at=toy.clock_due_at,
        pending=waits,
        allowed_actions=allowed(TOYS, toy, actor, around),
        actions=actions(TOYS, toy, actor, around, pending),
    )


router = APIRouter(prefix="/api/v1", tags=["toys"])
Reads = Annotated[Actor, Depends(Allow(P.leads_read))]


@router.get("/toys/{toy_id:uuid}", operation_id="get_toy")
def get_toy(toy_id: UUID, session: SessionDep, response: Response, actor: Reads) -> ToyItem:
    """One toy."""
    item = read_toy(session, toy_id, actor)
    set_etag(response, item.version)
    return item


@router.get("/toys/{toy_id:uuid}/timeline", operation_id="get_timeline_of_toy")
def get_timeline(toy_id: UUID, session: SessionDep, _: Reads, query: Annotated[TimelineQuery, Query()]) -> TimelinePage:
    """Who did what with it."""
    return timeline_of(TOYS, session, toy_id, query)


add_verbs(router, TOYS, Shown(plural="toys", item=ToyItem, read=read_toy))
