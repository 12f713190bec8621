"""The audit: nothing in the log can be changed, taken out or rolled back unnoticed, here or from another machine."""

from datetime import UTC, datetime

import pytest

from huiyin.exchange.public_log.client import LogClient, LogLied
from huiyin.trail.log import LogBroken, sign_checkpoint
from huiyin.trail.notes import Signer, Verifier
from huiyin.trail.signing import log_signer
from tests.factories.keeper import Keeper, roll_back

# --- the audit: SQL as owner ---


def test_audit_of_an_untouched_database_finds_nothing(signed: Keeper):
    signed.house.lead("closed")
    signed.sign()
    assert signed.faults(signed.checkpoint()) == []


def test_audit_names_the_event_that_was_deleted(signed: Keeper):
    id_ = signed.house.value("SELECT id FROM events WHERE event = 'tip:promise' ORDER BY id LIMIT 1 OFFSET 2")
    signed.house.sql("DELETE FROM events WHERE id = :id", id=id_)
    (fault,) = signed.faults()
    assert str(id_) in fault
    assert "missing" in fault
    assert datetime.now(UTC).strftime("%Y-%m-%d") in fault


@pytest.mark.parametrize(
    "change",
    [
        "event = 'lead:decline'",
        "at = at - interval '1 second'",
        "matter_id = NULL",
        "actor_kind = 'system'",
        "to_state = 'closed'",
        "facts = facts || '{\"excluded\": 7}'",
        "salt = sha256('x')",
    ],
)
def test_audit_names_the_event_that_was_changed(signed: Keeper, change: str):
    id_ = signed.house.value("SELECT id FROM events WHERE event = 'lead:submit' ORDER BY id LIMIT 1 OFFSET 3")
    signed.house.sql(f"UPDATE events SET {change} WHERE id = :id", id=id_)
    assert any(str(id_) in fault and "was changed" in fault for fault in signed.faults())


def test_audit_names_the_tip_that_was_deleted(signed: Keeper):
    lead = signed.house.file()
    signed.sign()
    signed.house.sql("ALTER TABLE tip_words DISABLE ROW LEVEL SECURITY")
    for table in ("subjects", "tip_exclusions", "messages", "tip_words", "tip_terms", "tip_signs", "selectors"):
        signed.house.sql(f"DELETE FROM {table} WHERE tip_id = :id", id=lead.tip_id)
    signed.house.sql("DELETE FROM link_proposals")
    signed.house.sql("DELETE FROM tips WHERE id = :id", id=lead.tip_id)
    (fault,) = signed.faults()
    assert fault.startswith(f"tip {lead.tip_id} ")
    assert fault.endswith("was deleted")


@pytest.mark.parametrize(
    "change", ["UPDATE tips SET content = 'x' WHERE id = :id", "DELETE FROM subjects WHERE tip_id = :id"]
)
def test_audit_names_the_tip_that_was_changed(signed: Keeper, change: str):
    lead = signed.house.file()
    signed.sign()
    signed.house.sql(change, id=lead.tip_id)
    assert signed.faults() == [f"tip {lead.tip_id} was changed: it is not what came in"]


def test_subject_that_an_officer_adds_later_is_no_change_of_the_tip(signed: Keeper):
    lead = signed.house.file()
    signed.house.sql(
        "INSERT INTO subjects (tip_id, seq, kind, content, added_at) VALUES (:id, 9, 'person', 'x', now())",
        id=lead.tip_id,
    )
    signed.sign()
    assert signed.faults() == []


def test_audit_finds_a_tip_that_was_put_in_without_its_event(signed: Keeper):
    lead = signed.house.file()
    signed.sign()
    id_ = signed.house.value("SELECT id FROM events WHERE facts ->> 'tip' = :id", id=str(lead.tip_id))
    signed.house.sql("DELETE FROM events WHERE id = :id", id=id_)
    faults = signed.faults()
    assert any(str(id_) in fault and "missing" in fault for fault in faults)
    assert any(str(lead.tip_id) in fault and "has no event" in fault for fault in faults)


