"""What cameras and programs write into JPEG and PNG files, taken out without touching the picture."""

import re

from huiyin.kit.files.strip.refusal import CannotStrip

_PNG = b"\x89PNG\r\n\x1a\n"
_PNG_TELLS = {b"tEXt", b"zTXt", b"iTXt", b"eXIf", b"tIME"}
_SOS, _EOI, _COMMENT, _ICC = 0xDA, 0xD9, 0xFE, 0xE2
_MARKER = re.compile(rb"\xff+([^\x00\xff])")
_AFTER_DATA = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")
# APP0 (JFIF), APP2 (colour profile) and APP14 (Adobe's colours) are needed to show it; the others tell (Exif, XMP,
# IPTC, and what makers add). JPEG: ITU-T T.81, annex B.
_KEPT_SEGMENTS = {0xE0, 0xE2, 0xEE}


def without_metadata(picture: bytes) -> bytes:
    """The picture as it is shown. Raises CannotStrip: neither JPEG nor PNG, or not a whole one."""
    if picture.startswith(b"\xff\xd8"):
        return _jpeg(picture)
    if picture.startswith(_PNG):
        return _png(picture)
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
            kept.append(picture[found.start() : end])
        at = end
    raise CannotStrip("a damaged JPEG")


def _may_identify(marker: int, begins: bytes) -> bool:
    if marker == _ICC:  # also used for previews in another format
        return not begins.startswith(b"ICC_PROFILE\0")
    return marker == _COMMENT or (0xE0 <= marker <= 0xEF and marker not in _KEPT_SEGMENTS)


def _png(picture: bytes) -> bytes:
    kept, at = [picture[:8]], 8
    while at + 12 <= len(picture):
        size = int.from_bytes(picture[at : at + 4], "big")
        kind = picture[at + 4 : at + 8]
        if at + 12 + size > len(picture):
            break
        if kind not in _PNG_TELLS:
            kept.append(picture[at : at + 12 + size])
        at += 12 + size
        if kind == b"IEND":
            return b"".join(kept)
    raise CannotStrip("a damaged PNG")
