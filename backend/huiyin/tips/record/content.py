"""Closing and opening what was told: which text is encrypted where, under the tip's own key."""

from uuid import UUID

from huiyin.kit.crypto.vault import DataKey, Unreadable, vault


def key_aad(tip_id: UUID) -> str:
    return f"tips/{tip_id}"


def new_tip_key(tip_id: UUID) -> DataKey:
    """A data key for a new tip."""
    return vault().new_key(key_aad(tip_id))


def tip_key(tip_id: UUID, wrapped: bytes | None) -> bytes | None:
    """The tip's data key, or None when it was destroyed or cannot be unwrapped here."""
    try:
        return vault().unwrap(wrapped, key_aad(tip_id))
    except Unreadable:
        return None


def content_aad(tip_id: UUID) -> str:
    return f"tips/{tip_id}/content"


def subject_aad(tip_id: UUID, seq: int) -> str:
    return f"subjects/{tip_id}/{seq}/content"


def exclusion_aad(tip_id: UUID, seq: int) -> str:
    return f"tip_exclusions/{tip_id}/{seq}/official"


def message_aad(message_id: UUID) -> str:
    return f"messages/{message_id}/content"


def name_aad(attachment_id: UUID) -> str:
    return f"attachments/{attachment_id}/name"


def found_aad(attachment_id: UUID) -> str:
    return f"attachments/{attachment_id}/found"
