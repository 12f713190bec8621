"""Routes of the channel register and of the public directory."""

from collections.abc import Callable
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response

from huiyin.access.actors import Actor, Allow, SessionDep, public
from huiyin.access.permissions import Permission as P
from huiyin.channels import register
from huiyin.channels.schemas import (
    ChannelFields,
    ChannelItem,
    ChannelPage,
    ChannelQuery,
    ChannelReason,
    NewChannel,
    PublicChannelPage,
    PublicChannelQuery,
)
from huiyin.kit.web.idempotency import Attempt, attempt, once
from huiyin.kit.web.paging import link_next
from huiyin.kit.web.versions import required_version, set_etag

router = APIRouter(prefix="/api/v1", tags=["channels"])
Reads = Annotated[Actor, Depends(Allow(P.channels_read))]
Manages = Annotated[Actor, Depends(Allow(P.channels_manage))]
Version = Annotated[int, Depends(required_version)]


@router.get("/public/channels", tags=["public"], operation_id="list_public_channels", dependencies=[Depends(public)])
def list_public_channels(
    request: Request, response: Response, session: SessionDep, query: Annotated[PublicChannelQuery, Query()]
) -> PublicChannelPage:
    """Where one can report in a division: its own published channels and its superiors'."""
    page = register.public_channels(session, query)
    link_next(request, response, page.next_cursor)
    return page


@router.get("/channels", operation_id="list_channels")
def list_channels(
    request: Request, response: Response, session: SessionDep, actor: Reads, query: Annotated[ChannelQuery, Query()]
) -> ChannelPage:
    """The channel register, by name."""
    page = register.channels(session, query, actor)
    link_next(request, response, page.next_cursor)
    return page


@router.get("/channels/{channel_id}", operation_id="get_channel")
def get_channel(channel_id: UUID, session: SessionDep, response: Response, actor: Reads) -> ChannelItem:
    """One channel."""
    item = register.channel(session, channel_id, actor)
    set_etag(response, item.version)
    return item


@router.post("/channels", operation_id="enter_channel", status_code=201)
def enter_channel(
    given: NewChannel,
    session: SessionDep,
    response: Response,
    actor: Manages,
    attempt: Annotated[Attempt, Depends(attempt)],
) -> ChannelItem:
    """Enter a channel as a draft."""
    return once(
        session, attempt, str(actor.id), ChannelItem, response, lambda: register.enter_channel(session, given, actor)
    )


@router.put("/channels/{channel_id}", operation_id="change_channel")
def change_channel(
    channel_id: UUID, given: ChannelFields, session: SessionDep, response: Response, actor: Manages, version: Version
) -> ChannelItem:
    """Replace what describes a channel."""
    item = register.change_channel(session, channel_id, version, given, actor)
    set_etag(response, item.version)
    return item


def _verb_route(verb: str) -> Callable[..., ChannelItem]:
    def move(
        channel_id: UUID,
        given: ChannelReason,
        session: SessionDep,
        response: Response,
        actor: Manages,
        version: Version,
    ) -> ChannelItem:
        item = register.move_channel(session, channel_id, verb, version, given, actor)
        set_etag(response, item.version)
        return item

    return move


for _verb in register.CHANNEL_MOVES:
    router.add_api_route(
        f"/channels/{{channel_id}}/{_verb}",
        _verb_route(_verb),
        methods=["POST"],
        operation_id=f"{_verb}_channel",
        summary=f"{_verb.capitalize()} a channel",
    )
