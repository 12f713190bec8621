"""The worker's part with files: what kind each is, whether a scanner objects, the copy without metadata that staff see,
and the removal of what has no owner.

Nothing is shown to staff before it went through here. The work is done outside of a transaction and its result written
in one; a worker that is killed in between does it again.
"""

import hashlib
import io
import logging
import re
import zipfile
import zlib
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import puremagic
from sqlalchemy import delete, select, text, update
from sqlalchemy.orm import Session

from huiyin.kit.crypto.vault import encrypt_json
from huiyin.kit.database.items import Items
from huiyin.kit.database.sessions import Sessions, set_scope, transaction
from huiyin.kit.files import objects
from huiyin.kit.files.strip.run import Kind, NotStripped, strip
from huiyin.kit.text.encodings import encoding_of
from huiyin.settings import settings
from huiyin.tips.files.antivirus import scan
from huiyin.tips.files.kinds import recorded
from huiyin.tips.files.models import Attachment, AttachmentState
from huiyin.tips.files.pieces import (
    CLEANED,
    ORIGINAL,
    PIECE,
    PiecesReader,
    PiecesWriter,
    Place,
    count_of,
    digest_of_pieces,
    forget_objects,
)
from huiyin.tips.record.content import found_aad, tip_key
from huiyin.tips.record.models import Tip
from huiyin.trail.recorder import SYSTEM, record

log = logging.getLogger("huiyin.tips")
UNKNOWN = "application/octet-stream"
TEXT = "text/plain"
_WAITING = text("SELECT attachment_id, lead_id, todo FROM attachments_waiting(:most)")
_OFFICE = {
    "word/document.xml": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xl/workbook.xml": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "ppt/presentation.xml": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "OFD.xml": "application/ofd",  # GB/T 33190-2016, as IANA registered it
}
_OPEN_DOCUMENT = re.compile(r"application/vnd\.oasis\.opendocument\.[a-z-]{1,40}")
_ZIP = b"PK\x03\x04"
# Word, Excel and PowerPoint before 2007 (and newer ones closed by a password), and RTF: they tell as much as others do.
_NEVER_CLEANED = (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"{\\rtf")


@dataclass(frozen=True, slots=True)
class Finding:
    state: AttachmentState
    found: dict[str, Any]
    digest: str


def tend(sessions: Sessions, most: int = 20, *, again: bool | None = None) -> int:
    """Look at files that have arrived, remove what has no owner any more; returns how many were dealt with.

    Args:
        most: how many of those that wait are looked at now.
        again: True for those alone that have failed before, False for the others alone, None for both.
    """
    items, done = Items(sessions, "tend_attachments", again=again), 0
    with transaction(sessions) as session:
        waiting = session.execute(_WAITING, {"most": most + items.known}).all()
    for row in waiting:
        if items.due(str(row.attachment_id)):
            with items.guarded(str(row.attachment_id)):
                done += _tend_one(sessions, row.attachment_id, row.lead_id, row.todo)
    return done


def _tend_one(sessions: Sessions, attachment_id: UUID, lead_id: UUID, todo: str) -> bool:
    """Raises what the guard records: Unreadable, MissingObject, OSError where the scanner does not answer."""
    if todo != "check":
        # The row first: objects without a row are found by nobody, a row without objects would be asked for.
        with transaction(sessions) as session:
            set_scope(session, acting_on=str(lead_id))
            _let_go(session, attachment_id, lead_id, destroyed=todo == "destroy")
        forget_objects(attachment_id)
        return True
    with transaction(sessions) as session:
        set_scope(session, acting_on=str(lead_id))
        statement = select(Attachment, Tip.wrapped_key, Tip.sealed_for).join(Tip, Tip.id == Attachment.tip_id)
        row = session.execute(statement.where(Attachment.id == attachment_id)).one_or_none()
        key = tip_key(row[0].tip_id, row[1]) if row is not None else None
    if row is None or key is None:
        return False
    place = Place(attachment_id, ORIGINAL, key)
    # What cannot be looked at is not shown, rather than shown unscanned; it is tried again (`Items`).
    finding = unread(place, row[0].length) if row[2] else examine(place, row[0].length)
    with transaction(sessions) as session:
        set_scope(session, acting_on=str(lead_id))
        sealed = encrypt_json(key, finding.found, found_aad(attachment_id))
        changed = update(Attachment).where(Attachment.id == attachment_id, Attachment.state == AttachmentState.received)
        session.execute(changed.values(state=finding.state, found=sealed))
        event = "attachment:quarantine" if finding.state is AttachmentState.infected else "attachment:release"
        tip = str(row[0].tip_id)
        copy = {"cleaned": finding.found["cleaned"]} if "cleaned" in finding.found else {}
        record(session, event, attachment_id, SYSTEM, matter_id=lead_id, pieces=finding.digest, tip=tip, **copy)
    for name in list(objects.names(place.folder)):
        if "-" in name.rpartition("/")[2]:  # beginnings of pieces that were interrupted
            objects.remove(name)
    return True


