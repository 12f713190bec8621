"""What a stranger's machine does before the form takes a tip: which proofs are refused, and that each serves once."""

import base64
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import altcha
import pytest
from fastapi import FastAPI
from hypothesis import example, given
from hypothesis import strategies as st
from sqlalchemy import text

from huiyin.kit.web.proof_of_work import LASTS, BadProof, check, issue
from huiyin.settings import Settings, UnsafeSetting
from huiyin.tips.reporting.admission import Purpose
from tests.client import Client, Connect, solved
from tests.factories.house import House
from tests.factories.office import office_file
from tests.factories.reporting.proofs import (
    CHALLENGE,
    TIPS,
    changed,
    proof_of,
)
from tests.factories.tips import tip_body

# --- what is refused, and what the refusal brings ---


def test_tip_without_a_proof_is_refused_with_the_work_to_do_and_nothing_is_written(house: House, lazy: Client):
    before = house.value("SELECT count(*) FROM tips")
    answer = lazy.post(TIPS, tip_body(), {"Idempotency-Key": "k"})
    assert (answer.status_code, answer.json()["type"]) == (428, "urn:huiyin:problem:proof_required")
    assert (answer.json()["reason"], answer.json()["raised"]) == ("missing", False)
    assert house.value("SELECT count(*) FROM tips") == before
    again = lazy.post(TIPS, tip_body(), {"Idempotency-Key": "k", "Proof-Of-Work": solved(answer.json()["challenge"])})
    assert again.status_code == 201, again.text


NO_PROOFS = ["", "x", "=", "bnVsbA==", "W10=", "e30=", base64.b64encode(b'{"challenge": {"parameters": 1}}').decode()]


@pytest.mark.parametrize("sent", NO_PROOFS)
def test_what_is_no_proof_is_answered_with_a_new_challenge(lazy: Client, sent: str):
    answer = lazy.post(TIPS, tip_body(), {"Proof-Of-Work": sent})
    assert (answer.status_code, answer.json()["reason"]) == (428, "wrong")


def test_proof_that_was_made_easier_for_another_purpose_or_longer_lived_is_refused(lazy: Client):
    proof = proof_of(lazy)
    for change in (
        {"data": {"purpose": "tip", "tries": 10**6}},
        {"expiresAt": 4_000_000_000},
        {"keyPrefix": "00"},
        {"keySignature": "00"},
        {"cost": 1},
        {"data": None},
    ):
        answer = lazy.post(TIPS, tip_body(), changed(proof, **change))
        assert (answer.status_code, answer.json()["reason"]) == (428, "wrong"), change
    assert lazy.post(TIPS, tip_body(), proof).status_code == 201


def test_challenge_that_is_not_solved_opens_nothing(lazy: Client):
    challenge = lazy.get(CHALLENGE).json()["challenge"]
    guess = altcha.Payload(altcha.Challenge.from_dict(challenge), altcha.Solution(0, "00" * 32)).to_base64()
    assert lazy.post(TIPS, tip_body(), {"Proof-Of-Work": guess}).json()["reason"] == "wrong"


@given(st.text(max_size=60) | st.binary(max_size=60).map(lambda raw: base64.b64encode(raw).decode()))
def test_no_made_up_proof_is_taken_and_none_breaks_the_check(service_settings: Settings, sent: str):
    with pytest.raises(BadProof):
        check(sent, "tip", datetime.now(UTC))


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


_FIELDS = ["algorithm", "nonce", "salt", "cost", "keyLength", "keyPrefix", "keySignature", "expiresAt", "data"]


@given(field=st.sampled_from(_FIELDS), value=_JSON)
@example(field="data", value={"__proto__": {}})
def test_no_change_of_a_challenge_is_taken_and_none_breaks_the_check(
    service_settings: Settings, field: str, value: Any
):
    payload = json.loads(base64.b64decode(solved(issue("tip", 1, datetime.now(UTC)))))
    if payload["challenge"]["parameters"][field] == value:
        return
    payload["challenge"]["parameters"][field] = value
    with pytest.raises(BadProof):
        check(base64.b64encode(json.dumps(payload).encode()).decode(), "tip", datetime.now(UTC))


def test_proof_is_good_for_its_purpose_alone_and_for_half_an_hour(service_settings: Settings):
    now = datetime.now(UTC)
    sent = solved(issue("upload", 1, now))
    with pytest.raises(BadProof, match="wrong"):
        check(sent, "tip", now)
    assert check(sent, "upload", now + LASTS - timedelta(seconds=2)).tries == 1
    with pytest.raises(BadProof, match="expired"):
        check(sent, "upload", now + LASTS + timedelta(seconds=1))


