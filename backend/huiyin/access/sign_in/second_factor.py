"""One-time codes of an authenticator app (TOTP, RFC 6238) and recovery codes.

A code holds for its own 30 seconds and those beside (RFC 6238, section 5.2: clocks drift, people type slowly), and
once: the newest time step that was used is kept, and it and older ones are refused.
"""

import hmac
import re
import secrets
import time
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import pyotp
from sqlalchemy import delete, func, select, text, update
from sqlalchemy.orm import Session

from huiyin.access.models import Officer
from huiyin.access.sign_in.models import Passkey, RecoveryCode, TotpSecret
from huiyin.access.sign_in.passkeys import passkeys_of
from huiyin.kit.crypto.base64url import bytes_of, text_of
from huiyin.kit.crypto.vault import SUITE, Unreadable, decrypt_json, encrypt_json, vault
from huiyin.kit.database.tables import insert_into
from huiyin.kit.web.errors import BadCode, EnrolmentRequired, Invalid, SecondFactorRequired, field_error
from huiyin.settings import settings
from huiyin.trail.models import ActorKind
from huiyin.trail.recorder import ActorRef, record

STEP_SECONDS = 30
DRIFT_STEPS = 1
ENROLMENT_SECONDS = 600
RECOVERY_CODES = 10
# Crockford's base 32: no I, L, O or U, so that a code written down is read back right. 10 characters are 50 bits.
_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_LOOKS_LIKE = str.maketrans("ILOU", "110V")
_PLACE = "totp_secrets/{}"
ISSUER = "Huiyin 回音"


@dataclass(frozen=True, slots=True)
class Enrolment:
    """A secret that waits for its first code. It is kept nowhere: `token` carries it back to us, sealed."""

    secret: str
    uri: str
    token: str


def begin_enrolment(officer: Officer) -> Enrolment:
    """A fresh secret each time: one that somebody else was shown before can never become the officer's."""
    secret = pyotp.random_base32()  # 160 bits, as RFC 4226 recommends
    waiting = {"secret": secret, "until": int(time.time()) + ENROLMENT_SECONDS}
    token = text_of(vault().encrypt_small(waiting, f"totp_enrolment/{officer.id}"))
    uri = pyotp.TOTP(secret).provisioning_uri(name=officer.login, issuer_name=ISSUER)
    return Enrolment(secret, uri, token)


def finish_enrolment(session: Session, officer_id: UUID, token: str, code: str, by: ActorRef) -> None:
    """The officer's app shows the right code, so its secret counts from now on, and an earlier one no longer.

    Raises:
        Invalid: the token is not ours, not this officer's, or older than ten minutes.
        BadCode: wrong code.
    """
    place = f"totp_enrolment/{officer_id}"
    try:
        waiting = vault().decrypt_small(bytes_of(token), place)
    except (Unreadable, ValueError):
        waiting = None
    if waiting is None or waiting["until"] < time.time():
        raise Invalid(field_error("/enrolment", "expired", "Begin again: this enrolment is no longer open"))
    step = _step_of(waiting["secret"], _digits(code))
    if step is None:
        raise BadCode
    key = vault().new_key(_PLACE.format(officer_id))
    session.execute(delete(TotpSecret).where(TotpSecret.officer_id == officer_id))
    session.execute(
        insert_into(TotpSecret),
        {
            "officer_id": officer_id,
            "secret": encrypt_json(key.plain, waiting["secret"], _PLACE.format(officer_id)),
            "wrapped_key": key.wrapped,
            "kek_version": key.kek_version,
            "suite": SUITE,
            "last_step": step,
        },
    )
    record(session, "totp:enrol", officer_id, by)


def _digits(code: str) -> str:
    return re.sub(r"[\s-]", "", code)


