"""Columns of requests (申请): what one officer asks for on a matter and another decides, with its state as a column.

The words that all kinds share are in `RequestState`; what a kind calls an agreed request, and a step of its own, are in
the kind's enumeration. `request_checks` holds the state to the other columns.
"""

import enum
from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from huiyin.kit.database.tables import now_column


class RequestState(enum.StrEnum):
    """The states that every kind of request may have, in the same words."""

    asked = "asked"  # 待审批
    refused = "refused"  # 不同意
    ended = "ended"  # 已结束
    lapsed = "lapsed"  # 逾期失效: nobody decided, or did what was granted, in time


class Apart(enum.Enum):
    """How far who decides must be from who asked (四眼)."""

    officer = "officer"
    agency = "agency"


class RequestRow:
    """A request that one officer makes and another decides; the decision is final."""

    id: Mapped[UUID]
    state: Mapped[str] = mapped_column(comment="Changed by asking, deciding, ending, and by the job when time is up")
    asked_by: Mapped[UUID] = mapped_column(ForeignKey("officers.id"), comment="Who asked")
    asked_agency_ids: Mapped[list[UUID]] = mapped_column(comment="The asker's agencies, their own first")
    asked_at: Mapped[datetime] = now_column("When it was asked")
    decided_by: Mapped[UUID | None] = mapped_column(
        ForeignKey("officers.id"), comment="Who agreed or refused; never the asker"
    )
    decided_agency_id: Mapped[UUID | None] = mapped_column(ForeignKey("agencies.id"), comment="For which agency")
    decided_at: Mapped[datetime | None] = mapped_column(comment="When it was decided")


class EndingRow(RequestRow):
    """A request that, once agreed, runs until somebody ends it or its term is over."""

    ended_by: Mapped[UUID | None] = mapped_column(ForeignKey("officers.id"), comment="Who ended it; empty: time did")
    ended_at: Mapped[datetime | None] = mapped_column(comment="When it was ended, its term was over, or it lapsed")


class LapsingRow(EndingRow):
    """A request that does not wait for ever."""

    lapses_at: Mapped[datetime] = mapped_column(comment="When it lapses if it still waits")


def request_checks(states: Iterable[str], apart: Apart) -> tuple[CheckConstraint, ...]:
    """The checks that hold a request's state to who decided and ended it, and who decides to another than who asked.

    Args:
        states: those that the kind stores.
        apart: as in its `RequestKind`.
    """
    stored = list(states)
    listed = ", ".join(f"'{state}'" for state in stored)
    others = "decided_by <> asked_by"
    if apart is Apart.agency:
        others += " AND NOT decided_agency_id = ANY (asked_agency_ids)"
    decided = "(state = 'asked') = (decided_by IS NULL)"
    if RequestState.lapsed in stored:
        decided = f"({decided} OR state = 'lapsed')"
    checks = [
        CheckConstraint(f"state IN ({listed})", name="state"),
        CheckConstraint(others, name="four_eyes"),
        CheckConstraint(
            f"{decided} AND (decided_by IS NULL) = (decided_at IS NULL)"
            " AND (decided_by IS NULL) = (decided_agency_id IS NULL)",
            name="decided",
        ),
    ]
    if RequestState.ended in stored:
        over = "state IN ('ended', 'lapsed')" if RequestState.lapsed in stored else "state = 'ended'"
        checks.append(CheckConstraint(f"({over}) = (ended_at IS NOT NULL)", name="ended"))
    return tuple(checks)
