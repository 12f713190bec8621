"""The inbox at scale: indexes of open leads, saved views, and the notice of every change to open pages.

Revision ID: 0007
"""

import csv
from pathlib import Path

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"

TERMS = Path(__file__).parent.parent / "data" / "terms-2.csv"

OPEN = (
    "state IN ('answered', 'approved', 'concluded', 'dispatched', 'in_review', 'received', 'registered', 'screened',"
    " 'signed', 'verifying')"
)
# Name, then how it is built. Each serves one kind of view (ADR 0020).
INDEXES = {
    "ix_leads_open_visible_to": f"USING gin (visible_to, state) WHERE {OPEN}",
    "ix_leads_open_state": f"(state, received_at, id) WHERE {OPEN}",
    "ix_leads_open_clock_due_at": f"(clock_due_at, id) WHERE {OPEN}",
    "ix_leads_returned": "(received_at, id) WHERE clock_rule = 'conclude_again'",
}

LIVE = """
CREATE FUNCTION lead_audience(ids uuid[]) RETURNS TABLE (id uuid, visible_to uuid[], hidden_from uuid[])
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
    BEGIN ATOMIC
        SELECT leads.id, leads.visible_to, leads.hidden_from FROM leads WHERE leads.id = ANY(ids);
    END;
COMMENT ON FUNCTION lead_audience IS
    'Who may see leads of which a change was notified: the listening process serves many officers at once';
REVOKE ALL ON FUNCTION lead_audience FROM PUBLIC;
GRANT EXECUTE ON FUNCTION lead_audience TO huiyin_app;

CREATE FUNCTION tell_open_pages() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN PERFORM pg_notify('huiyin_leads', NEW.lead_id::text); RETURN NULL; END $$;
COMMENT ON FUNCTION tell_open_pages IS 'Sends the id of a changed lead, and nothing else, when the change is committed';
CREATE TRIGGER tell_open_pages AFTER INSERT ON events
    FOR EACH ROW WHEN (NEW.lead_id IS NOT NULL) EXECUTE FUNCTION tell_open_pages();
"""

OWN = "owner_id = ANY(huiyin_ids('principals'))"
SHARED = "shared AND agency_id = ANY(huiyin_ids('readers'))"


def upgrade() -> None:
    with op.get_context().autocommit_block():
        op.execute("CREATE EXTENSION IF NOT EXISTS btree_gin")
        op.execute("SET lock_timeout = 0")  # concurrent builds wait for transactions, and make nobody wait
        for name, how in INDEXES.items():
            op.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {name}")  # what an interrupted build left behind
            op.execute(f"CREATE INDEX CONCURRENTLY {name} ON leads {how}")
        op.execute("RESET lock_timeout")
    op.create_table(
        "saved_views",
        sa.Column("id", sa.UUID(), server_default=sa.text("uuidv7()"), nullable=False, comment="Saved view"),
        sa.Column("owner_id", sa.UUID(), nullable=False, comment="Who saved it"),
        sa.Column("agency_id", sa.UUID(), nullable=False, comment="Where it may be shared"),
        sa.Column("shared", sa.Boolean(), nullable=False, comment="Whether all at the agency see it"),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False, comment="Counts changes, for If-Match"),
        sa.Column("name_mac", sa.LargeBinary(), nullable=False, comment="Keyed hash of its name: unique per owner"),
        sa.Column("content", sa.LargeBinary(), nullable=False, comment="Name, filter and sort: encrypted JSON"),
        sa.Column("wrapped_key", sa.LargeBinary(), nullable=False, comment="Its data key, wrapped"),
        sa.Column("kek_version", sa.Integer(), nullable=False, comment="Which key-encryption key wraps it"),
        sa.Column("suite", sa.Text(), nullable=False, comment="Cipher suite of content and key"),
        sa.Column(
            "changed_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
            comment="When it was saved last",
        ),
        sa.ForeignKeyConstraint(["agency_id"], ["agencies.id"], name=op.f("fk_saved_views_agency_id")),
        sa.ForeignKeyConstraint(["owner_id"], ["officers.id"], name=op.f("fk_saved_views_owner_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_views")),
        sa.UniqueConstraint("owner_id", "name_mac", name=op.f("uq_saved_views_owner_id_name_mac")),
        comment="Filters of the inbox that officers keep, for themselves or for their agency",
    )
    op.create_index("ix_saved_views_agency_id", "saved_views", ["agency_id"], postgresql_where=sa.text("shared"))
    op.execute("GRANT SELECT, INSERT, UPDATE, DELETE ON saved_views TO huiyin_app")
    op.execute("ALTER TABLE saved_views ENABLE ROW LEVEL SECURITY")
    op.execute(
        f"CREATE POLICY of_owner_or_agency ON saved_views FOR ALL TO huiyin_app USING (({OWN}) OR ({SHARED}))"
        f" WITH CHECK (({OWN} OR shared) AND agency_id = ANY(huiyin_ids('readers')))"
    )
    op.execute(LIVE)
    with TERMS.open(encoding="utf-8", newline="") as lines:
        terms = [row | {"position": int(row["position"])} for row in csv.DictReader(lines)]
    columns = [sa.column(name, sa.Text()) for name in ("kind", "code", "zh_cn", "zh_hant", "en")]
    op.bulk_insert(sa.table("terms", *columns, sa.column("position", sa.Integer())), terms)


def downgrade() -> None:
    op.execute("DELETE FROM terms WHERE kind = 'view'")
    op.execute("DROP TRIGGER tell_open_pages ON events")
    op.execute("DROP FUNCTION tell_open_pages")
    op.execute("DROP FUNCTION lead_audience")
    op.drop_table("saved_views")
    for name in INDEXES:
        op.execute(f"DROP INDEX IF EXISTS {name}")
    op.execute("DROP EXTENSION btree_gin")
