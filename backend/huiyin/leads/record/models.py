"""Tables of leads, who answers for them, their findings and the inputs of their moves."""

import enum
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import ExcludeConstraint
from sqlalchemy.orm import Mapped, mapped_column

from huiyin.kit.database.tables import Table, key, now_column, one_of


class State(enum.StrEnum):
    """States of a lead (domain.md, section 3)."""

    received = "received"  # 已接收
    screened = "screened"  # 已甄别
    registered = "registered"  # 已登记
    dispatched = "dispatched"  # 已交办
    signed = "signed"  # 已签收
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
_OPEN = text("state IN (" + ", ".join(f"'{state}'" for state in sorted(OPEN_STATES)) + ")")


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
    clarification = "clarification"  # 澄清正名
    no_action = "no_action"


class LeadClearing(enum.StrEnum):
    """How many of a lead's subjects are cleared (澄清正名)."""

    some = "some"
    all = "all"


class AssignmentRole(enum.StrEnum):
    desk = "desk"  # the office's intake, review and closing
    chief = "chief"
    verifier = "verifier"


class Lead(Table):
    __tablename__ = "leads"
    __table_args__ = (
        one_of("state", State),
        one_of("nature", Nature),
        one_of("finding", Finding),
        one_of("outcome", Outcome),
        one_of("clearing", LeadClearing),
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
        Index("ix_leads_branch_of_id", "branch_of_id", postgresql_where=text("branch_of_id IS NOT NULL")),
        {"comment": "The unit of work; every tip belongs to exactly one lead"},
    )

    id: Mapped[UUID] = key("Lead")
    number: Mapped[str] = mapped_column(comment="What people call it: year and running number")
    state: Mapped[str] = mapped_column(server_default="received", comment="Changed by verbs only")
    state_since: Mapped[datetime] = now_column("Since when it is in this state")
    version: Mapped[int] = mapped_column(server_default="1", comment="Counts changes, for If-Match")
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
    visible_to: Mapped[list[UUID]] = mapped_column(comment="Agencies that may see it (decision 4)")
    hidden_from: Mapped[list[UUID]] = mapped_column(
        server_default=text("'{}'"), comment="Agencies, with all below them, and officers that must not see it"
    )
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
    clock_rule: Mapped[str | None] = mapped_column(comment="The running clock: its rule")
    clock_due_at: Mapped[datetime | None] = mapped_column(comment="The running clock: when it is due")
    clock_provisional: Mapped[bool] = mapped_column(
        server_default=text("false"), comment="The running clock: holidays not known yet"
    )
    clock_paused_at: Mapped[datetime | None] = mapped_column(comment="The running clock: waiting since then")
    pending_verb: Mapped[str | None] = mapped_column(comment="Which verb waits for a second officer")
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
    clearing: Mapped[str | None] = mapped_column(comment="Whether some or all of its subjects were cleared (澄清正名)")
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


class Assignment(Table):
    __tablename__ = "assignments"
    __table_args__ = (
        one_of("role", AssignmentRole),
        CheckConstraint("to_at IS NULL OR to_at >= from_at", name="range"),
        # Two may never answer for one lead at the same moment.
        ExcludeConstraint(
            (text("lead_id"), "="),
            (text("tstzrange(from_at, to_at)"), "&&"),
            using="gist",
            name="ex_assignments_lead_id_period",
        ),
        Index("ix_assignments_officer_id", "officer_id"),
        {"comment": "Who answered for a lead from when to when; never two at once"},
    )

    id: Mapped[UUID] = key("Assignment")
    lead_id: Mapped[UUID] = mapped_column(ForeignKey("leads.id"), comment="Which lead")
    agency_id: Mapped[UUID] = mapped_column(ForeignKey("agencies.id"), comment="The agency that answers")
    officer_id: Mapped[UUID] = mapped_column(ForeignKey("officers.id"), comment="The named officer who answers")
    role: Mapped[str] = mapped_column(comment="desk, chief or verifier")
    from_at: Mapped[datetime] = mapped_column(comment="From when")
    to_at: Mapped[datetime | None] = mapped_column(comment="To when; empty: still")


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


class ExclusionSource(enum.StrEnum):
    """How it came that somebody must not see a lead (回避)."""

    reporter = "reporter"  # the reporter asked for it
    subject = "subject"  # named as a subject
    declared = "declared"  # declared a conflict
    found = "found"  # an officer recorded a conflict


class Exclusion(Table):
    __tablename__ = "lead_exclusions"
    __table_args__ = (
        one_of("source", ExclusionSource),
        CheckConstraint("(agency_id IS NULL) <> (officer_id IS NULL)", name="one"),
        UniqueConstraint("lead_id", "agency_id"),
        UniqueConstraint("lead_id", "officer_id"),
        {"comment": "Who must not see a lead, and since when; leads.hidden_from repeats it for the policies"},
    )

    id: Mapped[UUID] = key("Exclusion")
    lead_id: Mapped[UUID] = mapped_column(ForeignKey("leads.id"), comment="Which lead")
    agency_id: Mapped[UUID | None] = mapped_column(ForeignKey("agencies.id"), comment="An agency, with all below it")
    officer_id: Mapped[UUID | None] = mapped_column(ForeignKey("officers.id"), comment="An officer")
    source: Mapped[str] = mapped_column(comment="reporter, subject, declared or found")
    at: Mapped[datetime] = now_column("Since when")


class MoveInput(Table):
    __tablename__ = "move_inputs"
    __table_args__ = (
        Index("ix_move_inputs_lead_id", "lead_id"),
        {"comment": "What an officer gave with a verb, encrypted under the lead's key; the event itself has no text"},
    )

    event_id: Mapped[UUID] = mapped_column(ForeignKey("events.id"), primary_key=True, comment="Which event")
    lead_id: Mapped[UUID] = mapped_column(ForeignKey("leads.id"), comment="Which lead")
    content: Mapped[bytes] = mapped_column(comment="The verb's input: encrypted JSON")


class PendingMove(Table):
    __tablename__ = "pending_moves"
    __table_args__ = ({"comment": "Verbs that wait for a second officer"},)

    lead_id: Mapped[UUID] = mapped_column(ForeignKey("leads.id"), primary_key=True, comment="Which lead")
    verb: Mapped[str] = mapped_column(comment="Which verb")
    asked_by: Mapped[UUID] = mapped_column(ForeignKey("officers.id"), comment="Who asked")
    asked_at: Mapped[datetime] = now_column("When")
    content: Mapped[bytes] = mapped_column(comment="The verb's input: encrypted JSON")
