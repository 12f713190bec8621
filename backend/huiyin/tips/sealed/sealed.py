"""What the server does with sealed things: it takes words in envelopes, keeps them, and hands them out.

A body lies where the text would lie, under the tip's key as well; its content key, sealed to the agency, in a row of
its own, so that the agency can seal it to a later key without touching what was told.
"""

from collections.abc import Iterable
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from huiyin.access.models import Agency, AgencyKind, Region
from huiyin.access.register.registers import unknown_region
from huiyin.kit.crypto.base64url import bytes_of, text_of
from huiyin.kit.crypto.vault import decrypt_or_none
from huiyin.kit.database.tables import insert_into
from huiyin.kit.web.errors import Invalid, field_error
from huiyin.tips.files.models import Attachment, AttachmentState
from huiyin.tips.keys.models import SealedKey
from huiyin.tips.record.content import content_aad, name_aad, tip_key
from huiyin.tips.record.models import Tip
from huiyin.tips.sealed.envelope import SUITE
from huiyin.tips.sealed.models import SealedEnvelope
from huiyin.tips.sealed.schemas import (
    PublicSealedKey,
    PublicSealedKeys,
    ReceiptSealing,
    SealedAnswer,
    SealedTipIn,
    SealedTipItem,
    ToAgency,
)

S = TypeVar("S", bound=ToAgency)
IN_CLEAR = "This tip is sealed; nothing of it is taken in clear"


def public_keys(session: Session, region: str) -> PublicSealedKeys:
    """The discipline agencies that take sealed tips of a region, nearest first. Raises Invalid: unknown region."""
    path = session.execute(select(Region.path).where(Region.code == region)).scalar_one_or_none()
    if path is None:
        raise unknown_region(region, "/region")
    rows = session.execute(
        select(Agency.id, Agency.name, Agency.region_code, SealedKey)
        .outerjoin(SealedKey, (SealedKey.agency_id == Agency.id) & SealedKey.retired_at.is_(None))
        .where(Agency.kind == AgencyKind.discipline, Agency.region_code.in_(path), Agency.head_id.is_not(None))
    ).all()
    nearest = sorted(rows, key=lambda row: (-path.index(row.region_code), row.name))
    items = [
        PublicSealedKey(
            id=row.SealedKey.id,
            suite=SUITE,
            public_key=text_of(row.SealedKey.public_key),
            agency={"id": row.id, "name": row.name},  # type: ignore[arg-type]
        )
        for row in nearest
        if row.SealedKey is not None
    ]
    return PublicSealedKeys(items=items, reason=None if items else "no_key" if rows else "no_agency")


def present_key(session: Session, key_id: UUID, pointer: str = "/sealed/key_id") -> UUID:
    """The agency whose present key this is. Raises Invalid: it is none, or was replaced.

    Locked until the commit, so that no key is retired and destroyed while something is being sealed to it.
    """
    statement = select(SealedKey.agency_id).where(SealedKey.id == key_id, SealedKey.retired_at.is_(None))
    agency = session.execute(statement.with_for_update(read=True)).scalar_one_or_none()
    if agency is None:
        raise Invalid(field_error(pointer, "old_sealed_key", "Seal to the key that the agency uses now"))
    return agency


def body_of(body: ToAgency) -> dict[str, Any]:
    """What is kept in the place of a text."""
    kept: dict[str, Any] = {"sealed": body.body}
    to_reporter = getattr(body, "to_reporter", None)
    if to_reporter is not None:
        kept["to_reporter"] = to_reporter
    if isinstance(body, SealedTipIn):
        kept["reply"] = body.reply.model_dump()
    return kept


def store_sealed(session: Session, id_: UUID, tip_id: UUID, what: str, body: ToAgency, binding: bytes) -> None:
    """Store the content key of a sealed thing."""
    columns = {"id": id_, "tip_id": tip_id, "what": what, "key_id": body.key_id, "binding": binding}
    session.execute(insert_into(SealedEnvelope), columns | {"to_agency": bytes_of(body.to_agency)})


