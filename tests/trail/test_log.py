"""The public log over HTTP: in which order events come into it, what it proves, and that it tells nothing."""

import base64

import pytest
from sqlalchemy.orm import Session

from huiyin.trail import merkle
from huiyin.trail.log import log_size, sequence
from huiyin.trail.notes import Checkpoint
from huiyin.trail.signing import log_signer
from tests.factories.house import House
from tests.factories.keeper import LOG, Keeper, unbase64

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
    leaves = signed.house.sql("SELECT log_index, hash FROM log_leaves")
    assert len(leaves) == checkpoint.size > 1
    for row in leaves:
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
