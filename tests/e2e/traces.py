"""Looking for words in everything that a server keeps: requests, logs, files, the dump and memory of its database."""

import base64
import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from huiyin.kit.database.server import programs
from tests.commands.test_up import Started
from tests.e2e.conftest import DATA
from tests.e2e.visitors import Visitor


def needles(text: str) -> set[bytes]:
    """A text as it could stand in memory or a file: UTF-8, UTF-16, and JSON's escapes."""
    return {text.encode(), text.encode("utf-16-le"), text.encode("ascii", "backslashreplace")} | in_base64(
        text.encode()
    )


def in_base64(text: bytes) -> set[bytes]:
    """A text of some length as it could stand inside of base64, at each of three places."""
    whole = (base64.b64encode(bytes(at) + text) for at in range(3))
    # The first and last group also hold what stands beside it.
    inner = {part[4:-4] for part in whole if len(part) > 24}
    return inner | {part.replace(b"+", b"-").replace(b"/", b"_") for part in inner}


def sought(*texts: str) -> set[bytes]:
    """All that is looked for."""
    return {needle for text in texts for needle in needles(text)}


def assert_nowhere(
    words: set[bytes], visitors: list[Visitor], server: Started, *, known: str, passed_through: str
) -> None:
    """The words are in no request, log, file, dump or memory of a process.

    `known` is in the database, `passed_through` was in the memory: finding them shows that the search works.
    """

    # One pass for all words: looking for each of a hundred in half a gigabyte takes a minute.
    patterns = server.log.parent / "sought"
    pieces = {max(word.split(b"\n"), key=len) for word in words}  # a line is a pattern
    assert min(map(len, pieces)) > 5, "short enough to stand there by chance"
    patterns.write_bytes(b"\n".join(pieces))

    def grep(*more: str, content: bytes = b"") -> bytes:
        command = ["grep", "--text", "--fixed-strings", "--file", str(patterns), *more]
        environment = {"LC_ALL": "C", "PATH": os.environ["PATH"]}
        done = subprocess.run(command, input=content, capture_output=True, check=False, env=environment)
        assert done.returncode in {0, 1} or b"No such file" in done.stderr, done.stderr
        return done.stdout

    def found_in(content: bytes) -> bool:
        return grep("--max-count=1", "--count", content=content) != b"0\n"

    assert all(found_in(b"\0" + word + b"\0") for word in words), "the search works"
    for visitor in visitors:
        sent = ((one.url.encode(), str(one.headers).encode(), one.post_data_buffer or b"") for one in visitor.requests)
        assert not found_in(b"\n".join(part for one in sent for part in one)), visitor.called
    assert not found_in(server.log.read_bytes())
    dump = dumped(server.log.parent / DATA)
    assert known.encode() in dump, "what is there is found"
    assert not found_in(dump)
    # Everything that the server keeps: heap, write-ahead log, logs, secrets.
    assert grep("--recursive", "--files-with-matches", str(server.log.parent / DATA)) == b""
    memories = {f"{pid} {command[:40]}": list(memory(pid)) for pid, command in server.members().items()}
    read = {who: sum(map(len, parts)) for who, parts in memories.items()}
    assert sum(read.values()) > 50_000_000, f"memory was read: {read}"
    passed = passed_through.encode()
    assert any(passed in part for parts in memories.values() for part in parts), "what passed through is found"
    assert {who for who, parts in memories.items() if found_in(b"\n".join(parts))} == set()


def dumped(data: Path) -> bytes:
    """The whole database as pg_dump writes it."""
    pid_file = next(data.rglob("postmaster.pid"))
    _, _, _, port, socket_dir, *_ = pid_file.read_text().splitlines()
    command = [str(programs() / "bin" / "pg_dumpall"), "-h", socket_dir, "-p", port, "-U", "postgres"]
    done = subprocess.run(command, capture_output=True, check=True, env={"LC_ALL": "C", "PATH": os.environ["PATH"]})
    return done.stdout


def memory(pid: int) -> Iterator[bytes]:
    """What a process can write to, as far as it can be read."""
    try:
        maps = Path(f"/proc/{pid}/maps").read_text()
        with Path(f"/proc/{pid}/mem").open("rb", buffering=0) as whole:
            for start, end in re.findall(r"^([0-9a-f]+)-([0-9a-f]+) rw", maps, re.MULTILINE):
                try:
                    whole.seek(int(start, 16))
                    yield whole.read(int(end, 16) - int(start, 16))
                except (OSError, ValueError, OverflowError):
                    continue  # a device's, or gone meanwhile
    except (PermissionError, FileNotFoundError, ProcessLookupError):
        if os.geteuid() == 0:
            return  # it has ended
        pytest.skip("this machine lets nobody read the memory of their own processes")
