"""Tables of leads and their findings."""

import enum
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Date, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from huiyin.kit.database.tables import Table, key, now_column, one_of
from huiyin.workflow.models import MatterRow, open_in


class State(enum.StrEnum):
    """States of a lead (docs/domain.md, section 3)."""

    received = "received"  # 已接收
    screened = "screened"  # 已甄别
    registered = "registered"  # 已登记
    dispatched = "dispatched"  # 已交办
    acknowledged = "acknowledged"  # 已签收
    verifying = "verifying"  # 核查中
    concluded = "concluded"  # 已拟结论
    in_review = "in_review"  # 复核中
    approved = "approved"  # 已审定
    answered = "answered"  # 已反馈
    closed = "closed"  # 已办结
    merged = "merged"  # 已并入
    transferred = "transferred"  # 已移送
    declined = "declined"  # 不予受理


OPEN_STATES = frozenset(State) - {State.closed, State.merged, State.transferred, State.declined}
_OPEN = text("is_open")


class Nature(enum.StrEnum):
    gang = "gang"  # 涉黑
    malign = "malign"  # 涉恶
    disorder = "disorder"  # 涉乱
    umbrella = "umbrella"  # 保护伞
    other = "other"


class Finding(enum.StrEnum):
    substantiated = "substantiated"  # 属实
    partly_substantiated = "partly_substantiated"  # 部分属实
    unsubstantiated = "unsubstantiated"  # 不属实
    undetermined = "undetermined"  # 暂存待查
    false_report = "false_report"  # 诬告


class Outcome(enum.StrEnum):
    case_filed = "case_filed"  # 立案
    administrative_penalty = "administrative_penalty"  # 行政处理
    referred_discipline = "referred_discipline"  # 移送纪委监委
    sector_rectification = "sector_rectification"  # 行业整治
    exoneration = "exoneration"  # 澄清正名
    no_action = "no_action"


class LeadExoneration(enum.StrEnum):
    """How many of a lead's subjects are exonerated (澄清正名)."""

    some = "some"
    all = "all"


