"""LibreOffice and other programs that write OpenDocument (ODF 1.3): text, styles and pictures, and nothing else."""

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
    local,
    namespace,
    written,
)
from huiyin.kit.files.strip.refusal import CannotStrip

_OASIS = "urn:oasis:names:tc:opendocument:xmlns:"
_OFFICE, _TEXT, _TABLE, _DRAW, _STYLE, _MANIFEST = (
    f"{_OASIS}{name}:1.0" for name in ("office", "text", "table", "drawing", "style", "manifest")
)
_XLINK, _DUBLIN = "http://www.w3.org/1999/xlink", "http://purl.org/dc/elements/1.1/"
_NAMESPACES = {
    _OFFICE, _TEXT, _TABLE, _DRAW, _STYLE, _XLINK,
    *(f"{_OASIS}{name}:1.0" for name in (
        "xsl-fo-compatible", "svg-compatible", "datastyle", "presentation", "dr3d", "smil-compatible")),
}  # fmt: skip
_PICTURES = re.compile(r"(Pictures|media)/[^/]+$")
# What a reader would miss. What else there is (meta, settings, thumbnails, configurations, RDF) shows nothing.
_MISSED = re.compile(r"Object |ObjectReplacements/|Basic/|Scripts/|.*\.(bin|class|docx?|xlsx?|pptx?|pdf|zip|od[a-z])$")

# Elements that hold the text of the document; in all others a text says who wrote, where, when, or on what.
_SHOWN = {
    (_TEXT, name) for name in (
        "p", "h", "span", "a", "note-citation", "page-number", "page-count", "sequence", "bookmark-ref",
        "reference-ref", "note-ref", "sequence-ref", "ruby-base", "ruby-text", "number", "meta", "title-text",
        "index-title-template", "linenumbering-separator", "list-level-style-bullet", "placeholder", "chapter",
        "sheet-name", "paragraph-count", "word-count", "character-count", "table-count", "image-count", "expression",
    )
} | {(f"{_OASIS}datastyle:1.0", "text"), (f"{_OASIS}datastyle:1.0", "currency-symbol")}  # fmt: skip
_NOT_KEPT = {
    "scripts", "event-listeners", "forms", "meta", "settings", "creator", "date", "initial-creator", "title", "desc",
    "user-field-decls", "dde-connection-decls", "variable-decls", "dde-source", "dde-connection-decl", "object",
    "object-ole", "applet", "plugin", "floating-frame", "alphabetical-index-auto-mark-file", "cell-range-source",
    "table-source", "detective", "dde-links", "database-ranges", "data-pilot-tables", "consolidation", "sound",
    "creator-initials", "database-display", "execute-macro", "script", "header-footer-decls",
}  # fmt: skip
# Names that the writer or a program gave, which other places refer to.
_NAMED = {"name", "display-name", "parent-style-name", "next-style-name", "page-usage-name", "ref-name", "id", "idref",
          "control", "continue-list", "class-names", "cond-style-name", "default-cell-style-name",
          "formula-name", "master-page-name", "page-layout-name", "change-id", "apply-style-name"}  # fmt: skip
_STANDARD = re.compile(
    r"Standard|(Text_20_body|Heading|Title|Subtitle|Header|Footer|Caption|Index|List|Internet_20_Link|Table_20_Contents"
    r"|Default|Graphics|Frame|Footnote|Endnote)(_20_(\d+|Symbol|anchor|Contents|Heading))?|[A-Za-z]{1,4}\d{1,6}(\.\d+|\.[A-Z]+\d*)?"
)
_CONTENT = {
    "formula",
    "string-value",
    "text",
    "num-prefix",
    "num-suffix",
    "prefix",
    "suffix",
    "bullet-char",
    "condition",
}
"""Attributes whose value is shown, or says how a cell or a list is made."""
_FONTS = {
    "font-name",
    "font-name-asian",
    "font-name-complex",
    "font-family",
    "font-family-asian",
    "font-family-complex",
}
_WORD = re.compile(r"[A-Za-z0-9#.,%() :-]{0,80}")
_ELSEWHERE = re.compile(r"\\|://|(?i:file:)|\|")
_GEOMETRY = {"d", "points", "viewBox", "transform", "enhanced-path", "path-stretchpoint-x", "modifiers"}


