"""Labels of marking a lead as complex before it is screened.

Revision ID: 0014
"""

import csv
from pathlib import Path

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"

TERMS = Path(__file__).parent.parent / "data" / "terms-6.csv"


def upgrade() -> None:
    with TERMS.open(encoding="utf-8", newline="") as lines:
        terms = [row | {"position": int(row["position"])} for row in csv.DictReader(lines)]
    columns = [sa.column(name, sa.Text()) for name in ("kind", "code", "zh_cn", "zh_hant", "en")]
    op.bulk_insert(sa.table("terms", *columns, sa.column("position", sa.Integer())), terms)


def downgrade() -> None:
    op.execute(
        "DELETE FROM terms WHERE (kind, code) IN (('verb', 'mark_complex'), ('event', 'lead:mark_complex'),"
        " ('blocked', 'complex_already'), ('blocked', 'screening_late'))"
    )
