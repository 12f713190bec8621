"""Agencies, each with a head who answers for what it holds."""

from dataclasses import dataclass
from uuid import UUID, uuid4

from sqlalchemy import Connection, text

from tests.database import as_owner


@dataclass(frozen=True)
class Agency:
    id: UUID
    name: str
    kind: str
    region: str
    path: tuple[UUID, ...]


_INSERT = text(
    "INSERT INTO agencies (id, name, kind, region_code, parent_id, path)"
    " VALUES (:id, :name, :kind, :region, :parent, :path)"
)


def make_agency(connection: Connection, name: str, kind: str, region: str, parent: Agency | None = None) -> Agency:
    """An agency, so far without officers."""
    id_ = uuid4()
    agency = Agency(id_, name, kind, region, (*(parent.path if parent else ()), id_))
    row = {"id": id_, "name": name, "kind": kind, "region": region, "path": list(agency.path)}
    with as_owner(connection):
        connection.execute(_INSERT, row | {"parent": parent.id if parent else None})
    return agency
