"""PDF without author, program, times, places and earlier versions: pages and what they need, by lists of what is kept.

ISO 32000-2; qpdf (by pikepdf) reads and writes it. The walk goes from the catalogue (7.7.2) by keys that are kept;
what no kept key refers to is not written, and earlier versions neither.
"""

import re
from typing import Any, BinaryIO, cast

import pikepdf
from pikepdf import Array, Dictionary, Name, Object, Pdf, Stream, String

from huiyin.kit.files.strip.images import without_metadata
from huiyin.kit.files.strip.refusal import CannotStrip


def _keys(words: str) -> frozenset[str]:
    return frozenset("/" + word for word in words.split())


# Fonts (9), colours, patterns, functions (8, 7.10), images and forms (8.9, 8.10), graphics states (8.4.5, 11.6).
_GRAPHICS = _keys(
    """
    Type Subtype Resources Font XObject ColorSpace Pattern Shading ExtGState Properties ProcSet Width Height
    BitsPerComponent Decode DecodeParms Filter Length Length1 Length2 Length3 ImageMask Mask SMask SMaskInData
    Matte Interpolate Intent BBox Matrix Group FormType S CS I K G TR TR2 BC BG BG2 UCR UCR2 HT FL SM SA BM AIS TK
    CA ca OP op OPM LW LC LJ ML D RI N Alternate Range Domain C0 C1 Functions Bounds Encode FunctionType Size
    BitsPerSample Order BaseFont FirstChar LastChar Widths FontDescriptor Encoding ToUnicode DescendantFonts
    CIDSystemInfo DW W DW2 W2 CIDToGIDMap CharProcs FontBBox FontMatrix FontName FontFamily FontStretch FontWeight
    Flags ItalicAngle Ascent Descent Leading CapHeight XHeight StemV StemH AvgWidth MaxWidth MissingWidth FontFile
    FontFile2 FontFile3 CharSet CIDSet BaseEncoding Differences Registry Ordering Supplement CMapName WMode
    UseCMap Style Panose FD Lang PatternType PaintType TilingType XStep YStep ShadingType Background AntiAlias
    Coords Extend Function BitsPerCoordinate BitsPerFlag VerticesPerRow HalftoneType Frequency Angle SpotFunction
    WhitePoint BlackPoint Gamma Columns Colors Predictor EarlyChange Rows EndOfLine EndOfBlock BlackIs1
    DamagedRowsBeforeError EncodedByteAlign ColorTransform JBIG2Globals Colorants Process MixingHints Components
    Solidities PrintingOrder DotGain OC OCGs VE P Default Name
    """
)
# The catalogue, the tree of pages and a page (7.7), layers (8.11), outlines (12.3), labels, names of places.
_DOCUMENT = _keys(
    """
    Type Pages Kids Count Parent Resources MediaBox CropBox BleedBox TrimBox ArtBox Rotate Contents Group Annots
    UserUnit Tabs Outlines AcroForm Names PageLabels PageLayout PageMode ViewerPreferences OCProperties Lang Nums
    St S P First Last Next Prev Title Dest A C F EmbeddedFiles Limits HideToolbar HideMenubar FitWindow
    CenterWindow Direction OCGs D ON OFF BaseState AS Order Locked Usage Event Category Print View PrintState
    ViewState Intent RBGroups ListMode Fields DR DA Q NeedAppearances UF EF Length Filter DecodeParms
    """
)
# Annotations (12.5), forms (12.7), what a link does (12.6.4).
_NOTES = _keys(
    """
    Type Subtype Rect Contents F AP AS Border C H Dest A QuadPoints BS BE Open StateModel Name State IRT RT IC RD
    CA Popup Parent LE L Vertices InkList DA Q DS Line Coords N R D FT V DV Opt TI I MaxLen Ff T Kids Fields MK BG
    BC RC AC IF IX TP SW S W B Sy P URI Page FS EF UF Length Filter DecodeParms Matrix BBox Resources OC Rotate
    """
)
# Keys whose dictionaries have names of their own, not keys of the standard.
_BY_NAME = _keys("Font XObject ColorSpace Pattern Shading ExtGState Properties CharProcs Colorants Solidities")
_STATES = _keys("N D R")
"""Of an annotation's appearance (12.5.5): a stream, or one for each state."""
_SHOWN_TEXTS = _keys(
    "Title Contents V DV T Opt Lang DA DS URI Registry Ordering P CharSet FontFamily CA AC RC State StateModel"
)
"""Keys whose strings are shown or needed; other strings go."""
_PICTURE_WITHIN = re.compile(rb"\bBI\b[^\xff]{0,400}?/(DCT|DCTDecode|JPX|JPXDecode)\b", re.DOTALL)
_MARK = re.compile(rb"<<(?!\s*/MCID\s+\d+\s*>>)")
_LINK = re.compile(r"(https?|mailto|tel):[^\\\s]*", re.IGNORECASE)
_ACTIONS = {"/GoTo", "/URI", "/Named"}
_SOUND = {"/Sound", "/Movie", "/Screen", "/3D", "/RichMedia"}
_PLAIN = re.compile(r"[\w .()+-]{1,120}\.txt", re.IGNORECASE)


