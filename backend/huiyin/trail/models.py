"""The table of events, and those of the public log over it. The app role may add to them and read, never change."""

import enum
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, Index, SmallInteger, text
from sqlalchemy.orm import Mapped, mapped_column

from huiyin.kit.database.tables import Table, key, now_column, one_of


class ActorKind(enum.StrEnum):
    officer = "officer"
    reporter = "reporter"
    client = "client"  # another agency's system
    system = "system"


class Event(Table):
    __tablename__ = "events"
    __table_args__ = (
        one_of("actor_kind", ActorKind),
        Index("ix_events_matter_id_id", "matter_id", "id"),
        Index("ix_events_subject_id_id", "subject_id", "id"),
        Index("ix_events_unplaced", "id", postgresql_where="log_index IS NULL"),
        Index("ix_events_receipt", text("(facts ->> 'receipt')"), postgresql_where=text("event = 'tip:promise'")),
        {"comment": "Append-only: one row a change, written in the transaction of the change"},
    )

    id: Mapped[UUID] = key("Event; sorts by time")
    at: Mapped[datetime] = now_column("Time of the transaction that made the change")
    event: Mapped[str] = mapped_column(comment="subject:verb, for example lead:screen")
    subject_id: Mapped[UUID] = mapped_column(comment="The row that changed")
    matter_id: Mapped[UUID | None] = mapped_column(comment="The matter whose timeline shows the event")
    actor_kind: Mapped[str] = mapped_column(comment="Who acted: officer, reporter, client or system")
    actor_id: Mapped[UUID | None] = mapped_column(comment="Officer or system account; empty for reporter and system")
    agency_id: Mapped[UUID | None] = mapped_column(comment="The actor's agency at that time")
    from_state: Mapped[str | None] = mapped_column(comment="State before")
    to_state: Mapped[str | None] = mapped_column(comment="State after")
    changes: Mapped[bool] = mapped_column(
        server_default=text("true"),
        comment="Whether pages that show the matter show something else after it (trail/events.py)",
    )
    facts: Mapped[dict[str, Any]] = mapped_column(
        server_default=text("'{}'"), comment="Codes and ids only; never personal data, never free text"
    )
    salt: Mapped[bytes] = mapped_column(comment="32 random bytes: makes the public log's leaf a commitment (ADR 0006)")
    log_index: Mapped[int | None] = mapped_column(
        BigInteger(), unique=True, comment="Gapless place in the public log; filled by the sequencer"
    )


class LogLeaf(Table):
    __tablename__ = "log_leaves"
    __table_args__ = ({"comment": "Leaves of the public log, one for each event; nothing here is ever changed"},)

    log_index: Mapped[int] = mapped_column(
        BigInteger(), primary_key=True, autoincrement=False, comment="Gapless place, from 0"
    )
    # No foreign key: a leaf must outlive an event that somebody deletes, to tell which one is missing.
    event_id: Mapped[UUID] = mapped_column(unique=True, comment="The event that it commits to")
    hash: Mapped[bytes] = mapped_column(unique=True, comment="RFC 6962 leaf hash of the event's salted commitment")


class LogNode(Table):
    __tablename__ = "log_nodes"
    __table_args__ = ({"comment": "Complete inner nodes of the public log's Merkle tree; never changed"},)

    level: Mapped[int] = mapped_column(
        SmallInteger(), primary_key=True, autoincrement=False, comment="Covers 2^level leaves; from 1"
    )
    at: Mapped[int] = mapped_column(
        BigInteger(), primary_key=True, autoincrement=False, comment="Place on its level, from 0"
    )
    hash: Mapped[bytes] = mapped_column(comment="RFC 6962 node hash")


class LogCheckpoint(Table):
    __tablename__ = "log_checkpoints"
    __table_args__ = ({"comment": "Signed states of the public log, at most one a minute"},)

    size: Mapped[int] = mapped_column(BigInteger(), primary_key=True, autoincrement=False, comment="Number of leaves")
    at: Mapped[datetime] = now_column("When it was signed")
    note: Mapped[str] = mapped_column(comment="The signed note (C2SP tlog-checkpoint)")


class Witness(Table):
    __tablename__ = "log_witnesses"
    __table_args__ = ({"comment": "Machines of other agencies that cosign the public log's checkpoints"},)

    id: Mapped[UUID] = key("Witness")
    agency_id: Mapped[UUID] = mapped_column(ForeignKey("agencies.id"), comment="The agency that runs it")
    vkey: Mapped[str] = mapped_column(unique=True, comment="Its public key (C2SP tlog-cosignature, type 4)")
    registered_at: Mapped[datetime] = now_column("Since when its cosignatures are taken")
    retired_at: Mapped[datetime | None] = mapped_column(comment="Until when; its earlier cosignatures stay")


class Cosignature(Table):
    __tablename__ = "log_cosignatures"
    __table_args__ = ({"comment": "What witnesses signed: that a checkpoint extends all that they saw before"},)

    size: Mapped[int] = mapped_column(ForeignKey("log_checkpoints.size"), primary_key=True, comment="Which checkpoint")
    witness_id: Mapped[UUID] = mapped_column(ForeignKey("log_witnesses.id"), primary_key=True, comment="Who")
    at: Mapped[datetime] = mapped_column(comment="When, as the witness says")
    signature: Mapped[bytes] = mapped_column(comment="Time and Ed25519 signature (C2SP tlog-cosignature v1)")
