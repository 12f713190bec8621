"""What kind of recording, film or photo a file is, by its first bytes; for those that our library does not tell apart.

ISO base media files say their brand (ISO/IEC 14496-12, 4.3; mp4ra.org), Ogg streams their codec (RFC 3533, RFC 5334),
AMR its narrow or wide band (RFC 4867, section 5). SILK is what voice messages of a common messenger are.
"""

_AMR = {
    b"#!AMR-WB\n": "audio/amr-wb",
    b"#!AMR\n": "audio/amr",
    b"#!SILK_V3": "audio/silk",
    b"\x02#!SILK_V3": "audio/silk",
}
_BRANDS = {
    b"M4A ": "audio/mp4",
    b"M4B ": "audio/mp4",
    b"heic": "image/heic",
    b"heix": "image/heic",
    b"heim": "image/heic",
    b"heis": "image/heic",
    b"hevc": "image/heic-sequence",
    b"mif1": "image/heif",
    b"msf1": "image/heif-sequence",
    b"avif": "image/avif",
    b"avis": "image/avif",
    b"qt  ": "video/quicktime",
}
_OGG = {
    b"OpusHead": "audio/ogg",
    b"\x01vorbis": "audio/ogg",
    b"Speex   ": "audio/ogg",
    b"\x7fFLAC": "audio/ogg",
    b"\x80theora": "video/ogg",
}
_FIRST_PAGE = 128


def recorded(head: bytes) -> str | None:
    """The media type; None where it is none of these kinds."""
    for begins, kind in _AMR.items():
        if head.startswith(begins):
            return kind
    if head.startswith(b"OggS"):
        return next((kind for codec, kind in _OGG.items() if codec in head[:_FIRST_PAGE]), "application/ogg")
    if head[4:8] != b"ftyp":
        return None
    brand = head[8:12]
    if brand in _BRANDS:
        return _brand_of_photo(brand, head)
    if brand.startswith(b"3g2"):
        return "video/3gpp2"
    return "video/3gpp" if brand.startswith(b"3gp") else "video/mp4"


def _brand_of_photo(brand: bytes, head: bytes) -> str:
    """`mif1` says only that it is a picture: the compatible brands say how it is coded."""
    kind = _BRANDS[brand]
    if kind != "image/heif":
        return kind
    length = int.from_bytes(head[:4], "big")
    others = {head[at : at + 4] for at in range(16, min(length, 256), 4)}
    return next((_BRANDS[one] for one in (b"heic", b"heix", b"avif") if one in others), kind)
