"""Sealed identity: the desk's keys, the tips' envelopes, and who asked to open one.

Revision ID: 0018

The application sets `huiyin.identity_desk` to `on` where an officer of the identity desk acts: such an officer reads no
lead, and sees the envelopes and granted requests of all tips but those of leads from which they are excluded.
"""

import csv
from pathlib import Path

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0018"
down_revision = "0017"

TERMS = Path(__file__).parent.parent / "data" / "terms-identity.csv"

# Table -> privileges. What is not named is denied.
GRANTS = {
    "identity_keys": "SELECT, INSERT, UPDATE (salt, iterations, nonce, wrapped, rewrapped_at, retired_at)",
    "identity_envelopes": "SELECT, INSERT, UPDATE (key_version, envelope, resealed_at)",
    "identity_openings": "SELECT, INSERT, UPDATE (decided_by, decided_agency_id, decided_at, agreed, opened_by,"
    " opened_at, expires_at, envelope, ended_at, withheld_by, withheld_until, withheld_reason)",
}
OF_SEEN_TIP = "EXISTS (SELECT FROM tips WHERE tips.id = tip_id)"
OF_DESK = "(current_setting('huiyin.identity_desk', true) = 'on' AND identity_lead(tip_id) IS NOT NULL)"

FUNCTIONS = """
CREATE FUNCTION identity_lead(tip uuid) RETURNS uuid
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
BEGIN ATOMIC
    SELECT l.id FROM tips t JOIN leads l ON l.id = t.lead_id
    WHERE t.id = tip AND current_setting('huiyin.identity_desk', true) = 'on'
      AND NOT l.hidden_from && huiyin_ids('principals');
END;
COMMENT ON FUNCTION identity_lead IS 'For the identity desk: the lead of a tip, unless its officer is excluded from it';
REVOKE ALL ON FUNCTION identity_lead FROM PUBLIC;
GRANT EXECUTE ON FUNCTION identity_lead TO huiyin_app;

CREATE FUNCTION end_identity_openings() RETURNS TABLE (opening uuid, lead uuid)
    LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp
BEGIN ATOMIC
    UPDATE identity_openings o SET envelope = NULL, ended_at = now()
    FROM tips t WHERE t.id = o.tip_id AND o.expires_at <= now() AND o.ended_at IS NULL
    RETURNING o.id, t.lead_id;
END;
COMMENT ON FUNCTION end_identity_openings IS 'Destroys what was sealed to askers and whose term has ended';
REVOKE ALL ON FUNCTION end_identity_openings FROM PUBLIC;
GRANT EXECUTE ON FUNCTION end_identity_openings TO huiyin_app;

CREATE FUNCTION destroy_identity_keys() RETURNS SETOF uuid
    LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp
BEGIN ATOMIC
    UPDATE identity_keys k SET wrapped = NULL, destroyed_at = now()
    WHERE k.retired_at IS NOT NULL AND k.wrapped IS NOT NULL
      AND NOT EXISTS (SELECT FROM identity_envelopes e WHERE e.key_version = k.version)
    RETURNING k.id;
END;
COMMENT ON FUNCTION destroy_identity_keys IS 'Destroys retired keys of the desk to which nothing is sealed any more';
REVOKE ALL ON FUNCTION destroy_identity_keys FROM PUBLIC;
GRANT EXECUTE ON FUNCTION destroy_identity_keys TO huiyin_app;

CREATE FUNCTION forget_identity() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    DELETE FROM identity_envelopes WHERE tip_id = NEW.id;
    UPDATE identity_openings SET envelope = NULL, ended_at = now() WHERE tip_id = NEW.id AND envelope IS NOT NULL;
    RETURN NULL;
END $$;
COMMENT ON FUNCTION forget_identity IS 'A tip whose key is destroyed keeps no identity';
REVOKE ALL ON FUNCTION forget_identity FROM PUBLIC;
CREATE TRIGGER forget_identity AFTER UPDATE OF wrapped_key ON tips
    FOR EACH ROW WHEN (NEW.wrapped_key IS NULL AND OLD.wrapped_key IS NOT NULL) EXECUTE FUNCTION forget_identity();
"""


