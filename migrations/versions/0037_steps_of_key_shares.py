"""What happened to the shares of a key, as the trail has it, for the desk and auditors.

Revision ID: 0037

Events that belong to no lead are hidden from the application; this shows those of key shares alone.
"""

from alembic import op

revision = "0037"
down_revision = "0036"

STEPS = """
CREATE FUNCTION key_share_steps(of_key uuid, before uuid, most integer)
    RETURNS TABLE (id uuid, at timestamptz, event text, actor_id uuid, facts jsonb)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
BEGIN ATOMIC
    SELECT e.id, e.at, e.event, e.actor_id, e.facts FROM events e
    WHERE e.subject_id = of_key AND e.event LIKE 'key_share:%' AND (before IS NULL OR e.id < before)
    ORDER BY e.id DESC LIMIT most;
END;
COMMENT ON FUNCTION key_share_steps IS 'What happened to the shares of a key: its events in the trail, newest first';
"""


def upgrade() -> None:
    op.execute(STEPS)
    op.execute("REVOKE ALL ON FUNCTION key_share_steps FROM PUBLIC")
    op.execute("GRANT EXECUTE ON FUNCTION key_share_steps TO huiyin_app")


def downgrade() -> None:
    op.execute("DROP FUNCTION key_share_steps")
