"""What a stranger's machine has to do before the form takes a tip: never more than once, never kept, never refused."""

import base64
import gc
import json
import logging
from datetime import UTC, datetime, timedelta
from typing import Any

import altcha
import httpx
import pytest
from fastapi import FastAPI
from hypothesis import HealthCheck, example, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from sqlalchemy import text
from starlette.requests import HTTPConnection

from huiyin.kit.networks import UNKNOWN, network_of
from huiyin.kit.proof_of_work import LASTS, BadProof, check, issue
from huiyin.kit.recent_counts import MINUTES, RecentCounts
from huiyin.settings import Settings, UnsafeSetting
from huiyin.tips import admission
from huiyin.tips.admission import CEILING, FREE_CODES, FREE_OF_CHANNEL, FREE_OF_NETWORK, Admission, Purpose, steps
from tests.client import Client, Connect, solved
from tests.factories.house import House
from tests.factories.tips import ReceiptCode, tip_body

TIPS = "/api/v1/public/tips"
CHALLENGE = "/api/v1/public/challenge"
OPEN = "/api/v1/public/receipts/open"
UPLOADS = "/api/v1/public/receipts/uploads"
SURGES = "/api/v1/form-surges"
ELSEWHERE = "203.0.113.9"  # documentation addresses are not global: the tests' "home" stands for no known network
HOME, NEXT_DOOR, FAR = "1.2.3.4", "1.2.3.200", "9.9.9.9"


def proof_of(client: Client) -> dict[str, str]:
    return {"Proof-Of-Work": solved(client.get(CHALLENGE, region_code="430104").json()["challenge"])}


def tries_of(answer: httpx.Response) -> int:
    return int(answer.json()["challenge"]["parameters"]["data"]["tries"])


def asked_of(client: Client) -> int:
    """The work that a tip costs now, in tries."""
    return tries_of(client.get(CHALLENGE, region_code="430104"))


def changed(proof: dict[str, str], **parameters: Any) -> dict[str, str]:
    payload = json.loads(base64.b64decode(proof["Proof-Of-Work"]))
    payload["challenge"]["parameters"] |= parameters
    return {"Proof-Of-Work": base64.b64encode(json.dumps(payload).encode()).decode()}


@pytest.fixture
def lazy(house: House, connect: Connect) -> Client:
    """A program that does no work unless the test does it."""
    return connect(works=False)


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


# --- more work under a flood, by network and by channel; refusal far above ---


def test_work_doubles_with_the_tips_of_a_network_and_stays_for_others(house: House, connect: Connect):
    flood, neighbour, other = (connect(address=address) for address in (HOME, NEXT_DOOR, FAR))
    assert asked_of(flood) == 1
    for _ in range(FREE_OF_NETWORK):
        flood.post(TIPS, tip_body())
    assert (asked_of(flood), asked_of(neighbour), asked_of(other)) == (2, 2, 1)
    for _ in range(FREE_OF_NETWORK):
        flood.post(TIPS, tip_body())
    assert asked_of(flood) == 4


def test_proof_of_quiet_times_does_not_serve_in_a_flood(house: House, connect: Connect):
    """Otherwise easy challenges could be hoarded before it."""
    flood = connect(address=HOME, works=False)
    hoarded = [proof_of(flood) for _ in range(2 * FREE_OF_NETWORK + 2)]
    answers = [flood.post(TIPS, tip_body(), proof) for proof in hoarded]
    assert [answer.status_code for answer in answers] == [201] * 2 * FREE_OF_NETWORK + [428] * 2
    assert (answers[-1].json()["reason"], tries_of(answers[-1])) == ("too_easy", 4)
    proof = {"Proof-Of-Work": solved(answers[-1].json()["challenge"])}
    assert flood.post(TIPS, tip_body(), proof).status_code == 201


def test_everybody_behind_one_network_is_asked_for_more_and_never_refused(house: House, app: FastAPI, connect: Connect):
    for _ in range(5_000):
        app.state.admission.tips.add("1.2.3.0/24")
    client = connect(address=HOME)
    assert asked_of(client) == 1 << admission.MOST_STEPS
    assert client.post(TIPS, tip_body()).status_code == 201


