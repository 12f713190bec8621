"""Bulk verbs: one verb with one input on up to a hundred leads, each for itself, with a result for each.

`MOVES` says which verbs: those that sort or hand on, where the same input is right for many leads at once. What weighs
one matter, such as a conclusion, an approval or a refusal, is done one by one (ADR 0020).
"""

from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, Field, create_model, field_validator
from pydantic_core import PydanticCustomError
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.orm import Session

from huiyin.access.actors import Actor
from huiyin.access.schemas import RequestModel, ResponseModel
from huiyin.kit.database.sessions import set_scope
from huiyin.kit.web.errors import HuiyinError, Problem
from huiyin.kit.web.http import collision
from huiyin.leads.lifecycle.moves import LEADS, MOVES
from huiyin.leads.page.rows import rows_of
from huiyin.leads.page.schemas import LeadRow
from huiyin.workflow.inputs import example_of
from huiyin.workflow.moving import move

MOST = 100
_EXAMPLE_ID = "0198c5a0-0000-7000-8000-00000000000a"
LOCK_WAIT = "500ms"  # a hundred leads must not wait five seconds each for somebody else


class BulkItem(RequestModel):
    id: UUID
    version: int = Field(ge=1, description="The version that you saw")


class _Bulk(RequestModel):
    items: Annotated[list[BulkItem], Field(min_length=1, max_length=MOST)]

    @field_validator("items")
    @classmethod
    def _each_once(cls, items: list[BulkItem]) -> list[BulkItem]:
        if len({item.id for item in items}) != len(items):
            raise PydanticCustomError("twice", "Name each lead once")
        return items


def takes(verb: str) -> type[BaseModel]:
    """The body of a bulk verb: the leads, and the verb's own input for all of them."""
    step = MOVES[verb]
    name = "Bulk" + "".join(word.capitalize() for word in verb.split("_"))
    example = {"items": [{"id": _EXAMPLE_ID, "version": 3}], "input": example_of(step.takes)}
    return create_model(
        name, __base__=_Bulk, __cls_kwargs__={"json_schema_extra": {"example": example}}, input=(step.takes, ...)
    )


class BulkResult(ResponseModel):
    id: UUID
    status: int = Field(description="As if it had been asked for alone: 200, 403, 404, 409, 412 or 422")
    lead: LeadRow | None = Field(description="The lead after it; empty if it failed, or took the lead out of sight")
    problem: Problem | None


class BulkResults(ResponseModel):
    results: list[BulkResult] = Field(description="In the order of the request")


class BulkVerbs(ResponseModel):
    verbs: list[str] = Field(description="Verbs that you may use on many leads at once, where each allows them")
    most: int = Field(description="How many leads a request takes")


def verbs(actor: Actor) -> BulkVerbs:
    """The bulk verbs that the officer's permissions cover."""
    return BulkVerbs(
        verbs=[verb for verb, step in MOVES.items() if step.bulk and actor.may(step.permission)], most=MOST
    )


def move_many(session: Session, verb: str, body: Any, actor: Actor) -> BulkResults:
    """Carry the verb out on each lead, all or nothing for each.

    Leads are locked in the order of their ids, so that two requests for the same leads do not block each other.
    """
    session.execute(text("SELECT set_config('lock_timeout', :wait, true)"), {"wait": LOCK_WAIT})
    problems: dict[UUID, HuiyinError | None] = {}
    for item in sorted(body.items, key=lambda item: item.id.int):
        problems[item.id] = _one(session, verb, item, actor, body.input)
    set_scope(session, acting_on="")  # what a verb took out of the officer's sight is out of it
    done = rows_of(session, [id_ for id_, problem in problems.items() if problem is None], actor)
    results = []
    for item in body.items:
        problem = problems[item.id]
        results.append(
            BulkResult(
                id=item.id,
                status=problem.status if problem else 200,
                lead=done.get(item.id),
                problem=Problem.model_validate(problem.problem()) if problem else None,
            )
        )
    return BulkResults(results=results)


def _one(session: Session, verb: str, item: BulkItem, actor: Actor, body: BaseModel) -> HuiyinError | None:
    """None when it is done; otherwise why not, and nothing of it is written."""
    set_scope(session, acting_on="")
    try:
        with session.begin_nested():
            move(LEADS, session, item.id, verb, item.version, actor, body, at_once=True)
    except HuiyinError as problem:
        return problem
    except (IntegrityError, OperationalError) as error:
        met = collision(error)
        if met is None:
            raise
        return met
    return None
