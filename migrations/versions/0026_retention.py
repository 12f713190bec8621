"""Retention by rule, legal hold, destruction by key, corrections, clearing, and notices of them.

Revision ID: 0026
"""

import csv
from datetime import UTC, datetime
from pathlib import Path

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0026"
down_revision = "0025"

TERMS = Path(__file__).parent.parent / "data" / "terms-retention.csv"
DOMAIN = "回音默认规则"
PROTECTION = "扫黑除恶线索核查：未被立案起诉人员的核查材料，查否满一年、暂存待查满五年销毁（回音默认规则，可由办公室按当地规定调整）"
RETENTION_RULES = {"unsubstantiated": 12, "false_report": 12, "undetermined": 60}
CLOCK_RULES = {"review_undetermined": (6, "months", DOMAIN), "acknowledge": (5, "working_days", DOMAIN)}

GRANTS = {
    "retention_rules": "SELECT, INSERT",
    "legal_holds": "SELECT, INSERT, UPDATE (decided_by, decided_agency_id, decided_at, agreed, decision, ended_by,"
    " ended_at, ending)",
    "clearings": "SELECT, INSERT, UPDATE (decided_by, decided_agency_id, decided_at, agreed, decision)",
    "subject_corrections": "SELECT, INSERT",
    "lead_notices": "SELECT, INSERT, UPDATE (late_at, acknowledged_by, acknowledged_at)",
}
OF_SEEN_LEAD = "EXISTS (SELECT FROM leads WHERE leads.id = lead_id)"
OF_SEEN_TIP = "EXISTS (SELECT FROM tips WHERE tips.id = tip_id)"
# An agency that was given a lead once is told, also where it no longer sees it; never one that is excluded from it.
OF_TOLD_AGENCY = "agency_id = ANY (huiyin_ids('readers')) AND NOT lead_hides_from_asker(lead_id)"

