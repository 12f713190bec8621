"""The tables of reporting channels, and of the times when the public form asked for more work."""

import enum
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from huiyin.kit.database.tables import Table, key, now_column, one_of
from huiyin.workflow.models import MatterRow, open_in


class ChannelKind(enum.StrEnum):
    web = "web"  # 网站
    hotline = "hotline"  # 电话
    mailbox = "mailbox"  # 举报箱
    postal = "postal"  # 信函
    visit = "visit"  # 来访
    email = "email"
    referral = "referral"  # 单位移送
    inspection = "inspection"  # 督导组


class ChannelState(enum.StrEnum):
    draft = "draft"
    published = "published"
    suspended = "suspended"
    withdrawn = "withdrawn"


OPEN_STATES = frozenset(ChannelState) - {ChannelState.withdrawn}


class Channel(MatterRow, Table):
    __tablename__ = "channels"
    __table_args__ = (
        one_of("kind", ChannelKind),
        one_of("state", ChannelState),
        open_in(OPEN_STATES),
        UniqueConstraint("agency_id", "name"),
        Index("ix_channels_region_code_state", "region_code", "state"),
        {"comment": "Where people may report"},
    )

    id: Mapped[UUID] = key("Channel")
    kind: Mapped[str] = mapped_column(comment="web, hotline, mailbox, postal, visit, email, referral or inspection")
    name: Mapped[str] = mapped_column(comment="What it is called in public")
    number: Mapped[str | None] = mapped_column(comment="Published telephone number")
    address: Mapped[str | None] = mapped_column(comment="Where it stands, or the postal or e-mail address")
    url: Mapped[str | None] = mapped_column(comment="Web address")
    hours: Mapped[str | None] = mapped_column(comment="When it answers")
    region_code: Mapped[str] = mapped_column(ForeignKey("regions.code"), comment="The division that it serves")
    agency_id: Mapped[UUID] = mapped_column(ForeignKey("agencies.id"), comment="Its owner")
    visible_to: Mapped[list[UUID] | None] = mapped_column(comment="Agencies that may see it; empty: whoever signs in")
    held_by_agency_id: Mapped[UUID] = mapped_column(
        ForeignKey("agencies.id"), comment="Which agency answers for it now"
    )
    held_by_officer_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("officers.id"), comment="Which named officer answers for it now; empty: the agency's head"
    )
    state_reason: Mapped[str | None] = mapped_column(comment="Why it was last published, suspended or withdrawn")
    valid_from: Mapped[date | None] = mapped_column(comment="First day; an inspection's channel lives for its stay")
    valid_to: Mapped[date | None] = mapped_column(comment="Last day")
    created_at: Mapped[datetime] = now_column("When it was entered")


class FormSurge(Table):
    __tablename__ = "form_surges"
    __table_args__ = (
        CheckConstraint("until_at > from_at AND until_at <= from_at + interval '24 hours'", name="until_at"),
        CheckConstraint("(ended_at IS NULL) = (ended_by IS NULL)", name="ended"),
        Index("ix_form_surges_until_at", "until_at"),
        {"comment": "When an office had the public form ask for more work, and why"},
    )

    id: Mapped[UUID] = key("One time")
    from_at: Mapped[datetime] = mapped_column(comment="Since when")
    until_at: Mapped[datetime] = mapped_column(comment="Until when, at most a day later; it ends by itself")
    reason: Mapped[str] = mapped_column(comment="Why, in the officer's words")
    raised_by: Mapped[UUID] = mapped_column(ForeignKey("officers.id"), comment="Who switched it on")
    agency_id: Mapped[UUID] = mapped_column(ForeignKey("agencies.id"), comment="For which office")
    ended_at: Mapped[datetime | None] = mapped_column(comment="When somebody ended it before its time")
    ended_by: Mapped[UUID | None] = mapped_column(ForeignKey("officers.id"), comment="Who did")
