"""Who may see and change which rows: row-level security of every table that belongs to a lead or a tip."""

from migrations.sql_files import run

revision = "0011"
down_revision = "0010"

FILES = (
    "identity_lead",
    "lead_hides_from_asker",
    "work",
    "saved_views",
    "tips",
    "attachments",
    "identity",
    "sealed",
    "matching",
    "link_events",
    "retention",
    "exports",
    "exports_that_hide",
)


def upgrade() -> None:
    run("visibility", *FILES)


def downgrade() -> None:
    run("visibility", "drop")
