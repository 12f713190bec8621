"""The register of exports, and their running number.

Revision ID: 0028
"""

import csv
from pathlib import Path

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0028"
down_revision = "0027"

TERMS = Path(__file__).parent.parent / "data" / "terms-exports.csv"
# An officer's own, their agency's, and those with a lead that the asker sees; the API shows others' to auditors alone.
SEEN = """officer_id = ANY (huiyin_ids('principals')) OR agency_id = ANY (huiyin_ids('readers'))
    OR EXISTS (SELECT FROM leads WHERE leads.id = ANY (lead_ids))"""
OWN = "officer_id = ANY (huiyin_ids('principals'))"


def upgrade() -> None:
    op.execute("CREATE SEQUENCE export_numbers")
    op.execute("GRANT USAGE ON SEQUENCE export_numbers TO huiyin_app")
    op.create_table(
        "exports",
        sa.Column("id", sa.UUID(), server_default=sa.text("uuidv7()"), nullable=False, comment="Export; sorts by time"),
        sa.Column("number", sa.Text(), nullable=False, comment="Stands on every page and in every row of the export"),
        sa.Column("kind", sa.Text(), nullable=False, comment="inbox or dossier"),
        sa.Column("format", sa.Text(), nullable=False, comment="xlsx, csv or page"),
        sa.Column("lead_ids", postgresql.ARRAY(sa.UUID()), nullable=False, comment="The leads in it, in their order"),
        sa.Column("officer_id", sa.UUID(), nullable=False, comment="Who exported"),
        sa.Column("agency_id", sa.UUID(), nullable=False, comment="For which agency"),
        sa.Column(
            "at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
            comment="When it was asked for",
        ),
        sa.Column(
            "expires_at",
            sa.DateTime(timezone=True),
            nullable=False,
            comment="Until when it can be fetched: 24 hours",
        ),
        sa.Column("fetched", sa.Integer(), server_default="0", nullable=False, comment="How often it was fetched"),
        sa.Column("fetched_at", sa.DateTime(timezone=True), nullable=True, comment="When last"),
        sa.Column("content", sa.LargeBinary(), nullable=False, comment="Purpose and filter: encrypted JSON"),
        sa.Column("wrapped_key", sa.LargeBinary(), nullable=False, comment="Its data key, wrapped"),
        sa.Column("kek_version", sa.Integer(), nullable=False, comment="Which key-encryption key wraps it"),
        sa.Column("suite", sa.Text(), nullable=False, comment="Cipher suite of content and key"),
        sa.CheckConstraint("kind IN ('inbox', 'dossier')", name=op.f("ck_exports_kind")),
        sa.CheckConstraint("format IN ('xlsx', 'csv', 'page')", name=op.f("ck_exports_format")),
        sa.CheckConstraint("(kind = 'dossier') = (format = 'page')", name=op.f("ck_exports_page")),
        sa.ForeignKeyConstraint(["agency_id"], ["agencies.id"], name=op.f("fk_exports_agency_id")),
        sa.ForeignKeyConstraint(["kek_version"], ["kek_versions.version"], name=op.f("fk_exports_kek_version")),
        sa.ForeignKeyConstraint(["officer_id"], ["officers.id"], name=op.f("fk_exports_officer_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exports")),
        sa.UniqueConstraint("number", name=op.f("uq_exports_number")),
        comment="Exports: what was taken out, by whom and when; purpose and filter are encrypted",
    )
    op.create_index("ix_exports_officer_id_id", "exports", ["officer_id", "id"])
    op.create_index("ix_exports_lead_ids", "exports", ["lead_ids"], postgresql_using="gin")
    op.execute("GRANT SELECT, INSERT, UPDATE (fetched, fetched_at) ON exports TO huiyin_app")
    op.execute("ALTER TABLE exports ENABLE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY seen ON exports FOR SELECT TO huiyin_app USING ({SEEN})")
    op.execute(f"CREATE POLICY made ON exports FOR INSERT TO huiyin_app WITH CHECK ({OWN})")
    op.execute(f"CREATE POLICY fetched ON exports FOR UPDATE TO huiyin_app USING ({OWN})")
    with TERMS.open(encoding="utf-8", newline="") as lines:
        terms = [row | {"position": int(row["position"])} for row in csv.DictReader(lines)]
    columns = [sa.column(name, sa.Text()) for name in ("kind", "code", "zh_cn", "zh_hant", "en")]
    op.bulk_insert(sa.table("terms", *columns, sa.column("position", sa.Integer())), terms)


def downgrade() -> None:
    op.execute("DELETE FROM terms WHERE kind = 'export_kind' OR code LIKE 'export:%'")
    op.drop_table("exports")
    op.execute("DROP SEQUENCE export_numbers")
