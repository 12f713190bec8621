"""Tables by which tips are found and leads are linked. Nothing in them can be read without the key."""

import enum
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    REAL,
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Index,
    Integer,
    SmallInteger,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, TSVECTOR
from sqlalchemy.orm import Mapped, mapped_column

from huiyin.kit.database.tables import Table, key, now_column, one_of
from huiyin.leads.matching.selectors import SelectorKind


class TipWords(Table):
    __tablename__ = "tip_words"
    __table_args__ = (
        Index("ix_tip_words_stretch_visible_to_words", "stretch", "visible_to", "words", postgresql_using="gin"),
        Index("ix_tip_words_lead_id", "lead_id"),
        {"comment": "The search index: keyed hashes of a tip's words with their positions (ADR 0008)"},
    )

    tip_id: Mapped[UUID] = mapped_column(ForeignKey("tips.id"), primary_key=True, comment="Which tip; sorts by time")
    lead_id: Mapped[UUID] = mapped_column(comment="Its lead, kept in step by triggers")
    visible_to: Mapped[list[UUID]] = mapped_column(comment="As on the lead, kept in step by triggers")
    hidden_from: Mapped[list[UUID]] = mapped_column(comment="As on the lead, kept in step by triggers")
    way: Mapped[int] = mapped_column(SmallInteger(), comment="Which way of cutting text made it; older ones are redone")
    stretch: Mapped[int] = mapped_column(comment="Which 16,384 tips in order of arrival; search reads by it")
    words: Mapped[str] = mapped_column(TSVECTOR(), comment="Keyed hashes of words, with positions and weights")


class TipToIndex(Table):
    __tablename__ = "tips_to_index"
    __table_args__ = (
        Index("ix_tips_to_index_sender_tip_id", "sender", "tip_id"),
        {"comment": "Tips that cannot be searched for yet"},
    )

    tip_id: Mapped[UUID] = mapped_column(
        ForeignKey("tips.id", ondelete="CASCADE"), primary_key=True, comment="Which tip; sorts by time"
    )
    sender: Mapped[UUID] = mapped_column(
        comment="By which channel it came: those of one channel wait for each other only"
    )


class LinkCursor(Table):
    __tablename__ = "link_cursor"
    __table_args__ = (
        CheckConstraint("one", name="one"),
        {"comment": "Up to which tip links were proposed a second time"},
    )

    one: Mapped[bool] = mapped_column(primary_key=True, server_default=text("true"), comment="There is one")
    after: Mapped[UUID] = mapped_column(comment="The tip; sorts by time")


class LinkStatus(enum.StrEnum):
    proposed = "proposed"
    confirmed = "confirmed"
    rejected = "rejected"


class TipSelector(Table):
    __tablename__ = "selectors"
    __table_args__ = (
        one_of("kind", SelectorKind),
        Index("ix_selectors_tip_id", "tip_id"),
        {"comment": "Numbers and places that a tip names exactly, as keyed hashes"},
    )

    hash: Mapped[int] = mapped_column(BigInteger(), primary_key=True, comment="Keyed hash of kind and value")
    tip_id: Mapped[UUID] = mapped_column(ForeignKey("tips.id"), primary_key=True, comment="Which tip names it")
    kind: Mapped[str] = mapped_column(comment="phone, plate, account, company, identity, chat, place or text")


class TipTerm(Table):
    __tablename__ = "tip_terms"
    __table_args__ = (
        Index("ix_tip_terms_tip_id", "tip_id"),
        {"comment": "A tip's most distinctive words, as keyed hashes, by which similar tips are found"},
    )

    term: Mapped[int] = mapped_column(BigInteger(), primary_key=True, comment="Keyed hash of the word")
    tip_id: Mapped[UUID] = mapped_column(ForeignKey("tips.id"), primary_key=True, comment="Which tip; sorts by time")
    weight: Mapped[int] = mapped_column(SmallInteger(), comment="How rare the word is, in 1/200; negative: a name")


class TipSign(Table):
    __tablename__ = "tip_signs"
    __table_args__ = ({"comment": "What comparing tips needs beside their terms, one row a tip"},)

    tip_id: Mapped[UUID] = mapped_column(ForeignKey("tips.id"), primary_key=True, comment="Which tip")
    weight: Mapped[int] = mapped_column(Integer(), comment="Sum of the squares of its terms' weights")
    cities: Mapped[list[int]] = mapped_column(ARRAY(BigInteger()), comment="Keyed hashes of cities that it names")
    counties: Mapped[list[int]] = mapped_column(ARRAY(BigInteger()), comment="Keyed hashes of counties that it names")


class Link(Table):
    __tablename__ = "link_proposals"
    __table_args__ = (
        one_of("status", LinkStatus),
        CheckConstraint("lead_a < lead_b", name="order"),
        CheckConstraint("(status = 'proposed') = (decided_at IS NULL)", name="decided"),
        UniqueConstraint("lead_a", "lead_b"),
        Index("ix_link_proposals_lead_b", "lead_b"),
        {"comment": "That two leads may be one matter: proposed by the system, decided by an officer (串并)"},
    )

    id: Mapped[UUID] = key("Link")
    # No foreign keys: proposing would wait for whoever is changing the other lead.
    lead_a: Mapped[UUID] = mapped_column(comment="The earlier lead")
    lead_b: Mapped[UUID] = mapped_column(comment="The later lead")
    status: Mapped[str] = mapped_column(server_default="proposed", comment="proposed, confirmed or rejected")
    score: Mapped[float] = mapped_column(REAL(), comment="How sure the system is, 0 to 1; of the matter, not of people")
    reasons: Mapped[list[dict[str, Any]]] = mapped_column(JSONB(), comment="Codes with the two tips; no content")
    proposed_at: Mapped[datetime] = now_column("When it was proposed")
    decided_by: Mapped[UUID | None] = mapped_column(ForeignKey("officers.id"), comment="Who decided")
    decided_at: Mapped[datetime | None] = mapped_column(comment="When")
    reason: Mapped[bytes | None] = mapped_column(comment="Why, encrypted under the earlier lead's key")
    brought_by: Mapped[UUID | None] = mapped_column(comment="The merged lead whose tips brought it; empty: its own")
