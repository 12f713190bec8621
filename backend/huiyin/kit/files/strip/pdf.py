"""PDF without author, program, times, places and earlier versions. qpdf (by pikepdf) reads and writes it anew.

ISO 32000-2: document information 14.3.3, metadata streams 14.3.2, page-piece dictionaries 14.5, annotations 12.5,
embedded files 7.11.4, thumbnails 12.3.4. Earlier versions in the file go, since only what is referred to is written.
"""

from typing import BinaryIO, cast

import pikepdf
from pikepdf import Array, Dictionary, Name, Object, Stream

from huiyin.kit.files.strip.images import without_metadata
from huiyin.kit.files.strip.refusal import CannotStrip

_TELLS = ("/Metadata", "/PieceInfo", "/LastModified", "/SpiderInfo", "/CreatorInfo")
_OF_ANNOTATION = ("/T", "/M", "/CreationDate", "/NM", "/RC")
_OF_FILE = ("/Params",)


def strip_pdf(source: BinaryIO, target: BinaryIO) -> None:
    """Write the copy. Raises CannotStrip: it is closed by a password, or damaged beyond repair."""
    try:
        with pikepdf.open(source) as pdf:
            for place in ("/Info", "/ID"):
                if place in pdf.trailer:
                    del pdf.trailer[place]
            for found in pdf.objects:
                _clean(found)
            pdf.save(target, fix_metadata_version=False, deterministic_id=True)
    except pikepdf.PdfError as error:
        raise CannotStrip(type(error).__name__) from None


def _clean(found: Object) -> None:
    if isinstance(found, Array):
        for one in cast("list[Object]", list(found)):
            _clean_direct(one)
        return
    if not isinstance(found, Dictionary | Stream):
        return
    _clean_dictionary(found)
    if isinstance(found, Stream):
        _clean_stream(found)


def _clean_direct(one: Object) -> None:
    """A dictionary that stands inside of another object; those with a number of their own come by themselves."""
    if isinstance(one, Dictionary) and not one.is_indirect:
        _clean_dictionary(one)
    elif isinstance(one, Array) and not one.is_indirect:
        for inner in cast("list[Object]", list(one)):
            _clean_direct(inner)


def _clean_dictionary(found: Object) -> None:
    names = set(found.keys())
    for name in _TELLS:
        if name in names:
            del found[name]
    if "/Thumb" in names:
        del found["/Thumb"]
    if "/Subtype" in names and "/Rect" in names and found["/Subtype"] != Name.Widget:
        for name in _OF_ANNOTATION:
            if name in names:
                del found[name]
    for name in set(found.keys()):
        _clean_direct(found[name])


def _clean_stream(found: Object) -> None:
    if found.get("/Type") == Name.EmbeddedFile:
        for name in _OF_FILE:
            if name in found:
                del found[name]
    if found.get("/Filter") == Name.DCTDecode:
        picture = found.read_raw_bytes()
        if b"Exif\0" in picture[:65536] or b"http://ns.adobe.com" in picture or b"Photoshop 3.0" in picture[:65536]:
            found.write(without_metadata(picture), filter=Name.DCTDecode)
