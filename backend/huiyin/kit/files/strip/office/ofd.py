"""OFD, the fixed-layout format of Chinese offices (版式文档, GB/T 33190-2016): pages, fonts and pictures.

A walk from OFD.xml by the locations that are kept. Document information (7.4), signatures and seals (18), versions
(19), attachments (20), extensions (17) and custom tags (16) stay behind: all of them say who made it, and when.
"""

import posixpath
import re
from collections.abc import Iterator
from typing import Any

from lxml import etree

from huiyin.kit.files.strip.office.package import (
    MOST_DEPTH,
    NUMBER,
    WEB_ADDRESS,
    Names,
    Package,
    keep_text,
    local,
    namespace,
    written,
)
from huiyin.kit.files.strip.refusal import CannotStrip

_OFD = "http://www.ofdspec.org/2016"
_LOCATIONS = {"DocRoot", "PublicRes", "DocumentRes", "PageRes", "FileLoc", "FontFile", "MediaFile", "Annotations"}
_BY_ATTRIBUTE = {"Page", "TemplatePage"}
_ELEMENTS = set(
    """
    OFD DocBody DocRoot Document CommonData MaxUnitID PublicRes DocumentRes TemplatePage DefaultCS PageArea
    PhysicalBox ApplicationBox ContentBox BleedBox Pages Page Outlines OutlineElem Actions Action Goto Dest
    Bookmark URI Region Area Permissions Edit Annot Export Signature Watermark PrintScreen Print ValidPeriod
    VPreferences PageMode PageLayout TabDisplay HideToolbar HideMenubar HideWindowUI ZoomMode Zoom Bookmarks
    Annotations Res ColorSpaces ColorSpace Palette CV DrawParams DrawParam FillColor StrokeColor Fonts Font
    FontFile MultiMedias MultiMedia MediaFile CompositeGraphicUnits CompositeGraphicUnit Substitution Thumbnail
    Content Layer PageBlock TextObject PathObject ImageObject CompositeObject TextCode CGTransform Glyphs
    AbbreviatedData Move Line QuadraticBezier CubicBezier Arc Close Clips Clip Path Text Border BorderColor
    Pattern CellContent AxialShd RadialShd GouraudShd LaGouraudShd Segment Color Point BackColor Template
    PageAnnot Appearance Start FileLoc
    """.split()  # noqa: SIM905
) - {"Thumbnail", "Substitution", "Permissions", "Print", "ValidPeriod", "Signature"}  # fmt: skip
# Boxes, paths, colours and glyphs: numbers, and letters of the standard.
_GEOMETRY = {"PhysicalBox", "ApplicationBox", "ContentBox", "BleedBox", "AbbreviatedData", "Glyphs", "CV", "Start"}
_SHOWN = {"TextCode", *_GEOMETRY, *_LOCATIONS}
_ATTRIBUTES = set(
    """
    ID Type BaseLoc ZOrder TemplateID Version DocType Boundary CTM Font Size Stroke Fill HScale ReadDirection
    CharDirection Weight Italic X Y DeltaX DeltaY CodePosition CodeCount GlyphCount Rule LineWidth Join Cap
    DashOffset DashPattern MiterLimit Relative DrawParam ResourceID Alpha Visible Width Height BitsPerComponent
    Profile Value Index ColorSpace AccessMode Charset Bold Serif FixedWidth Format ReflectMethod XStep YStep
    RelativeTo MapType MapUnit Extend StartPoint EndPoint Position PageID Left Top Right Bottom Zoom Event
    EllipseSize RotationAngle LargeArc SweepDirection Point1 Point2 Point3 HorizonalCornerRadius
    VerticalCornerRadius Subtype NoZoom NoRotate ReadOnly Print EdgeFlag Eccentricity Angle StartRadius EndRadius
    VerticesPerRow BackColor Count Expanded Substitution ImageMask
    """.split()  # noqa: SIM905
)
_WORD = re.compile(r"[A-Za-z0-9#.,\s+-]*")
_FONT_NAMES = {"FontName", "FamilyName"}
_FONT = re.compile(r".*\.(ttf|otf|ttc|cff)$", re.IGNORECASE)


