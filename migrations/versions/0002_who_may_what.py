"""The app role, its grants, and row-level security: who may read and write what.

Revision ID: 0002

The application sets, for each transaction (`huiyin.kit.database.set_scope`):
  huiyin.readers     agencies whose leads the asker may see; empty for those who may read none
  huiyin.principals  the asker and all agencies above; whoever is excluded from a lead is found here
  huiyin.acting_on   the one lead that this transaction is changing, set after it was seen or as it is opened
  huiyin.receipt     the hash of a receipt token, in hex, for the reporter's own page
Without a setting no row of a lead or tip is visible (ADR 0004).
"""

from alembic import op

revision = "0002"
down_revision = "0001"

ROLE = """
DO $$ BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'huiyin_app') THEN
        CREATE ROLE huiyin_app LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS NOINHERIT;
    END IF;
EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;  -- another database of this server is being migrated
END $$
"""

FUNCTIONS = """
CREATE FUNCTION huiyin_ids(setting text) RETURNS uuid[] LANGUAGE sql STABLE PARALLEL SAFE
    RETURN coalesce(nullif(current_setting('huiyin.' || setting, true), ''), '{}')::uuid[];
COMMENT ON FUNCTION huiyin_ids IS 'A list of ids from the settings of this transaction; empty when it is not set';

CREATE FUNCTION huiyin_acting_on() RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE
    RETURN nullif(current_setting('huiyin.acting_on', true), '')::uuid;
COMMENT ON FUNCTION huiyin_acting_on IS 'The lead that this transaction is changing';

CREATE FUNCTION tip_reference_exists(channel uuid, reference text) RETURNS boolean
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
    RETURN EXISTS (SELECT FROM tips WHERE channel_id = channel AND external_ref = reference);
COMMENT ON FUNCTION tip_reference_exists IS 'Whether a channel already has a tip of that reference, seen or not';
REVOKE ALL ON FUNCTION tip_reference_exists FROM PUBLIC;
GRANT EXECUTE ON FUNCTION tip_reference_exists TO huiyin_app;
"""

# Table -> privileges. What is not named is denied; nobody may delete but what is named.
GRANTS = {
    "regions": "SELECT",
    "terms": "SELECT",
    "clock_rules": "SELECT",
    "agencies": "SELECT, INSERT, UPDATE",
    "officers": "SELECT, INSERT, UPDATE",
    "sessions": "SELECT, INSERT, UPDATE (seen_at, ended_at), DELETE",
    "system_accounts": "SELECT, INSERT",
    "api_tokens": "SELECT, INSERT, UPDATE (revoked_at)",
    "channels": "SELECT, INSERT, UPDATE",
    "idempotency_keys": "SELECT, INSERT, UPDATE (answer), DELETE",
    "events": "SELECT, INSERT",
    "leads": "SELECT, INSERT, UPDATE",
    # A tip is never edited: only where it belongs, what its reporter is told, and its key.
    "tips": "SELECT, INSERT, UPDATE (lead_id, stage, stage_since, stage_reason, passed_to, handled_by, answer_due_at,"
    " answer_due_provisional, wrapped_key, kek_version)",
    "subjects": "SELECT, INSERT, UPDATE (status)",
    "tip_exclusions": "SELECT, INSERT",
    "messages": "SELECT, INSERT",
    "assignments": "SELECT, INSERT, UPDATE (to_at)",
    "clocks": "SELECT, INSERT, UPDATE (due_at, provisional, paused_at, stopped_at)",
    "conclusions": "SELECT, INSERT",
    "move_inputs": "SELECT, INSERT",
    "pending_moves": "SELECT, INSERT, DELETE",
}

SEEN = """(visible_to && huiyin_ids('readers') AND NOT hidden_from && huiyin_ids('principals'))
          OR id = huiyin_acting_on()"""
OF_SEEN_LEAD = "EXISTS (SELECT FROM leads WHERE leads.id = lead_id)"
OF_SEEN_TIP = "EXISTS (SELECT FROM tips WHERE tips.id = tip_id)"
OWN_RECEIPT = "receipt_hash = decode(nullif(current_setting('huiyin.receipt', true), ''), 'hex')"

LEAD_CHILDREN = ("assignments", "clocks", "conclusions", "move_inputs", "pending_moves")
TIP_CHILDREN = ("subjects", "tip_exclusions", "messages")
PROTECTED = ("leads", "tips", "events", *LEAD_CHILDREN, *TIP_CHILDREN)


def upgrade() -> None:
    op.execute(ROLE)
    op.execute("REVOKE ALL ON SCHEMA public FROM PUBLIC")
    op.execute("GRANT USAGE ON SCHEMA public TO huiyin_app")
    op.execute("GRANT USAGE ON SEQUENCE lead_numbers TO huiyin_app")
    op.execute(FUNCTIONS)
    for table, privileges in GRANTS.items():
        op.execute(f"GRANT {privileges} ON {table} TO huiyin_app")
    for table in PROTECTED:
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY seen ON leads FOR SELECT TO huiyin_app USING ({SEEN})")
    op.execute("CREATE POLICY opened ON leads FOR INSERT TO huiyin_app WITH CHECK (id = huiyin_acting_on())")
    # A verb may take a lead out of its officer's sight, so the row after the change is not checked again.
    op.execute(f"CREATE POLICY changed ON leads FOR UPDATE TO huiyin_app USING ({SEEN}) WITH CHECK (true)")
    op.execute(f"CREATE POLICY seen ON tips FOR SELECT TO huiyin_app USING ({OWN_RECEIPT} OR {OF_SEEN_LEAD})")
    op.execute("CREATE POLICY told ON tips FOR INSERT TO huiyin_app WITH CHECK (lead_id = huiyin_acting_on())")
    op.execute(f"CREATE POLICY changed ON tips FOR UPDATE TO huiyin_app USING ({OF_SEEN_LEAD}) WITH CHECK (true)")
    op.execute(f"CREATE POLICY seen ON events FOR SELECT TO huiyin_app USING ({OF_SEEN_LEAD})")
    op.execute("CREATE POLICY appended ON events FOR INSERT TO huiyin_app WITH CHECK (true)")
    for table in LEAD_CHILDREN:
        op.execute(f"CREATE POLICY of_seen_lead ON {table} FOR ALL TO huiyin_app USING ({OF_SEEN_LEAD})")
    for table in TIP_CHILDREN:
        op.execute(f"CREATE POLICY of_seen_tip ON {table} FOR ALL TO huiyin_app USING ({OF_SEEN_TIP})")


def downgrade() -> None:
    for table in PROTECTED:
        for policy in ("seen", "opened", "told", "changed", "appended", "of_seen_lead", "of_seen_tip"):
            op.execute(f"DROP POLICY IF EXISTS {policy} ON {table}")
        op.execute(f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY")
    op.execute("DROP FUNCTION tip_reference_exists")
    op.execute("DROP FUNCTION huiyin_acting_on")
    op.execute("DROP FUNCTION huiyin_ids")
    # The role belongs to the server and may serve other databases; it stays, without rights here.
    op.execute("REVOKE ALL ON ALL TABLES IN SCHEMA public FROM huiyin_app")
    op.execute("REVOKE ALL ON ALL SEQUENCES IN SCHEMA public FROM huiyin_app")
    op.execute("REVOKE ALL ON SCHEMA public FROM huiyin_app")
    op.execute("GRANT USAGE ON SCHEMA public TO PUBLIC")
