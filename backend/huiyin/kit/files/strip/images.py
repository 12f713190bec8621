"""What cameras and programs write into JPEG, PNG and GIF files, taken out without touching the picture."""

import re
import zlib

from huiyin.kit.files.strip.refusal import CannotStrip

_PNG = b"\x89PNG\r\n\x1a\n"
# PNG (third edition), chapter 11: what is needed to show the picture.
_PNG_KEPT = {
    b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"cHRM", b"gAMA", b"sBIT", b"sRGB", b"cICP", b"mDCV", b"cLLI", b"bKGD",
    b"hIST", b"pHYs", b"acTL", b"fcTL", b"fdAT", b"iCCP",
}  # fmt: skip
_SOS, _EOI, _COMMENT, _JFIF = 0xDA, 0xD9, 0xFE, 0xE0
_MARKER = re.compile(rb"\xff+([^\x00\xff])")
_AFTER_DATA = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")
# APP0 (JFIF), APP2 (colour profile) and APP14 (Adobe's colours) are needed to show it; the others tell (Exif, XMP,
# IPTC, and what makers add). JPEG: ITU-T T.81, annex B.
_KEPT_SEGMENTS = {0xE0: b"JFIF\0", 0xE2: b"ICC_PROFILE\0", 0xEE: b"Adobe"}
_GIF = re.compile(rb"GIF8[79]a")


def without_metadata(picture: bytes) -> bytes:
    """The picture as it is shown. Raises CannotStrip: neither JPEG, PNG nor GIF, or not a whole one."""
    if picture.startswith(b"\xff\xd8"):
        return _jpeg(picture)
    if picture.startswith(_PNG):
        return _png(picture)
    if _GIF.match(picture):
        return _gif(picture)
    raise CannotStrip("a picture of another kind")


def _jpeg(picture: bytes) -> bytes:
    kept, at = [picture[:2]], 2
    while found := _MARKER.match(picture, at):
        marker, body = found[1][0], found.end()
        if marker == _EOI:  # what stands after the end is no part of the picture
            return b"".join([*kept, b"\xff\xd9"])
        end = body + int.from_bytes(picture[body : body + 2], "big")
        if end < body + 2 or end > len(picture):
            break
        if marker == _SOS:  # the picture's own data has no length: it goes on to the next marker
            following = _AFTER_DATA.search(picture, end)
            if following is None:
                break
            end = following.start()
        if not _may_identify(marker, picture[body + 2 : body + 14]):
            kept.append(
                _without_preview(picture[found.start() : end]) if marker == _JFIF else picture[found.start() : end]
            )
        at = end
    raise CannotStrip("a damaged JPEG")


def _may_identify(marker: int, begins: bytes) -> bool:
    if marker in _KEPT_SEGMENTS:
        return not begins.startswith(_KEPT_SEGMENTS[marker])
    return marker == _COMMENT or 0xE0 <= marker <= 0xEF


def _without_preview(segment: bytes) -> bytes:
    """JFIF 1.02: a small picture may follow, of what the photo was before it was cut."""
    if len(segment) < 18:
        raise CannotStrip("a damaged JPEG")
    at = segment.index(b"JFIF\0")
    return b"\xff\xe0\x00\x10" + segment[at : at + 12] + b"\0\0"


def _png(picture: bytes) -> bytes:
    kept, at = [picture[:8]], 8
    while at + 12 <= len(picture):
        size = int.from_bytes(picture[at : at + 4], "big")
        kind = picture[at + 4 : at + 8]
        if at + 12 + size > len(picture):
            break
        if kind in _PNG_KEPT:
            kept.append(_named_alike(picture[at : at + 12 + size]) if kind == b"iCCP" else picture[at : at + 12 + size])
        at += 12 + size
        if kind == b"IEND":
            return b"".join(kept)
    raise CannotStrip("a damaged PNG")


def _named_alike(chunk: bytes) -> bytes:
    """A colour profile under one name for all: a program, or a person, named it."""
    body = chunk[4:8] + b"icc\0" + chunk[8:-4].partition(b"\0")[2]
    return (len(body) - 4).to_bytes(4, "big") + body + zlib.crc32(body).to_bytes(4, "big")


def _gif(picture: bytes) -> bytes:
    """GIF89a, section 17 on: blocks. Of its extensions, how a picture follows another, and for how long."""
    at = 13 + (3 * 2 ** ((picture[10] & 7) + 1) if len(picture) > 10 and picture[10] & 0x80 else 0)
    kept = [picture[:at]]
    while at < len(picture):
        begin, kind = at, picture[at]
        if kind == 0x3B:
            return b"".join([*kept, b";"])
        if kind == 0x21:
            stays = picture[at + 1 : at + 2] == b"\xf9" or picture[at + 1 : at + 14] == b"\xff\x0bNETSCAPE2.0"
            at = _after_blocks(picture, at + 2)
        elif kind == 0x2C and at + 10 < len(picture):
            stays = True
            table = 3 * 2 ** ((picture[at + 9] & 7) + 1) if picture[at + 9] & 0x80 else 0
            at = _after_blocks(picture, at + 10 + table + 1)
        else:
            break
        if stays:
            kept.append(picture[begin:at])
    raise CannotStrip("a damaged GIF")


def _after_blocks(picture: bytes, at: int) -> int:
    while at < len(picture) and picture[at]:
        at += 1 + picture[at]
    return at + 1
