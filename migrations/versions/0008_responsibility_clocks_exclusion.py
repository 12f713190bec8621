"""Exclusions with their source, clock pauses, the lateness ladder, ratings and objections, and no gap in responsibility.

Revision ID: 0008
"""

import csv
from pathlib import Path

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"

TERMS = Path(__file__).parent.parent / "data" / "terms-4.csv"

# An open lead has exactly one agency and one named officer answering for it, the same as its row says, from the moment
# the last one stopped. Checked when the transaction commits.
RESPONSIBILITY = """
CREATE FUNCTION one_answers_for_the_lead() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    lead leads%ROWTYPE;
    answering assignments%ROWTYPE;
    running integer;
    ended timestamptz;
BEGIN
    IF TG_TABLE_NAME = 'leads' THEN
        SELECT * INTO lead FROM leads WHERE id = NEW.id;
    ELSE
        SELECT * INTO lead FROM leads WHERE id = NEW.lead_id;
    END IF;
    IF NOT FOUND THEN RETURN NULL; END IF;
    SELECT count(*), max(to_at) INTO running, ended FROM assignments
        WHERE lead_id = lead.id AND to_at IS NULL;
    IF lead.state IN ('closed', 'merged', 'transferred', 'declined') THEN
        IF running <> 0 THEN
            RAISE EXCEPTION 'lead % is % and somebody still answers for it', lead.number, lead.state
                USING ERRCODE = 'check_violation', CONSTRAINT = 'one_answers_for_the_lead';
        END IF;
        RETURN NULL;
    END IF;
    IF running <> 1 THEN
        RAISE EXCEPTION 'lead % is % and % answer for it', lead.number, lead.state, running
            USING ERRCODE = 'check_violation', CONSTRAINT = 'one_answers_for_the_lead';
    END IF;
    SELECT * INTO answering FROM assignments WHERE lead_id = lead.id AND to_at IS NULL;
    IF (answering.agency_id, answering.officer_id) <> (lead.held_by_agency_id, lead.held_by_officer_id) THEN
        RAISE EXCEPTION 'lead % names another officer than its assignment', lead.number
            USING ERRCODE = 'check_violation', CONSTRAINT = 'one_answers_for_the_lead';
    END IF;
    SELECT max(to_at) INTO ended FROM assignments WHERE lead_id = lead.id AND to_at IS NOT NULL;
    -- Between closing and reopening nobody answers; then the new one begins with the state.
    IF ended IS NOT NULL AND answering.from_at <> ended AND answering.from_at <> lead.state_since THEN
        RAISE EXCEPTION 'nobody answered for lead % from % to %', lead.number, ended, answering.from_at
            USING ERRCODE = 'check_violation', CONSTRAINT = 'one_answers_for_the_lead';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER one_answers_for_the_lead AFTER INSERT OR UPDATE OF state, held_by_agency_id, held_by_officer_id
    ON leads DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION one_answers_for_the_lead();
CREATE CONSTRAINT TRIGGER one_answers_for_the_lead AFTER INSERT OR UPDATE
    ON assignments DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION one_answers_for_the_lead();
"""

