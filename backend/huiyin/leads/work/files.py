"""Handing a tip's file to an officer who may read the tip: ranges, no name a browser could act on, and an event."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from urllib.parse import quote
from uuid import UUID

from sqlalchemy import select, text, update
from sqlalchemy.orm import Session

from huiyin.access.actors import Actor
from huiyin.kit.crypto.vault import Unreadable, decrypt_or_none
from huiyin.kit.files.objects import MissingObject
from huiyin.kit.web.errors import Conflict, NotFound, Unsatisfiable
from huiyin.leads.record.visible import require_texts, visible_lead, works_on
from huiyin.tips.files.attachments import SHOWN
from huiyin.tips.files.models import Attachment, AttachmentState, OriginalReason
from huiyin.tips.files.pieces import CLEANED, ORIGINAL, Place
from huiyin.tips.record.content import found_aad, name_aad, tip_key
from huiyin.tips.record.models import Tip
from huiyin.trail.recorder import record_download

_RANGE = re.compile(r"bytes=(\d{0,15})-(\d{0,15})")


@dataclass(frozen=True, slots=True)
class Download:
    """Part of a file, ready to be sent."""

    status: int
    headers: dict[str, str]
    content: Iterator[bytes]


def download(
    session: Session,
    lead_id: UUID,
    attachment_id: UUID,
    actor: Actor,
    *,
    original: OriginalReason | None,
    asked: str | None,
) -> Download:
    """A file, or the range of it that `asked` names (RFC 9110, section 14; one range, others are answered whole).

    Staff get the copy without metadata, where a document has one; `original` says why they ask for what the reporter
    sent. Both are in the trail, the latter with its reason.

    Raises:
        NotFound: unknown lead, or no such file of it, or one that is not complete and looked at.
        Forbidden: what was told may not be read by this officer.
        Conflict: the scanner found something in it, its key was destroyed, or there is no copy without metadata.
        Unsatisfiable: the range lies beyond the file.
    """
    lead = visible_lead(session, lead_id)
    require_texts(actor, lead)
    row = session.execute(
        select(Attachment, Tip.wrapped_key)
        .join(Tip, Tip.id == Attachment.tip_id)
        .where(Attachment.id == attachment_id, Tip.lead_id == lead.id)
    ).one_or_none()
    if row is None or row[0].state in {AttachmentState.uploading, AttachmentState.received}:
        raise NotFound
    found: Attachment = row[0]
    if found.state == AttachmentState.infected:
        raise Conflict("The virus scanner found something in this file; it is not handed out")
    key = tip_key(found.tip_id, row[1])
    told = decrypt_or_none(key, found.found, found_aad(found.id))
    if key is None or told is None or found.state == AttachmentState.destroyed:
        raise Conflict("The file cannot be read any more")
    cleaned = told.get("cleaned")
    if cleaned is False and original is None:
        raise Conflict("The document's metadata could not be removed; say why you need the original")
    copy, length = (CLEANED, told["cleaned_length"]) if cleaned and original is None else (ORIGINAL, found.length)
    start, stop = span(asked, length)
    record_download(session, found.id, lead.id, actor.by, copy, original if cleaned is not None else None)
    if works_on(lead, actor):
        first = update(Attachment).where(Attachment.id == found.id, Attachment.opened_at.is_(None))
        session.execute(first.values(opened_at=text("now()")))
    name = decrypt_or_none(key, found.name, name_aad(found.id))
    name = name if isinstance(name, str) else "file"
    headers = {
        "Content-Type": told["media_type"] if told["media_type"] in SHOWN else "application/octet-stream",
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(name, safe='')}",
        "Content-Length": str(stop - start),
        "Accept-Ranges": "bytes",
    }
    part = (start, stop) != (0, length)
    if part:
        headers["Content-Range"] = f"bytes {start}-{stop - 1}/{length}"
    return Download(206 if part else 200, headers, _opened(Place(found.id, copy, key).read(length, start, stop)))


def _opened(content: Iterator[bytes]) -> Iterator[bytes]:
    """The content, its first piece read at once. Raises Conflict: missing, or changed behind our back."""
    try:
        return chain([next(content)], content)
    except (MissingObject, Unreadable) as error:
        raise Conflict("The file cannot be read any more") from error


def span(asked: str | None, length: int) -> tuple[int, int]:
    """Where the answer begins and ends; the whole file where nothing, or nothing that we understand, was asked for."""
    match = _RANGE.fullmatch(asked or "")
    if match is None or match[1] == match[2] == "":
        return 0, length
    if match[1] == "":
        start, stop = max(0, length - int(match[2])), length
    else:
        start, stop = int(match[1]), min(length, int(match[2]) + 1 if match[2] else length)
        if match[2] and int(match[2]) < start:
            return 0, length
    if start >= length or start >= stop:
        error = Unsatisfiable(f"The file has {length} bytes")
        error.headers = {"Content-Range": f"bytes */{length}"}
        raise error
    return start, stop
