"""A reporter's files: sealed, shown once they were looked at, and to nobody else."""

import hashlib
import json
import os
from collections.abc import AsyncIterator

import pytest

from huiyin.kit.files import objects
from huiyin.tips.files.pieces import PIECE
from tests.client import Client
from tests.factories.house import House
from tests.factories.reporting.uploads import PNG, Reporter, files, peak, stored


def test_file_reaches_officers_byte_for_byte_once_it_was_looked_at(house: House, reporter: Reporter, looked_at):
    content = PNG + os.urandom(2 * PIECE + 12_345)
    id_ = reporter.add(content)
    assert files(house, reporter.lead) == [], "nothing is shown before it was looked at"
    assert looked_at() == 1
    (file,) = files(house, reporter.lead)
    assert (file["id"], file["name"], file["length"]) == (id_, "照片.png", len(content))
    assert (file["media_type"], file["state"]) == ("image/png", "ready")
    answer = house.signed_in("city", "intake").get(f"{reporter.lead.url}/attachments/{id_}")
    assert answer.status_code == 200
    assert answer.content == content
    assert answer.headers["content-disposition"].startswith("attachment; filename*=UTF-8''")
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cache-control"] == "no-store"
    assert "sandbox" in answer.headers["content-security-policy"]


def test_name_cannot_hide_a_path_or_turn_letters_round(house: House, reporter: Reporter, looked_at):
    reporter.add(b"x", "..\\..\\etc/\u202egpj.exe\n")
    looked_at()
    assert files(house, reporter.lead)[0]["name"] == "gpj.exe"


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("录" * 300 + ".m4a", "录" * 196 + ".m4a"),
        ("录" * 300, "录" * 200),
        ("录." + "x" * 300, "录." + "x" * 198),
        ("录" * 196 + ".m4a", "录" * 196 + ".m4a"),
    ],
)
def test_name_that_is_cut_keeps_its_ending(house: House, reporter: Reporter, looked_at, given: str, kept: str):
    reporter.add(b"x", given)
    looked_at()
    assert files(house, reporter.lead)[0]["name"] == kept


@pytest.mark.parametrize(
    ("content", "charset"),
    [
        ("账本：三月收了四万。".encode(), "utf-8"),
        (b"plain", "utf-8"),
        ("账本：三月收了四万，都是现金，交给王喆。".encode("gb18030"), "gb18030"),
        ("帳本：三月收了四萬，都是現金，交給王某。".encode("big5"), "big5"),
        ("账本：三月收了四万。".encode("utf-16"), "utf-16le"),
        (b"\xff\xfe\x00\x01\x02", "utf-16le"),
        (bytes(range(256)), None),
    ],
)
def test_encoding_of_a_text_is_told_and_its_bytes_are_kept(
    house: House, reporter: Reporter, looked_at, content: bytes, charset: str | None
):
    id_ = reporter.add(content, "账本.txt")
    looked_at()
    (file,) = files(house, reporter.lead)
    assert (file["charset"], file["media_type"] == "text/plain") == (charset, charset is not None)
    assert house.signed_in("city", "intake").get(f"{reporter.lead.url}/attachments/{id_}").content == content


def test_kind_is_told_by_content_not_by_name(house: House, reporter: Reporter, looked_at):
    reporter.add(b"<svg xmlns='http://www.w3.org/2000/svg'><script>1</script></svg>", "photo.png")
    looked_at()
    (file,) = files(house, reporter.lead)
    assert file["media_type"] != "image/png"
    answer = house.signed_in("city", "intake").get(f"{reporter.lead.url}/attachments/{file['id']}")
    assert answer.headers["content-type"] == "application/octet-stream"


@pytest.mark.parametrize(
    ("asked", "status", "span"),
    [
        ("bytes=0-0", 206, (0, 1)),
        ("bytes=5-", 206, (5, None)),
        (f"bytes={PIECE - 1}-{PIECE}", 206, (PIECE - 1, PIECE + 1)),
        ("bytes=-7", 206, (-7, None)),
        ("bytes=0-99999999", 200, (0, None)),
        ("bytes=1-2,4-5", 200, (0, None)),
        ("bytes=9-2", 200, (0, None)),
        ("cats=1-2", 200, (0, None)),
        ("bytes=99999999-", 416, None),
        ("bytes=-0", 416, None),
    ],
)
def test_ranges(house: House, reporter: Reporter, looked_at, asked: str, status: int, span):
    content = os.urandom(PIECE + 100)
    id_ = reporter.add(content)
    looked_at()
    answer = house.signed_in("city", "intake").get(f"{reporter.lead.url}/attachments/{id_}", {"Range": asked})
    assert answer.status_code == status
    if span:
        assert answer.content == content[slice(*span)]
    else:
        assert answer.headers["content-range"] == f"bytes */{len(content)}"


