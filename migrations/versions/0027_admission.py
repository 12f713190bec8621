"""Work asked of who sends tips: proofs that were used, and the times when an office asked for more.

Revision ID: 0027
"""

import csv
from pathlib import Path

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"

TERMS = Path(__file__).parent.parent / "data" / "terms-admission.csv"

GRANTS = {
    "spent_proofs": "SELECT, INSERT, DELETE",
    "form_surges": "SELECT, INSERT, UPDATE (ended_at, ended_by)",
}


def upgrade() -> None:
    op.create_table(
        "spent_proofs",
        sa.Column("digest", sa.LargeBinary(), nullable=False, comment="SHA-256 of the challenge's signature"),
        sa.Column(
            "expires_at",
            sa.DateTime(timezone=True),
            nullable=False,
            comment="A full hour from which on it is refused as expired anyway",
        ),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_spent_proofs")),
        comment="Proofs of work that were used, so that none is used twice",
    )
    op.create_table(
        "form_surges",
        sa.Column("id", sa.UUID(), server_default=sa.text("uuidv7()"), nullable=False, comment="One time"),
        sa.Column("from_at", sa.DateTime(timezone=True), nullable=False, comment="Since when"),
        sa.Column(
            "until_at",
            sa.DateTime(timezone=True),
            nullable=False,
            comment="Until when, at most a day later; it ends by itself",
        ),
        sa.Column("reason", sa.Text(), nullable=False, comment="Why, in the officer's words"),
        sa.Column("raised_by", sa.UUID(), nullable=False, comment="Who switched it on"),
        sa.Column("agency_id", sa.UUID(), nullable=False, comment="For which office"),
        sa.Column(
            "ended_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="When somebody ended it before its time",
        ),
        sa.Column("ended_by", sa.UUID(), nullable=True, comment="Who did"),
        sa.CheckConstraint(
            "until_at > from_at AND until_at <= from_at + interval '24 hours'", name=op.f("ck_form_surges_until_at")
        ),
        sa.CheckConstraint("(ended_at IS NULL) = (ended_by IS NULL)", name=op.f("ck_form_surges_ended")),
        sa.ForeignKeyConstraint(["agency_id"], ["agencies.id"], name=op.f("fk_form_surges_agency_id")),
        sa.ForeignKeyConstraint(["ended_by"], ["officers.id"], name=op.f("fk_form_surges_ended_by")),
        sa.ForeignKeyConstraint(["raised_by"], ["officers.id"], name=op.f("fk_form_surges_raised_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_form_surges")),
        comment="When an office had the public form ask for more work, and why",
    )
    op.create_index("ix_form_surges_until_at", "form_surges", ["until_at"])
    for table, privileges in GRANTS.items():
        op.execute(f"GRANT {privileges} ON {table} TO huiyin_app")
    with TERMS.open(encoding="utf-8", newline="") as lines:
        terms = [row | {"position": int(row["position"])} for row in csv.DictReader(lines)]
    columns = [sa.column(name, sa.Text()) for name in ("kind", "code", "zh_cn", "zh_hant", "en")]
    op.bulk_insert(sa.table("terms", *columns, sa.column("position", sa.Integer())), terms)


def downgrade() -> None:
    op.execute("DELETE FROM terms WHERE kind = 'event' AND code LIKE 'form_surge:%'")
    op.drop_table("form_surges")
    op.drop_table("spent_proofs")
