"""The table of files that reporters add to their tips; their bytes lie in the object store (tips/files/pieces.py)."""

import enum
from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from huiyin.kit.database.tables import Table, key, now_column, one_of


class AttachmentState(enum.StrEnum):
    """Where a file stands; staff see it from `ready` or `infected` on."""

    uploading = "uploading"
    received = "received"  # complete, not looked at yet
    ready = "ready"
    infected = "infected"  # the scanner found something: named, never handed out
    destroyed = "destroyed"  # its tip's key is gone, and so are its pieces


class OriginalReason(enum.StrEnum):
    """Why an officer opens what the reporter sent, with all it says of its maker, instead of the copy without."""

    evidence = "evidence"  # 作为证据固定
    genuine = "genuine"  # 核对真伪
    unreadable = "unreadable"  # 副本无法阅读或没有副本


class Attachment(Table):
    __tablename__ = "attachments"
    __table_args__ = (
        one_of("state", AttachmentState),
        CheckConstraint("length > 0 AND received BETWEEN 0 AND length", name="received"),
        CheckConstraint("(state = 'uploading') = (completed_at IS NULL)", name="completed_at"),
        Index("ix_attachments_tip_id_id", "tip_id", "id"),
        Index("ix_attachments_waiting", "touched_at", postgresql_where="state IN ('uploading', 'received')"),
        {"comment": "Files that reporters added to a tip; names and findings are encrypted under its key"},
    )

    id: Mapped[UUID] = key("Attachment; sorts by time")
    tip_id: Mapped[UUID] = mapped_column(ForeignKey("tips.id"), comment="Whose file")
    state: Mapped[str] = mapped_column(server_default="uploading", comment="Where it stands")
    length: Mapped[int] = mapped_column(BigInteger(), comment="Its size in bytes, as announced")
    received: Mapped[int] = mapped_column(BigInteger(), server_default="0", comment="How many bytes are stored")
    writer: Mapped[UUID | None] = mapped_column(comment="The request that may go on writing; a later one takes over")
    created_at: Mapped[datetime] = now_column("When it was announced")
    touched_at: Mapped[datetime] = now_column("When bytes last came; an unfinished one is removed a day later")
    completed_at: Mapped[datetime | None] = mapped_column(comment="When its last byte came")
    name: Mapped[bytes] = mapped_column(comment="Its name, encrypted JSON")
    found: Mapped[bytes | None] = mapped_column(
        comment="Kind by content, SHA-256, and what became of the staff's copy: encrypted JSON"
    )
    opened_at: Mapped[datetime | None] = mapped_column(comment="When an officer first opened it; its reporter is told")
    suite: Mapped[str] = mapped_column(comment="Cipher suite of texts and pieces")
