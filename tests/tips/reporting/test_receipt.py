"""The reporter's side: what the receipt tells in which state, what it never tells, and the dialogue."""

import base64
import hashlib
import json
import time
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from huiyin.kit.crypto.base64url import text_of
from huiyin.kit.web.constant_time import STEP_SECONDS
from huiyin.leads.record.models import State
from huiyin.settings import CHECKOUT
from tests.client import Client
from tests.factories.house import House, Lead
from tests.factories.tips import ReceiptCode, tip_body

OPEN, WRITE = "/api/v1/public/receipts/open", "/api/v1/public/receipts/messages"
# state: (stage, accepted, can write)
TOLD: dict[str, tuple[str, bool | None, bool]] = {
    "received": ("received", None, True),
    "screened": ("received", None, True),
    "registered": ("accepted", True, True),
    "dispatched": ("accepted", True, True),
    "acknowledged": ("accepted", True, True),
    "verifying": ("being_checked", True, True),
    "concluded": ("under_review", True, True),
    "in_review": ("under_review", True, True),
    "approved": ("under_review", True, True),
    "answered": ("answered", True, True),
    "closed": ("closed", True, False),
    "merged": ("accepted", True, True),
    "transferred": ("passed_on", False, False),
    "declined": ("not_accepted", False, False),
}
FIELDS = {
    "received_at",
    "stage",
    "stage_since",
    "handled_by",
    "answer_due_at",
    "provisional",
    "accepted",
    "reason",
    "transferred_to",
    "can_write",
    "can_object",
    "satisfied",
    "objection",
    "messages",
    "answer",
    "files",
    "log",
    "openings",
    "expired",
    "sealed",
}


def write(client: Client, lead: Lead, text: str, **headers: str) -> Any:
    return client.post(WRITE, {"token": lead.code.token, "text": text}, headers)


@pytest.mark.parametrize("state", TOLD)
def test_stage_of_each_state(house: House, state: str):
    told = house.receipt(house.lead(state))
    assert (told["stage"], told["accepted"], told["can_write"]) == TOLD[state]


def test_every_state_is_told():
    assert set(TOLD) == {str(state) for state in State}


@pytest.mark.parametrize("state", TOLD)
def test_receipt_never_shows_names_notes_or_internal_states(house: House, state: str):
    notes = {
        verb: {"note": "内部备注"}
        for verb in ("screen", "register", "dispatch", "acknowledge", "endorse", "approve", "close")
    }
    lead = house.lead(state, given=notes)
    told = house.receipt(lead)
    assert set(told) == FIELDS
    text = json.dumps(told, ensure_ascii=False)
    secret = [row.name for row in house.sql("SELECT name FROM officers UNION SELECT name FROM agencies")]
    secret += ["内部备注", "收费属实", "substantiated", "administrative_penalty", "malign"]
    secret += [row.number for row in house.sql("SELECT number FROM leads")]
    secret += [str(row.id) for row in house.sql("SELECT id FROM leads UNION SELECT id FROM officers")]
    internal = {*TOLD} - {"received", "answered", "closed"}
    assert [word for word in secret if word in text] == []
    assert told["stage"] not in internal


def test_what_staff_see_as_a_note_is_not_on_the_receipt_when_it_was_declined(house: House):
    lead = house.lead("declined", given={"decline": {"reason_code": "in_litigation", "note": "内部备注"}})
    told = house.receipt(lead)
    assert (told["reason"], told["stage"]) == ("in_litigation", "not_accepted")
    assert "内部备注" not in str(told)


def test_passed_on_names_the_body_and_the_coded_reason(house: House):
    told = house.receipt(house.lead("transferred", given={"transfer_out": {"body": "某市监局"}}))
    assert (told["transferred_to"], told["reason"]) == ("某市监局", "other_authority")


def test_kind_of_body_is_told_and_never_its_name(house: House):
    told = house.receipt(house.lead("acknowledged"))
    assert told["handled_by"] == "police"


def test_date_of_the_next_word_is_told_while_the_matter_is_open(house: House):
    lead = house.lead("verifying")
    due = house.value("SELECT clock_due_at FROM leads WHERE id = :id", id=lead.id)
    assert house.receipt(lead)["answer_due_at"] == due.isoformat().replace("+00:00", "Z")
    house.walk(lead, "verifying", "closed")
    assert house.receipt(lead)["answer_due_at"] is None


def test_answer_is_shown_from_the_moment_it_is_given_until_after_closing(house: House):
    lead = house.lead("approved")
    assert house.receipt(lead)["answer"] is None
    house.act(lead, "give_feedback", "district", "verifier", text="已依法处理。")
    assert house.receipt(lead)["answer"]["text"] == "已依法处理。"
    house.act(lead, "close", "city", "reviewer")
    assert house.receipt(lead)["answer"]["text"] == "已依法处理。"


