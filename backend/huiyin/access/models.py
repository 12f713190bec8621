"""Tables of regions, taxonomies, agencies, officers, secondments, sessions and system accounts."""

import enum
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import ExcludeConstraint
from sqlalchemy.orm import Mapped, mapped_column

from huiyin.kit.database.tables import Table, key, now_column, one_of


class RegionLevel(enum.StrEnum):
    province = "province"
    city = "city"
    county = "county"
    township = "township"


class AgencyKind(enum.StrEnum):
    office = "office"  # 扫黑办
    police = "police"  # 公安
    procuratorate = "procuratorate"  # 检察院
    court = "court"  # 法院
    discipline = "discipline"  # 纪委监委
    organisation = "organisation"  # 组织部
    petition = "petition"  # 信访
    regulator = "regulator"  # 行业主管部门
    township = "township"  # 乡镇街道


class Region(Table):
    __tablename__ = "regions"
    __table_args__ = (
        one_of("level", RegionLevel),
        Index("ix_regions_parent_code", "parent_code"),
        {"comment": "Administrative divisions, GB/T 2260"},
    )

    code: Mapped[str] = mapped_column(primary_key=True, comment="Six digits (nine for townships, GB/T 10114)")
    name: Mapped[str] = mapped_column(comment="Name without its superiors'")
    level: Mapped[str] = mapped_column(comment="province, city, county or township")
    parent_code: Mapped[str | None] = mapped_column(ForeignKey("regions.code"), comment="The superior division")
    path: Mapped[list[str]] = mapped_column(comment="Codes from the province down to this one")


class Term(Table):
    __tablename__ = "terms"
    __table_args__ = (
        UniqueConstraint("kind", "position", deferrable=True, initially="IMMEDIATE"),
        {"comment": "Taxonomies as versioned data: codes with their labels"},
    )

    kind: Mapped[str] = mapped_column(primary_key=True, comment="Which taxonomy, for example sector")
    code: Mapped[str] = mapped_column(primary_key=True, comment="The value that other tables hold")
    version: Mapped[int] = mapped_column(primary_key=True, server_default="1", comment="Of this term")
    position: Mapped[int] = mapped_column(comment="Order in lists")
    zh_cn: Mapped[str] = mapped_column(comment="Label, simplified Chinese")
    zh_hant: Mapped[str] = mapped_column(comment="Label, traditional Chinese")
    en: Mapped[str] = mapped_column(comment="Label, English")
    retired_at: Mapped[datetime | None] = mapped_column(comment="No longer offered from then on; kept for old records")


class Agency(Table):
    __tablename__ = "agencies"
    __table_args__ = (
        one_of("kind", AgencyKind),
        UniqueConstraint("region_code", "name"),
        Index("ix_agencies_parent_id", "parent_id"),
        {"comment": "Member units, a tree by superior"},
    )

    id: Mapped[UUID] = key("Agency")
    name: Mapped[str] = mapped_column(comment="Official name")
    kind: Mapped[str] = mapped_column(comment="What sort of unit it is")
    region_code: Mapped[str] = mapped_column(ForeignKey("regions.code"), comment="Where it is competent")
    parent_id: Mapped[UUID | None] = mapped_column(ForeignKey("agencies.id"), comment="Its superior in line")
    path: Mapped[list[UUID]] = mapped_column(comment="From the top agency down to this one, itself included")
    sectors: Mapped[list[str]] = mapped_column(server_default=text("'{}'"), comment="Sectors a regulator answers for")
    head_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("officers.id", use_alter=True),
        comment="The named officer who answers for what the agency holds by default",
    )
    created_at: Mapped[datetime] = now_column("When it was entered")


class Officer(Table):
    __tablename__ = "officers"
    __table_args__ = (
        UniqueConstraint("login"),
        UniqueConstraint("oidc_subject"),
        Index("ix_officers_agency_id", "agency_id"),
        {"comment": "People with an account, each at one agency"},
    )

    id: Mapped[UUID] = key("Officer")
    agency_id: Mapped[UUID] = mapped_column(ForeignKey("agencies.id"), comment="Where the officer serves")
    login: Mapped[str] = mapped_column(comment="Sign-in name, lower case")
    name: Mapped[str] = mapped_column(comment="Name that stands under answers")
    roles: Mapped[list[str]] = mapped_column(comment="Roles held at the agency")
    password_hash: Mapped[str] = mapped_column(comment="argon2id, PHC string")
    password_given: Mapped[bool] = mapped_column(
        server_default=text("false"), comment="An administrator chose it: nothing works until the officer has another"
    )
    oidc_subject: Mapped[str | None] = mapped_column(
        comment="Whom the identity provider knows the officer as; bound at the first sign-in by it"
    )
    active: Mapped[bool] = mapped_column(
        server_default=text("true"), comment="False: may not sign in, keeps its records"
    )
    created_at: Mapped[datetime] = now_column("When the account was made")


