"""Clock rules, calendars of years and checklist templates as data that an administrator adds to.

Revision ID: 0015
"""

import csv
from pathlib import Path

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"

TERMS = Path(__file__).parent.parent / "data" / "terms-7.csv"

# An administrator reads no lead: numbers and ids are all that comes out.
FUNCTIONS = """
CREATE FUNCTION clocks_counted(of_rule text, in_year integer, most integer) RETURNS integer
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
BEGIN ATOMIC
    SELECT count(*) FROM (
        SELECT FROM clocks
        WHERE stopped_at IS NULL AND (of_rule IS NULL OR rule = of_rule)
          AND (in_year IS NULL
               OR provisional AND extract(year FROM due_at AT TIME ZONE 'Asia/Shanghai') = in_year)
        LIMIT most
    ) running;
END;
COMMENT ON FUNCTION clocks_counted IS 'How many clocks run by a rule, or run provisionally into a year: a number only';
CREATE FUNCTION entered_years() RETURNS jsonb LANGUAGE sql STABLE SET search_path = public, pg_temp
BEGIN ATOMIC
    SELECT jsonb_object_agg(year, jsonb_build_array(to_jsonb(holidays), to_jsonb(working_days))) FROM working_years;
END;
COMMENT ON FUNCTION entered_years IS 'Calendars entered by hand: year to days off and weekend days worked';
CREATE FUNCTION clocks_to_recompute(known integer[], later_than uuid, most integer)
    RETURNS TABLE (clock_id uuid, lead_id uuid)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
BEGIN ATOMIC
    SELECT c.id, c.lead_id FROM clocks c
    WHERE c.provisional AND c.stopped_at IS NULL AND (later_than IS NULL OR c.id > later_than)
      AND extract(year FROM c.due_at AT TIME ZONE 'Asia/Shanghai') = ANY (known)
    ORDER BY c.id LIMIT most;
END;
COMMENT ON FUNCTION clocks_to_recompute IS 'Running clocks whose date was provisional and need not be any more: ids only';
"""
OURS = ("entered_years()", "clocks_counted(text, integer, integer)", "clocks_to_recompute(integer[], uuid, integer)")


def upgrade() -> None:
    with op.get_context().autocommit_block():
        op.execute("SET lock_timeout = 0")  # a concurrent build waits for transactions, and makes nobody wait
        op.execute("DROP INDEX CONCURRENTLY IF EXISTS ix_clocks_provisional")  # left by an interrupted build
        op.execute(
            "CREATE INDEX CONCURRENTLY ix_clocks_provisional ON clocks (id) WHERE provisional AND stopped_at IS NULL"
        )
        op.execute("RESET lock_timeout")
    op.add_column(
        "clock_rules",
        sa.Column("made_by", sa.UUID(), nullable=True, comment="Who added it; empty: came with the system"),
    )
    op.create_foreign_key("fk_clock_rules_made_by", "clock_rules", "officers", ["made_by"], ["id"])
    op.add_column(
        "clock_rules",
        sa.Column(
            "made_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
            comment="When it was added",
        ),
    )
    op.create_table(
        "working_years",
        sa.Column("year", sa.Integer(), autoincrement=False, nullable=False, comment="Which year"),
        sa.Column("holidays", sa.ARRAY(sa.Date()), nullable=False, comment="Days off"),
        sa.Column("working_days", sa.ARRAY(sa.Date()), nullable=False, comment="Weekend days that are worked (调休)"),
        sa.Column("basis", sa.Text(), nullable=False, comment="The notice: its number and date"),
        sa.Column("entered_by", sa.UUID(), nullable=False, comment="Who entered it"),
        sa.Column(
            "entered_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False, comment="When"
        ),
        sa.CheckConstraint("year BETWEEN 2020 AND 2100", name=op.f("ck_working_years_year")),
        sa.ForeignKeyConstraint(["entered_by"], ["officers.id"], name=op.f("fk_working_years_entered_by")),
        sa.PrimaryKeyConstraint("year", name=op.f("pk_working_years")),
        comment="Calendars of years (国务院办公厅放假通知) entered before the system's own list knew them",
    )
    op.execute("GRANT SELECT, INSERT ON working_years TO huiyin_app")
    op.execute("GRANT INSERT ON clock_rules, checklist_templates TO huiyin_app")
    op.execute(FUNCTIONS)
    for function in OURS:
        op.execute(f"REVOKE ALL ON FUNCTION {function} FROM PUBLIC")
        op.execute(f"GRANT EXECUTE ON FUNCTION {function} TO huiyin_app")
    with TERMS.open(encoding="utf-8", newline="") as lines:
        terms = [row | {"position": int(row["position"])} for row in csv.DictReader(lines)]
    columns = [sa.column(name, sa.Text()) for name in ("kind", "code", "zh_cn", "zh_hant", "en")]
    op.bulk_insert(sa.table("terms", *columns, sa.column("position", sa.Integer())), terms)


def downgrade() -> None:
    op.execute(
        "DELETE FROM terms WHERE kind = 'event' AND code IN"
        " ('clock:recompute', 'clock_rule:add', 'working_year:enter', 'checklist_template:add')"
    )
    for function in OURS:
        op.execute(f"DROP FUNCTION {function}")
    op.execute("REVOKE INSERT ON clock_rules, checklist_templates FROM huiyin_app")
    op.drop_table("working_years")
    op.drop_column("clock_rules", "made_at")
    op.drop_column("clock_rules", "made_by")
    op.drop_index("ix_clocks_provisional", "clocks")
