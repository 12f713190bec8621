"""Files and the virus scanner: a small server speaks clamd's INSTREAM; a real one needs a gigabyte of signatures."""

import socketserver
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy.orm import Session, sessionmaker

from huiyin.kit.database.items import NotNow
from huiyin.kit.files import objects
from huiyin.settings import Settings
from huiyin.tips.files.checks import tend
from tests.client import Client
from tests.factories.house import House
from tests.factories.reporting.uploads import Reporter, files

EVIL = b"X5O!P%@AP-made-up-signature"


class Scanner(socketserver.StreamRequestHandler):
    """clamd(8), INSTREAM: parts with their length in front; an empty one ends it."""

    def handle(self) -> None:
        assert self.rfile.read(10) == b"zINSTREAM\0"
        content = b""
        while length := int.from_bytes(self.rfile.read(4), "big"):
            content += self.rfile.read(length)
        self.wfile.write(b"stream: Test.Virus FOUND\0" if EVIL in content else b"stream: OK\0")


@pytest.fixture
def scanned(service_settings: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Where the scanner's socket is said to be; nobody listens there yet."""
    path = tmp_path / "clamd.sock"
    named = service_settings.model_copy(update={"clamav": str(path)})
    monkeypatch.setattr("huiyin.tips.files.checks.settings", lambda: named)
    return path


@pytest.fixture
def scanner(scanned: Path) -> Iterator[None]:
    with socketserver.UnixStreamServer(str(scanned), Scanner) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        yield
        server.shutdown()
        thread.join()


def test_file_in_which_something_is_found_is_named_and_never_handed_out(
    house: House, reporter: Reporter, looked_at, scanner: None
):
    id_ = reporter.add(bytes(2_000_000) + EVIL, "账本.xls")
    assert looked_at() == 1
    (file,) = files(house, reporter.lead)
    assert (file["name"], file["state"]) == ("账本.xls", "infected")
    for original in ("", "?original=evidence"):
        answer = house.signed_in("city", "intake").get(f"{reporter.lead.url}/attachments/{id_}{original}")
        assert answer.status_code == 409
    assert house.value("SELECT count(*) FROM events WHERE event = 'attachment:quarantine'") == 1


def test_file_in_which_nothing_is_found_is_shown(house: House, reporter: Reporter, looked_at, scanner: None):
    reporter.add(bytes(2_000_000))
    looked_at()
    assert files(house, reporter.lead)[0]["state"] == "ready"


def test_no_file_is_shown_while_the_scanner_does_not_answer(
    house: House, http: Client, reporter: Reporter, looked_at, scanned: Path, request: pytest.FixtureRequest
):
    reporter.add(b"x")
    with pytest.raises(NotNow):
        looked_at()
    house.forget()
    assert files(house, reporter.lead) == []
    assert house.sql("SELECT item FROM job_items") == [], "no file is to blame"
    request.getfixturevalue("scanner")
    assert looked_at() == 1
    assert files(house, reporter.lead)[0]["state"] == "ready"


def test_files_that_cannot_be_looked_at_do_not_hold_up_the_others(
    house: House, reporter: Reporter, sessions: sessionmaker[Session], scanner: None
):
    broken, whole = reporter.add(b"x"), reporter.add(b"y")
    house.sql("UPDATE attachments SET touched_at = now() - interval '2 hours' WHERE id = :id", id=broken)
    house.sql("UPDATE attachments SET touched_at = now() - interval '1 hour' WHERE id = :id", id=whole)
    objects.remove_below(f"attachments/{broken}")
    assert [tend(sessions, most=1), tend(sessions, most=1)] == [0, 1]
    house.forget()
    assert [file["id"] for file in files(house, reporter.lead)] == [whole]
