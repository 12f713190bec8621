"""The desk's keys: kept wrapped, replaced in batches, destroyed; and what holds underneath."""

from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from huiyin.kit.crypto.base64url import bytes_of, text_of
from huiyin.tips.identity.desk import destroy_keys
from huiyin.tips.identity.envelope import seal
from huiyin.tips.keys.recovery import unwrap, wrap
from tests.database import as_owner
from tests.factories.house import House, Lead
from tests.factories.identities import (
    KEYS,
    PASSPHRASE,
    SOMEBODY,
    DeskKey,
    Opening,
    asked,
    file_with_identity,
    new_pair,
    publish_key,
    wrapping,
)
from tests.factories.tips import ReceiptCode

NEW_PASSPHRASE = "another passphrase for tests"

# The desk's keys


def test_key_is_kept_wrapped_and_only_the_desk_gets_it(house: House, key: DeskKey):
    (item,) = house.signed_in("city", "identity_desk").get(KEYS).json()["items"]
    assert unwrap(item["wrapping"], key.pair.public, PASSPHRASE) == key.pair.secret
    for place, role in (("city", "intake"), ("city", "admin"), ("city", "auditor"), ("district", "chief")):
        assert house.signed_in(place, role).get(KEYS).status_code == 403
    everything = str(house.sql("SELECT k::text FROM identity_keys k"))
    assert key.pair.secret.hex() not in everything


def test_two_keys_of_one_version_are_not_published(house: House, key: DeskKey):
    pair = new_pair()
    body = {"version": 1, "suite": "i1", "public_key": pair.text, "wrapping": wrapping(pair)}
    desk = house.signed_in("city", "identity_desk")
    assert desk.post(KEYS, body).status_code == 409
    assert desk.post(KEYS, body | {"version": 3}).status_code == 409
    assert desk.post(KEYS, body | {"version": 2, "public_key": key.pair.text}).status_code == 409
    weak = wrapping(pair) | {"iterations": 1000}
    assert desk.post(KEYS, body | {"version": 2, "wrapping": weak}).status_code == 422


def test_recovered_key_is_put_back_under_a_new_passphrase_and_no_other_key_in_its_place(house: House, key: DeskKey):
    desk, other = house.signed_in("city", "identity_desk"), new_pair()
    put = {"public_key": other.text, "wrapping": wrapping(other)}
    assert desk.put(f"{KEYS}/1/wrapping", put).status_code == 422
    put = {"public_key": key.pair.text, "wrapping": wrap(key.pair.secret, key.pair.public, NEW_PASSPHRASE)}
    assert desk.put(f"{KEYS}/1/wrapping", put).status_code == 200
    (kept,) = [item for item in desk.get(KEYS).json()["items"] if item["version"] == 1]
    assert unwrap(kept["wrapping"], key.pair.public, NEW_PASSPHRASE) == key.pair.secret
    assert desk.put(f"{KEYS}/2/wrapping", put).status_code == 404
    assert house.sql("SELECT event FROM events ORDER BY id DESC LIMIT 1")[0].event == "identity_key:rewrap"


def resealed(old: DeskKey, new: DeskKey, items: list[dict[str, Any]]) -> list[dict[str, str]]:
    """What the desk's browser does with a batch."""
    from huiyin.tips.identity.envelope import desk_info

    return [
        {
            "tip_id": item["tip_id"],
            "envelope": text_of(seal(new.pair.public, desk_info(new.version, item["binding"]), old.open(item))),
        }
        for item in items
    ]


def test_rotation_is_done_in_batches_can_be_stopped_and_loses_nothing(house: House, key: DeskKey, session: Session):
    leads = [file_with_identity(house, key) for _ in range(3)]
    new, desk = publish_key(house, 2), house.signed_in("city", "identity_desk")
    assert house.connect().get("/api/v1/public/identity-key").json()["key"]["version"] == 2
    batch = desk.get(f"{KEYS}/1/envelopes").json()
    assert batch["left"] == 3
    done = resealed(key, new, batch["items"])
    first = desk.post(f"{KEYS}/1/resealing", {"to_version": 2, "items": done[:1]})
    assert first.json() == {"resealed": 1, "left": 2}
    again = desk.post(f"{KEYS}/1/resealing", {"to_version": 2, "items": done})
    assert again.json() == {"resealed": 2, "left": 0}, "what was done before the stop is left as it is"
    destroy_keys(session)
    session.commit()
    destroyed = house.value("SELECT wrapped IS NULL AND destroyed_at IS NOT NULL FROM identity_keys WHERE version = 1")
    assert destroyed
    opening = asked(house, leads[0])
    opening.decide("province", "leader")
    opening.hand_over(new)
    assert opening.opened(opening.read()) == SOMEBODY


def test_retired_key_that_still_opens_something_is_not_destroyed(house: House, key: DeskKey, session: Session):
    file_with_identity(house, key)
    publish_key(house, 2)
    destroy_keys(session)
    assert house.value("SELECT wrapped IS NOT NULL FROM identity_keys WHERE version = 1")


def test_present_key_is_not_resealed_to_itself(house: House, key: DeskKey):
    lead = file_with_identity(house, key)
    items = [{"tip_id": str(lead.tip_id), "envelope": key.envelope(ReceiptCode())["envelope"]}]
    desk = house.signed_in("city", "identity_desk")
    assert desk.post(f"{KEYS}/1/resealing", {"to_version": 1, "items": items}).status_code == 409
    assert desk.post(f"{KEYS}/2/resealing", {"to_version": 1, "items": items}).status_code == 404


# Underneath


def test_tip_whose_key_is_destroyed_keeps_no_identity(house: House, key: DeskKey, lead: Lead, opening: Opening):
    opening.decide()
    opening.hand_over(key)
    house.sql("UPDATE tips SET wrapped_key = NULL WHERE id = :id", id=lead.tip_id)
    assert house.value("SELECT count(*) FROM identity_envelopes") == 0
    assert house.value("SELECT envelope FROM identity_openings") is None


def test_database_itself_refuses_an_asker_who_grants(house: House, opening: Opening):
    with as_owner(house.connection), pytest.raises(Exception, match="four_eyes"), house.connection.begin_nested():
        house.connection.execute(
            text(
                "UPDATE identity_openings SET state = 'granted', decided_by = asked_by, decided_at = now(),"
                " decided_agency_id = asked_agency_ids[1]"
            )
        )


def test_without_the_desk_or_the_lead_no_envelope_is_seen(house: House, key: DeskKey, lead: Lead):
    for name in ("readers", "principals", "acting_on", "receipt", "identity_desk"):
        house.connection.execute(text(f"SELECT set_config('huiyin.{name}', '', true)"))
    assert house.connection.execute(text("SELECT count(*) FROM identity_envelopes")).scalar_one() == 0
    assert house.connection.execute(text("SELECT identity_lead(:tip)"), {"tip": lead.tip_id}).scalar_one() is None
    assert bytes_of(key.pair.text)[0] == 4
