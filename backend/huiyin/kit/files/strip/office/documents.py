"""Documents of Word, Excel, PowerPoint, LibreOffice and OFD without author, company, program, times and revisions.

They are zip archives of XML parts (ECMA-376; ODF 1.3; GB/T 33190). The copy is built anew from lists of what is kept:
parts, elements, attributes and places of text. Whatever is not on a list is not in the copy, and a document whose
content cannot be kept without more (a document, macros, sound or another kind of picture inside) has no copy, so that
nobody is promised too much.
"""

import zipfile
from typing import BinaryIO

from lxml import etree

from huiyin.kit.files.strip.office import odf, ofd, ooxml
from huiyin.kit.files.strip.office.package import Package
from huiyin.kit.files.strip.refusal import CannotStrip

_WHEN = (1980, 1, 1, 0, 0, 0)
_FORMATS = {"[Content_Types].xml": ooxml.parts, "mimetype": odf.parts, "OFD.xml": ofd.parts}
"""By the part that every document of the format has."""


def strip_office(source: BinaryIO, target: BinaryIO) -> None:
    """Write the copy. Raises CannotStrip: it is damaged, too large, closed by a password, or holds what is refused."""
    try:
        with zipfile.ZipFile(source) as given, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as made:
            package = Package(given)
            parts = next((made_by for name, made_by in _FORMATS.items() if name in package.names), None)
            if parts is None:
                raise CannotStrip("no document of a known format")
            for name, content in parts(package):
                kept = zipfile.ZipInfo(name, _WHEN)
                kept.compress_type = zipfile.ZIP_STORED if name == "mimetype" else zipfile.ZIP_DEFLATED
                made.writestr(kept, content)
    except (zipfile.BadZipFile, zipfile.LargeZipFile, NotImplementedError, RuntimeError, ValueError, EOFError) as error:
        raise CannotStrip(type(error).__name__) from None
    except etree.LxmlError as error:
        raise CannotStrip(type(error).__name__) from None
