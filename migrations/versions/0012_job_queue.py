"""The job queue's own schema, as Procrastinate ships it, usable by the app role."""

from alembic import op
from procrastinate.schema import SchemaManager

from migrations.sql_files import run

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    op.get_bind().exec_driver_sql(SchemaManager.get_schema().replace("%", "%%"))
    run("job_queue", "grants")


def downgrade() -> None:
    run("job_queue", "drop")
