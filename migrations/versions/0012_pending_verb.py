"""The lead's row says which verb waits for a second officer, so that the list of leads need not ask another table.

Revision ID: 0012

Kept by a trigger: the previous release, which does not know of the column, keeps it right too.
"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"

TRIGGER = """
CREATE FUNCTION tell_pending() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        UPDATE leads SET pending_verb = NULL WHERE id = OLD.lead_id;
    ELSE
        UPDATE leads SET pending_verb = NEW.verb WHERE id = NEW.lead_id;
    END IF;
    RETURN NULL;
END $$;
COMMENT ON FUNCTION tell_pending IS 'Repeats on the lead which verb waits for a second officer';
CREATE TRIGGER tell_pending AFTER INSERT OR DELETE ON pending_moves FOR EACH ROW EXECUTE FUNCTION tell_pending();
"""


def upgrade() -> None:
    op.add_column(
        "leads", sa.Column("pending_verb", sa.Text(), nullable=True, comment="Which verb waits for a second officer")
    )
    op.execute(TRIGGER)
    op.execute("UPDATE leads SET pending_verb = p.verb FROM pending_moves p WHERE p.lead_id = leads.id")


def downgrade() -> None:
    op.execute("DROP TRIGGER tell_pending ON pending_moves")
    op.execute("DROP FUNCTION tell_pending")
    op.drop_column("leads", "pending_verb")
