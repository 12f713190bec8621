"""A file that cannot be looked at holds up no other, and somebody sees that it could not be."""

import io
import zipfile
from typing import Any

import pytest
from sqlalchemy.orm import Session, sessionmaker

from huiyin.kit.files import objects
from huiyin.tips.files.checks import tend
from tests.client import Client
from tests.factories.house import House
from tests.factories.reporting.uploads import Reporter, all_files, files


def archive(method: int, claims: int | None = None) -> bytes:
    """A ZIP whose `mimetype` member is, or claims to be, packed by a method."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as made:
        made.writestr("mimetype", "application/vnd.oasis.opendocument.text")
    content = bytearray(out.getvalue())
    if claims is not None:
        for place in (8, content.index(b"PK\x01\x02") + 10):
            content[place : place + 2] = claims.to_bytes(2, "little")
    return bytes(content)


@pytest.mark.parametrize(
    "content",
    [
        archive(zipfile.ZIP_STORED, claims=zipfile.ZIP_LZMA),
        archive(zipfile.ZIP_STORED, claims=zipfile.ZIP_BZIP2),
        archive(zipfile.ZIP_LZMA),
        archive(zipfile.ZIP_BZIP2),
        archive(zipfile.ZIP_STORED, claims=99),
        b"PK\x03\x04" + bytes(300),
    ],
    ids=["claims LZMA", "claims bzip2", "is LZMA", "is bzip2", "claims what nobody knows", "is no archive"],
)
def test_archive_whatever_it_claims_is_looked_at_once_and_shown(
    house: House, reporter: Reporter, looked_at, content: bytes
):
    reporter.add(content, "账目.odt")
    assert looked_at() == 1
    (file,) = files(house, reporter.lead)
    assert (file["state"], file["length"]) == ("ready", len(content))
    assert file["media_type"] in {"application/zip", "application/octet-stream"}


def broken(house: House, reporter: Reporter) -> str:
    """A file whose pieces are gone from the store."""
    id_ = reporter.add(b"x")
    objects.remove_below(f"attachments/{id_}")
    return id_


def test_file_that_waits_is_said_to_be_checked_and_not_handed_out(house: House, reporter: Reporter, looked_at):
    id_ = reporter.add(b"x")
    assert [(file["id"], file["state"]) for file in all_files(house, reporter.lead)] == [(id_, "checking")]
    assert house.signed_in("city", "intake").get(f"{reporter.lead.url}/attachments/{id_}").status_code == 404


def failed_jobs(admin: Client) -> list[dict[str, Any]]:
    answer = admin.get("/api/v1/failed-jobs")
    assert answer.status_code == 200, answer.text
    return answer.json()["items"]  # type: ignore[no-any-return]


def test_what_fails_five_times_is_set_aside_where_officers_and_administrators_see_it(
    house: House, reporter: Reporter, sessions: sessionmaker[Session], admin: Client
):
    id_ = broken(house, reporter)
    for _ in range(5):
        house.sql("UPDATE job_items SET next_at = now()")
        assert tend(sessions) == 0
    house.forget()
    assert [(file["id"], file["state"]) for file in all_files(house, reporter.lead)] == [(id_, "set_aside")]
    (one,) = failed_jobs(house.signed_in("city", "admin"))
    assert (one["job"], one["item"], one["failure"], one["tries"]) == ("tend_attachments", id_, "MissingObject", 5)
    assert one["next_at"] is None


def test_administrator_has_it_tried_again_and_that_is_in_the_trail(
    house: House, reporter: Reporter, sessions: sessionmaker[Session]
):
    id_ = broken(house, reporter)
    tend(sessions)
    house.forget()
    admin = house.signed_in("city", "admin")
    (one,) = failed_jobs(admin)
    assert tend(sessions) == 0, "it rests"
    assert admin.post(f"/api/v1/failed-jobs/{one['id']}/retry").status_code == 204
    (event,) = house.sql("SELECT subject_id, facts FROM events WHERE event = 'failed_job:retry'")
    assert (str(event.subject_id), event.facts) == (one["id"], {"job": "tend_attachments"})
    tend(sessions)
    assert house.value("SELECT tries FROM job_items WHERE item = :id", id=id_) == 1, "as if it were new"
    assert admin.post("/api/v1/failed-jobs/0198c5a0-0000-7000-8000-000000000001/retry").status_code == 404


def test_nobody_but_an_administrator_reads_what_failed(house: House):
    assert house.signed_in("city", "intake").get("/api/v1/failed-jobs").status_code == 403


def test_tips_take_turns(house: House, http: Client, reporter: Reporter, sessions: sessionmaker[Session]):
    """Three files of one reporter do not come before the one of another."""
    first = [reporter.add(b"x" * number) for number in (1, 2, 3)]
    other = Reporter(http, house.file()).add(b"y")
    assert tend(sessions, most=2) == 2
    states = {str(row.id): row.state for row in house.sql("SELECT id, state FROM attachments")}
    assert [states[id_] for id_ in (first[0], other, first[1])] == ["ready", "ready", "received"]