def strip_pdf(source: BinaryIO, target: BinaryIO) -> None:
    """Write the copy. Raises CannotStrip: closed by a password, damaged, or with files or media inside."""
    try:
        with pikepdf.open(source) as pdf:
            for place in set(pdf.trailer.keys()) - {"/Root", "/Size", "/Encrypt"}:
                del pdf.trailer[place]
            _Cleaner(pdf).clean()
            pdf.save(target, fix_metadata_version=False, deterministic_id=True)
    except (pikepdf.PdfError, pikepdf.PasswordError, pikepdf.DataDecodingError) as error:
        raise CannotStrip(type(error).__name__) from None


class _Cleaner:
    """Takes from each object that is reached what is on no list."""

    def __init__(self, pdf: Pdf) -> None:
        self._pdf = pdf
        self._known = set[tuple[int, int]]()
        self._waiting: list[tuple[Object, frozenset[str], bool]] = []
        self._names = dict[str, str]()

    def clean(self) -> None:
        root = self._pdf.Root
        if "/AcroForm" in root and "/XFA" in root.AcroForm:
            raise CannotStrip("a form whose content is XML (XFA)")
        for page in self._pdf.pages:
            page.contents_coalesce()
            if "/Contents" in page:
                _write_operators(page.Contents)
        self._waiting.append((root, _DOCUMENT, False))
        while self._waiting:
            found, keys, by_name = self._waiting.pop()
            if isinstance(found, Array):
                self._array(found, keys)
            elif isinstance(found, Dictionary | Stream):
                if found.is_indirect:
                    if found.objgen in self._known:
                        continue
                    self._known.add(found.objgen)
                self._dictionary(found, keys, by_name=by_name)

    def _array(self, found: Object, keys: frozenset[str], *, shown: bool = False) -> None:
        for at, one in enumerate(cast("list[Object]", list(found))):
            if isinstance(one, String) and not shown and keys is not _GRAPHICS:
                found[at] = String("")
            elif isinstance(one, Array) and not one.is_indirect:
                self._array(one, keys, shown=shown)
            elif isinstance(one, Array | Dictionary | Stream):
                self._waiting.append((one, self._list_of(one, keys), False))

    def _list_of(self, one: Object, keys: frozenset[str]) -> frozenset[str]:
        """Which list an object belongs to: by what it is, else as the one that refers to it."""
        if not isinstance(one, Dictionary | Stream):
            return keys
        if "/Rect" in one and ("/Subtype" in one or one.get("/Type") == Name.Annot):
            return _NOTES
        if one.get("/Type") in (Name.Page, Name.Pages, Name.Catalog, Name.Outlines):
            return _DOCUMENT
        if isinstance(one, Stream) and one.get("/Type") != Name.EmbeddedFile:
            return _GRAPHICS
        return keys

    def _dictionary(self, found: Object, keys: frozenset[str], *, by_name: bool) -> None:
        self._refuse(found)
        if found.get("/Type") == Name.OCG:
            layer = self._names.setdefault(str(found.objgen), f"{len(self._names) + 1}")
            for key in set(found.keys()) - {"/Type"}:
                del found[key]
            found["/Name"] = String(layer)
            return
        for key in list(found.keys()):
            if (not by_name and key not in keys) or not self._stays(found, key, by_name=by_name):
                del found[key]
            else:
                self._follow(found[key], key, keys, by_name=by_name)
        if isinstance(found, Stream):
            self._stream(found)

    def _stays(self, found: Object, key: str, *, by_name: bool) -> bool:
        value = found[key]
        if key in {"/A", "/Dest"} and isinstance(value, Dictionary):
            return "/D" in value or _action_stays(value)
        if isinstance(value, String):
            if key in {"/UF", "/F"}:
                return bool(_PLAIN.fullmatch(str(value)))
            annotation = "/Rect" in found and found.get("/Subtype") != Name.Widget
            return not by_name and key in _SHOWN_TEXTS and not (annotation and key in {"/T", "/RC"})
        if key == "/V" and found.get("/FT") == Name.Sig:
            return False
        return not (key == "/Name" and isinstance(value, String))

    def _follow(self, value: Any, key: str, keys: frozenset[str], *, by_name: bool) -> None:
        if isinstance(value, Array) and not value.is_indirect:
            self._array(value, self._keys_below(key, value, keys), shown=key in _SHOWN_TEXTS or key == "/Names")
        elif isinstance(value, Array | Dictionary | Stream):
            self._waiting.append(
                (value, self._keys_below(key, value, keys), not by_name and _has_names(key, value, keys))
            )
            if key == "/CharProcs" and isinstance(value, Dictionary):
                for glyph in cast("list[Object]", list(value.values())):
                    _write_operators(glyph)

    def _keys_below(self, key: str, value: Any, keys: frozenset[str]) -> frozenset[str]:
        if key in {"/Resources", "/DR", "/Group"}:
            return _GRAPHICS
        if key in {"/Annots", "/AcroForm", "/Fields"}:
            return _NOTES | _keys("DR NeedAppearances")
        return self._list_of(value, keys)

    def _refuse(self, found: Object) -> None:
        if found.get("/Subtype") is not None and "/Rect" in found and str(found.get("/Subtype")) in _SOUND:
            raise CannotStrip("sound or video inside")
        if "/EF" in found:
            for one in cast("list[Object]", list(found.EF.values())):
                name = str(found.get("/UF", found.get("/F", "")))
                if not _PLAIN.fullmatch(name):
                    raise CannotStrip("a file inside that cannot be cleaned")
                for key in set(one.keys()) - _keys("Type Length Filter DecodeParms"):
                    del one[key]

    def _stream(self, found: Object) -> None:
        filters = found.get("/Filter")
        last = filters[-1] if isinstance(filters, Array) and len(filters) else filters
        if last in (Name.DCTDecode, Name.DCT):
            found.write(without_metadata(self._before_last(found)), filter=Name.DCTDecode)
        elif last == Name.JPXDecode:
            raise CannotStrip("a picture of another kind")
        elif found.get("/Subtype") == Name.Form or found.get("/PatternType") == 1:
            _write_operators(found)

    def _before_last(self, found: Object) -> bytes:
        """The picture as it is within the other filters (7.4.1: the last is applied last)."""
        filters, raw = found.get("/Filter"), found.read_raw_bytes()
        if not isinstance(filters, Array) or len(filters) == 1:
            return raw
        parms = found.get("/DecodeParms")
        around = {"Filter": Array(list(filters)[:-1])}
        if isinstance(parms, Array):
            around["DecodeParms"] = Array(list(parms)[:-1])
        return self._pdf.make_stream(raw, **around).read_bytes()


def _write_operators(found: Object) -> None:
    """A page's, form's or glyph's operators, without what may stand between them: comments (7.2.4), and what programs
    say of marked content (14.6.2)."""
    content = found.read_bytes()
    if _PICTURE_WITHIN.search(content):
        raise CannotStrip("a picture of another kind")
    if b"%" not in content and not _MARK.search(content):
        return
    kept: list[Any] = []
    for one in pikepdf.parse_content_stream(found):
        told = one.operands
        marks = str(one.operator) in {"BDC", "DP"} and len(told) == 2 and isinstance(told[1], Dictionary)
        kept.append(([told[0], Dictionary()], one.operator) if marks else one)
    found.write(pikepdf.unparse_content_stream(kept))


def _has_names(key: str, value: Object, keys: frozenset[str]) -> bool:
    if not isinstance(value, Dictionary) or isinstance(value, Stream) or "/Type" in value:
        return False
    return key in _BY_NAME or (key in _STATES and keys is not _DOCUMENT)


def _action_stays(action: Object) -> bool:
    kind = str(action.get("/S", ""))
    if kind not in _ACTIONS:
        return False
    if kind == "/URI":
        return bool(_LINK.fullmatch(str(action.get("/URI", ""))))
    return True
