"""Signing in and out, the sessions of an officer, and proving again who one is."""

import re
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select, text, update
from sqlalchemy.orm import Session

from huiyin.access.actors import Actor, hash_token
from huiyin.access.models import Agency, AgencyKind, Officer, OfficerSession, Region
from huiyin.access.permissions import Role, permissions_of
from huiyin.access.schemas import Me, MeAgency, MeOfficer, RegionRef
from huiyin.access.secondments import secondments_of
from huiyin.access.sign_in import second_factor
from huiyin.access.sign_in.guessing import GuessLimit, bucket, device_cookie
from huiyin.access.sign_in.models import TotpSecret
from huiyin.access.sign_in.passkeys import passkeys_of
from huiyin.access.sign_in.passwords import hash_password, verify_password
from huiyin.access.sign_in.schemas import (
    PasskeyItem,
    PasswordChange,
    Proof,
    ProofMethod,
    SessionItem,
    SignIn,
    SignInWays,
)
from huiyin.kit.database.tables import insert_into
from huiyin.kit.web.errors import BadCode, BadCredentials, Forbidden, Invalid, NotFound, field_error
from huiyin.settings import settings
from huiyin.trail.recorder import ActorRef, record

_guesses = GuessLimit()
# Who guesses codes knows the password already: that is slowed down more (10^6 codes, three of which are right).
_codes = GuessLimit(longest=900.0)


@dataclass(frozen=True, slots=True)
class SignedIn:
    """What the browser is given: two cookies' values, the first of which is kept nowhere here, and who it is."""

    token: str
    device: str
    me: Me


def sign_in(session: Session, body: SignIn, device: str | None, agent: str | None) -> SignedIn:
    """Open a session by password and, where one is enrolled or required, second factor.

    Raises:
        BadCredentials: unknown name, wrong password or closed account, in the same time and words.
        SecondFactorRequired, EnrolmentRequired: the password is right; what is missing is said.
        BadCode: wrong, used, or too old.
        RateLimited: too many failures for this name from such a device; wait.
    """
    counted_by = bucket(body.login, device)
    with _guesses.trying(counted_by, BadCredentials):
        officer = session.execute(select(Officer).where(Officer.login == body.login)).scalar_one_or_none()
        right = verify_password(officer.password_hash if officer else None, body.password)
        if officer is None or not right or not officer.active:
            raise BadCredentials
        if body.code is None:
            method = second_factor.prove(session, officer, None, body.enrolment)
        else:
            with _codes.trying(counted_by, BadCode):
                method = second_factor.prove(session, officer, body.code, body.enrolment)
    return begin_session(session, officer, method, device, agent)


def begin_session(session: Session, officer: Officer, method: str, device: str | None, agent: str | None) -> SignedIn:
    """A session of an officer who has proven everything that is asked of him.

    Args:
        method: by what: password, password_totp, password_recovery, passkey or oidc.
    """
    token = secrets.token_urlsafe(32)
    expires = datetime.now(UTC) + timedelta(hours=settings().session_hours)
    session_id: UUID = session.execute(text("SELECT uuidv7()")).scalar_one()
    session.execute(
        insert_into(OfficerSession),
        {
            "id": session_id,
            "officer_id": officer.id,
            "token_hash": hash_token(token),
            "expires_at": expires,
            "method": method,
            "device": device_name(agent),
        },
    )
    record(session, "session:begin", session_id, second_factor.by_officer(officer), method=method)
    return SignedIn(token, device_cookie(officer.login, device), me(session, officer.id, expires))


_BROWSERS = {"Edg": "Edge", "OPR": "Opera", "Firefox": "Firefox", "Chrome": "Chrome", "Safari": "Safari"}
_SYSTEMS = {
    "Windows": "Windows",
    "Android": "Android",
    "iPhone": "iPhone",
    "iPad": "iPad",
    "Mac OS": "macOS",
    "Linux": "Linux",
}


