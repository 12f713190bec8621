"""The public log over HTTP and under SQL: nothing in it can be changed, taken out or rolled back unnoticed."""

import base64
import hashlib
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy.orm import Session

from huiyin.exchange.audit import audit
from huiyin.exchange.log_client import LogClient, LogLied, Unreachable
from huiyin.exchange.witness import BadKeyFile, Witness, make_key, read_key
from huiyin.trail import merkle
from huiyin.trail.log import LogBroken, log_size, sequence, sign_checkpoint
from huiyin.trail.notes import COSIGNATURE, Checkpoint, Note, Signer, Verifier
from huiyin.trail.signing import log_signer
from tests.database import as_owner
from tests.factories.house import House
from tests.factories.tips import ReceiptCode, tip_body

LOG = "/api/v1/log"


@pytest.fixture
def signed(house: House, session: Session) -> "Keeper":
    """Six tips in the log, signed."""
    keeper = Keeper(house, session)
    for _ in range(6):
        house.file()
    keeper.sign()
    return keeper


class Keeper:
    """What the worker does, step by step, and what an audit then says."""

    def __init__(self, house: House, session: Session) -> None:
        self.house, self.session = house, session
        self.now = datetime.now(UTC)

    def place(self) -> int:
        placed = sequence(self.session)
        self.session.commit()
        return placed

    def sign(self, seen: Checkpoint | None = None) -> str | None:
        self.place()
        self.now += timedelta(minutes=1)
        note = sign_checkpoint(self.session, log_signer(), self.now, seen)
        self.session.commit()
        return note

    def checkpoint(self) -> Checkpoint:
        answer = self.house.connect().get(f"{LOG}/checkpoint")
        assert answer.status_code == 200, answer.text
        return Checkpoint.checked(answer.text, log_signer().verifier)

    def faults(self, *earlier: Checkpoint) -> list[str]:
        with as_owner(self.session.connection()) as connection:
            return audit(connection, log_signer().verifier, earlier).faults

    def client(self) -> LogClient:
        return LogClient(lambda path: self.house.connect().get(path), log_signer().verifier)


def unbase64(values: list[str]) -> list[bytes]:
    return [base64.b64decode(value) for value in values]


# --- sequencing ---


def test_every_committed_event_gets_one_gapless_place_in_the_order_in_which_it_was_written(signed: Keeper):
    rows = signed.house.sql("SELECT id, log_index FROM events ORDER BY id")
    assert [row.log_index for row in rows] == list(range(len(rows)))
    assert signed.place() == 0, "a second round finds nothing to do"


def test_batches_of_any_size_give_the_same_tree(house: House, session: Session):
    keeper = Keeper(house, session)
    for _ in range(4):
        house.file()
    while sequence(session, 3):
        session.commit()
    keeper.sign()
    leaves = [bytes(row.hash) for row in house.sql("SELECT hash FROM log_leaves ORDER BY log_index")]
    edge = merkle.Edge()
    for leaf in leaves:
        edge.append(leaf)
    assert keeper.checkpoint() == Checkpoint(log_signer().verifier.name, len(leaves), edge.root())
    assert keeper.faults() == []


def test_a_batch_that_breaks_off_leaves_nothing_behind(house: House, session: Session):
    house.file()
    sequence(session)
    session.rollback()
    assert log_size(session) == 0
    assert house.value("SELECT count(*) FROM events WHERE log_index IS NOT NULL") == 0


def test_checkpoint_is_signed_only_when_something_came(signed: Keeper):
    assert signed.sign() is None
    signed.house.file()
    assert signed.sign() is not None


