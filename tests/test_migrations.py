"""Migrations run forwards, backwards and forwards again, and end where the models are."""

import concurrent.futures
import io
from contextlib import redirect_stdout

import pytest
from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text
from sqlalchemy.exc import IntegrityError

from huiyin.kit.database.owner import Urls, alembic_config, connect, migrate
from huiyin.kit.database.server import APP_ROLE
from migrations.reference_data import load


def schema(url: str) -> list[tuple]:
    """Every table, column, policy, trigger, function and sequence, to compare two states of a database."""
    with connect(url) as connection:
        return connection.execute(
            "SELECT table_name, column_name, data_type, is_nullable, column_default FROM information_schema.columns"
            " WHERE table_schema = 'public' UNION ALL"
            " SELECT tablename, policyname, cmd, qual, with_check FROM pg_policies UNION ALL"
            " SELECT tgrelid::regclass::text, tgname, pg_get_triggerdef(oid), '', '' FROM pg_trigger"
            " WHERE NOT tgisinternal UNION ALL"
            " SELECT proname, pg_get_function_identity_arguments(oid), prosrc, '', '' FROM pg_proc"
            " WHERE pronamespace = 'public'::regnamespace UNION ALL"
            " SELECT sequencename, data_type::text, '', '', '' FROM pg_sequences ORDER BY 1, 2, 3"
        ).fetchall()


def test_there_is_one_head():
    assert len(ScriptDirectory.from_config(alembic_config("")).get_heads()) == 1


def test_up_down_and_up_again_gives_the_same_schema(empty_database: Urls):
    migrate(empty_database.owner)
    first = schema(empty_database.owner)
    assert first
    command.downgrade(alembic_config(empty_database.owner), "base")
    left = {row[0] for row in schema(empty_database.owner)}
    assert left <= {"alembic_version"}
    migrate(empty_database.owner)
    assert schema(empty_database.owner) == first


def test_the_models_are_what_the_migrations_made(live: Urls):
    with redirect_stdout(io.StringIO()):
        command.check(alembic_config(live.owner))


def test_loading_the_reference_data_again_changes_nothing(owner_connection: Connection):
    assert load(owner_connection) == 0


def test_loading_makes_a_label_what_its_file_says_and_leaves_rules_as_they_are(owner_connection: Connection):
    states = text("SELECT code, zh_cn FROM terms WHERE kind = 'state' ORDER BY 1")
    before = owner_connection.execute(states).all()
    for change in (
        "UPDATE terms SET zh_cn = '旧' WHERE kind = 'state' AND code = 'received'",
        "DELETE FROM terms WHERE kind = 'state' AND code = 'closed'",
        "UPDATE clock_rules SET amount = 90 WHERE code = 'conclude'",
    ):
        owner_connection.execute(text(change))
    assert load(owner_connection) == 2
    assert owner_connection.execute(states).all() == before
    amount = owner_connection.execute(text("SELECT amount FROM clock_rules WHERE code = 'conclude'"))
    assert amount.scalar_one() == 90


def test_two_labels_of_a_kind_never_share_a_place_in_lists(owner_connection: Connection):
    twice = "SELECT kind, position FROM terms GROUP BY kind, position HAVING count(*) > 1"
    assert owner_connection.execute(text(twice)).all() == []
    with pytest.raises(IntegrityError, match="uq_terms_kind_position"):
        owner_connection.execute(text("UPDATE terms SET position = 1 WHERE kind = 'verb' AND position = 2"))


def test_loading_puts_labels_in_the_order_of_their_files(owner_connection: Connection):
    verbs = text("SELECT code FROM terms WHERE kind = 'verb' ORDER BY position")
    before = owner_connection.execute(verbs).all()
    owner_connection.execute(text("UPDATE terms SET position = 500 - position WHERE kind = 'verb'"))
    load(owner_connection)
    assert owner_connection.execute(verbs).all() == before


def test_two_migrations_at_the_same_time_wait_for_each_other(empty_database: Urls):
    with concurrent.futures.ThreadPoolExecutor(2) as threads:
        # Alembic keeps its context in the process, so the two are processes in reality; here the lock is what counts.
        with connect(empty_database.owner) as other:
            other.execute("SELECT pg_advisory_lock(%s)", [0x4875_6979])
            running = threads.submit(migrate, empty_database.owner)
            with pytest.raises(concurrent.futures.TimeoutError):
                running.result(timeout=1)
            assert schema(empty_database.owner) == []
        running.result(timeout=60)
    assert schema(empty_database.owner)


def test_the_app_role_owns_nothing_and_is_bound_by_every_policy(owner_connection: Connection):
    role = owner_connection.execute(
        text(
            "SELECT rolcanlogin, rolsuper, rolbypassrls, rolcreaterole, rolcreatedb FROM pg_roles WHERE rolname = :role"
        ),
        {"role": APP_ROLE},
    ).one()
    assert tuple(role) == (True, False, False, False, False)
    owned = owner_connection.execute(
        text("SELECT relname FROM pg_class JOIN pg_roles ON pg_roles.oid = relowner WHERE rolname = :role"),
        {"role": APP_ROLE},
    ).all()
    assert owned == []


def test_the_app_role_cannot_make_or_drop_tables(live: Urls):
    with connect(live.app) as app:
        can = app.execute("SELECT has_schema_privilege('public', 'CREATE')").fetchone()
        assert can == (False,)


def test_every_table_and_column_says_what_it_is_for(owner_connection: Connection):
    silent = owner_connection.execute(
        text(
            "SELECT relname, attname FROM pg_class JOIN pg_attribute ON attrelid = pg_class.oid"
            " WHERE relkind IN ('r', 'p') AND relnamespace = 'public'::regnamespace AND attnum >= 0"
            " AND NOT attisdropped AND relname <> 'alembic_version' AND relname NOT LIKE 'procrastinate%'"
            " AND (col_description(attrelid, attnum) IS NULL OR obj_description(attrelid, 'pg_class') IS NULL)"
        )
    ).all()
    assert silent == []
