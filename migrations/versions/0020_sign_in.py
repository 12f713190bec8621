"""How officers prove who they are: one-time codes, recovery codes, passkeys, identity provider; sessions tell how.

Revision ID: 0020
"""

import csv
from pathlib import Path

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"

TERMS = Path(__file__).parent.parent / "data" / "terms-sign-in.csv"
# Table -> privileges. What is not named is denied.
GRANTS = {
    "totp_secrets": "SELECT, INSERT, UPDATE (last_step), DELETE",
    "recovery_codes": "SELECT, INSERT, UPDATE (used_at), DELETE",
    "passkeys": "SELECT, INSERT, UPDATE (sign_count, used_at), DELETE",
    "sign_in_challenges": "SELECT, INSERT, DELETE",
}
NOW = sa.text("now()")


def moment(name: str, comment: str, *, now: bool = False, nullable: bool = False) -> "sa.Column[object]":
    return sa.Column(
        name, sa.DateTime(timezone=True), server_default=NOW if now else None, nullable=nullable, comment=comment
    )


def upgrade() -> None:
    op.add_column(
        "sessions",
        sa.Column(
            "method",
            sa.Text(),
            server_default="password",
            nullable=False,
            comment="password, password_totp, password_recovery, passkey or oidc",
        ),
    )
    op.add_column("sessions", moment("proved_at", "When the officer last proved who he is", now=True))
    op.add_column(
        "sessions",
        sa.Column("device", sa.Text(), server_default="", nullable=False, comment="Browser and system, in two words"),
    )
    op.execute("GRANT UPDATE (proved_at) ON sessions TO huiyin_app")
    op.add_column(
        "officers",
        sa.Column(
            "oidc_subject",
            sa.Text(),
            nullable=True,
            comment="Whom the identity provider knows the officer as; bound at the first sign-in by it",
        ),
    )
    op.create_unique_constraint(op.f("uq_officers_oidc_subject"), "officers", ["oidc_subject"])
    op.create_table(
        "totp_secrets",
        sa.Column("officer_id", sa.UUID(), nullable=False, comment="Whose"),
        sa.Column("secret", sa.LargeBinary(), nullable=False, comment="The shared secret: encrypted JSON"),
        sa.Column("wrapped_key", sa.LargeBinary(), nullable=False, comment="Its data key, wrapped"),
        sa.Column("kek_version", sa.Integer(), nullable=False, comment="Which key-encryption key wraps it"),
        sa.Column("suite", sa.Text(), nullable=False, comment="Cipher suite of secret and key"),
        sa.Column(
            "last_step",
            sa.BigInteger(),
            nullable=False,
            comment="Newest time step whose code was used; it and older ones are refused",
        ),
        moment("enrolled_at", "Since when", now=True),
        sa.ForeignKeyConstraint(["officer_id"], ["officers.id"], name=op.f("fk_totp_secrets_officer_id")),
        sa.PrimaryKeyConstraint("officer_id", name=op.f("pk_totp_secrets")),
        comment="What an officer's authenticator app and we both know (RFC 6238)",
    )
    op.create_table(
        "recovery_codes",
        sa.Column("officer_id", sa.UUID(), nullable=False, comment="Whose"),
        sa.Column("seq", sa.Integer(), nullable=False, comment="1 to 10"),
        sa.Column("code_hash", sa.LargeBinary(), nullable=False, comment="Keyed hash of the code"),
        moment("used_at", "Used up", nullable=True),
        sa.ForeignKeyConstraint(["officer_id"], ["officers.id"], name=op.f("fk_recovery_codes_officer_id")),
        sa.PrimaryKeyConstraint("officer_id", "seq", name=op.f("pk_recovery_codes")),
        comment="Single-use codes for an officer who has lost the authenticator",
    )
    op.create_table(
        "passkeys",
        sa.Column("id", sa.UUID(), server_default=sa.text("uuidv7()"), nullable=False, comment="Passkey"),
        sa.Column("officer_id", sa.UUID(), nullable=False, comment="Whose"),
        sa.Column("credential_id", sa.LargeBinary(), nullable=False, comment="The authenticator's name for it"),
        sa.Column("public_key", sa.LargeBinary(), nullable=False, comment="COSE key"),
        sa.Column("sign_count", sa.BigInteger(), nullable=False, comment="Must grow where the authenticator counts"),
        sa.Column("name", sa.Text(), nullable=False, comment="What its owner calls it"),
        moment("added_at", "Since when", now=True),
        moment("used_at", "Last sign-in or proof", nullable=True),
        sa.CheckConstraint("sign_count >= 0", name=op.f("ck_passkeys_sign_count")),
        sa.ForeignKeyConstraint(["officer_id"], ["officers.id"], name=op.f("fk_passkeys_officer_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_passkeys")),
        sa.UniqueConstraint("credential_id", name=op.f("uq_passkeys_credential_id")),
        comment="Public keys of WebAuthn credentials; each proves possession and the officer's presence at once",
    )
    op.create_index("ix_passkeys_officer_id", "passkeys", ["officer_id"], unique=False)
    op.create_table(
        "sign_in_challenges",
        sa.Column("id", sa.UUID(), server_default=sa.text("uuidv7()"), nullable=False, comment="Challenge"),
        sa.Column("purpose", sa.Text(), nullable=False, comment="add, sign_in or prove"),
        sa.Column("officer_id", sa.UUID(), nullable=True, comment="For whom; empty while nobody is signed in"),
        sa.Column("challenge", sa.LargeBinary(), nullable=False, comment="Random bytes that the authenticator signs"),
        moment("expires_at", "Refused from then on"),
        sa.ForeignKeyConstraint(["officer_id"], ["officers.id"], name=op.f("fk_sign_in_challenges_officer_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in_challenges")),
        comment="WebAuthn challenges in flight: each is used once or expires",
    )
    for table, privileges in GRANTS.items():
        op.execute(f"GRANT {privileges} ON {table} TO huiyin_app")
    with TERMS.open(encoding="utf-8", newline="") as lines:
        terms = [row | {"position": int(row["position"])} for row in csv.DictReader(lines)]
    columns = [sa.column(name, sa.Text()) for name in ("kind", "code", "zh_cn", "zh_hant", "en")]
    op.bulk_insert(sa.table("terms", *columns, sa.column("position", sa.Integer())), terms)


def downgrade() -> None:
    with TERMS.open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            op.execute(
                sa.text("DELETE FROM terms WHERE kind = :kind AND code = :code AND version = 1").bindparams(
                    kind=row["kind"], code=row["code"]
                )
            )
    op.drop_table("sign_in_challenges")
    op.drop_index("ix_passkeys_officer_id", table_name="passkeys")
    op.drop_table("passkeys")
    op.drop_table("recovery_codes")
    op.drop_table("totp_secrets")
    op.drop_constraint(op.f("uq_officers_oidc_subject"), "officers")
    op.drop_column("officers", "oidc_subject")
    op.execute("REVOKE UPDATE (proved_at) ON sessions FROM huiyin_app")
    for column in ("device", "proved_at", "method"):
        op.drop_column("sessions", column)