def test_app_role_can_put_nothing_else_into_the_log(signed: Keeper):
    for statement in (
        "UPDATE log_leaves SET hash = 'x'",
        "DELETE FROM log_leaves",
        "INSERT INTO log_leaves VALUES (99, uuidv7(), 'x')",
        "INSERT INTO log_nodes VALUES (9, 0, 'x')",
        "UPDATE log_nodes SET hash = 'x'",
        "UPDATE log_checkpoints SET note = 'x'",
        "DELETE FROM log_checkpoints",
        "DELETE FROM log_cosignatures",
        "DELETE FROM log_witnesses",
        "UPDATE log_witnesses SET vkey = 'x'",
        "SELECT log_place(0, '{}', '{}', '{}', '{}', '{}')",
    ):
        with pytest.raises(Exception, match=r"permission denied|the log has"), signed.session.begin_nested():
            signed.session.connection().exec_driver_sql(statement)


# --- what the log proves to anyone ---


def test_every_event_is_proved_to_be_in_the_signed_log(signed: Keeper):
    checkpoint, http = signed.checkpoint(), signed.house.connect()
    for row in signed.house.sql("SELECT log_index, hash FROM log_leaves"):
        proof = http.get(f"{LOG}/proof/inclusion", index=row.log_index).json()
        assert base64.b64decode(proof["leaf"]) == row.hash
        path = unbase64(proof["hashes"])
        merkle.verify_inclusion(bytes(row.hash), row.log_index, checkpoint.size, path, checkpoint.root)
        named = base64.urlsafe_b64encode(row.hash).rstrip(b"=").decode()
        assert http.get(f"{LOG}/proof/inclusion", leaf=named).json() == proof


def test_what_is_not_signed_yet_has_no_proof(signed: Keeper):
    signed.house.file()
    signed.place()
    size = signed.checkpoint().size
    assert signed.house.connect().get(f"{LOG}/proof/inclusion", index=size).status_code == 404
    assert signed.house.connect().get(f"{LOG}/proof/inclusion", leaf="A" * 43).status_code == 404


def test_the_log_proves_that_it_only_grew(signed: Keeper):
    seen = [signed.checkpoint()]
    for _ in range(3):
        signed.house.file()
        signed.sign()
        for earlier in seen:
            signed.client().follows(earlier, signed.checkpoint())
        seen.append(signed.checkpoint())


def test_mirror_builds_the_tree_from_tiles(house: House, session: Session):
    keeper = Keeper(house, session)
    house.file()
    house.sql(
        "INSERT INTO events (event, subject_id, actor_kind, salt)"
        " SELECT 'channel:publish', uuidv7(), 'system', sha256(n::text::bytea) FROM generate_series(1, 600) n".replace(
            "n::text::bytea", "CAST(CAST(n AS text) AS bytea)"
        )
    )
    keeper.sign()
    leaves = keeper.client().rebuild(keeper.checkpoint())
    assert len(leaves) == keeper.checkpoint().size > 600
    upper = house.connect().get(f"{LOG}/tile/1/000.p/2").content
    for place in range(2):
        edge = merkle.Edge()
        for leaf in leaves[256 * place : 256 * (place + 1)]:
            edge.append(leaf)
        assert upper[32 * place : 32 * (place + 1)] == edge.root()


@pytest.mark.parametrize(
    "path", ["0/001", "0/000", "0/000.p/0", "0/000.p/256", "0/000.p/200", "0/x000/000", "0/1", "0/..", "7/000"]
)
def test_tile_that_is_not_there_is_404(signed: Keeper, path: str):
    assert signed.house.connect().get(f"{LOG}/tile/{path}").status_code == 404


@pytest.mark.parametrize("query", ["", "index=0&leaf=" + "A" * 43, "index=-1", "leaf=x", "index=99999999999999999999"])
def test_question_for_a_proof_that_makes_no_sense_is_422(signed: Keeper, query: str):
    assert signed.house.connect().get(f"{LOG}/proof/inclusion?{query}").status_code == 422


def test_before_anything_was_signed_there_is_no_checkpoint(house: House):
    assert house.connect().get(f"{LOG}/checkpoint").status_code == 404
    assert house.connect().get(f"{LOG}/proof/consistency?old=1").status_code == 404


