"""Signing in by an identity provider: OpenID Connect Core 1.0, authorization code with PKCE (RFC 7636, RFC 9700).

The provider says who somebody is; who is an officer is said here. An officer is found by a claim that equals the
sign-in name, is bound to the provider's `sub` the first time, and is never made by signing in.
"""

import hashlib
import re
import secrets
import time
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import httpx
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from huiyin.access.models import Officer
from huiyin.access.sign_in.second_factor import by_officer
from huiyin.kit.crypto.base64url import bytes_of, text_of
from huiyin.kit.crypto.vault import Unreadable, vault
from huiyin.kit.web.errors import NotFound, ProviderRefused
from huiyin.settings import settings
from huiyin.trail.recorder import record

COOKIE_SECONDS = 600
# Signatures alone: neither `none`, nor HMAC, with which a public key could pass for a secret (RFC 8725, 2.1).
_ALGORITHMS = ["RS256", "PS256", "ES256", "ES384", "EdDSA"]
_LEEWAY = 60
_RECENT = 300
_INSIDE = re.compile(r"^/(?![/\\])[^\r\n]{0,500}$")


@dataclass(frozen=True, slots=True)
class Begun:
    """Where to send the browser, and what it keeps until it comes back."""

    url: str
    cookie: str


def is_offered() -> bool:
    """Whether the settings name a provider."""
    return settings().oidc_issuer is not None


def offered_name() -> str | None:
    """What the sign-in page calls the provider; None without one."""
    return settings().oidc_name if is_offered() else None


def _ask(method: str, url: str, **given: Any) -> Any:
    """JSON of the provider. Raises ProviderRefused."""
    try:
        with httpx.Client(timeout=10, trust_env=False, follow_redirects=False) as client:
            answer = client.request(method, url, headers={"Accept": "application/json"}, **given)
            answer.raise_for_status()
            return answer.json()
    except (httpx.HTTPError, ValueError) as error:
        raise ProviderRefused("The identity provider does not answer as it should", reason="unreachable") from error


def _provider() -> dict[str, str]:
    """The provider's own description (OpenID Connect Discovery 1.0, section 4)."""
    issuer = settings().oidc_issuer
    if issuer is None:
        raise NotFound
    described = _ask("GET", f"{issuer.rstrip('/')}/.well-known/openid-configuration")
    if not isinstance(described, dict) or described.get("issuer") != issuer:
        raise ProviderRefused("The identity provider calls itself otherwise", reason="issuer")
    return described


def redirect_uri(origin: str) -> str:
    """Where the provider sends the browser back to; registered there."""
    return f"{origin}/api/v1/sessions/oidc/callback"


def begin(origin: str, next_path: str | None, *, again: bool) -> Begun:
    """Send somebody to the provider. `again`: to prove who he is, even where the provider still knows.

    Raises:
        NotFound: no provider is set.
        ProviderRefused: it cannot be asked.
    """
    described = _provider()
    inside = next_path if next_path and _INSIDE.match(next_path) else "/"
    kept: dict[str, Any] = {name: secrets.token_urlsafe(32) for name in ("state", "nonce", "verifier")}
    kept |= {"next": inside, "again": again, "until": int(time.time()) + COOKIE_SECONDS}
    challenge = text_of(hashlib.sha256(kept["verifier"].encode()).digest())
    query = {
        "response_type": "code",
        "client_id": settings().oidc_client_id or "",
        "redirect_uri": redirect_uri(origin),
        "scope": "openid profile",
        "state": kept["state"],
        "nonce": kept["nonce"],
        "code_challenge": challenge,
        "code_challenge_method": "S256",
    }
    if again:
        query |= {"prompt": "login", "max_age": "0"}
    endpoint = described["authorization_endpoint"]
    url = f"{endpoint}{'&' if '?' in endpoint else '?'}{urlencode(query)}"
    return Begun(url, text_of(vault().encrypt_small(kept, "oidc")))