# The one door for the job: ids only, of clocks that have reached a step which was not taken yet.
LADDER = """
CREATE FUNCTION ladder_due(moment timestamptz, most integer)
    RETURNS TABLE (clock_id uuid, lead_id uuid, step text, officer_id uuid)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT c.id, c.lead_id, s.step,
           CASE s.step WHEN 'remind' THEN l.held_by_officer_id ELSE coalesce(a.head_id, l.held_by_officer_id) END
    FROM clocks c
    JOIN leads l ON l.id = c.lead_id
    JOIN agencies a ON a.id = l.held_by_agency_id
    CROSS JOIN (VALUES ('remind', interval '-3 days'), ('tell_chief', interval '1 day'),
                       ('supervision_notice', interval '7 days'), ('propose_criticism', interval '15 days'))
        AS s(step, after)
    WHERE c.stopped_at IS NULL AND c.paused_at IS NULL AND c.due_at <= moment + interval '3 days'
      AND c.due_at + s.after <= moment
      AND l.state NOT IN ('closed', 'merged', 'transferred', 'declined')
      -- A term of a day or two needs no reminder on the day on which it begins, and none once it is over.
      AND (s.step <> 'remind' OR (c.started_at <= c.due_at - interval '3 days' AND moment <= c.due_at))
      AND NOT EXISTS (SELECT FROM ladder_entries e WHERE e.clock_id = c.id AND e.step = s.step)
    ORDER BY c.due_at, c.id LIMIT most
$$;
COMMENT ON FUNCTION ladder_due IS 'Steps of the lateness ladder that are due: ids only';
REVOKE ALL ON FUNCTION ladder_due FROM PUBLIC;
GRANT EXECUTE ON FUNCTION ladder_due TO huiyin_app;
"""

GRANTS = """
GRANT SELECT, INSERT ON lead_exclusions TO huiyin_app;
GRANT SELECT, INSERT, UPDATE (to_at) ON clock_pauses TO huiyin_app;
GRANT SELECT, INSERT ON ladder_entries TO huiyin_app;
GRANT UPDATE (answered_at, rated_at, satisfied, rating, objected_at, objection_decided_at, objection_upheld)
    ON tips TO huiyin_app;
"""
OF_SEEN_LEAD = "EXISTS (SELECT FROM leads WHERE leads.id = lead_id)"
OWN_RECEIPT = "receipt_hash = decode(nullif(current_setting('huiyin.receipt', true), ''), 'hex')"
SIDES = ("'reporter', 'staff', 'answer'", "'reporter', 'staff', 'answer', 'objection'")
TABLES = ("lead_exclusions", "clock_pauses", "ladder_entries")


