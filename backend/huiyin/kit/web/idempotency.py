"""Idempotency-Key: the same key and body answer the same again, and create nothing twice.

The key's row is written in the transaction of what it guards. A second request with the same key waits on that row
and then reads the answer; a crash before the commit leaves neither.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, TypeVar

from fastapi import Header, Request, Response
from pydantic import BaseModel
from sqlalchemy import select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, Session, mapped_column

from huiyin.kit.crypto.vault import vault
from huiyin.kit.database.tables import Table, now_column
from huiyin.kit.web.errors import IdempotencyMismatch, Invalid, field_error

REPLAYED = "Idempotency-Replayed"
Answer = TypeVar("Answer", bound=BaseModel)


class KeptAnswer(Table):
    __tablename__ = "idempotency_keys"
    __table_args__ = ({"comment": "Answers to POSTs that create, kept for repeats of the same request"},)

    principal: Mapped[str] = mapped_column(primary_key=True, comment="Who sent it; 'public' for the open form")
    key: Mapped[bytes] = mapped_column(primary_key=True, comment="Keyed hash of route and Idempotency-Key")
    body_hash: Mapped[bytes] = mapped_column(comment="Keyed hash of the body: equal or not, nothing more")
    answer: Mapped[bytes | None] = mapped_column(comment="The first answer, encrypted")
    created_at: Mapped[datetime] = now_column("Kept for 30 days")


@dataclass(frozen=True, slots=True)
class Attempt:
    """One request that creates: its key, if it sent one, and its body."""

    key: str | None
    route: str
    body: bytes


async def attempt(
    request: Request,
    idempotency_key: Annotated[
        str | None, Header(description="Any unique text up to 200 characters; a repeat with the same body is safe")
    ] = None,
) -> Attempt:
    """FastAPI dependency. Raises Invalid for a key that is empty, too long or not visible ASCII."""
    if idempotency_key is not None and not (
        0 < len(idempotency_key) <= 200 and all("!" <= character <= "~" for character in idempotency_key)
    ):
        raise Invalid(field_error("/header/Idempotency-Key", "bad_key", "Send 1 to 200 visible ASCII characters"))
    return Attempt(idempotency_key, f"{request.method} {request.url.path}", await request.body())


def once(
    session: Session,
    attempt: Attempt,
    principal: str,
    answer_type: type[Answer],
    response: Response,
    create: Callable[[], Answer],
) -> Answer:
    """Run `create` unless this attempt was answered before; then give that answer again.

    Raises:
        IdempotencyMismatch: the key was used for another body.
    """
    if attempt.key is None:
        return create()
    key = vault().fingerprint(f"{attempt.route} {attempt.key}".encode())
    body_hash = vault().fingerprint(attempt.body)
    place = f"idempotency_keys/{principal}/{key.hex()}"
    here: Any = KeptAnswer.__table__
    mine = session.execute(
        insert(here)
        .values(principal=principal, key=key, body_hash=body_hash)
        .on_conflict_do_nothing()
        .returning(text("1"))
    ).first()
    where = (here.c.principal == principal, here.c.key == key)
    if mine is None:
        kept = session.execute(select(here.c.body_hash, here.c.answer).where(*where)).one()
        if kept.body_hash != body_hash:
            raise IdempotencyMismatch
        response.headers[REPLAYED] = "true"
        return answer_type.model_validate(vault().decrypt_small(kept.answer, place))
    answer = create()
    sealed = vault().encrypt_small(answer.model_dump(mode="json", by_alias=True), place)
    session.execute(update(here).where(*where).values(answer=sealed))
    return answer