def require_words(session: Session, tip: Tip, text: str | None, sealed: S | None, pointer: str = "") -> str | S:
    """What was written about a tip: in clear for an ordinary one, sealed to its agency for a sealed one.

    Raises:
        Invalid: the other of the two was given, or none, or it is sealed to another key than the agency's present one.
    """
    if tip.sealed_for is None:
        if sealed is not None:
            raise Invalid(field_error(f"{pointer}/sealed", "not_sealed", "This tip is not sealed; send `text`"))
        if text is None:
            raise Invalid(field_error(f"{pointer}/text", "missing", "Field required"))
        return text
    if text is not None:
        raise Invalid(field_error(f"{pointer}/text", "sealed_tip", IN_CLEAR))
    if sealed is None:
        raise Invalid(field_error(f"{pointer}/sealed", "missing", "This tip is sealed; seal what you write about it"))
    if present_key(session, sealed.key_id, f"{pointer}/sealed/key_id") != tip.sealed_for:
        raise Invalid(field_error(f"{pointer}/sealed/key_id", "old_sealed_key", "Seal to the key of the tip's agency"))
    return sealed


def answers_for(
    session: Session, tips: Iterable[Tip], text: str | None, sealed: list[SealedAnswer] | None
) -> dict[UUID, str | SealedAnswer]:
    """What each of these tips' reporters is told. Raises Invalid as `require_words`, and for another tip."""
    tips = list(tips)
    by_tip = {answer.tip_id: answer for answer in sealed or []}
    strangers = [
        field_error(f"/sealed/{at}/tip_id", "unknown_tip", "Nothing waits for an answer under this id")
        for at, answer in enumerate(sealed or [])
        if answer.tip_id not in {tip.id for tip in tips}
    ]
    if strangers:
        raise Invalid(*strangers)
    if text is not None and tips and all(tip.sealed_for for tip in tips):
        raise Invalid(field_error("/text", "sealed_tip", IN_CLEAR))
    return {
        tip.id: require_words(session, tip, text if tip.sealed_for is None else None, by_tip.get(tip.id))
        for tip in tips
        if tip.receipt_hash is not None or tip.sealed_for is None
    }


def for_reporter(told: Any) -> dict[str, str] | None:
    """A sealed text or name as its reporter opens it; None for one in clear."""
    if isinstance(told, dict) and "to_reporter" in told:
        return {"to_reporter": told["to_reporter"], "body": told["sealed"]}
    return None


def for_agency(told: Any, envelope: SealedEnvelope | None) -> dict[str, Any] | None:
    """A sealed text as the agency opens it; None for one in clear."""
    if envelope is None or not isinstance(told, dict):
        return None
    return {"key_id": envelope.key_id, "to_agency": text_of(envelope.to_agency), "body": told["sealed"]}


def sealing_of(session: Session, tip: Tip, key: bytes | None) -> ReceiptSealing | None:
    """What a reporter needs to go on with a sealed tip; None where it is not sealed, or expired."""
    if tip.sealed_for is None:
        return None
    told = decrypt_or_none(key, tip.content, content_aad(tip.id))
    row = session.execute(
        select(SealedKey.id, SealedKey.public_key, Agency.name)
        .join(Agency, Agency.id == SealedKey.agency_id)
        .where(SealedKey.agency_id == tip.sealed_for, SealedKey.retired_at.is_(None))
    ).one_or_none()
    if told is None or row is None:
        return None
    return ReceiptSealing.model_validate(
        {"agency": row.name, "key_id": row.id, "public_key": text_of(row.public_key), "reply": told["reply"]}
    )


def hand_out(session: Session, tip: Tip) -> SealedTipItem | None:
    """A sealed tip with its files, for the agency's browser; None when it expired or was not sealed."""
    key = tip_key(tip.id, tip.wrapped_key)
    told = decrypt_or_none(key, tip.content, content_aad(tip.id))
    envelopes = {
        row.id: row for row in session.execute(select(SealedEnvelope).where(SealedEnvelope.tip_id == tip.id)).scalars()
    }
    own = for_agency(told, envelopes.get(tip.id))
    if own is None or tip.receipt_hash is None:
        return None
    seen = (AttachmentState.ready, AttachmentState.destroyed)
    rows = session.execute(
        select(Attachment).where(Attachment.tip_id == tip.id, Attachment.state.in_(seen)).order_by(Attachment.id)
    ).scalars()
    files = []
    for row in rows:
        name = for_agency(decrypt_or_none(key, row.name, name_aad(row.id)), envelopes.get(row.id))
        if name is not None:
            files.append(name | {"id": row.id, "at": row.completed_at, "length": row.length, "state": row.state})
    return SealedTipItem.model_validate(own | {"tip_id": tip.id, "binding": text_of(tip.receipt_hash), "files": files})
