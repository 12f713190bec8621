"""Uploads by tus 1.0: cut off anywhere and gone on with, limited, and broken by no request."""

import os
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as limits
from hypothesis import strategies as st

from huiyin.tips.files.pieces import PIECE
from tests.client import Client
from tests.factories.house import House
from tests.factories.reporting.uploads import PERMIT, TUS, UPLOADS, Reporter, stored


def test_server_says_what_it_speaks(http: Client):
    answer = http.request("OPTIONS", UPLOADS)
    assert answer.status_code == 204
    assert answer.headers["tus-version"] == "1.0.0"
    assert answer.headers["tus-extension"] == "creation,termination,expiration"
    assert answer.headers["tus-max-size"] == str(100 * 1024 * 1024)


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
    monkeypatch.setattr("huiyin.tips.reporting.uploads.LASTS", timedelta(hours=-1))
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


@limits(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
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
