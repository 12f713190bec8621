"""Tables of clocks: terms as versioned data, calendars entered by hand, clocks as they ran, and steps of lateness."""

import enum
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ARRAY, CheckConstraint, Date, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from huiyin.kit.database.tables import Table, key, now_column, one_of
from huiyin.kit.working_days import TermUnit


class ClockRuleCode(enum.StrEnum):
    """What a clock measures; the table of verbs says when each starts."""

    screen = "screen"
    screen_complex = "screen_complex"
    register = "register"
    hand_over = "hand_over"
    tell_reporter = "tell_reporter"
    dispatch = "dispatch"
    acknowledge = "acknowledge"
    dispute = "dispute"
    assign = "assign"
    conclude = "conclude"
    conclude_again = "conclude_again"
    conclude_longest = "conclude_longest"
    endorse = "endorse"
    review = "review"
    feedback = "feedback"
    close = "close"
    look_back = "look_back"
    review_undetermined = "review_undetermined"  # 暂存待查: every six months
    acknowledge_notice = "acknowledge_notice"  # no clock of a lead: leads/retention/notices.py


class ClockRule(Table):
    __tablename__ = "clock_rules"
    __table_args__ = (
        one_of("unit", TermUnit),
        {"comment": "Terms as versioned data; a running clock keeps the version it began with"},
    )

    code: Mapped[str] = mapped_column(primary_key=True, comment="What the term is for")
    version: Mapped[int] = mapped_column(primary_key=True, comment="Counts changes of the rule")
    amount: Mapped[int] = mapped_column(comment="How many units")
    unit: Mapped[str] = mapped_column(comment="hours, calendar_days, working_days or months")
    basis: Mapped[str] = mapped_column(comment="Where the rule comes from")
    moves: Mapped[bool] = mapped_column(
        server_default=text("true"),
        comment="Whether an end on a day off moves to the next working day (Civil Code, article 203)",
    )
    effective_from: Mapped[datetime] = mapped_column(comment="Clocks that start from then on use it")
    made_by: Mapped[UUID | None] = mapped_column(
        ForeignKey("officers.id"), comment="Who added it; empty: came with the system"
    )
    made_at: Mapped[datetime] = now_column("When it was added")


class WorkingYear(Table):
    __tablename__ = "working_years"
    __table_args__ = (
        CheckConstraint("year BETWEEN 2020 AND 2100", name="year"),
        {"comment": "Calendars of years (国务院办公厅放假通知) entered before the system's own list knew them"},
    )

    year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False, comment="Which year")
    holidays: Mapped[list[date]] = mapped_column(ARRAY(Date()), comment="Days off")
    working_days: Mapped[list[date]] = mapped_column(ARRAY(Date()), comment="Weekend days that are worked (调休)")
    basis: Mapped[str] = mapped_column(comment="The notice: its number and date")
    entered_by: Mapped[UUID] = mapped_column(ForeignKey("officers.id"), comment="Who entered it")
    entered_at: Mapped[datetime] = now_column("When")


class Clock(Table):
    __tablename__ = "clocks"
    __table_args__ = (
        Index("ix_clocks_matter_id", "matter_id"),
        Index("uq_clocks_running", "matter_id", unique=True, postgresql_where=text("stopped_at IS NULL")),
        Index("ix_clocks_provisional", "id", postgresql_where=text("provisional AND stopped_at IS NULL")),
        Index("ix_clocks_due_at_running", "due_at", postgresql_where=text("stopped_at IS NULL")),
        {"comment": "Terms as they ran: what, for whom, from, due, stopped"},
    )

    id: Mapped[UUID] = key("Clock")
    matter_id: Mapped[UUID] = mapped_column(ForeignKey("matters.id"), comment="Which matter")
    rule: Mapped[str] = mapped_column(comment="Which rule")
    rule_version: Mapped[int] = mapped_column(comment="Which version of it")
    basis: Mapped[str] = mapped_column(comment="The rule's basis as it read then")
    agency_id: Mapped[UUID] = mapped_column(ForeignKey("agencies.id"), comment="For which agency it runs")
    officer_id: Mapped[UUID] = mapped_column(ForeignKey("officers.id"), comment="For which named officer it runs")
    started_at: Mapped[datetime] = mapped_column(comment="From when")
    due_at: Mapped[datetime] = mapped_column(comment="Until when")
    provisional: Mapped[bool] = mapped_column(
        server_default=text("false"), comment="The year's holidays are not known yet"
    )
    paused_at: Mapped[datetime | None] = mapped_column(comment="Waiting since then")
    stopped_at: Mapped[datetime | None] = mapped_column(comment="When it was met or ended")


class PauseReason(enum.StrEnum):
    """Why a clock waits; a pause is always visible."""

    waiting_for_reporter = "waiting_for_reporter"
    waiting_for_authority = "waiting_for_authority"
    force_majeure = "force_majeure"


class ClockPause(Table):
    __tablename__ = "clock_pauses"
    __table_args__ = (
        one_of("reason_code", PauseReason),
        Index("ix_clock_pauses_matter_id", "matter_id"),
        Index("uq_clock_pauses_running", "clock_id", unique=True, postgresql_where=text("to_at IS NULL")),
        {"comment": "When and why a clock waited; its end moves by as long"},
    )

    id: Mapped[UUID] = key("Pause")
    clock_id: Mapped[UUID] = mapped_column(ForeignKey("clocks.id"), comment="Which clock")
    matter_id: Mapped[UUID] = mapped_column(ForeignKey("matters.id"), comment="Of which matter")
    reason_code: Mapped[str] = mapped_column(comment="Why")
    from_at: Mapped[datetime] = mapped_column(comment="From when")
    to_at: Mapped[datetime | None] = mapped_column(comment="To when; empty: still")


class LadderStep(enum.StrEnum):
    """Steps of the lateness ladder (docs/domain.md, section 4); each once a clock, each names a person."""

    remind = "remind"  # 3 days before: the officer
    tell_chief = "tell_chief"  # 1 day late: the unit's chief
    supervision_notice = "supervision_notice"  # 7 days late: 督办函 drafted to the agency
    propose_criticism = "propose_criticism"  # 15 days late: 通报 or 约谈 proposed


class LadderEntry(Table):
    __tablename__ = "ladder_entries"
    __table_args__ = (
        one_of("step", LadderStep),
        Index("ix_ladder_entries_matter_id", "matter_id"),
        {"comment": "Steps of the lateness ladder that were taken; the key makes each happen once"},
    )

    clock_id: Mapped[UUID] = mapped_column(ForeignKey("clocks.id"), primary_key=True, comment="Which clock")
    step: Mapped[str] = mapped_column(primary_key=True, comment="Which step")
    matter_id: Mapped[UUID] = mapped_column(ForeignKey("matters.id"), comment="Of which matter")
    officer_id: Mapped[UUID] = mapped_column(ForeignKey("officers.id"), comment="Whom it names")
    at: Mapped[datetime] = mapped_column(comment="When it was taken")
