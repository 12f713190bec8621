"""The trail: events, and the public log that commits to them."""

from migrations.sql_files import run

revision = "0002"
down_revision = "0001"

FILES = ("events", "public_log", "log_waiting", "log_place", "receipt_promise")


def upgrade() -> None:
    run("trail", *FILES)


def downgrade() -> None:
    run("trail", "drop")
