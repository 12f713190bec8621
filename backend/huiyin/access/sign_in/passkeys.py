"""Passkeys (WebAuthn level 3): adding one, and proving with one who one is.

A passkey counts as both factors: the device that holds it, and the finger, face or PIN that the device asked for (user
verification is required each time). Where we are reached decides whether there are any: WebAuthn binds a passkey to a
host name, so `HUIYIN_PUBLIC_ORIGIN` must be set, or this be `localhost`.
"""

import json
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import webauthn
from sqlalchemy import delete, select, text, update
from sqlalchemy.orm import Session
from starlette.requests import Request
from webauthn.helpers import base64url_to_bytes
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from huiyin.access.models import Officer
from huiyin.access.sign_in.models import Passkey, SignInChallenge
from huiyin.kit.web.errors import BadPasskey, Conflict, NotFound
from huiyin.settings import settings
from huiyin.trail.recorder import ActorRef, record

_MINUTES = 5
_MOST = 20
# What the library raises on a credential that is not right, in whichever way.
_REFUSED = (WebAuthnException, ValueError, KeyError, TypeError)


@dataclass(frozen=True, slots=True)
class Site:
    """Where the browser believes to be: the relying party's id, and the origin that it signs."""

    host: str
    origin: str


def site_of(request: Request) -> Site | None:
    """Where passkeys of ours are bound to; None where the settings do not say it.

    The `Host` header is believed for localhost alone: anything else that a request claims could be somebody's who
    relays what a passkey signed.
    """
    origin = settings().public_origin
    if origin is not None:
        return Site(urlsplit(origin).hostname or "", origin)
    host = request.headers.get("host", "")
    if host.partition(":")[0] == "localhost":
        return Site("localhost", f"{request.url.scheme}://{host}")
    return None


def require_site(request: Request) -> Site:
    """As `site_of`. Raises Conflict where there can be no passkeys."""
    site = site_of(request)
    if site is None:
        raise Conflict("Passkeys need HUIYIN_PUBLIC_ORIGIN, or localhost", reason="no_origin")
    return site


def passkeys_of(session: Session, officer_id: UUID) -> list[Passkey]:
    """The officer's passkeys, oldest first."""
    return list(session.execute(select(Passkey).where(Passkey.officer_id == officer_id).order_by(Passkey.id)).scalars())


def _begin(session: Session, purpose: str, officer_id: UUID | None) -> SignInChallenge:
    row = SignInChallenge(
        purpose=purpose,
        officer_id=officer_id,
        challenge=secrets.token_bytes(32),
        expires_at=datetime.now(UTC) + timedelta(minutes=_MINUTES),
    )
    session.add(row)
    session.flush()
    return row


def _finish(session: Session, challenge_id: UUID, purpose: str, officer_id: UUID | None) -> bytes:
    """Take the challenge away, so that an answer to it counts once. Raises BadPasskey."""
    taken = (
        delete(SignInChallenge)
        .where(
            SignInChallenge.id == challenge_id,
            SignInChallenge.purpose == purpose,
            SignInChallenge.officer_id == officer_id if officer_id else SignInChallenge.officer_id.is_(None),
            SignInChallenge.expires_at > text("now()"),
        )
        .returning(SignInChallenge.challenge)
    )
    challenge: bytes | None = session.execute(taken).scalar_one_or_none()
    if challenge is None:
        raise BadPasskey("Begin again: this was not asked for, or too long ago")
    return challenge


def begin_adding(session: Session, officer: Officer, site: Site) -> tuple[UUID, dict[str, Any]]:
    """What `navigator.credentials.create()` is given. Raises Conflict when there are too many already."""
    held = passkeys_of(session, officer.id)
    if len(held) >= _MOST:
        raise Conflict("Remove a passkey first", reason="too_many")
    row = _begin(session, "add", officer.id)
    options = webauthn.generate_registration_options(
        rp_id=site.host,
        rp_name="Huiyin 回音",
        user_name=officer.login,
        user_id=officer.id.bytes,
        user_display_name=officer.name,
        challenge=row.challenge,
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED, user_verification=UserVerificationRequirement.REQUIRED
        ),
        exclude_credentials=[PublicKeyCredentialDescriptor(id=one.credential_id) for one in held],
    )
    return row.id, json.loads(webauthn.options_to_json(options))


