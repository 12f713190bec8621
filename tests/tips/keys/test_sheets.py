"""What happens to a sheet of a key, one act after another, at the same moment, and over the years."""

import secrets
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from huiyin.kit.crypto.base64url import text_of
from tests.factories.custody import (
    DESK,
    FIVE,
    MINE,
    REGISTER,
    Act,
    act,
    confirm,
    give,
    mine,
    new_key,
    of_register,
    put,
    refused,
    report,
    states,
    told,
)
from tests.factories.house import House
from tests.factories.identities import new_pair, publish_key, wrapping

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
    assert give(kept, 2, "province", "supervisor").status_code == 200
    assert states(kept)[1] == "given"
    assert of_register(kept)["shares"][1]["past"][0]["ended_how"] == "withdrawn"


@pytest.mark.parametrize("role", ["identity_desk", "auditor"])
def test_custodian_who_comes_into_a_role_that_keeps_no_share_is_shown_as_unfit(kept: House, role: str):
    chief = kept.officer("market", "chief").id
    kept.sql("UPDATE officers SET roles = array_append(roles, :role) WHERE id = :id", id=chief, role=role)
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
    assert refused(to("province", "supervisor")) == "agency_full"
    assert refused(to("province", "auditor")) == "audits"
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


def test_trail_of_a_keys_shares_is_shown_to_the_desk_and_auditors_and_to_nobody_else(kept: House):
    report(kept, *FIVE[0], "lost")
    url = f"{REGISTER}/{of_register(kept)['key_id']}/events"
    for who in (DESK, ("province", "auditor")):
        items = kept.signed_in(*who).get(url).json()["items"]
        assert [item["event"].removeprefix("key_share:") for item in reversed(items)] == told(kept)
    newest, oldest = items[0], items[-1]
    assert (newest["number"], newest["by"]["name"], newest["custodian"]) == (1, kept.officer(*FIVE[0]).name, None)
    assert oldest["by"]["name"] == kept.officer(*DESK).name
    assert oldest["custodian"]["name"] == kept.officer(*FIVE[0]).name
    first = kept.signed_in(*DESK).get(f"{url}?limit=4").json()
    rest = kept.signed_in(*DESK).get(url, limit=200, cursor=first["next_cursor"]).json()
    assert first["items"] + rest["items"] == items
    assert kept.signed_in("discipline", "chief").get(url).status_code == 404
    assert kept.signed_in(*FIVE[1]).get(url).status_code == 403, "a custodian"


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
