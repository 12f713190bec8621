"""What may stand in clear beside an envelope. It is a list of what is allowed, so a field added later is refused.

Of a sealed tip the server learns region, conduct and day (ADR 0034). Whatever else a request can carry is named here,
leaf by leaf, with the reason why the protocol needs it, or it is refused. The browser picks its body by the same list
(`frontend/src/report/sealed/sealing.ts`); `tests/vectors/sealed-clear.json` holds both sides to it.
"""

from collections.abc import Iterator, Mapping
from typing import Final

from pydantic import BaseModel
from sqlalchemy import select
from sqlalchemy.orm import Session

from huiyin.access.models import Region, RegionLevel
from huiyin.kit.web.errors import Invalid, field_error
from huiyin.kit.working_days import BEIJING
from huiyin.tips.record.models import Tip
from huiyin.tips.reporting.schemas import PublicTip, ReporterMessage, ReporterObjection, StaffMessage
from huiyin.tips.sealed.schemas import SealedText
from huiyin.tips.sealed.sealed import IN_CLEAR, require_words

_ENVELOPE: Final[Mapping[str, str]] = {
    "/sealed/key_id": "says which key of the agency opens it; a retired one is refused",
    "/sealed/to_agency": "ciphertext: the content key",
    "/sealed/body": "ciphertext: what is told, of one of six sizes",
}

TIP: Final[Mapping[str, str]] = {
    "/region_code": "the region, a county or above: finds the agency",
    "/conduct": "the conduct: what the agencies above and the offices may know of it",
    "/occurred/at": "the day: 00:00 in Beijing",
    "/channel_id": "the published page it was written on, whose admission counts it",
    "/receipt/suite": "how the receipt code was derived",
    "/receipt/token_hash": "finds the tip again for whoever holds the code; everything sealed is bound to it",
    "/identity/suite": "an envelope of its own, to the identity desk (ADR 0009)",
    "/identity/key_version": "which key of the desk opens it",
    "/identity/envelope": "ciphertext: who the reporter is, or a dummy of the same size",
    "/sealed/suite": "how it was sealed",
    "/sealed/reply/public_key": "answers are sealed to it",
    "/sealed/reply/nonce": "of the wrapping",
    "/sealed/reply/wrapped": "ciphertext: the reporter's private key, under a key that the receipt code gives",
    **_ENVELOPE,
}

MESSAGE: Final[Mapping[str, str]] = {
    "/token": "opens the receipt: from its reporter",
    "/tip_id": "whose reporter is meant: from staff",
    "/sealed/to_reporter": "ciphertext: the content key, for the reporter",
    **_ENVELOPE,
}

RATING: Final[Mapping[str, str]] = {
    "/token": "opens the receipt",
    "/satisfied": "the judgement itself, which is counted; what there is to say goes into a message",
}

# A file's envelope with its name, type and key.
UPLOAD: Final = frozenset({"sealed"})

_COARSE = frozenset({RegionLevel.province, RegionLevel.city, RegionLevel.county})


def _says_nothing(value: object, default: object) -> bool:
    return value is None or value in ("", [], {}) or value == default


def _beside(body: BaseModel, allowed: Mapping[str, str], at: str = "") -> Iterator[str]:
    """Pointers to what is said in clear and not allowed; a whole branch, where nothing of it is."""
    for name, field in type(body).model_fields.items():
        pointer, value = f"{at}/{field.alias or name}", getattr(body, name)
        if _says_nothing(value, field.get_default(call_default_factory=True)):
            continue
        if isinstance(value, BaseModel) and any(one.startswith(f"{pointer}/") for one in allowed):
            yield from _beside(value, allowed, pointer)
        elif pointer not in allowed or isinstance(value, BaseModel | list | dict):
            yield pointer


def refuse_in_clear(body: BaseModel, allowed: Mapping[str, str]) -> None:
    """Refuse everything that is said beside an envelope and is not on the list. Raises Invalid, naming each."""
    if errors := [field_error(pointer, "sealed_tip", IN_CLEAR) for pointer in _beside(body, allowed)]:
        raise Invalid(*errors)


def refuse_plaintext(session: Session, body: PublicTip) -> None:
    """Of a sealed tip the server may learn region, conduct and day.

    Raises:
        Invalid: naming each field that stands beside the envelope in clear, or is finer than that.
    """
    errors = [field_error(pointer, "sealed_tip", IN_CLEAR) for pointer in _beside(body, TIP)]
    at = body.occurred.at
    if at is not None and at.astimezone(BEIJING).time().isoformat() != "00:00:00":
        errors.append(field_error("/occurred/at", "too_fine", "Of a sealed tip give the day alone: 00:00 in Beijing"))
    level = session.execute(select(Region.level).where(Region.code == body.region_code)).scalar_one_or_none()
    if level is not None and RegionLevel(level) not in _COARSE:
        errors.append(field_error("/region_code", "too_fine", "Of a sealed tip give the county, nothing below it"))
    if errors:
        raise Invalid(*errors)


def words_of(session: Session, tip: Tip, body: ReporterMessage | ReporterObjection | StaffMessage) -> str | SealedText:
    """What was written about a tip, as `require_words`; of a sealed tip nothing else may come with it.

    Raises:
        Invalid: as `require_words`, and for each field in clear that is not on the list.
    """
    if tip.sealed_for is not None:
        refuse_in_clear(body, MESSAGE)
    return require_words(session, tip, body.text, body.sealed)
