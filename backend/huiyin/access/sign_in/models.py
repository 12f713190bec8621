"""Tables of how officers prove who they are: one-time codes, recovery codes, passkeys, and challenges in flight."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from huiyin.kit.database.tables import Table, key, now_column


class TotpSecret(Table):
    __tablename__ = "totp_secrets"
    __table_args__ = ({"comment": "What an officer's authenticator app and we both know (RFC 6238)"},)

    officer_id: Mapped[UUID] = mapped_column(ForeignKey("officers.id"), primary_key=True, comment="Whose")
    secret: Mapped[bytes] = mapped_column(comment="The shared secret: encrypted JSON")
    wrapped_key: Mapped[bytes] = mapped_column(comment="Its data key, wrapped")
    kek_version: Mapped[int] = mapped_column(
        ForeignKey("kek_versions.version"), comment="Which key-encryption key wraps it"
    )
    suite: Mapped[str] = mapped_column(comment="Cipher suite of secret and key")
    last_step: Mapped[int] = mapped_column(
        BigInteger(), comment="Newest time step whose code was used; it and older ones are refused"
    )
    enrolled_at: Mapped[datetime] = now_column("Since when")


class RecoveryCode(Table):
    __tablename__ = "recovery_codes"
    __table_args__ = ({"comment": "Single-use codes for an officer who has lost the authenticator"},)

    officer_id: Mapped[UUID] = mapped_column(ForeignKey("officers.id"), primary_key=True, comment="Whose")
    seq: Mapped[int] = mapped_column(primary_key=True, comment="1 to 10")
    code_hash: Mapped[bytes] = mapped_column(comment="Keyed hash of the code")
    used_at: Mapped[datetime | None] = mapped_column(comment="Used up")


class Passkey(Table):
    __tablename__ = "passkeys"
    __table_args__ = (
        UniqueConstraint("credential_id"),
        Index("ix_passkeys_officer_id", "officer_id"),
        CheckConstraint("sign_count >= 0", name="sign_count"),
        {"comment": "Public keys of WebAuthn credentials; each proves possession and the officer's presence at once"},
    )

    id: Mapped[UUID] = key("Passkey")
    officer_id: Mapped[UUID] = mapped_column(ForeignKey("officers.id"), comment="Whose")
    credential_id: Mapped[bytes] = mapped_column(comment="The authenticator's name for it")
    public_key: Mapped[bytes] = mapped_column(comment="COSE key")
    sign_count: Mapped[int] = mapped_column(BigInteger(), comment="Must grow where the authenticator counts")
    name: Mapped[str] = mapped_column(comment="What its owner calls it")
    added_at: Mapped[datetime] = now_column("Since when")
    used_at: Mapped[datetime | None] = mapped_column(comment="Last sign-in or proof")


class SignInChallenge(Table):
    __tablename__ = "sign_in_challenges"
    __table_args__ = ({"comment": "WebAuthn challenges in flight: each is used once or expires"},)

    id: Mapped[UUID] = key("Challenge")
    purpose: Mapped[str] = mapped_column(comment="add, sign_in or prove")
    officer_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("officers.id"), comment="For whom; empty while nobody is signed in"
    )
    challenge: Mapped[bytes] = mapped_column(comment="Random bytes that the authenticator signs")
    expires_at: Mapped[datetime] = mapped_column(comment="Refused from then on")
