"""The workflow floor (流程): matters of every kind, who answers for them, their moves, who may see them."""

from migrations.sql_files import run

revision = "0005"
down_revision = "0004"

FILES = (
    "matters",
    "become_matter",
    "assignments",
    "exclusions",
    "moves",
    "foreign_keys",
    "guard_children",
    "events",
    "one_answers",
    "copy_pending_verb",
    "notify_open_pages",
    "matter_audience",
    "ladder_due",
)


def upgrade() -> None:
    run("workflow", *FILES)


def downgrade() -> None:
    run("workflow", "drop")
