"""The channel's table of verbs. A withdrawn channel stays in the register, for its tips."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from huiyin.access.actors import Actor
from huiyin.access.permissions import Permission as P
from huiyin.access.permissions import Role
from huiyin.access.register.registers import region_path
from huiyin.channels.models import OPEN_STATES, Channel, ChannelState
from huiyin.channels.schemas import ChannelFields, ChannelReason
from huiyin.kit.web.errors import Conflict
from huiyin.workflow.machine import Blocked, Circumstances, Clocked, Machine, Move, Transition

S = ChannelState


def manages(channel: Channel, actor: Actor, _: Circumstances) -> Blocked | None:
    """An agency manages its own channels; administrators manage all."""
    if channel.agency_id in actor.agency_ids or Role.admin in actor.roles:
        return None
    return Blocked("not_of_agency", "Another agency's channels are managed there")


def give_reason(transition: Transition[Channel], body: ChannelReason) -> None:
    """Publishing 公布, suspending 暂停 and withdrawing 撤销 say why."""
    transition.row.state_reason = body.reason


def change(transition: Transition[Channel], body: ChannelFields) -> None:
    """Replace what describes the channel. Raises Invalid: unknown region; Conflict: the name is taken."""
    channel = transition.row
    refuse_wrong(transition.session, body, channel.agency_id, channel)
    for name, value in body.model_dump().items():
        setattr(channel, name, value)


def refuse_wrong(session: Session, fields: ChannelFields, agency_id: Any, own: Channel | None) -> None:
    """Raises Invalid for an unknown region, Conflict where the agency has another channel of that name."""
    region_path(session, fields.region_code)
    taken = select(Channel.id).where(Channel.agency_id == agency_id, Channel.name == fields.name)
    if own is not None:
        taken = taken.where(Channel.id != own.id)
    if session.execute(taken).first():
        raise Conflict(f"The agency already has a channel named {fields.name}")


def _moves(*sources: S, to: S) -> Move[Channel]:
    return Move(
        sources=frozenset(sources),
        target=to,
        permission=P.channels_manage,
        takes=ChannelReason,
        effect=give_reason,
        rules=(manages,),
    )


CHANNEL_MOVES: dict[str, Move[Channel]] = {
    "publish": _moves(S.draft, S.suspended, to=S.published),
    "suspend": _moves(S.published, to=S.suspended),
    "withdraw": _moves(S.draft, S.published, S.suspended, to=S.withdrawn),
    "change": Move(
        sources=OPEN_STATES,
        target=None,
        permission=P.channels_manage,
        takes=ChannelFields,
        effect=change,
        clock=Clocked.keep,
        rules=(manages,),
    ),
}

CHANNELS = Machine[Channel](
    kind="channel",
    table=Channel,
    states=ChannelState,
    open_states=OPEN_STATES,
    moves=CHANNEL_MOVES,
    label=lambda channel: channel.name,
)
