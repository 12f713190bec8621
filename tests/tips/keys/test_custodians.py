"""Custodians of key shares: who may keep one, and who may say what of it."""

import httpx

from tests.factories.custody import DESK, MINE, REGISTER, give, mine, of_register, refused, states, told
from tests.factories.house import House
from tests.factories.reporting.sealed import publish_sealed_key


def test_custodian_is_somebody_who_cannot_open_the_key_anyway(key: House):
    assert refused(give(key, 1, "city", "identity_desk")) == "opens_key"
    assert refused(give(key, 1, "province", "identity_desk")) == "opens_key"
    assert give(key, 1, "discipline", "chief").status_code == 200


def test_custodian_of_an_agencys_key_is_nobody_who_opens_its_sealed_tips(house: House):
    publish_sealed_key(house)
    shown = of_register(house, "discipline", "chief")
    url = f"{REGISTER}/{shown['key_id']}/1/custodian"
    chief = house.signed_in("discipline", "chief")

    def name(place: str, role: str) -> httpx.Response:
        return chief.put(url, {"officer_id": str(house.officer(place, role).id), "replaces": None})

    assert refused(name("discipline", "verifier")) == "opens_key"
    assert refused(name("discipline", "chief")) == "opens_key"
    assert name("discipline", "supervisor").status_code == 200, "serves there, and opens nothing"


def test_auditor_who_sees_the_other_custodians_is_none(key: House):
    assert refused(give(key, 1, "city", "auditor")) == "audits"


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
