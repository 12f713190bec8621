"""The process that makes a copy without metadata. It gets the document's bytes by a socket, and has nothing else.

No key, no database, no file that it could write; so much memory and time, and no more. The other end is `run.py`.
Requests, each answered in turn: `R` offset, length (8 bytes each) for bytes of the document; `W` length, bytes of the
copy; at the end `D`, or `N`: there can be no such copy.
"""

import io
import resource
import socket
import struct
import sys
from collections import OrderedDict
from typing import BinaryIO, cast

MEMORY = 1536 * 1024 * 1024
SECONDS = 60
BLOCK = 1024 * 1024
_KEPT_BLOCKS = 8


class Document(io.RawIOBase):
    """The document at the other end, seekable, with a few blocks in memory."""

    def __init__(self, line: socket.socket, length: int) -> None:
        self._line, self._length, self._at = line, length, 0
        self._blocks: OrderedDict[int, bytes] = OrderedDict()

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._length}[whence]
        if base + offset < 0:
            raise OSError("before the beginning")
        self._at = base + offset
        return self._at

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]  # typeshed's WriteableBuffer is private
        if self._at >= self._length:
            return 0
        number, inside = divmod(self._at, BLOCK)
        found = self._block(number)[inside : inside + len(buffer)]
        buffer[: len(found)] = found
        self._at += len(found)
        return len(found)

    def _block(self, number: int) -> bytes:
        if number in self._blocks:
            self._blocks.move_to_end(number)
            return self._blocks[number]
        length = min(BLOCK, self._length - number * BLOCK)
        self._line.sendall(b"R" + struct.pack(">QQ", number * BLOCK, length))
        self._blocks[number] = block = received(self._line, length)
        if len(self._blocks) > _KEPT_BLOCKS:
            self._blocks.popitem(last=False)
        return block


class Copy(io.RawIOBase):
    """Where the copy goes, from its beginning to its end."""

    def __init__(self, line: socket.socket) -> None:
        self._line, self._at = line, 0
        self._waiting = bytearray()

    def writable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def write(self, content: bytes) -> int:  # type: ignore[override]  # typeshed's ReadableBuffer is private
        self._waiting += content
        self._at += len(content)
        while len(self._waiting) >= BLOCK:
            self._send()
        return len(content)

    def _send(self) -> None:
        block = bytes(self._waiting[:BLOCK])
        del self._waiting[:BLOCK]
        self._line.sendall(b"W" + struct.pack(">Q", len(block)) + block)

    def flush(self) -> None:
        """What programs flush is kept until a block is full; `finish` sends the rest."""

    def finish(self) -> None:
        """Send what is left."""
        while self._waiting:
            self._send()


def received(line: socket.socket, length: int) -> bytes:
    """So many bytes. Raises OSError when the other end is gone."""
    parts = bytearray()
    while len(parts) < length:
        more = line.recv(min(length - len(parts), BLOCK))
        if not more:
            raise OSError("the other end is gone")
        parts += more
    return bytes(parts)


def _bounded() -> None:
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    if sys.platform == "linux":  # elsewhere it is not enforced
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))


def main() -> None:
    """`python -m huiyin.kit.files.strip KIND LENGTH FD`."""
    kind, length, number = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    from huiyin.kit.files.strip.office.documents import strip_office
    from huiyin.kit.files.strip.pdf import strip_pdf
    from huiyin.kit.files.strip.refusal import CannotStrip

    strip = {"pdf": strip_pdf, "office": strip_office}[kind]
    _bounded()
    with socket.socket(fileno=number) as line:
        copy = Copy(line)
        try:
            strip(io.BufferedReader(Document(line, length), 64 * 1024), cast("BinaryIO", copy))
            copy.finish()
        except CannotStrip:
            line.sendall(b"N")
            return
        line.sendall(b"D")


if __name__ == "__main__":
    main()
