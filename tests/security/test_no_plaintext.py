"""Nothing that anybody told or wrote is in clear in the database or in a log: a whole dump is searched for it."""

import base64
import hashlib
import json
import os
import subprocess
from typing import Any

import pytest

from huiyin.kit.database.server import Server, programs
from tests.factories.closed import in_days
from tests.factories.house import House

# One text for each place in which somebody can write. Chinese and ASCII, so that every encoding of a dump is tried.
PLACES = [
    "narrative",
    "title",
    "place",
    "when",
    "name",
    "unit",
    "post",
    "nickname",
    "description",
    "official",
    "staff_question",
    "reporter_message",
    "screen_note",
    "decline_note",
    "refusal_note",
    "register_note",
    "dispatch_note",
    "acknowledge_note",
    "dispute_note",
    "extend_reason",
    "facts",
    "evidence",
    "actions_taken",
    "endorse_note",
    "missing",
    "approve_note",
    "answer",
    "close_note",
    "look_back_note",
    "reopen_note",
    "merge_reason",
    "transfer_body",
    "transfer_note",
    "how",
    "second_facts",
    "hold_reason",
    "right_name",
    "correction_reason",
]
SENTINEL = {place: f"哨兵SENTINEL{index:02d}{place}" for index, place in enumerate(PLACES)}


def encodings(secret: str) -> dict[str, bytes]:
    """How a text can look in a dump or a log."""
    raw = secret.encode()
    return {
        "clear": raw,
        "hex": raw.hex().encode(),
        "base64": base64.b64encode(raw).rstrip(b"=")[:-2],
        "base64, one further": base64.b64encode(b"x" + raw)[4:-4],
        "base64, two further": base64.b64encode(b"xx" + raw)[4:-4],
        "JSON": json.dumps(secret)[1:-1].encode(),
        "octal": "".join(f"\\{byte:03o}" if byte > 126 else chr(byte) for byte in raw).encode(),
        "UTF-16": secret.encode("utf-16-le"),
        "ASCII part": secret[2:].encode(),
    }


def dumped(server: Server, database: str) -> bytes:
    """The whole database as pg_dump writes it."""
    command = [str(programs() / "bin" / "pg_dump"), "-h", str(server.socket_dir), "-U", "postgres", database]
    done = subprocess.run(command, capture_output=True, check=True, env={"LC_ALL": "C", "PATH": os.environ["PATH"]})
    return done.stdout


def told(house: House) -> dict[str, Any]:
    s = SENTINEL
    person = {key: s[key] for key in ("name", "unit", "post", "nickname", "description")}
    return {
        "narrative": s["narrative"],
        "title": s["title"],
        "place": s["place"],
        "occurred": {"kind": "roughly", "note": s["when"]},
        "subjects": [{"kind": "person", **person}],
        "exclusions": [{"official": s["official"]}],
    }


def walk_with_words(house: House) -> list[Any]:
    """Leads on which every verb was used, with something written wherever something can be."""
    s = SENTINEL
    lead = house.lead("received", **told(house))
    act = house.act
    act(lead, "decline", "city", "intake", note=s["decline_note"])
    act(lead, "decline/confirmation", "city", "intake second", agreed=False, note=s["refusal_note"])
    act(lead, "screen", "city", "intake", note=s["screen_note"])
    act(lead, "register", "city", "intake", note=s["register_note"])
    act(lead, "dispatch", "city", "dispatcher", note=s["dispatch_note"])
    house.attempt(lead, "dispute", house.signed_in("district", "chief"), note=s["dispute_note"])
    act(lead, "dispatch", "city", "dispatcher")
    act(lead, "acknowledge", "district", "chief", note=s["acknowledge_note"])
    act(lead, "start_verification", "district", "verifier")
    asked = house.signed_in("district", "verifier").post(f"{lead.url}/messages", {"text": s["staff_question"]})
    said = house.connect().post(
        "/api/v1/public/receipts/messages",
        {"token": lead.code.token, "text": s["reporter_message"]},
        {"Idempotency-Key": "kept-answer"},
    )
    assert (asked.status_code, said.status_code) == (201, 201)
    act(lead, "extend", "district", "chief", reason=s["extend_reason"])
    act(lead, "extend/confirmation", "city", "reviewer")
    finding = {"facts": s["facts"], "evidence": [s["evidence"]], "actions_taken": s["actions_taken"]}
    act(lead, "conclude", "district", "verifier", **finding)
    act(lead, "send_back", "district", "chief", missing=s["missing"])
    act(lead, "conclude", "district", "verifier", facts=s["second_facts"])
    act(lead, "endorse", "district", "chief", note=s["endorse_note"])
    act(lead, "approve", "city", "reviewer", note=s["approve_note"])
    act(lead, "give_feedback", "district", "verifier", text=s["answer"])
    act(lead, "close", "city", "reviewer", note=s["close_note"])
    act(lead, "look_back", "city", "reviewer", note=s["look_back_note"])
    hold = {"to": in_days(30), "reason": s["hold_reason"]}
    right = {"tip_id": str(lead.tip_id), "seq": 0, "name": s["right_name"], "reason": s["correction_reason"]}
    for place, role, part, body in (
        ("district", "chief", "holds", hold),
        ("city", "reviewer", "corrections", right),
    ):
        made = house.signed_in(place, role).post(f"{lead.url}/{part}", body)
        assert made.status_code == 201, made.text
    passed_on, merged, waiting = house.lead("screened"), house.lead("screened"), house.lead("received")
    act(passed_on, "transfer_out", "city", "intake", body=s["transfer_body"], note=s["transfer_note"])
    act(passed_on, "notify", "city", "intake", how=s["how"])
    act(merged, "merge", "city", "intake", target_lead_id=str(house.another().id), reason=s["merge_reason"])
    act(waiting, "decline", "city", "intake", note=s["decline_note"])
    reopened = house.lead("declined")
    act(reopened, "reopen", "city", "reviewer", note=s["reopen_note"])
    return [lead, passed_on, merged, waiting, reopened]


