"""Word, Excel and PowerPoint: the document is walked from its main part by relationships that are kept."""

import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

from lxml import etree

from huiyin.kit.files.strip.office import ooxml_kept as kept
from huiyin.kit.files.strip.office.package import (
    GUID,
    MOST_DEPTH,
    NO_ADDRESS,
    NUMBER,
    WEB_ADDRESS,
    Names,
    Package,
    keep_text,
    local,
    namespace,
    splice,
    written,
)
from huiyin.kit.files.strip.refusal import CannotStrip

_RELS = "http://schemas.openxmlformats.org/package/2006/relationships"
_TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"
_CONTENT_TYPE = re.compile(r"application/vnd\.(openxmlformats-officedocument|ms)[A-Za-z0-9.+-]{1,120}")
_RELATION = re.compile(r"http://schemas\.(openxmlformats\.org|microsoft\.com)/[A-Za-z0-9/.]{1,120}")
_WORD = re.compile(r"[A-Za-z0-9#+.,:;@%$!() _-]{0,200}")
_LONG = {"path", "eqn", "fmla", "points", "sqref", "wrapcoords", "ref"}
_GEOMETRY = re.compile(r"[A-Za-z0-9@#,. *\/+?:!$-]*")
_PATH = re.compile(r"\\|://|(?i:file:)|[A-Za-z]:/|/(home|Users)/")
_ELSEWHERE = re.compile(r"\[|\\\\|://|(?i:file:)|\|")
"""In a formula: another workbook, a server, a program (DDE)."""
# Names that Word, Excel and PowerPoint give by themselves.
_STANDARD = re.compile(
    r"(?i:(normal|default( ?paragraph ?font)?|heading|toc|index|list ?(bullet|number|continue|paragraph)?|header|footer"
    r"|body ?text( ?indent)?|title|subtitle|caption|(followed ?)?hyperlink|strong|emphasis|quote"
    r"|(intense|subtle) ?\w+"
    r"|no ?list|normal ?table|table ?(normal|grid)|(foot|end)note ?(text|reference)|annotation ?\w+|comment ?\w+"
    r"|page ?number|plain ?text|no ?spacing|balloon ?text|date|signature|macro ?text|office( ?theme)?|toc ?heading"
    r"|(table|pivot)style(light|medium|dark)|(light|medium|dark|colorful) ?\w+ ?\d?(-? ?accent ?\d)?"
    r"|good|bad|neutral|note|total|comma|currency|percent|input|output|calculation) ?\d{0,2}( ?char)?)"
    r"|_(Toc|Ref|Hlk|GoBack)\d*|#?_x0000_[a-z]\d+|adj\d*|[a-z]{1,2}\d{0,3}|[a-z]{3}\d{1,3}|[1-9]"
)
_ATTRIBUTE_ALONE = {"hyperlink", "blip", "pageSetup"}
_CONTENT = {"t", "blip", "imagedata", "delText", "v"}


@dataclass
class _Part:
    """One that is kept: where it was, where it is in the copy, and its relationships as they are in the copy."""

    source: str
    name: str
    kind: str
    relations: list[tuple[str, str, str, bool]] = field(default_factory=list)
    ids: dict[str, str] = field(default_factory=dict)


def parts(package: Package) -> Iterator[tuple[str, bytes]]:
    """The parts of the copy. Raises CannotStrip: macros, documents or media inside, a part of an unknown kind."""
    found, main = _walk(package)
    types = _content_types(package)
    yield "[Content_Types].xml", _written_types(found, types)
    yield "_rels/.rels", _written_relations([("rId1", f"{kept.RELATED}/officeDocument", main.name, False)])
    cleaner = _Cleaner()
    for part in found:
        if part.kind == "image":
            yield part.name, package.picture(part.source)[1]
            continue
        root = package.xml(part.source)
        cleaner.clean(root, part)
        yield part.name, written(root)
        if part.relations:
            folder, base = posixpath.split(part.name)
            yield f"{folder}/_rels/{base}.rels", _written_relations(part.relations)


