"""Documents with a word of their maker in every place where such a word is known to stand; nobody real made them."""
# ruff: noqa: E501  XML is read better in one line

import io
import struct
import zipfile
import zlib
from collections.abc import Callable

import pikepdf
from pikepdf import Array, Dictionary, Name

WORD = "SENTINEL-4711"
CONTENT = "CONTENT-0815"
_W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_TYPES = '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">{}</Types>'
_RELS = '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{}</Relationships>'
_REL = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def jpeg(word: str = WORD) -> bytes:
    """The smallest picture that has what cameras write, before and after what is shown."""
    told = word.encode()

    def segment(marker: int, content: bytes) -> bytes:
        return bytes([0xFF, marker]) + struct.pack(">H", len(content) + 2) + content

    head = segment(0xE0, b"JFIF\0\1\1\0\0\1\0\1\0\0") + segment(0xE1, b"Exif\0\0" + told) + segment(0xFE, told)
    tables = segment(0xDB, bytes(65)) + segment(0xC2, bytes([8, 0, 1, 0, 1, 1, 1, 0x11, 0]))
    first = segment(0xDA, bytes([1, 1, 0, 0, 63, 0])) + b"\x12\xff\x00\x34\xff\xd0\x56"
    # Of a progressive picture: tables between two passes, in which the bytes of an end mark may stand.
    second = segment(0xC4, b"\x00" + bytes(15) + b"\xff\xd9") + segment(0xDA, bytes([1, 1, 0, 0, 63, 0])) + b"\x78"
    return b"\xff\xd8" + head + tables + first + second + b"\xff\xd9" + told


def png(word: str = WORD) -> bytes:
    def chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    header = struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)
    told = chunk(b"tEXt", b"Author\0" + word.encode()) + chunk(b"eXIf", word.encode())
    shown = chunk(b"IDAT", zlib.compress(b"\0\0"))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + told + shown + chunk(b"IEND", b"") + word.encode()


def pdf() -> bytes:
    """Two versions in one file, with all that ISO 32000-2 lets programs write about people and places."""
    made = pikepdf.new()
    made.add_blank_page(page_size=(200, 200))
    page = made.pages[0]
    page.Contents = made.make_stream(f"BT ({CONTENT}) Tj ET".encode())
    page.PieceInfo = Dictionary(Program=Dictionary(Private=WORD))
    page.LastModified = f"D:2020 {WORD}"
    page.Thumb = made.make_stream(WORD.encode(), Type=Name.XObject, Subtype=Name.Image, Width=1, Height=1)
    note = Dictionary(
        Type=Name.Annot, Subtype=Name.Text, Rect=[0, 0, 9, 9], T=WORD, M=f"D:{WORD}", NM=WORD, Contents=CONTENT
    )
    field = Dictionary(Type=Name.Annot, Subtype=Name.Widget, FT=Name.Tx, Rect=[0, 0, 9, 9], T="field name", V="")
    field = made.make_indirect(field)
    made.Root.AcroForm = Dictionary(Fields=Array([field]))
    page.Annots = Array([made.make_indirect(note), field])
    photo = made.make_stream(jpeg(), Type=Name.XObject, Subtype=Name.Image, Width=1, Height=1, Filter=Name.DCTDecode)
    photo.Metadata = made.make_stream(WORD.encode())
    page.Resources = Dictionary(XObject=Dictionary(Im0=photo))
    made.attachments["list.txt"] = pikepdf.AttachedFileSpec(
        made,
        CONTENT.encode(),
        filename="list.txt",
        description="",
        mime_type="text/plain",
        creation_date=f"D:{WORD}",
        mod_date=f"D:{WORD}",
    )
    made.docinfo["/Author"] = WORD
    made.docinfo["/Producer"] = WORD
    with made.open_metadata() as metadata:
        metadata["dc:creator"] = [WORD]
    made.Root.PieceInfo = Dictionary(Program=Dictionary(Private=WORD))
    out = io.BytesIO()
    made.save(out, compress_streams=False, object_stream_mode=pikepdf.ObjectStreamMode.disable)
    earlier = f"\n9999 0 obj\n({WORD} of an earlier version)\nendobj\n".encode()
    return out.getvalue() + earlier


