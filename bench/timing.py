"""What the time of an answer tells: right and wrong receipt codes, excluded and unknown leads.

One request after the other over one connection, the two kinds in random order, so that a drift of the machine meets
both alike. A difference of medians is noise where the 99 % interval of a bootstrap over it holds zero; beside it stands
the area under the curve: how often a guess by one time alone is right (0.5: as a coin).
"""

import base64
import hashlib
import json
import random
import secrets
import statistics
import time
from bisect import bisect_left, bisect_right
from collections.abc import Callable

import httpx

from bench.service import anonymous, connect, running

COUNT = 1000
_random = random.Random(20261122)


def _token() -> str:
    return base64.urlsafe_b64encode(secrets.token_bytes(32)).rstrip(b"=").decode()


def _hash(token: str) -> str:
    raw = base64.urlsafe_b64decode(token + "=")
    return base64.urlsafe_b64encode(hashlib.sha256(raw).digest()).rstrip(b"=").decode()


def compare(what: str, one: Callable[[], int], other: Callable[[], int], count: int = COUNT) -> None:
    """Time both kinds `count` times, mixed, and print what can be told from the times."""
    times: dict[bool, list[float]] = {True: [], False: []}
    order = [True, False] * count
    _random.shuffle(order)
    for warm in (one, other) * 20:
        warm()
    for kind in order:
        begun = time.perf_counter()
        (one if kind else other)()
        times[kind].append((time.perf_counter() - begun) * 1000)
    first, second = times[True], times[False]
    differences = sorted(
        statistics.median(_random.choices(first, k=count)) - statistics.median(_random.choices(second, k=count))
        for _ in range(2000)
    )
    low, high = differences[10], differences[-11]
    ordered = sorted(second)
    area = sum(bisect_left(ordered, t) + bisect_right(ordered, t) for t in first) / (2 * count * count)
    print(
        f"{what}: medians {statistics.median(first):.3f} and {statistics.median(second):.3f} ms,"
        f" difference {low:+.3f} … {high:+.3f} ms (99 %), area {area:.3f}:"
        f" {'within noise' if low <= 0 <= high else 'TELLS THEM APART'}"
    )


def measure() -> None:
    """1,000 of each kind."""
    with running() as service:
        client = httpx.Client(base_url=service.url, timeout=30, trust_env=False)
        passwords = json.loads((service.data / "secrets" / "demo-accounts.json").read_text())
        agencies = client.get("/api/v1/public/agencies", params={"region": "430104"}).json()["items"]
        district = next(item["id"] for item in agencies if item["name"] == "长沙市公安局岳麓分局")
        office = next(item["id"] for item in agencies if item["name"] == "长沙市扫黑办")
        key = client.get("/api/v1/public/identity-key").json()["key"]
        right = _token()
        for token, excluded in ((right, district), (_token(), office)):
            body = {
                "region_code": "430104",
                "conduct": "protection_money",
                "narrative": "货运站外有人拦车收费。" * 20,
                "occurred": {"kind": "unknown"},
                "exclusions": [{"agency_id": excluded}],
                "receipt": {"suite": "r1", "token_hash": _hash(token)},
                "identity": anonymous(key, _hash(token)),
            }
            answer = client.post("/api/v1/public/tips", json=body, headers={"Idempotency-Key": secrets.token_hex(16)})
            answer.raise_for_status()

        def opened(token: str) -> int:
            return client.post("/api/v1/public/receipts/open", json={"token": token}).status_code

        assert (opened(right), opened(_token())) == (200, 404)
        compare("receipt code right and wrong", lambda: opened(right), lambda: opened(_token()))
        compare("receipt code wrong and wrong", lambda: opened(_token()), lambda: opened(_token()))
        login = {"login": "intake.city", "password": passwords["intake.city"]}
        client.post("/api/v1/sessions", json=login).raise_for_status()
        with connect(service) as owner:
            ids = [str(row[0]) for row in owner.execute("SELECT id FROM leads ORDER BY id")]
        seen = {id_: client.get(f"/api/v1/leads/{id_}").status_code for id_ in ids}
        hidden = [id_ for id_, status in seen.items() if status == 404]
        assert hidden, seen
        unknown = hidden[0][:-12] + secrets.token_hex(6)
        compare(
            "lead excluded and unknown",
            lambda: client.get(f"/api/v1/leads/{hidden[0]}").status_code,
            lambda: client.get(f"/api/v1/leads/{unknown}").status_code,
        )
