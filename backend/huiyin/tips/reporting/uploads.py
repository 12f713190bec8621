"""Taking a reporter's files in, interrupted as often as lines are: tus 1.0 with creation, termination and expiration.

Who may upload is said by a token that the receipt code's holder asks for. It is bound to the tip's receipt, sealed by
the vault and stored nowhere. Bytes become part of the file in pieces of 1 MiB, each under the row's lock; the rest of
an interrupted piece is kept too, so an upload goes on at the very byte at which it broke.
"""

import base64
import binascii
import unicodedata
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from pydantic import ValidationError
from sqlalchemy import delete, func, select, text, update
from sqlalchemy.orm import Session

from huiyin.kit.crypto.base64url import bytes_of, text_of
from huiyin.kit.crypto.vault import SUITE, Unreadable, encrypt_json, vault
from huiyin.kit.database.sessions import new_ids, set_scope
from huiyin.kit.database.tables import insert_into
from huiyin.kit.web.errors import (
    Conflict,
    Invalid,
    Malformed,
    NotFound,
    OffsetMismatch,
    TooLarge,
    WrongState,
    field_error,
)
from huiyin.settings import settings
from huiyin.tips.files.models import Attachment, AttachmentState
from huiyin.tips.files.pieces import ORIGINAL, PIECE, Place
from huiyin.tips.files.schemas import UploadPermit
from huiyin.tips.record.content import name_aad, tip_key
from huiyin.tips.record.models import Tip
from huiyin.tips.reporting.receipt import open_tip, takes_more
from huiyin.tips.reporting.sealed_rules import UPLOAD
from huiyin.tips.sealed.schemas import SealedText
from huiyin.tips.sealed.sealed import IN_CLEAR, body_of, require_words, store_sealed
from huiyin.trail.recorder import REPORTER, record

PATH = "/api/v1/public/uploads"
LASTS = timedelta(hours=24)
MOST_FILES = 50
UNNAMED = "file"
LONGEST_NAME = 200
LONGEST_ENDING = 20
_TOKEN = "upload-token"  # noqa: S105 - the purpose under which tokens are sealed
_S = AttachmentState


@dataclass(frozen=True, slots=True)
class Upload:
    """An upload as one request goes on with it."""

    place: Place
    receipt: str
    writer: UUID
    length: int
    base: int
    """Where the piece begins that is being filled."""
    rest: bytes
    """What is there of that piece already."""


def permit(session: Session, token: str) -> UploadPermit:
    """Let the holder of a receipt add files for a day.

    Raises:
        NotFound: the token opens nothing.
        WrongState: the matter is closed.
    """
    tip = open_tip(session, token)
    _require_open(tip)
    chosen = settings()
    until = datetime.now(UTC) + LASTS
    assert tip.receipt_hash is not None
    sealed = vault().encrypt_small({"receipt": tip.receipt_hash.hex(), "until": until.timestamp()}, _TOKEN)
    return UploadPermit(
        upload_token=text_of(sealed),
        expires_at=until,
        url=PATH,
        max_file_bytes=chosen.attachment_max_bytes,
        left_bytes=max(0, chosen.tip_attachments_max_bytes - _taken(session, tip.id)[0]),
    )


def _require_open(tip: Tip) -> None:
    if not takes_more(tip):
        raise WrongState("This tip is closed; file a new one to add something", state=tip.stage, allowed_actions=[])


def _taken(session: Session, tip_id: UUID) -> tuple[int, int]:
    """Bytes and number of a tip's files, unfinished ones too."""
    total, count = session.execute(
        select(func.coalesce(func.sum(Attachment.length), 0), func.count()).where(Attachment.tip_id == tip_id)
    ).one()
    return int(total), int(count)


def receipt_of_token(token: str) -> str:
    """The receipt's hash in hex that an upload token was made for. Raises NotFound: not one of ours, or ended."""
    try:
        said = vault().decrypt_small(bytes_of(token), _TOKEN)
    except (Unreadable, ValueError) as error:
        raise NotFound from error
    if said["until"] < datetime.now(UTC).timestamp():
        raise NotFound
    return str(said["receipt"])


def _tip_of(session: Session, token: str) -> Tip:
    receipt = receipt_of_token(token)
    set_scope(session, receipt=receipt)
    tip = session.execute(select(Tip).where(Tip.receipt_hash == bytes.fromhex(receipt))).scalar_one_or_none()
    if tip is None:
        raise NotFound
    return tip