def _step_of(secret: str, code: str) -> int | None:
    """The time step whose code this is, among now and its neighbours."""
    totp, now = pyotp.TOTP(secret), int(time.time() // STEP_SECONDS)
    found = None
    for step in range(now - DRIFT_STEPS, now + DRIFT_STEPS + 1):  # all of them, so that the time tells nothing
        if hmac.compare_digest(totp.generate_otp(step).encode(), code.encode()):
            found = step
    return found


def is_enrolled(session: Session, officer_id: UUID) -> bool:
    """Whether the officer has an authenticator app."""
    return session.execute(select(TotpSecret.officer_id).where(TotpSecret.officer_id == officer_id)).first() is not None


def methods_of(session: Session, officer_id: UUID) -> list[str]:
    """By what the officer can prove himself beside the password: totp, passkey, recovery."""
    methods = ["totp"] if is_enrolled(session, officer_id) else []
    if passkeys_of(session, officer_id):
        methods.append("passkey")
    if methods and recovery_codes_left(session, officer_id):
        methods.append("recovery")
    return methods


def is_required() -> bool:
    """Whether a password alone is not enough for anybody. Only a demo may say no (settings)."""
    return settings().second_factor_is_required


def prove(session: Session, officer: Officer, code: str | None, enrolment: str | None) -> str:
    """After the right password: the second factor, or its enrolment. Returns how the officer signed in.

    Raises:
        SecondFactorRequired: no code was given; the answer says what will do.
        EnrolmentRequired: the officer has no second factor yet; the answer holds a secret for the app.
        BadCode: wrong, used, or too old.
    """
    methods = methods_of(session, officer.id)
    if methods:
        if code is None:
            raise SecondFactorRequired(methods=methods)
        return f"password_{use_code(session, officer, code)}"
    if code is not None and enrolment is not None:
        finish_enrolment(session, officer.id, enrolment, code, by_officer(officer))
        return "password_totp"
    if not is_required():
        return "password"
    begun = begin_enrolment(officer)
    raise EnrolmentRequired(secret=begun.secret, uri=begun.uri, enrolment=begun.token)


def by_officer(officer: Officer) -> ActorRef:
    """The officer as the trail records who is about to be signed in."""
    return ActorRef(ActorKind.officer, officer.id, officer.agency_id)


def use_code(session: Session, officer: Officer, code: str) -> str:
    """Use up a one-time code or a recovery code. Returns which it was: totp or recovery. Raises BadCode."""
    typed = _digits(code)
    if re.fullmatch(r"[0-9]{6}", typed):
        _use_totp(session, officer.id, typed)
        return "totp"
    _use_recovery(session, officer, typed)
    return "recovery"


def _use_totp(session: Session, officer_id: UUID, code: str) -> None:
    row = session.execute(select(TotpSecret).where(TotpSecret.officer_id == officer_id)).scalar_one_or_none()
    if row is None:
        raise BadCode
    place = _PLACE.format(officer_id)
    step = _step_of(decrypt_json(vault().unwrap(row.wrapped_key, place), row.secret, place), code)
    if step is None:
        raise BadCode
    # In one statement: of two requests with the same code, one gets in.
    used = (
        update(TotpSecret)
        .where(TotpSecret.officer_id == officer_id, TotpSecret.last_step < step)
        .values(last_step=step)
        .returning(TotpSecret.officer_id)
    )
    if session.execute(used).first() is None:
        raise BadCode


def _hash(officer_id: UUID, code: str) -> bytes:
    return vault().fingerprint(f"recovery/{officer_id}/{code}".encode())


def _use_recovery(session: Session, officer: Officer, code: str) -> None:
    typed = code.upper().translate(_LOOKS_LIKE)
    used = (
        update(RecoveryCode)
        .where(
            RecoveryCode.officer_id == officer.id,
            RecoveryCode.code_hash == _hash(officer.id, typed),
            RecoveryCode.used_at.is_(None),
        )
        .values(used_at=text("now()"))
        .returning(RecoveryCode.seq)
    )
    if session.execute(used).first() is None:
        raise BadCode
    record(session, "recovery_code:use", officer.id, by_officer(officer), left=recovery_codes_left(session, officer.id))


def recovery_codes_left(session: Session, officer_id: UUID) -> int:
    """How many codes are not used yet."""
    left = select(func.count()).where(RecoveryCode.officer_id == officer_id, RecoveryCode.used_at.is_(None))
    return session.execute(left).scalar_one()


def make_recovery_codes(session: Session, officer_id: UUID, by: ActorRef) -> list[str]:
    """Ten fresh codes, shown this once; earlier ones no longer open anything."""
    codes = ["".join(secrets.choice(_ALPHABET) for _ in range(10)) for _ in range(RECOVERY_CODES)]
    session.execute(delete(RecoveryCode).where(RecoveryCode.officer_id == officer_id))
    rows: list[dict[str, Any]] = [
        {"officer_id": officer_id, "seq": at, "code_hash": _hash(officer_id, code)} for at, code in enumerate(codes, 1)
    ]
    session.execute(insert_into(RecoveryCode), rows)
    record(session, "recovery_codes:make", officer_id, by)
    return [f"{code[:5]}-{code[5:]}" for code in codes]


def forget_factors(session: Session, officer_id: UUID) -> None:
    """Take away every second factor of an officer; the next sign-in enrols anew."""
    for table in (TotpSecret, RecoveryCode, Passkey):
        session.execute(delete(table).where(table.officer_id == officer_id))