FUNCTIONS = """
CREATE FUNCTION lead_hides_from_asker(lead uuid) RETURNS boolean
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
BEGIN ATOMIC
    SELECT coalesce((SELECT l.hidden_from && huiyin_ids('principals') FROM leads l WHERE l.id = lead), true);
END;
COMMENT ON FUNCTION lead_hides_from_asker IS 'Whether who asks is excluded from a lead';

CREATE FUNCTION lead_family(root uuid) RETURNS SETOF uuid
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
BEGIN ATOMIC
    WITH RECURSIVE family (id) AS (
        SELECT root
        UNION
        SELECT l.id FROM leads l JOIN family f ON l.merged_into_id = f.id WHERE l.state = 'merged'
    )
    SELECT id FROM family;
END;
COMMENT ON FUNCTION lead_family IS 'A lead and those that were attached to it: they are kept and destroyed together';

CREATE FUNCTION lead_waits(root uuid) RETURNS text
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
BEGIN ATOMIC
    SELECT CASE
        WHEN EXISTS (
            SELECT FROM legal_holds h
            WHERE h.lead_id IN (SELECT lead_family(root)) AND h.ended_at IS NULL
              AND (h.agreed AND h.to_on >= (now() AT TIME ZONE 'Asia/Shanghai')::date
                   OR h.agreed IS NULL AND h.asked_at > now() - interval '14 days')
        ) THEN 'hold'
        WHEN EXISTS (
            SELECT FROM leads b
            WHERE b.branch_of_id IN (SELECT lead_family(root))
              AND b.state NOT IN ('closed', 'merged', 'transferred', 'declined')
        ) THEN 'branch'
    END;
END;
COMMENT ON FUNCTION lead_waits IS 'What keeps a lead beyond its term: a legal hold, or an open branch of it';

CREATE FUNCTION leads_to_date(most integer) RETURNS SETOF uuid
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
BEGIN ATOMIC
    SELECT id FROM leads
    WHERE state = 'closed' AND expires_on IS NULL AND finding IN ('unsubstantiated', 'false_report', 'undetermined')
    ORDER BY id LIMIT most;
END;
COMMENT ON FUNCTION leads_to_date IS 'Closed leads whose finding has a retention rule and that have no date yet: ids only';

CREATE FUNCTION leads_expired(today date, later_than uuid, most integer) RETURNS SETOF uuid
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
BEGIN ATOMIC
    SELECT id FROM leads
    WHERE expires_on < today AND destroyed_at IS NULL AND state = 'closed'
      AND (later_than IS NULL OR id > later_than) AND lead_waits(id) IS NULL
    ORDER BY id LIMIT most;
END;
COMMENT ON FUNCTION leads_expired IS 'Leads whose term has passed and that nothing keeps: ids only';

CREATE FUNCTION leads_to_warn(until date, most integer) RETURNS SETOF uuid
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
BEGIN ATOMIC
    SELECT id FROM leads
    WHERE expires_on <= until AND destroyed_at IS NULL AND state = 'closed' AND expiry_told_at IS NULL
    ORDER BY id LIMIT most;
END;
COMMENT ON FUNCTION leads_to_warn IS 'Leads that expire soon and whose agency was not told yet: ids only';

CREATE FUNCTION holds_to_end(today date, most integer) RETURNS TABLE (hold_id uuid, of_lead uuid)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
BEGIN ATOMIC
    SELECT id, lead_id FROM legal_holds
    WHERE ended_at IS NULL
      AND (agreed AND to_on < today OR agreed IS NULL AND asked_at <= now() - interval '14 days')
    ORDER BY id LIMIT most;
END;
COMMENT ON FUNCTION holds_to_end IS 'Legal holds whose term, or whose time for a decision, has passed: ids only';

CREATE FUNCTION notices_late(at_moment timestamptz, most integer) RETURNS TABLE (notice_id uuid, of_lead uuid)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
BEGIN ATOMIC
    SELECT id, lead_id FROM lead_notices
    WHERE acknowledged_at IS NULL AND late_at IS NULL AND due_at IS NOT NULL AND due_at < at_moment
    ORDER BY due_at LIMIT most;
END;
COMMENT ON FUNCTION notices_late IS 'Notices that nobody acknowledged in time: ids only';

CREATE FUNCTION forget_words(tip uuid) RETURNS void LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM tips t WHERE t.id = tip AND t.lead_id = huiyin_acting_on()) THEN
        RAISE insufficient_privilege USING MESSAGE = 'this transaction is not changing that lead';
    END IF;
    DELETE FROM tip_words WHERE tip_id = tip;
    DELETE FROM tip_terms WHERE tip_id = tip;
    DELETE FROM tip_signs WHERE tip_id = tip;
    DELETE FROM selectors WHERE tip_id = tip;
END $$;
COMMENT ON FUNCTION forget_words IS 'Takes a tip out of the search index, to be put in anew as corrected';

CREATE FUNCTION forget_lead() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    DELETE FROM link_proposals WHERE NEW.id IN (lead_a, lead_b) AND status <> 'confirmed';
    UPDATE link_proposals SET reason = NULL, reasons = '[]' WHERE NEW.id IN (lead_a, lead_b);
    DELETE FROM pending_moves WHERE lead_id = NEW.id;
    RETURN NULL;
END $$;
COMMENT ON FUNCTION forget_lead IS 'A lead whose key is destroyed is proposed to be the same matter as nothing any more';
REVOKE ALL ON FUNCTION forget_lead FROM PUBLIC;
CREATE TRIGGER forget_lead AFTER UPDATE OF wrapped_key ON leads
    FOR EACH ROW WHEN (NEW.wrapped_key IS NULL AND OLD.wrapped_key IS NOT NULL) EXECUTE FUNCTION forget_lead();
"""
OURS = (
    "forget_words(uuid)",
    "notices_late(timestamptz, integer)",
    "holds_to_end(date, integer)",
    "leads_to_warn(date, integer)",
    "leads_expired(date, uuid, integer)",
    "leads_to_date(integer)",
    "lead_waits(uuid)",
    "lead_family(uuid)",
    "lead_hides_from_asker(uuid)",
)
INDEXES = {
    "ix_leads_expires_on": "(expires_on, id) WHERE expires_on IS NOT NULL AND destroyed_at IS NULL",
    "ix_leads_undated": "(id) WHERE state = 'closed' AND expires_on IS NULL"
    " AND finding IN ('unsubstantiated', 'false_report', 'undetermined')",
    "ix_leads_merged_into_id": "(merged_into_id) WHERE merged_into_id IS NOT NULL",
}


