"""Tables of the custodians' register: each key's five shares, and who kept which sheet from when to when."""

import enum
from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from huiyin.kit.database.tables import Table, key, now_column, one_of
from huiyin.tips.keys.recovery import SHARES


class CustodyEnd(enum.StrEnum):
    """How somebody stopped keeping a share."""

    handed_on = "handed_on"  # 转交他人
    withdrawn = "withdrawn"  # 交回保管部门
    lost = "lost"  # 遗失
    not_received = "not_received"  # 没有收到
    destroyed = "destroyed"  # 已销毁


class KeyShare(Table):
    __tablename__ = "key_shares"
    __table_args__ = (
        CheckConstraint(f"number BETWEEN 1 AND {SHARES}", name="number"),
        CheckConstraint("octet_length(commitment) = 32", name="commitment"),
        CheckConstraint("num_nonnulls(identity_version, sealed_key_id) = 1", name="one_key"),
        CheckConstraint("sealed_key_id = key_id", name="same_key"),
        {"comment": "Of each key of the identity desk and of discipline agencies the five shares, which are on paper"},
    )

    key_id: Mapped[UUID] = mapped_column(primary_key=True, comment="The key, as the trail names it")
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False, comment="Which sheet, 1 to 5")
    identity_version: Mapped[int | None] = mapped_column(
        ForeignKey("identity_keys.version"), comment="Of which key of the identity desk"
    )
    sealed_key_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("sealed_keys.id"), comment="Of which agency's key for sealed tips"
    )
    commitment: Mapped[bytes | None] = mapped_column(
        comment="SHA-256 of the share, made with the key in the browser; empty: a key from before there were any"
    )
    exposed_at: Mapped[datetime | None] = mapped_column(comment="Since when somebody else may know the share")


class ShareCustody(Table):
    __tablename__ = "key_share_custodies"
    __table_args__ = (
        ForeignKeyConstraint(["key_id", "number"], ["key_shares.key_id", "key_shares.number"], name="key_id"),
        one_of("ended_how", CustodyEnd),
        CheckConstraint("given_by <> custodian_id", name="given_by"),
        CheckConstraint("(received_at IS NULL) = (confirmed_at IS NULL)", name="received"),
        CheckConstraint("num_nulls(ended_at, ended_by, ended_how) IN (0, 3)", name="ended"),
        # One sheet is with one person, and of one key nobody keeps two.
        Index(
            "uq_key_share_custodies_share", "key_id", "number", unique=True, postgresql_where=text("ended_at IS NULL")
        ),
        Index(
            "uq_key_share_custodies_custodian",
            "custodian_id",
            "key_id",
            unique=True,
            postgresql_where=text("ended_at IS NULL"),
        ),
        Index("ix_key_share_custodies_key_id_number", "key_id", "number"),
        {"comment": "Who kept which share of a key, from when to when, and when they last said that it is there"},
    )

    id: Mapped[UUID] = key("Custody; sorts by time")
    key_id: Mapped[UUID] = mapped_column(comment="Of which key")
    number: Mapped[int] = mapped_column(comment="Which of its sheets")
    custodian_id: Mapped[UUID] = mapped_column(ForeignKey("officers.id"), comment="Who keeps it")
    given_by: Mapped[UUID] = mapped_column(
        ForeignKey("officers.id"), comment="Who handed it over: the desk, or the custodian before"
    )
    given_at: Mapped[datetime] = now_column("When that was recorded")
    received_at: Mapped[datetime | None] = mapped_column(comment="When the custodian said that the sheet is here")
    confirmed_at: Mapped[datetime | None] = mapped_column(comment="When they last said that it is here and legible")
    checked_at: Mapped[datetime | None] = mapped_column(
        comment="When their browser last found that what they typed is this share"
    )
    ended_at: Mapped[datetime | None] = mapped_column(comment="When they stopped keeping it")
    ended_by: Mapped[UUID | None] = mapped_column(ForeignKey("officers.id"), comment="Who said so")
    ended_how: Mapped[str | None] = mapped_column(comment="How (taxonomy custody_end)")
