"""Tables that every kind of matter (事项) shares: who answers, what was given with verbs, who must not see it."""

import enum
from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import ExcludeConstraint
from sqlalchemy.orm import Mapped, mapped_column

from huiyin.kit.database.tables import Table, key, now_column, one_of


class MatterKind(Table):
    __tablename__ = "matter_kinds"
    __table_args__ = (
        {"comment": "The kinds of matter and the table that has the rows of each; written by become_matter"},
    )

    kind: Mapped[str] = mapped_column(primary_key=True, comment="lead, channel, …")
    row_table: Mapped[str] = mapped_column(comment="Its table")


class Matter(Table):
    """Written by triggers alone, from the rows of each kind (migrations: `become_matter`)."""

    __tablename__ = "matters"
    __table_args__ = (
        Index("ix_matters_kind_number", "kind", "number"),
        {
            "comment": "Everything that moves by verbs: what all kinds have in common, and who may see it; "
            "kept by triggers"
        },
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, comment="The id of the row of its kind")
    kind: Mapped[str] = mapped_column(ForeignKey("matter_kinds.kind"), comment="Which machine: lead, channel, …")
    number: Mapped[str] = mapped_column(comment="What people call it")
    is_open: Mapped[bool] = mapped_column(comment="Whether somebody answers for it")
    open_since: Mapped[datetime] = mapped_column(comment="Since when it is open, or was last")
    visible_to: Mapped[list[UUID] | None] = mapped_column(comment="Agencies that may see it; empty: whoever signs in")
    hidden_from: Mapped[list[UUID]] = mapped_column(comment="Agencies, with all below them, and officers that must not")
    held_by_agency_id: Mapped[UUID | None] = mapped_column(comment="Which agency answers for it now")
    held_by_officer_id: Mapped[UUID | None] = mapped_column(comment="Which named officer answers for it now")


def open_in(open_states: Iterable[str]) -> CheckConstraint:
    """The check that `is_open` says what the state means: the only place in the database that lists a kind's states."""
    listed = ", ".join(f"'{state}'" for state in sorted(open_states))
    return CheckConstraint(f"is_open = (state IN ({listed}))", name="is_open")


class MatterRow:
    """The columns that every kind's own table has: the floor reads and writes them, a trigger copies the common ones.

    Beside these a kind declares `visible_to`, `held_by_agency_id` and `held_by_officer_id` itself: a lead must have all
    three, a channel is seen by whoever signs in (`visible_to` empty).
    """

    state: Mapped[str] = mapped_column(comment="Changed by verbs only")
    state_since: Mapped[datetime] = now_column("Since when it is in this state")
    is_open: Mapped[bool] = mapped_column(server_default=text("true"), comment="Whether its state is an open one")
    version: Mapped[int] = mapped_column(server_default="1", comment="Counts changes, for If-Match")
    hidden_from: Mapped[list[UUID]] = mapped_column(
        server_default=text("'{}'"), comment="Agencies, with all below them, and officers that must not see it"
    )
    clock_rule: Mapped[str | None] = mapped_column(comment="The running clock: its rule")
    clock_due_at: Mapped[datetime | None] = mapped_column(comment="The running clock: when it is due")
    clock_provisional: Mapped[bool] = mapped_column(
        server_default=text("false"), comment="The running clock: holidays not known yet"
    )
    clock_paused_at: Mapped[datetime | None] = mapped_column(comment="The running clock: waiting since then")
    pending_verb: Mapped[str | None] = mapped_column(comment="Which verb waits for a second officer")


class AssignmentRole(enum.StrEnum):
    """As what somebody answers for a matter."""

    desk = "desk"  # the office's intake, review and closing
    chief = "chief"
    verifier = "verifier"


class Assignment(Table):
    __tablename__ = "assignments"
    __table_args__ = (
        one_of("role", AssignmentRole),
        CheckConstraint("to_at IS NULL OR to_at >= from_at", name="range"),
        # Two may never answer for one matter at the same moment.
        ExcludeConstraint(
            (text("matter_id"), "="),
            (text("tstzrange(from_at, to_at)"), "&&"),
            using="gist",
            name="ex_assignments_matter_id_period",
        ),
        Index("ix_assignments_officer_id", "officer_id"),
        {"comment": "Who answered for a matter from when to when; never two at once"},
    )

    id: Mapped[UUID] = key("Assignment")
    matter_id: Mapped[UUID] = mapped_column(ForeignKey("matters.id"), comment="Which matter")
    agency_id: Mapped[UUID] = mapped_column(ForeignKey("agencies.id"), comment="The agency that answers")
    officer_id: Mapped[UUID] = mapped_column(ForeignKey("officers.id"), comment="The named officer who answers")
    role: Mapped[str] = mapped_column(comment="desk, chief or verifier")
    from_at: Mapped[datetime] = mapped_column(comment="From when")
    to_at: Mapped[datetime | None] = mapped_column(comment="To when; empty: still")


class ExclusionSource(enum.StrEnum):
    """How it came that somebody must not see a matter (回避)."""

    reporter = "reporter"  # the reporter asked for it
    subject = "subject"  # named as a subject
    declared = "declared"  # declared a conflict
    found = "found"  # an officer recorded a conflict


class Exclusion(Table):
    __tablename__ = "exclusions"
    __table_args__ = (
        one_of("source", ExclusionSource),
        CheckConstraint("(agency_id IS NULL) <> (officer_id IS NULL)", name="one"),
        UniqueConstraint("matter_id", "agency_id"),
        UniqueConstraint("matter_id", "officer_id"),
        {"comment": "Who must not see a matter, and since when; its row's hidden_from repeats it for the policies"},
    )

    id: Mapped[UUID] = key("Exclusion")
    matter_id: Mapped[UUID] = mapped_column(ForeignKey("matters.id"), comment="Which matter")
    agency_id: Mapped[UUID | None] = mapped_column(ForeignKey("agencies.id"), comment="An agency, with all below it")
    officer_id: Mapped[UUID | None] = mapped_column(ForeignKey("officers.id"), comment="An officer")
    source: Mapped[str] = mapped_column(comment="reporter, subject, declared or found")
    at: Mapped[datetime] = now_column("Since when")


class MoveInput(Table):
    __tablename__ = "move_inputs"
    __table_args__ = (
        Index("ix_move_inputs_matter_id", "matter_id"),
        {"comment": "What an officer gave with a verb, encrypted under the matter's key; the event itself has no text"},
    )

    event_id: Mapped[UUID] = mapped_column(ForeignKey("events.id"), primary_key=True, comment="Which event")
    matter_id: Mapped[UUID] = mapped_column(ForeignKey("matters.id"), comment="Which matter")
    content: Mapped[bytes] = mapped_column(comment="The verb's body: encrypted JSON")


class PendingMove(Table):
    __tablename__ = "pending_moves"
    __table_args__ = ({"comment": "Verbs that wait for a second officer"},)

    matter_id: Mapped[UUID] = mapped_column(ForeignKey("matters.id"), primary_key=True, comment="Which matter")
    verb: Mapped[str] = mapped_column(comment="Which verb")
    asked_by: Mapped[UUID] = mapped_column(ForeignKey("officers.id"), comment="Who asked")
    asked_at: Mapped[datetime] = now_column("When")
    content: Mapped[bytes] = mapped_column(comment="The verb's body: encrypted JSON")
