"""Leads: the unit of work, who answers for it, its moves, and the work on it beside them."""

from migrations.sql_files import run

revision = "0007"
down_revision = "0006"

FILES = (
    "leads",
    "foreign_keys",
    "exclusions",
    "assignments",
    "moves",
    "conclusions",
    "assessments",
    "checklists",
    "notes",
    "overlays",
    "look_back",
    "saved_views",
    "one_answers_for_the_lead",
    "tell_open_pages",
    "tell_pending",
    "lead_audience",
    "leads_of_gone_officers",
    "ladder_due",
    "look_back_candidates",
)


def upgrade() -> None:
    run("leads", *FILES)


def downgrade() -> None:
    run("leads", "drop")
