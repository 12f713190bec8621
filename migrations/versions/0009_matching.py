"""Matching: the search index, what tips are recognised by, and links between leads (串并)."""

from migrations.sql_files import run

revision = "0009"
down_revision = "0008"

FILES = (
    "search",
    "recognition",
    "links",
    "tip_words_of_lead",
    "lead_sight_changed",
    "tip_moved",
    "forget_words",
    "tips_to_index",
    "search_tips",
    "propose_links",
    "link_tip",
    "link_recent",
    "carry_links",
    "give_links_back",
)


def upgrade() -> None:
    run("matching", *FILES)


def downgrade() -> None:
    run("matching", "drop")