class Lead(MatterRow, Table):
    __tablename__ = "leads"
    __table_args__ = (
        one_of("state", State),
        open_in(OPEN_STATES),
        one_of("nature", Nature),
        one_of("finding", Finding),
        one_of("outcome", Outcome),
        one_of("exoneration", LeadExoneration),
        UniqueConstraint("number"),
        Index("ix_leads_visible_to", "visible_to", postgresql_using="gin"),
        Index("ix_leads_open_visible_to", "visible_to", "state", postgresql_using="gin", postgresql_where=_OPEN),
        Index("ix_leads_open_state", "state", "received_at", "id", postgresql_where=_OPEN),
        Index("ix_leads_open_held_by_officer_id", "held_by_officer_id", "received_at", "id", postgresql_where=_OPEN),
        Index("ix_leads_open_clock_due_at", "clock_due_at", "id", postgresql_where=_OPEN),
        Index("ix_leads_returned", "received_at", "id", postgresql_where=text("clock_rule = 'conclude_again'")),
        Index("ix_leads_region_path", "region_path", postgresql_using="gin"),
        Index("ix_leads_received_at_id", "received_at", "id"),
        Index("ix_leads_nature_received_at", "nature", "received_at", "id"),
        Index("ix_leads_sector_received_at", "sector", "received_at", "id"),
        Index("ix_leads_conduct_received_at", "conduct", "received_at", "id"),
        Index("ix_leads_clock_due_at_id", "clock_due_at", "id"),
        Index("ix_leads_closed_at", "closed_at", postgresql_where=text("closed_at IS NOT NULL")),
        Index(
            "ix_leads_expires_on",
            "expires_on",
            "id",
            postgresql_where=text("expires_on IS NOT NULL AND destroyed_at IS NULL"),
        ),
        Index(
            "ix_leads_undated",
            "id",
            postgresql_where=text(
                "state = 'closed' AND expires_on IS NULL"
                " AND finding IN ('unsubstantiated', 'false_report', 'undetermined')"
            ),
        ),
        Index("ix_leads_merged_into_id", "merged_into_id", postgresql_where=text("merged_into_id IS NOT NULL")),
        Index("ix_leads_held_by_agency_id_state", "held_by_agency_id", "state"),
        Index("ix_leads_news_at", "news_at", "id", postgresql_where=text("news_at IS NOT NULL")),
        Index("ix_leads_branch_of_id", "branch_of_id", postgresql_where=text("branch_of_id IS NOT NULL")),
        {"comment": "The unit of work; every tip belongs to exactly one lead"},
    )

    id: Mapped[UUID] = key("Lead")
    number: Mapped[str] = mapped_column(comment="What people call it: year and running number")
    nature: Mapped[str | None] = mapped_column(comment="gang, malign, disorder, umbrella or other; set by screening")
    sector: Mapped[str | None] = mapped_column(comment="Taxonomy sector")
    conduct: Mapped[str] = mapped_column(comment="Taxonomy conduct, of the first tip")
    assessment: Mapped[str | None] = mapped_column(comment="What the newest assessment session advised")
    complex: Mapped[bool] = mapped_column(
        server_default=text("false"), comment="Screening may take seven days, not three"
    )
    complete: Mapped[bool | None] = mapped_column(comment="Whether what was told suffices to verify it")
    region_code: Mapped[str] = mapped_column(ForeignKey("regions.code"), comment="Where it happened")
    region_path: Mapped[list[str]] = mapped_column(comment="Codes from the province down, for filters by subtree")
    received_at: Mapped[datetime] = now_column("When its first tip came in")
    tip_count: Mapped[int] = mapped_column(server_default="1", comment="How many tips belong to it")
    visible_to: Mapped[list[UUID]] = mapped_column(comment="Agencies that may see it (ADR 0004)")
    desk_agencies: Mapped[list[UUID]] = mapped_column(comment="The receiving office, last, below its superior offices")
    handler_agency_id: Mapped[UUID | None] = mapped_column(ForeignKey("agencies.id"), comment="Agency in charge")
    assisting_agency_ids: Mapped[list[UUID]] = mapped_column(server_default=text("'{}'"), comment="Assisting agencies")
    verifier_ids: Mapped[list[UUID]] = mapped_column(server_default=text("'{}'"), comment="The named verifiers")
    verifier_agency_ids: Mapped[list[UUID]] = mapped_column(
        server_default=text("'{}'"), comment="Agencies of the verifiers"
    )
    verification_began_at: Mapped[datetime | None] = mapped_column(comment="From here the longest term counts")
    conclude_by: Mapped[datetime | None] = mapped_column(comment="An earlier date for the conclusion, set on dispatch")
    held_by_agency_id: Mapped[UUID] = mapped_column(
        ForeignKey("agencies.id"), comment="Which agency answers for it now"
    )
    held_by_officer_id: Mapped[UUID] = mapped_column(
        ForeignKey("officers.id"), comment="Which named officer answers for it now"
    )
    objected_at: Mapped[datetime | None] = mapped_column(
        comment="Since when a reporter's objection waits for a decision; kept by a trigger on tips"
    )
    news_at: Mapped[datetime | None] = mapped_column(
        comment="Since when words or files that a reporter added wait to be seen by who works on it; kept by triggers"
    )
    branch_of_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("leads.id"), comment="The lead whose umbrella part this is"
    )
    allegation: Mapped[bytes | None] = mapped_column(comment="Of a branch: what it is about, encrypted")
    finding: Mapped[str | None] = mapped_column(comment="The newest finding")
    outcome: Mapped[str | None] = mapped_column(comment="What came of it")
    document_numbers: Mapped[list[str]] = mapped_column(
        server_default=text("'{}'"), comment="Numbers of outcome documents"
    )
    fed_back_at: Mapped[datetime | None] = mapped_column(
        comment="When the reporter was answered, or it was decided not to"
    )
    skip_reason: Mapped[str | None] = mapped_column(comment="Why the reporter was not answered (taxonomy skip_reason)")
    closed_at: Mapped[datetime | None] = mapped_column(comment="When it was closed")
    merged_into_id: Mapped[UUID | None] = mapped_column(ForeignKey("leads.id"), comment="Where its tips went")
    exoneration: Mapped[str | None] = mapped_column(
        comment="Whether some or all of its subjects were exonerated (澄清正名)"
    )
    retention_rule: Mapped[str | None] = mapped_column(comment="By which rule it expires; empty: it does not")
    retention_version: Mapped[int | None] = mapped_column(comment="Which version of it")
    expires_on: Mapped[date | None] = mapped_column(Date(), comment="Last day on which it is kept")
    expiry_told_at: Mapped[datetime | None] = mapped_column(comment="When its agency was told that it will expire")
    destroyed_at: Mapped[datetime | None] = mapped_column(
        comment="When its keys, and those of its tips, were destroyed"
    )
    wrapped_key: Mapped[bytes | None] = mapped_column(comment="The lead's data key, wrapped; empty once destroyed")
    kek_version: Mapped[int] = mapped_column(
        ForeignKey("kek_versions.version"), comment="Which key-encryption key wraps it"
    )
    suite: Mapped[str] = mapped_column(comment="Cipher suite of its texts and key")


class Conclusion(Table):
    __tablename__ = "conclusions"
    __table_args__ = (
        one_of("finding", Finding),
        Index("ix_conclusions_lead_id_id", "lead_id", "id"),
        {"comment": "Findings as the verifiers proposed them; the newest counts"},
    )

    id: Mapped[UUID] = key("Conclusion; sorts by time")
    lead_id: Mapped[UUID] = mapped_column(ForeignKey("leads.id"), comment="Which lead")
    finding: Mapped[str] = mapped_column(comment="What was found")
    officer_id: Mapped[UUID] = mapped_column(ForeignKey("officers.id"), comment="Who concluded")
    concluded_at: Mapped[datetime] = now_column("When")
    content: Mapped[bytes] = mapped_column(comment="Facts, evidence, what was done: encrypted JSON")