def parts(package: Package) -> Iterator[tuple[str, bytes]]:
    """The parts of the copy. Raises CannotStrip: documents, macros or media inside, or closed by a password."""
    said = package.read("mimetype").decode("ascii", errors="replace").strip()
    if not re.fullmatch(r"application/vnd\.oasis\.opendocument\.[a-z-]{1,40}", said):
        raise CannotStrip("no document of a known format")
    if any(_MISSED.match(name) for name in package.names):
        raise CannotStrip("a part that cannot be cleaned")
    if "META-INF/manifest.xml" in package.names:
        manifest = package.xml("META-INF/manifest.xml")
        if any(local(one) == "encryption-data" for one in manifest.iter(etree.Element)):
            raise CannotStrip("closed by a password")
    yield "mimetype", said.encode()
    pictures = {
        name: f"Pictures/{number}{package.picture(name)[0]}"
        for number, name in enumerate(sorted(filter(_PICTURES.match, package.names)), 1)
    }
    names = Names(_STANDARD.fullmatch)
    made = ["content.xml", *(["styles.xml"] if "styles.xml" in package.names else [])]
    for name in made:
        root = package.xml(name)
        _children(root, names, pictures, 0)
        _attributes(root, names, pictures)
        _texts(root)
        yield name, written(root)
    for name, called in pictures.items():
        yield called, package.picture(name)[1]
    yield "META-INF/manifest.xml", _manifest(said, made, list(pictures.values()))


def _children(element: Any, names: Names, pictures: dict[str, str], depth: int) -> None:
    if depth > MOST_DEPTH:
        raise CannotStrip("too deep")
    for child in list(element):
        if namespace(child) not in _NAMESPACES or local(child) in _NOT_KEPT:
            _remove(child)
        else:
            _attributes(child, names, pictures)
            _children(child, names, pictures, depth + 1)


def _remove(element: Any) -> None:
    """Without the element, with the text that follows it: it belongs to the paragraph."""
    parent, before = element.getparent(), element.getprevious()
    if element.tail and before is not None:
        before.tail = (before.tail or "") + element.tail
    elif element.tail:
        parent.text = (parent.text or "") + element.tail
    element.tail = None
    parent.remove(element)


def _attributes(element: Any, names: Names, pictures: dict[str, str]) -> None:
    for attribute, value in list(element.attrib.items()):
        stays = _value(element, attribute, value, names, pictures)
        if stays is None:
            del element.attrib[attribute]
        else:
            element.attrib[attribute] = stays


def _value(element: Any, attribute: str, value: str, names: Names, pictures: dict[str, str]) -> str | None:
    space, name = namespace(attribute), local(attribute)
    if space not in _NAMESPACES or "rsid" in name:
        return None
    if name == "href":
        if value.removeprefix("./") in pictures:
            return pictures[value.removeprefix("./")]
        if WEB_ADDRESS.fullmatch(value):
            return value
        return f"#{names.of('name', value[1:].partition('|')[0])}" if value.startswith("#") else ""
    if NUMBER.fullmatch(value):
        return value
    if name in _NAMED or name.endswith("style-name"):
        if local(element) == "table" and name == "name" and namespace(element) == _TABLE:
            return value  # a sheet's name is shown, and formulas refer to it
        return names.of("name", value)
    if name in _CONTENT or name in _FONTS:
        return None if _ELSEWHERE.search(value) else value
    if name in _GEOMETRY:
        return value if re.fullmatch(r"[A-Za-z0-9?$.,() +-]*", value) else None
    return value if _WORD.fullmatch(value) else None


def _texts(root: Any) -> None:
    """Texts that follow an element belong to the one around it."""
    for one in root.iter(etree.Element):
        shown = (namespace(one), local(one)) in _SHOWN
        if not shown:
            one.text = None
        for child in one:
            if not shown:
                child.tail = None
    root.tail = None


def _manifest(kind: str, parts_: list[str], pictures: list[str]) -> bytes:
    root = etree.Element(f"{{{_MANIFEST}}}manifest", nsmap={"manifest": _MANIFEST})
    root.set(f"{{{_MANIFEST}}}version", "1.3")
    types = {".png": "image/png", ".gif": "image/gif"}
    told = [("/", kind), *((name, "text/xml") for name in parts_)]
    told += [(name, types.get(name[-4:], "image/jpeg")) for name in pictures]
    for name, type_ in told:
        one = etree.SubElement(root, f"{{{_MANIFEST}}}file-entry")
        one.set(f"{{{_MANIFEST}}}full-path", name)
        one.set(f"{{{_MANIFEST}}}media-type", type_)
    return written(root)
