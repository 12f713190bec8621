"""Documents as staff get them: what their makers did not mean to tell is gone, what they wrote is there."""

import io
import os
import random
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pikepdf
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as limits
from hypothesis import strategies as st
from lxml import etree

from huiyin.kit.files import objects
from huiyin.kit.files.strip.images import without_metadata
from huiyin.kit.files.strip.office import documents, package
from huiyin.kit.files.strip.refusal import CannotStrip
from huiyin.kit.files.strip.run import Kind, NotStripped, strip
from huiyin.tips.files import checks as attachment_checks
from huiyin.tips.files.pieces import PIECE
from tests.factories.house import House
from tests.factories.reporting.documents import (
    CONTENT,
    DOCUMENTS,
    WORD,
    docx,
    everything_in,
    gif,
    jpeg,
    odt,
    ofd,
    pdf,
    png,
    xlsx,
)
from tests.factories.reporting.planting import planted
from tests.factories.reporting.uploads import Reporter, files, peak, stored

LookedAt = Callable[[], int]


def stripped(kind: Kind, document: bytes, seconds: float = 60) -> bytes:
    made = bytearray()
    strip(kind, len(document), lambda start, size: document[start : start + size], made.extend, seconds)
    return bytes(made)


def kind_of(name: str) -> Kind:
    return "pdf" if name == "pdf" else "office"


def get(house: House, reporter: Reporter, id_: str, query: str = "") -> httpx.Response:
    return house.signed_in("city", "intake").get(f"{reporter.lead.url}/attachments/{id_}{query}")


def downloads(house: House) -> list[dict[str, Any]]:
    return [row.facts for row in house.sql("SELECT facts FROM events WHERE event = 'attachment:download' ORDER BY id")]


# --- what staff get ---


@pytest.mark.parametrize("name", DOCUMENTS)
def test_staff_get_the_document_without_its_maker(house: House, reporter: Reporter, looked_at: LookedAt, name: str):
    document = DOCUMENTS[name]()
    assert WORD.encode() in everything_in(document)
    id_ = reporter.add(document, f"说明.{name}")
    assert files(house, reporter.lead) == []
    looked_at()
    (file,) = files(house, reporter.lead)
    assert (file["state"], file["cleaned"]) == ("ready", True)
    answer = get(house, reporter, id_)
    assert answer.status_code == 200
    told = everything_in(answer.content)
    assert WORD.encode() not in told
    assert CONTENT.encode() in told
    part = house.signed_in("city", "intake").get(f"{reporter.lead.url}/attachments/{id_}", {"Range": "bytes=1-3"})
    assert (part.status_code, part.content) == (206, answer.content[1:4])
    assert downloads(house)[0] == {"copy": "cleaned"}


def test_original_is_given_byte_for_byte_for_a_reason_that_is_recorded(
    house: House, reporter: Reporter, looked_at: LookedAt
):
    document = docx()
    id_ = reporter.add(document, "说明.docx")
    looked_at()
    assert get(house, reporter, id_, "?original=curiosity").status_code == 422
    assert get(house, reporter, id_, "?original=").status_code == 422
    assert downloads(house) == []
    answer = get(house, reporter, id_, "?original=genuine")
    assert (answer.status_code, answer.content) == (200, document)
    assert downloads(house) == [{"copy": "original", "reason": "genuine"}]
    get(house, reporter, id_, "?original=evidence")
    assert downloads(house)[1:] == [{"copy": "original", "reason": "evidence"}]


def related(kind: str, target: str) -> str:
    return f'<Relationship Id="x" Type="http://x/{kind}" Target="{target}"/>'


def alone() -> str:
    space = "http://schemas.openxmlformats.org/markup-compatibility/2006"
    word = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    return (
        f'<w:ftr xmlns:w="{word}" xmlns:mc="{space}"><mc:AlternateContent><mc:Choice Requires="x"><w:t>x</w:t>'
        "</mc:Choice></mc:AlternateContent></w:ftr>"
    )