def upgrade() -> None:
    _add_columns()
    with op.get_context().autocommit_block():
        op.execute("SET lock_timeout = 0")  # a concurrent build waits for transactions, and makes nobody wait
        for name, what in INDEXES.items():
            op.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {name}")  # left by an interrupted build
            op.execute(f"CREATE INDEX CONCURRENTLY {name} ON leads {what}")
        op.execute("RESET lock_timeout")
    op.execute("ALTER TABLE leads ADD CONSTRAINT ck_leads_clearing CHECK (clearing IN ('some', 'all')) NOT VALID")
    op.execute("ALTER TABLE leads VALIDATE CONSTRAINT ck_leads_clearing")
    _create_tables()
    op.execute(FUNCTIONS)
    for function in OURS:
        op.execute(f"REVOKE ALL ON FUNCTION {function} FROM PUBLIC")
        op.execute(f"GRANT EXECUTE ON FUNCTION {function} TO huiyin_app")
    for table, privileges in GRANTS.items():
        op.execute(f"GRANT {privileges} ON {table} TO huiyin_app")
    op.execute("GRANT UPDATE (corrected, cleared_on, clearing_document) ON subjects TO huiyin_app")
    for table, rows in {
        "legal_holds": OF_SEEN_LEAD,
        "clearings": OF_SEEN_LEAD,
        "subject_corrections": OF_SEEN_TIP,
    }.items():
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY of_seen ON {table} FOR ALL TO huiyin_app USING ({rows})")
    op.execute("ALTER TABLE lead_notices ENABLE ROW LEVEL SECURITY")
    op.execute(
        f"CREATE POLICY seen ON lead_notices FOR SELECT TO huiyin_app USING (({OF_TOLD_AGENCY}) OR {OF_SEEN_LEAD})"
    )
    op.execute(f"CREATE POLICY told ON lead_notices FOR INSERT TO huiyin_app WITH CHECK ({OF_SEEN_LEAD})")
    op.execute(
        "CREATE POLICY acknowledged ON lead_notices FOR UPDATE TO huiyin_app"
        f" USING (({OF_TOLD_AGENCY}) OR lead_id = huiyin_acting_on())"
    )
    _fill()


def _add_columns() -> None:
    """Committed before the indexes are built; a run that was cut short there begins again."""
    op.add_column(
        "leads",
        sa.Column(
            "clearing", sa.Text(), nullable=True, comment="Whether some or all of its subjects were cleared (澄清正名)"
        ),
        if_not_exists=True,
    )
    op.add_column(
        "leads",
        sa.Column("retention_rule", sa.Text(), nullable=True, comment="By which rule it expires; empty: it does not"),
        if_not_exists=True,
    )
    op.add_column(
        "leads",
        sa.Column("retention_version", sa.Integer(), nullable=True, comment="Which version of it"),
        if_not_exists=True,
    )
    op.add_column(
        "leads",
        sa.Column("expires_on", sa.Date(), nullable=True, comment="Last day on which it is kept"),
        if_not_exists=True,
    )
    op.add_column(
        "leads",
        sa.Column(
            "expiry_told_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="When its agency was told that it will expire",
        ),
        if_not_exists=True,
    )
    op.add_column(
        "leads",
        sa.Column(
            "destroyed_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="When its keys, and those of its tips, were destroyed",
        ),
        if_not_exists=True,
    )
    op.add_column(
        "subjects",
        sa.Column(
            "corrected",
            sa.LargeBinary(),
            nullable=True,
            comment="What is right where something was wrong: encrypted JSON",
        ),
        if_not_exists=True,
    )
    op.add_column(
        "subjects",
        sa.Column("cleared_on", sa.Date(), nullable=True, comment="Day on which the subject was cleared (澄清正名)"),
        if_not_exists=True,
    )
    op.add_column(
        "subjects",
        sa.Column("clearing_document", sa.Text(), nullable=True, comment="Number of the clearing document"),
        if_not_exists=True,
    )


