"""Tables by which tips are found: the search index. Nothing in them can be read without the key."""

from uuid import UUID

from sqlalchemy import ForeignKey, Index, SmallInteger
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlalchemy.orm import Mapped, mapped_column

from huiyin.kit.tables import Table


class TipWords(Table):
    __tablename__ = "tip_words"
    __table_args__ = (
        Index("ix_tip_words_visible_to_words", "visible_to", "words", postgresql_using="gin"),
        Index("ix_tip_words_lead_id", "lead_id"),
        {"comment": "The search index: keyed hashes of a tip's words with their positions (decision 8)"},
    )

    tip_id: Mapped[UUID] = mapped_column(ForeignKey("tips.id"), primary_key=True, comment="Which tip; sorts by time")
    lead_id: Mapped[UUID] = mapped_column(comment="Its lead, kept in step by triggers")
    visible_to: Mapped[list[UUID]] = mapped_column(comment="As on the lead, kept in step by triggers")
    hidden_from: Mapped[list[UUID]] = mapped_column(comment="As on the lead, kept in step by triggers")
    way: Mapped[int] = mapped_column(SmallInteger(), comment="Which way of cutting text made it; older ones are redone")
    words: Mapped[str] = mapped_column(TSVECTOR(), comment="Keyed hashes of words, with positions and weights")