def parts(package: Package) -> Iterator[tuple[str, bytes]]:
    """The parts of the copy. Raises CannotStrip: damaged, closed by a password, or a picture of an unknown kind."""
    if any(
        name.rpartition("/")[2] in {"Encryptions.xml", "decryptseed.dat", "entriesmap.dat"} for name in package.names
    ):
        raise CannotStrip("closed by a password")
    names, known = Names(lambda _: False), {"OFD.xml": "OFD.xml"}
    waiting = ["OFD.xml"]
    while waiting:
        source = waiting.pop(0)
        if _FONT.match(source):
            yield known[source], package.read(source)
        elif source.lower().endswith(".xml"):
            root = package.xml(source)
            if namespace(root) != _OFD:
                raise CannotStrip("a part of an unknown kind")
            _clean(root, names, 0)
            waiting += _located(root, source, known, package)
            yield known[source], written(root)
        else:
            yield known[source], package.picture(source)[1]


def _clean(element: Any, names: Names, depth: int) -> None:
    if depth > MOST_DEPTH:
        raise CannotStrip("too deep")
    for attribute, value in list(element.attrib.items()):
        stays = _value(element, attribute, value, names)
        if stays is None:
            del element.attrib[attribute]
        else:
            element.attrib[attribute] = stays
    for child in list(element):
        if namespace(child) == _OFD and local(child) in _ELEMENTS:
            _clean(child, names, depth + 1)
        else:
            element.remove(child)
    if depth == 0:
        keep_text(element, _SHOWN)
        for one in element.iter(*(f"{{{_OFD}}}{name}" for name in _GEOMETRY)):
            one.text = one.text if one.text and _WORD.fullmatch(one.text) else None
        for one in element.iter(f"{{{_OFD}}}URI"):
            address = str(one.get("URI", ""))
            one.set("URI", address if WEB_ADDRESS.fullmatch(address) else "")


def _value(element: Any, attribute: str, value: str, names: Names) -> str | None:
    if namespace(attribute):
        return None
    if attribute in _FONT_NAMES:
        return value if len(value) <= 64 and not re.search(r"[\\/]", value) else None
    if local(element) in {"Bookmark", "Layer", "TemplatePage"} and attribute == "Name":
        return names.of("Name ", value)
    if local(element) == "OutlineElem" and attribute == "Title":
        return value  # shown beside the pages
    if local(element) == "URI" and attribute == "URI":
        return value
    if attribute == "BaseLoc" or NUMBER.fullmatch(value):
        return value if attribute in _ATTRIBUTES else None
    return value if attribute in _ATTRIBUTES and _WORD.fullmatch(value) else None


def _located(root: Any, source: str, known: dict[str, str], package: Package) -> list[str]:
    """Parts that this one refers to and that were not met before; the references name them as the copy does."""
    found = []
    base = posixpath.dirname(source)
    inside = str(root.get("BaseLoc", "")) if local(root) == "Res" else ""
    if inside:
        root.set("BaseLoc", ".")
    for one in list(root.iter(etree.Element)):
        name = local(one)
        if name in _LOCATIONS and one is not root:
            said = (one.text or "").strip()
        elif name in _BY_ATTRIBUTE and one.get("BaseLoc"):
            said = str(one.get("BaseLoc"))
        else:
            if name == "Page" and one.get("PageID") is None and one is not root:
                one.getparent().remove(one)
            continue
        folder = posixpath.join(base, inside) if name in {"FontFile", "MediaFile"} else base
        target = _resolve(said, folder, package)
        if target not in known:
            suffix = target.rpartition(".")[2].lower()
            known[target] = f"Part_{len(known)}.{suffix}"
            found.append(target)
        if one.text:
            one.text = f"/{known[target]}"
        else:
            one.set("BaseLoc", f"/{known[target]}")
    return found


def _resolve(said: str, folder: str, package: Package) -> str:
    """ST_Loc (7.3): from the root where it begins with a slash, else beside the part; programs mix both."""
    beside = posixpath.normpath(posixpath.join("/", folder, said)).lstrip("/")
    if beside in package.names:
        return beside
    from_root = posixpath.normpath("/" + said).lstrip("/")
    if from_root not in package.names:
        raise CannotStrip("a part is missing")
    return from_root
