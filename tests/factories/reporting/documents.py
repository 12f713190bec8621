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


def gif(word: str = WORD) -> bytes:
    told = b"\x21\xfe" + bytes([len(word)]) + word.encode() + b"\0"
    program = b"\x21\xff\x0bXMP DataXMP" + bytes([len(word)]) + word.encode() + b"\0"
    again = b"\x21\xff\x0bNETSCAPE2.0\x03\x01\0\0\0"
    shown = b"\x2c\0\0\0\0\1\0\1\0\0\x02\x02\x44\x01\0"
    return b"GIF89a\1\0\1\0\x80\0\0" + bytes(6) + told + again + program + shown + b";" + word.encode()


def pdf(*, xfa: bool = False, attached: str = "list.txt") -> bytes:
    """Two versions in one file, with all that ISO 32000-2 lets programs write about people and places."""
    made = pikepdf.new()
    made.add_blank_page(page_size=(200, 200))
    page = made.pages[0]
    operators = f"% {WORD}\n/Span <</ActualText ({WORD}) /MCID 0>> BDC BT ({CONTENT}) Tj ET EMC"
    page.Contents = made.make_stream(operators.encode())
    page.PieceInfo = Dictionary(Program=Dictionary(Private=WORD))
    page.LastModified = f"D:2020 {WORD}"
    page.Thumb = made.make_stream(WORD.encode(), Type=Name.XObject, Subtype=Name.Image, Width=1, Height=1)
    note = Dictionary(
        Type=Name.Annot, Subtype=Name.Text, Rect=[0, 0, 9, 9], T=WORD, M=f"D:{WORD}", NM=WORD, Contents=CONTENT
    )
    field = Dictionary(Type=Name.Annot, Subtype=Name.Widget, FT=Name.Tx, Rect=[0, 0, 9, 9], T="field name", V="")
    field = made.make_indirect(field)
    signed = Dictionary(
        Type=Name.Annot, Subtype=Name.Widget, FT=Name.Sig, Rect=[0, 0, 9, 9], T="s", V=Dictionary(Name=WORD)
    )
    signed = made.make_indirect(signed)
    made.Root.AcroForm = Dictionary(Fields=Array([field, signed]))
    if xfa:
        made.Root.AcroForm.XFA = made.make_stream(b"<xdp/>")
    link = Dictionary(
        Type=Name.Annot, Subtype=Name.Link, Rect=[0, 0, 9, 9], A=Dictionary(S=Name.GoToR, F=f"C:\\{WORD}")
    )
    page.Annots = Array([made.make_indirect(note), field, made.make_indirect(link), signed])
    photo = made.make_stream(jpeg(), Type=Name.XObject, Subtype=Name.Image, Width=1, Height=1, Filter=Name.DCTDecode)
    photo.Metadata = made.make_stream(WORD.encode())
    within = made.make_stream(zlib.compress(jpeg()), Type=Name.XObject, Subtype=Name.Image, Width=1, Height=1)
    within.Filter = Array([Name.FlateDecode, Name.DCTDecode])
    layer = made.make_indirect(
        Dictionary(Type=Name.OCG, Name=WORD, Usage=Dictionary(CreatorInfo=Dictionary(Creator=WORD)))
    )
    made.Root.OCProperties = Dictionary(
        OCGs=Array([layer]), D=Dictionary(Creator=WORD, Name=WORD, Order=Array([WORD, layer]))
    )
    page.Resources = Dictionary(XObject=Dictionary(Im0=photo, Im1=within), Properties=Dictionary(L0=layer))
    made.Root.StructTreeRoot = made.make_indirect(Dictionary(Type=Name.StructTreeRoot, K=Dictionary(Alt=WORD, T=WORD)))
    made.Root.OpenAction = Dictionary(S=Name.Launch, F=f"\\\\server\\{WORD}")
    made.Root.URI = Dictionary(Base=f"file:///home/{WORD}")
    made.Root.AF = Array([])
    made.Root.Private = WORD
    made.attachments[attached] = pikepdf.AttachedFileSpec(
        made,
        CONTENT.encode(),
        filename=attached,
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


def _properties(main: str) -> dict[str, str | bytes]:
    return {
        **_PROPERTIES,
        "_rels/.rels": _RELS.format(
            f'<Relationship Id="r1" Type="{_REL}/officeDocument" Target="{main}"/>'
            f'<Relationship Id="r2" Type="{_REL}/metadata/thumbnail" Target="docProps/thumbnail.jpeg"/>'
        ),
    }


_PROPERTIES: dict[str, str | bytes] = {
    "docProps/core.xml": f"<core><creator>{WORD}</creator><lastModifiedBy>{WORD}</lastModifiedBy></core>",
    "docProps/app.xml": f"<Properties><Company>{WORD}</Company><Manager>{WORD}</Manager></Properties>",
    "docProps/custom.xml": f"<Properties><property>{WORD}</property></Properties>",
    "docProps/thumbnail.jpeg": jpeg(),
}


_PATH = f"C:\\Users\\{WORD}\\Desktop\\"
# A link whose code is cut over two runs, a link to a server, a picture described by its path, and an older picture.
_LINKS = (
    '<w:p><w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText> INCLUDE</w:instrText></w:r><w:r><w:instrText>'
    f'PICTURE "{_PATH}a.png" \\d </w:instrText></w:r><w:r><w:fldChar w:fldCharType="separate"/></w:r><w:r><w:t>x</w:t>'
    '</w:r><w:r><w:fldChar w:fldCharType="end"/></w:r><w:hyperlink r:id="u1" w:tooltip="{0}"><w:r><w:t>link</w:t></w:r>'
    f'</w:hyperlink><w:fldSimple w:instr=" FILENAME \\p {_PATH}"><w:r><w:t>y</w:t></w:r></w:fldSimple></w:p>'
    f'<w:sdt><w:sdtPr><w:alias w:val="{WORD}"/><w:tag w:val="{WORD}"/></w:sdtPr><w:sdtContent><w:p/></w:sdtContent></w:sdt>'
)
_PICTURE = (
    f'<w:p><w:r><w:drawing><wp:inline><wp:docPr id="1" name="{WORD}" descr="{_PATH}photo.jpg" title="{WORD}"/><a:graphic>'
    '<a:graphicData uri="http://schemas.openxmlformats.org/drawingml/2006/picture"><pic:pic><pic:nvPicPr>'
    f'<pic:cNvPr id="1" name="{_PATH}" descr="{WORD}"/></pic:nvPicPr><pic:blipFill><a:blip r:embed="p1"/></pic:blipFill>'
    f'</pic:pic></a:graphicData></a:graphic></wp:inline></w:drawing></w:r><w:r><w:pict><v:shape id="{WORD}" alt="{_PATH}" '
    f'o:gfxdata="{WORD}" style="width:9pt;mso-x:{WORD}"><v:imagedata r:id="p1" o:title="{WORD}"/></v:shape></w:pict></w:r></w:p>'
)


def docx(*relations: str, **more: str | bytes) -> bytes:
    body = (
        f'<w:document xmlns:w="{_W}" xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'
        ' xmlns:w14="http://schemas.microsoft.com/office/word/2010/wordml" mc:Ignorable="w14"'
        f' xmlns:r="{_REL}" xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office"'
        ' xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing"'
        ' xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"'
        ' xmlns:pic="http://schemas.openxmlformats.org/drawingml/2006/picture"><w:body>'
        f'<w:p w:rsidR="00{WORD}" w14:paraId="1"><w:ins w:id="1" w:author="{WORD}" w:date="2020-03-02T09:30:00Z">'
        f"<w:r><w:t>{CONTENT}</w:t></w:r></w:ins></w:p>{_LINKS}{_PICTURE}</w:body></w:document>"
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
    picture = "".join(
        f'<Relationship Id="p{at}" Type="{_REL}/image" Target="media/{name}"/>'
        for at, name in enumerate((f"{WORD}.jpeg", "image2.png"), 1)
    )
    server = f'<Relationship Id="u1" Type="{_REL}/hyperlink" Target="\\\\server\\{WORD}" TargetMode="External"/>'
    inner = "".join(
        f'<Relationship Id="i{at}" Type="{_REL}/{kind}" Target="{kind}.xml"/>'
        for at, kind in enumerate(("settings", "comments", "people", "footer"))
    )
    return _zip(
        {
            "[Content_Types].xml": _TYPES.format('<Override PartName="/customXml/item1.xml" ContentType="x/y"/>'),
            **_properties("word/document.xml"),
            "word/document.xml": body,
            "word/settings.xml": settings,
            "word/_rels/settings.xml.rels": _RELS.format(template),
            "word/_rels/document.xml.rels": _RELS.format("".join((custom, picture, server, inner, *relations))),
            "word/footer.xml": f'<w:ftr xmlns:w="{_W}"/>',
            "word/comments.xml": comments,
            "word/people.xml": people,
            f"word/media/{WORD}.jpeg": jpeg(),
            "word/media/image2.png": png(),
            "customXml/item1.xml": f"<author>{WORD}</author>",
            **more,
        }
    )


def _related(folder: str, *kinds: tuple[str, str]) -> str:
    return _RELS.format(
        "".join(
            f'<Relationship Id="r{at}" Type="{_REL}/{kind}" Target="/{folder}/{target}"/>'
            for at, (kind, target) in enumerate(kinds, 1)
        )
    )


def xlsx() -> bytes:
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    path = '<x15ac:absPath xmlns:x15ac="http://schemas.microsoft.com/office/spreadsheetml/2010/11/ac" url="C:\\{}"/>'
    book = (
        f'<workbook xmlns="{main}" xmlns:r="{_REL}"><fileSharing userName="{WORD}"/>{path.format(WORD)}'
        f'<sheets><sheet name="one" sheetId="1" r:id="r1"/></sheets><externalReferences><externalReference r:id="r7"/>'
        f"</externalReferences><definedNames><definedName name=\"x\">'C:\\{WORD}\\[b.xlsx]s'!A1</definedName></definedNames>"
        f'<customWorkbookViews><customWorkbookView name="{WORD}" guid="{{1}}"/></customWorkbookViews>'
        '<pivotCaches><pivotCache cacheId="1" r:id="r4"/></pivotCaches></workbook>'
    )
    sheet = (
        f'<worksheet xmlns="{main}" xmlns:r="{_REL}"><sheetData><row r="1"><c r="A1" t="str"><f>[1]s!A1</f><v>{CONTENT}</v>'
        f'</c></row></sheetData><protectedRanges><protectedRange name="{WORD}" securityDescriptor="{WORD}"/>'
        f'</protectedRanges><scenarios><scenario name="x" user="{WORD}" comment="{WORD}"/></scenarios>'
        f'<hyperlinks><hyperlink ref="A1" r:id="r2" tooltip="{WORD}" display="{WORD}"/></hyperlinks>'
        '<pageSetup r:id="r1"/></worksheet>'
    )
    linked = (
        f'<Relationship Id="r2" Type="{_REL}/hyperlink" Target="file:///C:\\{WORD}\\list.xlsx" TargetMode="External"/>'
    )
    return _zip(
        {
            "[Content_Types].xml": _TYPES.format(""),
            **_properties("xl/workbook.xml"),
            "xl/workbook.xml": book,
            "xl/_rels/workbook.xml.rels": _related(
                "xl",
                ("worksheet", "worksheets/sheet1.xml"),
                ("person", "persons/person.xml"),
                ("revisionHeaders", "revisions/revisionLog1.xml"),
                ("pivotCacheDefinition", "pivotCache/pivotCacheDefinition1.xml"),
                ("connections", "connections.xml"),
                ("classificationlabels", "docMetadata/LabelInfo.xml"),
                ("externalLink", "externalLinks/externalLink1.xml"),
            ),
            "xl/worksheets/sheet1.xml": sheet,
            "xl/worksheets/_rels/sheet1.xml.rels": _related(
                "xl", ("printerSettings", "printerSettings/printerSettings1.bin")
            ).replace("</R", linked + f'<Relationship Id="r3" Type="{_REL}/comments" Target="../comments1.xml"/></R'),
            "xl/comments1.xml": f'<comments xmlns="{main}"><authors><author>{WORD}</author></authors><commentList><comment '
            f'ref="A1" authorId="0"><text><r><t>{WORD}:</t></r><r><t>{CONTENT}</t></r></text></comment></commentList></comments>',
            "xl/persons/person.xml": f'<personList><person displayName="{WORD}"/></personList>',
            "xl/printerSettings/printerSettings1.bin": WORD.encode(),
            "xl/revisions/revisionLog1.xml": f'<revisions userName="{WORD}"/>',
            "xl/pivotCache/pivotCacheDefinition1.xml": f'<pivotCacheDefinition xmlns="{main}" refreshedBy="{WORD}"/>',
            "xl/connections.xml": f'<connections xmlns="{main}"><connection id="1" sourceFile="{WORD}"/></connections>',
            "xl/externalLinks/externalLink1.xml": f'<externalLink xmlns="{main}">{WORD}</externalLink>',
            "docMetadata/LabelInfo.xml": f"<labels>{WORD}</labels>",
        }
    )


def pptx() -> bytes:
    main = "http://schemas.openxmlformats.org/presentationml/2006/main"
    drawing = "http://schemas.openxmlformats.org/drawingml/2006/main"
    return _zip(
        {
            "[Content_Types].xml": _TYPES.format(""),
            **_properties("ppt/presentation.xml"),
            "ppt/presentation.xml": f'<p:presentation xmlns:p="{main}" xmlns:r="{_REL}"><p:sldIdLst><p:sldId id="256" '
            f'r:id="r1"/></p:sldIdLst><p:modifyVerifier hashData="{WORD}"/></p:presentation>',
            "ppt/_rels/presentation.xml.rels": _related(
                "ppt",
                ("slide", "slides/slide1.xml"),
                ("changesInfo", "changesInfos/changesInfo1.xml"),
                ("commentAuthors", "commentAuthors.xml"),
                ("tags", "tags/tag1.xml"),
            ),
            "ppt/slides/slide1.xml": f'<p:sld xmlns:p="{main}" xmlns:a="{drawing}"><p:cSld name="{WORD}"><p:spTree><p:sp><p:nvSpPr>'
            f'<p:cNvPr id="2" name="{WORD}" descr="D:\\{WORD}"/></p:nvSpPr><p:txBody><a:p><a:r><a:t>{CONTENT}</a:t></a:r></a:p>'
            "</p:txBody></p:sp></p:spTree></p:cSld></p:sld>",
            "ppt/slides/_rels/slide1.xml.rels": _related("ppt", ("comments", "comments/comment1.xml")),
            "ppt/tags/tag1.xml": f'<p:tagLst xmlns:p="{main}"><p:tag name="x" val="{WORD}"/></p:tagLst>',
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


def ofd(**more: str | bytes) -> bytes:
    """As GB/T 33190 has it, with a seal, an attachment and a note beside the page."""
    space = 'xmlns:ofd="http://www.ofdspec.org/2016"'
    return _zip(
        {
            "OFD.xml": f'<ofd:OFD {space} Version="1.0" DocType="OFD"><ofd:DocBody><ofd:DocInfo><ofd:DocID>{WORD}</ofd:DocID>'
            f"<ofd:Author>{WORD}</ofd:Author><ofd:Creator>{WORD}</ofd:Creator><ofd:CustomDatas><ofd:CustomData Name='x'>{WORD}"
            "</ofd:CustomData></ofd:CustomDatas></ofd:DocInfo><ofd:DocRoot>Doc_0/Document.xml</ofd:DocRoot>"
            "<ofd:Signatures>Doc_0/Signs/Signatures.xml</ofd:Signatures></ofd:DocBody></ofd:OFD>",
            "Doc_0/Document.xml": f"<ofd:Document {space}><ofd:CommonData><ofd:MaxUnitID>9</ofd:MaxUnitID><ofd:PageArea>"
            "<ofd:PhysicalBox>0 0 210 297</ofd:PhysicalBox></ofd:PageArea><ofd:PublicRes>PublicRes.xml</ofd:PublicRes>"
            '</ofd:CommonData><ofd:Pages><ofd:Page ID="1" BaseLoc="Pages/Page_0/Content.xml"/></ofd:Pages>'
            "<ofd:Annotations>Annots/Annotations.xml</ofd:Annotations>"
            "<ofd:Attachments>Attachs/Attachments.xml</ofd:Attachments></ofd:Document>",
            "Doc_0/PublicRes.xml": f'<ofd:Res {space} BaseLoc="Res"><ofd:MultiMedias><ofd:MultiMedia ID="3" Type="Image">'
            f"<ofd:MediaFile>{WORD}.jpg</ofd:MediaFile></ofd:MultiMedia></ofd:MultiMedias></ofd:Res>",
            f"Doc_0/Res/{WORD}.jpg": jpeg(),
            "Doc_0/Pages/Page_0/Content.xml": f'<ofd:Page {space}><ofd:Content><ofd:Layer ID="2" Name="{WORD}"><ofd:TextObject '
            f'ID="4" Boundary="0 0 9 9"><ofd:TextCode X="0" Y="9">{CONTENT}</ofd:TextCode></ofd:TextObject></ofd:Layer>'
            "</ofd:Content></ofd:Page>",
            "Doc_0/Annots/Annotations.xml": f'<ofd:Annotations {space}><ofd:Page PageID="1"><ofd:FileLoc>Page_0/Annotation.xml'
            "</ofd:FileLoc></ofd:Page></ofd:Annotations>",
            "Doc_0/Annots/Page_0/Annotation.xml": f'<ofd:PageAnnot {space}><ofd:Annot ID="5" Type="Highlight" Creator="{WORD}"'
            f' LastModDate="2020-03-02"><ofd:Remark>{WORD}</ofd:Remark><ofd:Appearance Boundary="0 0 9 9"/></ofd:Annot></ofd:PageAnnot>',
            "Doc_0/Attachs/Attachments.xml": f'<ofd:Attachments {space}><ofd:Attachment ID="6" Name="{WORD}"/></ofd:Attachments>',
            "Doc_0/Signs/Signatures.xml": f"<ofd:Signatures {space}>{WORD}</ofd:Signatures>",
            **more,
        }
    )


DOCUMENTS: dict[str, Callable[[], bytes]] = {
    "pdf": pdf, "docx": docx, "xlsx": xlsx, "pptx": pptx, "odt": odt, "ofd": ofd,
}  # fmt: skip


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
