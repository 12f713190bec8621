"""What phones record and photograph is known by its content, whatever it is called; the others stay what they are."""

import pytest

from huiyin.tips.files.kinds import recorded
from tests.factories.house import House
from tests.factories.reporting.uploads import Reporter, files


def box(brand: bytes, *others: bytes) -> bytes:
    content = b"ftyp" + brand + b"\0\0\0\0" + b"".join(others)
    return (len(content) + 4).to_bytes(4, "big") + content + bytes(40)


def ogg(codec: bytes) -> bytes:
    return b"OggS\0\x02" + bytes(20) + b"\x01\x13" + codec + bytes(40)


KINDS = {
    "audio/amr": b"#!AMR\n" + bytes(40),
    "audio/amr-wb": b"#!AMR-WB\n" + bytes(40),
    "audio/silk": b"\x02#!SILK_V3" + bytes(40),
    "audio/mp4": box(b"M4A ", b"M4A ", b"mp42", b"isom"),
    "audio/ogg": ogg(b"OpusHead"),
    "video/ogg": ogg(b"\x80theora"),
    "image/heic": box(b"mif1", b"mif1", b"heic"),
    "image/avif": box(b"mif1", b"mif1", b"avif"),
    "image/heif": box(b"mif1", b"mif1"),
    "video/quicktime": box(b"qt  "),
    "video/3gpp": box(b"3gp4", b"3gp4"),
    "video/mp4": box(b"mp42", b"isom"),
}


@pytest.mark.parametrize(("kind", "content"), list(KINDS.items()))
def test_kind_is_known_by_content(kind: str, content: bytes):
    assert recorded(content) == kind


@pytest.mark.parametrize("content", [b"", b"OggS", b"#!AM", b"\0\0\0\x18ftyp", b"text", b"RIFF\0\0\0\0WAVE"])
def test_beginning_of_a_file_is_not_mistaken_and_breaks_nothing(content: bytes):
    assert recorded(content) in {None, "application/ogg", "video/mp4"}


def test_officers_get_a_recording_as_what_it_is_under_any_name(house: House, reporter: Reporter, looked_at):
    for kind in ("audio/amr", "audio/mp4", "audio/ogg", "image/heic"):
        id_ = reporter.add(KINDS[kind], "录音.dat")
        looked_at()
        file = next(one for one in files(house, reporter.lead) if one["id"] == id_)
        assert (file["media_type"], file["cleaned"]) == (kind, None)
        answer = house.signed_in("city", "intake").get(f"{reporter.lead.url}/attachments/{id_}")
        assert answer.headers["content-type"] == kind
        assert answer.content == KINDS[kind]
