"""What every installation begins with: regions (GB/T 2260), taxonomies, terms of clocks and of retention, checklists."""

from alembic import op

from migrations.reference_data import TABLES, load

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    load(op.get_bind())


def downgrade() -> None:
    for table in reversed(TABLES):
        op.execute(table.delete())
