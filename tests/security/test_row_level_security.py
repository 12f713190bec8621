"""What the app role can do in the database by itself, whatever the application's code does."""

import pytest
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError, ProgrammingError

from huiyin.kit.database.server import APP_ROLE
from tests.database import as_owner
from tests.factories.house import House

PROTECTED = [
    "leads",
    "tips",
    "events",
    "assignments",
    "clocks",
    "conclusions",
    "move_inputs",
    "pending_moves",
    "subjects",
    "tip_exclusions",
    "messages",
]
# Whose rows the house of these tests does not have.
LATER = {
    "tips_to_index",
    "attachments",
    "assessments",
    "checklist_ticks",
    "checklists",
    "exonerations",
    "clock_pauses",
    "identity_envelopes",
    "identity_openings",
    "ladder_entries",
    "exclusions",
    "matters",
    "lead_notices",
    "legal_holds",
    "look_back_samples",
    "mentions",
    "notes",
    "overlays",
    "subject_corrections",
    "sealed_envelopes",
    "tip_words",
}
# What tips are recognised by: no policy and no grant, so the app role reads nothing of it; two functions write and ask.
CLOSED = {"selectors", "tip_terms", "tip_signs"}
MAY_DELETE = {"attachments", "sessions", "idempotency_keys", "pending_moves", "saved_views"} | {
    "job_items",  # what was done after all
    "tips_to_index",  # what was indexed
    # How an officer signs in is the officer's own, and is taken away when it is replaced or lost.
    "totp_secrets",
    "recovery_codes",
    "passkeys",
    "sign_in_challenges",
    "spent_proofs",
}
RUN_AS_OWNER = {
    "attachments_waiting",
    "tip_of_reference",
    "draw_number",
    "matter_audience",
    "search_tips",
    "tip_words_of_lead",
    "ladder_due",
    "look_back_candidates",
    "link_tip",
    "link_again",
    "next_to_index",
    "tips_to_link",
    "clocks_counted",
    "clocks_to_recompute",
    "log_waiting",
    "log_place",
    "receipt_promise",
    "leads_of_gone_officers",
    "reporter_adds",
    "news_moves",
    "clocks_answered",
    "carry_links",
    "give_links_back",
    "identity_lead",
    "identity_openings_to_end",
    "destroy_identity_keys",
    "lead_hides_from_asker",
    "exports_that_hide",
    "lead_family",
    "lead_waits",
    "leads_to_date",
    "leads_expired",
    "leads_to_warn",
    "holds_to_end",
    "overlays_to_end",
    "notices_late",
    "forget_words",
    "destroy_sealed_keys",
    "sealed_tips_known",
    "key_share_events",
    # Triggers
    "tip_moved",
    "lead_sight_changed",
    "one_answers",
    "leads_follow_matter",
    "channels_follow_matter",
    "objection_waits",
    "forget_identity",
    "forget_lead",
    "forget_sealed",
}
# Columns of tips that may change after it was told: where it belongs, what its reporter is told, its key.
TIP_MAY_CHANGE = {
    "lead_id",
    "stage",
    "stage_since",
    "stage_reason",
    "passed_to",
    "handled_by",
    "answer_due_at",
    "answer_due_provisional",
    "wrapped_key",
    "kek_version",
    # What the reporter thinks of the answer
    "answered_at",
    "rated_at",
    "rating",
    "objected_at",
    "objection_upheld",
    "objection_decided_at",
    "satisfied",
}


@pytest.fixture
def full(house: House) -> House:
    """A house with a row in every protected table, and nobody asking."""
    lead = house.lead("concluded", exclusions=[{"official": "某主任"}])
    house.signed_in("district", "verifier").post(f"{lead.url}/messages", {"text": "何时？"})
    house.act(house.lead("received"), "decline", "city", "intake")
    forget(house.connection)
    return house


def forget(connection: Connection) -> None:
    for name in ("readers", "principals", "acting_on", "receipt", "identity_desk", "keeping"):
        connection.execute(text(f"SELECT set_config('huiyin.{name}', '', true)"))


