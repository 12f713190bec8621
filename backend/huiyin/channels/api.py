"""Routes of the channel register and of the public directory."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response

from huiyin.access.actors import Actor, Allow, SessionDep, public
from huiyin.access.permissions import Permission as P
from huiyin.channels import register
from huiyin.channels.moves import CHANNELS
from huiyin.channels.schemas import (
    ChannelItem,
    ChannelPage,
    ChannelQuery,
    NewChannel,
    PublicChannelPage,
    PublicChannelQuery,
)
from huiyin.kit.web.idempotency import Attempt, attempt, once
from huiyin.kit.web.paging import link_next
from huiyin.kit.web.versions import set_etag
from huiyin.workflow.routes import Shown, add_verbs

router = APIRouter(prefix="/api/v1", tags=["channels"])
Reads = Annotated[Actor, Depends(Allow(P.channels_read))]
Manages = Annotated[Actor, Depends(Allow(P.channels_manage))]


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


@router.get("/channels/{channel_id:uuid}", operation_id="get_channel")
def get_channel(channel_id: UUID, session: SessionDep, response: Response, actor: Reads) -> ChannelItem:
    """One channel."""
    item = register.channel(session, channel_id, actor)
    set_etag(response, item.version)
    return item


@router.post("/channels", operation_id="enter_channel", status_code=201)
def enter_channel(
    body: NewChannel,
    session: SessionDep,
    response: Response,
    actor: Manages,
    attempt: Annotated[Attempt, Depends(attempt)],
) -> ChannelItem:
    """Enter a channel as a draft."""
    return once(
        session, attempt, str(actor.id), ChannelItem, response, lambda: register.enter_channel(session, body, actor)
    )


add_verbs(router, CHANNELS, Shown(plural="channels", item=ChannelItem, read=register.channel))
