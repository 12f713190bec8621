"""Custodians of key shares: who may keep one, what each says of theirs, and whether a key could be recovered."""

import secrets
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from huiyin.kit.base64url import text_of
from huiyin.tips.key_recovery import SHARES
from tests.factories.house import House
from tests.factories.identities import new_pair, publish_key, wrapping
from tests.factories.officers import Officer
from tests.factories.sealed import publish_sealed_key

REGISTER, MINE = "/api/v1/key-shares", "/api/v1/me/key-shares"
DESK = ("city", "identity_desk")
Act = tuple[str, str, dict[str, str], Any]
# Two agencies give two custodians each, and a third one the fifth.
FIVE = [
    ("province", "intake"),
    ("province", "leader"),
    ("police", "chief"),
    ("district", "chief"),
    ("market", "chief"),
]


def new_key(house: House, version: int = 1) -> None:
    """A key of the desk whose shares can be checked."""
    pair = new_pair()
    body = {"version": version, "suite": "i1", "public_key": pair.text, "wrapping": wrapping(pair)}
    commitments = [text_of(secrets.token_bytes(32)) for _ in range(SHARES)]
    answer = house.signed_in(*DESK).post("/api/v1/identity-keys", body | {"share_commitments": commitments})
    assert answer.status_code == 201, answer.text


@pytest.fixture
def key(house: House) -> House:
    """The desk has a key, and nobody keeps a share of it."""
    new_key(house)
    return house


@pytest.fixture
def kept(key: House) -> House:
    """Five custodians, each of whom confirmed to have the sheet."""
    for number, who in enumerate(FIVE, 1):
        assert give(key, number, *who).status_code == 200
        assert confirm(key, *who).status_code == 200
    return key


def of_register(house: House, place: str = "city", role: str = "identity_desk", at: int = 0) -> dict[str, Any]:
    answer = house.signed_in(place, role).get(REGISTER)
    assert answer.status_code == 200, answer.text
    return answer.json()["items"][at]  # type: ignore[no-any-return]


def states(house: House) -> list[str]:
    return [share["state"] for share in of_register(house)["shares"]]


def put(house: House, number: int, officer: Officer | None, **changes: Any) -> httpx.Response:
    """The desk records who keeps a sheet, having read the register."""
    shown = of_register(house)
    custody = shown["shares"][number - 1]["custody"]
    body = {"officer_id": str(officer.id) if officer else None, "replaces": custody and custody["id"]} | changes
    return house.signed_in(*DESK).put(f"{REGISTER}/{shown['key_id']}/{number}/custodian", body)


def give(house: House, number: int, place: str, role: str, **changes: Any) -> httpx.Response:
    return put(house, number, house.officer(place, role), **changes)


def mine(house: House, place: str, role: str) -> list[dict[str, Any]]:
    return house.signed_in(place, role).get(MINE).json()["items"]  # type: ignore[no-any-return]


def act(house: House, place: str, role: str, what: str, body: dict[str, Any], at: int = 0) -> httpx.Response:
    custody = mine(house, place, role)[at]["custody_id"]
    return house.signed_in(place, role).post(f"{MINE}/{custody}/{what}", body)


def confirm(house: House, place: str, role: str, *, checked: bool = False) -> httpx.Response:
    return act(house, place, role, "confirmation", {"checked": checked})


def report(house: House, place: str, role: str, what: str) -> httpx.Response:
    return act(house, place, role, "report", {"what": what})


def told(house: House) -> list[str]:
    rows = house.sql("SELECT event FROM events WHERE event LIKE 'key_share:%' ORDER BY id")
    return [row.event.removeprefix("key_share:") for row in rows]


def refused(answer: httpx.Response) -> str:
    """The rule that is against an officer."""
    assert answer.status_code == 422, answer.text
    (error,) = answer.json()["errors"]
    assert error["pointer"] == "/officer_id"
    return str(error["code"])


# Who may keep a share