def upgrade() -> None:
    op.create_table(
        "identity_keys",
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False, comment="Counts the desk's keys"),
        sa.Column(
            "id",
            sa.UUID(),
            server_default=sa.text("uuidv7()"),
            nullable=False,
            comment="The key, as the trail names it",
        ),
        sa.Column("suite", sa.Text(), nullable=False, comment="How envelopes to it are made"),
        sa.Column("public_key", sa.LargeBinary(), nullable=False, comment="Uncompressed point of P-256"),
        sa.Column("salt", sa.LargeBinary(), nullable=False, comment="Of the passphrase"),
        sa.Column("iterations", sa.Integer(), nullable=False, comment="Rounds of PBKDF2-SHA-256"),
        sa.Column("nonce", sa.LargeBinary(), nullable=False, comment="Of AES-256-GCM"),
        sa.Column(
            "wrapped",
            sa.LargeBinary(),
            nullable=True,
            comment="The private key, wrapped in a browser; empty once destroyed",
        ),
        sa.Column("made_by", sa.UUID(), nullable=False, comment="Desk officer in whose browser it was made"),
        sa.Column(
            "made_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
            comment="Since when the form seals to it",
        ),
        sa.Column(
            "rewrapped_at", sa.DateTime(timezone=True), nullable=True, comment="When its passphrase was last replaced"
        ),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True, comment="When the next version replaced it"),
        sa.Column(
            "destroyed_at", sa.DateTime(timezone=True), nullable=True, comment="When nothing was sealed to it any more"
        ),
        sa.CheckConstraint("(wrapped IS NULL) = (destroyed_at IS NOT NULL)", name=op.f("ck_identity_keys_destroyed")),
        sa.CheckConstraint("destroyed_at IS NULL OR retired_at IS NOT NULL", name=op.f("ck_identity_keys_in_use")),
        sa.CheckConstraint("octet_length(public_key) = 65", name=op.f("ck_identity_keys_public_key")),
        sa.ForeignKeyConstraint(["made_by"], ["officers.id"], name=op.f("fk_identity_keys_made_by")),
        sa.PrimaryKeyConstraint("version", name=op.f("pk_identity_keys")),
        comment="Public keys of the identity desk, and the private ones wrapped by a passphrase no server knows",
    )
    op.create_index(
        "uq_identity_keys_suite",
        "identity_keys",
        ["suite"],
        unique=True,
        postgresql_where=sa.text("retired_at IS NULL"),
    )
    op.create_table(
        "identity_envelopes",
        sa.Column("tip_id", sa.UUID(), nullable=False, comment="Whose reporter"),
        sa.Column("key_version", sa.Integer(), nullable=False, comment="To which key of the desk"),
        sa.Column(
            "envelope",
            sa.LargeBinary(),
            nullable=False,
            comment="HPKE: encapsulated key and ciphertext, always of one size",
        ),
        sa.Column(
            "binding", sa.LargeBinary(), nullable=False, comment="The receipt hash that the envelope is bound to"
        ),
        sa.Column(
            "resealed_at", sa.DateTime(timezone=True), nullable=True, comment="When the desk sealed it to a later key"
        ),
        sa.CheckConstraint("octet_length(binding) = 32", name=op.f("ck_identity_envelopes_binding")),
        sa.CheckConstraint("octet_length(envelope) = 2129", name=op.f("ck_identity_envelopes_envelope")),
        sa.ForeignKeyConstraint(
            ["key_version"], ["identity_keys.version"], name=op.f("fk_identity_envelopes_key_version")
        ),
        sa.ForeignKeyConstraint(["tip_id"], ["tips.id"], name=op.f("fk_identity_envelopes_tip_id")),
        sa.PrimaryKeyConstraint("tip_id", name=op.f("pk_identity_envelopes")),
        comment="The sealed identity of a tip's reporter, or a dummy of the same size: nobody here can tell",
    )
    op.create_index("ix_identity_envelopes_key_version", "identity_envelopes", ["key_version", "tip_id"], unique=False)
    op.create_table(
        "identity_openings",
        sa.Column(
            "id", sa.UUID(), server_default=sa.text("uuidv7()"), nullable=False, comment="Opening; sorts by time"
        ),
        sa.Column("tip_id", sa.UUID(), nullable=False, comment="Whose reporter"),
        sa.Column(
            "purpose", sa.Text(), nullable=False, comment="Why, as the reporter is told (taxonomy identity_purpose)"
        ),
        sa.Column(
            "reason",
            sa.LargeBinary(),
            nullable=False,
            comment="Why, in the asker's words: encrypted JSON under the tip's key",
        ),
        sa.Column("hours", sa.Integer(), nullable=False, comment="How long it may be read, from the opening on"),
        sa.Column(
            "public_key", sa.LargeBinary(), nullable=False, comment="Made for this request in the asker's browser"
        ),
        sa.Column("asked_by", sa.UUID(), nullable=False, comment="Who asked"),
        sa.Column(
            "asked_agency_ids",
            postgresql.ARRAY(sa.UUID()),
            nullable=False,
            comment="The asker's agencies, their own first; none may grant",
        ),
        sa.Column(
            "asked_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
            comment="When it was asked; lapses after seven days without an opening",
        ),
        sa.Column("decided_by", sa.UUID(), nullable=True, comment="Who granted or refused it"),
        sa.Column("decided_agency_id", sa.UUID(), nullable=True, comment="Their agency; never one of the asker's"),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True, comment="When"),
        sa.Column("agreed", sa.Boolean(), nullable=True, comment="Whether it was granted; empty: it waits"),
        sa.Column("opened_by", sa.UUID(), nullable=True, comment="Desk officer who re-sealed it"),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=True, comment="When it was sealed to the asker"),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True, comment="Until when the asker may read it"),
        sa.Column(
            "envelope",
            sa.LargeBinary(),
            nullable=True,
            comment="Sealed to the asker's key; destroyed when the term ends",
        ),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True, comment="When the envelope was destroyed"),
        sa.Column(
            "withheld_by", sa.UUID(), nullable=True, comment="Reviewer who recorded why the reporter is not told yet"
        ),
        sa.Column(
            "withheld_until", sa.DateTime(timezone=True), nullable=True, comment="Until when the reporter is not told"
        ),
        sa.Column(
            "withheld_reason", sa.LargeBinary(), nullable=True, comment="Why: encrypted JSON under the tip's key"
        ),
        sa.CheckConstraint("(decided_by IS NULL) = (agreed IS NULL)", name=op.f("ck_identity_openings_decided")),
        sa.CheckConstraint("octet_length(envelope) = 2129", name=op.f("ck_identity_openings_envelope")),
        sa.CheckConstraint(
            "decided_by <> asked_by AND NOT decided_agency_id = ANY (asked_agency_ids)",
            name=op.f("ck_identity_openings_four_eyes"),
        ),
        sa.CheckConstraint("opened_at IS NULL OR agreed", name=op.f("ck_identity_openings_granted")),
        sa.CheckConstraint("hours BETWEEN 1 AND 72", name=op.f("ck_identity_openings_hours")),
        sa.CheckConstraint(
            "envelope IS NULL OR (opened_at IS NOT NULL AND ended_at IS NULL)",
            name=op.f("ck_identity_openings_limited"),
        ),
        sa.CheckConstraint("octet_length(public_key) = 65", name=op.f("ck_identity_openings_public_key")),
        sa.CheckConstraint(
            "purpose IN ('verify', 'protect', 'reward', 'answer')", name=op.f("ck_identity_openings_purpose")
        ),
        sa.CheckConstraint("(opened_at IS NULL) = (expires_at IS NULL)", name=op.f("ck_identity_openings_term")),
        sa.CheckConstraint(
            "opened_by <> asked_by AND opened_by <> decided_by", name=op.f("ck_identity_openings_third_person")
        ),
        sa.ForeignKeyConstraint(["asked_by"], ["officers.id"], name=op.f("fk_identity_openings_asked_by")),
        sa.ForeignKeyConstraint(
            ["decided_agency_id"], ["agencies.id"], name=op.f("fk_identity_openings_decided_agency_id")
        ),
        sa.ForeignKeyConstraint(["decided_by"], ["officers.id"], name=op.f("fk_identity_openings_decided_by")),
        sa.ForeignKeyConstraint(["opened_by"], ["officers.id"], name=op.f("fk_identity_openings_opened_by")),
        sa.ForeignKeyConstraint(["tip_id"], ["tips.id"], name=op.f("fk_identity_openings_tip_id")),
        sa.ForeignKeyConstraint(["withheld_by"], ["officers.id"], name=op.f("fk_identity_openings_withheld_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_identity_openings")),
        comment="Who asked for a reporter's identity and why, who granted it, and until when it could be read",
    )
    op.create_index("ix_identity_openings_tip_id_id", "identity_openings", ["tip_id", "id"], unique=False)
    op.execute(FUNCTIONS)
    for table, privileges in GRANTS.items():
        op.execute(f"GRANT {privileges} ON {table} TO huiyin_app")
    for table in ("identity_envelopes", "identity_openings"):
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY of_seen_tip ON {table} FOR SELECT TO huiyin_app USING ({OF_SEEN_TIP})")
        op.execute(f"CREATE POLICY asked ON {table} FOR INSERT TO huiyin_app WITH CHECK ({OF_SEEN_TIP})")
    op.execute(f"CREATE POLICY of_desk ON identity_envelopes FOR SELECT TO huiyin_app USING ({OF_DESK})")
    op.execute(f"CREATE POLICY resealed ON identity_envelopes FOR UPDATE TO huiyin_app USING ({OF_DESK})")
    # The desk sees a request once it is granted.
    op.execute(f"CREATE POLICY of_desk ON identity_openings FOR SELECT TO huiyin_app USING (agreed AND {OF_DESK})")
    op.execute(
        "CREATE POLICY changed ON identity_openings FOR UPDATE TO huiyin_app"
        f" USING ({OF_SEEN_TIP} OR (agreed AND {OF_DESK}))"
    )
    with TERMS.open(encoding="utf-8", newline="") as lines:
        terms = [row | {"position": int(row["position"])} for row in csv.DictReader(lines)]
    columns = [sa.column(name, sa.Text()) for name in ("kind", "code", "zh_cn", "zh_hant", "en")]
    op.bulk_insert(sa.table("terms", *columns, sa.column("position", sa.Integer())), terms)


def downgrade() -> None:
    op.execute("DELETE FROM terms WHERE kind IN ('identity_purpose', 'identity_opening_state')")
    op.execute("DELETE FROM terms WHERE kind = 'event' AND code LIKE 'identity%'")
    op.execute("DELETE FROM terms WHERE kind = 'blocked' AND code IN ('askers_agency', 'third_person', 'not_asker')")
    op.execute("DROP TRIGGER forget_identity ON tips")
    for table in ("identity_openings", "identity_envelopes"):
        for policy in ("of_seen_tip", "asked", "of_desk", "resealed", "changed"):
            op.execute(f"DROP POLICY IF EXISTS {policy} ON {table}")
    for function in ("forget_identity", "destroy_identity_keys", "end_identity_openings", "identity_lead"):
        op.execute(f"DROP FUNCTION {function}")
    op.drop_table("identity_openings")
    op.drop_table("identity_envelopes")
    op.drop_table("identity_keys")