OLD = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)
NEVER = {
    "a .doc of old": OLD,
    "rich text": b"{\\rtf1 \\ansi{\\info{\\author x}} text}",
    "a broken archive": docx()[:700],
    "a broken PDF": b"%PDF-1.7\n" + bytes(200),
    "macros": docx(related("vbaProject", "vbaProject.bin"), **{"word/vbaProject.bin": b"x"}),
    "a document inside": docx(related("package", "embeddings/s.xlsx"), **{"word/embeddings/s.xlsx": xlsx()}),
    "a drawing of a kind unknown here": docx(related("diagramData", "data1.xml"), **{"word/data1.xml": "<a/>"}),
    "a video inside": docx(related("video", "media/film.mp4"), **{"word/media/film.mp4": b"x"}),
    "a picture of another kind": docx(related("image", "media/s.tiff"), **{"word/media/s.tiff": b"II*\0"}),
    "a damaged picture": docx(related("image", "media/p.jpg"), **{"word/media/p.jpg": jpeg()[:40]}),
    "XML that is none": docx(**{"word/footer.xml": "<a>"}),
    "a document type": docx(**{"word/footer.xml": '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'}),
    "content that one program alone can show": docx(**{"word/footer.xml": alone()}),
    "a form in XML": pdf(xfa=True),
    "a document inside of a PDF": pdf(attached="list.docx"),
    "a seal's encryption": ofd(**{"Encryptions.xml": "<a/>"}),
}


@pytest.mark.parametrize("what", NEVER)
def test_document_that_cannot_be_cleaned_says_so_and_is_given_for_a_reason_alone(
    house: House, reporter: Reporter, looked_at: LookedAt, what: str
):
    id_ = reporter.add(NEVER[what], "x.doc")
    assert looked_at() == 1
    (file,) = files(house, reporter.lead)
    assert (file["state"], file["cleaned"]) == ("ready", False)
    assert not [name for name in stored() if "/cleaned/" in name]
    refused = get(house, reporter, id_)
    assert (refused.status_code, refused.json()["type"]) == (409, "urn:huiyin:problem:conflict")
    assert get(house, reporter, id_, "?original=unreadable").content == NEVER[what]


def test_pdf_that_a_password_closes_is_not_cleaned_and_one_that_forbids_changes_is(tmp_path: Any):
    def closed(**by: Any) -> bytes:
        with pikepdf.open(io.BytesIO(pdf())) as opened:
            out = io.BytesIO()
            opened.save(out, encryption=pikepdf.Encryption(**by))
            return out.getvalue()

    with pytest.raises(NotStripped):
        stripped("pdf", closed(user="secret", owner="secret"))
    told = everything_in(stripped("pdf", closed(user="", owner="secret")))
    assert WORD.encode() not in told
    assert CONTENT.encode() in told


def test_pictures_and_recordings_are_no_documents(house: House, reporter: Reporter, looked_at: LookedAt):
    for content in (png(), b"text", b"ID3\x03" + bytes(50)):
        reporter.add(content)
    looked_at()
    assert [file["cleaned"] for file in files(house, reporter.lead)] == [None] * 3


# --- what remains of a document is what it was ---


def test_pdf_keeps_pages_fields_notes_and_what_is_attached():
    with pikepdf.open(io.BytesIO(stripped("pdf", pdf()))) as opened:
        page = opened.pages[0]
        note, field, link, signed = page.Annots
        assert (str(note.Contents), str(field.T)) == (CONTENT, "field name")
        assert "/A" not in link
        assert "/V" not in signed
        assert CONTENT.encode() in page.Contents.read_bytes()
        assert opened.attachments["list.txt"].get_file().read_bytes() == CONTENT.encode()
        assert page.Resources.XObject.Im0.Filter == "/DCTDecode"


@pytest.mark.parametrize("name", [name for name in DOCUMENTS if name != "pdf"])
def test_office_document_has_no_reference_to_what_is_gone(name: str):
    with zipfile.ZipFile(io.BytesIO(stripped("office", DOCUMENTS[name]()))) as made:
        names = made.namelist()
        assert made.testzip() is None
        assert not [
            one for one in names if one.startswith(("customXml", "docProps/thumb", "Thumb")) or "printer" in one
        ]
        for one in names:
            if one.endswith((".xml", ".rels")):
                root = etree.fromstring(made.read(one))
                gone = ("customXml", "thumbnail", "rinterSettings", "attachedTemplate", "revisions", 'r:id="r1"')
                assert not [word for word in gone if word in etree.tostring(root).decode()], one
    if name == "odt":
        assert names[0] == "mimetype"


