"""Has a copy without metadata made by a process of its own, and hands it the document piece by piece."""

import signal
import socket
import struct
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Literal

import huiyin
from huiyin.kit.database.children import end_with_parent
from huiyin.kit.files.strip.__main__ import BLOCK, received

Kind = Literal["pdf", "office"]
SECONDS = 180.0
"""By the clock on the wall; the child also has a limit of its own for time on the processor."""


class NotStripped(Exception):
    """There is no copy: of such a document none can be made, or it took too much memory or time."""


def strip(
    kind: Kind,
    length: int,
    read: Callable[[int, int], bytes],
    write: Callable[[bytes], object],
    seconds: float = SECONDS,
) -> None:
    """Make the copy. What was written is the whole copy only when this returns.

    Args:
        read: gives the bytes of the document from the first number, as many as the second.
        write: takes the copy's bytes in their order.

    Raises:
        NotStripped.
        Whatever `read` and `write` raise; the process is ended.
    """
    ours, theirs = socket.socketpair()
    with ours:
        with theirs:
            child = subprocess.Popen(
                [sys.executable, "-m", "huiyin.kit.files.strip", kind, str(length), str(theirs.fileno())],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                env={"PYTHONPATH": str(Path(huiyin.__file__).parent.parent), "LANG": "C.UTF-8"},
                cwd="/",
                pass_fds=[theirs.fileno()],
                preexec_fn=end_with_parent(signal.SIGKILL),  # noqa: PLW1509  prctl and getppid alone
            )
        try:
            _serve(ours, length, read, write, time.monotonic() + seconds)
        finally:
            child.kill()
            child.wait()


def _serve(
    line: socket.socket,
    length: int,
    read: Callable[[int, int], bytes],
    write: Callable[[bytes], object],
    until: float,
) -> None:
    room = 2 * length + 16 * BLOCK  # a copy is about as long as its document
    while True:
        try:
            line.settimeout(max(0.01, until - time.monotonic()))
            asked = received(line, 1)
            if asked == b"D":
                return
            if asked == b"N":
                raise NotStripped("no such copy can be made")
            if asked == b"R":
                start, size = struct.unpack(">QQ", received(line, 16))
                if size > BLOCK or start + size > length:
                    raise NotStripped("the process asked for what is not there")
            else:
                (size,) = struct.unpack(">Q", received(line, 8))
                room -= size
                if size > BLOCK or room < 0:
                    raise NotStripped("the copy grew too long")
                content = received(line, size)
        except OSError as error:  # it ended, or took too long
            raise NotStripped(type(error).__name__) from None
        if asked == b"R":
            given = read(start, size)
            try:
                line.sendall(given)
            except OSError as error:
                raise NotStripped(type(error).__name__) from None
        else:
            write(content)
        if time.monotonic() > until:
            raise NotStripped("it took too long")