@pytest.mark.parametrize("reason", ["would_harm", "cannot_be_reached"])
def test_feedback_that_is_skipped_is_silent(house: House, reason: str):
    """Neither a new stage nor a date nor a word: telling could harm somebody."""
    lead = house.lead("approved")
    before = house.receipt(lead)
    house.act(lead, "give_feedback", "district", "verifier", text=None, skip_reason=reason)
    assert house.receipt(lead) == before
    assert house.state(lead) == "answered"


# --- tokens ---


def test_wrong_code_is_answered_like_any_unknown_one(house: House, http: Client):
    house.file()
    answers = [http.post(OPEN, {"token": ReceiptCode().token}) for _ in range(2)]
    answers.append(http.post(WRITE, {"token": ReceiptCode().token, "text": "?"}))
    assert [answer.status_code for answer in answers] == [404] * 3
    assert len({answer.content for answer in answers}) == 1


@pytest.mark.parametrize("token", ["", "x", "A" * 42, "A" * 44, "A" * 42 + "=", "1234 5678 9012 3456 7890", None, 5])
def test_token_that_cannot_be_one_is_422(http: Client, token: Any):
    assert http.post(OPEN, {"token": token}).status_code == 422


def test_hash_itself_opens_nothing(house: House, http: Client):
    """Whoever has stolen the database has the hashes."""
    lead = house.file()
    assert http.post(OPEN, {"token": lead.code.given["token_hash"]}).status_code == 404


def test_opening_a_receipt_leaves_no_trace(house: House):
    lead = house.file()
    before = house.value("SELECT count(*) FROM events")
    house.receipt(lead)
    assert house.value("SELECT count(*) FROM events") == before


def test_tip_without_a_receipt_can_be_registered_but_not_written_to(house: House):
    intake = house.signed_in("city", "intake")
    made = intake.post("/api/v1/tips", tip_body(channel_id=str(house.channels["hotline"]), receipt=None)).json()
    assert intake.post(f"/api/v1/leads/{made['lead_id']}/messages", {"text": "?"}).status_code == 409


def test_receipt_of_a_registered_call_opens_as_any_other(house: House, http: Client):
    code = ReceiptCode()
    body = tip_body(code, channel_id=str(house.channels["hotline"]))
    assert house.signed_in("city", "intake").post("/api/v1/tips", body).status_code == 201
    assert http.post(OPEN, {"token": code.token}).json()["stage"] == "received"


# --- dialogue ---


def test_dialogue_goes_both_ways_without_a_name(house: House, http: Client):
    lead = house.lead("verifying")
    verifier = house.signed_in("district", "verifier")
    asked = verifier.post(f"{lead.url}/messages", {"text": "在哪个路口？"})
    assert (asked.status_code, asked.json()["author"]) == (201, house.officer("district", "verifier").name)
    answer = write(http, lead, "在东门。")
    assert answer.status_code == 201
    assert [(one["from"], one["text"]) for one in answer.json()["messages"]] == [
        ("staff", "在哪个路口？"),
        ("reporter", "在东门。"),
    ]
    assert house.officer("district", "verifier").name not in answer.text
    seen = verifier.get(f"{lead.url}/messages").json()["items"]
    assert [(one["from"], one["text"]) for one in seen] == [("staff", "在哪个路口？"), ("reporter", "在东门。")]
    assert seen[1]["author"] is None


@pytest.mark.parametrize("state", [state for state, told in TOLD.items() if told[2]])
def test_reporter_can_add_at_any_time_before_closing(house: House, http: Client, state: str):
    assert write(http, house.lead(state), "补充").status_code == 201


@pytest.mark.parametrize("state", [state for state, told in TOLD.items() if not told[2]])
def test_reporter_cannot_add_after_that(house: House, http: Client, state: str):
    lead = house.lead(state)
    answer = write(http, lead, "补充")
    assert (answer.status_code, answer.json()["type"]) == (409, "urn:huiyin:problem:wrong_state")
    assert house.value("SELECT count(*) FROM messages WHERE side = 'reporter'") == 0


def test_staff_cannot_write_after_closing_either(house: House):
    lead = house.lead("closed")
    assert house.signed_in("city", "intake").post(f"{lead.url}/messages", {"text": "?"}).status_code == 409


def test_only_verifiers_of_the_lead_and_its_desk_write_to_the_reporter(house: House):
    lead = house.lead("verifying")
    other = house.officer("district", "verifier third")
    answer = house.sign_in(other).post(f"{lead.url}/messages", {"text": "?"})
    assert (answer.status_code, answer.json()["rule"]) == (403, "not_a_verifier")
    assert house.signed_in("city", "intake").post(f"{lead.url}/messages", {"text": "?"}).status_code == 201


