"""The custodians' register: of each key its five shares, and who keeps them.

Revision ID: 0036

Keys that are there already get their five shares without a commitment: their sheets were printed before.
"""

import csv
from pathlib import Path

import sqlalchemy as sa
from alembic import op

revision = "0036"
down_revision = "0035"

TERMS = Path(__file__).parent.parent / "data" / "terms-custody.csv"
GRANTS = {
    "key_shares": "SELECT, INSERT, UPDATE (exposed_at)",
    "key_share_custodies": (
        "SELECT, INSERT, UPDATE (received_at, confirmed_at, checked_at, ended_at, ended_by, ended_how)"
    ),
}
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "key_shares",
        sa.Column("key_id", sa.UUID(), nullable=False, comment="The key, as the trail names it"),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False, comment="Which sheet, 1 to 5"),
        sa.Column("identity_version", sa.Integer(), nullable=True, comment="Of which key of the identity desk"),
        sa.Column("sealed_key_id", sa.UUID(), nullable=True, comment="Of which agency's key for sealed tips"),
        sa.Column(
            "commitment",
            sa.LargeBinary(),
            nullable=True,
            comment="SHA-256 of the share, made with the key in the browser; empty: a key from before there were any",
        ),
        sa.Column("exposed_at", MOMENT, nullable=True, comment="Since when somebody else may know the share"),
        sa.CheckConstraint("number BETWEEN 1 AND 5", name=op.f("ck_key_shares_number")),
        sa.CheckConstraint("octet_length(commitment) = 32", name=op.f("ck_key_shares_commitment")),
        sa.CheckConstraint("num_nonnulls(identity_version, sealed_key_id) = 1", name=op.f("ck_key_shares_one_key")),
        sa.CheckConstraint("sealed_key_id = key_id", name=op.f("ck_key_shares_same_key")),
        sa.ForeignKeyConstraint(
            ["identity_version"], ["identity_keys.version"], name=op.f("fk_key_shares_identity_version")
        ),
        sa.ForeignKeyConstraint(["sealed_key_id"], ["sealed_keys.id"], name=op.f("fk_key_shares_sealed_key_id")),
        sa.PrimaryKeyConstraint("key_id", "number", name=op.f("pk_key_shares")),
        comment="Of each key of the identity desk and of discipline agencies the five shares, which are on paper",
    )
    op.create_table(
        "key_share_custodies",
        sa.Column(
            "id", sa.UUID(), server_default=sa.text("uuidv7()"), nullable=False, comment="Custody; sorts by time"
        ),
        sa.Column("key_id", sa.UUID(), nullable=False, comment="Of which key"),
        sa.Column("number", sa.Integer(), nullable=False, comment="Which of its sheets"),
        sa.Column("custodian_id", sa.UUID(), nullable=False, comment="Who keeps it"),
        sa.Column(
            "given_by", sa.UUID(), nullable=False, comment="Who handed it over: the desk, or the custodian before"
        ),
        sa.Column(
            "given_at", MOMENT, server_default=sa.text("now()"), nullable=False, comment="When that was recorded"
        ),
        sa.Column("received_at", MOMENT, nullable=True, comment="When the custodian said that the sheet is here"),
        sa.Column("confirmed_at", MOMENT, nullable=True, comment="When they last said that it is here and legible"),
        sa.Column(
            "checked_at",
            MOMENT,
            nullable=True,
            comment="When their browser last found that what they typed is this share",
        ),
        sa.Column("ended_at", MOMENT, nullable=True, comment="When they stopped keeping it"),
        sa.Column("ended_by", sa.UUID(), nullable=True, comment="Who said so"),
        sa.Column("ended_how", sa.Text(), nullable=True, comment="How (taxonomy custody_end)"),
        sa.CheckConstraint(
            "ended_how IN ('handed_on', 'withdrawn', 'lost', 'not_received', 'destroyed')",
            name=op.f("ck_key_share_custodies_ended_how"),
        ),
        sa.CheckConstraint("given_by <> custodian_id", name=op.f("ck_key_share_custodies_given_by")),
        sa.CheckConstraint(
            "(received_at IS NULL) = (confirmed_at IS NULL)", name=op.f("ck_key_share_custodies_received")
        ),
        sa.CheckConstraint(
            "num_nulls(ended_at, ended_by, ended_how) IN (0, 3)", name=op.f("ck_key_share_custodies_ended")
        ),
        sa.ForeignKeyConstraint(
            ["key_id", "number"],
            ["key_shares.key_id", "key_shares.number"],
            name=op.f("fk_key_share_custodies_key_id"),
        ),
        sa.ForeignKeyConstraint(["custodian_id"], ["officers.id"], name=op.f("fk_key_share_custodies_custodian_id")),
        sa.ForeignKeyConstraint(["given_by"], ["officers.id"], name=op.f("fk_key_share_custodies_given_by")),
        sa.ForeignKeyConstraint(["ended_by"], ["officers.id"], name=op.f("fk_key_share_custodies_ended_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_key_share_custodies")),
        comment="Who kept which share of a key, from when to when, and when they last said that it is there",
    )
    now = sa.text("ended_at IS NULL")
    op.create_index(
        "uq_key_share_custodies_share", "key_share_custodies", ["key_id", "number"], unique=True, postgresql_where=now
    )
    op.create_index(
        "uq_key_share_custodies_custodian",
        "key_share_custodies",
        ["custodian_id", "key_id"],
        unique=True,
        postgresql_where=now,
    )
    op.create_index("ix_key_share_custodies_key_id_number", "key_share_custodies", ["key_id", "number"])
    numbers = "generate_series(1, 5) AS number"
    op.execute(
        "INSERT INTO key_shares (key_id, number, identity_version)"
        f" SELECT id, number, version FROM identity_keys, {numbers}"
    )
    op.execute(
        f"INSERT INTO key_shares (key_id, number, sealed_key_id) SELECT id, number, id FROM sealed_keys, {numbers}"
    )
    for table, privileges in GRANTS.items():
        op.execute(f"GRANT {privileges} ON {table} TO huiyin_app")
    with TERMS.open(encoding="utf-8", newline="") as lines:
        terms = [row | {"position": int(row["position"])} for row in csv.DictReader(lines)]
    columns = [sa.column(name, sa.Text()) for name in ("kind", "code", "zh_cn", "zh_hant", "en")]
    op.bulk_insert(sa.table("terms", *columns, sa.column("position", sa.Integer())), terms)


def downgrade() -> None:
    op.execute("DELETE FROM terms WHERE kind IN ('share_state', 'custody_end') OR code LIKE 'key_share:%'")
    op.drop_table("key_share_custodies")
    op.drop_table("key_shares")
