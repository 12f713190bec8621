"""A reporter's files: uploaded by tus 1.0, cut off anywhere, sealed, shown when complete, and to nobody else."""

import base64
import hashlib
import json
import os
import resource
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as limits
from hypothesis import strategies as st
from sqlalchemy.orm import Session, sessionmaker

from huiyin.kit import objects
from huiyin.settings import Settings
from huiyin.tips.attachment_checks import tend
from huiyin.tips.pieces import PIECE
from tests.client import Client
from tests.factories.house import House, Lead

TUS = {"Tus-Resumable": "1.0.0"}
PERMIT, UPLOADS = "/api/v1/public/receipts/uploads", "/api/v1/public/uploads"
PNG = bytes.fromhex("89504e470d0a1a0a0000000d49484452") + bytes(64)


@pytest.fixture(autouse=True)
def an_empty_store(service_settings: Settings) -> Iterator[None]:
    objects.store.cache_clear()
    objects.remove_below("attachments")
    yield
    objects.remove_below("attachments")


def stored() -> list[str]:
    return sorted(objects.names("attachments"))


@dataclass
class Reporter:
    """Whoever holds the receipt code of a lead's tip."""

    http: Client
    lead: Lead

    def permit(self) -> dict[str, Any]:
        answer = self.http.post(PERMIT, {"token": self.lead.code.token})
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    @property
    def headers(self) -> dict[str, str]:
        return TUS | {"Upload-Token": str(self.permit()["upload_token"])}

    def announce(self, length: int, name: str = "照片.png", **headers: str) -> httpx.Response:
        metadata = "filename " + base64.b64encode(name.encode()).decode()
        more = {"Upload-Length": str(length), "Upload-Metadata": metadata} | headers
        return self.http.request("POST", UPLOADS, self.headers | more)

    def send(self, url: str, offset: int, content: Any, **headers: str) -> httpx.Response:
        more = {"Content-Type": "application/offset+octet-stream", "Upload-Offset": str(offset)} | headers
        return self.http.request("PATCH", url, self.headers | more, content=content)

    def offset(self, url: str) -> int:
        answer = self.http.request("HEAD", url, self.headers)
        assert answer.status_code == 200
        return int(answer.headers["upload-offset"])

    def add(self, content: bytes, name: str = "照片.png") -> str:
        """A whole file; its id."""
        url = self.announce(len(content), name).headers["location"]
        assert self.send(url, 0, content).status_code == 204
        return str(url.rpartition("/")[2])


@pytest.fixture
def reporter(house: House, http: Client) -> Reporter:
    return Reporter(http, house.file())


@pytest.fixture
def looked_at(house: House, sessions: sessionmaker[Session]):
    """Lets the worker come by."""

    def come() -> int:
        done = tend(sessions)
        house.forget()
        return done

    return come


def files(house: House, lead: Lead) -> list[dict[str, Any]]:
    tips = house.signed_in("city", "intake").get(lead.url).json()["tips"]
    return [file for tip in tips for file in tip["attachments"]]


def test_server_says_what_it_speaks(http: Client):
    answer = http.request("OPTIONS", UPLOADS)
    assert answer.status_code == 204
    assert answer.headers["tus-version"] == "1.0.0"
    assert answer.headers["tus-extension"] == "creation,termination,expiration"
    assert answer.headers["tus-max-size"] == str(100 * 1024 * 1024)


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


@pytest.mark.parametrize("length", [1, PIECE - 1, PIECE, PIECE + 1, 2 * PIECE])
def test_every_length_around_a_piece_arrives(house: House, reporter: Reporter, looked_at, length: int):
    content = os.urandom(length)
    id_ = reporter.add(content)
    looked_at()
    assert house.signed_in("city", "intake").get(f"{reporter.lead.url}/attachments/{id_}").content == content


@pytest.mark.parametrize("cuts", [[1], [PIECE], [PIECE - 1, PIECE + 1], [10, 20, 30], [PIECE + 7, 2 * PIECE]])
def test_upload_goes_on_at_the_byte_at_which_it_broke(house: House, reporter: Reporter, looked_at, cuts: list[int]):
    content = os.urandom(2 * PIECE + 99)
    url = reporter.announce(len(content)).headers["location"]
    at = 0
    for cut in [*cuts, len(content)]:
        answer = reporter.send(url, at, content[at:cut])
        assert (answer.status_code, int(answer.headers["upload-offset"])) == (204, cut)
        at = reporter.offset(url)
        assert at == cut
    looked_at()
    given_out = house.signed_in("city", "intake").get(f"{reporter.lead.url}/attachments/{url.rpartition('/')[2]}")
    assert given_out.content == content
    assert len(stored()) == 3, "what was interrupted is cleared away"


def test_dropped_line_keeps_what_arrived(reporter: Reporter, loop):
    content = os.urandom(PIECE + 500)
    url = reporter.announce(len(content)).headers["location"]
    sent: Iterator[dict[str, Any]] = iter(
        [{"type": "http.request", "body": content[: PIECE + 17], "more_body": True}, {"type": "http.disconnect"}]
    )
    headers = reporter.headers | {"Content-Type": "application/offset+octet-stream", "Upload-Offset": "0"}
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "PATCH",
        "scheme": "http",
        "path": url,
        "raw_path": url.encode(),
        "query_string": b"",
        "headers": [(k.lower().encode(), v.encode()) for k, v in headers.items()],
        "server": ("huiyin.test", 80),
        "client": None,
    }

    async def receive() -> dict[str, Any]:
        return next(sent)

    async def send(_: Any) -> None:
        return None

    loop.run_until_complete(reporter.http._transport.app(scope, receive, send))
    assert reporter.offset(url) == PIECE + 17


