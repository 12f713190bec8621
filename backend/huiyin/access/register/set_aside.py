"""What background jobs could not do: listed for administrators, who may ask for it again.

It names a job, the id of a row and a kind of failure. What the row holds is not shown to who manages the system.
"""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends
from pydantic import Field
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from huiyin.access.actors import Actor, Allow, SessionDep
from huiyin.access.permissions import Permission
from huiyin.access.schemas import ResponseModel
from huiyin.kit.database.items import JobItem
from huiyin.kit.web.errors import NotFound
from huiyin.trail.recorder import record

MOST = 200
_AGAIN = text("DELETE FROM job_items WHERE id = :id RETURNING job")

router = APIRouter(prefix="/api/v1", tags=["settings"])
Manages = Annotated[Actor, Depends(Allow(Permission.settings_manage))]


class FailedItem(ResponseModel):
    """One thing that a background job could not do."""

    id: UUID
    job: str = Field(description="Which job: tend_attachments looks at files, index_forwarded makes tips findable …")
    item: str = Field(description="The id of a file, tip or lead, or what the job calls it")
    failure: str = Field(description="The kind of failure: an error's class, `too_long`, `killed`")
    tries: int
    first_at: datetime
    last_at: datetime
    next_at: datetime | None = Field(description="When it is tried again; null: set aside")


class FailedItems(ResponseModel):
    items: list[FailedItem] = Field(description=f"Those set aside first, the newest first; {MOST} at most")


def failed_items(session: Session) -> FailedItems:
    """What was set aside, then what will be tried again."""
    rows = session.execute(
        select(JobItem).order_by(JobItem.next_at.is_not(None), JobItem.last_at.desc(), JobItem.item).limit(MOST)
    ).scalars()
    return FailedItems(items=[FailedItem.model_validate(row, from_attributes=True) for row in rows])


def try_again(session: Session, item_id: UUID, actor: Actor) -> None:
    """Forget that an item failed: its job finds it like a new one. Raises NotFound: it is not among them any more."""
    job = session.execute(_AGAIN, {"id": item_id}).scalar_one_or_none()
    if job is None:
        raise NotFound("It is not among what failed, or was done meanwhile")
    record(session, "failed_job:retry", item_id, actor.by, job=job)


@router.get("/failed-jobs", operation_id="list_failed_jobs")
def list_failed_jobs(session: SessionDep, actor: Manages) -> FailedItems:
    """What background jobs could not do, for whoever runs the system."""
    return failed_items(session)


@router.post("/failed-jobs/{item_id:uuid}/retry", status_code=204, operation_id="retry_failed_job")
def retry_failed_job(item_id: UUID, session: SessionDep, actor: Manages) -> None:
    """Have one tried again within seconds."""
    try_again(session, item_id, actor)