def device_name(agent: str | None) -> str:
    """Browser and system in two words, so that an officer knows his sessions apart; nothing finer is kept."""
    given = agent or ""
    browser = next((name for sign, name in _BROWSERS.items() if f"{sign}/" in given), "")
    system = next((name for sign, name in _SYSTEMS.items() if re.search(rf"\b{sign}\b", given)), "")
    return " · ".join(part for part in (browser, system) if part)


def me(session: Session, officer_id: UUID, expires_at: datetime) -> Me:
    """Who is signed in, where, and what they may do."""
    officer, agency, region = session.execute(
        select(Officer, Agency, Region.name)
        .join(Agency, Agency.id == Officer.agency_id)
        .join(Region, Region.code == Agency.region_code)
        .where(Officer.id == officer_id)
    ).one()
    roles = [Role(role) for role in officer.roles]
    seconded = secondments_of(session, officer_id)
    held = permissions_of([*roles, *(role for posting in seconded for role in posting.roles)])
    return Me(
        officer=MeOfficer(id=officer.id, name=officer.name, login=officer.login),
        agency=MeAgency(
            id=agency.id,
            name=agency.name,
            kind=AgencyKind(agency.kind),
            region=RegionRef(code=agency.region_code, name=region),
        ),
        roles=roles,
        secondments=seconded,
        permissions=sorted(held),
        password_given=officer.password_given,
        session_expires_at=expires_at,
    )


def _marked(session: Session, token: str, **values: Any) -> UUID:
    """Set what is to be noted of the session that has this token; its id."""
    own = update(OfficerSession).where(OfficerSession.token_hash == hash_token(token))
    return session.execute(own.values(**values).returning(OfficerSession.id)).scalar_one()


def sign_out(session: Session, actor: Actor, token: str) -> None:
    """End the session at once, on the server."""
    session_id = _marked(session, token, ended_at=text("now()"))
    record(session, "session:end", session_id, actor.by)


_OPEN = text(
    """
    SELECT id, token_hash = :current AS current, method, device, created_at, seen_at, expires_at FROM sessions
    WHERE officer_id = :officer AND ended_at IS NULL AND expires_at > now()
      AND seen_at >= now() - make_interval(mins => :idle)
    ORDER BY seen_at DESC, id DESC
    """
)


def sessions_of(session: Session, actor: Actor, token: str) -> list[SessionItem]:
    """Where the officer is signed in now, last used first."""
    values = {"officer": actor.id, "current": hash_token(token), "idle": settings().session_idle_minutes}
    return [SessionItem.model_validate(row._asdict()) for row in session.execute(_OPEN, values)]


def revoke_session(session: Session, actor: Actor, session_id: UUID) -> None:
    """End one of the officer's own sessions. Raises NotFound when it is somebody else's, or has ended."""
    done = session.execute(
        update(OfficerSession)
        .where(
            OfficerSession.id == session_id, OfficerSession.officer_id == actor.id, OfficerSession.ended_at.is_(None)
        )
        .values(ended_at=text("now()"))
        .returning(OfficerSession.id)
    ).first()
    if done is None:
        raise NotFound
    record(session, "session:revoke", session_id, actor.by)


def end_sessions(session: Session, officer_id: UUID, by: ActorRef, *, but: str | None = None) -> int:
    """End all sessions of an officer, the one with the cookie `but` excepted. Returns how many."""
    ended = session.execute(
        update(OfficerSession)
        .where(OfficerSession.officer_id == officer_id, OfficerSession.ended_at.is_(None))
        .where(OfficerSession.token_hash != hash_token(but or ""))
        .values(ended_at=text("now()"))
        .returning(OfficerSession.id)
    ).all()
    for row in ended:
        record(session, "session:revoke", row.id, by)
    return len(ended)