def test_destroyed_key_takes_the_files_with_it(house: House, reporter: Reporter, looked_at):
    id_ = reporter.add(b"secret")
    looked_at()
    house.sql("UPDATE tips SET wrapped_key = NULL")
    answer = house.signed_in("city", "intake").get(f"{reporter.lead.url}/attachments/{id_}")
    assert answer.status_code == 409
    assert looked_at() == 1
    assert stored() == []
    assert house.value("SELECT state FROM attachments") == "destroyed"
    assert house.value("SELECT count(*) FROM events WHERE event = 'attachment:destroy'") == 1


def test_stored_pieces_and_rows_hold_nothing_in_clear_and_cannot_be_swapped(
    house: House, reporter: Reporter, looked_at
):
    secret = b"SENTINEL-IN-A-FILE"
    id_ = reporter.add(secret * 10, "SENTINEL-NAME.txt")
    other = reporter.add(b"y" * len(secret) * 10)
    looked_at()
    assert all(secret not in objects.get(name) for name in stored())
    rows = str(house.sql("SELECT * FROM attachments")) + json.dumps(
        [dict(r._mapping) for r in house.sql("SELECT facts FROM events")]
    )
    assert "SENTINEL" not in rows
    assert hashlib.sha256(secret * 10).hexdigest() not in rows
    objects.put(f"attachments/{id_}/original/000000", objects.get(f"attachments/{other}/original/000000"))
    assert house.signed_in("city", "intake").get(f"{reporter.lead.url}/attachments/{id_}").status_code == 409


def test_only_who_may_read_the_tip_gets_its_files(house: House, http: Client, looked_at):
    excluded = house.agencies["district"]
    lead = house.file(exclusions=[{"agency_id": str(excluded.id)}])
    id_ = Reporter(http, lead).add(b"x")
    looked_at()
    url = f"{lead.url}/attachments/{id_}"
    unknown = house.signed_in("district", "verifier").get(f"{lead.url}/attachments/{lead.id}")
    hidden = house.signed_in("district", "verifier").get(url)
    assert (hidden.status_code, hidden.json()) == (404, unknown.json())
    assert house.signed_in("city", "auditor").get(url).status_code == 403
    assert http.get(url).status_code == 401
    elsewhere = house.file()
    assert house.signed_in("city", "intake").get(f"{elsewhere.url}/attachments/{id_}").status_code == 404


def test_each_download_is_in_the_trail_once_a_minute(house: House, reporter: Reporter, looked_at):
    id_ = reporter.add(b"x" * 100)
    looked_at()
    for _ in range(3):
        house.signed_in("city", "intake").get(f"{reporter.lead.url}/attachments/{id_}", {"Range": "bytes=1-2"})
    house.signed_in("city", "reviewer").get(f"{reporter.lead.url}/attachments/{id_}")
    rows = house.sql("SELECT actor_id, facts FROM events WHERE event = 'attachment:download' ORDER BY id")
    readers = [house.officer("city", role).id for role in ("intake", "reviewer")]
    assert [row.actor_id for row in rows] == readers
    assert rows[0].facts == {"copy": "original"}


def test_hundred_megabytes_are_never_in_memory(house: House, reporter: Reporter, looked_at):
    """Up, and looked at by the worker: memory at its highest grows by less than a tenth of the file."""
    length = 100 * PIECE
    url = reporter.announce(length).headers["location"]
    part = os.urandom(PIECE)
    begun = peak()

    async def body() -> AsyncIterator[bytes]:
        for _ in range(length // PIECE):
            yield part

    assert reporter.send(url, 0, body()).status_code == 204
    assert looked_at() == 1
    assert files(house, reporter.lead)[0]["length"] == length
    assert peak() - begun < length // 10


def test_reporter_sees_what_arrived(house: House, reporter: Reporter):
    reporter.announce(10, "halb.txt")
    reporter.add(b"x", "ganz.txt")
    (file,) = house.receipt(reporter.lead)["files"]
    assert (file["name"], file["length"]) == ("ganz.txt", 1)
