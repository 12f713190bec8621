"""Clock rules as versioned data: what holds, what a change would do, a new version. Running clocks never move."""

from datetime import UTC, datetime

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from huiyin.access.actors import Actor
from huiyin.access.highest_office import refuse_past, require_highest_office, setting_id
from huiyin.access.models import Officer
from huiyin.access.schemas import OfficerRef
from huiyin.clocks.models import ClockRule, ClockRuleCode
from huiyin.clocks.running import all_versions, entered_years
from huiyin.clocks.schemas import (
    ClockRuleItem,
    ClockRuleList,
    DueDate,
    NewRuleVersion,
    RuleChange,
    RulePreview,
    RuleVersion,
)
from huiyin.kit.database.tables import insert_into
from huiyin.kit.working_days import due
from huiyin.trail.recorder import record

MOST = 10_000
SMALL = 5  # docs/domain.md, section 7: smaller cells are not shown
_COUNTED = text("SELECT clocks_counted(:rule, :year, :most)")
_RUNNING = text(
    "SELECT code, clocks_counted(code, NULL, :most) AS running FROM (SELECT DISTINCT code FROM clock_rules)"
)


def unless_small(number: int) -> int | None:
    """A number of leads for somebody who may see none of them."""
    return number if number == 0 or number >= SMALL else None


def counted(session: Session, *, rule: str | None = None, year: int | None = None) -> int | None:
    """How many clocks run by a rule, or are provisionally due in a year; None for fewer than five."""
    return unless_small(session.execute(_COUNTED, {"rule": rule, "year": year, "most": MOST}).scalar_one())


def clock_rules(session: Session) -> ClockRuleList:
    """Every rule with its versions, the newest first, and how many clocks run by it."""
    now = datetime.now(UTC)
    rows = session.execute(
        select(ClockRule, Officer.name)
        .outerjoin(Officer, Officer.id == ClockRule.made_by)
        .order_by(ClockRule.version.desc())
        .execution_options(populate_existing=True)
    ).all()
    running = {row.code: unless_small(row.running) for row in session.execute(_RUNNING, {"most": MOST})}
    found: dict[str, list[RuleVersion]] = {}
    for row, name in rows:
        versions = found.setdefault(row.code, [])
        versions.append(
            RuleVersion.model_validate(
                {
                    "version": row.version,
                    "amount": row.amount,
                    "unit": row.unit,
                    "basis": row.basis,
                    "moves": row.moves,
                    "effective_from": row.effective_from,
                    "made_by": OfficerRef(id=row.made_by, name=name) if row.made_by else None,
                    "made_at": row.made_at,
                    "in_force": row.effective_from <= now and not any(other.in_force for other in versions),
                }
            )
        )
    return ClockRuleList(
        items=[ClockRuleItem(code=code, running=running[code], versions=found[code]) for code in ClockRuleCode]
    )


def preview(session: Session, code: ClockRuleCode, body: RuleChange, actor: Actor) -> RulePreview:
    """What a new version would do to a clock that starts at the sample's moment; nothing is written.

    Raises:
        Forbidden: not of the highest office.
        Invalid: it would hold from a moment in the past.
    """
    require_highest_office(session, actor)
    refuse_past(body.effective_from)
    sample = body.sample or body.effective_from
    now = all_versions(session, code).at(sample).due(sample)
    then = now
    if sample >= body.effective_from:
        then = due(sample, body.amount, body.unit, entered_years(session), moves=body.moves)
    return RulePreview(
        code=code,
        running=counted(session, rule=code),
        sample=sample,
        due_now=DueDate(at=now.at, provisional=now.provisional),
        due_then=DueDate(at=then.at, provisional=then.provisional),
    )


def add_version(session: Session, code: ClockRuleCode, body: NewRuleVersion, actor: Actor) -> RuleVersion:
    """Add a version of a rule: clocks that start from its moment on use it, those that run keep their dates.

    A version that was planned for later is superseded by one that is added after it. Raises as `preview`.
    """
    require_highest_office(session, actor)
    refuse_past(body.effective_from)
    newest = session.execute(select(func.max(ClockRule.version)).where(ClockRule.code == code)).scalar_one()
    version = newest + 1
    session.execute(
        insert_into(ClockRule),
        {
            "code": code,
            "version": version,
            "amount": body.amount,
            "unit": body.unit,
            "basis": body.basis,
            "moves": body.moves,
            "effective_from": body.effective_from,
            "made_by": actor.id,
        },
    )
    record(
        session,
        "clock_rule:add",
        setting_id("clock_rule", code),
        actor.by,
        rule=code,
        version=version,
        amount=body.amount,
        unit=body.unit,
        effective_from=body.effective_from.isoformat(),
    )
    item = next(item for item in clock_rules(session).items if item.code == code)
    return item.versions[0]
