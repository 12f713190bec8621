"""Documents that were looked at before there were copies without metadata are looked at once more.

Revision ID: 0030

Which of them are documents is encrypted, so all go through the worker again; until then they are not shown.
"""

import csv
from pathlib import Path

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"

TERMS = Path(__file__).parent.parent / "data" / "terms-originals.csv"


def upgrade() -> None:
    op.execute("UPDATE attachments SET state = 'received' WHERE state = 'ready'")
    with TERMS.open(encoding="utf-8", newline="") as lines:
        terms = [row | {"position": int(row["position"])} for row in csv.DictReader(lines)]
    columns = [sa.column(name, sa.Text()) for name in ("kind", "code", "zh_cn", "zh_hant", "en")]
    op.bulk_insert(sa.table("terms", *columns, sa.column("position", sa.Integer())), terms)


def downgrade() -> None:
    op.execute("DELETE FROM terms WHERE kind = 'original_reason'")
