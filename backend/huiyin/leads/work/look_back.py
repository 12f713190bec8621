"""Look-back sampling (回头看): each month a share of what was closed in the month before is drawn and looked at again.

The draw is a pure function of a recorded seed and the sorted ids, so anyone who has both can repeat it (ADR 0021).
"""

import hashlib
import math
import secrets
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from huiyin.access.models import Agency
from huiyin.access.schemas import AgencyRef
from huiyin.clocks.models import Clock, ClockRuleCode
from huiyin.clocks.running import start_row, stop_clock, term
from huiyin.kit.database.sessions import set_scope
from huiyin.kit.database.tables import insert_into
from huiyin.kit.web.paging import decode_cursor, page_of
from huiyin.kit.working_days import BEIJING
from huiyin.leads.record.models import Lead
from huiyin.leads.work.models import LookBackDraw, LookBackSample
from huiyin.leads.work.schemas import (
    LookBackDrawItem,
    LookBackDrawPage,
    LookBackDrawQuery,
    LookBackRef,
    SampleItem,
)
from huiyin.trail.recorder import SYSTEM, record

SHARE = Fraction(5, 100)  # at least 5 % of the leads closed in a month
SEED_BYTES = 32


def draw(seed: bytes, ids: Iterable[UUID]) -> list[UUID]:
    """Those drawn: at least 5 % of `ids`, rounded up, and at least one where there is any.

    Each id gets the number SHA-256(seed || its 16 bytes); the lowest numbers are drawn. Neither the order of `ids` nor
    the machine matters.
    """
    population = set(ids)
    size = math.ceil(len(population) * SHARE)
    return sorted(population, key=lambda id_: hashlib.sha256(seed + id_.bytes).digest())[:size]


def digest(ids: Iterable[UUID]) -> bytes:
    """SHA-256 over the sorted ids: commits to the population without keeping it."""
    return hashlib.sha256(b"".join(id_.bytes for id_ in sorted(ids))).digest()


def month_before(now: datetime) -> date:
    """The first day of the month before `now`'s, in Beijing."""
    first = now.astimezone(BEIJING).date().replace(day=1)
    return (first - timedelta(days=1)).replace(day=1)


def draw_month(session: Session, month: date, seed: bytes | None = None) -> int | None:
    """Draw the sample of one past month, assign each lead to an office that did not verify it, start its clock.

    All of it is one transaction: a run that is killed leaves nothing, and of two runs the second finds it done.

    Returns:
        How many leads were drawn; None when the month was drawn before.
    """
    seed = seed or secrets.token_bytes(SEED_BYTES)
    # The month's row is written first: a second run waits here for the first one's end, then finds it.
    session.execute(
        text("SELECT pg_advisory_xact_lock(hashtextextended(:place, 0))"), {"place": f"look_back_draws/{month}"}
    )
    if session.get(LookBackDraw, month) is not None:
        return None
    population = list(session.execute(text("SELECT look_back_candidates(:month)"), {"month": month}).scalars())
    drawn = draw(seed, population)
    session.execute(
        insert(LookBackDraw).values(
            month=month, seed=seed, population=len(population), population_digest=digest(population), drawn=drawn
        )
    )
    now = datetime.now(UTC)
    for lead_id in drawn:
        _assign(session, month, lead_id, now)
    draw_id = session.execute(text("SELECT uuidv7()")).scalar_one()
    record(
        session,
        "look_back:draw",
        draw_id,
        SYSTEM,
        month=month.isoformat(),
        population=len(population),
        drawn=len(drawn),
    )
    return len(drawn)


_OFFICE = text(
    """
    SELECT a.id, a.head_id FROM agencies a
    WHERE a.id = ANY(:offices) AND a.head_id IS NOT NULL AND NOT a.id = ANY(:verified) AND NOT a.path && :hidden
      AND NOT a.head_id = ANY(:hidden)
    ORDER BY array_position(:offices, a.id) DESC LIMIT 1
    """
)


def _assign(session: Session, month: date, lead_id: UUID, now: datetime) -> None:
    """Give one drawn lead to the nearest office of its line that did not verify it, and start that office's clock."""
    set_scope(session, acting_on=str(lead_id))
    lead = session.execute(select(Lead).where(Lead.id == lead_id).with_for_update()).scalar_one()
    office = session.execute(
        _OFFICE,
        {"offices": lead.desk_agencies, "verified": lead.verifier_agency_ids, "hidden": lead.hidden_from},
    ).one()
    session.execute(insert_into(LookBackSample), {"month": month, "lead_id": lead.id, "agency_id": office.id})
    stop_clock(session, lead, now)
    rule = term(session, ClockRuleCode.look_back, now)
    ends = rule.due(now)
    session.execute(insert_into(Clock), start_row(lead.id, rule, ends, office.id, office.head_id, now))
    lead.clock_rule, lead.clock_due_at, lead.clock_provisional = rule.code, ends.at, ends.provisional
    lead.version += 1
    session.flush()
    record(
        session,
        "lead:draw_for_look_back",
        lead.id,
        SYSTEM,
        matter_id=lead.id,
        from_state=lead.state,
        to_state=lead.state,
        month=month.isoformat(),
        agency=str(office.id),
    )
    session.expunge(lead)


def look_backs_of(session: Session, lead: Lead) -> list[LookBackRef]:
    """In which months the lead was drawn, and for which office."""
    rows = session.execute(
        select(LookBackSample.month, Agency.id, Agency.name)
        .join(Agency, Agency.id == LookBackSample.agency_id)
        .where(LookBackSample.lead_id == lead.id)
        .order_by(LookBackSample.month)
    )
    return [LookBackRef(month=month, agency=AgencyRef(id=id_, name=name)) for month, id_, name in rows]


def draws(session: Session, query: LookBackDrawQuery) -> LookBackDrawPage:
    """The draws, newest first, each with those of its leads that the asker may see."""
    statement = select(LookBackDraw).order_by(LookBackDraw.month.desc()).limit(query.limit + 1)
    if query.cursor is not None:
        (last,) = decode_cursor(query.cursor, date.fromisoformat)
        statement = statement.where(LookBackDraw.month < last)
    shown, following = page_of(session.execute(statement).scalars().all(), query.limit, lambda row: [row.month])
    samples: dict[date, list[SampleItem]] = {}
    for month, lead_id, number, agency_id, agency in session.execute(
        select(LookBackSample.month, Lead.id, Lead.number, Agency.id, Agency.name)
        .join(Lead, Lead.id == LookBackSample.lead_id)
        .join(Agency, Agency.id == LookBackSample.agency_id)
        .where(LookBackSample.month.in_([row.month for row in shown]))
        .order_by(Lead.number)
    ):
        item = SampleItem(lead_id=lead_id, number=number, agency=AgencyRef(id=agency_id, name=agency))
        samples.setdefault(month, []).append(item)
    items = [
        LookBackDrawItem(
            month=row.month,
            seed=row.seed.hex(),
            population_digest=row.population_digest.hex(),
            drawn_at=row.drawn_at,
            samples=samples.get(row.month, []),
        )
        for row in shown
    ]
    return LookBackDrawPage(items=items, next_cursor=following)
