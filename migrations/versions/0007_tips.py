"""Tips: the record, its subjects, messages and files, the sealed identity, sealed tips, and who keeps the keys."""

from migrations.sql_files import run

revision = "0007"
down_revision = "0006"

FILES = (
    "tips",
    "subjects",
    "messages",
    "attachments",
    "identity/envelopes",
    "sealed",
    "identity/key_custody",
    "tip_of_reference",
    "attachments_waiting",
    "identity/openings_to_end",
    "identity/destroy_keys",
    "identity/forget",
    "destroy_sealed_keys",
    "forget_sealed",
    "sealed_tips_known",
    "identity/key_share_events",
)


def upgrade() -> None:
    run("tips", *FILES)


def downgrade() -> None:
    run("tips", "drop")
