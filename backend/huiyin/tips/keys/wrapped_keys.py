"""What happens alike to every key made in a browser: it is put to use, wrapped anew, shown, and what it opens counted.

The identity desk's (identity_desk.py) and those of agencies for sealed tips (sealed_keys.py).
"""

from datetime import UTC, datetime
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import Select, func, select, text
from sqlalchemy.orm import Session

from huiyin.kit.crypto.base64url import bytes_of, text_of
from huiyin.kit.database.tables import insert_into
from huiyin.kit.web.errors import Conflict, Invalid, field_error
from huiyin.tips.keys.models import WrappedKey
from huiyin.tips.keys.schemas import NewKey, NewWrapping, WrappedKeyItem, Wrapping

COUNTED = 1000  # more than these are not counted out
Item = TypeVar("Item", bound=WrappedKeyItem)


def item_of(model: type[Item], key: WrappedKey, maker: str, envelopes: int, **more: object) -> Item:
    """A key as the API gives it, with its maker's name and how much is sealed to it."""
    return model.model_validate(
        {
            "id": key.id,
            "version": key.version,
            "suite": key.suite,
            "public_key": text_of(key.public_key),
            "made_at": key.made_at,
            "made_by": {"id": key.made_by, "name": maker},
            "rewrapped_at": key.rewrapped_at,
            "retired_at": key.retired_at,
            "destroyed_at": key.destroyed_at,
            "envelopes": envelopes,
            "wrapping": _wrapping(key),
            **more,
        }
    )


def _wrapping(key: WrappedKey) -> Wrapping | None:
    if key.wrapped is None:
        return None
    return Wrapping(
        kdf="pbkdf2-sha256",
        iterations=key.iterations,
        salt=text_of(key.salt),
        nonce=text_of(key.nonce),
        wrapped=text_of(key.wrapped),
    )


def _columns(body: Wrapping) -> dict[str, Any]:
    return {
        "salt": bytes_of(body.salt),
        "iterations": body.iterations,
        "nonce": bytes_of(body.nonce),
        "wrapped": bytes_of(body.wrapped),
    }


def counted(session: Session, some: Select[Any]) -> int:
    """How many rows there are; 1001 means more than a thousand, which are not counted out."""
    return session.execute(select(func.count()).select_from(some.limit(COUNTED + 1).subquery())).scalar_one()


def put_to_use(session: Session, table: type[WrappedKey], body: NewKey, made_by: UUID, **owner: UUID) -> UUID:
    """Store the next key of its owner; the one before it is retired. Gives the new key's id.

    Raises:
        Conflict: another version was published meanwhile, or the key was in use before.
    """
    newest = session.execute(
        select(table).filter_by(**owner).order_by(table.version.desc()).limit(1).with_for_update()
    ).scalar_one_or_none()
    if body.version != (newest.version + 1 if newest else 1):
        raise Conflict("Another version was published meanwhile; read the keys again and begin anew")
    public = bytes_of(body.public_key)
    if session.execute(select(table.version).where(table.public_key == public)).first():
        raise Conflict("This key was in use before; make a new one", pointer="/public_key")
    if newest is not None:
        newest.retired_at = datetime.now(UTC)
        session.flush()
    id_: UUID = session.execute(text("SELECT uuidv7()")).scalar_one()
    columns = {"id": id_, "version": body.version, "suite": body.suite, "public_key": public, "made_by": made_by}
    session.execute(insert_into(table), columns | owner | _columns(body.wrapping))
    return id_


def wrap_anew(session: Session, key: WrappedKey, body: NewWrapping) -> None:
    """Keep a key under another passphrase: it was changed, or the key was recovered from the custodians' shares.

    Raises:
        Conflict: it was destroyed.
        Invalid: the public key is another one.
    """
    if key.destroyed_at is not None:
        raise Conflict("This key was destroyed; nothing is sealed to it any more")
    if key.public_key != bytes_of(body.public_key):
        raise Invalid(field_error("/public_key", "other_key", "This is another key than that of the version"))
    for name, value in _columns(body.wrapping).items():
        setattr(key, name, value)
    key.rewrapped_at = datetime.now(UTC)
    session.flush()