def _metadata(header: str | None) -> dict[str, str]:
    pairs = [part.strip().split(" ") for part in (header or "").split(",") if part.strip()]
    if any(len(pair) > 2 for pair in pairs):
        raise Malformed("Upload-Metadata is pairs of a key and base64, separated by commas")
    return dict(([*pair, ""])[:2] for pair in pairs)


def file_name(metadata: str | None) -> str:
    """The name in `Upload-Metadata` (tus 1.0: pairs of key and base64, by commas), safe to show and to save under.

    Raises:
        Malformed: not in that form.
    """
    try:
        name = base64.b64decode(_metadata(metadata).get("filename", ""), validate=True).decode()
    except (binascii.Error, ValueError) as error:
        raise Malformed("Upload-Metadata: filename is not base64 of UTF-8") from error
    name = name.replace("\\", "/").rpartition("/")[2]
    # Controls, and the marks that turn the order of letters round: "exe.fdp" must not look like "pdf.exe".
    name = "".join(one for one in name if unicodedata.category(one) not in {"Cc", "Cf", "Cs", "Zl", "Zp"})
    return shortened(name.strip()) or UNNAMED


def shortened(name: str) -> str:
    """A name of at most 200 characters that keeps its ending: what a file is, is read from that."""
    stem, dot, ending = name.rpartition(".")
    if len(name) <= LONGEST_NAME or not stem or len(ending) > LONGEST_ENDING:
        return name[:LONGEST_NAME]
    return f"{stem[: LONGEST_NAME - len(ending) - 1]}{dot}{ending}"


def sealed_name(metadata: str | None) -> SealedText | None:
    """What stands in `Upload-Metadata` as `sealed`: name and key of a sealed tip's file, as base64 of JSON.

    Raises:
        Invalid: it is no such thing.
    """
    given = _metadata(metadata).get("sealed")
    if given is None:
        return None
    try:
        return SealedText.model_validate_json(base64.b64decode(given, validate=True))
    except (ValidationError, binascii.Error, ValueError) as error:
        raise Invalid(field_error("/header/Upload-Metadata", "bad_sealed", "`sealed` is base64 of JSON")) from error


def create(session: Session, token: str, length: int, metadata: str | None) -> UUID:
    """Announce a file of `length` bytes by its `Upload-Metadata`; of a sealed tip, of its sealed pieces.

    Raises:
        NotFound: no such upload token.
        WrongState: the matter is closed.
        Malformed, Invalid: as `file_name` and `sealed_name`.
        Invalid: an empty file; or anything but its envelope for a sealed tip.
        TooLarge: above the limit of a file or of all files of the tip.
    """
    name, sealed = file_name(metadata), sealed_name(metadata)
    tip = _tip_of(session, token)
    _require_open(tip)
    if tip.sealed_for is not None and (beside := _metadata(metadata).keys() - UPLOAD):
        told = ", ".join(sorted(beside))
        raise Invalid(field_error("/header/Upload-Metadata", "sealed_tip", f"{IN_CLEAR}: leave out {told}"))
    chosen = settings()
    if length < 1:
        raise Invalid(field_error("/header/Upload-Length", "empty_file", "The file is empty; choose one with content"))
    if length > chosen.attachment_max_bytes:
        raise TooLarge(f"A file may have {chosen.attachment_max_bytes} bytes", limit=chosen.attachment_max_bytes)
    place = f"tips/{tip.id}/attachments"  # two that are announced at once must not pass the limit together
    session.execute(text("SELECT pg_advisory_xact_lock(hashtextextended(:place, 0))"), {"place": place})
    taken, count = _taken(session, tip.id)
    if taken + length > chosen.tip_attachments_max_bytes:
        left = max(0, chosen.tip_attachments_max_bytes - taken)
        raise TooLarge(f"All files of a tip together may have {chosen.tip_attachments_max_bytes} bytes", left=left)
    if count >= MOST_FILES:
        raise TooLarge(f"A tip may have {MOST_FILES} files", files=MOST_FILES)
    key = tip_key(tip.id, tip.wrapped_key)
    assert key is not None
    (attachment_id,) = new_ids(session, 1)
    said = require_words(session, tip, name if tip.sealed_for is None else None, sealed)
    session.execute(
        insert_into(Attachment),
        {
            "id": attachment_id,
            "tip_id": tip.id,
            "length": length,
            "name": encrypt_json(key, said if isinstance(said, str) else body_of(said), name_aad(attachment_id)),
            "suite": SUITE,
        },
    )
    if not isinstance(said, str) and tip.receipt_hash is not None:
        store_sealed(session, attachment_id, tip.id, "file", said, tip.receipt_hash)
    return attachment_id


