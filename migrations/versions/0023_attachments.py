"""Files that reporters add to their tips: the table, who may see what, and the worker's list of what to do.

Revision ID: 0023
"""

import csv
from pathlib import Path

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"

TERMS = Path(__file__).parent.parent / "data" / "terms-attachments.csv"

WAITING = """
CREATE FUNCTION attachments_waiting(most integer)
    RETURNS TABLE (attachment_id uuid, lead_id uuid, todo text)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
BEGIN ATOMIC
    SELECT a.id, t.lead_id,
           CASE WHEN t.wrapped_key IS NULL THEN 'destroy' WHEN a.state = 'uploading' THEN 'expire' ELSE 'check' END
    FROM attachments a JOIN tips t ON t.id = a.tip_id
    WHERE a.state = 'received'
       OR (a.state = 'uploading' AND a.touched_at < now() - interval '24 hours')
       OR (a.state <> 'destroyed' AND t.wrapped_key IS NULL)
    ORDER BY a.id LIMIT most;
END;
COMMENT ON FUNCTION attachments_waiting IS 'Files to look at, to remove as unfinished, or to destroy with their key: ids only';
"""
# The reporter sees their own; staff see what is complete and was looked at; a job acts on one lead.
OWN = "t.receipt_hash = decode(nullif(current_setting('huiyin.receipt', true), ''), 'hex')"
SEEN = f"""EXISTS (SELECT FROM tips t WHERE t.id = tip_id AND (
    state IN ('ready', 'infected', 'destroyed') OR t.lead_id = huiyin_acting_on() OR {OWN}))"""


def upgrade() -> None:
    op.create_table(
        "attachments",
        sa.Column(
            "id", sa.UUID(), server_default=sa.text("uuidv7()"), nullable=False, comment="Attachment; sorts by time"
        ),
        sa.Column("tip_id", sa.UUID(), nullable=False, comment="Whose file"),
        sa.Column("state", sa.Text(), server_default="uploading", nullable=False, comment="Where it stands"),
        sa.Column("length", sa.BigInteger(), nullable=False, comment="Its size in bytes, as announced"),
        sa.Column("received", sa.BigInteger(), server_default="0", nullable=False, comment="How many bytes are stored"),
        sa.Column(
            "writer", sa.UUID(), nullable=True, comment="The request that may go on writing; a later one takes over"
        ),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
            comment="When it was announced",
        ),
        sa.Column(
            "touched_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
            comment="When bytes last came; an unfinished one is removed a day later",
        ),
        sa.Column("completed_at", sa.DateTime(timezone=True), nullable=True, comment="When its last byte came"),
        sa.Column("name", sa.LargeBinary(), nullable=False, comment="Its name, encrypted JSON"),
        sa.Column(
            "found",
            sa.LargeBinary(),
            nullable=True,
            comment="Kind by content, SHA-256, and what became of the staff's copy: encrypted JSON",
        ),
        sa.Column("suite", sa.Text(), nullable=False, comment="Cipher suite of texts and pieces"),
        sa.CheckConstraint("length > 0 AND received BETWEEN 0 AND length", name=op.f("ck_attachments_received")),
        sa.CheckConstraint("(state = 'uploading') = (completed_at IS NULL)", name=op.f("ck_attachments_completed_at")),
        sa.CheckConstraint(
            "state IN ('uploading', 'received', 'ready', 'infected', 'destroyed')", name=op.f("ck_attachments_state")
        ),
        sa.ForeignKeyConstraint(["tip_id"], ["tips.id"], name=op.f("fk_attachments_tip_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attachments")),
        comment="Files that reporters added to a tip; names and findings are encrypted under its key",
    )
    op.create_index("ix_attachments_tip_id_id", "attachments", ["tip_id", "id"])
    op.create_index(
        "ix_attachments_waiting",
        "attachments",
        ["touched_at"],
        postgresql_where=sa.text("state IN ('uploading', 'received')"),
    )
    op.execute(
        "GRANT SELECT, INSERT, UPDATE (state, received, writer, touched_at, completed_at, found), DELETE"
        " ON attachments TO huiyin_app"
    )
    op.execute("ALTER TABLE attachments ENABLE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY seen ON attachments FOR SELECT TO huiyin_app USING ({SEEN})")
    op.execute(
        f"CREATE POLICY added ON attachments FOR INSERT TO huiyin_app WITH CHECK (EXISTS (SELECT FROM tips t WHERE t.id = tip_id AND {OWN}))"
    )
    op.execute(f"CREATE POLICY changed ON attachments FOR UPDATE TO huiyin_app USING ({SEEN})")
    # What has arrived is part of the tip: only an unfinished upload can be taken away.
    op.execute(f"CREATE POLICY given_up ON attachments FOR DELETE TO huiyin_app USING (state = 'uploading' AND {SEEN})")
    op.execute(WAITING)
    op.execute("REVOKE ALL ON FUNCTION attachments_waiting(integer) FROM PUBLIC")
    op.execute("GRANT EXECUTE ON FUNCTION attachments_waiting(integer) TO huiyin_app")
    with TERMS.open(encoding="utf-8", newline="") as lines:
        terms = [row | {"position": int(row["position"])} for row in csv.DictReader(lines)]
    columns = [sa.column(name, sa.Text()) for name in ("kind", "code", "zh_cn", "zh_hant", "en")]
    op.bulk_insert(sa.table("terms", *columns, sa.column("position", sa.Integer())), terms)


def downgrade() -> None:
    op.execute("DELETE FROM terms WHERE kind = 'event' AND code LIKE 'attachment:%'")
    op.execute("DROP FUNCTION attachments_waiting(integer)")
    op.drop_table("attachments")