class OfficerSession(Table):
    __tablename__ = "sessions"
    __table_args__ = (
        UniqueConstraint("token_hash"),
        Index("ix_sessions_officer_id", "officer_id"),
        {"comment": "Server-side sign-in sessions; the cookie's value is stored as a hash only"},
    )

    id: Mapped[UUID] = key("Session")
    officer_id: Mapped[UUID] = mapped_column(ForeignKey("officers.id"), comment="Who is signed in")
    token_hash: Mapped[bytes] = mapped_column(comment="SHA-256 of the cookie's value")
    created_at: Mapped[datetime] = now_column("Sign-in")
    seen_at: Mapped[datetime] = now_column("Last use, to the minute")
    expires_at: Mapped[datetime] = mapped_column(comment="Absolute end")
    ended_at: Mapped[datetime | None] = mapped_column(comment="Signed out or revoked")
    method: Mapped[str] = mapped_column(
        server_default="password", comment="password, password_totp, password_recovery, passkey or oidc"
    )
    proved_at: Mapped[datetime] = now_column("When the officer last proved who he is")
    device: Mapped[str] = mapped_column(server_default="", comment="Browser and system, in two words")


class SystemAccount(Table):
    __tablename__ = "system_accounts"
    __table_args__ = (UniqueConstraint("agency_id", "name"), {"comment": "Accounts of other agencies' systems"})

    id: Mapped[UUID] = key("System account")
    agency_id: Mapped[UUID] = mapped_column(ForeignKey("agencies.id"), comment="The agency that answers for it")
    name: Mapped[str] = mapped_column(comment="What system it is")
    created_at: Mapped[datetime] = now_column("When it was made")


class ApiToken(Table):
    __tablename__ = "api_tokens"
    __table_args__ = (
        UniqueConstraint("token_hash"),
        Index("ix_api_tokens_account_id", "account_id"),
        {"comment": "Expiring, scoped bearer tokens of system accounts, stored as hashes"},
    )

    id: Mapped[UUID] = key("Token")
    account_id: Mapped[UUID] = mapped_column(ForeignKey("system_accounts.id"), comment="Whose token")
    token_hash: Mapped[bytes] = mapped_column(comment="SHA-256 of the token")
    scopes: Mapped[list[str]] = mapped_column(comment="What it may do")
    channel_ids: Mapped[list[UUID]] = mapped_column(comment="By which channels tips come with it, and by no others")
    issued_by: Mapped[UUID] = mapped_column(ForeignKey("officers.id"), comment="The administrator who issued it")
    answered_by: Mapped[UUID] = mapped_column(
        ForeignKey("officers.id"), comment="Who answers for it; opens nothing while that account is closed"
    )
    created_at: Mapped[datetime] = now_column("Issued")
    expires_at: Mapped[datetime] = mapped_column(comment="No longer valid from then on")
    revoked_at: Mapped[datetime | None] = mapped_column(comment="Withdrawn before its end")
    last_used_at: Mapped[datetime | None] = mapped_column(comment="When it was last sent, to the minute")


class Secondment(Table):
    __tablename__ = "secondments"
    __table_args__ = (
        CheckConstraint("to_at > from_at", name="term"),
        CheckConstraint("cardinality(roles) > 0", name="roles"),
        CheckConstraint("(revoked_at IS NULL) = (revoked_by IS NULL)", name="revoked"),
        # One officer acts at one office by one secondment at a time.
        ExcludeConstraint(
            (text("officer_id"), "="),
            (text("agency_id"), "="),
            (text("tstzrange(from_at, to_at)"), "&&"),
            using="gist",
            where=text("revoked_at IS NULL"),
            name="ex_secondments_officer_id_agency_id_period",
        ),
        Index("ix_secondments_officer_id", "officer_id"),
        Index("ix_secondments_agency_id_id", "agency_id", "id"),
        {"comment": "Officers of one agency who act at an office for a term (派员); access ends with the term"},
    )

    id: Mapped[UUID] = key("Secondment")
    officer_id: Mapped[UUID] = mapped_column(ForeignKey("officers.id"), comment="Who is seconded")
    agency_id: Mapped[UUID] = mapped_column(ForeignKey("agencies.id"), comment="The office at which they act")
    roles: Mapped[list[str]] = mapped_column(comment="Roles held there, and there alone")
    from_at: Mapped[datetime] = mapped_column(comment="First moment of the term")
    to_at: Mapped[datetime] = mapped_column(comment="End of the term; from this moment on there is no access")
    undertaking_number: Mapped[str] = mapped_column(
        comment="Number of the signed confidentiality undertaking (保密承诺书)"
    )
    undertaking_signed_on: Mapped[date] = mapped_column(Date(), comment="When the undertaking was signed")
    made_by: Mapped[UUID] = mapped_column(ForeignKey("officers.id"), comment="The office's administrator")
    made_at: Mapped[datetime] = now_column("When it was entered")
    revoked_at: Mapped[datetime | None] = mapped_column(comment="Ended before its term, at once")
    revoked_by: Mapped[UUID | None] = mapped_column(ForeignKey("officers.id"), comment="Who ended it")
