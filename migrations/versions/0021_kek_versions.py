"""Versions of the key-encryption key: rows refer to one, so that it cannot be retired while they need it.

Revision ID: 0021
"""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"

WRAPPING = ("leads", "saved_views", "tips", "totp_secrets")


def moved(when: str) -> str:
    return f"""
    DROP TRIGGER moved ON tips;
    CREATE TRIGGER moved AFTER UPDATE OF lead_id, wrapped_key ON tips FOR EACH ROW {when} EXECUTE FUNCTION tip_moved();
    """


def upgrade() -> None:
    versions = op.create_table(
        "kek_versions",
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False, comment="Number of the version"),
        sa.Column(
            "since",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
            comment="Since when rows may be wrapped by it",
        ),
        sa.PrimaryKeyConstraint("version", name=op.f("pk_kek_versions")),
        comment="Versions of the key-encryption key that rows may be wrapped by; never the keys",
    )
    op.bulk_insert(versions, [{"version": 1}])
    # The first takes a short lock and looks at nothing; the second looks at every row and holds nobody up.
    for table in WRAPPING:
        name = f"fk_{table}_kek_version"
        op.execute(
            f"ALTER TABLE {table} ADD CONSTRAINT {name} FOREIGN KEY (kek_version) REFERENCES kek_versions (version) NOT VALID"
        )
    with op.get_context().autocommit_block():
        for table in WRAPPING:
            op.execute(f"ALTER TABLE {table} VALIDATE CONSTRAINT fk_{table}_kek_version")
    # A key that is wrapped anew moves no tip: its search rows stay as they are.
    op.execute(
        moved(
            "WHEN (OLD.lead_id IS DISTINCT FROM NEW.lead_id OR (OLD.wrapped_key IS NULL) <> (NEW.wrapped_key IS NULL))"
        )
    )


def downgrade() -> None:
    op.execute(moved(""))
    for table in WRAPPING:
        op.drop_constraint(f"fk_{table}_kek_version", table, type_="foreignkey")
    op.drop_table("kek_versions")