def _zip(parts: dict[str, str | bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            kind = zipfile.ZIP_STORED if name == "mimetype" else zipfile.ZIP_DEFLATED
            archive.writestr(zipfile.ZipInfo(name, (2020, 3, 2, 9, 30, 0)), content, kind)
        archive.comment = WORD.encode()
    return out.getvalue()


_PROPERTIES: dict[str, str | bytes] = {
    "docProps/core.xml": f"<core><creator>{WORD}</creator><lastModifiedBy>{WORD}</lastModifiedBy></core>",
    "docProps/app.xml": f"<Properties><Company>{WORD}</Company><Manager>{WORD}</Manager></Properties>",
    "docProps/custom.xml": f"<Properties><property>{WORD}</property></Properties>",
    "docProps/thumbnail.jpeg": jpeg(),
    "_rels/.rels": _RELS.format(
        f'<Relationship Id="r1" Type="{_REL}/officeDocument" Target="word/document.xml"/>'
        f'<Relationship Id="r2" Type="{_REL}/metadata/thumbnail" Target="docProps/thumbnail.jpeg"/>'
    ),
}


def docx(**more: str | bytes) -> bytes:
    body = (
        f'<w:document xmlns:w="{_W}" xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'
        ' xmlns:w14="http://schemas.microsoft.com/office/word/2010/wordml" mc:Ignorable="w14"><w:body>'
        f'<w:p w:rsidR="00{WORD}" w14:paraId="1"><w:ins w:id="1" w:author="{WORD}" w:date="2020-03-02T09:30:00Z">'
        f"<w:r><w:t>{CONTENT}</w:t></w:r></w:ins></w:p></w:body></w:document>"
    )
    settings = (
        f'<w:settings xmlns:w="{_W}" xmlns:r="{_REL}"><w:attachedTemplate r:id="t1"/>'
        f'<w:rsids><w:rsidRoot w:val="{WORD}"/></w:rsids></w:settings>'
    )
    comments = (
        f'<w:comments xmlns:w="{_W}"><w:comment w:id="1" w:author="{WORD}" w:initials="{WORD}"'
        f' w:date="2020-03-02T09:30:00Z"><w:p><w:r><w:t>{CONTENT}</w:t></w:r></w:p></w:comment></w:comments>'
    )
    people = (
        f'<w15:people xmlns:w15="http://schemas.microsoft.com/office/word/2012/wordml"><w15:person w15:author="{WORD}">'
        f'<w15:presenceInfo w15:providerId="AD" w15:userId="{WORD}"/></w15:person></w15:people>'
    )
    template = (
        f'<Relationship Id="t1" Type="{_REL}/attachedTemplate" Target="file:///C:/{WORD}" TargetMode="External"/>'
    )
    custom = f'<Relationship Id="c1" Type="{_REL}/customXml" Target="../customXml/item1.xml"/>'
    picture = f'<Relationship Id="p1" Type="{_REL}/image" Target="media/image1.jpeg"/>'
    return _zip(
        {
            "[Content_Types].xml": _TYPES.format('<Override PartName="/customXml/item1.xml" ContentType="x/y"/>'),
            **_PROPERTIES,
            "word/document.xml": body,
            "word/settings.xml": settings,
            "word/_rels/settings.xml.rels": _RELS.format(template),
            "word/_rels/document.xml.rels": _RELS.format(custom + picture),
            "word/comments.xml": comments,
            "word/people.xml": people,
            "word/media/image1.jpeg": jpeg(),
            "word/media/image2.png": png(),
            "customXml/item1.xml": f"<author>{WORD}</author>",
            **more,
        }
    )


def xlsx() -> bytes:
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    path = '<x15ac:absPath xmlns:x15ac="http://schemas.microsoft.com/office/spreadsheetml/2010/11/ac" url="C:\\{}"/>'
    return _zip(
        {
            "[Content_Types].xml": _TYPES.format(""),
            **_PROPERTIES,
            "xl/workbook.xml": f'<workbook xmlns="{main}"><fileSharing userName="{WORD}"/>{path.format(WORD)}</workbook>',
            "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{main}"><v>{CONTENT}</v><pageSetup xmlns:r="{_REL}" r:id="r1"/></worksheet>',
            "xl/comments1.xml": f'<comments xmlns="{main}"><authors><author>{WORD}</author></authors>'
            f'<commentList><comment ref="A1" authorId="0"><text><t>{CONTENT}</t></text></comment></commentList></comments>',
            "xl/persons/person.xml": '<personList xmlns="http://schemas.microsoft.com/office/spreadsheetml/2018/threaded'
            f'comments"><person displayName="{WORD}" id="{{1}}" userId="{WORD}" providerId="AD"/></personList>',
            "xl/printerSettings/printerSettings1.bin": WORD.encode(),
            "xl/revisions/revisionLog1.xml": f'<revisions userName="{WORD}"/>',
            "xl/_rels/workbook.xml.rels": _RELS.format(
                f'<Relationship Id="r1" Type="{_REL}/revisionHeaders" Target="revisions/revisionLog1.xml"/>'
                f'<Relationship Id="r2" Type="{_REL}/hyperlink" Target="file:///C:\\{WORD}\\list.xlsx" TargetMode="External"/>'
            ),
            "docMetadata/LabelInfo.xml": f"<labels>{WORD}</labels>",
            "xl/worksheets/_rels/sheet1.xml.rels": _RELS.format(
                f'<Relationship Id="r1" Type="{_REL}/printerSettings" Target="../printerSettings/printerSettings1.bin"/>'
            ),
        }
    )


def pptx() -> bytes:
    main = "http://schemas.openxmlformats.org/presentationml/2006/main"
    return _zip(
        {
            "[Content_Types].xml": _TYPES.format(""),
            **_PROPERTIES,
            "ppt/presentation.xml": f'<p:presentation xmlns:p="{main}"/>',
            "ppt/slides/slide1.xml": f'<p:sld xmlns:p="{main}"><p:t>{CONTENT}</p:t></p:sld>',
            "ppt/changesInfos/changesInfo1.xml": f"<change>{WORD}</change>",
            "ppt/commentAuthors.xml": f'<p:cmAuthorLst xmlns:p="{main}"><p:cmAuthor id="0" name="{WORD}"'
            f' initials="{WORD}" lastIdx="1" clrIdx="0"/></p:cmAuthorLst>',
            "ppt/comments/comment1.xml": f'<p:cmLst xmlns:p="{main}"><p:cm authorId="0" dt="2020-03-02T09:30:00" idx="1">'
            f"<p:text>{CONTENT}</p:text></p:cm></p:cmLst>",
        }
    )


def odt() -> bytes:
    office = "urn:oasis:names:tc:opendocument:xmlns:office:1.0"
    text = "urn:oasis:names:tc:opendocument:xmlns:text:1.0"
    spaces = f'xmlns:office="{office}" xmlns:text="{text}" xmlns:dc="http://purl.org/dc/elements/1.1/"'
    note = f"<office:annotation><dc:creator>{WORD}</dc:creator><dc:date>2020-03-02</dc:date></office:annotation>"
    author = f"<text:author-name>{WORD}</text:author-name>"
    manifest = "urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"
    return _zip(
        {
            "mimetype": "application/vnd.oasis.opendocument.text",
            "content.xml": f"<office:document-content {spaces}><text:p>{CONTENT}{note}{author}</text:p></office:document-content>",
            "meta.xml": f"<office:document-meta {spaces}><dc:creator>{WORD}</dc:creator></office:document-meta>",
            "settings.xml": f'<office:document-settings {spaces} xmlns:config="urn:oasis:names:tc:opendocument:xmlns:config:1.0">'
            f'<config:config-item config:name="PrinterName" config:type="string">{WORD}</config:config-item>'
            "</office:document-settings>",
            "Thumbnails/thumbnail.png": png(),
            "Pictures/1.jpg": jpeg(),
            "META-INF/manifest.xml": f'<manifest:manifest xmlns:manifest="{manifest}">'
            '<manifest:file-entry manifest:full-path="Thumbnails/thumbnail.png"/>'
            '<manifest:file-entry manifest:full-path="content.xml"/></manifest:manifest>',
        }
    )


DOCUMENTS: dict[str, Callable[[], bytes]] = {"pdf": pdf, "docx": docx, "xlsx": xlsx, "pptx": pptx, "odt": odt}


def everything_in(document: bytes) -> bytes:
    """What can be read in a document: its bytes, and those of every part or stream, unpacked."""
    found = [document]
    if document.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(document)) as archive:
            found += [
                archive.comment,
                *(part.comment + part.extra + part.filename.encode() for part in archive.infolist()),
            ]
            found += [archive.read(part) for part in archive.infolist()]
    if document.startswith(b"%PDF"):
        with pikepdf.open(io.BytesIO(document)) as opened:
            found += [str(opened.trailer.keys()).encode()]
            for one in opened.objects:
                found.append(repr(one).encode())
                if isinstance(one, pikepdf.Stream):
                    found += [one.read_raw_bytes()]
    return b"\n".join(found)
