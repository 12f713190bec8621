"""Every column is listed with its protection (docs/operations/personal-data.md), and is what the list says it is."""

import pytest
from sqlalchemy import Connection, text

from huiyin.settings import CHECKOUT
from huiyin.tables import metadata
from tests.database import as_owner
from tests.factories.house import House
from tests.security.test_no_plaintext import walk_with_words

PAGE = CHECKOUT / "docs/operations/personal-data.md"
CIPHERTEXT = {"tip key", "lead key", "own key", "derived key", "sealed", "wrapped"}
# Types in which the protection can be stored at all: what is encrypted is no text.
TYPES = {
    **dict.fromkeys(CIPHERTEXT, frozenset({"bytea"})),
    "keyed hash": frozenset({"bytea", "bigint", "bigint[]", "tsvector"}),
    "hash": frozenset({"bytea", "text"}),
}
LONGEST_CODE = 64


def tables_of_page() -> list[list[list[str]]]:
    found: list[list[list[str]]] = [[]]
    for line in PAGE.read_text(encoding="utf-8").splitlines():
        if line.startswith("|"):
            found[-1].append([cell.strip() for cell in line.strip("|").split("|")])
        elif found[-1]:
            found.append([])
    return [table[2:] for table in found if table]


def listed() -> dict[str, str]:
    """Protection by `table.column`."""
    _, columns = tables_of_page()
    found: dict[str, str] = {}
    for table, protection, names in columns:
        for name in names.split(", "):
            assert f"{table}.{name}" not in found, f"{table}.{name} is listed twice"
            found[f"{table}.{name}"] = protection
    return found


def columns(connection: Connection) -> dict[str, str]:
    """Type by `table.column`, as the database has them: partitions, the job queue and all."""
    rows = connection.execute(
        text(
            "SELECT relname || '.' || attname, format_type(atttypid, NULL) FROM pg_attribute"
            " JOIN pg_class ON pg_class.oid = attrelid WHERE relkind IN ('r', 'p', 'm') AND attnum > 0"
            " AND NOT attisdropped AND relnamespace = 'public'::regnamespace"
        )
    )
    return {name: kind for name, kind in rows}  # noqa: C416  rows are not pairs for a type checker


def test_every_column_is_listed_with_its_protection(owner_connection: Connection):
    there, known = set(columns(owner_connection)), set(listed())
    assert there - known == set(), f"say in {PAGE.name} how these are protected"
    assert known - there == set(), "these are gone: take them out of the page"


def test_every_protection_is_explained():
    explained = {row[0] for row in tables_of_page()[0]}
    assert set(listed().values()) <= explained


def test_what_is_encrypted_or_hashed_has_a_type_for_it(owner_connection: Connection):
    kinds = columns(owner_connection)
    wrong = {
        name: kinds[name]
        for name, protection in listed().items()
        if protection in TYPES and kinds[name] not in TYPES[protection]
    }
    assert wrong == {}


def test_wrapped_keys_are_listed_as_such():
    named = {f"{table.name}.wrapped_key" for table in metadata.sorted_tables if "wrapped_key" in table.columns}
    assert named == {name for name, protection in listed().items() if protection == "wrapped"}


def test_a_new_column_without_an_entry_is_noticed(connection: Connection):
    with as_owner(connection) as owner:
        owner.execute(text("ALTER TABLE tips ADD COLUMN reporter_telephone text"))
        assert set(columns(owner)) - set(listed()) == {"tips.reporter_telephone"}


@pytest.fixture
def walked(house: House) -> House:
    """Every verb was used, with something written wherever something can be."""
    walk_with_words(house)
    return house


def test_what_is_called_encrypted_looks_random_and_what_is_in_clear_is_short(walked: House):
    """A bytea can hold clear text too; and a code has no blanks and no Chinese in it."""
    clear, told = [], []
    for name, protection in listed().items():
        table, column = name.split(".")
        found = walked.sql(f'SELECT DISTINCT "{column}" AS value FROM "{table}" WHERE "{column}" IS NOT NULL LIMIT 50')
        for value in (row.value for row in found):
            if protection in CIPHERTEXT and readable(bytes(value)):
                clear.append(name)
            coded = protection == "coarse" and isinstance(value, str)
            if coded and (len(value) > LONGEST_CODE or not value.isascii()):
                told.append(name)
    assert clear == []
    assert told == []


def readable(value: bytes) -> bool:
    """Whether it is text; of ciphertext this long not one in a million is."""
    try:
        return len(value) >= 12 and value.decode().isprintable()
    except UnicodeDecodeError:
        return False
