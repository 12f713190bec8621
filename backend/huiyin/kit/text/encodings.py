"""In which encoding a text is: systems and phones in China write UTF-8, GB18030 (with GBK and GB2312) and Big5."""

import codecs
from typing import Literal

from charset_normalizer import from_bytes

Encoding = Literal["utf-8", "utf-16le", "utf-16be", "gb18030", "big5"]

_SAMPLE = 256 * 1024
_MARKS: tuple[tuple[bytes, Encoding], ...] = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16le"),
    (codecs.BOM_UTF16_BE, "utf-16be"),
)
_SAID: dict[str, Encoding] = {"gb18030": "gb18030", "big5": "big5"}


def encoding_of(beginning: bytes) -> Encoding | None:
    """The encoding of a text by its beginning; None where it is no text in any of them.

    A mark at its start says it; where most lines are valid UTF-8, it is that; between GB18030 and Big5, in which most
    bytes mean something, charset-normalizer decides by which of the two reads as Chinese. A broken line decides
    nothing.
    """
    for mark, encoding in _MARKS:
        if beginning.startswith(mark):
            return encoding
    sample = beginning[:_SAMPLE]
    if b"\0" in sample:
        return None
    telling = [line for line in sample.splitlines() if not line.isascii()]
    if sum(_is(line, "utf-8") for line in telling) * 2 >= len(telling):
        return "utf-8"
    legible = b"\n".join(line for line in telling if _is(line, "gb18030") or _is(line, "big5"))
    found = from_bytes(legible, cp_isolation=list(_SAID), enable_fallback=False).best() if legible else None
    return _SAID.get(found.encoding) if found else None


def _is(line: bytes, encoding: str) -> bool:
    """Whether a line, which may be cut at its end, is valid in an encoding."""
    try:
        codecs.getincrementaldecoder(encoding)().decode(line)
    except UnicodeDecodeError:
        return False
    return True
