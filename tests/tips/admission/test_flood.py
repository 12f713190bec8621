"""More work under a flood, by network and by channel; refusal far above; and no address is kept."""

import gc
import logging
from typing import Any

import pytest
from fastapi import FastAPI
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from starlette.requests import HTTPConnection

from huiyin.kit.web.networks import UNKNOWN, network_of
from huiyin.kit.web.recent_counts import MINUTES, RecentCounts
from huiyin.tips.reporting import admission
from huiyin.tips.reporting.admission import CEILING, FREE_OF_CHANNEL, FREE_OF_NETWORK, Admission, steps
from tests.client import Connect, solved
from tests.factories.house import House
from tests.factories.proofs import CHALLENGE, ELSEWHERE, FAR, HOME, NEXT_DOOR, OPEN, TIPS, asked_of, proof_of, tries_of
from tests.factories.tips import tip_body

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