def _create_tables() -> None:
    op.create_table(
        "retention_rules",
        sa.Column("code", sa.Text(), nullable=False, comment="The finding that it is for"),
        sa.Column("version", sa.Integer(), nullable=False, comment="Counts changes of the rule"),
        sa.Column("months", sa.Integer(), nullable=False, comment="How long after closing"),
        sa.Column("basis", sa.Text(), nullable=False, comment="Where the rule comes from"),
        sa.Column(
            "effective_from",
            sa.DateTime(timezone=True),
            nullable=False,
            comment="Leads closed from then on are kept by it",
        ),
        sa.Column("made_by", sa.UUID(), nullable=True, comment="Who added it; empty: came with the system"),
        sa.Column(
            "made_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
            comment="When it was added",
        ),
        sa.CheckConstraint("months BETWEEN 1 AND 1200", name=op.f("ck_retention_rules_months")),
        sa.ForeignKeyConstraint(["made_by"], ["officers.id"], name=op.f("fk_retention_rules_made_by")),
        sa.PrimaryKeyConstraint("code", "version", name=op.f("pk_retention_rules")),
        comment="How long closed leads are kept, as versioned data; a lead keeps the version it was closed under",
    )
    op.create_table(
        "clearings",
        sa.Column("id", sa.UUID(), server_default=sa.text("uuidv7()"), nullable=False, comment="Clearing"),
        sa.Column("lead_id", sa.UUID(), nullable=False, comment="Which lead"),
        sa.Column(
            "subjects",
            postgresql.JSONB(astext_type=sa.Text()),
            nullable=False,
            comment="Which subjects: tip and place in it",
        ),
        sa.Column("document_number", sa.Text(), nullable=False, comment="Number of the clearing document"),
        sa.Column("at_request", sa.Boolean(), nullable=False, comment="Whether the subject asked for it"),
        sa.Column("asked_by", sa.UUID(), nullable=False, comment="Who proposed it"),
        sa.Column(
            "asked_agency_ids",
            postgresql.ARRAY(sa.UUID()),
            nullable=False,
            comment="The proposer's agencies; none of them may approve",
        ),
        sa.Column(
            "asked_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False, comment="When"
        ),
        sa.Column("decided_by", sa.UUID(), nullable=True, comment="Who approved or refused it"),
        sa.Column("decided_agency_id", sa.UUID(), nullable=True, comment="For which agency"),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True, comment="When"),
        sa.Column("agreed", sa.Boolean(), nullable=True, comment="Whether it was approved; empty: it waits"),
        sa.Column(
            "reason",
            sa.LargeBinary(),
            nullable=False,
            comment="Why, and the words of the clearing letter: encrypted JSON",
        ),
        sa.Column("decision", sa.LargeBinary(), nullable=True, comment="The note of who decided: encrypted JSON"),
        sa.CheckConstraint("jsonb_typeof(subjects) = 'array'", name=op.f("ck_clearings_subjects")),
        sa.CheckConstraint("(decided_by IS NULL) = (agreed IS NULL)", name=op.f("ck_clearings_decided")),
        sa.CheckConstraint(
            "decided_by <> asked_by AND NOT decided_agency_id = ANY (asked_agency_ids)",
            name=op.f("ck_clearings_four_eyes"),
        ),
        sa.ForeignKeyConstraint(["asked_by"], ["officers.id"], name=op.f("fk_clearings_asked_by")),
        sa.ForeignKeyConstraint(["decided_agency_id"], ["agencies.id"], name=op.f("fk_clearings_decided_agency_id")),
        sa.ForeignKeyConstraint(["decided_by"], ["officers.id"], name=op.f("fk_clearings_decided_by")),
        sa.ForeignKeyConstraint(["lead_id"], ["leads.id"], name=op.f("fk_clearings_lead_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_clearings")),
        comment="Clearing of subjects (澄清正名): proposed by one officer, approved by another agency's",
    )
    op.create_index("ix_clearings_lead_id_id", "clearings", ["lead_id", "id"], unique=False)
    op.create_index(
        "uq_clearings_lead_id", "clearings", ["lead_id"], unique=True, postgresql_where=sa.text("agreed IS NULL")
    )
    op.create_table(
        "lead_notices",
        sa.Column("id", sa.UUID(), server_default=sa.text("uuidv7()"), nullable=False, comment="Notice; sorts by time"),
        sa.Column("lead_id", sa.UUID(), nullable=False, comment="Which lead"),
        sa.Column("number", sa.Text(), nullable=False, comment="The lead's number, for agencies that no longer see it"),
        sa.Column("agency_id", sa.UUID(), nullable=False, comment="Who is told"),
        sa.Column("kind", sa.Text(), nullable=False, comment="expiry, hold_ended, correction or clearing"),
        sa.Column("about", sa.UUID(), nullable=True, comment="Which hold, correction or clearing"),
        sa.Column(
            "facts",
            postgresql.JSONB(astext_type=sa.Text()),
            nullable=False,
            comment="Codes, dates, places of subjects, document number; no name",
        ),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False, comment="When"),
        sa.Column(
            "due_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="By when it must be acknowledged; empty: need not be",
        ),
        sa.Column("late_at", sa.DateTime(timezone=True), nullable=True, comment="When it was recorded as late"),
        sa.Column("acknowledged_by", sa.UUID(), nullable=True, comment="Who took note"),
        sa.Column("acknowledged_at", sa.DateTime(timezone=True), nullable=True, comment="When"),
        sa.CheckConstraint(
            "kind IN ('expiry', 'hold_ended', 'correction', 'clearing')", name=op.f("ck_lead_notices_kind")
        ),
        sa.CheckConstraint(
            "(acknowledged_by IS NULL) = (acknowledged_at IS NULL)", name=op.f("ck_lead_notices_acknowledged")
        ),
        sa.ForeignKeyConstraint(["acknowledged_by"], ["officers.id"], name=op.f("fk_lead_notices_acknowledged_by")),
        sa.ForeignKeyConstraint(["agency_id"], ["agencies.id"], name=op.f("fk_lead_notices_agency_id")),
        sa.ForeignKeyConstraint(["lead_id"], ["leads.id"], name=op.f("fk_lead_notices_lead_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lead_notices")),
        comment="What an agency was told of a lead it was given, and whether it took note; no text",
    )
    op.create_index(
        "ix_lead_notices_late",
        "lead_notices",
        ["due_at"],
        unique=False,
        postgresql_where=sa.text("acknowledged_at IS NULL AND late_at IS NULL AND due_at IS NOT NULL"),
    )
    op.create_index("ix_lead_notices_lead_id", "lead_notices", ["lead_id"], unique=False)
    op.create_index(
        "ix_lead_notices_open",
        "lead_notices",
        ["agency_id", "id"],
        unique=False,
        postgresql_where=sa.text("acknowledged_at IS NULL"),
    )
    op.create_table(
        "legal_holds",
        sa.Column("id", sa.UUID(), server_default=sa.text("uuidv7()"), nullable=False, comment="Hold"),
        sa.Column("lead_id", sa.UUID(), nullable=False, comment="Which lead"),
        sa.Column("to_on", sa.Date(), nullable=False, comment="Its last day"),
        sa.Column("asked_by", sa.UUID(), nullable=False, comment="Who asked"),
        sa.Column(
            "asked_agency_ids",
            postgresql.ARRAY(sa.UUID()),
            nullable=False,
            comment="The asker's agencies; none of them may grant",
        ),
        sa.Column(
            "asked_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
            comment="When; lapses after 14 days without a decision",
        ),
        sa.Column("decided_by", sa.UUID(), nullable=True, comment="Who granted or refused it"),
        sa.Column("decided_agency_id", sa.UUID(), nullable=True, comment="For which agency"),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True, comment="When"),
        sa.Column("agreed", sa.Boolean(), nullable=True, comment="Whether it was granted; empty: it waits, or lapsed"),
        sa.Column("ended_by", sa.UUID(), nullable=True, comment="Who lifted it; empty: its term"),
        sa.Column(
            "ended_at", sa.DateTime(timezone=True), nullable=True, comment="When it was lifted, ran out or lapsed"
        ),
        sa.Column("reason", sa.LargeBinary(), nullable=False, comment="Why: encrypted JSON"),
        sa.Column("decision", sa.LargeBinary(), nullable=True, comment="The note of who decided: encrypted JSON"),
        sa.Column("ending", sa.LargeBinary(), nullable=True, comment="Why it was lifted: encrypted JSON"),
        sa.CheckConstraint("(decided_by IS NULL) = (agreed IS NULL)", name=op.f("ck_legal_holds_decided")),
        sa.CheckConstraint(
            "decided_by <> asked_by AND NOT decided_agency_id = ANY (asked_agency_ids)",
            name=op.f("ck_legal_holds_four_eyes"),
        ),
        sa.ForeignKeyConstraint(["asked_by"], ["officers.id"], name=op.f("fk_legal_holds_asked_by")),
        sa.ForeignKeyConstraint(["decided_agency_id"], ["agencies.id"], name=op.f("fk_legal_holds_decided_agency_id")),
        sa.ForeignKeyConstraint(["decided_by"], ["officers.id"], name=op.f("fk_legal_holds_decided_by")),
        sa.ForeignKeyConstraint(["ended_by"], ["officers.id"], name=op.f("fk_legal_holds_ended_by")),
        sa.ForeignKeyConstraint(["lead_id"], ["leads.id"], name=op.f("fk_legal_holds_lead_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_legal_holds")),
        comment="What keeps a lead from expiring for a term: asked by one officer, granted by another agency's",
    )
    op.create_index("ix_legal_holds_lead_id_id", "legal_holds", ["lead_id", "id"], unique=False)
    op.create_index(
        "ix_legal_holds_to_on", "legal_holds", ["to_on"], unique=False, postgresql_where=sa.text("ended_at IS NULL")
    )
    op.create_index(
        "uq_legal_holds_lead_id",
        "legal_holds",
        ["lead_id"],
        unique=True,
        postgresql_where=sa.text("ended_at IS NULL AND agreed IS DISTINCT FROM false"),
    )
    op.create_table(
        "subject_corrections",
        sa.Column(
            "id", sa.UUID(), server_default=sa.text("uuidv7()"), nullable=False, comment="Correction; sorts by time"
        ),
        sa.Column("tip_id", sa.UUID(), nullable=False, comment="Whose subject"),
        sa.Column("seq", sa.Integer(), nullable=False, comment="Which one in the tip"),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False, comment="When"),
        sa.Column("officer_id", sa.UUID(), nullable=False, comment="Who corrected it"),
        sa.Column("agency_id", sa.UUID(), nullable=False, comment="For which agency"),
        sa.Column("fields", postgresql.ARRAY(sa.Text()), nullable=False, comment="Names of the fields that were wrong"),
        sa.Column("status_before", sa.Text(), nullable=False, comment="Legal status before"),
        sa.Column("status_after", sa.Text(), nullable=False, comment="Legal status after"),
        sa.Column(
            "content",
            sa.LargeBinary(),
            nullable=False,
            comment="Reason, values before and after: encrypted JSON under the tip's key",
        ),
        sa.CheckConstraint(
            "status_after IN ('reported', 'verifying', 'unsubstantiated', 'case_filed', 'charged', 'convicted', 'cleared')",
            name=op.f("ck_subject_corrections_status_after"),
        ),
        sa.CheckConstraint(
            "status_before IN ('reported', 'verifying', 'unsubstantiated', 'case_filed', 'charged', 'convicted', 'cleared')",
            name=op.f("ck_subject_corrections_status_before"),
        ),
        sa.ForeignKeyConstraint(["agency_id"], ["agencies.id"], name=op.f("fk_subject_corrections_agency_id")),
        sa.ForeignKeyConstraint(["officer_id"], ["officers.id"], name=op.f("fk_subject_corrections_officer_id")),
        sa.ForeignKeyConstraint(
            ["tip_id", "seq"], ["subjects.tip_id", "subjects.seq"], name=op.f("fk_subject_corrections_tip_id_seq")
        ),
        sa.ForeignKeyConstraint(["tip_id"], ["tips.id"], name=op.f("fk_subject_corrections_tip_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_subject_corrections")),
        comment="What was recorded wrongly of a subject, what is right, and why; what was told stays",
    )
    op.create_index("ix_subject_corrections_tip_id_id", "subject_corrections", ["tip_id", "id"], unique=False)


