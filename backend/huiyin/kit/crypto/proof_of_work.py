"""Proof of work asked of strangers: ALTCHA's challenges (version 2, altcha.org), signed, good once and for a time.

The challenge names a number that the asker's machine finds by trying: each try is a PBKDF2 of `ROUNDS` rounds, and the
number lies below `tries`, so that nobody waits longer than that. Nothing is kept of a challenge; of a proof that was
used, its hash until it would have expired.
"""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import altcha
from sqlalchemy import text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, Session, mapped_column

from huiyin.kit.crypto.vault import vault
from huiyin.kit.database.tables import Table
from huiyin.kit.web.errors import HuiyinError

ALGORITHM = "PBKDF2/SHA-256"
ROUNDS = 5_000
"""Of one try: 0.6 ms in a browser here, long enough that calling for it costs little beside it."""
LASTS = timedelta(minutes=30)


class ProofRequired(HuiyinError):
    """`challenge` is to be solved and sent along; `reason`: missing, wrong, expired, used, or too_easy."""

    status, code, title = 428, "proof_required", "Solve the attached challenge, and send the same again with its proof"


class BadProof(Exception):
    """`args[0]`: wrong or expired."""


class SpentProof(Table):
    __tablename__ = "spent_proofs"
    __table_args__ = ({"comment": "Proofs of work that were used, so that none is used twice"},)

    digest: Mapped[bytes] = mapped_column(primary_key=True, comment="SHA-256 of the challenge's signature")
    expires_at: Mapped[datetime] = mapped_column(comment="A full hour from which on it is refused as expired anyway")


@dataclass(frozen=True, slots=True)
class Proof:
    """A proof that is right; whether it was used before is for `spend` to say."""

    digest: bytes
    tries: int
    expires_at: datetime


def issue(purpose: str, tries: int, now: datetime) -> dict[str, Any]:
    """A challenge for one purpose that takes up to `tries` tries, half of them on average."""
    challenge = altcha.create_challenge(
        ALGORITHM,
        ROUNDS,
        counter=secrets.randbelow(tries),
        expires_at=now + LASTS,
        data={"purpose": purpose, "tries": tries},
        hmac_secret=_signs(),
        hmac_key_secret=_knows_answers(),
    )
    return challenge.to_dict()


def check(given: str, purpose: str, now: datetime) -> Proof:
    """Look at a proof: ALTCHA's payload in base64. Costs two keyed hashes, however much work it stands for.

    Raises:
        BadProof: not one of our challenges, not its solution, for another purpose, or too old.
    """
    try:
        payload = altcha.Payload.from_base64(given)
        parameters = payload.challenge.parameters
        result = altcha.verify_solution(payload, _signs(), hmac_key_secret=_knows_answers())
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise BadProof("wrong") from None
    if result.expired:
        raise BadProof("expired")
    if not result.verified or parameters.data is None or parameters.data.get("purpose") != purpose:
        raise BadProof("wrong")
    expires = datetime.fromtimestamp(parameters.expires_at or 0, UTC)
    if expires < now:
        raise BadProof("expired")
    return Proof(hashlib.sha256(str(payload.challenge.signature).encode()).digest(), parameters.data["tries"], expires)


def spend(session: Session, proof: Proof) -> bool:
    """Use a proof in the caller's transaction; of two processes one alone can. False: it was used before."""
    # To the full hour: the row is not to tell when somebody came.
    until = proof.expires_at.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    here: Any = SpentProof.__table__
    row = insert(here).values(digest=proof.digest, expires_at=until).on_conflict_do_nothing().returning(text("1"))
    return session.execute(row).first() is not None


def _signs() -> bytes:
    """The same in every process and after every start, so that all take what one of them issued."""
    return vault().purpose_key("proof-of-work")


def _knows_answers() -> bytes:
    return vault().purpose_key("proof-of-work-answer")
