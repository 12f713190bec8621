"""What `huiyin retention --dry-run` lists: the leads that expire within so many days, and what keeps some longer.

Runs as the owner of the schema; numbers, dates and counts only, no text.
"""

from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple

from sqlalchemy import create_engine, text

from huiyin.kit.working_days import today_in_beijing

_EXPIRING = text(
    """
    SELECT l.number, l.retention_rule AS rule, l.expires_on, lead_waits(l.id) AS waits, a.name AS agency,
           (SELECT count(*) FROM tips t WHERE t.lead_id = l.id) AS tips
    FROM leads l JOIN agencies a ON a.id = l.held_by_agency_id
    WHERE l.expires_on <= :until AND l.destroyed_at IS NULL AND l.state = 'closed'
    ORDER BY l.expires_on, l.id
    """
)


class Expiring(NamedTuple):
    """One lead that expires; `waits`: what keeps it longer, `hold` or `branch`."""

    number: str
    rule: str
    expires_on: date
    waits: str | None
    agency: str
    tips: int


def expiring(owner_url: str, days: int) -> list[Expiring]:
    """The leads whose last day lies within so many days from today, in Beijing, the first to go first."""
    until = today_in_beijing(datetime.now(UTC)) + timedelta(days=days)
    engine = create_engine(owner_url)
    try:
        with engine.connect() as connection:
            return [Expiring(*row) for row in connection.execute(_EXPIRING, {"until": until})]
    finally:
        engine.dispose()
