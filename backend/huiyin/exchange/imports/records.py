"""Records of another system's hotline as tips: one JSON object a line (NDJSON), gzipped or not.

In UTF-8, GB18030 or Big5: the file's beginning says which, and the whole file is read so.
"""

import gzip
import json
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from huiyin.kit.text.encodings import Encoding, encoding_of

# The record's field -> the tip's, where they differ; a refusal names the record's own field.
RENAMED = {"ref": "external_ref", "region": "region_code"}
_SAME = ("title", "narrative", "submitted_at", "place", "conduct", "sector", "occurred", "subjects", "exclusions")
_GZIP = b"\x1f\x8b"
_LONGEST_LINE = 4 * 1024 * 1024
_BEGINNING = 256 * 1024


class DamagedFile(Exception):
    """The file cannot be read to its end. The message says up to which line it could."""


class BadRecord(Exception):
    """A line that cannot be sent. The message says why, for the rejects file."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the file, from 1, and how far into the file it ends (in bytes as stored)."""

    number: int
    raw: bytes
    offset: int
    encoding: Encoding = "utf-8"


def lines(path: Path) -> Iterator[Line]:
    """The file's lines that are not blank, read one at a time.

    Raises:
        DamagedFile: behind the last line that can be read, where the file is cut short or its bytes are not as packed;
            at once, where its lines end as those of no encoding that this reads.
    """
    number = 0
    try:
        for line in _all_lines(path):
            number = line.number
            if line.raw.strip():
                yield line
    except (EOFError, OSError, zlib.error) as error:
        raise DamagedFile(f"the file is damaged behind line {number} ({type(error).__name__})") from None


def _all_lines(path: Path) -> Iterator[Line]:
    encoding = _encoding(path)
    with path.open("rb") as stored:
        stream = _unpacked(stored)
        number = 0
        while raw := stream.readline(_LONGEST_LINE):
            number += 1
            cut = not raw.endswith(b"\n") and len(raw) == _LONGEST_LINE
            while cut and (rest := stream.readline(_LONGEST_LINE)) and not rest.endswith(b"\n"):
                pass
            yield Line(number, raw, stored.tell(), encoding)


def _unpacked(stored: IO[bytes]) -> IO[bytes]:
    packed = stored.read(2) == _GZIP
    stored.seek(0)
    return gzip.GzipFile(fileobj=stored) if packed else stored  # type: ignore[return-value]


def _encoding(path: Path) -> Encoding:
    """By the file's first line that is not ASCII alone, and what follows it."""
    with path.open("rb") as stored:
        stream = _unpacked(stored)
        beginning = b""
        try:
            while beginning.isascii() and (more := stream.read(_BEGINNING)):
                beginning = beginning[:4] + more if beginning else more
        except (EOFError, OSError, zlib.error):
            return "utf-8"  # where it is damaged, is said line by line
    encoding = encoding_of(beginning)
    if encoding in {"utf-16le", "utf-16be"}:
        raise DamagedFile("the file is in UTF-16, whose lines cannot be told apart; save it as UTF-8 or GB18030")
    return encoding or "utf-8"


def tip_of(line: Line, channel_id: str, region_code: str) -> dict[str, Any]:
    """The body of `POST /tips` for a record.

    The record's own time becomes `submitted_at`: what the source says, never a system time. Fields that are not a
    tip's, such as the reply that the source gave, are left out.

    Raises:
        BadRecord: no JSON object, or no reference, by which a second run would know it again.
    """
    if len(line.raw) >= _LONGEST_LINE:
        raise BadRecord(f"the line is longer than {_LONGEST_LINE} bytes")
    try:
        record = json.loads(line.raw.decode(line.encoding).removeprefix("\ufeff"))
    except ValueError as error:
        raise BadRecord(f"not valid JSON in {line.encoding.upper()}: {error}") from None
    except RecursionError:
        raise BadRecord("nested too deeply") from None
    if not isinstance(record, dict):
        raise BadRecord("not a JSON object")
    ref = record.get("ref")
    if not isinstance(ref, str) or not ref.strip():
        raise BadRecord("/ref: the record's own reference is missing; without it a second run would create it again")
    tip: dict[str, Any] = {name: record[name] for name in _SAME if record.get(name) is not None}
    return {"conduct": "other", **tip} | {
        "channel_id": channel_id,
        "region_code": record.get("region") or region_code,
        "external_ref": ref,
    }


def reason_of(problem: dict[str, Any]) -> str:
    """Why the API refused a record, in one line, by the record's own field names."""
    original = {ours: theirs for theirs, ours in RENAMED.items()}
    errors = problem.get("errors") or []
    if not errors:
        return str(problem.get("detail") or problem.get("title") or "refused")
    said = []
    for error in errors:
        first, *rest = str(error["pointer"]).lstrip("/").split("/")
        said.append(f"/{'/'.join([original.get(first, first), *rest])}: {error['detail']}")
    return "; ".join(said)
