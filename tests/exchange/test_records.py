"""Records of another system, line by line: good ones become tips, bad ones say why, by their own field names."""

import gzip
import json
from pathlib import Path

import pytest

from huiyin.exchange.imports.importer import Rejects
from huiyin.exchange.imports.records import BadRecord, Line, lines, reason_of, tip_of

GOOD = {"ref": "甲-1", "narrative": "有人收保护费", "submitted_at": "2020-01-01T08:00:00+08:00", "reply": "已办理"}


def line(content: object, number: int = 1) -> Line:
    raw = content if isinstance(content, bytes) else json.dumps(content, ensure_ascii=False).encode()
    return Line(number, raw + b"\n", 0)


def test_record_becomes_a_tip_with_its_own_time_and_without_the_reply():
    tip = tip_of(line(GOOD), "channel", "430100")
    assert tip == {
        "conduct": "other",
        "narrative": "有人收保护费",
        "submitted_at": "2020-01-01T08:00:00+08:00",
        "channel_id": "channel",
        "region_code": "430100",
        "external_ref": "甲-1",
    }


def test_region_of_the_record_stands_over_the_channels():
    assert tip_of(line(GOOD | {"region": "430104"}), "channel", "430100")["region_code"] == "430104"


@pytest.mark.parametrize(
    "content", [b"{bad json", b"[]", b'"text"', b"\xff\xfe", {"narrative": "x"}, {"ref": "  "}, {"ref": 7}]
)
def test_line_that_cannot_be_sent_says_why(content: object):
    with pytest.raises(BadRecord, match=r"JSON|/ref"):
        tip_of(line(content), "channel", "430100")


@pytest.mark.parametrize("packed", [False, True])
def test_lines_keep_their_numbers_packed_or_not_and_blank_ones_are_passed_over(tmp_path: Path, packed: bool):
    content = b'{"ref":"1"}\n\n  \n{"ref":"2"}\nlast without an end'
    path = tmp_path / "records"
    path.write_bytes(gzip.compress(content) if packed else content)
    assert [(found.number, found.raw.strip()[:9]) for found in lines(path)] == [
        (1, b'{"ref":"1'),
        (4, b'{"ref":"2'),
        (5, b"last with"),
    ]


def test_overlong_line_is_one_bad_line_and_the_next_is_read_as_a_line_of_its_own(tmp_path: Path):
    path = tmp_path / "records"
    path.write_bytes(b"x" * (9 * 1024 * 1024) + b'\n{"ref":"2","narrative":"x"}\n')
    first, second = lines(path)
    with pytest.raises(BadRecord, match="longer"):
        tip_of(first, "channel", "430100")
    assert (second.number, tip_of(second, "channel", "430100")["external_ref"]) == (2, "2")


def test_refusal_names_the_records_own_field():
    problem = {
        "errors": [{"pointer": "/region_code", "detail": "unknown"}, {"pointer": "/subjects/0/name", "detail": "long"}]
    }
    assert reason_of(problem) == "/region: unknown; /subjects/0/name: long"


def test_rejects_file_is_its_owners_alone_and_not_made_for_nothing(tmp_path: Path):
    rejects = Rejects(tmp_path / "rejects")
    rejects.close()
    assert not rejects.path.exists()
    rejects.add(line(GOOD, 7), "why")
    rejects.close()
    assert rejects.path.stat().st_mode & 0o777 == 0o600
    kept = json.loads(rejects.path.read_text())
    assert (kept["line"], kept["reason"], json.loads(kept["record"])) == (7, "why", GOOD)