@pytest.mark.parametrize("address", ["127.0.0.1", "10.0.0.7", "172.20.0.3", "::1", ELSEWHERE, "no address"])
def test_proxy_in_front_does_not_make_all_reporters_one_network(house: House, connect: Connect, address: str):
    client = connect(address=address)
    for _ in range(FREE_OF_NETWORK + 1):
        client.post(TIPS, tip_body())
    assert asked_of(client) == 1


def test_work_doubles_with_the_tips_of_a_channel_whoever_sends(house: House, app: FastAPI, connect: Connect):
    for number in range(FREE_OF_CHANNEL):
        app.state.admission.tips.add(f"9.9.{number}.0/24", str(house.channels["web"]))
    assert asked_of(connect(address=HOME)) == 2
    assert tries_of(connect().get(CHALLENGE)) == 1, "without a region its channel is not known"
    answer = connect(address=HOME, works=False).post(TIPS, tip_body())
    assert answer.status_code == 428


def test_channel_answers_429_only_where_nobody_could_read_what_comes_in(house: House, app: FastAPI, connect: Connect):
    for number in range(CEILING - 1):
        app.state.admission.tips.add(str(house.channels["web"]), f"9.{number % 250}.1.0/24")
    client = connect(address=HOME)
    assert client.post(TIPS, tip_body()).status_code == 201
    answer = client.post(TIPS, tip_body())
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "60")
    assert house.value("SELECT count(*) FROM tips") == 1


def test_import_other_systems_and_staff_are_asked_for_nothing(house: House, app: FastAPI):
    for _ in range(CEILING):
        app.state.admission.tips.add(str(house.channels["web"]), UNKNOWN)
    body = tip_body(channel_id=str(house.channels["hotline"]))
    assert house.signed_in("city", "intake").post("/api/v1/tips", body).status_code == 201


@pytest.mark.parametrize(("count", "expected"), [(0, 0), (4, 0), (5, 1), (9, 1), (10, 2), (20, 3), (40, 4), (80, 5)])
def test_each_doubling_of_the_count_is_one_step(count: int, expected: int):
    assert steps(count, 5) == expected


# --- no address is kept ---


def test_counts_last_ten_minutes():
    clock = [0.0]
    counts = RecentCounts(lambda: clock[0])
    counts.add("a", "b")
    clock[0] = 60.0 * (MINUTES - 1)
    counts.add("a")
    assert (counts.count("a"), counts.count("b"), counts.count("c")) == (2, 1, 0)
    clock[0] = 60.0 * MINUTES
    assert (counts.count("a"), counts.count("b")) == (1, 0)
    clock[0] = 1e6
    assert counts.count("a") == 0
    assert not counts._minutes, "keys and counts are gone"


def test_memory_of_counts_has_a_bound():
    counts = RecentCounts(labels=100)
    for number in range(1_000):
        counts.add(f"network {number}")
    assert sum(len(minute.counts) for minute in counts._minutes) == 100


def network_from(address: Any) -> str:
    return network_of(HTTPConnection({"type": "http", "headers": [], "client": (str(address), 1)}), None)


@given(st.ip_addresses())
def test_network_is_coarser_than_any_address(address: Any):
    network = network_from(address)
    assert network == UNKNOWN or network.endswith(("/24", "/48"))
    assert str(address) not in network or str(address).endswith((".0", "::"))


def everything_in(thing: object) -> str:
    """All that can be reached from an object, as text and bytes."""
    seen: dict[int, object] = {}
    waiting = [thing]
    while waiting:
        one = waiting.pop()
        if id(one) in seen or callable(one) or isinstance(one, type):
            continue
        seen[id(one)] = one
        waiting += gc.get_referents(one)
    return repr(list(seen.values())) + "".join(one.hex() for one in seen.values() if isinstance(one, bytes))


@hypothesis_settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(address=st.ip_addresses().filter(lambda address: address.is_global))
def test_no_address_or_network_is_in_memory_logs_or_database(
    house: House, app: FastAPI, connect: Connect, caplog: pytest.LogCaptureFixture, address: Any
):
    caplog.set_level(logging.DEBUG)
    client = connect(address=str(address), works=False)
    client.post(TIPS, tip_body())
    client.post(TIPS, tip_body(), proof_of(client))
    client.post(OPEN, {"token": "A" * 43})
    network = network_from(address)
    kept: Admission = app.state.admission
    assert kept.tips.count(network) > 0, "it is counted"
    held = everything_in([kept.tips, kept.permits, kept.wrong_codes]) + repr(vars(kept))
    rows = str(house.sql("SELECT * FROM spent_proofs")) + str(house.sql("SELECT facts FROM events"))
    for told in (str(address), network, network.partition("/")[0], address.packed.hex()):
        if len(told) > 4:  # "::" alone would be found anywhere
            assert told not in held
            assert told not in caplog.text
            assert told not in rows


