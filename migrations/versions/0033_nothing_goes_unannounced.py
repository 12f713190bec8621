"""A lead is destroyed only when its agency was told of it 30 days before.

Revision ID: 0033
"""

from alembic import op

revision = "0033"
down_revision = "0032"

EXPIRED = """
CREATE FUNCTION leads_expired({parameters}) RETURNS SETOF uuid
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
BEGIN ATOMIC
    SELECT id FROM leads
    WHERE expires_on < today AND destroyed_at IS NULL AND state = 'closed' {told}
      AND (later_than IS NULL OR id > later_than) AND lead_waits(id) IS NULL
    ORDER BY id LIMIT most;
END;
COMMENT ON FUNCTION leads_expired IS 'Leads whose term has passed and that nothing keeps: ids only';
"""
BEFORE = "today date, later_than uuid, most integer"
AFTER = "today date, told_before timestamptz, later_than uuid, most integer"


def upgrade() -> None:
    op.execute("DROP FUNCTION leads_expired(date, uuid, integer)")
    _create(AFTER, "AND expiry_told_at <= told_before")


def downgrade() -> None:
    op.execute("DROP FUNCTION leads_expired(date, timestamptz, uuid, integer)")
    _create(BEFORE, "")


def _create(parameters: str, told: str) -> None:
    op.execute(EXPIRED.format(parameters=parameters, told=told))
    op.execute("REVOKE ALL ON FUNCTION leads_expired FROM PUBLIC")
    op.execute("GRANT EXECUTE ON FUNCTION leads_expired TO huiyin_app")
