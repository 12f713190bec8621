"""Work on a lead beside its verbs: secondment, overlays, assessment sessions, checklists, notes, look-back draws.

Revision ID: 0009
"""

import csv
from pathlib import Path

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0009"
down_revision = "0008"

DATA = Path(__file__).parent.parent / "data"
TERMS = DATA / "terms-3.csv"
CHECKLISTS = DATA / "checklists-1.csv"

# Table -> privileges. What is not named is denied.
GRANTS = {
    "secondments": "SELECT, INSERT, UPDATE (revoked_at, revoked_by)",
    "overlays": "SELECT, INSERT, UPDATE (from_at, decided_by, decided_at, agreed, decision, ended_by, ended_at, ending)",
    "assessments": "SELECT, INSERT",
    "checklist_templates": "SELECT",
    "checklists": "SELECT, INSERT, UPDATE (version)",
    "checklist_ticks": "SELECT, INSERT, UPDATE (done, officer_id, at, note)",
    "notes": "SELECT, INSERT",
    "mentions": "SELECT, INSERT, UPDATE (read_at)",
    "look_back_draws": "SELECT, INSERT",
    "look_back_samples": "SELECT, INSERT",
}
OF_LEAD = ("overlays", "assessments", "checklists", "checklist_ticks", "notes", "mentions", "look_back_samples")
OF_SEEN_LEAD = "EXISTS (SELECT FROM leads WHERE leads.id = lead_id)"

# The one door through which the job that draws the sample reaches leads: ids only, of one past month, and only of leads
# that some office could look back at which did not verify them.
CANDIDATES = """
CREATE FUNCTION look_back_candidates(first_day date) RETURNS SETOF uuid
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
BEGIN ATOMIC
    SELECT l.id FROM leads l
    WHERE l.state = 'closed'
      AND l.closed_at >= first_day::timestamp AT TIME ZONE 'Asia/Shanghai'
      AND l.closed_at < (first_day + interval '1 month')::timestamp AT TIME ZONE 'Asia/Shanghai'
      AND (first_day + interval '1 month')::timestamp AT TIME ZONE 'Asia/Shanghai' <= now()
      AND EXISTS (SELECT FROM agencies a
                  WHERE a.id = ANY (l.desk_agencies) AND a.head_id IS NOT NULL
                    AND NOT a.id = ANY (l.verifier_agency_ids) AND NOT a.path && l.hidden_from
                    AND NOT a.head_id = ANY (l.hidden_from))
    ORDER BY l.id;
END;
COMMENT ON FUNCTION look_back_candidates IS 'Leads closed in a past month (Beijing) that may be drawn for a look-back';
REVOKE ALL ON FUNCTION look_back_candidates FROM PUBLIC;
GRANT EXECUTE ON FUNCTION look_back_candidates TO huiyin_app;
"""


def checklists() -> list[dict[str, object]]:
    """The first version of each template, as the CSV lists its items."""
    templates: dict[str, list[dict[str, str]]] = {}
    with CHECKLISTS.open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            item = {name: row[name] for name in ("code", "zh_cn", "zh_hant", "en")}
            templates.setdefault(row["conduct"], []).append(item)
    return [{"conduct": conduct, "version": 1, "items": items} for conduct, items in templates.items()]