def test_references_of_a_word_document_lead_to_parts_that_are_there():
    with zipfile.ZipFile(io.BytesIO(stripped("office", docx()))) as made:
        names = set(made.namelist())
        relations = etree.fromstring(made.read("word/_rels/document.xml.rels"))
        targets = {one.get("Id"): one.get("Target") for one in relations}
        assert {one.lstrip("/") for one in targets.values() if one != "about:blank"} <= names
        body = etree.fromstring(made.read("word/document.xml"))
        asked = {value for one in body.iter() for key, value in one.attrib.items() if "/relationships}" in str(key)}
        assert asked <= set(targets)
        assert "about:blank" in targets.values(), "the link's text stays, its server does not"
        shown = "".join(str(one.text) for one in body.iter() if str(one.tag).endswith("}instrText") and one.text)
        assert shown.split() == ["QUOTE"]


@pytest.mark.parametrize("word", ["C:\\Users\\张三\\x.docx", "\\\\server\\张三", "/home/张三/x", "张三 SENTINEL"])
@pytest.mark.parametrize("name", [name for name in DOCUMENTS if name != "pdf"])
def test_what_no_list_keeps_is_not_in_the_copy_wherever_it_stood(name: str, word: str):
    """A list of what is kept: the test need not know where a program may have written a name."""
    told = everything_in(stripped("office", planted(DOCUMENTS[name](), word))).decode(errors="replace")
    assert "张三" not in told
    assert CONTENT in told


@pytest.mark.parametrize("picture", [jpeg, png, gif])
def test_picture_is_the_same_but_for_what_the_camera_wrote(picture: Callable[[str], bytes]):
    cleaned = without_metadata(picture(WORD))
    assert WORD.encode() not in cleaned
    assert cleaned == without_metadata(picture("another word"))
    assert without_metadata(cleaned) == cleaned
    assert b"\x12\xff\x00\x34\xff\xd0\x56" in cleaned or picture is not jpeg


@given(
    st.binary(max_size=200)
    | st.binary(max_size=200).map(lambda rest: b"\xff\xd8" + rest)
    | st.binary(max_size=200).map(lambda rest: b"GIF89a" + rest)
)
def test_no_picture_breaks_the_reader(content: bytes):
    try:
        without_metadata(content)
    except CannotStrip:
        return


# --- harm ---


def bomb(size: int) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", "<a/>")
        archive.writestr("word/x.dat", bytes(size))
    return out.getvalue()


def test_bomb_ends_before_it_has_unfolded():
    document = bomb(120 * 1024 * 1024)
    assert len(document) < 200_000
    lied = document.replace((120 * 1024 * 1024).to_bytes(4, "little"), (100).to_bytes(4, "little"))
    with pytest.raises(NotStripped):
        stripped("office", lied)


