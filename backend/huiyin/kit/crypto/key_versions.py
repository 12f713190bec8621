"""The versions of the key-encryption key that rows may be wrapped by. The keys themselves are never in the database."""

from datetime import datetime

from sqlalchemy import ForeignKey, MetaData
from sqlalchemy import Table as CoreTable
from sqlalchemy.orm import Mapped, mapped_column

from huiyin.kit.database.tables import Table, now_column


class KekVersion(Table):
    """Every `kek_version` refers to it, so that PostgreSQL itself refuses to retire one that a row still needs."""

    __tablename__ = "kek_versions"
    __table_args__ = ({"comment": "Versions of the key-encryption key that rows may be wrapped by; never the keys"},)

    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False, comment="Number of the version")
    since: Mapped[datetime] = now_column("Since when rows may be wrapped by it")


def wrapping_tables(metadata: MetaData) -> list[CoreTable]:
    """Every table whose rows carry a wrapped data key, so that a rotation forgets none."""
    return [table for table in metadata.sorted_tables if "wrapped_key" in table.columns]


def refers_to_versions(table: CoreTable) -> bool:
    """Whether PostgreSQL knows which version each row of the table needs."""
    wanted = ForeignKey("kek_versions.version").target_fullname
    column = table.columns.get("kek_version")
    return column is not None and wanted in {key.target_fullname for key in column.foreign_keys}