def test_custodian_is_somebody_who_cannot_open_the_key_anyway(key: House):
    assert refused(give(key, 1, "city", "identity_desk")) == "opens_key"
    assert refused(give(key, 1, "province", "identity_desk")) == "opens_key"
    assert give(key, 1, "discipline", "chief").status_code == 200


def test_custodian_of_an_agencys_key_is_nobody_who_opens_its_sealed_tips(house: House):
    publish_sealed_key(house)
    house.officer("discipline", "auditor")
    shown = of_register(house, "discipline", "chief")
    url = f"{REGISTER}/{shown['key_id']}/1/custodian"
    chief = house.signed_in("discipline", "chief")

    def name(place: str, role: str) -> httpx.Response:
        return chief.put(url, {"officer_id": str(house.officer(place, role).id), "replaces": None})

    assert refused(name("discipline", "verifier")) == "opens_key"
    assert refused(name("discipline", "chief")) == "opens_key"
    assert name("discipline", "auditor").status_code == 200, "serves there, and opens nothing"


def test_nobody_keeps_two_shares_of_one_key(key: House):
    assert give(key, 1, "police", "chief").status_code == 200
    assert refused(give(key, 2, "police", "chief")) == "keeps_another"


def test_no_agency_keeps_enough_to_open_the_key_alone(key: House):
    for place in ("police", "district", "market", "discipline"):
        key.officer(place, "verifier")
    for number, role in enumerate(("chief", "verifier"), 1):
        assert give(key, number, "police", role).status_code == 200
    assert refused(give(key, 3, "police", "verifier second")) == "agency_full"
    assert give(key, 3, "district", "chief").status_code == 200


def test_where_there_are_too_few_agencies_one_may_keep_three_and_the_register_says_so(key: House):
    places = {name: agency.id for name, agency in key.agencies.items() if name in {"police", "city"}}
    key.sql("UPDATE officers SET active = false WHERE NOT agency_id = ANY (:there)", there=list(places.values()))
    for number, role in enumerate(("chief", "verifier", "verifier second"), 1):
        assert give(key, number, "police", role).status_code == 200
    assert of_register(key)["crowded"]["name"] == key.agencies["police"].name


def test_closed_account_and_nobody_are_no_custodians(key: House):
    key.sql("UPDATE officers SET active = false WHERE id = :id", id=key.officer("market", "verifier").id)
    assert refused(give(key, 1, "market", "verifier")) == "unknown_officer"
    nobody = "00000000-0000-7000-8000-000000000000"
    assert refused(give(key, 1, "market", "chief", officer_id=nobody)) == "unknown_officer"


# Who may say what


def test_only_who_keeps_the_key_names_custodians(key: House):
    shown = of_register(key)
    url, body = (
        f"{REGISTER}/{shown['key_id']}/1/custodian",
        {
            "officer_id": str(key.officer("market", "chief").id),
            "replaces": None,
        },
    )
    assert key.signed_in("city", "intake").put(url, body).status_code == 403
    assert key.signed_in("city", "auditor").put(url, body).status_code == 403
    assert key.signed_in("discipline", "chief").put(url, body).status_code == 404, "keeps another key"
    assert told(key) == []


def test_register_shows_each_the_keys_they_keep_and_auditors_all(key: House):
    publish_sealed_key(key)
    assert [one["purpose"] for one in key.signed_in(*DESK).get(REGISTER).json()["items"]] == ["identity"]
    assert [one["purpose"] for one in key.signed_in("discipline", "chief").get(REGISTER).json()["items"]] == ["sealed"]
    audited = key.signed_in("province", "auditor").get(REGISTER).json()["items"]
    assert [(one["purpose"], one["may_assign"]) for one in audited] == [("identity", False), ("sealed", False)]
    assert key.signed_in("city", "intake").get(REGISTER).status_code == 403
    assert key.signed_in("district", "chief").get(REGISTER).json() == {"items": []}
    assert key.signed_in("discipline", "verifier").get(REGISTER).status_code == 403, "opens, and hands out no sheets"


