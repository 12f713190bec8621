"""Files in sealed pieces of 1 MiB: written while they arrive, read from any byte on, never whole in memory.

Each piece is AES-256-GCM under the tip's key. Its associated data names file, copy, number and whether it is the last,
so pieces cannot be moved, left out at the end, or taken from another file (the STREAM construction of Hoang,
Reyhanitabar, Rogaway and Vizár 2015, with random nonces, since an interrupted piece may be written twice).
"""

import hashlib
import io
import json
from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

from huiyin.kit.crypto.vault import decrypt_bytes, encrypt_bytes
from huiyin.kit.files import objects

PIECE = 1024 * 1024
ORIGINAL, CLEANED = "original", "cleaned"


@dataclass(frozen=True, slots=True)
class Place:
    """One copy of one attachment, and the key of its tip."""

    attachment_id: UUID
    copy: str
    key: bytes

    def __repr__(self) -> str:  # keys never reach a log by way of a traceback
        return f"Place({self.attachment_id}, {self.copy})"

    @property
    def folder(self) -> str:
        return f"{folder_of(self.attachment_id)}/{self.copy}"

    def name(self, number: int) -> str:
        return f"{self.folder}/{number:06d}"

    def put(self, number: int, content: bytes, *, last: bool) -> bytes:
        """Seal and store a whole piece; returns what was stored."""
        sealed = encrypt_bytes(self.key, content, f"{self.name(number)}/{'last' if last else 'more'}")
        objects.put(self.name(number), sealed)
        return sealed

    def get(self, number: int, *, last: bool) -> bytes:
        """A whole piece. Raises Unreadable, and MissingObject."""
        sealed = objects.get(self.name(number))
        return decrypt_bytes(self.key, sealed, f"{self.name(number)}/{'last' if last else 'more'}")

    def rest_name(self, number: int, length: int) -> str:
        return f"{self.name(number)}-{length}"

    def put_rest(self, number: int, content: bytes) -> None:
        """Store the beginning of a piece whose upload was interrupted. Its name says how much it is."""
        name = self.rest_name(number, len(content))
        objects.put(name, encrypt_bytes(self.key, content, name))

    def get_rest(self, number: int, length: int) -> bytes:
        name = self.rest_name(number, length)
        return decrypt_bytes(self.key, objects.get(name), name)

    def read(self, length: int, start: int, stop: int) -> Iterator[bytes]:
        """The bytes from `start` up to `stop` of a file of `length` bytes, piece by piece."""
        final = count_of(length) - 1
        for number in range(start // PIECE, count_of(stop)):
            content = self.get(number, last=number == final)
            base = number * PIECE
            yield content[max(0, start - base) : stop - base]


def folder_of(attachment_id: UUID) -> str:
    """Where all objects of an attachment lie."""
    return f"attachments/{attachment_id}"


def count_of(length: int) -> int:
    """How many pieces a file of `length` bytes has."""
    return -(-length // PIECE)


class PiecesReader(io.RawIOBase):
    """A stored file as Python's libraries read files, seekable, with one piece in memory."""

    def __init__(self, place: Place, length: int) -> None:
        self.place, self.length, self.at = place, length, 0
        self._number, self._content = -1, b""

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self.at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self.at, io.SEEK_END: self.length}[whence]
        if base + offset < 0:
            raise ValueError("before the beginning")  # of a damaged document, not of the store
        self.at = base + offset
        return self.at

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]  # typeshed's WriteableBuffer is private
        if self.at >= self.length:
            return 0
        number, inside = divmod(self.at, PIECE)
        if number != self._number:
            self._content = self.place.get(number, last=number == count_of(self.length) - 1)
            self._number = number
        found = self._content[inside : inside + len(buffer)]
        buffer[: len(found)] = found
        self.at += len(found)
        return len(found)


class PiecesWriter(io.RawIOBase):
    """Writes a new copy from its beginning to its end; `length` is known once it was closed."""

    def __init__(self, place: Place) -> None:
        self.place, self.length = place, 0
        self._number, self._waiting = 0, bytearray()

    def writable(self) -> bool:
        return True

    def tell(self) -> int:
        return self.length

    def write(self, content: bytes) -> int:  # type: ignore[override]  # typeshed's ReadableBuffer is private
        self._waiting += content
        self.length += len(content)
        while len(self._waiting) > PIECE:  # one piece is held back: it may be the last
            self._put(last=False)
        return len(content)

    def _put(self, *, last: bool) -> None:
        self.place.put(self._number, bytes(self._waiting[:PIECE]), last=last)
        del self._waiting[:PIECE]
        self._number += 1

    def finish(self) -> None:
        """Write what is left; without it the copy has no end and does not open."""
        self._put(last=True)


def forget_objects(attachment_id: UUID) -> None:
    """Remove all that is stored of a file."""
    objects.remove_below(folder_of(attachment_id))


def digest_of_pieces(hashes: list[bytes]) -> str:
    """What the trail keeps of a file: a hash over its stored pieces, which reveals nothing of its content."""
    return hashlib.sha256(json.dumps([each.hex() for each in hashes]).encode()).hexdigest()
