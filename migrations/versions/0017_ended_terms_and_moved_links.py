"""Leads of officers whose secondment has ended; links follow the tips of an attached lead, and come back.

Revision ID: 0017
"""

import csv
from pathlib import Path

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"

TERMS = Path(__file__).parent.parent / "data" / "terms-9.csv"

ENDED = """
CREATE FUNCTION leads_of_ended_secondments(most integer) RETURNS SETOF uuid
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
BEGIN ATOMIC
    SELECT DISTINCT l.id
    FROM secondments t
    JOIN officers o ON o.id = t.officer_id
    JOIN agencies a ON a.id = t.agency_id
    JOIN leads l ON l.held_by_officer_id = t.officer_id AND l.held_by_agency_id = t.agency_id
    WHERE (t.to_at <= now() OR t.revoked_at IS NOT NULL)
      AND o.agency_id <> t.agency_id AND a.head_id IS DISTINCT FROM o.id
      AND l.state NOT IN ('closed', 'merged', 'transferred', 'declined')
      AND NOT EXISTS (SELECT FROM secondments r
                      WHERE r.officer_id = t.officer_id AND r.agency_id = t.agency_id AND r.revoked_at IS NULL
                        AND r.from_at <= now() AND r.to_at > now())
    ORDER BY l.id LIMIT most;
END;
COMMENT ON FUNCTION leads_of_ended_secondments IS 'Open leads for which an officer answers whose term is over: ids only';
"""

# Whoever attaches a lead need not see all the leads that it is linked with. Both functions act on a merge that stands.
LINKS = """
CREATE FUNCTION carry_links(source uuid, target uuid) RETURNS integer LANGUAGE sql VOLATILE
    SECURITY DEFINER SET search_path = public, pg_temp AS $$
    WITH carried AS (
        INSERT INTO link_proposals (lead_a, lead_b, status, score, reasons, proposed_at, decided_by, decided_at, brought_by)
        SELECT least(p.other, target), greatest(p.other, target), p.status, p.score, p.reasons, p.proposed_at,
               p.decided_by, p.decided_at, source
        FROM (SELECT l.*, CASE WHEN l.lead_a = source THEN l.lead_b ELSE l.lead_a END AS other FROM link_proposals l
              WHERE l.lead_a = source OR l.lead_b = source) p
        WHERE p.other <> target AND EXISTS (SELECT FROM leads m WHERE m.id = source AND m.merged_into_id = target)
        ON CONFLICT (lead_a, lead_b) DO NOTHING
        RETURNING 1
    ) SELECT count(*)::integer FROM carried
$$;
COMMENT ON FUNCTION carry_links IS 'Links of an attached lead hold for the lead that took its tips, decisions included';

CREATE FUNCTION give_links_back(source uuid, target uuid) RETURNS integer LANGUAGE plpgsql VOLATILE
    SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    gone integer;
BEGIN
    IF NOT EXISTS (SELECT FROM leads m WHERE m.id = source AND m.merged_into_id = target) THEN RETURN 0; END IF;
    -- What was decided meanwhile was decided on the tips that go back.
    UPDATE link_proposals o SET status = c.status, decided_by = c.decided_by, decided_at = c.decided_at, reason = NULL
    FROM link_proposals c, LATERAL (SELECT CASE WHEN c.lead_a = target THEN c.lead_b ELSE c.lead_a END AS other) e
    WHERE c.brought_by = source AND target IN (c.lead_a, c.lead_b) AND c.status <> 'proposed'
      AND o.lead_a = least(e.other, source) AND o.lead_b = greatest(e.other, source)
      AND (o.status, o.decided_at) IS DISTINCT FROM (c.status, c.decided_at);
    -- What the target's own tips gave reasons for is its own by now.
    UPDATE link_proposals c SET brought_by = NULL
    WHERE c.brought_by = source AND target IN (c.lead_a, c.lead_b) AND NOT EXISTS (
        SELECT FROM link_proposals o
        WHERE source IN (o.lead_a, o.lead_b) AND o.reasons @> c.reasons
          AND CASE WHEN o.lead_a = source THEN o.lead_b ELSE o.lead_a END
            = CASE WHEN c.lead_a = target THEN c.lead_b ELSE c.lead_a END);
    DELETE FROM link_proposals c WHERE c.brought_by = source AND target IN (c.lead_a, c.lead_b);
    GET DIAGNOSTICS gone = ROW_COUNT;
    RETURN gone;
END $$;
COMMENT ON FUNCTION give_links_back IS 'Takes back what carry_links brought, with what was decided meanwhile';
"""
OURS = ("leads_of_ended_secondments(integer)", "carry_links(uuid, uuid)", "give_links_back(uuid, uuid)")


def upgrade() -> None:
    op.add_column(
        "link_proposals",
        sa.Column(
            "brought_by", sa.UUID(), nullable=True, comment="The attached lead whose tips brought it; empty: its own"
        ),
    )
    for statement in (ENDED, LINKS):
        op.execute(statement)
    for function in OURS:
        op.execute(f"REVOKE ALL ON FUNCTION {function} FROM PUBLIC")
        op.execute(f"GRANT EXECUTE ON FUNCTION {function} TO huiyin_app")
    with TERMS.open(encoding="utf-8", newline="") as lines:
        terms = [row | {"position": int(row["position"])} for row in csv.DictReader(lines)]
    columns = [sa.column(name, sa.Text()) for name in ("kind", "code", "zh_cn", "zh_hant", "en")]
    op.bulk_insert(sa.table("terms", *columns, sa.column("position", sa.Integer())), terms)


def downgrade() -> None:
    op.execute("DELETE FROM terms WHERE (kind, code) = ('event', 'lead:pass_on')")
    for function in OURS:
        op.execute(f"DROP FUNCTION {function}")
    op.drop_column("link_proposals", "brought_by")
