"""The public log: leaves, tree, checkpoints and witnesses, and the doors through which the app role adds to them.

Revision ID: 0016
"""

import csv
from pathlib import Path

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"

TERMS = Path(__file__).parent.parent / "data" / "terms-8.csv"

# The app role reads the log; it writes leaves and nodes through log_place alone, which accepts nothing but the next
# ones, and events get their place once.
FUNCTIONS = """
CREATE FUNCTION log_waiting(most integer) RETURNS SETOF events
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT * FROM events WHERE log_index IS NULL ORDER BY id LIMIT most
$$;
COMMENT ON FUNCTION log_waiting IS 'Committed events without a place in the public log, for the sequencer; codes and ids';

CREATE FUNCTION log_place(first bigint, ids uuid[], hashes bytea[], levels integer[], places bigint[], nodes bytea[])
    RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    size bigint;
    placed bigint;
BEGIN
    SELECT coalesce(max(l.log_index) + 1, 0) INTO size FROM log_leaves l;
    IF size <> first THEN
        RAISE EXCEPTION 'the log has % leaves, not %', size, first USING ERRCODE = 'check_violation';
    END IF;
    INSERT INTO log_leaves (log_index, event_id, hash)
        SELECT first + t.place - 1, t.id, t.hash FROM unnest(ids, hashes) WITH ORDINALITY AS t(id, hash, place);
    INSERT INTO log_nodes (level, at, hash) SELECT * FROM unnest(levels, places, nodes);
    UPDATE events e SET log_index = l.log_index FROM log_leaves l
        WHERE l.log_index >= first AND l.event_id = e.id AND e.id = ANY (ids) AND e.log_index IS NULL;
    GET DIAGNOSTICS placed = ROW_COUNT;
    IF placed <> cardinality(ids) THEN
        RAISE EXCEPTION '% of % events got a place', placed, cardinality(ids) USING ERRCODE = 'check_violation';
    END IF;
END $$;
COMMENT ON FUNCTION log_place IS 'Gives events the next places of the public log and adds what they complete of its tree';

CREATE FUNCTION receipt_promise(receipt_hash bytea) RETURNS SETOF events
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT * FROM events WHERE event = 'tip:promise' AND facts ->> 'receipt' = encode(receipt_hash, 'hex')
    ORDER BY id LIMIT 1
$$;
COMMENT ON FUNCTION receipt_promise IS 'The event by which a tip was promised its place in the public log, by its receipt';

REVOKE ALL ON FUNCTION log_waiting, log_place, receipt_promise FROM PUBLIC;
GRANT EXECUTE ON FUNCTION log_waiting, log_place, receipt_promise TO huiyin_app;
"""

# Reading a lead is an event too, but nothing that others' open pages would show.
LIVE = """
CREATE OR REPLACE TRIGGER tell_open_pages AFTER INSERT ON events
    FOR EACH ROW WHEN (NEW.lead_id IS NOT NULL{but}) EXECUTE FUNCTION tell_open_pages()
"""

GRANTS = """
GRANT SELECT ON log_leaves, log_nodes TO huiyin_app;
GRANT SELECT, INSERT ON log_checkpoints, log_cosignatures TO huiyin_app;
GRANT SELECT, INSERT, UPDATE (retired_at) ON log_witnesses TO huiyin_app;
"""


