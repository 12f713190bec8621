"""Tables of the work on a lead beside its verbs: overlays, assessment sessions, checklists, notes, look-back draws."""

import enum
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Date, ForeignKey, ForeignKeyConstraint, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from huiyin.kit.database.tables import Table, key, now_column, one_of
from huiyin.workflow.request_models import Apart, EndingRow, request_checks


class OverlayKind(enum.StrEnum):
    """What is laid over a lead's ordinary way (docs/domain.md, section 3)."""

    supervised = "supervised"  # 督办
    listed = "listed"  # 挂牌督办
    raised = "raised"  # 提级查办
    out_of_area = "out_of_area"  # 异地用警
    joint_team = "joint_team"  # 工作组


# How an overlay stands. An approved one that holds from a later day on is `running` in the table: by the clock.
class OverlayState(enum.StrEnum):
    asked = "asked"
    refused = "refused"
    to_come = "to_come"
    running = "running"
    ended = "ended"


_STORED = tuple(state for state in OverlayState if state is not OverlayState.to_come)


class AssessmentResult(enum.StrEnum):
    """What an assessment session (研判) advised."""

    dispatch = "dispatch"  # 交办核查
    gather_facts = "gather_facts"  # 补充材料后再研判
    not_now = "not_now"  # 暂不交办


class Overlay(EndingRow, Table):
    __tablename__ = "overlays"
    __table_args__ = (
        *request_checks(_STORED, Apart.officer),
        one_of("kind", OverlayKind),
        CheckConstraint("to_at > from_at", name="term"),
        CheckConstraint(
            "(kind = 'listed') = (board_number IS NOT NULL) AND (kind = 'listed') = (public IS NOT NULL)", name="board"
        ),
        Index("ix_overlays_lead_id_id", "lead_id", "id"),
        Index("ix_overlays_to_at", "to_at", postgresql_where=text("state = 'running'")),
        # At most one of a kind waits or runs; it also answers "which leads are supervised".
        Index(
            "uq_overlays_kind_lead_id",
            "kind",
            "lead_id",
            unique=True,
            postgresql_where=text("state IN ('asked', 'running')"),
        ),
        {"comment": "Supervision, listing, raising, other forces or a joint team laid over a lead, and its approver"},
    )

    id: Mapped[UUID] = key("Overlay")
    lead_id: Mapped[UUID] = mapped_column(ForeignKey("leads.id"), comment="Which lead")
    kind: Mapped[str] = mapped_column(comment="supervised, listed, raised, out_of_area or joint_team")
    from_at: Mapped[datetime] = mapped_column(comment="From when it holds, once approved")
    to_at: Mapped[datetime | None] = mapped_column(comment="Until when it was approved; empty: until it is ended")
    board_number: Mapped[str | None] = mapped_column(comment="Of a listing: its number on the board")
    public: Mapped[bool | None] = mapped_column(comment="Of a listing: on the public board, or the internal one")
    reason: Mapped[bytes] = mapped_column(comment="Why, and the test for delisting: encrypted JSON")
    decision: Mapped[bytes | None] = mapped_column(comment="The approver's note: encrypted JSON")
    ending: Mapped[bytes | None] = mapped_column(comment="Why it was ended: encrypted JSON")


class Assessment(Table):
    __tablename__ = "assessments"
    __table_args__ = (
        one_of("result", AssessmentResult),
        CheckConstraint("cardinality(officer_ids) >= 2 AND cardinality(agency_ids) >= 2", name="agencies"),
        Index("ix_assessments_lead_id_id", "lead_id", "id"),
        {"comment": "Assessment sessions (研判) of a lead by officers of two agencies at least; never edited"},
    )

    id: Mapped[UUID] = key("Assessment session")
    lead_id: Mapped[UUID] = mapped_column(ForeignKey("leads.id"), comment="Which lead")
    held_on: Mapped[date] = mapped_column(Date(), comment="On which day it was held")
    officer_ids: Mapped[list[UUID]] = mapped_column(comment="Who took part")
    agency_ids: Mapped[list[UUID]] = mapped_column(comment="The agencies in which they serve, each once")
    result: Mapped[str] = mapped_column(comment="dispatch, gather_facts or not_now")
    recorded_by: Mapped[UUID] = mapped_column(ForeignKey("officers.id"), comment="Who recorded it")
    recorded_at: Mapped[datetime] = now_column("When")
    opinion: Mapped[bytes] = mapped_column(comment="What the session found: encrypted JSON")


class ChecklistTemplate(Table):
    __tablename__ = "checklist_templates"
    __table_args__ = (
        CheckConstraint("jsonb_typeof(items) = 'array'", name="items"),
        {"comment": "What verifiers check, per conduct, as versioned data; `general` holds for every lead"},
    )

    conduct: Mapped[str] = mapped_column(primary_key=True, comment="Taxonomy conduct, or general")
    version: Mapped[int] = mapped_column(primary_key=True, comment="Counts changes; a lead keeps the one it began with")
    items: Mapped[list[dict[str, Any]]] = mapped_column(comment="In order: code, zh_cn, zh_hant, en")
    made_at: Mapped[datetime] = now_column("Since when it is the newest")