def refused(connection: Connection, statement: str) -> str:
    """The database's refusal of a statement by the app role."""
    with pytest.raises(ProgrammingError) as caught, connection.begin_nested():
        connection.execute(text(statement))
    return str(caught.value)


@pytest.mark.parametrize("table", PROTECTED)
def test_without_a_setting_no_row_is_seen(full: House, table: str):
    assert full.value(f"SELECT count(*) FROM {table}") > 0, "there is something to hide"
    assert full.connection.execute(text(f"SELECT count(*) FROM {table}")).scalar_one() == 0


CHANGES = {
    "leads": "state = 'closed'",
    "tips": "stage = 'closed'",
    "assignments": "to_at = now()",
    "clocks": "stopped_at = now()",
    "subjects": "status = 'convicted'",
}


@pytest.mark.parametrize("table", CHANGES)
def test_without_a_setting_no_row_is_changed(full: House, table: str):
    result = full.connection.execute(text(f"UPDATE {table} SET {CHANGES[table]}"))
    assert result.rowcount == 0


def test_without_a_setting_no_pending_move_is_deleted(full: House):
    assert full.connection.execute(text("DELETE FROM pending_moves")).rowcount == 0


@pytest.mark.parametrize("table", ["leads", "tips", "assignments", "move_inputs", "messages"])
def test_without_a_setting_nothing_is_added(full: House, table: str):
    """A copy of an existing row, made by one who knows it."""
    with as_owner(full.connection):
        full.connection.execute(text(f"CREATE TEMP TABLE copy AS SELECT * FROM {table} LIMIT 1"))
        if table == "leads":  # of a matter that is there already, the refusal would be that it is there
            full.connection.execute(text("UPDATE copy SET id = uuidv7()"))
        full.connection.execute(text(f"GRANT SELECT ON copy TO {APP_ROLE}"))
    said = refused(full.connection, f"INSERT INTO {table} SELECT * FROM copy")
    assert "row-level security" in said


def test_another_lead_than_the_one_acted_on_stays_hidden(full: House):
    ids = [row.id for row in full.sql("SELECT id FROM leads ORDER BY id")]
    full.connection.execute(text("SELECT set_config('huiyin.acting_on', :id, true)"), {"id": str(ids[0])})
    seen = full.connection.execute(text("SELECT id FROM leads")).scalars().all()
    assert seen == [ids[0]]


def test_receipt_opens_its_own_tip_and_no_lead(full: House):
    tip, hash_ = full.sql("SELECT id, receipt_hash FROM tips ORDER BY id LIMIT 1")[0]
    full.connection.execute(text("SELECT set_config('huiyin.receipt', :hex, true)"), {"hex": hash_.hex()})
    assert full.connection.execute(text("SELECT id FROM tips")).scalars().all() == [tip]
    for table in ("leads", "events", "move_inputs", "conclusions", "assignments"):
        assert full.connection.execute(text(f"SELECT count(*) FROM {table}")).scalar_one() == 0


@pytest.mark.parametrize("statement", ["UPDATE events SET event = 'x'", "DELETE FROM events", "TRUNCATE events"])
def test_events_are_never_changed_or_deleted(full: House, statement: str):
    assert "permission denied" in refused(full.connection, statement)


@pytest.mark.parametrize("column", ["content", "receipt_hash", "channel_id", "region_code", "received_at"])
def test_what_was_told_is_never_edited(full: House, column: str):
    assert "permission denied" in refused(full.connection, f"UPDATE tips SET {column} = {column}")


def test_only_these_columns_of_a_tip_may_change(owner_connection: Connection):
    columns = owner_connection.execute(
        text(
            "SELECT column_name FROM information_schema.column_privileges"
            " WHERE grantee = :role AND table_name = 'tips' AND privilege_type = 'UPDATE'"
        ),
        {"role": APP_ROLE},
    ).scalars()
    assert set(columns) == TIP_MAY_CHANGE


