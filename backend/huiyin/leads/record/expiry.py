"""The last day on which a closed lead is kept, by a rule that is versioned data (docs/domain.md, section 8).

It stands with the lead's row because the verbs set and clear it; what follows from it is in `retention/`.
"""

import enum
from datetime import datetime, time
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from huiyin.kit.database.tables import Table, now_column
from huiyin.kit.working_days import BEIJING, TermUnit, due
from huiyin.leads.record.models import Lead


class RetentionCode(enum.StrEnum):
    """Findings whose material expires (docs/domain.md, section 8); all others are kept as the archive law says."""

    unsubstantiated = "unsubstantiated"  # 查否
    false_report = "false_report"  # 诬告
    undetermined = "undetermined"  # 暂存待查


class RetentionRule(Table):
    __tablename__ = "retention_rules"
    __table_args__ = (
        CheckConstraint("months BETWEEN 1 AND 1200", name="months"),
        {"comment": "How long closed leads are kept, as versioned data; a lead keeps the version it was closed under"},
    )

    code: Mapped[str] = mapped_column(primary_key=True, comment="The finding that it is for")
    version: Mapped[int] = mapped_column(primary_key=True, comment="Counts changes of the rule")
    months: Mapped[int] = mapped_column(comment="How long after closing")
    basis: Mapped[str] = mapped_column(comment="Where the rule comes from")
    effective_from: Mapped[datetime] = mapped_column(comment="Leads closed from then on are kept by it")
    made_by: Mapped[UUID | None] = mapped_column(
        ForeignKey("officers.id"), comment="Who added it; empty: came with the system"
    )
    made_at: Mapped[datetime] = now_column("When it was added")


def _rule_at(session: Session, code: RetentionCode, moment: datetime) -> RetentionRule:
    """The version that held at a moment; before the first, the first."""
    versions = list(
        session.execute(
            select(RetentionRule).where(RetentionRule.code == code).order_by(RetentionRule.version.desc())
        ).scalars()
    )
    return next((rule for rule in versions if rule.effective_from <= moment), versions[-1])


def set_expiry(session: Session, lead: Lead) -> dict[str, Any]:
    """Give a lead that closes the last day on which it is kept, by the rule of its finding; returns facts of it.

    Findings without a rule do not expire: they are kept as the archive law of the place says.
    """
    if lead.closed_at is None or lead.finding not in set(RetentionCode):
        return {}
    rule = _rule_at(session, RetentionCode(lead.finding), lead.closed_at)
    lead.retention_rule, lead.retention_version = rule.code, rule.version
    lead.expires_on = due(lead.closed_at, rule.months, TermUnit.months).at.astimezone(BEIJING).date()
    lead.expiry_told_at = None
    return {"expires_on": lead.expires_on.isoformat(), "rule": rule.code, "rule_version": rule.version}


def forget_expiry(lead: Lead) -> None:
    """A lead that is taken up again does not expire."""
    lead.retention_rule = lead.retention_version = lead.expires_on = lead.expiry_told_at = None


def last_moment(lead: Lead) -> datetime | None:
    """The end of the last day on which a lead is kept."""
    if lead.expires_on is None:
        return None
    return datetime.combine(lead.expires_on, time(23, 59, 59), BEIJING)
