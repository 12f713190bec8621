"""The declarative base: constraint names, column kinds and check constraints that all tables share."""

import enum
from datetime import datetime
from typing import Any, ClassVar, cast
from uuid import UUID

from sqlalchemy import CheckConstraint, DateTime, Insert, MetaData, Text, insert, text
from sqlalchemy import Table as CoreTable
from sqlalchemy.dialects import postgresql
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class Table(DeclarativeBase):
    """Base of every table. Keys are made by the server with `uuidv7()`, so they sort by time of creation."""

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        str: Text(),
        datetime: DateTime(timezone=True),
        UUID: postgresql.UUID(as_uuid=True),
        list[UUID]: postgresql.ARRAY(postgresql.UUID(as_uuid=True)),
        list[str]: postgresql.ARRAY(Text()),
        dict[str, Any]: postgresql.JSONB(),
        list[dict[str, Any]]: postgresql.JSONB(),
    }


def key(comment: str) -> Mapped[UUID]:
    """A primary key that PostgreSQL fills with a time-ordered UUID (RFC 9562, version 7)."""
    return mapped_column(primary_key=True, server_default=text("uuidv7()"), comment=comment)


def now_column(comment: str) -> Mapped[datetime]:
    """A time that PostgreSQL fills when the row is written."""
    return mapped_column(server_default=text("now()"), comment=comment)


def one_of(column: str, values: type[enum.StrEnum], name: str | None = None) -> CheckConstraint:
    """The check that a text column holds one of an enumeration's values."""
    listed = ", ".join(f"'{value}'" for value in values)
    return CheckConstraint(f"{column} IN ({listed})", name=name or column)


def insert_into(table: type[Table]) -> Insert:
    """An INSERT without the unit of work (ADR 0002) and without RETURNING, which needs the right to read."""
    return insert(cast("CoreTable", table.__table__)).inline()