def test_offset_that_does_not_continue_is_refused_and_says_where_to_go_on(reporter: Reporter):
    url = reporter.announce(10).headers["location"]
    reporter.send(url, 0, b"1234")
    answer = reporter.send(url, 3, b"4567")
    assert (answer.status_code, answer.json()["offset"]) == (409, 4)


def test_more_than_was_announced_is_refused(reporter: Reporter):
    url = reporter.announce(10).headers["location"]
    assert reporter.send(url, 0, bytes(11)).status_code == 413
    assert reporter.offset(url) == 0


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Tus-Resumable": "0.2.2"}, 412),
        ({"Content-Type": "application/octet-stream"}, 415),
        ({"Upload-Offset": "-1"}, 400),
        ({"Upload-Offset": "x"}, 400),
    ],
)
def test_request_that_is_not_tus_is_refused(reporter: Reporter, headers: dict[str, str], status: int):
    url = reporter.announce(10).headers["location"]
    assert reporter.send(url, 0, b"1", **headers).status_code == status


@pytest.mark.parametrize("length", ["0", "-1", "x", "", str(100 * 1024 * 1024 + 1), "9" * 30])
def test_length_that_cannot_be_taken_is_refused(reporter: Reporter, length: str):
    answer = reporter.announce(1, **{"Upload-Length": length})
    assert answer.status_code in {400, 413, 422}


def test_files_of_a_tip_have_a_limit_together(house: House, reporter: Reporter):
    for _ in range(5):
        assert reporter.announce(100 * 1024 * 1024).status_code == 201
    refused = reporter.announce(1)
    assert (refused.status_code, refused.json()["left"]) == (413, 0)
    assert reporter.permit()["left_bytes"] == 0


def test_name_cannot_hide_a_path_or_turn_letters_round(house: House, reporter: Reporter, looked_at):
    reporter.add(b"x", "..\\..\\etc/\u202egpj.exe\n")
    looked_at()
    assert files(house, reporter.lead)[0]["name"] == "gpj.exe"


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


def test_another_receipt_opens_no_upload(house: House, http: Client, reporter: Reporter):
    url = reporter.announce(10).headers["location"]
    other = Reporter(http, house.file())
    assert http.request("HEAD", url, other.headers).status_code == 404
    assert other.send(url, 0, b"1").status_code == 404
    assert http.request("DELETE", url, other.headers).status_code == 404
    assert reporter.offset(url) == 0


@pytest.mark.parametrize("token", ["", "x", "A" * 200, "%!$"])
def test_token_that_was_not_issued_here_opens_nothing(http: Client, token: str):
    headers = {**TUS, "Upload-Length": "1", "Upload-Token": token}
    assert http.request("POST", UPLOADS, headers).status_code in {404, 422}


def test_token_ends_after_a_day(reporter: Reporter, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("huiyin.tips.uploads.LASTS", timedelta(hours=-1))
    assert reporter.announce(10).status_code == 404


def test_closed_matter_takes_no_files(house: House, http: Client):
    lead = house.lead("closed")
    assert http.post(PERMIT, {"token": lead.code.token}).status_code == 409


def test_upload_is_given_up_and_nothing_of_it_is_left(reporter: Reporter, http: Client):
    url = reporter.announce(10).headers["location"]
    reporter.send(url, 0, b"12345")
    assert stored() != []
    assert http.request("DELETE", url, reporter.headers).status_code == 204
    assert http.request("HEAD", url, reporter.headers).status_code == 404
    assert stored() == []


def test_file_that_arrived_cannot_be_taken_back(reporter: Reporter, http: Client):
    id_ = reporter.add(b"x")
    assert http.request("DELETE", f"{UPLOADS}/{id_}", reporter.headers).status_code == 409


def test_unfinished_upload_is_removed_after_a_day(house: House, reporter: Reporter, looked_at):
    url = reporter.announce(10).headers["location"]
    reporter.send(url, 0, b"12345")
    assert looked_at() == 0
    house.sql("UPDATE attachments SET touched_at = now() - interval '25 hours'")
    assert looked_at() == 1
    assert stored() == []
    assert house.value("SELECT count(*) FROM attachments") == 0


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


def peak() -> int:
    """The most memory that this process ever had, in bytes (getrusage(2): KB on Linux)."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def test_reporter_sees_what_arrived(house: House, reporter: Reporter):
    reporter.announce(10, "halb.txt")
    reporter.add(b"x", "ganz.txt")
    (file,) = house.receipt(reporter.lead)["files"]
    assert (file["name"], file["length"]) == ("ganz.txt", 1)


@pytest.fixture
def begun(reporter: Reporter) -> str:
    return str(reporter.announce(100).headers["location"])


HEADERS = st.fixed_dictionaries(
    {},
    optional={
        name: st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=60)
        for name in (
            "Tus-Resumable",
            "Upload-Token",
            "Upload-Offset",
            "Upload-Length",
            "Upload-Metadata",
            "Content-Type",
        )
    },
)


@limits(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    method=st.sampled_from(["POST", "HEAD", "PATCH", "DELETE"]),
    headers=HEADERS,
    body=st.binary(max_size=300),
    known=st.booleans(),
)
def test_no_request_makes_the_uploads_fail(
    reporter: Reporter, begun: str, method: str, headers: dict[str, str], body: bytes, known: bool
):
    right = reporter.headers | {
        "Content-Type": "application/offset+octet-stream",
        "Upload-Offset": "0",
        "Upload-Length": "5",
    }
    url = UPLOADS if method == "POST" else begun if known else f"{UPLOADS}/{headers}"
    url = url.encode("ascii", "ignore").decode().split("{")[0]
    answer = reporter.http.request(method, url, (right if known else TUS) | headers, content=body)
    assert answer.status_code < 500