def add(
    session: Session,
    officer_id: UUID,
    site: Site,
    challenge_id: UUID,
    credential: dict[str, Any],
    name: str,
    by: ActorRef,
) -> Passkey:
    """Keep a new passkey's public key. Raises BadPasskey, or Conflict when it is there already."""
    challenge = _finish(session, challenge_id, "add", officer_id)
    try:
        made = webauthn.verify_registration_response(
            credential=credential,
            expected_challenge=challenge,
            expected_rp_id=site.host,
            expected_origin=site.origin,
            require_user_verification=True,
        )
    except _REFUSED:
        raise BadPasskey from None
    if session.execute(select(Passkey.id).where(Passkey.credential_id == made.credential_id)).first():
        raise Conflict("This passkey is registered already", reason="known")
    row = Passkey(
        officer_id=officer_id,
        credential_id=made.credential_id,
        public_key=made.credential_public_key,
        sign_count=made.sign_count,
        name=name,
    )
    session.add(row)
    session.flush()
    record(session, "passkey:add", row.id, by)
    return row


def remove(session: Session, officer_id: UUID, passkey_id: UUID, by: ActorRef) -> None:
    """Forget a passkey of the officer's. Raises NotFound."""
    gone = delete(Passkey).where(Passkey.id == passkey_id, Passkey.officer_id == officer_id).returning(Passkey.id)
    if session.execute(gone).first() is None:
        raise NotFound
    record(session, "passkey:remove", passkey_id, by)


def begin_proving(session: Session, site: Site, officer_id: UUID | None = None) -> tuple[UUID, dict[str, Any]]:
    """What `navigator.credentials.get()` is given.

    At sign-in nobody is named: the browser shows the passkeys that it has for us, and no answer of ours tells whether
    somebody has an account.
    """
    row = _begin(session, "prove" if officer_id else "sign_in", officer_id)
    allowed = passkeys_of(session, officer_id) if officer_id else []
    options = webauthn.generate_authentication_options(
        rp_id=site.host,
        challenge=row.challenge,
        allow_credentials=[PublicKeyCredentialDescriptor(id=one.credential_id) for one in allowed] or None,
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    return row.id, json.loads(webauthn.options_to_json(options))


def prove(
    session: Session, site: Site, challenge_id: UUID, credential: dict[str, Any], officer_id: UUID | None = None
) -> UUID:
    """Whose passkey signed the challenge. Raises BadPasskey, in the same words whatever was wrong."""
    challenge = _finish(session, challenge_id, "prove" if officer_id else "sign_in", officer_id)
    try:
        credential_id = base64url_to_bytes(str(credential["id"]))
        passkey = session.execute(
            select(Passkey).where(Passkey.credential_id == credential_id).with_for_update()
        ).scalar_one_or_none()
        if passkey is None or officer_id not in {None, passkey.officer_id}:
            raise BadPasskey
        proven = webauthn.verify_authentication_response(
            credential=credential,
            expected_challenge=challenge,
            expected_rp_id=site.host,
            expected_origin=site.origin,
            credential_public_key=passkey.public_key,
            credential_current_sign_count=passkey.sign_count,
            require_user_verification=True,
        )
    except _REFUSED:
        raise BadPasskey from None
    session.execute(
        update(Passkey)
        .where(Passkey.id == passkey.id)
        .values(sign_count=proven.new_sign_count, used_at=text("now()"))
        .execution_options(synchronize_session=False)
    )
    return passkey.officer_id