def test_message_to_a_tip_of_another_lead_is_refused(house: House):
    lead, other = house.lead("verifying"), house.file()
    body = {"text": "?", "tip_id": str(other.tip_id)}
    answer = house.signed_in("city", "intake").post(f"{lead.url}/messages", body)
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/tip_id")


def test_message_that_is_sent_twice_is_written_once(house: House, http: Client):
    lead = house.file()
    for _ in range(2):
        answer = write(http, lead, "补充", **{"Idempotency-Key": "k"})
    assert answer.headers["idempotency-replayed"] == "true"
    assert len(house.receipt(lead)["messages"]) == 1


def test_reporters_of_one_lead_do_not_read_each_other(house: House, http: Client):
    target, lead = house.lead("registered"), house.lead("screened")
    house.act(lead, "merge", "city", "intake", target_lead_id=str(target.id))
    write(http, lead, "只有我知道")
    assert "只有我知道" not in str(house.receipt(target))
    assert "只有我知道" in str(house.receipt(lead))


# --- what intake answers ---


def test_public_tip_is_answered_without_number_or_officer(house: House, http: Client):
    answer = http.post("/api/v1/public/tips", tip_body())
    assert set(answer.json()) == {"tip_id", "received_at", "answer_from", "next_step", "promise"}
    assert answer.json()["answer_from"]["name"] == house.agencies["city"].name
    assert answer.json()["next_step"]["stage"] == "received"
    for name in [row.name for row in house.sql("SELECT name FROM officers")]:
        assert name not in answer.text


def test_tip_keeps_the_times_that_were_told_apart_from_those_of_the_system(house: House):
    intake = house.signed_in("city", "intake")
    body = tip_body(
        channel_id=str(house.channels["hotline"]),
        submitted_at="2020-03-02T09:30:00+08:00",
        occurred={"kind": "exact", "at": "2019-01-05T08:00:00+08:00", "note": "清晨"},
    )
    made = intake.post("/api/v1/tips", body).json()
    (tip,) = intake.get(f"/api/v1/leads/{made['lead_id']}").json()["tips"]
    assert (tip["submitted_at"], tip["occurred"]["at"]) == ("2020-03-02T01:30:00Z", "2019-01-05T00:00:00Z")
    assert tip["occurred"]["note"] == "清晨"
    assert tip["received_at"] == made["received_at"] > "2026"


def test_staff_read_what_was_told_word_by_word(house: House):
    lead = house.file(narrative="第一行\n第二行 🙂", title="标题", place="河西市场")
    (tip,) = house.signed_in("city", "intake").get(lead.url).json()["tips"]
    assert (tip["narrative"], tip["title"], tip["place"]) == ("第一行\n第二行 🙂", "标题", "河西市场")
    assert tip["subjects"][0]["nickname"] == "三哥"
    assert tip["subjects"][0]["status"] == "reported"


# --- the code itself ---

VECTORS = json.loads((CHECKOUT / "tests" / "vectors" / "receipt-r1.json").read_text())["vectors"]


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["code"])
def test_shared_vectors_are_what_suite_r1_says(vector: dict[str, str]):
    """PBKDF2-HMAC-SHA-256 of 600,000 rounds, then HKDF-SHA-256 (RFC 5869); the browser's tests read the same file."""
    root = hashlib.pbkdf2_hmac("sha256", vector["code"].encode(), b"huiyin/receipt/r1", 600_000)
    assert text_of(root) == vector["root"]
    token = HKDF(hashes.SHA256(), 32, salt=None, info=b"huiyin/receipt/r1/lookup").derive(root)
    assert text_of(token) == vector["token"]
    assert text_of(hashlib.sha256(token).digest()) == vector["token_hash"]


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["code"])
def test_token_of_the_shared_vectors_opens_a_receipt(http: Client, house: House, vector: dict[str, str]):
    """The server finds the tip by what the browser derives."""
    secret = base64.urlsafe_b64decode(vector["token"] + "=")
    code = ReceiptCode(secret)
    assert code.given["token_hash"] == vector["token_hash"] == text_of(hashlib.sha256(secret).digest())
    assert http.post("/api/v1/public/tips", tip_body(code)).status_code == 201
    assert http.post(OPEN, {"token": vector["token"]}).status_code == 200


def test_right_and_wrong_codes_are_answered_after_whole_steps_of_time(house: House):
    """Measured by the server's own clock: the wait is there for both, so neither is told by its time."""
    lead = house.file()
    client = house.connect()
    for token, status in ((lead.code.token, 200), ("A" * 43, 404)):
        began = time.monotonic()
        assert client.post("/api/v1/public/receipts/open", {"token": token}).status_code == status
        assert time.monotonic() - began >= STEP_SECONDS
