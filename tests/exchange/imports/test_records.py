"""Records of another system, line by line: good ones become tips, bad ones say why, by their own field names."""

import gzip
import json
from pathlib import Path

import pytest

from huiyin.exchange.imports.importer import Rejects
from huiyin.exchange.imports.records import BadRecord, DamagedFile, Line, lines, reason_of, tip_of

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
    assert rejects.reasons.stat().st_mode & 0o777 == 0o600
    assert json.loads(rejects.reasons.read_text()) == {"line": 7, "reason": "why"}
    assert rejects.path.read_bytes() == line(GOOD, 7).raw


TOLD = {
    "gb18030": "有人每月到市场向摊主收取卫生费，不给就砸摊子。带头的叫王喆，住㐂庆路。",
    "big5": "有人每月到市場向攤主收取衛生費，不給就砸攤子。",
}


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("encoding", list(TOLD))
def test_file_of_an_old_system_is_read_in_its_encoding(tmp_path: Path, encoding: str, packed: bool):
    path = tmp_path / "records"
    told = json.dumps({"ref": "1", "narrative": TOLD[encoding]}, ensure_ascii=False) + "\n"
    content = b'{"ref":"0","narrative":"x"}\n' * 20_000 + told.encode(encoding)
    path.write_bytes(gzip.compress(content) if packed else content)
    *_, last = lines(path)
    assert tip_of(last, "channel", "430100")["narrative"] == TOLD[encoding]


def test_line_that_is_not_in_the_files_encoding_is_refused_and_written_back_byte_for_byte(tmp_path: Path):
    path = tmp_path / "records"
    good = json.dumps({"ref": "1", "narrative": TOLD["gb18030"]}, ensure_ascii=False).encode("gb18030")
    broken = b'{"ref":"2","narrative":"\xff\xff\x80"}\r\n'
    path.write_bytes(good + b"\n" + broken)
    first, second = lines(path)
    assert tip_of(first, "channel", "430100")["external_ref"] == "1"
    with pytest.raises(BadRecord, match="GB18030"):
        tip_of(second, "channel", "430100")
    rejects = Rejects(tmp_path / "rejects")
    rejects.add(second, "why")
    rejects.close()
    assert rejects.path.read_bytes() == broken


def test_file_in_utf_16_says_what_to_do(tmp_path: Path):
    path = tmp_path / "records"
    path.write_bytes('{"ref":"1"}\n'.encode("utf-16"))
    with pytest.raises(DamagedFile, match="save it as UTF-8"):
        list(lines(path))


def test_mark_at_the_start_of_a_file_is_no_part_of_its_first_record(tmp_path: Path):
    path = tmp_path / "records"
    path.write_bytes(b"\xef\xbb\xbf" + line(GOOD).raw)
    assert tip_of(next(lines(path)), "channel", "430100")["external_ref"] == "甲-1"


@pytest.mark.parametrize("damage", ["cut short", "changed"])
def test_damaged_file_gives_what_stands_before_the_damage_and_says_where_it_is(tmp_path: Path, damage: str):
    path = tmp_path / "records.gz"
    content = b"".join(
        json.dumps({"ref": str(n), "narrative": f"第{n * 7919}件"}).encode() + b"\n" for n in range(9_000)
    )
    packed = bytearray(gzip.compress(content))
    middle = len(packed) // 2
    if damage == "changed":
        packed[middle : middle + 8] = bytes(8)
    path.write_bytes(packed[:middle] if damage == "cut short" else packed)
    read: list[int] = []
    with pytest.raises(DamagedFile, match="damaged behind line"):
        read.extend(found.number for found in lines(path))


def test_record_nested_too_deeply_is_one_bad_line():
    with pytest.raises(BadRecord, match="nested too deeply"):
        tip_of(Line(1, b'{"ref":' + b"[" * 100_000 + b"]" * 100_000 + b"}\n", 0), "channel", "430100")
