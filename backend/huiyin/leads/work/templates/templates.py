"""Checklist templates as versioned data. A verification that has begun keeps the versions it began with."""

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from huiyin.access.actors import Actor
from huiyin.access.highest_office import require_highest_office, setting_id
from huiyin.access.register.registers import require_terms
from huiyin.kit.database.tables import insert_into
from huiyin.kit.web.errors import Invalid, field_error
from huiyin.leads.work.checklist import GENERAL
from huiyin.leads.work.models import ChecklistTemplate
from huiyin.leads.work.templates.schemas import (
    NewTemplate,
    TemplateHistory,
    TemplateItemText,
    TemplateList,
    TemplateVersion,
)
from huiyin.trail.recorder import record


def templates(session: Session) -> TemplateList:
    """The general template first, then each conduct's, every version, the newest first."""
    rows = session.execute(
        select(ChecklistTemplate)
        .order_by(ChecklistTemplate.conduct != GENERAL, ChecklistTemplate.conduct, ChecklistTemplate.version.desc())
        .execution_options(populate_existing=True)
    ).scalars()
    found: dict[str, list[TemplateVersion]] = {}
    for row in rows:
        versions = found.setdefault(row.conduct, [])
        versions.append(
            TemplateVersion(
                version=row.version,
                items=[TemplateItemText.model_validate(item) for item in row.items],
                made_at=row.made_at,
                newest=not versions,
            )
        )
    return TemplateList(
        items=[TemplateHistory(conduct=conduct, versions=versions) for conduct, versions in found.items()]
    )


def add_version(session: Session, conduct: str, body: NewTemplate, actor: Actor) -> TemplateVersion:
    """Add a version: verifications that begin from now on use it.

    Raises:
        Forbidden: not of the highest office.
        Invalid: no such conduct, or an item that the other template of the same lead has too.
    """
    require_highest_office(session, actor)
    if conduct != GENERAL:
        require_terms(session, conduct=("conduct", conduct))
    newest = {history.conduct: history.versions[0] for history in templates(session).items}
    beside = [name for name in newest if name != conduct] if conduct == GENERAL else [GENERAL]
    taken = {item.code for name in beside for item in newest[name].items}
    errors = [
        field_error(f"/items/{index}/code", "in_other_template", "A checklist has this item from another template")
        for index, item in enumerate(body.items)
        if item.code in taken
    ]
    if errors:
        raise Invalid(*errors)
    last = session.execute(
        select(func.max(ChecklistTemplate.version)).where(ChecklistTemplate.conduct == conduct)
    ).scalar_one()
    version = (last or 0) + 1
    items = [item.model_dump() for item in body.items]
    session.execute(insert_into(ChecklistTemplate), {"conduct": conduct, "version": version, "items": items})
    record(
        session,
        "checklist_template:add",
        setting_id("checklist_template", conduct),
        actor.by,
        conduct=conduct,
        version=version,
        items=[item.code for item in body.items],
    )
    history = next(history for history in templates(session).items if history.conduct == conduct)
    return history.versions[0]