def test_header_of_the_proxy_is_believed_only_where_a_setting_names_it(house: House, app: FastAPI, connect: Connect):
    client = connect(works=False)
    forged = {"X-Real-IP": HOME, "X-Forwarded-For": HOME}
    kept: Admission = app.state.admission
    client.post(TIPS, tip_body(), proof_of(client) | forged)
    assert kept.tips.count("1.2.3.0/24") == 0
    kept.header = "X-Real-IP"
    client.post(TIPS, tip_body(), proof_of(client) | forged)
    assert kept.tips.count("1.2.3.0/24") == 1
    client.post(TIPS, tip_body(), proof_of(client) | {"X-Real-IP": f"{FAR}, {HOME}"})
    assert kept.tips.count("1.2.3.0/24") == 2, "what the nearest proxy has added"
    assert kept.tips.count("9.9.9.0/24") == 0


# --- guessing receipt codes ---


def test_guessing_codes_costs_work_and_says_nothing_of_them(house: House, connect: Connect):
    lead = house.file()
    guesser = connect(address=HOME, works=False)
    for _ in range(FREE_CODES):
        assert guesser.post(OPEN, {"token": ReceiptCode().token}).status_code == 404
    right, wrong = (guesser.post(OPEN, {"token": token}) for token in (lead.code.token, ReceiptCode().token))
    assert (right.status_code, wrong.status_code) == (428, 428)
    assert [len(answer.content) for answer in (right, wrong)] == [len(right.content)] * 2
    assert right.json() | {"challenge": 0} == wrong.json() | {"challenge": 0}
    assert connect(address=FAR, works=False).post(OPEN, {"token": lead.code.token}).status_code == 200
    proof = {"Proof-Of-Work": solved(right.json()["challenge"])}
    assert guesser.post(OPEN, {"token": ReceiptCode().token}, proof).status_code == 404
    again = guesser.post(OPEN, {"token": lead.code.token}, proof)
    assert (again.status_code, again.json()["reason"]) == (428, "used"), "a wrong code uses the proof up too"
    assert connect(address=HOME).post(OPEN, {"token": lead.code.token}).status_code == 200, "a browser does the work"


def test_reporter_who_mistypes_is_asked_for_nothing(house: House, connect: Connect):
    lead = house.file()
    client = connect(address=HOME, works=False)
    for _ in range(FREE_CODES - 1):
        client.post(OPEN, {"token": ReceiptCode().token})
    assert client.post(OPEN, {"token": lead.code.token}).status_code == 200


@pytest.mark.parametrize("path", ["messages", "rating", "objection", "uploads"])
def test_every_route_that_a_code_opens_counts_wrong_ones(house: House, app: FastAPI, connect: Connect, path: str):
    client = connect(address=HOME)
    body = {"token": ReceiptCode().token} | ({"text": "甲"} if path in {"messages", "objection"} else {})
    client.post(f"/api/v1/public/receipts/{path}", body | ({"satisfied": True} if path == "rating" else {}))
    assert app.state.admission.wrong_codes.count("1.2.3.0/24") == 1


def test_permission_to_upload_costs_work_once_each(house: House, lazy: Client):
    lead = house.file()
    asked = lazy.post(UPLOADS, {"token": lead.code.token})
    assert (asked.status_code, asked.json()["reason"]) == (428, "missing")
    wrong = lazy.post(UPLOADS, {"token": lead.code.token}, proof_of(lazy))
    assert wrong.json()["reason"] == "wrong", "a tip's proof is no upload's"
    proof = {"Proof-Of-Work": solved(asked.json()["challenge"])}
    assert lazy.post(UPLOADS, {"token": lead.code.token}, proof).status_code == 200
    assert lazy.post(UPLOADS, {"token": lead.code.token}, proof).json()["reason"] == "used"