def test_nothing_that_was_told_or_done_can_be_read_from_the_log(signed: Keeper):
    """Equal events have different leaves, and a leaf is not the hash of anything that one could guess."""
    twice = "INSERT INTO events (event, subject_id, actor_kind, salt) VALUES ('lead:x', :id, 'system', {})"
    row = signed.house.sql("SELECT id FROM agencies LIMIT 1")[0]
    for salt in ("sha256('a')", "sha256('b')"):
        signed.house.sql(twice.format(salt), id=row.id)
    signed.sign()
    hashes = [bytes(each.hash) for each in signed.house.sql("SELECT hash FROM log_leaves")]
    assert len(set(hashes)) == len(hashes)


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
        "lead_id = NULL",
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


def roll_back(keeper: Keeper, size: int) -> None:
    """The database as it was when the log had `size` leaves."""
    house = keeper.house
    house.sql("DELETE FROM log_checkpoints WHERE size > :size", size=size)
    house.sql("DELETE FROM log_leaves WHERE log_index >= :size", size=size)
    house.sql("DELETE FROM log_nodes WHERE (at + 1) << level > :size", size=size)
    house.sql("DELETE FROM move_inputs WHERE event_id IN (SELECT id FROM events WHERE log_index >= :size)", size=size)
    tips = house.sql("SELECT facts ->> 'tip' AS id FROM events WHERE event = 'lead:submit' AND log_index >= :s", s=size)
    for tip in tips:
        for table in ("subjects", "tip_words", "tip_terms", "tip_signs", "selectors"):
            house.sql(f"DELETE FROM {table} WHERE tip_id = :id", id=tip.id)
        house.sql("DELETE FROM tips WHERE id = :id", id=tip.id)
    house.sql("DELETE FROM events WHERE log_index >= :size", size=size)


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


# --- witnesses ---


@pytest.fixture
def witness(signed: Keeper, tmp_path: Path) -> Witness:
    """A registered witness of the market office."""
    signer = make_key(tmp_path / "secret", "witness.example/w1")
    given = {"agency_id": str(signed.house.agencies["market"].id), "key": signer.verifier.vkey}
    answer = signed.house.signed_in("city", "admin").post(f"{LOG}/witnesses", given)
    assert answer.status_code == 201, answer.text
    http = signed.house.connect()
    return Witness(signed.client(), http.post, signer, tmp_path / "state")


def test_witness_cosigns_and_everyone_sees_it(signed: Keeper, witness: Witness):
    assert "cosigned" in witness.once()
    note = signed.house.connect().get(f"{LOG}/checkpoint?cosigned=true").text
    assert Checkpoint.checked(note, log_signer().verifier) == witness.seen()
    assert abs(Note.parse(note).cosigned(witness.signer.verifier)[0] - datetime.now(UTC)) < timedelta(minutes=1)
    (shown,) = signed.house.connect().get(f"{LOG}/keys").json()["witnesses"]
    assert (shown["size"], shown["agency"]["name"]) == (signed.checkpoint().size, "测试市市场监管局")
    witness.once()  # again: nothing new, nothing wrong
    signed.house.file()
    signed.sign()
    witness.once()
    (shown,) = signed.house.connect().get(f"{LOG}/keys").json()["witnesses"]
    assert shown["size"] == signed.checkpoint().size


def test_witness_signs_nothing_that_does_not_extend_what_it_saw(signed: Keeper, witness: Witness):
    before = signed.checkpoint()
    signed.house.file()
    signed.sign()
    witness.once()
    state = witness.state.read_text()
    signed.house.sql("DELETE FROM log_cosignatures")
    roll_back(signed, before.size)
    with pytest.raises(LogLied, match="rolled back"):
        witness.once()
    for _ in range(3):
        signed.house.file()
    signed.sign()
    with pytest.raises(LogLied, match="rewritten"):
        witness.once()
    assert witness.state.read_text() == state
    assert signed.house.value("SELECT count(*) FROM log_cosignatures") == 0


