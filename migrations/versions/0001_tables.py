"""Tables of the first release.

Revision ID: 0001
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None


def upgrade() -> None:
    # Assignments exclude overlaps of one lead's periods; that needs equality in a GiST index.
    op.execute("CREATE EXTENSION IF NOT EXISTS btree_gist")
    op.execute("CREATE SEQUENCE lead_numbers")
    op.create_table(
        "clock_rules",
        sa.Column("code", sa.Text(), nullable=False, comment="What the term is for"),
        sa.Column("version", sa.Integer(), nullable=False, comment="Counts changes of the rule"),
        sa.Column("amount", sa.Integer(), nullable=False, comment="How many units"),
        sa.Column("unit", sa.Text(), nullable=False, comment="hours, calendar_days, working_days or months"),
        sa.Column("basis", sa.Text(), nullable=False, comment="Where the rule comes from"),
        sa.Column(
            "effective_from",
            sa.DateTime(timezone=True),
            nullable=False,
            comment="Clocks that start from then on use it",
        ),
        sa.CheckConstraint(
            "unit IN ('hours', 'calendar_days', 'working_days', 'months')", name=op.f("ck_clock_rules_unit")
        ),
        sa.PrimaryKeyConstraint("code", "version", name=op.f("pk_clock_rules")),
        comment="Terms as versioned data; a running clock keeps the version it began with",
    )
    op.create_table(
        "events",
        sa.Column("id", sa.UUID(), server_default=sa.text("uuidv7()"), nullable=False, comment="Event; sorts by time"),
        sa.Column(
            "at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
            comment="Time of the transaction that made the change",
        ),
        sa.Column("event", sa.Text(), nullable=False, comment="subject:verb, for example lead:screen"),
        sa.Column("subject_id", sa.UUID(), nullable=False, comment="The row that changed"),
        sa.Column("lead_id", sa.UUID(), nullable=True, comment="The lead whose timeline shows the event"),
        sa.Column("actor_kind", sa.Text(), nullable=False, comment="Who acted: officer, reporter, client or system"),
        sa.Column(
            "actor_id", sa.UUID(), nullable=True, comment="Officer or system account; empty for reporter and system"
        ),
        sa.Column("agency_id", sa.UUID(), nullable=True, comment="The actor's agency at that time"),
        sa.Column("from_state", sa.Text(), nullable=True, comment="State before"),
        sa.Column("to_state", sa.Text(), nullable=True, comment="State after"),
        sa.Column(
            "facts",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'{}'"),
            nullable=False,
            comment="Codes and ids only; never personal data, never free text",
        ),
        sa.Column(
            "salt",
            sa.LargeBinary(),
            nullable=False,
            comment="32 random bytes: makes the public log's leaf a commitment (ADR 0006)",
        ),
        sa.Column(
            "log_index",
            sa.BigInteger(),
            nullable=True,
            comment="Gapless place in the public log; filled by the sequencer",
        ),
        sa.CheckConstraint(
            "actor_kind IN ('officer', 'reporter', 'client', 'system')", name=op.f("ck_events_actor_kind")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_events")),
        sa.UniqueConstraint("log_index", name=op.f("uq_events_log_index")),
        comment="Append-only: one row a change, written in the transaction of the change",
    )
    op.create_index("ix_events_lead_id_id", "events", ["lead_id", "id"], unique=False)
    op.create_index("ix_events_subject_id_id", "events", ["subject_id", "id"], unique=False)
    op.create_table(
        "idempotency_keys",
        sa.Column("principal", sa.Text(), nullable=False, comment="Who sent it; 'public' for the open form"),
        sa.Column("key", sa.LargeBinary(), nullable=False, comment="Keyed hash of route and Idempotency-Key"),
        sa.Column(
            "body_hash", sa.LargeBinary(), nullable=False, comment="Keyed hash of the body: equal or not, nothing more"
        ),
        sa.Column("answer", sa.LargeBinary(), nullable=True, comment="The first answer, encrypted"),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
            comment="Kept for 30 days",
        ),
        sa.PrimaryKeyConstraint("principal", "key", name=op.f("pk_idempotency_keys")),
        comment="Answers to POSTs that create, kept for repeats of the same request",
    )
    op.create_table(
        "regions",
        sa.Column("code", sa.Text(), nullable=False, comment="Six digits (nine for townships, GB/T 10114)"),
        sa.Column("name", sa.Text(), nullable=False, comment="Name without its superiors'"),
        sa.Column("level", sa.Text(), nullable=False, comment="province, city, county or township"),
        sa.Column("parent_code", sa.Text(), nullable=True, comment="The superior division"),
        sa.Column(
            "path", postgresql.ARRAY(sa.Text()), nullable=False, comment="Codes from the province down to this one"
        ),
        sa.CheckConstraint("level IN ('province', 'city', 'county', 'township')", name=op.f("ck_regions_level")),
        sa.ForeignKeyConstraint(["parent_code"], ["regions.code"], name=op.f("fk_regions_parent_code")),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_regions")),
        comment="Administrative divisions, GB/T 2260",
    )
    op.create_index("ix_regions_parent_code", "regions", ["parent_code"], unique=False)
    op.create_table(
        "terms",
        sa.Column("kind", sa.Text(), nullable=False, comment="Which taxonomy, for example sector"),
        sa.Column("code", sa.Text(), nullable=False, comment="The value that other tables hold"),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False, comment="Of this term"),
        sa.Column("position", sa.Integer(), nullable=False, comment="Order in lists"),
        sa.Column("zh_cn", sa.Text(), nullable=False, comment="Label, simplified Chinese"),
        sa.Column("zh_hant", sa.Text(), nullable=False, comment="Label, traditional Chinese"),
        sa.Column("en", sa.Text(), nullable=False, comment="Label, English"),
        sa.Column(
            "retired_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="No longer offered from then on; kept for old records",
        ),
        sa.PrimaryKeyConstraint("kind", "code", "version", name=op.f("pk_terms")),
        comment="Taxonomies as versioned data: codes with their labels",
    )
    op.create_table(
        "agencies",
        sa.Column("id", sa.UUID(), server_default=sa.text("uuidv7()"), nullable=False, comment="Agency"),
        sa.Column("name", sa.Text(), nullable=False, comment="Official name"),
        sa.Column("kind", sa.Text(), nullable=False, comment="What sort of unit it is"),
        sa.Column("region_code", sa.Text(), nullable=False, comment="Where it is competent"),
        sa.Column("parent_id", sa.UUID(), nullable=True, comment="Its superior in line"),
        sa.Column(
            "path",
            postgresql.ARRAY(sa.UUID()),
            nullable=False,
            comment="From the top agency down to this one, itself included",
        ),
        sa.Column(
            "sectors",
            postgresql.ARRAY(sa.Text()),
            server_default=sa.text("'{}'"),
            nullable=False,
            comment="Sectors a regulator answers for",
        ),
        sa.Column(
            "head_id",
            sa.UUID(),
            nullable=True,
            comment="The named officer who answers for what the agency holds by default",
        ),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
            comment="When it was entered",
        ),
        sa.CheckConstraint(
            "kind IN ('office', 'police', 'procuratorate', 'court', 'discipline', 'organisation', 'petition', 'regulator', 'township')",
            name=op.f("ck_agencies_kind"),
        ),
        sa.ForeignKeyConstraint(["parent_id"], ["agencies.id"], name=op.f("fk_agencies_parent_id")),
        sa.ForeignKeyConstraint(["region_code"], ["regions.code"], name=op.f("fk_agencies_region_code")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agencies")),
        sa.UniqueConstraint("region_code", "name", name=op.f("uq_agencies_region_code_name")),
        comment="Member units, a tree by superior",
    )
    op.create_index("ix_agencies_parent_id", "agencies", ["parent_id"], unique=False)
    op.create_table(
        "channels",
        sa.Column("id", sa.UUID(), server_default=sa.text("uuidv7()"), nullable=False, comment="Channel"),
        sa.Column(
            "kind",
            sa.Text(),
            nullable=False,
            comment="web, hotline, mailbox, postal, visit, email, referral or inspection",
        ),
        sa.Column("name", sa.Text(), nullable=False, comment="What it is called in public"),
        sa.Column("number", sa.Text(), nullable=True, comment="Published telephone number"),
        sa.Column("address", sa.Text(), nullable=True, comment="Where it stands, or the postal or e-mail address"),
        sa.Column("url", sa.Text(), nullable=True, comment="Web address"),
        sa.Column("hours", sa.Text(), nullable=True, comment="When it answers"),
        sa.Column("region_code", sa.Text(), nullable=False, comment="The division that it serves"),
        sa.Column("agency_id", sa.UUID(), nullable=False, comment="Its owner"),
        sa.Column(
            "state",
            sa.Text(),
            server_default="draft",
            nullable=False,
            comment="draft, published, suspended or withdrawn",
        ),
        sa.Column(
            "state_reason", sa.Text(), nullable=True, comment="Why it was last published, suspended or withdrawn"
        ),
        sa.Column(
            "valid_from", sa.Date(), nullable=True, comment="First day; an inspection's channel lives for its stay"
        ),
        sa.Column("valid_to", sa.Date(), nullable=True, comment="Last day"),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False, comment="Counts changes, for If-Match"),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
            comment="When it was entered",
        ),
        sa.CheckConstraint(
            "kind IN ('web', 'hotline', 'mailbox', 'postal', 'visit', 'email', 'referral', 'inspection')",
            name=op.f("ck_channels_kind"),
        ),
        sa.CheckConstraint("state IN ('draft', 'published', 'suspended', 'withdrawn')", name=op.f("ck_channels_state")),
        sa.ForeignKeyConstraint(["agency_id"], ["agencies.id"], name=op.f("fk_channels_agency_id")),
        sa.ForeignKeyConstraint(["region_code"], ["regions.code"], name=op.f("fk_channels_region_code")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_channels")),
        sa.UniqueConstraint("agency_id", "name", name=op.f("uq_channels_agency_id_name")),
        comment="Where people may report",
    )
    op.create_index("ix_channels_region_code_state", "channels", ["region_code", "state"], unique=False)
    op.create_table(
        "officers",
        sa.Column("id", sa.UUID(), server_default=sa.text("uuidv7()"), nullable=False, comment="Officer"),
        sa.Column("agency_id", sa.UUID(), nullable=False, comment="Where the officer serves"),
        sa.Column("login", sa.Text(), nullable=False, comment="Sign-in name, lower case"),
        sa.Column("name", sa.Text(), nullable=False, comment="Name that stands under answers"),
        sa.Column("roles", postgresql.ARRAY(sa.Text()), nullable=False, comment="Roles held at the agency"),
        sa.Column("password_hash", sa.Text(), nullable=False, comment="argon2id, PHC string"),
        sa.Column(
            "active",
            sa.Boolean(),
            server_default=sa.text("true"),
            nullable=False,
            comment="False: may not sign in, keeps its records",
        ),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
            comment="When the account was made",
        ),
        sa.ForeignKeyConstraint(["agency_id"], ["agencies.id"], name=op.f("fk_officers_agency_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_officers")),
        sa.UniqueConstraint("login", name=op.f("uq_officers_login")),
        comment="People with an account, each at one agency",
    )
    op.create_index("ix_officers_agency_id", "officers", ["agency_id"], unique=False)
    op.create_table(
        "system_accounts",
        sa.Column("id", sa.UUID(), server_default=sa.text("uuidv7()"), nullable=False, comment="System account"),
        sa.Column("agency_id", sa.UUID(), nullable=False, comment="The agency that answers for it"),
        sa.Column("name", sa.Text(), nullable=False, comment="What system it is"),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
            comment="When it was made",
        ),
        sa.ForeignKeyConstraint(["agency_id"], ["agencies.id"], name=op.f("fk_system_accounts_agency_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_system_accounts")),
        sa.UniqueConstraint("agency_id", "name", name=op.f("uq_system_accounts_agency_id_name")),
        comment="Accounts of other agencies' systems",
    )
    op.create_table(
        "api_tokens",
        sa.Column("id", sa.UUID(), server_default=sa.text("uuidv7()"), nullable=False, comment="Token"),
        sa.Column("account_id", sa.UUID(), nullable=False, comment="Whose token"),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False, comment="SHA-256 of the token"),
        sa.Column("scopes", postgresql.ARRAY(sa.Text()), nullable=False, comment="What it may do"),
        sa.Column("issued_by", sa.UUID(), nullable=False, comment="The administrator who issued it"),
        sa.Column(
            "created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False, comment="Issued"
        ),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False, comment="No longer valid from then on"),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True, comment="Withdrawn before its end"),
        sa.ForeignKeyConstraint(["account_id"], ["system_accounts.id"], name=op.f("fk_api_tokens_account_id")),
        sa.ForeignKeyConstraint(["issued_by"], ["officers.id"], name=op.f("fk_api_tokens_issued_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_tokens")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_api_tokens_token_hash")),
        comment="Expiring, scoped bearer tokens of system accounts, stored as hashes",
    )
    op.create_index("ix_api_tokens_account_id", "api_tokens", ["account_id"], unique=False)
    op.create_table(
        "leads",
        sa.Column("id", sa.UUID(), server_default=sa.text("uuidv7()"), nullable=False, comment="Lead"),
        sa.Column("number", sa.Text(), nullable=False, comment="What people call it: year and running number"),
        sa.Column("state", sa.Text(), server_default="received", nullable=False, comment="Changed by verbs only"),
        sa.Column(
            "state_since",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
            comment="Since when it is in this state",
        ),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False, comment="Counts changes, for If-Match"),
        sa.Column(
            "nature", sa.Text(), nullable=True, comment="gang, malign, disorder, umbrella or other; set by screening"
        ),
        sa.Column("sector", sa.Text(), nullable=True, comment="Taxonomy sector"),
        sa.Column("conduct", sa.Text(), nullable=False, comment="Taxonomy conduct, of the first tip"),
        sa.Column(
            "complex",
            sa.Boolean(),
            server_default=sa.text("false"),
            nullable=False,
            comment="Screening may take seven days, not three",
        ),
        sa.Column("complete", sa.Boolean(), nullable=True, comment="Whether what was told suffices to verify it"),
        sa.Column("region_code", sa.Text(), nullable=False, comment="Where it happened"),
        sa.Column(
            "region_path",
            postgresql.ARRAY(sa.Text()),
            nullable=False,
            comment="Codes from the province down, for filters by subtree",
        ),
        sa.Column(
            "received_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
            comment="When its first tip came in",
        ),
        sa.Column("tip_count", sa.Integer(), server_default="1", nullable=False, comment="How many tips belong to it"),
        sa.Column(
            "visible_to", postgresql.ARRAY(sa.UUID()), nullable=False, comment="Agencies that may see it (ADR 0004)"
        ),
        sa.Column(
            "hidden_from",
            postgresql.ARRAY(sa.UUID()),
            server_default=sa.text("'{}'"),
            nullable=False,
            comment="Agencies, with all below them, and officers that must not see it",
        ),
        sa.Column(
            "desk_agencies",
            postgresql.ARRAY(sa.UUID()),
            nullable=False,
            comment="The receiving office, last, below its superior offices",
        ),
        sa.Column("handler_agency_id", sa.UUID(), nullable=True, comment="Agency in charge"),
        sa.Column(
            "assisting_agency_ids",
            postgresql.ARRAY(sa.UUID()),
            server_default=sa.text("'{}'"),
            nullable=False,
            comment="Assisting agencies",
        ),
        sa.Column(
            "verifier_ids",
            postgresql.ARRAY(sa.UUID()),
            server_default=sa.text("'{}'"),
            nullable=False,
            comment="The named verifiers",
        ),
        sa.Column(
            "verifier_agency_ids",
            postgresql.ARRAY(sa.UUID()),
            server_default=sa.text("'{}'"),
            nullable=False,
            comment="Agencies of the verifiers",
        ),
        sa.Column(
            "verification_began_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="From here the longest term counts",
        ),
        sa.Column(
            "conclude_by",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="An earlier date for the conclusion, set on dispatch",
        ),
        sa.Column("held_by_agency_id", sa.UUID(), nullable=False, comment="Which agency answers for it now"),
        sa.Column("held_by_officer_id", sa.UUID(), nullable=False, comment="Which named officer answers for it now"),
        sa.Column("clock_rule", sa.Text(), nullable=True, comment="The running clock: its rule"),
        sa.Column(
            "clock_due_at", sa.DateTime(timezone=True), nullable=True, comment="The running clock: when it is due"
        ),
        sa.Column(
            "clock_provisional",
            sa.Boolean(),
            server_default=sa.text("false"),
            nullable=False,
            comment="The running clock: holidays not known yet",
        ),
        sa.Column("finding", sa.Text(), nullable=True, comment="The newest finding"),
        sa.Column("outcome", sa.Text(), nullable=True, comment="What came of it"),
        sa.Column(
            "document_numbers",
            postgresql.ARRAY(sa.Text()),
            server_default=sa.text("'{}'"),
            nullable=False,
            comment="Numbers of outcome documents",
        ),
        sa.Column(
            "fed_back_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="When the reporter was answered, or it was decided not to",
        ),
        sa.Column(
            "skip_reason", sa.Text(), nullable=True, comment="Why the reporter was not answered (taxonomy skip_reason)"
        ),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True, comment="When it was closed"),
        sa.Column("merged_into_id", sa.UUID(), nullable=True, comment="Where its tips went"),
        sa.Column(
            "wrapped_key", sa.LargeBinary(), nullable=True, comment="The lead's data key, wrapped; empty once destroyed"
        ),
        sa.Column("kek_version", sa.Integer(), nullable=False, comment="Which key-encryption key wraps it"),
        sa.Column("suite", sa.Text(), nullable=False, comment="Cipher suite of its texts and key"),
        sa.CheckConstraint(
            "finding IN ('substantiated', 'partly_substantiated', 'unsubstantiated', 'undetermined', 'false_report')",
            name=op.f("ck_leads_finding"),
        ),
        sa.CheckConstraint(
            "nature IN ('gang', 'malign', 'disorder', 'umbrella', 'other')", name=op.f("ck_leads_nature")
        ),
        sa.CheckConstraint(
            "outcome IN ('case_filed', 'administrative_penalty', 'referred_discipline', 'sector_rectification', 'clarification', 'no_action')",
            name=op.f("ck_leads_outcome"),
        ),
        sa.CheckConstraint(
            "state IN ('received', 'screened', 'registered', 'dispatched', 'signed', 'verifying', 'concluded', 'in_review', 'approved', 'answered', 'closed', 'merged', 'transferred', 'declined')",
            name=op.f("ck_leads_state"),
        ),
        sa.ForeignKeyConstraint(["handler_agency_id"], ["agencies.id"], name=op.f("fk_leads_handler_agency_id")),
        sa.ForeignKeyConstraint(["held_by_agency_id"], ["agencies.id"], name=op.f("fk_leads_held_by_agency_id")),
        sa.ForeignKeyConstraint(["held_by_officer_id"], ["officers.id"], name=op.f("fk_leads_held_by_officer_id")),
        sa.ForeignKeyConstraint(["merged_into_id"], ["leads.id"], name=op.f("fk_leads_merged_into_id")),
        sa.ForeignKeyConstraint(["region_code"], ["regions.code"], name=op.f("fk_leads_region_code")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_leads")),
        sa.UniqueConstraint("number", name=op.f("uq_leads_number")),
        comment="The unit of work; every tip belongs to exactly one lead",
    )
    op.create_index("ix_leads_clock_due_at_id", "leads", ["clock_due_at", "id"], unique=False)
    op.create_index("ix_leads_held_by_agency_id_state", "leads", ["held_by_agency_id", "state"], unique=False)
    op.create_index("ix_leads_held_by_officer_id_state", "leads", ["held_by_officer_id", "state"], unique=False)
    op.create_index("ix_leads_received_at_id", "leads", ["received_at", "id"], unique=False)
    op.create_index("ix_leads_region_path", "leads", ["region_path"], unique=False, postgresql_using="gin")
    op.create_index("ix_leads_visible_to", "leads", ["visible_to"], unique=False, postgresql_using="gin")
    op.create_table(
        "sessions",
        sa.Column("id", sa.UUID(), server_default=sa.text("uuidv7()"), nullable=False, comment="Session"),
        sa.Column("officer_id", sa.UUID(), nullable=False, comment="Who is signed in"),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False, comment="SHA-256 of the cookie's value"),
        sa.Column(
            "created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False, comment="Sign-in"
        ),
        sa.Column(
            "seen_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
            comment="Last use, to the minute",
        ),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False, comment="Absolute end"),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True, comment="Signed out or revoked"),
        sa.ForeignKeyConstraint(["officer_id"], ["officers.id"], name=op.f("fk_sessions_officer_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sessions")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_sessions_token_hash")),
        comment="Server-side sign-in sessions; the cookie's value is stored as a hash only",
    )
    op.create_index("ix_sessions_officer_id", "sessions", ["officer_id"], unique=False)
    op.create_table(
        "assignments",
        sa.Column("id", sa.UUID(), server_default=sa.text("uuidv7()"), nullable=False, comment="Assignment"),
        sa.Column("lead_id", sa.UUID(), nullable=False, comment="Which lead"),
        sa.Column("agency_id", sa.UUID(), nullable=False, comment="The agency that answers"),
        sa.Column("officer_id", sa.UUID(), nullable=False, comment="The named officer who answers"),
        sa.Column("role", sa.Text(), nullable=False, comment="desk, chief or verifier"),
        sa.Column("from_at", sa.DateTime(timezone=True), nullable=False, comment="From when"),
        sa.Column("to_at", sa.DateTime(timezone=True), nullable=True, comment="To when; empty: still"),
        postgresql.ExcludeConstraint(
            (sa.text("lead_id"), "="),
            (sa.text("tstzrange(from_at, to_at)"), "&&"),
            using="gist",
            name="ex_assignments_lead_id_period",
        ),
        sa.CheckConstraint("role IN ('desk', 'chief', 'verifier')", name=op.f("ck_assignments_role")),
        sa.CheckConstraint("to_at IS NULL OR to_at >= from_at", name=op.f("ck_assignments_range")),
        sa.ForeignKeyConstraint(["agency_id"], ["agencies.id"], name=op.f("fk_assignments_agency_id")),
        sa.ForeignKeyConstraint(["lead_id"], ["leads.id"], name=op.f("fk_assignments_lead_id")),
        sa.ForeignKeyConstraint(["officer_id"], ["officers.id"], name=op.f("fk_assignments_officer_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assignments")),
        comment="Who answered for a lead from when to when; never two at once",
    )
    op.create_index("ix_assignments_officer_id", "assignments", ["officer_id"], unique=False)
    op.create_table(
        "clocks",
        sa.Column("id", sa.UUID(), server_default=sa.text("uuidv7()"), nullable=False, comment="Clock"),
        sa.Column("lead_id", sa.UUID(), nullable=False, comment="Which lead"),
        sa.Column("rule", sa.Text(), nullable=False, comment="Which rule"),
        sa.Column("rule_version", sa.Integer(), nullable=False, comment="Which version of it"),
        sa.Column("basis", sa.Text(), nullable=False, comment="The rule's basis as it read then"),
        sa.Column("agency_id", sa.UUID(), nullable=False, comment="For which agency it runs"),
        sa.Column("officer_id", sa.UUID(), nullable=False, comment="For which named officer it runs"),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False, comment="From when"),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False, comment="Until when"),
        sa.Column(
            "provisional",
            sa.Boolean(),
            server_default=sa.text("false"),
            nullable=False,
            comment="The year's holidays are not known yet",
        ),
        sa.Column("paused_at", sa.DateTime(timezone=True), nullable=True, comment="Waiting since then"),
        sa.Column("stopped_at", sa.DateTime(timezone=True), nullable=True, comment="When it was met or ended"),
        sa.ForeignKeyConstraint(["agency_id"], ["agencies.id"], name=op.f("fk_clocks_agency_id")),
        sa.ForeignKeyConstraint(["lead_id"], ["leads.id"], name=op.f("fk_clocks_lead_id")),
        sa.ForeignKeyConstraint(["officer_id"], ["officers.id"], name=op.f("fk_clocks_officer_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_clocks")),
        comment="Terms as they ran: what, for whom, from, due, stopped",
    )
    op.create_index(
        "ix_clocks_due_at_running", "clocks", ["due_at"], unique=False, postgresql_where=sa.text("stopped_at IS NULL")
    )
    op.create_index("ix_clocks_lead_id", "clocks", ["lead_id"], unique=False)
    op.create_index(
        "uq_clocks_running", "clocks", ["lead_id"], unique=True, postgresql_where=sa.text("stopped_at IS NULL")
    )
    op.create_table(
        "conclusions",
        sa.Column(
            "id", sa.UUID(), server_default=sa.text("uuidv7()"), nullable=False, comment="Conclusion; sorts by time"
        ),
        sa.Column("lead_id", sa.UUID(), nullable=False, comment="Which lead"),
        sa.Column("finding", sa.Text(), nullable=False, comment="What was found"),
        sa.Column("officer_id", sa.UUID(), nullable=False, comment="Who concluded"),
        sa.Column(
            "concluded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False, comment="When"
        ),
        sa.Column(
            "content", sa.LargeBinary(), nullable=False, comment="Facts, evidence, what was done: encrypted JSON"
        ),
        sa.CheckConstraint(
            "finding IN ('substantiated', 'partly_substantiated', 'unsubstantiated', 'undetermined', 'false_report')",
            name=op.f("ck_conclusions_finding"),
        ),
        sa.ForeignKeyConstraint(["lead_id"], ["leads.id"], name=op.f("fk_conclusions_lead_id")),
        sa.ForeignKeyConstraint(["officer_id"], ["officers.id"], name=op.f("fk_conclusions_officer_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_conclusions")),
        comment="Findings as the verifiers proposed them; the newest counts",
    )
    op.create_index("ix_conclusions_lead_id_id", "conclusions", ["lead_id", "id"], unique=False)
    op.create_table(
        "move_inputs",
        sa.Column("event_id", sa.UUID(), nullable=False, comment="Which event"),
        sa.Column("lead_id", sa.UUID(), nullable=False, comment="Which lead"),
        sa.Column("content", sa.LargeBinary(), nullable=False, comment="The verb's input: encrypted JSON"),
        sa.ForeignKeyConstraint(["event_id"], ["events.id"], name=op.f("fk_move_inputs_event_id")),
        sa.ForeignKeyConstraint(["lead_id"], ["leads.id"], name=op.f("fk_move_inputs_lead_id")),
        sa.PrimaryKeyConstraint("event_id", name=op.f("pk_move_inputs")),
        comment="What an officer gave with a verb, encrypted under the lead's key; the event itself has no text",
    )
    op.create_index("ix_move_inputs_lead_id", "move_inputs", ["lead_id"], unique=False)
    op.create_table(
        "pending_moves",
        sa.Column("lead_id", sa.UUID(), nullable=False, comment="Which lead"),
        sa.Column("verb", sa.Text(), nullable=False, comment="Which verb"),
        sa.Column("asked_by", sa.UUID(), nullable=False, comment="Who asked"),
        sa.Column(
            "asked_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False, comment="When"
        ),
        sa.Column("content", sa.LargeBinary(), nullable=False, comment="The verb's input: encrypted JSON"),
        sa.ForeignKeyConstraint(["asked_by"], ["officers.id"], name=op.f("fk_pending_moves_asked_by")),
        sa.ForeignKeyConstraint(["lead_id"], ["leads.id"], name=op.f("fk_pending_moves_lead_id")),
        sa.PrimaryKeyConstraint("lead_id", name=op.f("pk_pending_moves")),
        comment="Verbs that wait for a second officer",
    )
    op.create_table(
        "tips",
        sa.Column("id", sa.UUID(), server_default=sa.text("uuidv7()"), nullable=False, comment="Tip"),
        sa.Column("lead_id", sa.UUID(), nullable=False, comment="The lead that it belongs to"),
        sa.Column("channel_id", sa.UUID(), nullable=False, comment="By which channel it came"),
        sa.Column("region_code", sa.Text(), nullable=False, comment="Where it happened, as told"),
        sa.Column("conduct", sa.Text(), nullable=False, comment="What kind of conduct, as told (taxonomy conduct)"),
        sa.Column("sector", sa.Text(), nullable=True, comment="Which sector, as told (taxonomy sector)"),
        sa.Column(
            "occurred_kind", sa.Text(), nullable=False, comment="How exactly the reporter knows when it happened"
        ),
        sa.Column(
            "occurred_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="When it happened, as told; not a system time",
        ),
        sa.Column(
            "submitted_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="When the source took it in, as told; not a system time",
        ),
        sa.Column(
            "received_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
            comment="When it reached this system",
        ),
        sa.Column("external_ref", sa.Text(), nullable=True, comment="The source's own reference"),
        sa.Column(
            "receipt_hash",
            sa.LargeBinary(),
            nullable=True,
            comment="SHA-256 of the reporter's lookup token (ADR 0010)",
        ),
        sa.Column("receipt_suite", sa.Text(), nullable=True, comment="How the token is derived from the code"),
        sa.Column("stage", sa.Text(), server_default="received", nullable=False, comment="What the receipt page shows"),
        sa.Column(
            "stage_since",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
            comment="Since when",
        ),
        sa.Column("stage_reason", sa.Text(), nullable=True, comment="Coded reason where it was declined or passed on"),
        sa.Column(
            "passed_to", sa.LargeBinary(), nullable=True, comment="Name of the body it was passed on to, encrypted"
        ),
        sa.Column("handled_by", sa.Text(), nullable=True, comment="Kind of body that handles it; never a name"),
        sa.Column(
            "answer_due_at", sa.DateTime(timezone=True), nullable=True, comment="By when the reporter hears next"
        ),
        sa.Column(
            "answer_due_provisional",
            sa.Boolean(),
            server_default="false",
            nullable=False,
            comment="The year's holidays are not known yet",
        ),
        sa.Column(
            "content", sa.LargeBinary(), nullable=False, comment="Title, narrative, place, note on time: encrypted JSON"
        ),
        sa.Column(
            "wrapped_key", sa.LargeBinary(), nullable=True, comment="The tip's data key, wrapped; empty once destroyed"
        ),
        sa.Column("kek_version", sa.Integer(), nullable=False, comment="Which key-encryption key wraps it"),
        sa.Column("suite", sa.Text(), nullable=False, comment="Cipher suite of content and key"),
        sa.CheckConstraint(
            "occurred_kind IN ('exact', 'roughly', 'ongoing', 'unknown')", name=op.f("ck_tips_occurred_kind")
        ),
        sa.CheckConstraint(
            "stage IN ('received', 'accepted', 'being_checked', 'under_review', 'answered', 'closed', 'passed_on', 'not_accepted')",
            name=op.f("ck_tips_stage"),
        ),
        sa.CheckConstraint("octet_length(receipt_hash) = 32", name=op.f("ck_tips_receipt_hash")),
        sa.ForeignKeyConstraint(["channel_id"], ["channels.id"], name=op.f("fk_tips_channel_id")),
        sa.ForeignKeyConstraint(["lead_id"], ["leads.id"], name=op.f("fk_tips_lead_id")),
        sa.ForeignKeyConstraint(["region_code"], ["regions.code"], name=op.f("fk_tips_region_code")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tips")),
        sa.UniqueConstraint("channel_id", "external_ref", name=op.f("uq_tips_channel_id_external_ref")),
        sa.UniqueConstraint("receipt_hash", name=op.f("uq_tips_receipt_hash")),
        comment="Submissions as they came in; never edited",
    )
    op.create_index(
        "ix_tips_external_ref",
        "tips",
        ["external_ref"],
        unique=False,
        postgresql_where=sa.text("external_ref IS NOT NULL"),
    )
    op.create_index("ix_tips_lead_id", "tips", ["lead_id"], unique=False)
    op.create_table(
        "messages",
        sa.Column(
            "id", sa.UUID(), server_default=sa.text("uuidv7()"), nullable=False, comment="Message; sorts by time"
        ),
        sa.Column("tip_id", sa.UUID(), nullable=False, comment="Whose dialogue"),
        sa.Column("side", sa.Text(), nullable=False, comment="reporter, staff or answer"),
        sa.Column("officer_id", sa.UUID(), nullable=True, comment="Who wrote for the staff; never shown outside"),
        sa.Column(
            "at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
            comment="When it was written",
        ),
        sa.Column("content", sa.LargeBinary(), nullable=False, comment="The text, encrypted"),
        sa.CheckConstraint("side IN ('reporter', 'staff', 'answer')", name=op.f("ck_messages_side")),
        sa.ForeignKeyConstraint(["officer_id"], ["officers.id"], name=op.f("fk_messages_officer_id")),
        sa.ForeignKeyConstraint(["tip_id"], ["tips.id"], name=op.f("fk_messages_tip_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_messages")),
        comment="Dialogue between staff and reporter; encrypted under the tip's key",
    )
    op.create_index("ix_messages_tip_id_id", "messages", ["tip_id", "id"], unique=False)
    op.create_table(
        "subjects",
        sa.Column("tip_id", sa.UUID(), nullable=False, comment="Where it is named"),
        sa.Column("seq", sa.Integer(), nullable=False, comment="Order in the tip"),
        sa.Column("kind", sa.Text(), nullable=False, comment="person, organisation, agency or unknown"),
        sa.Column(
            "status", sa.Text(), server_default="reported", nullable=False, comment="Legal status, shown with the name"
        ),
        sa.Column("agency_id", sa.UUID(), nullable=True, comment="Where it is an agency of the register"),
        sa.Column(
            "content",
            sa.LargeBinary(),
            nullable=False,
            comment="Name, unit, post, nickname, description: encrypted JSON",
        ),
        sa.CheckConstraint("kind IN ('person', 'organisation', 'agency', 'unknown')", name=op.f("ck_subjects_kind")),
        sa.CheckConstraint(
            "status IN ('reported', 'verifying', 'unsubstantiated', 'case_filed', 'charged', 'convicted', 'cleared')",
            name=op.f("ck_subjects_status"),
        ),
        sa.ForeignKeyConstraint(["agency_id"], ["agencies.id"], name=op.f("fk_subjects_agency_id")),
        sa.ForeignKeyConstraint(["tip_id"], ["tips.id"], name=op.f("fk_subjects_tip_id")),
        sa.PrimaryKeyConstraint("tip_id", "seq", name=op.f("pk_subjects")),
        comment="People, organisations and agencies named in a tip; names are encrypted under its key",
    )
    op.create_index("ix_subjects_agency_id", "subjects", ["agency_id"], unique=False)
    op.create_table(
        "tip_exclusions",
        sa.Column("tip_id", sa.UUID(), nullable=False, comment="Which tip"),
        sa.Column("seq", sa.Integer(), nullable=False, comment="Order in the tip"),
        sa.Column("agency_id", sa.UUID(), nullable=True, comment="An agency, with all below it"),
        sa.Column(
            "official", sa.LargeBinary(), nullable=True, comment="A named official, encrypted under the tip's key"
        ),
        sa.ForeignKeyConstraint(["agency_id"], ["agencies.id"], name=op.f("fk_tip_exclusions_agency_id")),
        sa.ForeignKeyConstraint(["tip_id"], ["tips.id"], name=op.f("fk_tip_exclusions_tip_id")),
        sa.PrimaryKeyConstraint("tip_id", "seq", name=op.f("pk_tip_exclusions")),
        comment="Who must not see the tip, as its reporter asked",
    )

    op.create_foreign_key(op.f("fk_agencies_head_id"), "agencies", "officers", ["head_id"], ["id"])


def downgrade() -> None:
    op.drop_constraint(op.f("fk_agencies_head_id"), "agencies", type_="foreignkey")

    op.drop_table("tip_exclusions")
    op.drop_index("ix_subjects_agency_id", table_name="subjects")
    op.drop_table("subjects")
    op.drop_index("ix_messages_tip_id_id", table_name="messages")
    op.drop_table("messages")
    op.drop_index("ix_tips_lead_id", table_name="tips")
    op.drop_index("ix_tips_external_ref", table_name="tips", postgresql_where=sa.text("external_ref IS NOT NULL"))
    op.drop_table("tips")
    op.drop_table("pending_moves")
    op.drop_index("ix_move_inputs_lead_id", table_name="move_inputs")
    op.drop_table("move_inputs")
    op.drop_index("ix_conclusions_lead_id_id", table_name="conclusions")
    op.drop_table("conclusions")
    op.drop_index("uq_clocks_running", table_name="clocks", postgresql_where=sa.text("stopped_at IS NULL"))
    op.drop_index("ix_clocks_lead_id", table_name="clocks")
    op.drop_index("ix_clocks_due_at_running", table_name="clocks", postgresql_where=sa.text("stopped_at IS NULL"))
    op.drop_table("clocks")
    op.drop_index("ix_assignments_officer_id", table_name="assignments")
    op.drop_table("assignments")
    op.drop_index("ix_sessions_officer_id", table_name="sessions")
    op.drop_table("sessions")
    op.drop_index("ix_leads_visible_to", table_name="leads", postgresql_using="gin")
    op.drop_index("ix_leads_region_path", table_name="leads", postgresql_using="gin")
    op.drop_index("ix_leads_received_at_id", table_name="leads")
    op.drop_index("ix_leads_held_by_officer_id_state", table_name="leads")
    op.drop_index("ix_leads_held_by_agency_id_state", table_name="leads")
    op.drop_index("ix_leads_clock_due_at_id", table_name="leads")
    op.drop_table("leads")
    op.drop_index("ix_api_tokens_account_id", table_name="api_tokens")
    op.drop_table("api_tokens")
    op.drop_table("system_accounts")
    op.drop_index("ix_officers_agency_id", table_name="officers")
    op.drop_table("officers")
    op.drop_index("ix_channels_region_code_state", table_name="channels")
    op.drop_table("channels")
    op.drop_index("ix_agencies_parent_id", table_name="agencies")
    op.drop_table("agencies")
    op.drop_table("terms")
    op.drop_index("ix_regions_parent_code", table_name="regions")
    op.drop_table("regions")
    op.drop_table("idempotency_keys")
    op.drop_index("ix_events_subject_id_id", table_name="events")
    op.drop_index("ix_events_lead_id_id", table_name="events")
    op.drop_table("events")
    op.drop_table("clock_rules")
    op.execute("DROP SEQUENCE lead_numbers")
    op.execute("DROP EXTENSION btree_gist")
