"""The standing views of the inbox, and how many leads stand in each, as far as the asker may see them.

A view is a filter; the browser gets it with the count and copies no rule. Counts stop at 999: each is one bounded scan
of an index, never of the table (ADR 0020), and all of them are one statement.
"""

import enum
from datetime import UTC, datetime

from pydantic import Field
from sqlalchemy import Label, func, literal, select
from sqlalchemy.orm import Session

from huiyin.access.actors import Actor
from huiyin.access.schemas import ResponseModel
from huiyin.clocks.models import ClockRuleCode
from huiyin.leads.page.rows import conditions_of
from huiyin.leads.page.schemas import KeptFilter, LeadFilter
from huiyin.leads.record.models import Lead, State
from huiyin.leads.work.models import OverlayKind

MOST = 999
DUE_SOON_DAYS = 3


class ViewKey(enum.StrEnum):
    """Labels are terms of the taxonomy `view`."""

    all_open = "all_open"
    mine = "mine"
    my_unit = "my_unit"
    news = "news"  # 举报人有补充
    due_soon = "due_soon"
    overdue = "overdue"
    returned = "returned"  # 退查
    to_screen = "to_screen"
    to_dispatch = "to_dispatch"
    verifying = "verifying"
    to_review = "to_review"
    to_answer = "to_answer"
    supervised = "supervised"  # 督办, 挂牌督办


VIEWS: dict[ViewKey, LeadFilter] = {
    ViewKey.all_open: LeadFilter(open=True),
    ViewKey.mine: LeadFilter(officer="me"),
    ViewKey.my_unit: LeadFilter(agency="mine"),
    ViewKey.news: LeadFilter(open=True, news=True),
    ViewKey.due_soon: LeadFilter(due_within_days=DUE_SOON_DAYS),
    ViewKey.overdue: LeadFilter(overdue=True),
    # A verification that was sent back runs on its own clock until it is concluded again.
    ViewKey.returned: LeadFilter(state=[State.verifying], clock=ClockRuleCode.conclude_again),
    ViewKey.to_screen: LeadFilter(state=[State.received]),
    ViewKey.to_dispatch: LeadFilter(state=[State.registered]),
    ViewKey.verifying: LeadFilter(state=[State.verifying]),
    ViewKey.to_review: LeadFilter(state=[State.in_review]),
    ViewKey.to_answer: LeadFilter(state=[State.approved]),
    # An overlay outlives its lead where nobody ended it; the inbox is about what is still to be done.
    ViewKey.supervised: LeadFilter(open=True, overlay=[OverlayKind.supervised, OverlayKind.listed]),
}


class ViewCount(ResponseModel):
    key: ViewKey
    filter: KeptFilter = Field(description="What to ask the list of leads for")
    count: int = Field(description="How many there are, 999 at most")
    capped: bool = Field(description="There are more than were counted")


class ViewCounts(ResponseModel):
    items: list[ViewCount]


def counts(session: Session, actor: Actor) -> ViewCounts:
    """Every standing view with its count."""
    now = datetime.now(UTC)
    row = session.execute(select(*(_count(key, view, actor, now) for key, view in VIEWS.items()))).one()
    return ViewCounts(
        items=[
            ViewCount(key=key, filter=view, count=min(number, MOST), capped=number > MOST)
            for (key, view), number in zip(VIEWS.items(), row, strict=True)
        ]
    )


def _count(key: ViewKey, view: LeadFilter, actor: Actor, now: datetime) -> Label[int]:
    some = select(literal(1)).select_from(Lead).where(*conditions_of(view, actor, now)).limit(MOST + 1).subquery()
    return select(func.count()).select_from(some).scalar_subquery().label(key)
