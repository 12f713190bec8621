"""Reporting channels."""

from uuid import UUID, uuid4

from sqlalchemy import Connection, text

from tests.database import as_owner
from tests.factories.agencies import Agency

_INSERT = text(
    """
    INSERT INTO channels (id, kind, name, region_code, agency_id, held_by_agency_id, state, is_open,
                          valid_from, valid_to)
    VALUES (:id, :kind, :name, :region, :agency, :agency, :state, :state <> 'withdrawn',
            CAST(:first AS date), CAST(:last AS date))
    """
)


def make_channel(
    connection: Connection,
    agency: Agency,
    kind: str = "web",
    name: str = "网上举报",
    *,
    region: str | None = None,
    state: str = "published",
    valid_from: str | None = None,
    valid_to: str | None = None,
) -> UUID:
    """A channel of an agency, for its own region unless another is named. Returns its id."""
    row = {"id": uuid4(), "kind": kind, "name": name, "region": region or agency.region, "agency": agency.id}
    with as_owner(connection):
        connection.execute(_INSERT, row | {"state": state, "first": valid_from, "last": valid_to})
    return row["id"]  # type: ignore[return-value]