def finish(session: Session, origin: str, cookie: str | None, query: dict[str, str]) -> tuple[Officer, str]:
    """The officer whom the provider vouches for, and the page he wanted.

    Raises:
        ProviderRefused: whatever is not right; `reason` says what, without a word about anybody.
    """
    kept = _kept(cookie)
    if not secrets.compare_digest(kept["state"].encode(), query.get("state", "").encode()):
        raise ProviderRefused("This answer belongs to another sign-in", reason="state")
    if query.get("iss", settings().oidc_issuer) != settings().oidc_issuer:  # RFC 9207
        raise ProviderRefused("Another provider answered", reason="issuer")
    if "error" in query or "code" not in query:
        raise ProviderRefused("The identity provider did not sign you in", reason="denied")
    claims = _claims(_provider(), origin, query["code"], kept)
    return _officer(session, claims), kept["next"]


def _kept(cookie: str | None) -> dict[str, Any]:
    try:
        kept: dict[str, Any] = vault().decrypt_small(bytes_of(cookie or ""), "oidc")
    except (Unreadable, ValueError):
        raise ProviderRefused("Begin again: this sign-in was not begun here", reason="state") from None
    if kept["until"] < time.time():
        raise ProviderRefused("Begin again: this took longer than ten minutes", reason="state")
    return kept


def _claims(described: dict[str, str], origin: str, code: str, kept: dict[str, Any]) -> dict[str, Any]:
    """What the ID token says, after everything that OpenID Connect Core 1.0, section 3.1.3.7 asks to check."""
    chosen = settings()
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": redirect_uri(origin),
        "code_verifier": kept["verifier"],
    }
    secret = chosen.read_oidc_secret()
    if secret is None:
        form["client_id"] = chosen.oidc_client_id or ""
    auth = httpx.BasicAuth(chosen.oidc_client_id or "", secret) if secret else None
    answer = _ask("POST", described["token_endpoint"], data=form, auth=auth)
    try:
        keys = KeySet.import_key_set(_ask("GET", described["jwks_uri"]))
        claims = dict(jwt.decode(answer["id_token"], keys, algorithms=_ALGORITHMS).claims)
        jwt.JWTClaimsRegistry(
            leeway=_LEEWAY,
            iss={"essential": True, "value": described["issuer"]},
            aud={"essential": True, "value": chosen.oidc_client_id or ""},
            exp={"essential": True},
            iat={"essential": True},
            sub={"essential": True},
            nonce={"essential": True, "value": kept["nonce"]},
        ).validate(claims)
    except (JoseError, KeyError, TypeError, ValueError) as error:
        raise ProviderRefused("The identity provider's answer does not hold", reason="token") from error
    if isinstance(claims["aud"], list) and claims.get("azp") != chosen.oidc_client_id and len(claims["aud"]) > 1:
        raise ProviderRefused("The identity provider's answer is for somebody else", reason="token")
    told = claims.get("amr")
    if chosen.oidc_mfa not in (told if isinstance(told, list) else []) and claims.get("acr") != chosen.oidc_mfa:
        raise ProviderRefused("The identity provider did not ask for a second factor", reason="second_factor")
    if kept["again"] and not time.time() - _RECENT <= int(claims.get("auth_time", 0)) <= time.time() + _LEEWAY:
        raise ProviderRefused("The identity provider did not ask again who you are", reason="again")
    return claims


def _officer(session: Session, claims: dict[str, Any]) -> Officer:
    """The officer of that name; from the first time on only for the same `sub`, since names pass to others."""
    subject = f"{claims['iss']}#{claims['sub']}"
    login = str(claims.get(settings().oidc_claim, "")).strip().lower()
    found = session.execute(select(Officer).where(Officer.login == login)).scalar_one_or_none()
    if found is None or not found.active or found.oidc_subject not in {None, subject}:
        raise ProviderRefused("Nobody here is known by this name at the identity provider", reason="unknown")
    if found.oidc_subject is None:
        taken = session.execute(select(Officer.id).where(Officer.oidc_subject == subject)).first()
        if taken is not None:
            raise ProviderRefused("Nobody here is known by this name at the identity provider", reason="unknown")
        bound = update(Officer).where(Officer.id == found.id).values(oidc_subject=subject)
        session.execute(bound.execution_options(synchronize_session=False))
        record(session, "officer:bind_oidc", found.id, by_officer(found))
    return found