def test_share_is_shown_to_its_custodian_alone_who_is_told_of_no_other(kept: House):
    (share,) = mine(kept, "police", "chief")
    assert (share["number"], share["purpose"], share["version"]) == (3, "identity", 1)
    assert mine(kept, "market", "verifier") == []
    assert kept.officer("market", "chief").name not in str(share)


def test_another_officer_says_nothing_of_somebodys_share(kept: House):
    custody = mine(kept, "police", "chief")[0]["custody_id"]
    for who in (("market", "chief"), DESK):
        other = kept.signed_in(*who)
        assert other.post(f"{MINE}/{custody}/confirmation", {"checked": False}).status_code == 404
        assert other.post(f"{MINE}/{custody}/report", {"what": "lost"}).status_code == 404
        successor = {"officer_id": str(kept.officer("market", "verifier").id)}
        assert other.post(f"{MINE}/{custody}/successor", successor).status_code == 404
    assert states(kept) == ["held"] * 5


# What happens to a sheet


def test_share_counts_once_its_custodian_has_confirmed_it(key: House):
    assert states(key) == ["nobody"] * 5
    give(key, 1, "police", "chief")
    assert states(key)[0] == "given"
    assert of_register(key)["confirmed"] == 0
    assert confirm(key, "police", "chief").status_code == 200
    shown = of_register(key)
    assert (shown["shares"][0]["state"], shown["confirmed"]) == ("held", 1)
    assert told(key) == ["give", "receive"]


def test_register_says_when_one_more_loss_would_be_too_many(kept: House):
    assert of_register(kept)["standing"] == "sound"
    report(kept, *FIVE[0], "lost")
    assert of_register(kept)["standing"] == "sound"
    report(kept, *FIVE[1], "lost")
    assert of_register(kept)["standing"] == "fragile"
    report(kept, *FIVE[2], "lost")
    shown = of_register(kept)
    assert (shown["standing"], shown["confirmed"], shown["exposed"]) == ("unrecoverable", 2, 3)
    assert states(kept) == ["lost", "lost", "lost", "held", "held"]


def test_share_is_confirmed_once_a_year_and_does_not_count_when_that_is_late(kept: House):
    kept.sql("UPDATE key_share_custodies SET confirmed_at = now() - interval '366 days' WHERE number = 2")
    shown = of_register(kept)
    assert (shown["shares"][1]["state"], shown["confirmed"], shown["standing"]) == ("overdue", 4, "sound")
    assert mine(kept, *FIVE[1])[0]["state"] == "overdue"
    assert confirm(kept, *FIVE[1]).status_code == 200
    due = datetime.fromisoformat(of_register(kept)["shares"][1]["custody"]["due_at"])
    assert timedelta(days=364) < due - datetime.now(UTC) <= timedelta(days=365)
    assert told(kept)[-1] == "confirm"


def test_confirming_twice_on_a_day_is_told_once(kept: House):
    before = told(kept)
    assert confirm(kept, *FIVE[0]).status_code == 200
    assert told(kept) == before
    assert confirm(kept, *FIVE[0], checked=True).status_code == 200, "says more than before"
    assert told(kept) == [*before, "confirm"]
    assert of_register(kept)["shares"][0]["custody"]["checked_at"] is not None


def test_share_of_a_closed_account_is_without_holder_and_is_given_anew(kept: House):
    admin = kept.signed_in("city", "admin")
    leader, closed = kept.officer("province", "leader").id, {"active": False, "document": "1号"}
    assert admin.request("PATCH", f"/api/v1/officers/{leader}", json=closed).status_code == 200
    shown = of_register(kept)
    assert (shown["shares"][1]["state"], shown["confirmed"]) == ("left", 4)
    assert give(kept, 2, "province", "auditor").status_code == 200
    assert states(kept)[1] == "given"
    assert of_register(kept)["shares"][1]["past"][0]["ended_how"] == "withdrawn"


def test_custodian_who_becomes_a_desk_officer_is_shown_as_unfit(kept: House):
    chief = kept.officer("market", "chief").id
    kept.sql("UPDATE officers SET roles = roles || '{identity_desk}' WHERE id = :id", id=chief)
    assert [share["unfit"] for share in of_register(kept)["shares"]] == [False] * 4 + [True]
    assert mine(kept, "market", "chief")[0]["unfit"] is True