def _walk(package: Package) -> tuple[list[_Part], _Part]:
    (start,) = [
        target for _, kind, target, outside in _relations(package, "") if kind == "officeDocument" and not outside
    ][:1] or [""]
    root = package.xml(start)
    main_name = kept.MAIN.get(namespace(root))
    if main_name is None:
        raise CannotStrip("no document of a known format")
    main = _Part(start, main_name, "officeDocument")
    known, counts, waiting = {start: main}, dict[str, int](), [main]
    while waiting:
        part = waiting.pop(0)
        if part.kind == "image":
            continue
        for id_, kind, target, outside in _relations(package, part.source):
            given = f"rId{len(part.relations) + 1}"
            if outside and kind == "hyperlink":
                address = target if WEB_ADDRESS.fullmatch(target) else NO_ADDRESS
                part.relations.append((given, f"{kept.RELATED}/hyperlink", address, True))
                part.ids[id_] = given
            if outside or kind in kept.LEFT_BEHIND or (kind == "package" and part.kind == "chart"):
                continue
            if kind not in kept.PARTS:
                raise CannotStrip("a part that cannot be cleaned")
            if target not in known:
                counts[kind] = counts.get(kind, 0) + 1
                known[target] = _Part(target, _name_of(package, main_name, kind, target, counts[kind]), kind)
                waiting.append(known[target])
            part.relations.append((given, _type_of(kind), known[target].name, False))
            part.ids[id_] = given
    return list(known.values()), main


def _name_of(package: Package, main: str, kind: str, target: str, number: int) -> str:
    suffix = ".vml" if kind == "vmlDrawing" else ".xml"
    if kind == "image":
        suffix = package.picture(target)[0]
    told = "" if kind in kept.ONLY_ONE and number == 1 else str(number)
    return f"{main.partition('/')[0]}/{kept.PARTS[kind]}{told}{suffix}"


def _type_of(kind: str) -> str:
    return f"{kept.RELATED}/{kind}"


def _relations(package: Package, source: str) -> list[tuple[str, str, str, bool]]:
    """Id, last word of the type, target (a part's name, or an address outside), whether it is outside."""
    folder, base = posixpath.split(source)
    name = posixpath.join(folder, "_rels", f"{base}.rels")
    if name not in package.names:
        return []
    found = []
    for one in package.xml(name).iter(f"{{{_RELS}}}Relationship"):
        kind = str(one.get("Type", "")).rpartition("/")[2]
        target, outside = str(one.get("Target", "")), one.get("TargetMode") == "External"
        if not outside:
            target = posixpath.normpath(posixpath.join("/", folder, unquote(target.partition("#")[0]))).lstrip("/")
        found.append((str(one.get("Id", "")), kind, target, outside))
    return found


def _content_types(package: Package) -> dict[str, str]:
    told = package.xml("[Content_Types].xml")
    return {
        str(one.get("PartName", "")).lstrip("/"): str(one.get("ContentType", ""))
        for one in told.iter(f"{{{_TYPES}}}Override")
    }


def _written_types(found: list[_Part], given: dict[str, str]) -> bytes:
    root = etree.Element(f"{{{_TYPES}}}Types", nsmap={None: _TYPES})
    for suffix, kind in (
        ("rels", "application/vnd.openxmlformats-package.relationships+xml"), ("xml", "application/xml"),
        ("vml", "application/vnd.openxmlformats-officedocument.vmlDrawing"), ("png", "image/png"),
        ("jpg", "image/jpeg"), ("jpeg", "image/jpeg"), ("gif", "image/gif"),
    ):  # fmt: skip
        etree.SubElement(root, f"{{{_TYPES}}}Default", Extension=suffix, ContentType=kind)
    for part in found:
        kind = given.get(part.source, "")
        if _CONTENT_TYPE.fullmatch(kind):
            etree.SubElement(root, f"{{{_TYPES}}}Override", PartName=f"/{part.name}", ContentType=kind)
    return written(root)