def ways(session: Session, actor: Actor) -> SignInWays:
    """How the officer signs in, and what must be shown to prove it again."""
    enrolled_at = session.execute(
        select(TotpSecret.enrolled_at).where(TotpSecret.officer_id == actor.id)
    ).scalar_one_or_none()
    held = passkeys_of(session, actor.id)
    proofs = [ProofMethod.totp] if enrolled_at else []
    proofs += [ProofMethod.passkey] if held else []
    return SignInWays(
        second_factor_required=second_factor.is_required(),
        totp_enrolled_at=enrolled_at,
        recovery_codes_left=second_factor.recovery_codes_left(session, actor.id),
        passkeys=[PasskeyItem(id=one.id, name=one.name, added_at=one.added_at, used_at=one.used_at) for one in held],
        # Without a second factor of ours, outside a demo, one came by the identity provider, and goes there again.
        proofs=proofs or [ProofMethod.oidc if second_factor.is_required() else ProofMethod.password],
    )


def prove_again(session: Session, actor: Actor, token: str, body: Proof) -> None:
    """The officer who sits here is still the one who signed in: what needs that may be done for some minutes.

    The second factor where there is one; the password only where a demo asks for no second factor.

    Raises:
        Invalid: the other one is asked for.
        BadCode, BadCredentials: it is wrong.
        RateLimited: too many failures in this session.
    """
    officer = session.get_one(Officer, actor.id)
    counted_by = f"{officer.login}\0{hash_token(token).hex()}"
    with _codes.trying(counted_by, BadCode, BadCredentials):
        if second_factor.methods_of(session, actor.id):
            if body.code is None:
                raise Invalid(field_error("/code", "missing", "Send a code of the authenticator app"))
            second_factor.use_code(session, officer, body.code)
        else:
            if second_factor.is_required():
                raise Invalid(field_error("/code", "not_enrolled", "Sign in again by the identity provider"))
            if body.password is None:
                raise Invalid(field_error("/password", "missing", "Send the password"))
            if not verify_password(officer.password_hash, body.password):
                raise BadCredentials
    proved(session, actor, token)


def proved(session: Session, actor: Actor, token: str) -> None:
    """Note that the session's officer has just proven who he is."""
    session_id = _marked(session, token, proved_at=text("now()"))
    record(session, "session:prove", session_id, actor.by)


def change_password(session: Session, actor: Actor, token: str, body: PasswordChange) -> None:
    """The officer's own choice of a password; whoever sits elsewhere with the old one is signed out.

    Raises:
        BadCredentials: `current` is wrong.
        Invalid: the new one is the old one, or holds the sign-in name.
        RateLimited: too many failures in this session.
    """
    officer = session.get_one(Officer, actor.id)
    counted_by = f"{officer.login}\0{hash_token(token).hex()}"
    with _codes.trying(counted_by, BadCredentials):
        if not verify_password(officer.password_hash, body.current):
            raise BadCredentials
    if body.password == body.current:
        raise Invalid(field_error("/password", "same_password", "Choose another one than the present"))
    if officer.login in body.password.lower():
        raise Invalid(field_error("/password", "guessable", "Choose one that does not hold the sign-in name"))
    _set_password(session, officer.id, body.password, by_administrator=False)
    end_sessions(session, officer.id, actor.by, but=token)
    record(session, "officer:change_password", officer.id, actor.by)


def _set_password(session: Session, officer_id: UUID, password: str, *, by_administrator: bool) -> None:
    session.execute(
        update(Officer)
        .where(Officer.id == officer_id)
        .values(password_hash=hash_password(password), password_given=by_administrator)
        .execution_options(synchronize_session=False)
    )


def reset(session: Session, officer_id: UUID, password: str, actor: Actor) -> None:
    """For an officer who has lost everything: a new first password, no second factor, no session.

    The factors go together with the password that guarded them: who finds the old one can enrol nothing with it.

    Raises:
        NotFound: no such officer.
        Forbidden: oneself.
    """
    officer = session.get(Officer, officer_id)
    if officer is None:
        raise NotFound
    if officer.id == actor.id:
        raise Forbidden("Another administrator must do this for you", rule="own_request")
    _set_password(session, officer_id, password, by_administrator=True)
    second_factor.forget_factors(session, officer_id)
    # Whoever holds the account at the identity provider is asked for anew: it may be what was lost, or was taken.
    officer.oidc_subject = None
    end_sessions(session, officer_id, actor.by)
    record(session, "officer:reset_sign_in", officer_id, actor.by)