def test_handed_on_share_is_the_successors_who_has_to_confirm_it(kept: House):
    successor = {"officer_id": str(kept.officer("market", "verifier").id)}
    custody = mine(kept, "market", "chief")[0]["custody_id"]
    answer = act(kept, "market", "chief", "successor", successor)
    assert (answer.status_code, answer.json()) == (200, {"items": []})
    share = of_register(kept)["shares"][4]
    assert (share["state"], share["custody"]["given_by"]["name"]) == ("given", kept.officer("market", "chief").name)
    assert share["past"][0]["ended_how"] == "handed_on"
    again = kept.signed_in("market", "chief").post(f"{MINE}/{custody}/confirmation", {"checked": False})
    assert again.status_code == 409, "no longer theirs"
    assert confirm(kept, "market", "verifier").status_code == 200
    assert told(kept)[-2:] == ["hand_on", "receive"]


def test_share_is_handed_on_only_to_who_may_keep_it_and_by_who_has_it(kept: House):
    def to(place: str, role: str) -> httpx.Response:
        return act(kept, "market", "chief", "successor", {"officer_id": str(kept.officer(place, role).id)})

    assert refused(to("city", "identity_desk")) == "opens_key"
    assert refused(to("police", "chief")) == "keeps_another"
    assert refused(to("market", "chief")) == "keeps_another"
    assert refused(to("province", "auditor")) == "agency_full"
    assert states(kept) == ["held"] * 5
    give(kept, 5, "market", "verifier")
    away = act(kept, "market", "verifier", "successor", {"officer_id": str(kept.officer("market", "chief").id)})
    assert away.status_code == 409, "never confirmed to have it"


def test_sheet_that_never_came_is_with_nobody(key: House):
    give(key, 1, "police", "chief")
    assert report(key, "police", "chief", "not_received").status_code == 200
    shown = of_register(key)
    assert (shown["shares"][0]["state"], shown["exposed"]) == ("nobody", 0)
    assert told(key) == ["give", "miss"]


def test_sheet_that_was_confirmed_cannot_be_said_never_to_have_come(kept: House):
    assert report(kept, *FIVE[0], "not_received").status_code == 409
    assert report(kept, *FIVE[0], "destroyed").status_code == 409, "the key is in use"


def test_sheet_that_others_saw_still_counts_and_warns(kept: House):
    assert report(kept, *FIVE[0], "seen").status_code == 200
    shown = of_register(kept)
    assert (shown["standing"], shown["exposed"], shown["shares"][0]["state"]) == ("sound", 1, "held")
    assert report(kept, *FIVE[0], "seen").status_code == 409


def test_desk_that_saw_an_older_register_changes_nothing(kept: House):
    assert give(kept, 1, "market", "verifier", replaces=None).status_code == 409
    assert put(kept, 1, None).status_code == 200
    assert put(kept, 1, None).status_code == 409, "nobody keeps it"
    assert states(kept)[0] == "nobody"
    assert mine(kept, *FIVE[0]) == []


def test_refused_change_leaves_the_custodian_as_it_was(kept: House):
    before = of_register(kept)
    assert refused(give(kept, 1, "city", "identity_desk")) == "opens_key"
    assert of_register(kept) == before


# At the same moment