def _written_relations(relations: list[tuple[str, str, str, bool]]) -> bytes:
    root = etree.Element(f"{{{_RELS}}}Relationships", nsmap={None: _RELS})
    for id_, kind, target, outside in relations:
        told = {"Id": id_, "Type": kind, "Target": target if outside else f"/{target}"}
        etree.SubElement(root, f"{{{_RELS}}}Relationship", {**told, **({"TargetMode": "External"} if outside else {})})
    return written(root)


class _Cleaner:
    """Elements, attributes and texts of all parts; names are the same in each."""

    def __init__(self) -> None:
        self._names = Names(_STANDARD.fullmatch)

    def clean(self, root: Any, part: _Part) -> None:
        if namespace(root) not in kept.NAMESPACES and local(root) != "xml":  # the root of a VML part
            raise CannotStrip("a part of an unknown kind")
        if part.kind == "comments":
            _forget_prefixes(root)
        self._attributes(root, part)
        self._children(root, part, 0)
        _fields(root, self._names)
        for one in root.iter(etree.Element):
            if local(one) == "tableStyleId" and one.text:
                one.text = self._names.guid(one.text.strip()) if GUID.fullmatch(one.text.strip()) else None
        keep_text(root, kept.SHOWN)
        for one in list(root.iter(etree.Element)):
            if local(one) in kept.FORMULAS and one.text and _ELSEWHERE.search(one.text):
                one.getparent().remove(one)

    def _children(self, element: Any, part: _Part, depth: int) -> None:
        if depth > MOST_DEPTH:
            raise CannotStrip("too deep")
        waiting = list(element)
        while waiting:
            child = waiting.pop(0)
            name, space = local(child), namespace(child)
            if space == kept.COMPATIBILITY and name == "AlternateContent":
                waiting = _alternative(child) + waiting
            elif space == kept.WORD and name in kept.SPLICED:
                inner = list(child)
                splice(child)
                waiting = inner + waiting
            elif (
                space not in kept.NAMESPACES
                or (name in kept.NOT_KEPT and (space, name) not in kept.KEPT_ALL_THE_SAME)
                or not self._attributes(child, part)
            ):
                element.remove(child)
            else:
                self._children(child, part, depth + 1)

    def _attributes(self, element: Any, part: _Part) -> bool:
        """Whether the element stays: not where it refers to a part that is gone."""
        name = local(element)
        for attribute, value in list(element.attrib.items()):
            if namespace(attribute) == kept.RELATED or local(attribute) == "relid":
                if value in part.ids:
                    element.attrib[attribute] = part.ids[value]
                elif name in _ATTRIBUTE_ALONE:
                    del element.attrib[attribute]
                else:
                    return False
                continue
            stays = self._value(element, attribute, value)
            if stays is None:
                del element.attrib[attribute]
            else:
                element.attrib[attribute] = stays
        return True

    def _value(self, element: Any, attribute: str, value: str) -> str | None:
        """What stays of an attribute's value, or nothing."""
        space, name = namespace(attribute), local(attribute)
        within, of = namespace(element), local(element)
        if space == kept.XML:
            return value if name in {"space", "lang"} and _WORD.fullmatch(value) else None
        if (space and space not in kept.NAMESPACES) or name.startswith("rsid"):
            return None
        if name == "style" and within == kept.VML:
            return _style(value)
        place = f"{of}@{name}"
        if place in kept.GUIDS:
            return self._names.guid(value) if GUID.fullmatch(value) else None
        if place in kept.NAMED and (within, place) not in kept.NAMES_OF_FONTS:
            bare = value.removeprefix("#")
            return value[: len(value) - len(bare)] + self._names.of(kept.NAMED[place], bare)
        if NUMBER.fullmatch(value) or value in kept.SWITCHES:
            return value
        return self._words(place, of, name, value)

    def _words(self, place: str, element: str, name: str, value: str) -> str | None:
        if place in kept.MOVE_NAMES:
            return self._names.of("move", value)
        if place == "fldSimple@instr":
            return _instruction(value, self._names)
        if place in kept.TEXTS or place in kept.FONTS:
            return None if _PATH.search(value) or (place in kept.FONTS and len(value) > 64) else value
        if place in kept.STANDARD_ADDRESS:
            return value if _RELATION.fullmatch(value) else None
        if name in _LONG:
            return value if _GEOMETRY.fullmatch(value) and not _PATH.search(value) else None
        if (element in kept.VALUES if name == "val" else name in kept.WORDS) and _WORD.fullmatch(value):
            return value
        return "" if place in kept.EMPTY else None