def test_cosignature_of_a_stranger_or_a_retired_witness_is_refused(signed: Keeper, witness: Witness, tmp_path: Path):
    stranger = make_key(tmp_path / "other", "stranger.example/w")
    http = signed.house.connect()
    with pytest.raises(Unreachable, match="422"):
        Witness(signed.client(), http.post, stranger, tmp_path / "s").once()
    id_ = signed.house.value("SELECT id FROM log_witnesses")
    admin = signed.house.signed_in("city", "admin")
    assert admin.post(f"{LOG}/witnesses/{id_}/retire").json()["retired_at"] is not None
    assert admin.post(f"{LOG}/witnesses/{id_}/retire").status_code == 409
    with pytest.raises(Unreachable, match="422"):
        witness.once()


def cosigned(note: str, signer: Signer, at: datetime) -> dict[str, str]:
    return {"note": note + signer.cosign(Note.parse(note).text, at)}


def test_cosignature_that_is_wrong_is_refused_by_its_field(signed: Keeper, witness: Witness):
    http, now = signed.house.connect(), datetime.now(UTC)
    note = http.get(f"{LOG}/checkpoint").text
    good = cosigned(note, witness.signer, now)
    other = Signer(log_signer().verifier.name, bytes(32)).sign(Checkpoint("localhost/log", 3, bytes(32)).text)
    wrong = [
        {"note": "x"},
        {"note": note},
        cosigned(note, witness.signer, now + timedelta(hours=1)),
        cosigned(other, witness.signer, now),
        {"note": good["note"].replace("\n\n", "\nmore\n\n", 1)},
        {"note": note + Signer("witness.example/w1", bytes(32), COSIGNATURE).cosign(note, now)},
    ]
    for body in wrong:
        answer = http.post(f"{LOG}/cosignatures", body)
        assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/note"), body
    assert signed.house.value("SELECT count(*) FROM log_cosignatures") == 0
    assert http.post(f"{LOG}/cosignatures", good).status_code == 200


def test_witness_is_registered_by_an_administrator_with_an_event(signed: Keeper, witness: Witness):
    given = {"agency_id": str(signed.house.agencies["market"].id), "key": witness.signer.verifier.vkey}
    assert signed.house.signed_in("city", "reviewer").post(f"{LOG}/witnesses", given).status_code == 403
    admin = signed.house.signed_in("city", "admin")
    assert admin.post(f"{LOG}/witnesses", given).status_code == 409
    assert admin.post(f"{LOG}/witnesses", given | {"key": log_signer().verifier.vkey}).status_code == 422
    assert signed.house.value("SELECT count(*) FROM events WHERE event = 'witness:register'") == 1


def test_witness_key_file_that_others_can_read_is_refused(tmp_path: Path):
    make_key(tmp_path / "secret", "witness.example/w1")
    (tmp_path / "secret").chmod(0o644)
    with pytest.raises(BadKeyFile, match="chmod 600"):
        read_key(tmp_path / "secret")
    (tmp_path / "none").write_text("nothing")
    (tmp_path / "none").chmod(0o600)
    with pytest.raises(BadKeyFile, match="no witness key"):
        read_key(tmp_path / "none")


# --- the reporter ---


def filed(house: House, code: ReceiptCode) -> dict[str, Any]:
    answer = house.connect().post("/api/v1/public/tips", tip_body(code))
    assert answer.status_code == 201, answer.text
    return answer.json()  # type: ignore[no-any-return]


def opened(house: House, code: ReceiptCode) -> httpx.Response:
    return house.connect().post("/api/v1/public/receipts/open", {"token": code.token})


