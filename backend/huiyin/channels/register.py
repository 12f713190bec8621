"""The channel register: reading it, and entering channels; what else may be done with one stands in moves.py."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, or_, select, text, tuple_
from sqlalchemy.orm import Session

from huiyin.access.actors import Actor
from huiyin.access.models import Agency, Region
from huiyin.access.permissions import Permission, Role
from huiyin.access.register.registers import region_path
from huiyin.access.schemas import AgencyRef, RegionRef
from huiyin.channels.models import Channel, ChannelKind, ChannelState
from huiyin.channels.moves import CHANNELS, refuse_wrong
from huiyin.channels.schemas import (
    ChannelItem,
    ChannelPage,
    ChannelQuery,
    NewChannel,
    PublicChannel,
    PublicChannelPage,
    PublicChannelQuery,
)
from huiyin.kit.web.errors import Forbidden, Invalid, NotFound, field_error
from huiyin.kit.web.paging import PageQuery, decode_cursor, page_of
from huiyin.trail.recorder import record
from huiyin.workflow.actions import actions
from huiyin.workflow.machine import Circumstances

S = ChannelState


def _rows() -> Select[Channel, str, str]:
    return (
        select(Channel, Agency.name.label("agency_name"), Region.name.label("region_name"))
        .join(Agency, Agency.id == Channel.agency_id)
        .join(Region, Region.code == Channel.region_code)
        .order_by(Channel.name, Channel.id)
    )


def _page(session: Session, statement: Select[Channel, str, str], query: PageQuery) -> tuple[list[Any], str | None]:
    if query.cursor is not None:
        statement = statement.where(tuple_(Channel.name, Channel.id) > decode_cursor(query.cursor, str, UUID))
    rows = session.execute(statement.limit(query.limit + 1)).all()
    return page_of(rows, query.limit, lambda row: (row[0].name, row[0].id))


def _public(channel: Channel, agency: str, region: str) -> PublicChannel:
    return PublicChannel(
        id=channel.id,
        kind=ChannelKind(channel.kind),
        name=channel.name,
        number=channel.number,
        address=channel.address,
        url=channel.url,
        hours=channel.hours,
        region=RegionRef(code=channel.region_code, name=region),
        agency=AgencyRef(id=channel.agency_id, name=agency),
    )


def _item(channel: Channel, agency: str, region: str, actor: Actor) -> ChannelItem:
    offered = actions(CHANNELS, channel, actor, Circumstances(now=datetime.now(UTC)), None)
    return ChannelItem(
        **dict(_public(channel, agency, region)),
        state=ChannelState(channel.state),
        valid_from=channel.valid_from,
        valid_to=channel.valid_to,
        version=channel.version,
        allowed_actions=[action.verb for action in offered if action.allowed],
        actions=offered,
    )


def channels(session: Session, query: ChannelQuery, actor: Actor) -> ChannelPage:
    """A page of the register, by name."""
    statement = _rows()
    if query.name is not None:
        statement = statement.where(Channel.name == query.name)
    if query.state:
        statement = statement.where(Channel.state == query.state)
    if query.kind:
        statement = statement.where(Channel.kind == query.kind)
    if query.agency:
        statement = statement.where(Channel.agency_id == query.agency)
    rows, following = _page(session, statement, query)
    items = [_item(found, agency, region, actor) for found, agency, region in rows]
    return ChannelPage(items=items, next_cursor=following)


def public_channels(session: Session, query: PublicChannelQuery) -> PublicChannelPage:
    """The public directory: published, valid today, of the division or one above it.

    What agencies hand on to each other (referral) comes by a channel too, but by none that a person can use.
    """
    today = func.current_date()
    statement = _rows().where(
        Channel.state == S.published,
        Channel.kind != ChannelKind.referral,
        Channel.region_code.in_(region_path(session, query.region, "/query/region")),
        or_(Channel.valid_from.is_(None), Channel.valid_from <= today),
        or_(Channel.valid_to.is_(None), Channel.valid_to >= today),
    )
    rows, following = _page(session, statement, query)
    items = [_public(channel, agency, region) for channel, agency, region in rows]
    return PublicChannelPage(items=items, next_cursor=following)


_NEAREST_WEB = text(
    """
    SELECT c.id FROM channels c JOIN regions r ON r.code = :region
    WHERE c.kind = 'web' AND c.state = 'published' AND c.region_code = ANY(r.path)
    ORDER BY length(c.region_code) DESC, c.region_code DESC, c.id LIMIT 1
    """
)


def nearest_web_channel(session: Session, region_code: str) -> UUID | None:
    """The published web channel that serves a division, its own before its superiors'."""
    found: UUID | None = session.execute(_NEAREST_WEB, {"region": region_code}).scalar_one_or_none()
    return found


def channel(session: Session, channel_id: UUID, actor: Actor) -> ChannelItem:
    """One channel. Raises NotFound."""
    row = session.execute(_rows().where(Channel.id == channel_id)).one_or_none()
    if row is None:
        raise NotFound
    found, agency, region = row
    return _item(found, agency, region, actor)


def enter_channel(session: Session, body: NewChannel, actor: Actor) -> ChannelItem:
    """Enter a channel as a draft.

    Raises:
        Forbidden: for another agency, without being an administrator.
        Invalid: unknown region or agency.
        Conflict: the agency has a channel of that name.
    """
    agency_id = body.agency_id or actor.agency_id
    if not (actor.may_at(Permission.channels_manage, [agency_id]) or Role.admin in actor.roles):
        raise Forbidden("Another agency's channels are managed there", permission=Permission.channels_manage)
    if session.get(Agency, agency_id) is None:
        raise Invalid(field_error("/agency_id", "unknown_agency", "There is no agency with this id"))
    refuse_wrong(session, body, agency_id, None)
    row = Channel(
        **body.model_dump(exclude={"agency_id"}), agency_id=agency_id, held_by_agency_id=agency_id, state=S.draft
    )
    session.add(row)
    session.flush()
    record(session, "channel:enter", row.id, actor.by, matter_id=row.id, to_state=S.draft)
    return channel(session, row.id, actor)