def _alternative(element: Any) -> list[Any]:
    """Content in several forms (ECMA-376-3): the form that every program reads stands in its place."""
    fallback = element.find(f"{{{kept.COMPATIBILITY}}}Fallback")
    if fallback is None:
        if any(local(one) in _CONTENT for one in element.iter(etree.Element)):
            raise CannotStrip("content in a form of one program alone")
        element.getparent().remove(element)
        return []
    inner = list(fallback)
    for choice in list(element):
        if choice is not fallback:
            element.remove(choice)
    splice(fallback)
    splice(element)
    return inner


def _style(value: str) -> str:
    """VML's style, in CSS: declarations whose value is a number or a word of the standard."""
    declarations = [one.partition(":") for one in value.split(";")]
    return ";".join(
        f"{name.strip()}:{said.strip()}"
        for name, _, said in declarations
        if re.fullmatch(r"[a-z-]{1,60}", name.strip())
        and all(NUMBER.fullmatch(word) or word in kept.STYLE_WORDS for word in said.strip().split())
    )


def _forget_prefixes(root: Any) -> None:
    """Excel begins the text of a comment with its author's name."""
    authors = [one.text or "" for one in root.iter(f"{{{kept.SHEET}}}author")]
    for comment in root.iter(f"{{{kept.SHEET}}}comment"):
        at = str(comment.get("authorId", ""))
        author = authors[int(at)] if at.isdigit() and int(at) < len(authors) else ""
        first = next(comment.iter(f"{{{kept.SHEET}}}t"), None)
        if author and first is not None and first.text:
            first.text = re.sub(rf"^{re.escape(author)}\s*[:：]\s*", "", first.text)


def _fields(root: Any, names: Names) -> None:
    """Field codes may be cut over many runs: what stands between a begin and its separator is one."""
    open_: list[list[Any]] = []
    for one in root.iter(f"{{{kept.WORD}}}fldChar", f"{{{kept.WORD}}}instrText", f"{{{kept.WORD}}}delInstrText"):
        if local(one) == "fldChar":
            said = one.get(f"{{{kept.WORD}}}fldCharType")
            if said == "begin":
                open_.append([])
            elif open_ and said == "separate":
                _say(open_[-1], names)
                open_[-1] = []
            elif open_ and said == "end":
                _say(open_.pop(), names)
        elif open_:
            open_[-1].append(one)
        else:
            one.text = None
    for left in open_:
        _say(left, names)


def _say(runs: list[Any], names: Names) -> None:
    instruction = _instruction("".join(one.text or "" for one in runs), names)
    for at, one in enumerate(runs):
        one.text = instruction if at == 0 else None


def _instruction(value: str, names: Names) -> str:
    """A field code as it stays: its kind, marks inside of the document, switches that are letters."""
    words = value.split()
    kind = words[0].upper() if words else ""
    if kind == "HYPERLINK":
        address = re.search(r'"((?:https?|mailto):[^"\\\s]*)"', value)
        inner = re.search(r'\\l\s+"?([^"\s]+)', value)
        mark = f' \\l "{names.of("mark", inner[1])}"' if inner else ""
        to = f' "{address[1] if address else NO_ADDRESS}"' if address or not mark else ""
        return f" HYPERLINK{to}{mark} "
    if kind not in kept.FIELDS:
        return " QUOTE "
    told = [kind]
    for word in words[1:]:
        if re.fullmatch(r"\\[*@#]?[a-z!]?|\\[*]|MERGEFORMAT|CHARFORMAT|\"?\d+(-\d+)?\"?|Arabic|roman|ROMAN", word):
            told.append(word)
        elif kind in {"REF", "PAGEREF", "NOTEREF"} and len(told) == 1:
            told.append(names.of("mark", word))
    return f" {' '.join(told)} "