def upgrade() -> None:
    op.create_table(
        "lead_exclusions",
        sa.Column("id", sa.UUID(), server_default=sa.text("uuidv7()"), nullable=False, comment="Exclusion"),
        sa.Column("lead_id", sa.UUID(), nullable=False, comment="Which lead"),
        sa.Column("agency_id", sa.UUID(), nullable=True, comment="An agency, with all below it"),
        sa.Column("officer_id", sa.UUID(), nullable=True, comment="An officer"),
        sa.Column("source", sa.Text(), nullable=False, comment="reporter, subject, declared or found"),
        sa.Column(
            "at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False, comment="Since when"
        ),
        sa.CheckConstraint(
            "source IN ('reporter', 'subject', 'declared', 'found')", name=op.f("ck_lead_exclusions_source")
        ),
        sa.CheckConstraint("(agency_id IS NULL) <> (officer_id IS NULL)", name=op.f("ck_lead_exclusions_one")),
        sa.ForeignKeyConstraint(["agency_id"], ["agencies.id"], name=op.f("fk_lead_exclusions_agency_id")),
        sa.ForeignKeyConstraint(["lead_id"], ["leads.id"], name=op.f("fk_lead_exclusions_lead_id")),
        sa.ForeignKeyConstraint(["officer_id"], ["officers.id"], name=op.f("fk_lead_exclusions_officer_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lead_exclusions")),
        sa.UniqueConstraint("lead_id", "agency_id", name=op.f("uq_lead_exclusions_lead_id_agency_id")),
        sa.UniqueConstraint("lead_id", "officer_id", name=op.f("uq_lead_exclusions_lead_id_officer_id")),
        comment="Who must not see a lead, and since when; leads.hidden_from repeats it for the policies",
    )
    op.create_table(
        "clock_pauses",
        sa.Column("id", sa.UUID(), server_default=sa.text("uuidv7()"), nullable=False, comment="Pause"),
        sa.Column("clock_id", sa.UUID(), nullable=False, comment="Which clock"),
        sa.Column("lead_id", sa.UUID(), nullable=False, comment="Of which lead"),
        sa.Column("reason_code", sa.Text(), nullable=False, comment="Why"),
        sa.Column("from_at", sa.DateTime(timezone=True), nullable=False, comment="From when"),
        sa.Column("to_at", sa.DateTime(timezone=True), nullable=True, comment="To when; empty: still"),
        sa.CheckConstraint(
            "reason_code IN ('waiting_for_reporter', 'waiting_for_authority', 'force_majeure')",
            name=op.f("ck_clock_pauses_reason_code"),
        ),
        sa.ForeignKeyConstraint(["clock_id"], ["clocks.id"], name=op.f("fk_clock_pauses_clock_id")),
        sa.ForeignKeyConstraint(["lead_id"], ["leads.id"], name=op.f("fk_clock_pauses_lead_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_clock_pauses")),
        comment="When and why a clock waited; its end moves by as long",
    )
    op.create_index("ix_clock_pauses_lead_id", "clock_pauses", ["lead_id"], unique=False)
    op.create_index(
        "uq_clock_pauses_running", "clock_pauses", ["clock_id"], unique=True, postgresql_where=sa.text("to_at IS NULL")
    )
    op.create_table(
        "ladder_entries",
        sa.Column("clock_id", sa.UUID(), nullable=False, comment="Which clock"),
        sa.Column("step", sa.Text(), nullable=False, comment="Which step"),
        sa.Column("lead_id", sa.UUID(), nullable=False, comment="Of which lead"),
        sa.Column("officer_id", sa.UUID(), nullable=False, comment="Whom it names"),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False, comment="When it was taken"),
        sa.CheckConstraint(
            "step IN ('remind', 'tell_chief', 'supervision_notice', 'propose_criticism')",
            name=op.f("ck_ladder_entries_step"),
        ),
        sa.ForeignKeyConstraint(["clock_id"], ["clocks.id"], name=op.f("fk_ladder_entries_clock_id")),
        sa.ForeignKeyConstraint(["lead_id"], ["leads.id"], name=op.f("fk_ladder_entries_lead_id")),
        sa.ForeignKeyConstraint(["officer_id"], ["officers.id"], name=op.f("fk_ladder_entries_officer_id")),
        sa.PrimaryKeyConstraint("clock_id", "step", name=op.f("pk_ladder_entries")),
        comment="Steps of the lateness ladder that were taken; the key makes each happen once",
    )
    op.create_index("ix_ladder_entries_lead_id", "ladder_entries", ["lead_id"], unique=False)
    op.add_column(
        "leads",
        sa.Column(
            "clock_paused_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="The running clock: waiting since then",
        ),
    )
    op.add_column(
        "leads", sa.Column("branch_of_id", sa.UUID(), nullable=True, comment="The lead whose umbrella part this is")
    )
    op.add_column(
        "leads",
        sa.Column("allegation", sa.LargeBinary(), nullable=True, comment="Of a branch: what it is about, encrypted"),
    )
    op.create_index(
        "ix_leads_branch_of_id",
        "leads",
        ["branch_of_id"],
        unique=False,
        postgresql_where=sa.text("branch_of_id IS NOT NULL"),
    )
    op.create_foreign_key(op.f("fk_leads_branch_of_id"), "leads", "leads", ["branch_of_id"], ["id"])
    op.add_column(
        "subjects",
        sa.Column("added_by", sa.UUID(), nullable=True, comment="Officer who named it later; empty: the reporter"),
    )
    op.add_column(
        "subjects", sa.Column("added_at", sa.DateTime(timezone=True), nullable=True, comment="When it was named later")
    )
    op.create_foreign_key(op.f("fk_subjects_added_by"), "subjects", "officers", ["added_by"], ["id"])
    op.add_column(
        "tips",
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True, comment="When its reporter was answered"),
    )
    op.add_column(
        "tips",
        sa.Column("rated_at", sa.DateTime(timezone=True), nullable=True, comment="When its reporter rated the answer"),
    )
    op.add_column("tips", sa.Column("satisfied", sa.Boolean(), nullable=True, comment="Whether the answer satisfied"))
    op.add_column("tips", sa.Column("rating", sa.LargeBinary(), nullable=True, comment="One line about it, encrypted"))
    op.add_column(
        "tips",
        sa.Column(
            "objected_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="When its reporter objected; once, within 30 days",
        ),
    )
    op.add_column(
        "tips",
        sa.Column(
            "objection_decided_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="When a reviewer decided on the objection",
        ),
    )
    op.add_column(
        "tips",
        sa.Column("objection_upheld", sa.Boolean(), nullable=True, comment="Whether the lead was taken up again"),
    )
    op.drop_constraint(op.f("ck_messages_side"), "messages", type_="check")
    op.create_check_constraint(op.f("ck_messages_side"), "messages", f"side IN ({SIDES[1]})")
    op.execute(RESPONSIBILITY)
    op.execute(LADDER)
    op.execute(GRANTS)
    for table in TABLES:
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY of_seen_lead ON {table} FOR ALL TO huiyin_app USING ({OF_SEEN_LEAD})")
    # The reporter rates and objects on the page that the receipt opens.
    op.execute(f"CREATE POLICY rated ON tips FOR UPDATE TO huiyin_app USING ({OWN_RECEIPT})")
    text = sa.Text()
    term = sa.table(
        "terms",
        *(sa.column(name, text) for name in ("kind", "code", "zh_cn", "zh_hant", "en")),
        sa.column("position", sa.Integer()),
    )
    with TERMS.open(encoding="utf-8", newline="") as lines:
        op.bulk_insert(term, [row | {"position": int(row["position"])} for row in csv.DictReader(lines)])


