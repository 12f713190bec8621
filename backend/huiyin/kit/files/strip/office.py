"""Documents of Word, Excel, PowerPoint and LibreOffice without author, company, program, times and revisions.

They are zip archives of XML parts (ECMA-376; ODF 1.3). Every part is written anew; what tells of people is emptied or
left out together with the reference to it. What is not known to be harmless is refused, so that nobody is promised too
much: embedded documents, macros, pictures that are neither JPEG nor PNG.
"""

import re
import zipfile
from collections.abc import Callable
from typing import Any, BinaryIO

from lxml import etree

from huiyin.kit.files.strip.images import without_metadata
from huiyin.kit.files.strip.refusal import CannotStrip

MOST_BYTES = 1024 * 1024 * 1024
"""Of all parts together, unpacked."""
MOST_OF_PART = 64 * 1024 * 1024
"""Of a part that is read as a whole."""
MOST_PARTS = 20_000
_BLOCK = 1024 * 1024
_WHEN = (1980, 1, 1, 0, 0, 0)

_CORE = "http://schemas.openxmlformats.org/package/2006/metadata/core-properties"
_APP = "http://schemas.openxmlformats.org/officeDocument/2006/extended-properties"
_CUSTOM = "http://schemas.openxmlformats.org/officeDocument/2006/custom-properties"
_OFFICE = "urn:oasis:names:tc:opendocument:xmlns:office:1.0"
_EMPTY = {
    "docProps/core.xml": f'<cp:coreProperties xmlns:cp="{_CORE}"/>',
    "docProps/app.xml": f'<Properties xmlns="{_APP}"/>',
    "docProps/custom.xml": f'<Properties xmlns="{_CUSTOM}"/>',
    "meta.xml": f'<office:document-meta xmlns:office="{_OFFICE}" office:version="1.3"><office:meta/>'
    "</office:document-meta>",
}
# Parts that are left out, with every reference to them.
_LEFT_OUT = re.compile(
    r"docProps/(thumbnail\.|custom\d)|customXml/|docMetadata/|Thumbnails/|Configurations2/|layout-cache$|"
    r"(.*/)?(printerSettings|revisions|changesInfos)/|(.*/)?(userNames|revisionInfo)\.xml$"
)
_REFUSED = re.compile(
    r".*/embeddings/|.*vbaProject|.*/activeX/|Object |ObjectReplacements/|Basic/|.*\.bin$|META-INF/(?!manifest\.xml)|"
    r"(?i:.*\.(docx|xlsx|pptx|doc|xls|ppt|odt|ods|odp|pdf|zip)$)",
)
_PICTURE = re.compile(r".*\.(jpe?g|png|gif|bmp|tiff?|webp|heic|emf|wmf|svg)$", re.IGNORECASE)
_HARMLESS_PICTURE = re.compile(r".*\.(jpe?g|png)$", re.IGNORECASE)
_OTHER_MEDIA = re.compile(r"(.*/media/|media/|Pictures/)")

# By local name, whatever the prefix: who wrote, and when.
_WHO = {"author", "initials", "userId", "providerId", "displayName", "userName", "name"}
_WHEN_WRITTEN = {"date", "dateUtc", "dT", "dt"}
# Parts about those who commented: what stands in them is theirs.
_PEOPLE = {"cmAuthor", "person", "author", "presenceInfo"}
_REVISIONS = {"ins", "del", "moveFrom", "moveTo", "rPrChange", "pPrChange", "sectPrChange", "tblPrChange", "trPrChange",
              "tcPrChange", "tblGridChange", "numberingChange", "cellIns", "cellDel", "cellMerge", "comment",
              "tblPrExChange", "moveFromRangeStart", "moveToRangeStart", "cm", "threadedComment",
              "commentExtensible"}  # fmt: skip
_EMPTIED = {
    "rsids", "rsidRoot", "docId", "attachedTemplate", "absPath", "fileSharing", "docVars", "fileRecoveryPr",
    "mailMerge", "saveThroughXslt", "writeProtection", "printerSettings", "fileVersion",
}  # fmt: skip
_ODF_PEOPLE = {
    "{http://purl.org/dc/elements/1.1/}creator",
    "{http://purl.org/dc/elements/1.1/}date",
    "{urn:oasis:names:tc:opendocument:xmlns:meta:1.0}creator-initials",
    "{urn:oasis:names:tc:opendocument:xmlns:meta:1.0}date-string",
} | {
    f"{{urn:oasis:names:tc:opendocument:xmlns:text:1.0}}{name}"
    for name in (
        "initial-creator", "creator", "author-name", "author-initials", "sender-firstname", "sender-lastname",
        "sender-initials", "sender-title", "sender-position", "sender-email", "sender-phone-private", "sender-fax",
        "sender-company", "sender-phone-work", "sender-street", "sender-city", "sender-postal-code", "sender-country",
        "sender-state-or-province", "creation-date", "creation-time", "modification-date", "modification-time",
        "print-date", "print-time", "printed-by", "file-name", "editing-cycles", "editing-duration",
    )
}  # fmt: skip
_ODF_SETTINGS = {
    "PrinterName",
    "PrinterSetup",
    "Rsid",
    "RsidRoot",
    "CurrentDatabaseDataSource",
    "PrinterPaperFromSetup",
}
_PARSER: dict[str, Any] = {
    "resolve_entities": False, "no_network": True, "load_dtd": False, "dtd_validation": False, "huge_tree": False,
    "remove_comments": True,
}  # fmt: skip


