"""A name written into every place of a document where a reader is not shown it."""

import io
import re
import zipfile

from lxml import etree

from huiyin.kit.files.strip.office.package import NUMBER

_NEEDED = re.compile(r"id|embed|link|relid|BaseLoc|fldCharType|(pm|qs|lo|cs|dm)|full-path|href")
# Names of fonts, signs of lists, patterns of numbers, and what programs say to who fills in a form: shown, or needed.
_MEANT = re.compile(
    r"(latin|ea|cs|sym|font|buFont)@typeface|rFonts@.*|(w:)?font@name|(name|rFont|altName|lvlText|mathFont|chr|begChr|endChr"
    r"|sepChr|listSeparator|decimalSymbol)@val|buChar@char|numFmt@formatCode|(sheet|definedName|tableColumn)@name|sym@.*"
    r"|dataValidation@.*|lang@eastAsia|panose1@val|compatSetting@name|gd@fmla|textpath@string|(customF|f)ilter@val|path@v"
)
# Shown to who reads: of OOXML, ODF and OFD. The others hold what programs need, or what they say of people.
_SHOWN = {
    "t", "delText", "v", "text", "f", "formula1", "formula2", "formula", "definedName", "formatCode", "oddHeader",
    "oddFooter", "separator", "tableStyleId", "p", "span", "h", "a", "TextCode", "FileLoc", "DocRoot", "PublicRes",
    "MediaFile", "Annotations", "number", "page-number", "calculatedColumnFormula",
}  # fmt: skip


def planted(document: bytes, word: str) -> bytes:
    """The document with a word in every attribute that is no number, and in every text that no reader is shown."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(document)) as given, zipfile.ZipFile(out, "w") as made:
        for part in given.infolist():
            content = given.read(part)
            if part.filename.endswith((".xml", ".vml")) and "Content_Types" not in part.filename:
                root = etree.fromstring(content)
                for one in root.iter(etree.Element):
                    for key, value in one.attrib.items():
                        name = etree.QName(key).localname
                        place = f"{etree.QName(one).localname}@{name}"
                        if not (_NEEDED.fullmatch(name) or _MEANT.fullmatch(place) or NUMBER.fullmatch(value)):
                            one.attrib[key] = word
                    one.set("unheardOf", word)
                    if etree.QName(one).localname not in _SHOWN | {"instrText"} and len(one) == 0:
                        one.text = word
                    one.append(etree.Comment(word))
                    one.append(etree.ProcessingInstruction("x", word))
                content = etree.tostring(root)
            made.writestr(part.filename, content)
    return out.getvalue()
