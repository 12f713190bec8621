"""Closing and opening a lead's own texts: findings and what officers gave with a verb, under the lead's data key."""

from uuid import UUID

from huiyin.kit.crypto.vault import DataKey, Unreadable, vault
from huiyin.kit.web.errors import Conflict
from huiyin.leads.record.models import Lead


def key_aad(lead_id: UUID) -> str:
    return f"leads/{lead_id}"


def new_lead_key(lead_id: UUID) -> DataKey:
    """A data key for a new lead."""
    return vault().new_key(key_aad(lead_id))


def lead_key(lead: Lead) -> bytes:
    """The lead's data key. Raises Conflict when it was destroyed, so that nothing more can be written to the lead."""
    try:
        return vault().unwrap(lead.wrapped_key, key_aad(lead.id))
    except Unreadable:
        raise Conflict("The lead's texts can no longer be opened, and nothing can be added to them") from None


def lead_key_or_none(found: Lead) -> bytes | None:
    """The lead's data key, or None once it was destroyed."""
    try:
        return vault().unwrap(found.wrapped_key, key_aad(found.id))
    except Unreadable:
        return None


def conclusion_aad(conclusion_id: UUID) -> str:
    return f"conclusions/{conclusion_id}/content"


def allegation_aad(lead_id: UUID) -> str:
    return f"leads/{lead_id}/allegation"
