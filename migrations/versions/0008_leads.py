"""Leads: the unit of work, its findings, and the work on it beside its verbs."""

from migrations.sql_files import run

revision = "0008"
down_revision = "0007"

FILES = (
    "leads",
    "foreign_keys",
    "conclusions",
    "assessments",
    "checklists",
    "notes",
    "overlays",
    "overlays_to_end",
    "look_back",
    "saved_views",
    "objection_waits",
    "reporter_adds",
    "leads_of_gone_officers",
    "look_back_candidates",
)


def upgrade() -> None:
    run("leads", *FILES)


def downgrade() -> None:
    run("leads", "drop")