class Checklist(Table):
    __tablename__ = "checklists"
    __table_args__ = (
        ForeignKeyConstraint(
            ["conduct", "conduct_version"], ["checklist_templates.conduct", "checklist_templates.version"]
        ),
        {"comment": "The checklist of a lead's verification; each new verification begins another one"},
    )

    lead_id: Mapped[UUID] = mapped_column(ForeignKey("leads.id"), primary_key=True, comment="Which lead")
    seq: Mapped[int] = mapped_column(primary_key=True, comment="Which verification of it; the highest counts")
    general_version: Mapped[int] = mapped_column(comment="Version of the general template")
    conduct: Mapped[str] = mapped_column(comment="Whose template follows the general one")
    conduct_version: Mapped[int] = mapped_column(comment="Version of the conduct's template")
    version: Mapped[int] = mapped_column(server_default="1", comment="Counts changes, for If-Match")
    begun_at: Mapped[datetime] = now_column("When the verification began")


class ChecklistTick(Table):
    __tablename__ = "checklist_ticks"
    __table_args__ = (
        ForeignKeyConstraint(["lead_id", "seq"], ["checklists.lead_id", "checklists.seq"]),
        {"comment": "Which items are done, by whom and when; taking a tick back is recorded too"},
    )

    lead_id: Mapped[UUID] = mapped_column(primary_key=True, comment="Which lead")
    seq: Mapped[int] = mapped_column(primary_key=True, comment="Which of its checklists")
    code: Mapped[str] = mapped_column(primary_key=True, comment="Which item of the templates")
    done: Mapped[bool] = mapped_column(comment="Done, or taken back")
    officer_id: Mapped[UUID] = mapped_column(ForeignKey("officers.id"), comment="Who said so last")
    at: Mapped[datetime] = mapped_column(comment="When")
    note: Mapped[bytes | None] = mapped_column(comment="What was found: encrypted JSON")


class Note(Table):
    __tablename__ = "notes"
    __table_args__ = (
        Index("ix_notes_lead_id_id", "lead_id", "id"),
        {"comment": "Internal notes on a lead; never shown to the reporter, never edited"},
    )

    id: Mapped[UUID] = key("Note; sorts by time")
    lead_id: Mapped[UUID] = mapped_column(ForeignKey("leads.id"), comment="Which lead")
    officer_id: Mapped[UUID] = mapped_column(ForeignKey("officers.id"), comment="Who wrote it")
    written_at: Mapped[datetime] = now_column("When")
    content: Mapped[bytes] = mapped_column(comment="The text: encrypted JSON")


class Mention(Table):
    __tablename__ = "mentions"
    __table_args__ = (
        Index("uq_mentions_note_id_officer_id", "note_id", "officer_id", unique=True),
        Index("ix_mentions_officer_id_id", "officer_id", "id"),
        {"comment": "Officers whom a note mentions"},
    )

    id: Mapped[UUID] = key("Mention; sorts by time")
    note_id: Mapped[UUID] = mapped_column(ForeignKey("notes.id"), comment="In which note")
    lead_id: Mapped[UUID] = mapped_column(ForeignKey("leads.id"), comment="On which lead")
    officer_id: Mapped[UUID] = mapped_column(ForeignKey("officers.id"), comment="Who is mentioned")
    read_at: Mapped[datetime | None] = mapped_column(comment="When they read it")


class LookBackDraw(Table):
    __tablename__ = "look_back_draws"
    __table_args__ = (
        CheckConstraint("extract(day from month) = 1", name="month"),
        CheckConstraint("octet_length(seed) = 32", name="seed"),
        CheckConstraint("cardinality(drawn) <= population", name="drawn"),
        {"comment": "Monthly look-back samples: the draw is a pure function of the seed and the sorted ids"},
    )

    month: Mapped[date] = mapped_column(Date(), primary_key=True, comment="First day of the month of closing, Beijing")
    seed: Mapped[bytes] = mapped_column(comment="32 random bytes")
    population: Mapped[int] = mapped_column(comment="How many leads were closed in the month and could be drawn")
    population_digest: Mapped[bytes] = mapped_column(comment="SHA-256 over their sorted ids, 16 bytes each")
    drawn: Mapped[list[UUID]] = mapped_column(comment="The leads drawn")
    drawn_at: Mapped[datetime] = now_column("When")


class LookBackSample(Table):
    __tablename__ = "look_back_samples"
    __table_args__ = (
        Index("ix_look_back_samples_lead_id", "lead_id"),
        {"comment": "Leads drawn for a look-back, and the office that does it: never one that verified the lead"},
    )

    month: Mapped[date] = mapped_column(
        Date(), ForeignKey("look_back_draws.month"), primary_key=True, comment="Of which draw"
    )
    lead_id: Mapped[UUID] = mapped_column(ForeignKey("leads.id"), primary_key=True, comment="Which lead")
    agency_id: Mapped[UUID] = mapped_column(ForeignKey("agencies.id"), comment="The reviewing office")
