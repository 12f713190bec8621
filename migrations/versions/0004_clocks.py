"""Clocks (时限): rules, calendars of working days, terms as they ran, and steps of lateness."""

from migrations.sql_files import run

revision = "0004"
down_revision = "0003"

FILES = ("rules", "working_years", "clocks", "ladder", "entered_years", "clocks_counted", "clocks_to_recompute")


def upgrade() -> None:
    run("clocks", *FILES)


def downgrade() -> None:
    run("clocks", "drop")