def upgrade() -> None:
    # Before anything else: what is built concurrently cannot be built in a transaction.
    with op.get_context().autocommit_block():
        op.create_index(
            "ix_leads_closed_at",
            "leads",
            ["closed_at"],
            postgresql_where=sa.text("closed_at IS NOT NULL"),
            postgresql_concurrently=True,
            if_not_exists=True,
        )
    op.create_table(
        "checklist_templates",
        sa.Column("conduct", sa.Text(), nullable=False, comment="Taxonomy conduct, or general"),
        sa.Column(
            "version", sa.Integer(), nullable=False, comment="Counts changes; a lead keeps the one it began with"
        ),
        sa.Column(
            "items",
            postgresql.JSONB(astext_type=sa.Text()),
            nullable=False,
            comment="In order: code, zh_cn, zh_hant, en",
        ),
        sa.Column(
            "made_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
            comment="Since when it is the newest",
        ),
        sa.CheckConstraint("jsonb_typeof(items) = 'array'", name=op.f("ck_checklist_templates_items")),
        sa.PrimaryKeyConstraint("conduct", "version", name=op.f("pk_checklist_templates")),
        comment="What verifiers check, per conduct, as versioned data; `general` holds for every lead",
    )
    op.create_table(
        "look_back_draws",
        sa.Column("month", sa.Date(), nullable=False, comment="First day of the month of closing, Beijing"),
        sa.Column("seed", sa.LargeBinary(), nullable=False, comment="32 random bytes"),
        sa.Column(
            "population",
            sa.Integer(),
            nullable=False,
            comment="How many leads were closed in the month and could be drawn",
        ),
        sa.Column(
            "population_digest",
            sa.LargeBinary(),
            nullable=False,
            comment="SHA-256 over their sorted ids, 16 bytes each",
        ),
        sa.Column("drawn", postgresql.ARRAY(sa.UUID()), nullable=False, comment="The leads drawn"),
        sa.Column(
            "drawn_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False, comment="When"
        ),
        sa.CheckConstraint("cardinality(drawn) <= population", name=op.f("ck_look_back_draws_drawn")),
        sa.CheckConstraint("extract(day from month) = 1", name=op.f("ck_look_back_draws_month")),
        sa.CheckConstraint("octet_length(seed) = 32", name=op.f("ck_look_back_draws_seed")),
        sa.PrimaryKeyConstraint("month", name=op.f("pk_look_back_draws")),
        comment="Monthly look-back samples: the draw is a pure function of the seed and the sorted ids",
    )
    op.create_table(
        "secondments",
        sa.Column("id", sa.UUID(), server_default=sa.text("uuidv7()"), nullable=False, comment="Secondment"),
        sa.Column("officer_id", sa.UUID(), nullable=False, comment="Who is seconded"),
        sa.Column("agency_id", sa.UUID(), nullable=False, comment="The office at which they act"),
        sa.Column("roles", postgresql.ARRAY(sa.Text()), nullable=False, comment="Roles held there, and there alone"),
        sa.Column("from_at", sa.DateTime(timezone=True), nullable=False, comment="First moment of the term"),
        sa.Column(
            "to_at",
            sa.DateTime(timezone=True),
            nullable=False,
            comment="End of the term; from this moment on there is no access",
        ),
        sa.Column(
            "undertaking_number",
            sa.Text(),
            nullable=False,
            comment="Number of the signed confidentiality undertaking (保密承诺书)",
        ),
        sa.Column("undertaking_signed_on", sa.Date(), nullable=False, comment="When the undertaking was signed"),
        sa.Column("made_by", sa.UUID(), nullable=False, comment="The office's administrator"),
        sa.Column(
            "made_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
            comment="When it was entered",
        ),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True, comment="Ended before its term, at once"),
        sa.Column("revoked_by", sa.UUID(), nullable=True, comment="Who ended it"),
        postgresql.ExcludeConstraint(
            (sa.text("officer_id"), "="),
            (sa.text("agency_id"), "="),
            (sa.text("tstzrange(from_at, to_at)"), "&&"),
            where=sa.text("revoked_at IS NULL"),
            using="gist",
            name="ex_secondments_officer_id_agency_id_period",
        ),
        sa.CheckConstraint("(revoked_at IS NULL) = (revoked_by IS NULL)", name=op.f("ck_secondments_revoked")),
        sa.CheckConstraint("cardinality(roles) > 0", name=op.f("ck_secondments_roles")),
        sa.CheckConstraint("to_at > from_at", name=op.f("ck_secondments_term")),
        sa.ForeignKeyConstraint(["agency_id"], ["agencies.id"], name=op.f("fk_secondments_agency_id")),
        sa.ForeignKeyConstraint(["made_by"], ["officers.id"], name=op.f("fk_secondments_made_by")),
        sa.ForeignKeyConstraint(["officer_id"], ["officers.id"], name=op.f("fk_secondments_officer_id")),
        sa.ForeignKeyConstraint(["revoked_by"], ["officers.id"], name=op.f("fk_secondments_revoked_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_secondments")),
        comment="Officers of one agency who act at an office for a term (派员); access ends with the term",
    )
    op.create_index("ix_secondments_agency_id_id", "secondments", ["agency_id", "id"], unique=False)
    op.create_index("ix_secondments_officer_id", "secondments", ["officer_id"], unique=False)
    op.create_table(
        "assessments",
        sa.Column("id", sa.UUID(), server_default=sa.text("uuidv7()"), nullable=False, comment="Assessment session"),
        sa.Column("lead_id", sa.UUID(), nullable=False, comment="Which lead"),
        sa.Column("held_on", sa.Date(), nullable=False, comment="On which day it was held"),
        sa.Column("officer_ids", postgresql.ARRAY(sa.UUID()), nullable=False, comment="Who took part"),
        sa.Column(
            "agency_ids",
            postgresql.ARRAY(sa.UUID()),
            nullable=False,
            comment="The agencies in which they serve, each once",
        ),
        sa.Column("result", sa.Text(), nullable=False, comment="dispatch, gather_facts or not_now"),
        sa.Column("recorded_by", sa.UUID(), nullable=False, comment="Who recorded it"),
        sa.Column(
            "recorded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False, comment="When"
        ),
        sa.Column("opinion", sa.LargeBinary(), nullable=False, comment="What the session found: encrypted JSON"),
        sa.CheckConstraint("result IN ('dispatch', 'gather_facts', 'not_now')", name=op.f("ck_assessments_result")),
        sa.CheckConstraint(
            "cardinality(officer_ids) >= 2 AND cardinality(agency_ids) >= 2", name=op.f("ck_assessments_agencies")
        ),
        sa.ForeignKeyConstraint(["lead_id"], ["leads.id"], name=op.f("fk_assessments_lead_id")),
        sa.ForeignKeyConstraint(["recorded_by"], ["officers.id"], name=op.f("fk_assessments_recorded_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assessments")),
        comment="Assessment sessions (研判) of a lead by officers of two agencies at least; never edited",
    )
    op.create_index("ix_assessments_lead_id_id", "assessments", ["lead_id", "id"], unique=False)
    op.create_table(
        "checklists",
        sa.Column("lead_id", sa.UUID(), nullable=False, comment="Which lead"),
        sa.Column("seq", sa.Integer(), nullable=False, comment="Which verification of it; the highest counts"),
        sa.Column("general_version", sa.Integer(), nullable=False, comment="Version of the general template"),
        sa.Column("conduct", sa.Text(), nullable=False, comment="Whose template follows the general one"),
        sa.Column("conduct_version", sa.Integer(), nullable=False, comment="Version of the conduct's template"),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False, comment="Counts changes, for If-Match"),
        sa.Column(
            "begun_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
            comment="When the verification began",
        ),
        sa.ForeignKeyConstraint(
            ["conduct", "conduct_version"],
            ["checklist_templates.conduct", "checklist_templates.version"],
            name=op.f("fk_checklists_conduct_conduct_version"),
        ),
        sa.ForeignKeyConstraint(["lead_id"], ["leads.id"], name=op.f("fk_checklists_lead_id")),
        sa.PrimaryKeyConstraint("lead_id", "seq", name=op.f("pk_checklists")),
        comment="The checklist of a lead's verification; each new verification begins another one",
    )
    op.create_table(
        "look_back_samples",
        sa.Column("month", sa.Date(), nullable=False, comment="Of which draw"),
        sa.Column("lead_id", sa.UUID(), nullable=False, comment="Which lead"),
        sa.Column("agency_id", sa.UUID(), nullable=False, comment="The reviewing office"),
        sa.ForeignKeyConstraint(["agency_id"], ["agencies.id"], name=op.f("fk_look_back_samples_agency_id")),
        sa.ForeignKeyConstraint(["lead_id"], ["leads.id"], name=op.f("fk_look_back_samples_lead_id")),
        sa.ForeignKeyConstraint(["month"], ["look_back_draws.month"], name=op.f("fk_look_back_samples_month")),
        sa.PrimaryKeyConstraint("month", "lead_id", name=op.f("pk_look_back_samples")),
        comment="Leads drawn for a look-back, and the office that does it: never one that verified the lead",
    )
    op.create_index("ix_look_back_samples_lead_id", "look_back_samples", ["lead_id"], unique=False)
    op.create_table(
        "notes",
        sa.Column("id", sa.UUID(), server_default=sa.text("uuidv7()"), nullable=False, comment="Note; sorts by time"),
        sa.Column("lead_id", sa.UUID(), nullable=False, comment="Which lead"),
        sa.Column("officer_id", sa.UUID(), nullable=False, comment="Who wrote it"),
        sa.Column(
            "written_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False, comment="When"
        ),
        sa.Column("content", sa.LargeBinary(), nullable=False, comment="The text: encrypted JSON"),
        sa.ForeignKeyConstraint(["lead_id"], ["leads.id"], name=op.f("fk_notes_lead_id")),
        sa.ForeignKeyConstraint(["officer_id"], ["officers.id"], name=op.f("fk_notes_officer_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notes")),
        comment="Internal notes on a lead; never shown to the reporter, never edited",
    )
    op.create_index("ix_notes_lead_id_id", "notes", ["lead_id", "id"], unique=False)
    op.create_table(
        "overlays",
        sa.Column("id", sa.UUID(), server_default=sa.text("uuidv7()"), nullable=False, comment="Overlay"),
        sa.Column("lead_id", sa.UUID(), nullable=False, comment="Which lead"),
        sa.Column("kind", sa.Text(), nullable=False, comment="supervised, listed, raised, out_of_area or joint_team"),
        sa.Column("from_at", sa.DateTime(timezone=True), nullable=False, comment="From when it holds, once approved"),
        sa.Column(
            "to_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="Until when it was approved; empty: until it is ended",
        ),
        sa.Column("board_number", sa.Text(), nullable=True, comment="Of a listing: its number on the board"),
        sa.Column(
            "public", sa.Boolean(), nullable=True, comment="Of a listing: on the public board, or the internal one"
        ),
        sa.Column("asked_by", sa.UUID(), nullable=False, comment="Who asked for it"),
        sa.Column(
            "asked_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False, comment="When"
        ),
        sa.Column("decided_by", sa.UUID(), nullable=True, comment="The approver; never the asker"),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True, comment="When it was approved or refused"),
        sa.Column("agreed", sa.Boolean(), nullable=True, comment="Whether it was approved; empty: it waits"),
        sa.Column("ended_by", sa.UUID(), nullable=True, comment="Who ended it"),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True, comment="When it was ended"),
        sa.Column(
            "reason", sa.LargeBinary(), nullable=False, comment="Why, and the test for delisting: encrypted JSON"
        ),
        sa.Column("decision", sa.LargeBinary(), nullable=True, comment="The approver's note: encrypted JSON"),
        sa.Column("ending", sa.LargeBinary(), nullable=True, comment="Why it was ended: encrypted JSON"),
        sa.CheckConstraint(
            "(kind = 'listed') = (board_number IS NOT NULL) AND (kind = 'listed') = (public IS NOT NULL)",
            name=op.f("ck_overlays_board"),
        ),
        sa.CheckConstraint(
            "kind IN ('supervised', 'listed', 'raised', 'out_of_area', 'joint_team')", name=op.f("ck_overlays_kind")
        ),
        sa.CheckConstraint("(decided_by IS NULL) = (agreed IS NULL)", name=op.f("ck_overlays_decided")),
        sa.CheckConstraint("decided_by <> asked_by", name=op.f("ck_overlays_four_eyes")),
        sa.CheckConstraint("ended_at IS NULL OR agreed", name=op.f("ck_overlays_ended")),
        sa.CheckConstraint("to_at > from_at", name=op.f("ck_overlays_term")),
        sa.ForeignKeyConstraint(["asked_by"], ["officers.id"], name=op.f("fk_overlays_asked_by")),
        sa.ForeignKeyConstraint(["decided_by"], ["officers.id"], name=op.f("fk_overlays_decided_by")),
        sa.ForeignKeyConstraint(["ended_by"], ["officers.id"], name=op.f("fk_overlays_ended_by")),
        sa.ForeignKeyConstraint(["lead_id"], ["leads.id"], name=op.f("fk_overlays_lead_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_overlays")),
        comment="Supervision, listing, raising, other forces or a joint team laid over a lead, and its approver",
    )
    op.create_index("ix_overlays_lead_id_id", "overlays", ["lead_id", "id"], unique=False)
    op.create_index(
        "uq_overlays_kind_lead_id",
        "overlays",
        ["kind", "lead_id"],
        unique=True,
        postgresql_where=sa.text("ended_at IS NULL AND agreed IS DISTINCT FROM false"),
    )
    op.create_table(
        "checklist_ticks",
        sa.Column("lead_id", sa.UUID(), nullable=False, comment="Which lead"),
        sa.Column("seq", sa.Integer(), nullable=False, comment="Which of its checklists"),
        sa.Column("code", sa.Text(), nullable=False, comment="Which item of the templates"),
        sa.Column("done", sa.Boolean(), nullable=False, comment="Done, or taken back"),
        sa.Column("officer_id", sa.UUID(), nullable=False, comment="Who said so last"),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False, comment="When"),
        sa.Column("note", sa.LargeBinary(), nullable=True, comment="What was found: encrypted JSON"),
        sa.ForeignKeyConstraint(
            ["lead_id", "seq"], ["checklists.lead_id", "checklists.seq"], name=op.f("fk_checklist_ticks_lead_id_seq")
        ),
        sa.ForeignKeyConstraint(["officer_id"], ["officers.id"], name=op.f("fk_checklist_ticks_officer_id")),
        sa.PrimaryKeyConstraint("lead_id", "seq", "code", name=op.f("pk_checklist_ticks")),
        comment="Which items are done, by whom and when; taking a tick back is recorded too",
    )
    op.create_table(
        "mentions",
        sa.Column(
            "id", sa.UUID(), server_default=sa.text("uuidv7()"), nullable=False, comment="Mention; sorts by time"
        ),
        sa.Column("note_id", sa.UUID(), nullable=False, comment="In which note"),
        sa.Column("lead_id", sa.UUID(), nullable=False, comment="On which lead"),
        sa.Column("officer_id", sa.UUID(), nullable=False, comment="Who is mentioned"),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True, comment="When they read it"),
        sa.ForeignKeyConstraint(["lead_id"], ["leads.id"], name=op.f("fk_mentions_lead_id")),
        sa.ForeignKeyConstraint(["note_id"], ["notes.id"], name=op.f("fk_mentions_note_id")),
        sa.ForeignKeyConstraint(["officer_id"], ["officers.id"], name=op.f("fk_mentions_officer_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mentions")),
        comment="Officers whom a note mentions",
    )
    op.create_index("ix_mentions_officer_id_id", "mentions", ["officer_id", "id"], unique=False)
    op.create_index("uq_mentions_note_id_officer_id", "mentions", ["note_id", "officer_id"], unique=True)
    op.add_column(
        "leads", sa.Column("assessment", sa.Text(), nullable=True, comment="What the newest assessment session advised")
    )
    for table, privileges in GRANTS.items():
        op.execute(f"GRANT {privileges} ON {table} TO huiyin_app")
    for table in OF_LEAD:
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY of_seen_lead ON {table} FOR ALL TO huiyin_app USING ({OF_SEEN_LEAD})")
    op.execute(CANDIDATES)
    _fill()