def _fill() -> None:
    start = datetime(2020, 1, 1, tzinfo=UTC)
    text = sa.Text()
    moment, whole = sa.DateTime(timezone=True), sa.Integer()
    op.bulk_insert(
        sa.table(
            "retention_rules",
            sa.column("code", text),
            sa.column("version", whole),
            sa.column("months", whole),
            sa.column("basis", text),
            sa.column("effective_from", moment),
        ),
        [
            {"code": code, "version": 1, "months": months, "basis": PROTECTION, "effective_from": start}
            for code, months in RETENTION_RULES.items()
        ],
    )
    op.bulk_insert(
        sa.table(
            "clock_rules",
            sa.column("code", text),
            sa.column("version", whole),
            sa.column("amount", whole),
            sa.column("unit", text),
            sa.column("basis", text),
            sa.column("effective_from", moment),
        ),
        [
            {"code": code, "version": 1, "amount": amount, "unit": unit, "basis": basis, "effective_from": start}
            for code, (amount, unit, basis) in CLOCK_RULES.items()
        ],
    )
    with TERMS.open(encoding="utf-8", newline="") as lines:
        terms = [row | {"position": int(row["position"])} for row in csv.DictReader(lines)]
    columns = [sa.column(name, text) for name in ("kind", "code", "zh_cn", "zh_hant", "en")]
    op.bulk_insert(sa.table("terms", *columns, sa.column("position", whole)), terms)
    op.execute("UPDATE terms SET zh_cn = '已澄清', zh_hant = '已澄清' WHERE kind = 'legal_status' AND code = 'cleared'")


