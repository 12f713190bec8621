"""Words for an officer's word on a link: the timeline of both leads told it by its code.

Revision ID: 0038
"""

import csv
from pathlib import Path

import sqlalchemy as sa
from alembic import op

revision = "0038"
down_revision = "0037"

TERMS = Path(__file__).parent.parent / "data" / "terms-links.csv"


def upgrade() -> None:
    with TERMS.open(encoding="utf-8", newline="") as lines:
        terms = [row | {"position": int(row["position"])} for row in csv.DictReader(lines)]
    columns = [sa.column(name, sa.Text()) for name in ("kind", "code", "zh_cn", "zh_hant", "en")]
    op.bulk_insert(sa.table("terms", *columns, sa.column("position", sa.Integer())), terms)


def downgrade() -> None:
    op.execute("DELETE FROM terms WHERE kind = 'event' AND code IN ('link:confirm', 'link:reject')")