# --- the switch ---


def soon(hours: float = 2) -> str:
    return (datetime.now(UTC) + timedelta(hours=hours)).isoformat()


def test_office_raises_the_work_for_a_time_and_says_why(house: House, connect: Connect, lazy: Client):
    easy = proof_of(lazy)
    leader = house.signed_in("city", "leader")
    made = leader.post(SURGES, {"until_at": soon(), "reason": "大量雷同举报"}, {"Idempotency-Key": "k"})
    assert made.status_code == 201, made.text
    assert asked_of(lazy) == 1 << admission.SURGE_STEPS
    assert lazy.get(CHALLENGE).json()["raised_until"] == made.json()["until_at"]
    answer = lazy.post(TIPS, tip_body(), easy)
    assert (answer.json()["reason"], answer.json()["raised"]) == ("too_easy", True)
    assert connect().post(TIPS, tip_body()).status_code == 201, "the form is not closed"
    event = house.sql("SELECT * FROM events WHERE event = 'form_surge:raise'")[0]
    assert (str(event.subject_id), event.actor_id) == (made.json()["id"], house.officer("city", "leader").id)
    assert "雷同" not in str(event.facts)
    assert leader.get(SURGES).json()["items"][0]["reason"] == "大量雷同举报"


def test_it_ends_by_itself(house: House, lazy: Client):
    house.signed_in("city", "admin").post(SURGES, {"until_at": soon(), "reason": "甲"})
    house.sql("UPDATE form_surges SET from_at = from_at - interval '3 hours', until_at = now() - interval '1 second'")
    assert asked_of(lazy) == 1
    assert lazy.get(CHALLENGE).json()["raised_until"] is None


def test_it_is_ended_before_its_time_once(house: House, lazy: Client):
    admin = house.signed_in("city", "admin")
    url = f"{SURGES}/{admin.post(SURGES, {'until_at': soon(), 'reason': '甲'}).json()['id']}/end"
    assert admin.post(url).json()["ended_by"] == str(house.officer("city", "admin").id)
    assert asked_of(lazy) == 1
    assert admin.post(url).status_code == 409
    assert house.value("SELECT count(*) FROM events WHERE event = 'form_surge:end'") == 1
    assert admin.post(f"{SURGES}/{house.channels['web']}/end").status_code == 404


@pytest.mark.parametrize("hours", [-1, 25, 24 * 365])
def test_it_lasts_a_day_at_most(house: House, hours: int):
    answer = house.signed_in("city", "admin").post(SURGES, {"until_at": soon(hours), "reason": "甲"})
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/until_at")


@pytest.mark.parametrize(("place", "role"), [("police", "leader"), ("city", "intake"), ("city", "reviewer")])
def test_only_leaders_and_administrators_of_an_office_may(house: House, place: str, role: str):
    answer = house.signed_in(place, role).post(SURGES, {"until_at": soon(), "reason": "甲"})
    assert (answer.status_code, answer.json()["permission"]) == (403, "form:protect")


def test_counts_during_the_switch_go_higher_but_not_for_ever(service_settings: Settings):
    counts = Admission(service_settings)
    for _ in range(10_000):
        counts.tips.add("1.2.3.0/24")
    assert counts.tries_of_tip("1.2.3.0/24", None, surge=True) == 1 << admission.MOST_STEPS_IN_SURGE


# --- settings and housekeeping ---


def test_system_that_asks_for_no_work_does_not_start_outside_a_demo(tmp_path: Any):
    safe = {"demo": False, "data": tmp_path, "second_factor": True}
    with pytest.raises(UnsafeSetting, match="HUIYIN_PROOF_TRIES"):
        Settings(proof_tries=0, **safe).refuse_if_unsafe()
    Settings(**safe).refuse_if_unsafe()


def test_demo_may_do_without(house: House, app: FastAPI, lazy: Client):
    app.state.admission.tries = 0
    assert lazy.get(CHALLENGE).json() == {"challenge": None, "raised_until": None}
    assert lazy.post(TIPS, tip_body()).status_code == 201


def test_proof_is_checked_by_every_process_and_after_every_start(service_settings: Settings):
    """The keys come from the key ring, not from the process."""
    from huiyin.kit.keys import provider
    from huiyin.kit.vault import Vault, vault

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
