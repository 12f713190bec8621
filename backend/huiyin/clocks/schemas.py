"""What the API takes and gives about clock rules and calendars of years."""

from datetime import date, datetime
from typing import Annotated, Self

from pydantic import ConfigDict, Field, StringConstraints, model_validator
from pydantic.config import JsonDict
from pydantic_core import PydanticCustomError

from huiyin.access.schemas import OfficerRef, RequestModel, ResponseModel
from huiyin.clocks.models import ClockRuleCode
from huiyin.kit.text.fields import Instant, Line
from huiyin.kit.working_days import TermUnit

Basis = Annotated[Line, StringConstraints(max_length=300)]
Count = Annotated[int | None, Field(description="10,000 at most; empty: fewer than five, but not none")]


_MOVES = "Whether an end on a day off moves to the next working day (Civil Code, article 203); for days and months"


class RuleVersion(ResponseModel):
    """A term as it holds from a moment on; the highest version that has begun to hold is the one in force."""

    version: int
    amount: int
    unit: TermUnit
    basis: str
    moves: bool = Field(description=_MOVES)
    effective_from: datetime
    made_by: OfficerRef | None
    made_at: datetime
    in_force: bool


class ClockRuleItem(ResponseModel):
    code: ClockRuleCode
    running: Count = Field(description="Clocks that run by it now, in whatever version")
    versions: list[RuleVersion]


class ClockRuleList(ResponseModel):
    items: list[ClockRuleItem]


_MOST = {TermUnit.hours: 24 * 366, TermUnit.calendar_days: 366, TermUnit.working_days: 250, TermUnit.months: 60}


_RULE: JsonDict = {
    "amount": 5,
    "unit": "working_days",
    "effective_from": "2027-01-01T00:00:00+08:00",
    "sample": None,
}


class RuleChange(RequestModel):
    model_config = ConfigDict(json_schema_extra={"example": _RULE})

    amount: int = Field(ge=1, description="How many units")
    unit: TermUnit
    moves: bool = Field(True, description=_MOVES)
    effective_from: Instant = Field(description="Clocks that start from then on use it; not in the past")
    sample: Instant | None = Field(None, description="When a clock starts whose date is shown; else: that moment")

    @model_validator(mode="after")
    def _within_reason(self) -> Self:
        if self.amount > _MOST[self.unit]:
            raise PydanticCustomError("too_long", f"At most {_MOST[self.unit]} {self.unit.replace('_', ' ')}")
        return self


class NewRuleVersion(RuleChange):
    model_config = ConfigDict(json_schema_extra={"example": _RULE | {"basis": "省扫黑办线索核查工作规定第十二条"}})

    basis: Basis = Field(description="Where the rule comes from: law and article, or the decision")


class DueDate(ResponseModel):
    at: datetime
    provisional: bool


class RulePreview(ResponseModel):
    """What a new version would change. Nothing is written, and clocks that run are not moved by it."""

    code: ClockRuleCode
    running: Count = Field(description="Clocks that run by the rule now and keep their dates")
    sample: datetime = Field(description="When the clock of the two dates below would start")
    due_now: DueDate = Field(description="By the version in force at that moment as things stand")
    due_then: DueDate = Field(description="With the new version")


class NewWorkingYear(RequestModel):
    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "year": 2027,
                "holidays": ["2027-01-01", "2027-02-05", "2027-02-08"],
                "working_days": ["2027-01-30"],
                "basis": "国务院办公厅关于2027年部分节假日安排的通知",
            }
        }
    )

    year: int = Field(ge=2020, le=2100)
    holidays: Annotated[list[date], Field(min_length=1, max_length=100)] = Field(
        description="Every day off that the notice names; weekends need not be"
    )
    working_days: Annotated[list[date], Field(max_length=60)] = Field(description="Weekend days that are worked (调休)")
    basis: Basis

    @model_validator(mode="after")
    def _of_the_year(self) -> Self:
        if any(day.year != self.year for day in (*self.holidays, *self.working_days)):
            raise PydanticCustomError("other_year", "Give days of that year only")
        if any(day.weekday() < 5 for day in self.working_days):
            raise PydanticCustomError("not_weekend", "working_days are Saturdays and Sundays; the others are worked")
        if set(self.holidays) & set(self.working_days):
            raise PydanticCustomError("both", "A day is either off or worked")
        return self


class WorkingYearItem(ResponseModel):
    year: int
    holidays: list[date]
    working_days: list[date]
    basis: str
    entered_by: OfficerRef
    entered_at: datetime


class WorkingYearList(ResponseModel):
    known_until: int = Field(description="The last year up to which every calendar is known")
    items: list[WorkingYearItem] = Field(description="Calendars entered by hand, by year")


class WorkingYearPreview(ResponseModel):
    """What entering a year would change. Nothing is written."""

    year: int
    working_days: int = Field(description="How many days offices would work in that year")
    weekdays_off: int = Field(description="Days from Monday to Friday that would be off")
    provisional: Count = Field(description="Running clocks that are provisionally due in that year: recomputed once")