def _fill() -> None:
    text = sa.Text()
    term = sa.table(
        "terms",
        *(sa.column(name, text) for name in ("kind", "code", "zh_cn", "zh_hant", "en")),
        sa.column("position", sa.Integer()),
    )
    with TERMS.open(encoding="utf-8", newline="") as lines:
        op.bulk_insert(term, [row | {"position": int(row["position"])} for row in csv.DictReader(lines)])
    template = sa.table(
        "checklist_templates",
        sa.column("conduct", text),
        sa.column("version", sa.Integer()),
        sa.column("items", postgresql.JSONB()),
    )
    op.bulk_insert(template, checklists())


def downgrade() -> None:
    with TERMS.open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            op.execute(
                sa.text("DELETE FROM terms WHERE kind = :kind AND code = :code AND version = 1").bindparams(
                    kind=row["kind"], code=row["code"]
                )
            )
    op.execute("DROP FUNCTION look_back_candidates")
    op.drop_column("leads", "assessment")
    op.drop_index("uq_mentions_note_id_officer_id", table_name="mentions")
    op.drop_index("ix_mentions_officer_id_id", table_name="mentions")
    op.drop_table("mentions")
    op.drop_table("checklist_ticks")
    op.drop_index(
        "uq_overlays_kind_lead_id",
        table_name="overlays",
        postgresql_where=sa.text("ended_at IS NULL AND agreed IS DISTINCT FROM false"),
    )
    op.drop_index("ix_overlays_lead_id_id", table_name="overlays")
    op.drop_table("overlays")
    op.drop_index("ix_notes_lead_id_id", table_name="notes")
    op.drop_table("notes")
    op.drop_index("ix_look_back_samples_lead_id", table_name="look_back_samples")
    op.drop_table("look_back_samples")
    op.drop_table("checklists")
    op.drop_index("ix_assessments_lead_id_id", table_name="assessments")
    op.drop_table("assessments")
    op.drop_index("ix_secondments_officer_id", table_name="secondments")
    op.drop_index("ix_secondments_agency_id_id", table_name="secondments")
    op.drop_table("secondments")
    op.drop_table("look_back_draws")
    op.drop_table("checklist_templates")
    with op.get_context().autocommit_block():
        op.drop_index("ix_leads_closed_at", table_name="leads", postgresql_concurrently=True, if_exists=True)
