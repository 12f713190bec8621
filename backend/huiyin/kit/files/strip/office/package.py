"""The archive that a document is, read within limits, and the names that stand for others in its copy."""

import re
import zipfile
from collections.abc import Callable, Collection
from typing import Any

from lxml import etree

from huiyin.kit.files.strip.images import without_metadata
from huiyin.kit.files.strip.refusal import CannotStrip

MOST_BYTES = 1024 * 1024 * 1024
"""Of all parts together, unpacked."""
MOST_OF_PART = 64 * 1024 * 1024
"""Of a part, unpacked: each is read as a whole."""
MOST_PARTS = 20_000
MOST_DEPTH = 200
"""Elements inside of elements; lxml itself stops at 256."""
NUMBER = re.compile(r"[-+]?\d{0,10}(\.\d{0,20})?([eE]-?\d{1,3})?(%|pt|in|mm|cm|pc|px|em)?")
GUID = re.compile(r"\{?[0-9A-Fa-f]{8}-([0-9A-Fa-f]{4}-){3}[0-9A-Fa-f]{12}\}?")
WEB_ADDRESS = re.compile(r"(https?|mailto|tel):[^\\\s]*", re.IGNORECASE)
NO_ADDRESS = "about:blank"
"""What takes the place of a path on the writer's machine or network, where the format wants an address."""
_PARSER: dict[str, Any] = {
    "resolve_entities": False, "no_network": True, "load_dtd": False, "dtd_validation": False, "huge_tree": False,
    "remove_comments": True, "remove_pis": True, "strip_cdata": True,
}  # fmt: skip
_SUFFIX = re.compile(r"\.(jpe?g|png|gif)$", re.IGNORECASE)


class Package:
    """A zip archive that is not trusted. Raises CannotStrip: too many parts, two of one name, closed by a password."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        parts = archive.infolist()
        self.names = {part.filename for part in parts}
        if len(parts) > MOST_PARTS or len(self.names) != len(parts):
            raise CannotStrip("too many parts, or two of one name")
        if sum(part.file_size for part in parts) > MOST_BYTES:
            raise CannotStrip("too large when unpacked")
        self._archive, self._room = archive, MOST_BYTES

    def read(self, name: str) -> bytes:
        """A part. Raises CannotStrip: there is none of this name, or it is too large."""
        if name not in self.names:
            raise CannotStrip("a part is missing")
        part = self._archive.getinfo(name)
        if part.flag_bits & 1:
            raise CannotStrip("closed by a password")
        most = min(self._room, MOST_OF_PART)
        with self._archive.open(part) as opened:
            content = opened.read(most + 1)
        if len(content) > most:
            raise CannotStrip("a part is too large")
        self._room -= len(content)
        return content

    def xml(self, name: str) -> Any:
        """The root of a part. Raises CannotStrip: it has a document type, which could pull in other files."""
        root = etree.fromstring(self.read(name), etree.XMLParser(**_PARSER))
        if root.getroottree().docinfo.doctype:
            raise CannotStrip("a part with a document type")
        return root

    def picture(self, name: str) -> tuple[str, bytes]:
        """Its ending and what it shows. Raises CannotStrip: of a kind whose metadata is not known here."""
        suffix = _SUFFIX.search(name)
        if suffix is None:
            raise CannotStrip("a picture of another kind")
        return suffix[0].lower(), without_metadata(self.read(name))


class Names:
    """What a writer may have named (styles, marks, parts) under numbers of their own, alike in all parts."""

    def __init__(self, standard: Callable[[str], object]) -> None:
        """`standard`: whether a name is one that programs give by themselves; those stay."""
        self._standard, self._given = standard, dict[tuple[str, str], str]()

    def of(self, kind: str, name: str) -> str:
        """The name in the copy: `kind` and a number."""
        if self._standard(name):
            return name
        return self._given.setdefault((kind, name), f"{kind}{len(self._given) + 1}")

    def guid(self, given: str) -> str:
        """Version 1 holds a machine's address and the time (RFC 9562, section 5.1); any could be found elsewhere."""
        bare = given.strip("{}").lower()
        number = self._given.setdefault(("guid", bare), str(len(self._given) + 1))
        return given.lower().replace(bare, f"00000000-0000-4000-8000-{int(number):012d}").upper()


def local(element: Any) -> str:
    """The name of an element or attribute without its namespace."""
    return str(etree.QName(element).localname)


def namespace(element: Any) -> str:
    """The namespace of an element or attribute, or nothing."""
    return str(etree.QName(element).namespace or "")


def splice(element: Any) -> None:
    """Put an element's children in its place."""
    parent = element.getparent()
    at = parent.index(element)
    for child in list(element):
        parent.insert(at, child)
        at += 1
    parent.remove(element)


def keep_text(root: Any, shown: Collection[str]) -> None:
    """Texts stay in the elements that show theirs, and numbers anywhere; between elements, nothing stays."""
    for one in root.iter(etree.Element):
        one.tail = None
        if one.text and local(one) not in shown and not NUMBER.fullmatch(one.text.strip()):
            one.text = None


def written(root: Any) -> bytes:
    """The part as it stands in the copy: no namespace is declared that nothing uses."""
    etree.cleanup_namespaces(root)
    made: bytes = etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)
    return made
