"""The table of events. The app role may insert and read, never update or delete (migration 0001)."""

import enum
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from huiyin.kit.tables import Table, key, now_column, one_of


class ActorKind(enum.StrEnum):
    officer = "officer"
    reporter = "reporter"
    client = "client"  # another agency's system
    system = "system"


class Event(Table):
    __tablename__ = "events"
    __table_args__ = (
        one_of("actor_kind", ActorKind),
        Index("ix_events_lead_id_id", "lead_id", "id"),
        Index("ix_events_subject_id_id", "subject_id", "id"),
        {"comment": "Append-only: one row a change, written in the transaction of the change"},
    )

    id: Mapped[UUID] = key("Event; sorts by time")
    at: Mapped[datetime] = now_column("Time of the transaction that made the change")
    event: Mapped[str] = mapped_column(comment="subject:verb, for example lead:screen")
    subject_id: Mapped[UUID] = mapped_column(comment="The row that changed")
    lead_id: Mapped[UUID | None] = mapped_column(comment="The lead whose timeline shows the event")
    actor_kind: Mapped[str] = mapped_column(comment="Who acted: officer, reporter, client or system")
    actor_id: Mapped[UUID | None] = mapped_column(comment="Officer or system account; empty for reporter and system")
    agency_id: Mapped[UUID | None] = mapped_column(comment="The actor's agency at that time")
    from_state: Mapped[str | None] = mapped_column(comment="State before")
    to_state: Mapped[str | None] = mapped_column(comment="State after")
    facts: Mapped[dict[str, Any]] = mapped_column(
        server_default=text("'{}'"), comment="Codes and ids only; never personal data, never free text"
    )
    salt: Mapped[bytes] = mapped_column(
        comment="32 random bytes: makes the public log's leaf a commitment (decision 6)"
    )
    log_index: Mapped[int | None] = mapped_column(
        BigInteger(), unique=True, comment="Gapless place in the public log; filled by the sequencer"
    )