@pytest.mark.parametrize("table", ["messages", "conclusions", "move_inputs", "tip_exclusions", "clock_rules", "terms"])
def test_what_was_written_stays_as_it_was_written(full: House, table: str):
    column = {"terms": "en", "clock_rules": "basis", "tip_exclusions": "official"}.get(table, "content")
    assert "permission denied" in refused(full.connection, f"UPDATE {table} SET {column} = {column}")
    assert "permission denied" in refused(full.connection, f"DELETE FROM {table}")


def test_app_role_is_an_ordinary_one(owner_connection: Connection):
    row = owner_connection.execute(text("SELECT * FROM pg_roles WHERE rolname = :role"), {"role": APP_ROLE}).one()
    powers = (row.rolsuper, row.rolbypassrls, row.rolcreaterole, row.rolcreatedb, row.rolreplication)
    assert not any(powers)
    member_of = owner_connection.execute(
        text("SELECT count(*) FROM pg_auth_members WHERE member = :oid"), {"oid": row.oid}
    )
    assert member_of.scalar_one() == 0


def test_app_role_owns_nothing(owner_connection: Connection):
    owned = owner_connection.execute(
        text(
            """
            SELECT relname FROM pg_class WHERE relowner = :role::regrole
            UNION ALL SELECT proname FROM pg_proc WHERE proowner = :role::regrole
            UNION ALL SELECT nspname FROM pg_namespace WHERE nspowner = :role::regrole
            """.replace(":role::regrole", "CAST(:role AS regrole)")
        ),
        {"role": APP_ROLE},
    ).scalars()
    assert list(owned) == []


def test_app_role_makes_no_tables(full: House):
    assert "permission denied" in refused(full.connection, "CREATE TABLE mine (id int)")


def test_delete_is_granted_for_what_may_go_and_nothing_else(owner_connection: Connection):
    tables = owner_connection.execute(
        text(
            "SELECT table_name FROM information_schema.table_privileges WHERE grantee = :role"
            " AND privilege_type IN ('DELETE', 'TRUNCATE') AND table_name NOT LIKE 'procrastinate%'"
        ),
        {"role": APP_ROLE},
    ).scalars()
    assert set(tables) == MAY_DELETE


def test_every_table_of_a_lead_or_tip_has_row_level_security_and_a_policy(owner_connection: Connection):
    rows = owner_connection.execute(
        text(
            """
            SELECT c.relname, c.relrowsecurity, EXISTS (SELECT FROM pg_policy p WHERE p.polrelid = c.oid) AS policy
            FROM pg_class c WHERE c.relkind IN ('r', 'p') AND c.relnamespace = 'public'::regnamespace
              AND (c.relname IN ('matters', 'leads', 'tips') OR EXISTS (
                    SELECT FROM pg_attribute a
                    WHERE a.attrelid = c.oid AND a.attname IN ('matter_id', 'lead_id', 'tip_id')))
            """
        )
    ).all()
    assert {row.relname for row in rows} == set(PROTECTED) | LATER | CLOSED
    assert all(row.relrowsecurity and row.policy != (row.relname in CLOSED) for row in rows)


@pytest.mark.parametrize("table", sorted(CLOSED))
def test_app_role_has_no_right_to_what_tips_are_recognised_by(full: House, table: str):
    assert "permission denied" in refused(full.connection, f"SELECT count(*) FROM {table}")


def test_functions_that_run_with_the_owners_rights_are_few_and_closed_to_the_public(owner_connection: Connection):
    rows = owner_connection.execute(
        text(
            """
            SELECT proname, proconfig,
                   prorettype <> 'trigger'::regtype AND has_function_privilege('public', oid, 'EXECUTE') AS anyone
            FROM pg_proc WHERE prosecdef AND pronamespace = 'public'::regnamespace
            """
        )
    ).all()
    names = {row.proname for row in rows}
    assert names == RUN_AS_OWNER
    for row in rows:
        assert not row.anyone
        assert any(setting.startswith("search_path=") for setting in row.proconfig)


def test_setting_that_is_no_list_of_ids_is_an_error_and_not_everything(full: House):
    full.connection.execute(text("SELECT set_config('huiyin.readers', 'everyone', true)"))
    with pytest.raises(DBAPIError), full.connection.begin_nested():
        full.connection.execute(text("SELECT count(*) FROM leads"))
