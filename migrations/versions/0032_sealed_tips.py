"""Sealed tips: keys of discipline agencies, envelopes, and what the office may know of them.

Revision ID: 0032

The application sets `huiyin.keeping` to the agency whose officer seals its envelopes to a later key: such an officer
sees all of that agency's envelopes (keys of contents, bound and sealed) without seeing the tips.
"""

import csv
from pathlib import Path

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"

TERMS = Path(__file__).parent.parent / "data" / "terms-sealed.csv"

GRANTS = {
    "sealed_keys": "SELECT, INSERT, UPDATE (salt, iterations, nonce, wrapped, rewrapped_at, retired_at)",
    "sealed_envelopes": "SELECT, INSERT, UPDATE (key_id, to_agency, resealed_at)",
}
OF_SEEN_TIP = "EXISTS (SELECT FROM tips WHERE tips.id = tip_id)"
OF_KEEPER = (
    "EXISTS (SELECT FROM sealed_keys k WHERE k.id = key_id"
    " AND k.agency_id = nullif(current_setting('huiyin.keeping', true), '')::uuid)"
)

FUNCTIONS = """
CREATE FUNCTION destroy_sealed_keys() RETURNS SETOF uuid
    LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp
BEGIN ATOMIC
    UPDATE sealed_keys k SET wrapped = NULL, destroyed_at = now()
    WHERE k.retired_at IS NOT NULL AND k.wrapped IS NOT NULL
      AND NOT EXISTS (SELECT FROM sealed_envelopes e WHERE e.key_id = k.id)
    RETURNING k.id;
END;
COMMENT ON FUNCTION destroy_sealed_keys IS 'Destroys retired keys of agencies to which nothing is sealed any more';

CREATE FUNCTION sealed_tips_known(before date, code text, what text, agency uuid, most integer)
    RETURNS TABLE (received_on date, region_code text, conduct text, agency_id uuid, count bigint)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
BEGIN ATOMIC
    SELECT (t.received_at AT TIME ZONE 'Asia/Shanghai')::date AS day, t.region_code, t.conduct, t.sealed_for, count(*)
    FROM tips t JOIN regions r ON r.code = t.region_code
    WHERE t.sealed_for IS NOT NULL
      AND EXISTS (SELECT FROM agencies o WHERE o.kind = 'office' AND o.id = ANY (huiyin_ids('readers'))
                  AND o.region_code = ANY (r.path))
      AND (before IS NULL OR ((t.received_at AT TIME ZONE 'Asia/Shanghai')::date, t.region_code, t.conduct,
                              t.sealed_for) < (before, code, what, agency))
    GROUP BY 1, 2, 3, 4 ORDER BY 1 DESC, 2 DESC, 3 DESC, 4 DESC LIMIT most;
END;
COMMENT ON FUNCTION sealed_tips_known IS 'For offices: that sealed tips exist, by day, region and conduct; no ids';

CREATE FUNCTION forget_sealed() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    DELETE FROM sealed_envelopes WHERE tip_id = NEW.id;
    RETURN NULL;
END $$;
COMMENT ON FUNCTION forget_sealed IS 'A tip whose key is destroyed keeps no envelope';
CREATE TRIGGER forget_sealed AFTER UPDATE OF wrapped_key ON tips
    FOR EACH ROW WHEN (NEW.wrapped_key IS NULL AND OLD.wrapped_key IS NOT NULL) EXECUTE FUNCTION forget_sealed();
"""
SIGNATURES = ("destroy_sealed_keys()", "sealed_tips_known(date, text, text, uuid, integer)", "forget_sealed()")

TO_INDEX = """
CREATE OR REPLACE FUNCTION tips_to_index(current_way integer, most integer) RETURNS TABLE (tip_id uuid, lead_id uuid)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT t.id, t.lead_id FROM tips t
    WHERE t.id > uuidv7(interval '-1 day') AND t.wrapped_key IS NOT NULL{unsealed}
      AND NOT EXISTS (SELECT FROM tip_words w WHERE w.tip_id = t.id AND w.way >= current_way)
    ORDER BY t.id LIMIT most
$$
"""