def test_of_two_acts_on_a_key_at_once_the_second_sees_what_the_first_did(committed: House):
    new_key(committed)
    desk, key_id = committed.signed_in(*DESK), of_register(committed)["key_id"]
    police = [str(committed.officer("police", role).id) for role in ("chief", "verifier", "verifier second")]
    for place in ("district", "market", "discipline"):
        committed.officer(place, "verifier")

    def naming(number: int, officer: str) -> Act:
        return "PUT", f"{REGISTER}/{key_id}/{number}/custodian", {}, {"officer_id": officer, "replaces": None}

    def statuses(*requests: Act) -> list[int]:
        return sorted(answer.status_code for answer in desk.together(*requests))

    assert statuses(naming(1, police[0]), naming(2, police[0])) == [200, 422], "nobody keeps two"
    first = next(at for at, share in enumerate(of_register(committed)["shares"], 1) if share["custody"])
    rest = [number for number in range(1, 6) if number != first]
    assert statuses(naming(rest[0], police[1]), naming(rest[1], police[2])) == [200, 422], "no agency keeps three"
    third = next(share["number"] for share in of_register(committed)["shares"] if share["state"] == "nobody")
    others = [str(committed.officer(place, "chief").id) for place in ("district", "market")]
    assert statuses(naming(third, others[0]), naming(third, others[1])) == [200, 409], "one sheet is with one person"

    chief = committed.signed_in("police", "chief")
    custody = f"{MINE}/{mine(committed, 'police', 'chief')[0]['custody_id']}"
    confirming: Act = ("POST", f"{custody}/confirmation", {}, {"checked": False})
    assert {answer.status_code for answer in chief.together(*[confirming] * 4)} == {200}
    assert told(committed).count("receive") == 1, "confirmed four times at once, told once"
    lost: Act = ("POST", f"{custody}/report", {}, {"what": "lost"})
    successor = {"officer_id": str(committed.officer("discipline", "verifier").id)}
    handing: Act = ("POST", f"{custody}/successor", {}, successor)
    assert sorted(answer.status_code for answer in chief.together(lost, handing)) == [200, 409]
    assert told(committed).count("lose") + told(committed).count("hand_on") == 1


# Keys over time


def test_retired_key_keeps_its_custodians_until_it_is_destroyed(kept: House):
    new_key(kept, 2)
    first, second = of_register(kept), of_register(kept, at=1)
    assert (first["version"], first["standing"]) == (2, "unrecoverable")
    assert (second["version"], second["standing"], second["confirmed"]) == (1, "sound", 5)
    kept.sql("UPDATE identity_keys SET wrapped = NULL, destroyed_at = now() WHERE version = 1")
    over = of_register(kept, at=1)
    assert (over["standing"], over["may_assign"]) == ("over", False)
    (share,) = mine(kept, *FIVE[0])
    assert share["allowed_actions"] == ["destroyed"]
    assert confirm(kept, *FIVE[0]).status_code == 409
    assert (
        act(kept, *FIVE[0], "successor", {"officer_id": str(kept.officer("market", "verifier").id)}).status_code == 409
    )
    assert report(kept, *FIVE[0], "destroyed").status_code == 200
    assert mine(kept, *FIVE[0]) == []
    assert told(kept)[-1] == "destroy"


def test_one_officer_may_keep_a_share_of_each_of_two_keys(kept: House):
    new_key(kept, 2)
    assert give(kept, 1, "police", "chief").status_code == 200
    assert [share["version"] for share in mine(kept, "police", "chief")] == [2, 1]


def test_key_from_before_there_were_commitments_says_that_nothing_can_be_checked(house: House):
    publish_key(house)
    assert of_register(house)["checkable"] is False
    give(house, 1, "police", "chief")
    (share,) = mine(house, "police", "chief")
    assert share["commitment"] is None
    assert "check" not in share["allowed_actions"]
    assert confirm(house, "police", "chief", checked=True).status_code == 409
    assert confirm(house, "police", "chief").status_code == 200


@pytest.mark.parametrize("wrong", [4, 6])
def test_key_with_another_number_of_commitments_is_refused(house: House, wrong: int):
    pair = new_pair()
    body = {"version": 1, "suite": "i1", "public_key": pair.text, "wrapping": wrapping(pair)}
    commitments = [text_of(secrets.token_bytes(32)) for _ in range(wrong)]
    answer = house.signed_in(*DESK).post("/api/v1/identity-keys", body | {"share_commitments": commitments})
    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.json()["errors"]] == ["/share_commitments"]
    assert house.value("SELECT count(*) FROM key_shares") == 0
