"""The ground: extensions, the app role, versions of the key-encryption key, and what makes a request count once."""

from migrations.sql_files import run

revision = "0001"
down_revision = None

FILES = ("extensions", "app_role", "key_versions", "requests", "job_items", "draw_number")


def upgrade() -> None:
    run("kit", *FILES)


def downgrade() -> None:
    run("kit", "drop")