def test_proof_that_came_too_late_is_answered_with_a_new_challenge(lazy: Client):
    sent = solved(issue("tip", 1, datetime.now(UTC) - LASTS - timedelta(seconds=5)))
    assert lazy.post(TIPS, tip_body(), {"Proof-Of-Work": sent}).json()["reason"] == "expired"


# --- used once ---


def test_proof_serves_once(house: House, lazy: Client):
    proof = proof_of(lazy)
    assert lazy.post(TIPS, tip_body(), proof).status_code == 201
    answer = lazy.post(TIPS, tip_body(), proof)
    assert (answer.status_code, answer.json()["reason"]) == (428, "used")
    assert house.value("SELECT count(*) FROM tips") == 1


def test_of_two_processes_that_get_one_proof_at_the_same_moment_one_takes_it(committed: House, server: Connect):
    client = server(works=False)
    for _ in range(5):
        proof = proof_of(client)
        requests = [("POST", TIPS, proof, tip_body()) for _ in range(4)]
        statuses = sorted(answer.status_code for answer in client.together(*requests))
        assert statuses == [201, 428, 428, 428]
    assert committed.value("SELECT count(*) FROM tips") == 5


def test_tip_that_is_refused_for_its_content_uses_no_proof_up(lazy: Client):
    """Who corrects a field sends the same proof again."""
    proof = proof_of(lazy)
    assert lazy.post(TIPS, tip_body(region_code="999999"), proof).status_code == 422
    assert lazy.post(TIPS, tip_body(), proof).status_code == 201


def test_retry_of_a_tip_that_had_arrived_gets_its_answer_with_a_new_proof(house: House, lazy: Client):
    """The answer was lost on the way; body and key are the same, the proof is another one."""
    body = tip_body()
    first = lazy.post(TIPS, body, {"Idempotency-Key": "k"} | proof_of(lazy))
    second = lazy.post(TIPS, body, {"Idempotency-Key": "k"} | proof_of(lazy))
    assert (second.status_code, second.json()) == (201, first.json())
    assert house.value("SELECT count(*) FROM tips") == 1


def test_what_is_kept_of_a_used_proof_says_neither_who_nor_when(house: House, lazy: Client):
    lazy.post(TIPS, tip_body(), proof_of(lazy))
    (row,) = house.sql("SELECT digest, expires_at FROM spent_proofs")
    assert len(row.digest) == 32
    assert (row.expires_at.minute, row.expires_at.second, row.expires_at.microsecond) == (0, 0, 0)
    assert row.expires_at > datetime.now(UTC) + LASTS - timedelta(minutes=1)


# --- settings and housekeeping ---


def test_system_that_asks_for_no_work_does_not_start_outside_a_demo(tmp_path: Any):
    safe = {"demo": False, "data": tmp_path, "second_factor": True, "office_file": office_file(tmp_path)}
    with pytest.raises(UnsafeSetting, match="HUIYIN_PROOF_TRIES"):
        Settings(proof_tries=0, **safe).refuse_if_unsafe()
    Settings(**safe).refuse_if_unsafe()


def test_demo_may_do_without(house: House, app: FastAPI, lazy: Client):
    app.state.admission.tries = 0
    assert lazy.get(CHALLENGE).json() == {"challenge": None, "raised_until": None}
    assert lazy.post(TIPS, tip_body()).status_code == 201


def test_proof_is_checked_by_every_process_and_after_every_start(service_settings: Settings):
    """The keys come from the key ring, not from the process."""
    from huiyin.kit.crypto.keys import provider
    from huiyin.kit.crypto.vault import Vault, vault

    sent = solved(issue(Purpose.tip, 1, datetime.now(UTC)))
    other = Vault(provider(service_settings))
    assert other is not vault()
    assert other.purpose_key("proof-of-work") == vault().purpose_key("proof-of-work")
    assert check(sent, "tip", datetime.now(UTC)).tries == 1


def test_app_role_removes_what_has_expired(house: House, lazy: Client):
    lazy.post(TIPS, tip_body(), proof_of(lazy))
    house.sql("UPDATE spent_proofs SET expires_at = now() - interval '1 minute'")
    house.connection.execute(text("DELETE FROM spent_proofs WHERE expires_at < now()"))
    assert house.value("SELECT count(*) FROM spent_proofs") == 0
