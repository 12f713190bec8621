"""Accounts that are changed and closed: first passwords, and leads of officers who have gone.

Revision ID: 0029
"""

import csv
from pathlib import Path

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"

TERMS = Path(__file__).parent.parent / "data" / "terms-accounts.csv"
OVER = """FROM secondments t
    JOIN officers o ON o.id = t.officer_id
    JOIN agencies a ON a.id = t.agency_id
    JOIN leads l ON l.held_by_officer_id = t.officer_id AND l.held_by_agency_id = t.agency_id
    WHERE (t.to_at <= now() OR t.revoked_at IS NOT NULL)
      AND o.agency_id <> t.agency_id AND a.head_id IS DISTINCT FROM o.id
      AND l.state NOT IN ('closed', 'merged', 'transferred', 'declined')
      AND NOT EXISTS (SELECT FROM secondments r
                      WHERE r.officer_id = t.officer_id AND r.agency_id = t.agency_id AND r.revoked_at IS NULL
                        AND r.from_at <= now() AND r.to_at > now())"""
GONE = """
CREATE FUNCTION leads_of_gone_officers(most integer) RETURNS SETOF uuid
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
BEGIN ATOMIC
    SELECT l.id {over}
    UNION
    SELECT l.id FROM officers o JOIN leads l ON l.held_by_officer_id = o.id
    WHERE NOT o.active AND l.state NOT IN ('closed', 'merged', 'transferred', 'declined')
    ORDER BY 1 LIMIT most;
END;
COMMENT ON FUNCTION leads_of_gone_officers IS
    'Open leads for which an officer answers whose term is over or whose account is closed: ids only';
REVOKE ALL ON FUNCTION leads_of_gone_officers FROM PUBLIC;
GRANT EXECUTE ON FUNCTION leads_of_gone_officers TO huiyin_app;
"""
ENDED = """
CREATE FUNCTION leads_of_ended_secondments(most integer) RETURNS SETOF uuid
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
BEGIN ATOMIC
    SELECT DISTINCT l.id {over}
    ORDER BY l.id LIMIT most;
END;
COMMENT ON FUNCTION leads_of_ended_secondments IS 'Open leads for which an officer answers whose term is over: ids only';
REVOKE ALL ON FUNCTION leads_of_ended_secondments FROM PUBLIC;
GRANT EXECUTE ON FUNCTION leads_of_ended_secondments TO huiyin_app;
"""


def upgrade() -> None:
    op.add_column(
        "officers",
        sa.Column(
            "password_given",
            sa.Boolean(),
            server_default=sa.text("false"),
            nullable=False,
            comment="An administrator chose it: nothing works until the officer has another",
        ),
    )
    op.execute("DROP FUNCTION leads_of_ended_secondments")
    op.execute(GONE.format(over=OVER))
    with TERMS.open(encoding="utf-8", newline="") as lines:
        terms = [row | {"position": int(row["position"])} for row in csv.DictReader(lines)]
    columns = [sa.column(name, sa.Text()) for name in ("kind", "code", "zh_cn", "zh_hant", "en")]
    op.bulk_insert(sa.table("terms", *columns, sa.column("position", sa.Integer())), terms)


def downgrade() -> None:
    op.execute("DELETE FROM terms WHERE kind = 'event' AND code IN ('officer:change', 'officer:change_password')")
    op.execute("DROP FUNCTION leads_of_gone_officers")
    op.execute(ENDED.format(over=OVER))
    op.drop_column("officers", "password_given")