def test_audit_finds_an_event_that_was_changed_together_with_its_leaf(signed: Keeper):
    """Who rewrites a leaf too must rewrite the tree above it."""
    place = 3
    signed.house.sql("UPDATE log_leaves SET hash = sha256(hash) WHERE log_index = :place", place=place)
    faults = signed.faults()
    assert any(f"place {place - 1} or {place} was changed together" in fault for fault in faults)
    assert any("the log was rewritten" in fault for fault in faults)


def test_audit_finds_a_log_that_was_rewritten_down_to_its_roots(signed: Keeper):
    """Everything made anew, even signed anew with the log's own key: only what was kept elsewhere tells."""
    kept = signed.checkpoint()
    signed.house.sql("UPDATE events SET to_state = 'closed' WHERE log_index = 2")
    for table in ("log_cosignatures", "log_checkpoints", "log_nodes", "log_leaves"):
        signed.house.sql(f"DELETE FROM {table}")
    signed.house.sql("UPDATE events SET log_index = NULL")
    signed.sign()
    assert signed.faults() == []
    (fault,) = signed.faults(kept)
    assert "the log was rewritten" in fault
    assert "kept elsewhere" in fault


def test_audit_names_the_rollback_by_a_checkpoint_that_was_kept_elsewhere(signed: Keeper):
    before = signed.checkpoint()
    signed.house.file()
    signed.house.file()
    signed.sign()
    kept = signed.checkpoint()
    roll_back(signed, before.size)
    assert signed.faults() == [], "a database alone does not know that it was younger"
    (fault,) = signed.faults(kept)
    assert "rolled back" in fault
    assert f"the last {kept.size - before.size} are missing" in fault


def test_nothing_is_signed_over_a_database_that_was_rolled_back(signed: Keeper):
    before = signed.checkpoint()
    signed.house.file()
    signed.sign()
    kept = signed.checkpoint()
    roll_back(signed, before.size)
    with pytest.raises(LogBroken, match="was signed, and the database has"):
        signed.sign(kept)
    for _ in range(3):
        signed.house.file()  # the tree grows past the old size, with other events
    with pytest.raises(LogBroken, match="are not those that were signed"):
        signed.sign(kept)


def test_nothing_is_signed_with_another_key_than_before(signed: Keeper):
    signed.house.file()
    signed.place()
    with pytest.raises(LogBroken, match="not signed by this key"):
        sign_checkpoint(signed.session, Signer("other.example/log", bytes(32)), signed.now, None)


# --- the check from another machine ---


def test_other_machine_names_the_rollback(signed: Keeper):
    before = signed.checkpoint()
    signed.house.file()
    signed.sign()
    kept = signed.checkpoint()
    roll_back(signed, before.size)
    with pytest.raises(LogLied, match=f"rolled back: it had {kept.size} events and now has {before.size}"):
        signed.client().follows(kept, signed.client().newest()[0])


def test_other_machine_finds_an_event_that_was_changed_and_signed_anew(signed: Keeper):
    kept = signed.checkpoint()
    signed.house.sql("UPDATE events SET to_state = 'closed' WHERE log_index = 2")
    for table in ("log_checkpoints", "log_nodes", "log_leaves"):
        signed.house.sql(f"DELETE FROM {table}")
    signed.house.sql("UPDATE events SET log_index = NULL")
    signed.sign()
    with pytest.raises(LogLied, match="rewritten"):
        signed.client().follows(kept, signed.client().newest()[0])
    signed.house.file()
    signed.sign()
    with pytest.raises(LogLied, match="rewritten: among the first"):
        signed.client().follows(kept, signed.client().newest()[0])


def test_other_machine_believes_no_other_key(signed: Keeper):
    other = Verifier(log_signer().verifier.name, Signer("x", bytes(32)).verifier.public)
    with pytest.raises(LogLied, match="has not signed this"):
        LogClient(lambda path: signed.house.connect().get(path), other).newest()
