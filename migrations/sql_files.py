"""The SQL of the migrations: `sql/<part>/<name>.sql`, a table with its kin or a function a file; `drop` undoes the part."""

from pathlib import Path

import sqlalchemy as sa
from alembic import op

SQL = Path(__file__).parent / "sql"


def run(part: str, *names: str) -> None:
    """Execute the named files of a part, in this order, in the migration's transaction."""
    for name in names:
        statements = (SQL / part / f"{name}.sql").read_text(encoding="utf-8")
        op.execute(sa.text(statements.replace(":", r"\:")))  # a colon is a colon, never a parameter
