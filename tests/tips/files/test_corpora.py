"""Documents of four libraries' own tests, fetched from the package index: no copy has the name planted in them.

`make thorough`; skipped where the index cannot be reached. Nothing of them is kept in the project.
"""

import io
import re
import subprocess
import sys
import tarfile
import zipfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pikepdf
import pytest
from lxml import etree

from huiyin.kit.files.strip.office.documents import strip_office
from huiyin.kit.files.strip.pdf import strip_pdf
from huiyin.kit.files.strip.refusal import CannotStrip
from tests.factories.reporting.documents import everything_in
from tests.factories.reporting.planting import planted

# pikepdf tells of what is damaged in some of its own samples.
pytestmark = [pytest.mark.thorough, pytest.mark.filterwarnings("ignore::UserWarning")]
CORPORA = ["python-docx==1.2.0", "python-pptx==1.0.2", "openpyxl==3.1.5", "pikepdf==9.9.0"]
KINDS = (".docx", ".pptx", ".xlsx", ".pdf")
BODY = re.compile(r"word/document\.xml|xl/sharedStrings\.xml|ppt/slides/slide\d+\.xml")
NAME = "张三 SENTINEL-4711"


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """Every document of the libraries' source distributions, by its name."""
    folder = tmp_path_factory.mktemp("corpora")
    for library in CORPORA:
        command = [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "--no-binary", ":all:", library]
        subprocess.run(command, cwd=folder, check=False, capture_output=True, timeout=300)
    found = dict(_documents(folder))
    if not found:
        pytest.skip("the package index cannot be reached")
    return found


def _documents(folder: Path) -> Iterator[tuple[str, bytes]]:
    for archive in folder.glob("*.tar.gz"):
        with tarfile.open(archive) as opened:
            for member in opened:
                file = opened.extractfile(member) if member.name.endswith(KINDS) else None
                if file is not None:
                    yield member.name, file.read()


def _with_name(document: bytes) -> bytes:
    with pikepdf.open(io.BytesIO(document)) as pdf:
        for one in pdf.objects:
            if isinstance(one, pikepdf.Dictionary | pikepdf.Stream):
                one["/Planted"] = pikepdf.String(NAME)
        pdf.docinfo["/Author"] = NAME
        with pdf.open_metadata() as metadata:
            metadata["dc:creator"] = [NAME]
        out = io.BytesIO()
        pdf.save(out, compress_streams=False, object_stream_mode=pikepdf.ObjectStreamMode.disable)
        return out.getvalue()


def _copy(name: str, document: bytes) -> bytes | None:
    made = io.BytesIO()
    try:
        (strip_pdf if name.endswith(".pdf") else strip_office)(io.BytesIO(document), made)
    except CannotStrip:
        return None
    return made.getvalue()


def _shown(document: bytes) -> Counter[str]:
    """Texts of the body, or of all slides."""
    with zipfile.ZipFile(io.BytesIO(document)) as archive:
        roots = [etree.fromstring(archive.read(name)) for name in archive.namelist() if BODY.fullmatch(name)]
        return Counter(
            one.text or "" for root in roots for one in root.iter(etree.Element) if etree.QName(one).localname == "t"
        )


def test_no_copy_of_a_document_of_the_corpora_has_the_name_that_was_planted_in_it(corpus: dict[str, bytes]):
    seen = Counter[str]()
    for name, document in corpus.items():
        try:
            given = _with_name(document) if name.endswith(".pdf") else planted(document, NAME)
        except (pikepdf.PdfError, pikepdf.PasswordError, zipfile.BadZipFile):
            seen["damaged or closed"] += 1
            continue
        copy = _copy(name, given)
        seen[f"{name[-4:]} {'refused' if copy is None else 'cleaned'}"] += 1
        if copy is not None:
            told = everything_in(copy)
            assert b"SENTINEL-4711" not in told, name
            assert NAME.encode("utf-16-be") not in told, name
    print(dict(seen))
    assert sum(number for what, number in seen.items() if "cleaned" in what) > 0.8 * len(corpus)


def test_what_a_document_of_the_corpora_says_stands_in_its_copy(corpus: dict[str, bytes]):
    told = 0
    for name, document in corpus.items():
        copy = _copy(name, document)
        if copy is not None and not name.endswith(".pdf"):
            assert _shown(copy) == _shown(document), name
            told += len(_shown(copy))
        elif copy is not None:
            with pikepdf.open(io.BytesIO(copy)) as made, pikepdf.open(io.BytesIO(document)) as given:
                assert len(made.pages) == len(given.pages), name
    assert told
