"""Access: who asks, regions, agencies, officers and how they sign in, system accounts, taxonomies."""

from migrations.sql_files import run

revision = "0003"
down_revision = "0002"

FILES = ("asker", "terms", "regions", "agencies", "officers", "sign_in", "system_accounts", "foreign_keys")


def upgrade() -> None:
    run("access", *FILES)


def downgrade() -> None:
    run("access", "drop")