def downgrade() -> None:
    op.execute(
        "UPDATE terms SET zh_cn = '无罪或撤案', zh_hant = '無罪或撤案' WHERE kind = 'legal_status' AND code = 'cleared'"
    )
    with TERMS.open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            op.execute(
                sa.text("DELETE FROM terms WHERE kind = :kind AND code = :code").bindparams(
                    kind=row["kind"], code=row["code"]
                )
            )
    op.execute("DELETE FROM clock_rules WHERE code IN ('review_undetermined', 'acknowledge')")
    op.execute("DROP TRIGGER forget_lead ON leads")
    op.execute("DROP FUNCTION forget_lead")
    for policy in ("seen", "acknowledged"):
        op.execute(f"DROP POLICY {policy} ON lead_notices")
    for function in OURS:
        op.execute(f"DROP FUNCTION {function}")
    op.drop_table("lead_notices")
    op.drop_table("subject_corrections")
    op.drop_table("legal_holds")
    op.drop_table("clearings")
    op.drop_table("retention_rules")
    op.drop_constraint(op.f("ck_leads_clearing"), "leads", type_="check")
    op.drop_column("subjects", "clearing_document")
    op.drop_column("subjects", "cleared_on")
    op.drop_column("subjects", "corrected")
    op.drop_column("leads", "destroyed_at")
    op.drop_column("leads", "expiry_told_at")
    op.drop_column("leads", "expires_on")
    op.drop_column("leads", "retention_version")
    op.drop_column("leads", "retention_rule")
    op.drop_column("leads", "clearing")