def _own(session: Session, token: str, attachment_id: UUID, *, lock: bool = False) -> tuple[Tip, Attachment]:
    tip = _tip_of(session, token)
    statement = select(Attachment).where(Attachment.id == attachment_id, Attachment.tip_id == tip.id)
    found = session.execute(statement.with_for_update() if lock else statement).scalar_one_or_none()
    if found is None or found.state == _S.destroyed:
        raise NotFound
    return tip, found


def expires_at(found: Attachment) -> datetime | None:
    """When an unfinished upload is removed; None for a complete one."""
    return found.touched_at + LASTS if found.state == _S.uploading else None


def look(session: Session, token: str, attachment_id: UUID) -> Attachment:
    """How far an upload has come. Raises NotFound."""
    return _own(session, token, attachment_id)[1]


def begin(session: Session, token: str, attachment_id: UUID, offset: int, writer: UUID) -> Upload:
    """Go on with an upload at `offset`. Whoever came before on another line stops at its next piece.

    Raises:
        NotFound: no such upload for this token.
        OffsetMismatch: `offset` is not where the upload stands.
        WrongState: the matter is closed.
    """
    tip, found = _own(session, token, attachment_id, lock=True)
    if found.received != offset:
        raise OffsetMismatch(f"{found.received} bytes are here; go on from there", offset=found.received)
    key = tip_key(tip.id, tip.wrapped_key)
    assert tip.receipt_hash is not None
    if key is None:
        raise NotFound
    place = Place(found.id, ORIGINAL, key)
    number, length = divmod(found.received, PIECE)
    if found.state == _S.uploading:
        _require_open(tip)
        session.execute(update(Attachment).where(Attachment.id == found.id).values(writer=writer))
    elif found.received != found.length:
        raise NotFound
    done = found.received == found.length
    rest = place.get_rest(number, length) if length and not done else b""
    return Upload(place, tip.receipt_hash.hex(), writer, found.length, number * PIECE, rest)


def store(session: Session, upload: Upload, base: int, content: bytes) -> None:
    """Store what is there of the piece that begins at `base`; with the file's last byte, the file is received.

    The object is written under the row's lock: of two requests, one alone writes. After a crash between object and
    commit the row says less than is stored, and the sender sends that again.

    Raises:
        Conflict: another request has taken over, or the upload was removed.
    """
    set_scope(session, receipt=upload.receipt)
    place, end = upload.place, base + len(content)
    found = session.execute(
        select(Attachment).where(Attachment.id == place.attachment_id).with_for_update()
    ).scalar_one_or_none()
    if found is None or found.writer != upload.writer or found.state != _S.uploading:
        raise Conflict("Another request goes on with this upload")
    done = end == upload.length
    if done or len(content) == PIECE:
        place.put(base // PIECE, content, last=done)
    else:
        place.put_rest(base // PIECE, content)
    values = {"received": end, "touched_at": func.now()}
    if done:
        values |= {"state": _S.received, "completed_at": func.now(), "writer": None}
    session.execute(update(Attachment).where(Attachment.id == found.id).values(**values))
    if done:
        lead_id = session.execute(select(Tip.lead_id).where(Tip.id == found.tip_id)).scalar_one()
        record(session, "attachment:add", found.id, REPORTER, matter_id=lead_id, tip=str(found.tip_id), bytes=end)


def cancel(session: Session, token: str, attachment_id: UUID) -> UUID:
    """Give an unfinished upload up; the caller removes its objects after the commit.

    Raises:
        NotFound: no such upload for this token.
        WrongState: it is complete, and so a part of the tip, which is never edited.
    """
    _, found = _own(session, token, attachment_id, lock=True)
    if found.state != _S.uploading:
        raise WrongState("The file has arrived and is part of the tip", state=found.state, allowed_actions=[])
    session.execute(delete(Attachment).where(Attachment.id == found.id))
    return found.id
