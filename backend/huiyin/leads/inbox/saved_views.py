"""Saved views: filters of the inbox that officers keep under a name, for themselves or for all at their agency.

Row-level security shows an officer their own and their agency's shared ones. Names and filters are encrypted: people
name a view after what, or whom, they are looking for.
"""

import logging
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import ConfigDict, Field, StringConstraints
from sqlalchemy import ForeignKey, Index, UniqueConstraint, delete, func, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from huiyin.access.actors import Actor, reading_as
from huiyin.access.models import Officer
from huiyin.access.permissions import Permission
from huiyin.access.schemas import OfficerRef, RequestModel, ResponseModel
from huiyin.kit.crypto.vault import SUITE, Unreadable, decrypt_json, encrypt_json, vault
from huiyin.kit.database.tables import Table, key, now_column
from huiyin.kit.text.fields import Line
from huiyin.kit.web.errors import Conflict, Forbidden, NotFound, Stale
from huiyin.leads.page.schemas import KeptFilter, LeadFilter, LeadSort
from huiyin.trail.recorder import record

log = logging.getLogger("huiyin.leads")
MOST_OF_AN_OFFICER = 100


class SavedView(Table):
    __tablename__ = "saved_views"
    __table_args__ = (
        UniqueConstraint("owner_id", "name_mac"),
        Index("ix_saved_views_agency_id", "agency_id", postgresql_where=text("shared")),
        {"comment": "Filters of the inbox that officers keep, for themselves or for their agency"},
    )

    id: Mapped[UUID] = key("Saved view")
    owner_id: Mapped[UUID] = mapped_column(ForeignKey("officers.id"), comment="Who saved it")
    agency_id: Mapped[UUID] = mapped_column(ForeignKey("agencies.id"), comment="Where it may be shared")
    shared: Mapped[bool] = mapped_column(comment="Whether all at the agency see it")
    version: Mapped[int] = mapped_column(server_default="1", comment="Counts changes, for If-Match")
    name_mac: Mapped[bytes] = mapped_column(comment="Keyed hash of its name: unique per owner")
    content: Mapped[bytes] = mapped_column(comment="Name, filter and sort: encrypted JSON")
    wrapped_key: Mapped[bytes] = mapped_column(comment="Its data key, wrapped")
    kek_version: Mapped[int] = mapped_column(
        ForeignKey("kek_versions.version"), comment="Which key-encryption key wraps it"
    )
    suite: Mapped[str] = mapped_column(comment="Cipher suite of content and key")
    changed_at: Mapped[datetime] = now_column("When it was saved last")


ViewName = Annotated[Line, StringConstraints(max_length=60)]


class SavedViewIn(RequestModel):
    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "name": "市场类 · 三天内到期",
                "shared": False,
                "filter": {"sector": "markets", "due_within_days": 3},
                "sort": "due_at",
            }
        }
    )

    name: ViewName
    shared: bool = Field(False, description="Everyone at your agency sees it")
    filter: LeadFilter
    sort: LeadSort = LeadSort.newest


class SavedViewItem(ResponseModel):
    id: UUID
    name: str
    shared: bool
    filter: KeptFilter
    sort: LeadSort
    owner: OfficerRef
    changed_at: datetime
    may_change: bool = Field(description="Whether you may change or delete it")
    version: int


class SavedViewList(ResponseModel):
    items: list[SavedViewItem]


def saved_views(session: Session, actor: Actor) -> SavedViewList:
    """One's own and the agency's shared ones, by name."""
    rows = session.execute(_with_owner().order_by(SavedView.id).limit(1000))
    items = [_item_or_none(view, owner, actor) for view, owner in rows]
    return SavedViewList(items=sorted((item for item in items if item), key=lambda item: item.name))


def saved_view(session: Session, view_id: UUID, actor: Actor) -> SavedViewItem:
    """One view. Raises NotFound when it is unknown, or somebody else's and not shared with the asker's agency."""
    row = session.execute(_with_owner().where(SavedView.id == view_id)).one_or_none()
    if row is None:
        raise NotFound
    item = _item_or_none(row[0], row[1], actor)
    if item is None:
        raise NotFound
    return item


