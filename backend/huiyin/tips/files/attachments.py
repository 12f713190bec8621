"""Files as staff see them, and as they are handed out."""

from uuid import UUID

from sqlalchemy import Text, and_, cast, exists, select
from sqlalchemy.orm import Session

from huiyin.kit.crypto.vault import decrypt_or_none
from huiyin.kit.database.items import JobItem
from huiyin.tips.files.models import Attachment, AttachmentState
from huiyin.tips.files.schemas import AttachmentItem, ReceiptFile
from huiyin.tips.record.content import found_aad, name_aad

# Kinds that a browser shows inside a page and that cannot act in it. SVG and HTML can, so they are handed out as bytes.
SHOWN = frozenset(
    {"image/jpeg", "image/png", "image/gif", "image/webp", "audio/mpeg", "audio/mp4", "audio/ogg", "audio/wav"}
    # Shown by some browsers; the others say so.
    | {"image/heic", "image/heif", "image/avif", "audio/amr", "audio/amr-wb", "video/3gpp", "video/ogg"}
    | {
        "audio/x-wav",
        "audio/wave",
        "audio/aac",
        "audio/flac",
        "video/quicktime",
        "audio/x-m4a",
        "audio/webm",
        "video/mp4",
        "video/webm",
        "application/pdf",
    }
)
_SEEN = (AttachmentState.received, AttachmentState.ready, AttachmentState.infected, AttachmentState.destroyed)
# Nothing of a file is handed out before it was looked at; that it is there, and waits, is known.
_SET_ASIDE = and_(
    JobItem.job == "tend_attachments", JobItem.item == cast(Attachment.id, Text), JobItem.next_at.is_(None)
)


def attachments_of(session: Session, keys: dict[UUID, bytes | None]) -> dict[UUID, list[AttachmentItem]]:
    """The files of these tips, oldest first; names and kinds only where the tip's key is at hand."""
    rows = session.execute(
        select(Attachment, exists().where(_SET_ASIDE))
        .where(Attachment.tip_id.in_(keys), Attachment.state.in_(_SEEN))
        .order_by(Attachment.tip_id, Attachment.id)
    ).all()
    found: dict[UUID, list[AttachmentItem]] = {}
    for row, set_aside in rows:
        waits = row.state == AttachmentState.received
        key = keys[row.tip_id]
        told = decrypt_or_none(key, row.found, found_aad(row.id))
        name = decrypt_or_none(key, row.name, name_aad(row.id))
        item = {
            "id": row.id,
            "at": row.completed_at,
            "name": name if isinstance(name, str) else None,  # a sealed one is opened by the agency's browser
            "length": row.length,
            "media_type": told["media_type"] if told else None,
            "charset": told.get("charset") if told else None,
            "state": ("set_aside" if set_aside else "checking") if waits else row.state,
            "cleaned": told.get("cleaned") if told else None,
        }
        found.setdefault(row.tip_id, []).append(AttachmentItem.model_validate(item))
    return found


def files_of_receipt(session: Session, tip_id: UUID, key: bytes | None) -> list[ReceiptFile]:
    """What arrived, for its reporter, from the last byte on."""
    rows = session.execute(
        select(Attachment)
        .where(Attachment.tip_id == tip_id, Attachment.completed_at.is_not(None))
        .order_by(Attachment.id)
    ).scalars()
    files = []
    for row in rows:
        name = decrypt_or_none(key, row.name, name_aad(row.id))
        sealed = {"to_reporter": name["to_reporter"], "body": name["sealed"]} if isinstance(name, dict) else None
        item = {"name": None if sealed else name, "sealed": sealed, "length": row.length}
        item |= {"at": row.completed_at, "opened_at": row.opened_at}
        files.append(ReceiptFile.model_validate(item))
    return files
