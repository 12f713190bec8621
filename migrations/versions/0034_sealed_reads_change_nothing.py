"""Opening a sealed tip changes nothing that other pages show: they are not told of it.

Revision ID: 0034
"""

from alembic import op

revision = "0034"
down_revision = "0033"

LIVE = """
CREATE OR REPLACE TRIGGER tell_open_pages AFTER INSERT ON events
    FOR EACH ROW WHEN (NEW.lead_id IS NOT NULL AND NEW.event NOT IN ({silent})) EXECUTE FUNCTION tell_open_pages()
"""


def upgrade() -> None:
    op.execute(LIVE.format(silent="'lead:read', 'attachment:download', 'sealed_tip:read'"))


def downgrade() -> None:
    op.execute(LIVE.format(silent="'lead:read', 'attachment:download'"))
