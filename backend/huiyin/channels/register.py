"""The channel register: reading it, and entering, changing, publishing and withdrawing channels."""

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
from huiyin.channels.schemas import (
    ChannelFields,
    ChannelItem,
    ChannelPage,
    ChannelQuery,
    ChannelReason,
    NewChannel,
    PublicChannel,
    PublicChannelPage,
    PublicChannelQuery,
)
from huiyin.kit.web.errors import Conflict, Forbidden, Invalid, NotFound, Stale, WrongState, field_error
from huiyin.kit.web.paging import PageQuery, decode_cursor, page_of
from huiyin.trail.events import define_verb, verb_event
from huiyin.trail.recorder import record

S = ChannelState
# Verb -> (states it starts from, state it leads to). A withdrawn channel stays in the register, for its tips.
CHANNEL_MOVES: dict[str, tuple[frozenset[S], S]] = {
    "publish": (frozenset({S.draft, S.suspended}), S.published),
    "suspend": (frozenset({S.published}), S.suspended),
    "withdraw": (frozenset({S.draft, S.published, S.suspended}), S.withdrawn),
}
for _verb in CHANNEL_MOVES:
    define_verb("channel", _verb)


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
    allowed = [verb for verb, (sources, _) in CHANNEL_MOVES.items() if channel.state in sources]
    return ChannelItem(
        **dict(_public(channel, agency, region)),
        state=ChannelState(channel.state),
        valid_from=channel.valid_from,
        valid_to=channel.valid_to,
        version=channel.version,
        allowed_actions=allowed if _manages(actor, channel.agency_id) else [],
    )


def _manages(actor: Actor, agency_id: UUID) -> bool:
    """An agency manages its own channels; administrators manage all."""
    return actor.may_at(Permission.channels_manage, [agency_id]) or Role.admin in actor.roles


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


def enter_channel(session: Session, given: NewChannel, actor: Actor) -> ChannelItem:
    """Enter a channel as a draft.

    Raises:
        Forbidden: for another agency, without being an administrator.
        Invalid: unknown region or agency.
        Conflict: the agency has a channel of that name.
    """
    agency_id = given.agency_id or actor.agency_id
    _refuse_foreign(actor, agency_id)
    if session.get(Agency, agency_id) is None:
        raise Invalid(field_error("/agency_id", "unknown_agency", "There is no agency with this id"))
    _check(session, given, agency_id, None)
    row = Channel(**given.model_dump(exclude={"agency_id"}), agency_id=agency_id, state=S.draft, version=1)
    session.add(row)
    session.flush()
    record(session, "channel:enter", row.id, actor.by, to_state=S.draft)
    return channel(session, row.id, actor)


def change_channel(session: Session, channel_id: UUID, version: int, given: ChannelFields, actor: Actor) -> ChannelItem:
    """Replace what describes a channel. Raises as `enter_channel`, and Stale."""
    row = _locked(session, channel_id, version, actor)
    if row.state == S.withdrawn:
        raise WrongState("A withdrawn channel is kept as it was", state=row.state, allowed_actions=[])
    _check(session, given, row.agency_id, row.id)
    for name, value in given.model_dump().items():
        setattr(row, name, value)
    row.version += 1
    session.flush()
    record(session, "channel:change", row.id, actor.by)
    return channel(session, row.id, actor)


def move_channel(
    session: Session, channel_id: UUID, verb: str, version: int, given: ChannelReason, actor: Actor
) -> ChannelItem:
    """Publish, suspend or withdraw. Raises WrongState naming the verbs that are allowed, Stale, Forbidden."""
    row = _locked(session, channel_id, version, actor)
    sources, target = CHANNEL_MOVES[verb]
    if row.state not in sources:
        allowed = [name for name, (states, _) in CHANNEL_MOVES.items() if row.state in states]
        raise WrongState(f"A channel that is {row.state} cannot {verb}", state=row.state, allowed_actions=allowed)
    before, row.state, row.state_reason = row.state, target, given.reason
    row.version += 1
    session.flush()
    record(session, verb_event("channel", verb), row.id, actor.by, from_state=before, to_state=target)
    return channel(session, row.id, actor)


def _locked(session: Session, channel_id: UUID, version: int, actor: Actor) -> Channel:
    row = session.execute(select(Channel).where(Channel.id == channel_id).with_for_update()).scalar_one_or_none()
    if row is None:
        raise NotFound
    _refuse_foreign(actor, row.agency_id)
    if row.version != version:
        raise Stale
    return row


def _refuse_foreign(actor: Actor, agency_id: UUID) -> None:
    if not _manages(actor, agency_id):
        raise Forbidden("Another agency's channels are managed there", permission=Permission.channels_manage)


def _check(session: Session, given: ChannelFields, agency_id: UUID, own_id: UUID | None) -> None:
    region_path(session, given.region_code)
    taken = select(Channel.id).where(Channel.agency_id == agency_id, Channel.name == given.name, Channel.id != own_id)
    if own_id is None:
        taken = select(Channel.id).where(Channel.agency_id == agency_id, Channel.name == given.name)
    if session.execute(taken).first():
        raise Conflict(f"The agency already has a channel named {given.name}")
