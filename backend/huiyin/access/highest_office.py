"""What binds every change of a setting: by the highest office, from a moment to come, under an id for the trail."""

import uuid
from datetime import UTC, datetime

from sqlalchemy import text
from sqlalchemy.orm import Session

from huiyin.access.actors import Actor
from huiyin.access.permissions import Permission
from huiyin.kit.web.errors import Forbidden, Invalid, field_error

# The whole house runs by these rules: the highest office that has an administrator decides on them.
_HIGHEST = text(
    """
    SELECT a.kind = 'office' AND NOT EXISTS (
        SELECT FROM agencies h JOIN officers o ON o.agency_id = h.id
        WHERE h.kind = 'office' AND h.id = ANY(a.path) AND h.id <> a.id AND o.active AND 'admin' = ANY(o.roles))
    FROM agencies a WHERE a.id = :agency
    """
)


def require_highest_office(session: Session, actor: Actor) -> None:
    """Raises Forbidden unless the administrator serves the highest office that has one."""
    if not session.execute(_HIGHEST, {"agency": actor.agency_id}).scalar():
        raise Forbidden(
            "Only an administrator of the highest office changes what the whole system runs by",
            permission=Permission.settings_manage,
            rule="not_highest_office",
        )


def setting_id(kind: str, name: str) -> uuid.UUID:
    """The id under which the trail keeps what happened to a rule, year or template: they have names, not ids."""
    return uuid.uuid5(uuid.NAMESPACE_URL, f"urn:huiyin:{kind}:{name}")


def refuse_past(effective_from: datetime) -> None:
    """Raises Invalid: a rule cannot hold from a moment that is past."""
    if effective_from < datetime.now(UTC):
        raise Invalid(field_error("/effective_from", "past", "A rule holds from a moment that is still to come"))