def downgrade() -> None:
    with TERMS.open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            op.execute(
                sa.text("DELETE FROM terms WHERE kind = :kind AND code = :code").bindparams(
                    kind=row["kind"], code=row["code"]
                )
            )
    op.execute("DROP POLICY rated ON tips")
    op.execute("DROP FUNCTION ladder_due")
    op.execute("DROP TRIGGER one_answers_for_the_lead ON assignments")
    op.execute("DROP TRIGGER one_answers_for_the_lead ON leads")
    op.execute("DROP FUNCTION one_answers_for_the_lead")
    op.execute("DELETE FROM messages WHERE side = 'objection'")
    op.drop_constraint(op.f("ck_messages_side"), "messages", type_="check")
    op.create_check_constraint(op.f("ck_messages_side"), "messages", f"side IN ({SIDES[0]})")

    op.drop_column("tips", "objection_upheld")
    op.drop_column("tips", "objection_decided_at")
    op.drop_column("tips", "objected_at")
    op.drop_column("tips", "rating")
    op.drop_column("tips", "satisfied")
    op.drop_column("tips", "rated_at")
    op.drop_column("tips", "answered_at")
    op.drop_constraint(op.f("fk_subjects_added_by"), "subjects", type_="foreignkey")
    op.drop_column("subjects", "added_at")
    op.drop_column("subjects", "added_by")
    op.drop_constraint(op.f("fk_leads_branch_of_id"), "leads", type_="foreignkey")
    op.drop_index("ix_leads_branch_of_id", table_name="leads", postgresql_where=sa.text("branch_of_id IS NOT NULL"))
    op.drop_column("leads", "allegation")
    op.drop_column("leads", "branch_of_id")
    op.drop_column("leads", "clock_paused_at")
    op.drop_index("ix_ladder_entries_lead_id", table_name="ladder_entries")
    op.drop_table("ladder_entries")
    op.drop_index("uq_clock_pauses_running", table_name="clock_pauses", postgresql_where=sa.text("to_at IS NULL"))
    op.drop_index("ix_clock_pauses_lead_id", table_name="clock_pauses")
    op.drop_table("clock_pauses")
    op.drop_table("lead_exclusions")