def test_part_that_is_read_whole_has_a_limit(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(package, "MOST_OF_PART", 1000)
    with pytest.raises(CannotStrip, match="too large"):
        documents.strip_office(io.BytesIO(docx(**{"word/footer.xml": "<a>" + " " * 2000 + "</a>"})), io.BytesIO())


def test_process_that_takes_too_long_is_ended():
    asked: list[int] = []

    def slow(start: int, size: int) -> bytes:
        asked.append(start)
        subprocess.run(["sleep", "0.3"], check=True)
        return pdf()[start : start + size]

    with pytest.raises(NotStripped):
        strip("pdf", len(pdf()), slow, bytearray().extend, seconds=0.2)
    assert len(asked) <= 1


def test_process_has_no_key_no_setting_and_cannot_write_a_file():
    """It runs with an environment of its own and a limit of nothing for files (setrlimit(2), RLIMIT_FSIZE)."""
    import resource

    from huiyin.kit.files.strip import __main__ as child

    code = (
        "import os, resource, sys; sys.argv=['x']\n"
        "from huiyin.kit.files.strip import __main__ as child; child._bounded()\n"
        "with open('/dev/shm/huiyin-test', 'w') as file: file.write('x' * 9)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={"PYTHONPATH": str(Path(child.__file__).parents[3])},
        capture_output=True,
        check=False,
    )
    assert done.returncode != 0
    assert b"File too large" in done.stderr or b"OSError" in done.stderr
    assert resource.RLIM_INFINITY != child.MEMORY


def test_worker_whose_read_fails_ends_the_process_and_tries_again_later(
    house: House, reporter: Reporter, looked_at: LookedAt
):
    id_ = reporter.add(pdf() + os.urandom(2 * PIECE), "x.pdf")
    name = f"attachments/{id_}/original/000001"
    kept = objects.get(name)
    objects.remove(name)
    assert looked_at() == 0
    assert files(house, reporter.lead) == []
    objects.put(name, kept)
    house.sql("UPDATE job_items SET next_at = now()")
    assert looked_at() == 1


def test_copy_that_was_cut_short_is_seen_by_nobody_and_made_anew(
    house: House, reporter: Reporter, looked_at: LookedAt, monkeypatch: pytest.MonkeyPatch
):
    """The worker dies after the copy's first piece; the next one begins again."""
    id_ = reporter.add(docx(), "x.docx")

    def dies(kind: Kind, length: int, read: Any, write: Callable[[bytes], object]) -> None:
        write(os.urandom(3 * PIECE))
        raise KeyboardInterrupt

    monkeypatch.setattr(attachment_checks, "strip", dies)
    with pytest.raises(KeyboardInterrupt):
        looked_at()
    assert [name for name in stored() if "/cleaned/" in name]
    assert files(house, reporter.lead) == []
    assert get(house, reporter, id_).status_code == 404
    monkeypatch.setattr(attachment_checks, "strip", strip)
    looked_at()
    assert [name for name in stored() if "/cleaned/" in name] == [f"attachments/{id_}/cleaned/000000"]
    assert get(house, reporter, id_).status_code == 200


def test_destroyed_tip_takes_both_copies_with_it(house: House, reporter: Reporter, looked_at: LookedAt):
    reporter.add(docx(), "x.docx")
    looked_at()
    assert len(stored()) == 2
    house.sql("UPDATE tips SET wrapped_key = NULL WHERE id = :id", id=reporter.lead.tip_id)
    looked_at()
    assert stored() == []


@limits(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(name=st.sampled_from(sorted(DOCUMENTS)), seed=st.integers(0, 2**32))
def test_no_broken_document_breaks_the_job_or_shows_half_a_copy(
    house: House, reporter: Reporter, looked_at: LookedAt, name: str, seed: int
):
    chance = random.Random(seed)
    document = bytearray(DOCUMENTS[name]())
    for _ in range(chance.randint(1, 20)):
        document[chance.randrange(len(document))] = chance.randrange(256)
    del document[chance.randrange(len(document) // 2, len(document)) :: chance.choice([1, 10**9])]
    id_ = reporter.add(bytes(document), "x")
    assert looked_at() == 1
    file = next(one for one in files(house, reporter.lead) if one["id"] == id_)
    assert file["state"] == "ready"
    answer = get(house, reporter, id_)
    if file["cleaned"]:
        assert int(answer.headers["content-length"]) == len(answer.content) > 0
        assert stripped("pdf" if name == "pdf" else "office", answer.content), "it opens"
    else:
        assert answer.status_code == (409 if file["cleaned"] is False else 200)
        assert not [one for one in stored() if f"{id_}/cleaned/" in one]
    house.sql("DELETE FROM attachments WHERE id = :id", id=id_)
    objects.remove_below("attachments")


def test_forty_megabytes_are_cleaned_without_being_in_the_workers_memory(
    house: House, reporter: Reporter, looked_at: LookedAt
):
    with pikepdf.open(io.BytesIO(pdf())) as opened:
        shown = opened.make_stream(os.urandom(40 * PIECE), Type=pikepdf.Name.XObject, Subtype=pikepdf.Name.Image)
        opened.pages[0].Resources.XObject.Im2 = shown
        out = io.BytesIO()
        opened.save(out)
    id_ = reporter.add(out.getvalue(), "x.pdf")
    begun = peak()
    looked_at()
    assert peak() - begun < 12 * PIECE
    assert files(house, reporter.lead)[0]["cleaned"] is True
    assert len(get(house, reporter, id_).content) > 40 * PIECE


def test_open_document_is_known_by_what_it_says_of_itself(house: House, reporter: Reporter, looked_at: LookedAt):
    reporter.add(odt(), "x")
    looked_at()
    assert files(house, reporter.lead)[0]["media_type"] == "application/vnd.oasis.opendocument.text"