def test_nothing_that_was_told_or_written_is_in_clear(
    committed: House, cluster: Server, caplog: pytest.LogCaptureFixture
):
    leads = walk_with_words(committed)
    refused_with_text(committed)
    database = committed.connection.exec_driver_sql("SELECT current_database()").scalar_one()
    dump = dumped(cluster, database)
    read = read_by_those_who_may(committed, leads)
    assert b"COPY public.tips" in dump
    assert "举报电话".encode() in dump, "what is public is found: the search works"
    assert leads[0].code.given["token_hash"] not in dump.decode(errors="replace")
    found = [
        f"{place} as {how}"
        for place, secret in SENTINEL.items()
        for how, needle in encodings(secret).items()
        if needle in dump
    ]
    assert found == []
    unread = [place for place, secret in SENTINEL.items() if secret not in read]
    assert unread == [], "whoever may read it can"
    log = (cluster.socket_dir.parent / "logs" / "postgres.log").read_bytes() + caplog.text.encode()
    assert not [place for place, secret in SENTINEL.items() if secret.encode() in log or secret[2:].encode() in log]


def refused_with_text(house: House) -> None:
    """Requests that fail, with secrets in them: a constraint, a field, a wrong state."""
    lead = house.lead("screened", **told(house))
    body = {"token": lead.code.token, "text": SENTINEL["reporter_message"]}
    house.sql("ALTER TABLE messages ADD CONSTRAINT refuses CHECK (side <> 'reporter') NOT VALID")
    assert house.connect().post("/api/v1/public/receipts/messages", body).status_code == 409
    house.sql("ALTER TABLE messages DROP CONSTRAINT refuses")
    house.attempt(lead, "screen", house.signed_in("city", "intake"), note=SENTINEL["screen_note"])
    house.connect().post("/api/v1/public/tips", {"narrative": SENTINEL["narrative"]})


def read_by_those_who_may(house: House, leads: list[Any]) -> str:
    who = house.signed_in("city", "intake")
    pages = [who.get(lead.url + path).text for lead in leads for path in ("", "/timeline", "/messages", "/retention")]
    pages.append(who.get(f"{house.another().url}/timeline").text)
    pages.append(house.signed_in("city", "auditor").get(f"{leads[0].url}/retention").text)  # the name as it was told
    pages += [json.dumps(house.receipt(lead), ensure_ascii=False) for lead in leads[:2]]
    return "\n".join(pages)


def test_receipt_token_is_kept_as_its_hash_only(house: House):
    lead = house.file()
    stored = house.value("SELECT receipt_hash FROM tips WHERE id = :id", id=lead.tip_id)
    assert stored == hashlib.sha256(lead.code.secret).digest()
    everything = str(house.sql("SELECT t::text FROM tips t"))
    assert lead.code.secret.hex() not in everything
    assert lead.code.token not in everything


def test_two_tips_of_the_same_words_have_nothing_in_common(house: House):
    first, second = house.file(), house.file()
    contents = [house.value("SELECT content FROM tips WHERE id = :id", id=lead.tip_id) for lead in (first, second)]
    assert contents[0][:12] != contents[1][:12], "a nonce is never used twice"
    assert contents[0] != contents[1]


def test_content_moved_to_another_tip_does_not_open(house: House):
    first, second = house.file(), house.file(narrative="另一件事")
    house.sql(
        """
        UPDATE tips SET content = o.content, wrapped_key = o.wrapped_key
        FROM tips o WHERE tips.id = :id AND o.id = :other
        """,
        id=first.tip_id,
        other=second.tip_id,
    )
    page = house.signed_in("city", "intake").get(first.url)
    assert page.json()["tips"][0]["readable"] is False


def test_destroyed_key_leaves_the_record_and_no_words(house: House):
    lead = house.lead("answered")
    house.sql("UPDATE tips SET wrapped_key = NULL WHERE id = :id", id=lead.tip_id)
    house.sql("UPDATE leads SET wrapped_key = NULL WHERE id = :id", id=lead.id)
    page = house.signed_in("city", "intake").get(lead.url)
    assert page.status_code == 200
    assert page.json()["tips"][0]["narrative"] is None
    assert page.json()["finding"]["facts"] is None
    told = house.receipt(lead)
    assert (told["stage"], told["answer"], told["can_write"]) == ("answered", None, False)
