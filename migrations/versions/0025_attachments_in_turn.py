"""A file that cannot be looked at does not hold up those behind it: the longest untouched come first.

Revision ID: 0025
"""

from alembic import op

revision = "0025"
down_revision = "0024"

WAITING = """
CREATE OR REPLACE FUNCTION attachments_waiting(most integer)
    RETURNS TABLE (attachment_id uuid, lead_id uuid, todo text)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
BEGIN ATOMIC
    SELECT a.id, t.lead_id,
           CASE WHEN t.wrapped_key IS NULL THEN 'destroy' WHEN a.state = 'uploading' THEN 'expire' ELSE 'check' END
    FROM attachments a JOIN tips t ON t.id = a.tip_id
    WHERE a.state = 'received'
       OR (a.state = 'uploading' AND a.touched_at < now() - interval '24 hours')
       OR (a.state <> 'destroyed' AND t.wrapped_key IS NULL)
    ORDER BY {order} LIMIT most;
END;
"""


def upgrade() -> None:
    op.execute(WAITING.format(order="a.touched_at, a.id"))


def downgrade() -> None:
    op.execute(WAITING.format(order="a.id"))
