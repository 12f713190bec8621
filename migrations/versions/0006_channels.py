"""Channels: where people may report, and the times when an office asks senders for more work."""

from migrations.sql_files import run

revision = "0006"
down_revision = "0005"

FILES = ("channels", "form_surges")


def upgrade() -> None:
    run("channels", *FILES)


def downgrade() -> None:
    run("channels", "drop")
