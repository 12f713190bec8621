"""Routes of what administrators set: clock rules, calendars of years."""

from typing import Annotated

from fastapi import APIRouter, Depends, Response

from huiyin.access.actors import Actor, Allow, SessionDep
from huiyin.access.permissions import Permission as P
from huiyin.clocks import rules as clock_rules
from huiyin.clocks import working_years
from huiyin.clocks.models import ClockRuleCode
from huiyin.clocks.schemas import (
    ClockRuleList,
    NewRuleVersion,
    NewWorkingYear,
    RuleChange,
    RulePreview,
    RuleVersion,
    WorkingYearItem,
    WorkingYearList,
    WorkingYearPreview,
)
from huiyin.kit.web.idempotency import Attempt, attempt, once

router = APIRouter(prefix="/api/v1")
Once = Annotated[Attempt, Depends(attempt)]
Reads = Annotated[Actor, Depends(Allow(P.settings_read))]
Manages = Annotated[Actor, Depends(Allow(P.settings_manage))]


@router.get("/clock-rules", tags=["settings"], operation_id="list_clock_rules")
def list_clock_rules(session: SessionDep, _: Reads) -> ClockRuleList:
    """Every term with its versions, and how many clocks run by it."""
    return clock_rules.clock_rules(session)


@router.post("/clock-rules/{code}/preview", tags=["settings"], operation_id="preview_clock_rule")
def preview_clock_rule(code: ClockRuleCode, body: RuleChange, session: SessionDep, actor: Manages) -> RulePreview:
    """What a new version would change; nothing is written."""
    return clock_rules.preview(session, code, body, actor)


@router.post("/clock-rules/{code}/versions", tags=["settings"], operation_id="add_clock_rule_version", status_code=201)
def add_clock_rule_version(
    code: ClockRuleCode, body: NewRuleVersion, session: SessionDep, response: Response, actor: Manages, attempt: Once
) -> RuleVersion:
    """Add a version of a term, with the moment from which it holds. Clocks that run keep their dates."""
    return once(
        session,
        attempt,
        str(actor.id),
        RuleVersion,
        response,
        lambda: clock_rules.add_version(session, code, body, actor),
    )


@router.get("/working-years", tags=["settings"], operation_id="list_working_years")
def list_working_years(session: SessionDep, _: Reads) -> WorkingYearList:
    """Up to which year holidays are known, and the calendars that were entered."""
    return working_years.working_years(session)


@router.post("/working-years/preview", tags=["settings"], operation_id="preview_working_year")
def preview_working_year(body: NewWorkingYear, session: SessionDep, actor: Manages) -> WorkingYearPreview:
    """What entering the calendar of a year would change; nothing is written."""
    return working_years.preview(session, body, actor)


@router.post("/working-years", tags=["settings"], operation_id="enter_working_year", status_code=201)
def enter_working_year(
    body: NewWorkingYear, session: SessionDep, response: Response, actor: Manages, attempt: Once
) -> WorkingYearItem:
    """Enter the calendar of a year, once; provisional dates in it are recomputed within minutes."""
    return once(
        session, attempt, str(actor.id), WorkingYearItem, response, lambda: working_years.enter(session, body, actor)
    )