def upgrade() -> None:
    with op.get_context().autocommit_block():
        op.execute("SET lock_timeout = 0")  # concurrent builds wait for transactions, and make nobody wait
        for name, how in {
            "ix_events_unplaced": "(id) WHERE log_index IS NULL",
            "ix_events_receipt": "((facts ->> 'receipt')) WHERE event = 'tip:promise'",
        }.items():
            op.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {name}")  # what an interrupted build left behind
            op.execute(f"CREATE INDEX CONCURRENTLY {name} ON events {how}")
        op.execute("RESET lock_timeout")
    op.create_table(
        "log_leaves",
        sa.Column("log_index", sa.BigInteger(), autoincrement=False, nullable=False, comment="Gapless place, from 0"),
        sa.Column("event_id", sa.UUID(), nullable=False, comment="The event that it commits to"),
        sa.Column(
            "hash", sa.LargeBinary(), nullable=False, comment="RFC 6962 leaf hash of the event's salted commitment"
        ),
        sa.PrimaryKeyConstraint("log_index", name=op.f("pk_log_leaves")),
        sa.UniqueConstraint("event_id", name=op.f("uq_log_leaves_event_id")),
        sa.UniqueConstraint("hash", name=op.f("uq_log_leaves_hash")),
        comment="Leaves of the public log, one for each event; nothing here is ever changed",
    )
    op.create_table(
        "log_nodes",
        sa.Column(
            "level", sa.SmallInteger(), autoincrement=False, nullable=False, comment="Covers 2^level leaves; from 1"
        ),
        sa.Column("at", sa.BigInteger(), autoincrement=False, nullable=False, comment="Place on its level, from 0"),
        sa.Column("hash", sa.LargeBinary(), nullable=False, comment="RFC 6962 node hash"),
        sa.PrimaryKeyConstraint("level", "at", name=op.f("pk_log_nodes")),
        comment="Complete inner nodes of the public log's Merkle tree; never changed",
    )
    op.create_table(
        "log_checkpoints",
        sa.Column("size", sa.BigInteger(), autoincrement=False, nullable=False, comment="Number of leaves"),
        sa.Column(
            "at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
            comment="When it was signed",
        ),
        sa.Column("note", sa.Text(), nullable=False, comment="The signed note (C2SP tlog-checkpoint)"),
        sa.PrimaryKeyConstraint("size", name=op.f("pk_log_checkpoints")),
        comment="Signed states of the public log, at most one a minute",
    )
    op.create_table(
        "log_witnesses",
        sa.Column("id", sa.UUID(), server_default=sa.text("uuidv7()"), nullable=False, comment="Witness"),
        sa.Column("agency_id", sa.UUID(), nullable=False, comment="The agency that runs it"),
        sa.Column("vkey", sa.Text(), nullable=False, comment="Its public key (C2SP tlog-cosignature, type 4)"),
        sa.Column(
            "registered_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
            comment="Since when its cosignatures are taken",
        ),
        sa.Column(
            "retired_at", sa.DateTime(timezone=True), nullable=True, comment="Until when; its earlier cosignatures stay"
        ),
        sa.ForeignKeyConstraint(["agency_id"], ["agencies.id"], name=op.f("fk_log_witnesses_agency_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_log_witnesses")),
        sa.UniqueConstraint("vkey", name=op.f("uq_log_witnesses_vkey")),
        comment="Machines of other agencies that cosign the public log's checkpoints",
    )
    op.create_table(
        "log_cosignatures",
        sa.Column("size", sa.BigInteger(), nullable=False, comment="Which checkpoint"),
        sa.Column("witness_id", sa.UUID(), nullable=False, comment="Who"),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False, comment="When, as the witness says"),
        sa.Column(
            "signature",
            sa.LargeBinary(),
            nullable=False,
            comment="Time and Ed25519 signature (C2SP tlog-cosignature v1)",
        ),
        sa.ForeignKeyConstraint(["size"], ["log_checkpoints.size"], name=op.f("fk_log_cosignatures_size")),
        sa.ForeignKeyConstraint(["witness_id"], ["log_witnesses.id"], name=op.f("fk_log_cosignatures_witness_id")),
        sa.PrimaryKeyConstraint("size", "witness_id", name=op.f("pk_log_cosignatures")),
        comment="What witnesses signed: that a checkpoint extends all that they saw before",
    )
    op.execute(GRANTS)
    op.execute(FUNCTIONS)
    op.execute(LIVE.format(but=" AND NEW.event <> 'lead:read'"))
    with TERMS.open(encoding="utf-8", newline="") as lines:
        terms = [row | {"position": int(row["position"])} for row in csv.DictReader(lines)]
    columns = [sa.column(name, sa.Text()) for name in ("kind", "code", "zh_cn", "zh_hant", "en")]
    op.bulk_insert(sa.table("terms", *columns, sa.column("position", sa.Integer())), terms)


def downgrade() -> None:
    with TERMS.open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            op.execute(f"DELETE FROM terms WHERE kind = '{row['kind']}' AND code = '{row['code']}'")
    op.execute(LIVE.format(but=""))
    op.execute("DROP FUNCTION receipt_promise")
    op.execute("DROP FUNCTION log_place")
    op.execute("DROP FUNCTION log_waiting")
    for table in ("log_cosignatures", "log_witnesses", "log_checkpoints", "log_nodes", "log_leaves"):
        op.drop_table(table)
    op.execute("UPDATE events SET log_index = NULL WHERE log_index IS NOT NULL")
    op.execute("DROP INDEX ix_events_receipt")
    op.execute("DROP INDEX ix_events_unplaced")