def test_promise_names_the_leaf_that_the_receipt_opens_and_the_log_keeps_it(house: House, session: Session):
    keeper, code = Keeper(house, session), ReceiptCode()
    promise = filed(house, code)["promise"]
    shown = opened(house, code).json()["log"]
    assert (shown["promise"], shown["index"]) == (promise, None)
    keeper.sign()
    shown = opened(house, code).json()["log"]
    text = Note.parse(promise).check(log_signer().verifier).split("\n")
    entry = hashlib.sha256(base64.b64decode(shown["salt"]) + shown["entry"].encode()).digest()
    leaf = merkle.leaf_hash(entry)
    assert text[:2] == ["huiyin/promise/v1", log_signer().verifier.name]
    assert base64.b64decode(text[2]) == leaf
    assert 23 < (int(text[3]) - datetime.now(UTC).timestamp()) / 3600 < 25
    assert json.loads(shown["entry"])["facts"] == {"receipt": hashlib.sha256(code.secret).hexdigest()}
    proof = house.connect().get(f"{LOG}/proof/inclusion", index=shown["index"]).json()
    checkpoint = keeper.checkpoint()
    merkle.verify_inclusion(leaf, shown["index"], checkpoint.size, unbase64(proof["hashes"]), checkpoint.root)


def test_entry_of_a_receipt_names_no_lead_and_no_officer(house: House):
    code = ReceiptCode()
    filed(house, code)
    told = opened(house, code).text
    hidden = [str(row.id) for row in house.sql("SELECT id FROM leads UNION SELECT id FROM officers")]
    assert [id_ for id_ in hidden if id_ in told] == []


def test_receipt_of_a_tip_that_was_deleted_says_so_and_a_wrong_code_does_not(house: House):
    code = ReceiptCode()
    tip_id = filed(house, code)["tip_id"]
    for table in ("subjects", "tip_words", "tip_terms", "tip_signs", "selectors"):
        house.sql(f"DELETE FROM {table} WHERE tip_id = :id", id=tip_id)
    house.sql("DELETE FROM tips WHERE id = :id", id=tip_id)
    answer = opened(house, code)
    assert answer.status_code == 410
    assert answer.json()["type"] == "urn:huiyin:problem:removed"
    assert json.loads(answer.json()["log"]["entry"])["subject"] == tip_id
    assert opened(house, ReceiptCode()).status_code == 404


# --- reads ---


def test_reading_what_a_tip_tells_is_an_event_once_an_hour_for_each_reader(house: House):
    lead = house.file()
    intake, reviewer = house.signed_in("city", "intake"), house.signed_in("city", "reviewer")
    for _ in range(3):
        assert intake.get(lead.url).status_code == 200
    reads = "SELECT actor_id, agency_id FROM events WHERE event = 'lead:read' AND lead_id = :id"
    (read,) = house.sql(reads, id=lead.id)
    assert (read.actor_id, read.agency_id) == (house.officer("city", "intake").id, house.agencies["city"].id)
    assert reviewer.get(f"{lead.url}/messages").status_code == 200
    assert len(house.sql(reads, id=lead.id)) == 2
    house.sql("UPDATE events SET id = uuidv7(interval '-61 minutes') WHERE event = 'lead:read'")
    intake.get(lead.url)
    assert len(house.sql(reads, id=lead.id)) == 3


def test_auditor_who_reads_no_text_leaves_no_read(house: House):
    lead = house.file()
    assert house.signed_in("city", "auditor").get(lead.url).status_code == 200
    assert house.value("SELECT count(*) FROM events WHERE event = 'lead:read'") == 0


def test_page_of_search_results_that_shows_words_of_tips_is_one_event_without_the_words(house: House):
    lead = house.file()
    intake = house.signed_in("city", "intake")
    assert intake.get("/api/v1/leads/search", q="卫生费").json()["items"]
    assert intake.get("/api/v1/leads/search", q="从未写过的词").json()["items"] == []
    (event,) = house.sql("SELECT actor_id, lead_id, facts FROM events WHERE event = 'search:excerpts'")
    assert event.actor_id == house.officer("city", "intake").id
    assert (event.lead_id, event.facts) == (None, {"leads": [str(lead.id)]})


def test_reads_are_not_in_the_timeline_nor_on_the_receipt(house: House):
    lead = house.file()
    intake = house.signed_in("city", "intake")
    before = house.receipt(lead)
    intake.get(lead.url)
    assert all(item["event"] != "lead:read" for item in intake.get(f"{lead.url}/timeline").json()["items"])
    assert house.receipt(lead) == before