def _let_go(session: Session, attachment_id: UUID, lead_id: UUID, *, destroyed: bool) -> None:
    if not destroyed:
        gone = (Attachment.id == attachment_id, Attachment.state == AttachmentState.uploading)
        session.execute(delete(Attachment).where(*gone))
        return
    ended = {"state": AttachmentState.destroyed, "completed_at": text("coalesce(completed_at, now())"), "found": None}
    session.execute(update(Attachment).where(Attachment.id == attachment_id).values(**ended))
    record(session, "attachment:destroy", attachment_id, SYSTEM, matter_id=lead_id)


def examine(place: Place, length: int) -> Finding:
    """Read a file once: its SHA-256, a digest of its stored pieces, and what the scanner says.

    Raises:
        OSError: the scanner that the settings name does not answer.
    """
    whole, pieces = hashlib.sha256(), []
    for number in range(count_of(length)):
        whole.update(place.get(number, last=number == count_of(length) - 1))
        pieces.append(hashlib.sha256(objects.get(place.name(number))).digest())
    found: dict[str, Any] = {"media_type": media_type(place, length), "sha256": whole.hexdigest()}
    if found["media_type"] == TEXT:
        found["charset"] = encoding_of(b"".join(place.read(length, 0, min(length, PIECE))))
    clamav = settings().clamav
    virus = scan(clamav, place.read(length, 0, length)) if clamav else None
    if virus is not None:
        found["virus"] = virus
    else:
        found |= cleaned(place, length, found["media_type"])
    state = AttachmentState.infected if virus is not None else AttachmentState.ready
    return Finding(state, found, digest_of_pieces(pieces))


def cleaned(place: Place, length: int, media: str) -> dict[str, Any]:
    """Make the copy that staff see, without what a document says of its makers.

    Returns `cleaned` True and the copy's length; False, where no such copy can be made; nothing, for other kinds.
    """
    kind = _kind_of(media)
    if kind is None:
        head = b"".join(place.read(length, 0, min(length, 8)))
        damaged = media == UNKNOWN and head.startswith(_ZIP)  # what it was, programs may still find out
        return {"cleaned": False} if damaged or head.startswith(_NEVER_CLEANED) else {}
    copy = Place(place.attachment_id, CLEANED, place.key)
    objects.remove_below(copy.folder)  # of a run that was cut short
    writer = PiecesWriter(copy)
    try:
        strip(kind, length, lambda start, size: b"".join(place.read(length, start, start + size)), writer.write)
    except NotStripped as error:
        log.warning("no copy without metadata: %s %s", place.attachment_id, error)
        objects.remove_below(copy.folder)
        return {"cleaned": False}
    writer.finish()
    return {"cleaned": True, "cleaned_length": writer.length}


def _kind_of(media: str) -> Kind | None:
    if media == "application/pdf":
        return "pdf"
    return "office" if media in _OFFICE.values() or _OPEN_DOCUMENT.fullmatch(media) else None


def unread(place: Place, length: int) -> Finding:
    """A file that was sealed in the reporter's browser: nobody here can tell its kind or scan it."""
    pieces = [hashlib.sha256(objects.get(place.name(number))).digest() for number in range(count_of(length))]
    return Finding(AttachmentState.ready, {"media_type": UNKNOWN, "scanned": False}, digest_of_pieces(pieces))


def media_type(place: Place, length: int) -> str:
    """What kind of file it is, by its content alone."""
    head = b"".join(place.read(length, 0, min(length, PIECE)))
    if head.startswith(_ZIP):
        return _office_type(place, length)
    if (kind := recorded(head)) is not None:
        return kind
    try:
        said = puremagic.from_string(head, mime=True)
    except (puremagic.PureError, ValueError):
        said = ""
    return said or (TEXT if encoding_of(head) else UNKNOWN)


def _office_type(place: Place, length: int) -> str:
    try:
        with zipfile.ZipFile(io.BufferedReader(PiecesReader(place, length))) as archive:
            inside = set(archive.namelist())
            if "mimetype" in inside and (said := _open_document(archive)):
                return said
    except (zipfile.BadZipFile, zlib.error, ValueError, NotImplementedError, RuntimeError, EOFError):
        return UNKNOWN
    return next((kind for part, kind in _OFFICE.items() if part in inside), "application/zip")


def _open_document(archive: zipfile.ZipFile) -> str | None:
    # OpenDocument 1.3, part 2, section 3.3: the first member, neither compressed nor encrypted. Any other is no
    # OpenDocument, and unpacking it (LZMA, bzip2 …) is nothing that a look at the kind should do.
    if archive.getinfo("mimetype").compress_type != zipfile.ZIP_STORED:
        return None
    with archive.open("mimetype") as told:
        said = told.read(100).decode("ascii", errors="replace")
    return said if _OPEN_DOCUMENT.fullmatch(said) else None
