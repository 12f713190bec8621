"""Taking an export of a lead changes nothing that other pages show: they are not told of it.

Revision ID: 0035
"""

from alembic import op

revision = "0035"
down_revision = "0034"

LIVE = """
CREATE OR REPLACE TRIGGER tell_open_pages AFTER INSERT ON events
    FOR EACH ROW WHEN (NEW.lead_id IS NOT NULL AND NEW.event NOT IN ({silent})) EXECUTE FUNCTION tell_open_pages()
"""
READS = "'lead:read', 'attachment:download', 'sealed_tip:read'"


def upgrade() -> None:
    op.execute(LIVE.format(silent=f"{READS}, 'export:make', 'export:download'"))


def downgrade() -> None:
    op.execute(LIVE.format(silent=READS))
