"""Who may see a matter. Row-level security decides what a request reads; this says it of others, and after a verb."""

from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy.orm import Session

from huiyin.access.actors import Actor, reading_as
from huiyin.access.permissions import Permission
from huiyin.kit.web.errors import Forbidden
from huiyin.kit.web.refusals import RuleCode
from huiyin.workflow.machine import Machine, Matter

M = TypeVar("M", bound=Matter)


def is_excluded(officer: Actor, matter: Any) -> bool:
    """Whether the officer, or an agency at or below which they serve or act, must not see the matter (回避)."""
    _, principals = reading_as(officer)
    return not set(principals).isdisjoint(matter.hidden_from)


def version_after(machine: Machine[M], session: Session, matter_id: UUID, actor: Actor) -> int | None:
    """The matter's version after the actor's own verb; None where it excluded them, who may then learn no more."""
    found = session.get(machine.table, matter_id)
    if found is None or is_excluded(actor, found):
        return None
    version: int = found.version
    return version


def require_at(actor: Actor, permission: Permission, agency_ids: list[UUID], rule: RuleCode, detail: str) -> None:
    """Raises Forbidden unless the officer holds the permission at one of the agencies."""
    if not actor.may_at(permission, agency_ids):
        raise Forbidden(detail, permission=permission, rule=rule)