def strip_office(source: BinaryIO, target: BinaryIO) -> None:
    """Write the copy. Raises CannotStrip: it is damaged, too large, closed by a password, or holds what is refused."""
    try:
        with zipfile.ZipFile(source) as given, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as made:
            parts = given.infolist()
            names = [part.filename for part in parts]
            if len(parts) > MOST_PARTS or len(set(names)) != len(names):
                raise CannotStrip("too many parts, or two of one name")
            if sum(part.file_size for part in parts) > MOST_BYTES:
                raise CannotStrip("too large when unpacked")
            room = MOST_BYTES
            for part in parts:
                room -= _copy(given, made, part, room)
    except (zipfile.BadZipFile, zipfile.LargeZipFile, NotImplementedError, RuntimeError, ValueError, EOFError) as error:
        raise CannotStrip(type(error).__name__) from None
    except etree.LxmlError as error:
        raise CannotStrip(type(error).__name__) from None


def _copy(body: zipfile.ZipFile, made: zipfile.ZipFile, part: zipfile.ZipInfo, room: int) -> int:
    name = part.filename
    if _LEFT_OUT.match(name) or part.is_dir():
        return 0
    if _REFUSED.match(name) or part.flag_bits & 1:
        raise CannotStrip("a part that cannot be cleaned")
    kept = zipfile.ZipInfo(name, _WHEN)
    kept.compress_type = zipfile.ZIP_STORED if name == "mimetype" else zipfile.ZIP_DEFLATED
    if name in _EMPTY:
        made.writestr(kept, f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n{_EMPTY[name]}')
        return 0
    if change := _change_of(name):
        content = _whole(body, part, room)
        made.writestr(kept, change(content))
        return len(content)
    if _OTHER_MEDIA.match(name) and not _PICTURE.match(name):
        raise CannotStrip("sound or video inside")
    return _stream(body, made, part, kept, room)


def _change_of(name: str) -> Callable[[bytes], bytes] | None:
    if name.endswith((".rels", ".xml", ".rdf", ".vml")):
        return lambda content: _xml(name, content)
    if _HARMLESS_PICTURE.match(name):
        return without_metadata
    if _PICTURE.match(name):
        raise CannotStrip("a picture of another kind")
    return None


def _whole(body: zipfile.ZipFile, part: zipfile.ZipInfo, room: int) -> bytes:
    with body.open(part) as opened:
        content = opened.read(min(room, MOST_OF_PART) + 1)
    if len(content) > min(room, MOST_OF_PART):
        raise CannotStrip("a part is too large")
    return content


def _stream(
    body: zipfile.ZipFile, made: zipfile.ZipFile, part: zipfile.ZipInfo, kept: zipfile.ZipInfo, room: int
) -> int:
    copied = 0
    with body.open(part) as opened, made.open(kept, "w") as into:
        while block := opened.read(_BLOCK):
            copied += len(block)
            if copied > room:
                raise CannotStrip("too large when unpacked")
            into.write(block)
    return copied


def _xml(name: str, content: bytes) -> bytes:
    if not content.strip():
        return content
    tree = etree.fromstring(content, etree.XMLParser(**_PARSER)).getroottree()
    if tree.docinfo.doctype:
        raise CannotStrip("a part with a document type")
    root = tree.getroot()
    if name.endswith(".rels"):
        _forget_references(root, "Target")
    elif name == "[Content_Types].xml":
        _forget_references(root, "PartName")
    elif name == "META-INF/manifest.xml":
        if any(_local(one) == "encryption-data" for one in root.iter(etree.Element)):
            raise CannotStrip("closed by a password")
        _forget_references(root, "{urn:oasis:names:tc:opendocument:xmlns:manifest:1.0}full-path")
    else:
        _forget_people(name, root)
    written: bytes = etree.tostring(tree, xml_declaration=True, encoding="UTF-8", standalone=True)
    return written


def _forget_references(root: Any, attribute: str) -> None:
    for one in list(root):
        target = str(one.get(attribute, "")).lstrip("./")
        kind = str(one.get("Type", "")).rpartition("/")[2]
        plain = "/" + target
        if target.lower().startswith("file:"):  # the name alone: folders are named after people
            one.set(attribute, re.split(r"[\\/]", target)[-1])
        if kind in {"attachedTemplate", "customXml", "thumbnail", "printerSettings", "mailMergeSource"} or any(
            _LEFT_OUT.match(plain[at + 1 :]) for at, letter in enumerate(plain) if letter == "/"
        ):
            root.remove(one)


def _local(element: Any) -> str:
    return etree.QName(element).localname if isinstance(element.tag, str) else ""


def _forget_people(name: str, root: Any) -> None:
    for one in list(root.iter(etree.Element)):
        local = _local(one)
        for attribute in list(one.attrib):
            key = etree.QName(attribute).localname
            if key.startswith("rsid") or key in {"paragraph-rsid", "docId"}:
                del one.attrib[attribute]
            elif local in _REVISIONS and key in _WHEN_WRITTEN:
                del one.attrib[attribute]  # optional, and not allowed to be empty
            elif key in _WHO and (local in _PEOPLE or (local in _REVISIONS and key != "name")):
                one.attrib[attribute] = ""
        if one.tag in _ODF_PEOPLE or (name.startswith("xl/comments") and local == "author"):
            _without_text(one)
        if local == "config-item" and any(value in _ODF_SETTINGS for value in one.attrib.values()):
            _without_text(one)
        if local == "pageSetup":  # names the printer's settings, which are gone
            for attribute in [key for key in one.attrib if key.endswith("/relationships}id")]:
                del one.attrib[attribute]
        if local in _EMPTIED and one.getparent() is not None:
            one.getparent().remove(one)


def _without_text(one: Any) -> None:
    for child in list(one):
        one.remove(child)
    one.text = ""
