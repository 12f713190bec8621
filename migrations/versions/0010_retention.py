"""Retention: rules, legal holds, exoneration (澄清正名), corrections, notices, and the register of exports."""

from migrations.sql_files import run

revision = "0010"
down_revision = "0009"

FILES = (
    "rules",
    "legal_holds",
    "exonerations",
    "corrections",
    "notices",
    "exports",
    "lead_family",
    "lead_waits",
    "leads_to_date",
    "leads_to_warn",
    "leads_expired",
    "holds_to_end",
    "notices_late",
    "forget_lead",
)


def upgrade() -> None:
    run("retention", *FILES)


def downgrade() -> None:
    run("retention", "drop")