def upgrade() -> None:
    op.create_table(
        "sealed_keys",
        sa.Column("id", sa.UUID(), server_default=sa.text("uuidv7()"), nullable=False, comment="Key"),
        sa.Column("agency_id", sa.UUID(), nullable=False, comment="Whose key"),
        sa.Column("version", sa.Integer(), nullable=False, comment="Counts the agency's keys"),
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
        sa.Column("made_by", sa.UUID(), nullable=False, comment="Officer in whose browser it was made"),
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
        sa.CheckConstraint("(wrapped IS NULL) = (destroyed_at IS NOT NULL)", name=op.f("ck_sealed_keys_destroyed")),
        sa.CheckConstraint("destroyed_at IS NULL OR retired_at IS NOT NULL", name=op.f("ck_sealed_keys_in_use")),
        sa.CheckConstraint("octet_length(public_key) = 65", name=op.f("ck_sealed_keys_public_key")),
        sa.ForeignKeyConstraint(["agency_id"], ["agencies.id"], name=op.f("fk_sealed_keys_agency_id")),
        sa.ForeignKeyConstraint(["made_by"], ["officers.id"], name=op.f("fk_sealed_keys_made_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sealed_keys")),
        sa.UniqueConstraint("agency_id", "version", name=op.f("uq_sealed_keys_agency_id_version")),
        sa.UniqueConstraint("public_key", name=op.f("uq_sealed_keys_public_key")),
        comment="Keys of discipline agencies to which tips are sealed; private ones wrapped by a passphrase",
    )
    op.create_index(
        "uq_sealed_keys_in_use",
        "sealed_keys",
        ["agency_id"],
        unique=True,
        postgresql_where=sa.text("retired_at IS NULL"),
    )
    op.create_table(
        "sealed_envelopes",
        sa.Column("id", sa.UUID(), nullable=False, comment="The tip, message or file"),
        sa.Column("tip_id", sa.UUID(), nullable=False, comment="Of which tip"),
        sa.Column(
            "what", sa.Text(), nullable=False, comment="What it is bound to be: tip, file, or message/ and its side"
        ),
        sa.Column("key_id", sa.UUID(), nullable=False, comment="To which key of the agency"),
        sa.Column("to_agency", sa.LargeBinary(), nullable=False, comment="HPKE: the content's key, always of one size"),
        sa.Column("binding", sa.LargeBinary(), nullable=False, comment="The receipt hash that it is bound to"),
        sa.Column(
            "resealed_at", sa.DateTime(timezone=True), nullable=True, comment="When the agency sealed it to a later key"
        ),
        sa.CheckConstraint("octet_length(binding) = 32", name=op.f("ck_sealed_envelopes_binding")),
        sa.CheckConstraint("octet_length(to_agency) = 113", name=op.f("ck_sealed_envelopes_to_agency")),
        sa.ForeignKeyConstraint(["key_id"], ["sealed_keys.id"], name=op.f("fk_sealed_envelopes_key_id")),
        sa.ForeignKeyConstraint(["tip_id"], ["tips.id"], name=op.f("fk_sealed_envelopes_tip_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sealed_envelopes")),
        comment="For each sealed tip, message and file its content key, sealed to the agency",
    )
    op.create_index("ix_sealed_envelopes_key_id_id", "sealed_envelopes", ["key_id", "id"])
    op.create_index("ix_sealed_envelopes_tip_id", "sealed_envelopes", ["tip_id"])
    op.add_column(
        "tips",
        sa.Column(
            "sealed_for",
            sa.UUID(),
            sa.ForeignKey("agencies.id", name=op.f("fk_tips_sealed_for")),
            nullable=True,
            comment="The agency that alone can read it; empty: not sealed",
        ),
    )
    op.execute(FUNCTIONS)
    for signature in SIGNATURES:
        op.execute(f"REVOKE ALL ON FUNCTION {signature} FROM PUBLIC")
    for signature in SIGNATURES[:2]:
        op.execute(f"GRANT EXECUTE ON FUNCTION {signature} TO huiyin_app")
    op.execute(TO_INDEX.format(unsealed=" AND t.sealed_for IS NULL"))
    for table, privileges in GRANTS.items():
        op.execute(f"GRANT {privileges} ON {table} TO huiyin_app")
    op.execute("ALTER TABLE sealed_envelopes ENABLE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY of_seen_tip ON sealed_envelopes FOR SELECT TO huiyin_app USING ({OF_SEEN_TIP})")
    op.execute(f"CREATE POLICY told ON sealed_envelopes FOR INSERT TO huiyin_app WITH CHECK ({OF_SEEN_TIP})")
    op.execute(f"CREATE POLICY of_keeper ON sealed_envelopes FOR SELECT TO huiyin_app USING ({OF_KEEPER})")
    op.execute(f"CREATE POLICY resealed ON sealed_envelopes FOR UPDATE TO huiyin_app USING ({OF_KEEPER})")
    with TERMS.open(encoding="utf-8", newline="") as lines:
        terms = [row | {"position": int(row["position"])} for row in csv.DictReader(lines)]
    columns = [sa.column(name, sa.Text()) for name in ("kind", "code", "zh_cn", "zh_hant", "en")]
    op.bulk_insert(sa.table("terms", *columns, sa.column("position", sa.Integer())), terms)


def downgrade() -> None:
    op.execute("DELETE FROM terms WHERE kind = 'event' AND code LIKE 'sealed%'")
    op.execute("DELETE FROM terms WHERE kind = 'blocked' AND code = 'not_discipline'")
    op.execute(TO_INDEX.format(unsealed=""))
    op.execute("DROP TRIGGER forget_sealed ON tips")
    for signature in SIGNATURES:
        op.execute(f"DROP FUNCTION {signature}")
    op.drop_table("sealed_envelopes")
    op.drop_column("tips", "sealed_for")
    op.drop_table("sealed_keys")