def save(session: Session, body: SavedViewIn, actor: Actor) -> SavedViewItem:
    """Keep a new view.

    Raises:
        Conflict: the officer has one of that name, or a hundred already.
    """
    number = session.execute(select(func.count()).where(SavedView.owner_id == actor.id)).scalar_one()
    if number >= MOST_OF_AN_OFFICER:
        raise Conflict(f"You keep {number} views; delete some before you save another")
    view_id = session.execute(text("SELECT uuidv7()")).scalar_one()
    data_key = vault().new_key(_key_aad(view_id))
    # Who reads leads only where they are seconded to shares there.
    readers, _ = reading_as(actor)
    view = SavedView(
        id=view_id,
        owner_id=actor.id,
        agency_id=actor.agency_id if actor.agency_id in readers else readers[0],
        version=1,
        wrapped_key=data_key.wrapped,
        kek_version=data_key.kek_version,
        suite=SUITE,
    )
    _fill(session, view, body, data_key.plain)
    session.add(view)
    session.flush()
    record(session, "saved_view:create", view_id, actor.by, shared=body.shared)
    return saved_view(session, view_id, actor)


def change(session: Session, view_id: UUID, version: int, body: SavedViewIn, actor: Actor) -> SavedViewItem:
    """Put what is given in the view's place. Raises NotFound, Forbidden, Stale, or Conflict for a name twice."""
    view = _changeable(session, view_id, version, actor)
    _fill(session, view, body, vault().unwrap(view.wrapped_key, _key_aad(view.id)))
    view.version += 1
    view.changed_at = session.execute(text("SELECT now()")).scalar_one()
    record(session, "saved_view:change", view_id, actor.by, shared=body.shared)
    if view.owner_id != actor.id and not body.shared:
        raise Forbidden("Only its owner takes a shared view back", permission=Permission.views_manage)
    session.flush()
    return saved_view(session, view_id, actor)


def remove(session: Session, view_id: UUID, version: int, actor: Actor) -> None:
    """Delete a view. Raises NotFound, Forbidden or Stale."""
    view = _changeable(session, view_id, version, actor)
    session.execute(delete(SavedView).where(SavedView.id == view.id))
    record(session, "saved_view:delete", view_id, actor.by)


def _may_change(view: SavedView, actor: Actor) -> bool:
    """Its owner; and whoever answers for the agency's shared ones."""
    shared_here = view.shared and view.agency_id == actor.agency_id
    return view.owner_id == actor.id or (shared_here and actor.may(Permission.views_manage))


def _changeable(session: Session, view_id: UUID, version: int, actor: Actor) -> SavedView:
    view = session.execute(select(SavedView).where(SavedView.id == view_id).with_for_update()).scalar_one_or_none()
    if view is None:
        raise NotFound
    if not _may_change(view, actor):
        raise Forbidden(
            "Only its owner, or the chief of the agency that shares it, changes it", permission=Permission.views_manage
        )
    if view.version != version:
        raise Stale(f"The view changed meanwhile: it is at version {view.version}", version=view.version)
    return view


def _fill(session: Session, view: SavedView, body: SavedViewIn, data_key: bytes) -> None:
    """Raises Conflict when the owner has another view of that name."""
    view.shared = body.shared
    view.name_mac = vault().fingerprint(f"saved_views/name/{body.name}".encode())
    same = select(SavedView.id).where(SavedView.owner_id == view.owner_id, SavedView.name_mac == view.name_mac)
    if session.execute(same.where(SavedView.id != view.id)).first():
        raise Conflict(f"There is a view named {body.name} already")
    content = {
        "name": body.name,
        "filter": body.filter.model_dump(mode="json", exclude_defaults=True),
        "sort": body.sort,
    }
    view.content = encrypt_json(data_key, content, _place(view.id))


def _with_owner() -> Any:
    return (
        select(SavedView, Officer)
        .join(Officer, Officer.id == SavedView.owner_id)
        .execution_options(populate_existing=True)
    )


def _item_or_none(view: SavedView, owner: Officer, actor: Actor) -> SavedViewItem | None:
    """None where somebody changed the ciphertext in the database."""
    try:
        return _item(view, owner, actor)
    except Unreadable:
        log.warning("a saved view does not open: %s", view.id)
        return None


def _item(view: SavedView, owner: Officer, actor: Actor) -> SavedViewItem:
    content = decrypt_json(vault().unwrap(view.wrapped_key, _key_aad(view.id)), view.content, _place(view.id))
    return SavedViewItem(
        id=view.id,
        name=content["name"],
        shared=view.shared,
        filter=LeadFilter.model_validate(content["filter"]),
        sort=LeadSort(content["sort"]),
        owner=OfficerRef(id=owner.id, name=owner.name),
        changed_at=view.changed_at,
        may_change=_may_change(view, actor),
        version=view.version,
    )


def _place(view_id: UUID) -> str:
    return f"saved_views/{view_id}/content"


def _key_aad(view_id: UUID) -> str:
    return f"saved_views/{view_id}"
