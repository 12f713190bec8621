"""Routes of the checklist templates that administrators set."""

from typing import Annotated

from fastapi import APIRouter, Depends, Response

from huiyin.access.actors import Actor, Allow, SessionDep
from huiyin.access.permissions import Permission as P
from huiyin.access.schemas import Code
from huiyin.kit.web.idempotency import Attempt, attempt, once
from huiyin.leads.work.templates import templates
from huiyin.leads.work.templates.schemas import NewTemplate, TemplateList, TemplateVersion

router = APIRouter(prefix="/api/v1")
Once = Annotated[Attempt, Depends(attempt)]
Reads = Annotated[Actor, Depends(Allow(P.settings_read))]
Manages = Annotated[Actor, Depends(Allow(P.settings_manage))]


@router.get("/checklist-templates", tags=["settings"], operation_id="list_checklist_templates")
def list_checklist_templates(session: SessionDep, _: Reads) -> TemplateList:
    """The checklist of each conduct with its versions."""
    return templates.templates(session)


@router.post(
    "/checklist-templates/{conduct}/versions",
    tags=["settings"],
    operation_id="add_checklist_template",
    status_code=201,
)
def add_checklist_template(
    conduct: Code, body: NewTemplate, session: SessionDep, response: Response, actor: Manages, attempt: Once
) -> TemplateVersion:
    """Add a version of a conduct's checklist, or of `general`. Verifications that have begun keep theirs."""
    return once(
        session,
        attempt,
        str(actor.id),
        TemplateVersion,
        response,
        lambda: templates.add_version(session, conduct, body, actor),
    )
