"""Routes of signing in and out, second factors, passkeys and sessions."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import RedirectResponse

from huiyin.access.actors import Actor, Allow, SessionDep, public, session_cookie, session_cookie_name
from huiyin.access.models import Officer
from huiyin.access.permissions import Permission as P
from huiyin.access.schemas import Me
from huiyin.access.sign_in import oidc, passkeys, second_factor, signing_in
from huiyin.access.sign_in.guessing import DEVICE_DAYS
from huiyin.access.sign_in.schemas import (
    NewPasskey,
    Options,
    PasskeyItem,
    PasskeyProof,
    PasswordChange,
    Proof,
    RecoveryCodes,
    SessionList,
    SignIn,
    SignInOptions,
    SignInReset,
    SignInWays,
    TotpConfirmation,
    TotpEnrolment,
)
from huiyin.access.sign_in.signing_in import SignedIn
from huiyin.kit.web.errors import BadPasskey, NotFound, ProviderRefused
from huiyin.settings import settings

router = APIRouter(prefix="/api/v1", tags=["sign-in"])
DEVICE_COOKIE = "huiyin_device"
OIDC_COOKIE = "huiyin_oidc"
OIDC_PATH = "/api/v1/sessions/oidc"
# Officers alone hold it; an account of another system has no sign-in to look after.
Self = Annotated[Actor, Depends(Allow(P.agencies_read, at_first=True))]
FreshSelf = Annotated[Actor, Depends(Allow(P.agencies_read, fresh=True, at_first=True))]
FreshAdmin = Annotated[Actor, Depends(Allow(P.officers_manage, fresh=True))]


def set_session_cookies(response: Response, signed_in: SignedIn) -> Me:
    """Give the browser the session's cookie, and the one by which sign-in knows the device again."""
    secure = settings().cookies_are_secure
    response.set_cookie(
        session_cookie_name(),
        signed_in.token,
        max_age=settings().session_hours * 3600,
        httponly=True,
        samesite="strict",
        secure=secure,
        path="/",
    )
    response.set_cookie(
        settings().cookie_name(DEVICE_COOKIE),
        signed_in.device,
        max_age=DEVICE_DAYS * 86_400,
        httponly=True,
        samesite="strict",
        secure=secure,
        path="/api/v1/sessions",
    )
    return signed_in.me


def _device(request: Request) -> str | None:
    """By what sign-in knows the device again."""
    return request.cookies.get(settings().cookie_name(DEVICE_COOKIE))


@router.get("/sessions/options", operation_id="get_sign_in_options", dependencies=[Depends(public)])
def get_sign_in_options(request: Request) -> SignInOptions:
    """By what one can sign in here, beside name and password."""
    return SignInOptions(passkeys=passkeys.site_of(request) is not None, oidc=oidc.offered_name())


@router.post("/sessions", operation_id="sign_in", status_code=201, dependencies=[Depends(public)])
def sign_in(body: SignIn, request: Request, session: SessionDep, response: Response) -> Me:
    """Sign in with password and second factor; the session lives in an HttpOnly, SameSite=Strict cookie.

    With the right password alone the answer is 401 `second_factor_required`, or `enrolment_required` with a secret for
    an authenticator app: send the same again with `code` (and `enrolment`).
    """
    device, agent = _device(request), request.headers.get("user-agent")
    return set_session_cookies(response, signing_in.sign_in(session, body, device, agent))


@router.post("/sessions/passkey/options", operation_id="begin_passkey_sign_in", dependencies=[Depends(public)])
def begin_passkey_sign_in(request: Request, session: SessionDep) -> Options:
    """A challenge for whichever passkey the browser has for this address; nobody is named."""
    challenge_id, options = passkeys.begin_proving(session, passkeys.require_site(request))
    return Options(challenge_id=challenge_id, options=options)


@router.post("/sessions/passkey", operation_id="sign_in_by_passkey", status_code=201, dependencies=[Depends(public)])
def sign_in_by_passkey(body: PasskeyProof, request: Request, session: SessionDep, response: Response) -> Me:
    """Sign in with a passkey, which counts as both factors."""
    officer_id = passkeys.prove(session, passkeys.require_site(request), body.challenge_id, body.credential)
    officer = session.get_one(Officer, officer_id)
    if not officer.active:
        raise BadPasskey
    device, agent = _device(request), request.headers.get("user-agent")
    return set_session_cookies(response, signing_in.begin_session(session, officer, "passkey", device, agent))


@router.get(
    "/sessions/oidc",
    operation_id="begin_provider_sign_in",
    status_code=303,
    response_class=RedirectResponse,
    dependencies=[Depends(public)],
)
def begin_provider_sign_in(
    request: Request,
    next_path: Annotated[str | None, Query(alias="next", max_length=500)] = None,
    again: Annotated[bool, Query(description="Ask again, also where the provider still knows")] = False,
) -> Response:
    """Go to the identity provider, and come back to `next` below /review."""
    try:
        begun = oidc.begin(passkeys.require_site(request).origin, next_path, again=again)
    except ProviderRefused as refused:
        return _back_to_sign_in(refused)
    response = RedirectResponse(begun.url, 303)
    # Lax: the provider's site leads back here, and a strict cookie would stay behind.
    response.set_cookie(
        settings().cookie_name(OIDC_COOKIE),
        begun.cookie,
        max_age=oidc.COOKIE_SECONDS,
        httponly=True,
        samesite="lax",
        secure=settings().cookies_are_secure,
        path=OIDC_PATH,
    )
    return response


@router.get(
    "/sessions/oidc/callback",
    operation_id="finish_provider_sign_in",
    status_code=303,
    response_class=RedirectResponse,
    dependencies=[Depends(public)],
)
def finish_provider_sign_in(request: Request, session: SessionDep) -> Response:
    """Where the identity provider sends the browser back to: signs in, or leads to the sign-in page with why not."""
    try:
        origin, cookie = passkeys.require_site(request).origin, request.cookies.get(settings().cookie_name(OIDC_COOKIE))
        if not oidc.is_offered():
            raise NotFound
        officer, next_path = oidc.finish(session, origin, cookie, dict(request.query_params))
    except ProviderRefused as refused:
        return _forget(_back_to_sign_in(refused))
    device, agent = _device(request), request.headers.get("user-agent")
    response = RedirectResponse(f"/review{next_path}", 303)
    set_session_cookies(response, signing_in.begin_session(session, officer, "oidc", device, agent))
    return _forget(response)


def _back_to_sign_in(refused: ProviderRefused) -> Response:
    return RedirectResponse(f"/review/login?provider={refused.members.get('reason', '')}", 303)


def _forget(response: Response) -> Response:
    response.delete_cookie(
        settings().cookie_name(OIDC_COOKIE),
        path=OIDC_PATH,
        httponly=True,
        samesite="lax",
        secure=settings().cookies_are_secure,
    )
    return response


@router.delete("/sessions/current", operation_id="sign_out", status_code=204)
def sign_out(
    request: Request, session: SessionDep, response: Response, actor: Annotated[Actor, Depends(Allow(at_first=True))]
) -> None:
    """End this session on the server and forget the cookie."""
    if token := session_cookie(request):
        signing_in.sign_out(session, actor, token)
    response.delete_cookie(
        session_cookie_name(), path="/", httponly=True, samesite="strict", secure=settings().cookies_are_secure
    )


@router.post("/sessions/current/proof", operation_id="prove_again", status_code=204)
def prove_again(body: Proof, request: Request, session: SessionDep, actor: Self) -> None:
    """Prove again who one is: by a code, or in a demo without second factors by the password.

    What answers 401 `reauthentication_required` is open for some minutes afterwards.
    """
    signing_in.prove_again(session, actor, session_cookie(request), body)


@router.post("/sessions/current/passkey/options", operation_id="begin_passkey_proof")
def begin_passkey_proof(request: Request, session: SessionDep, actor: Self) -> Options:
    """A challenge for one of the officer's own passkeys."""
    challenge_id, options = passkeys.begin_proving(session, passkeys.require_site(request), actor.id)
    return Options(challenge_id=challenge_id, options=options)


@router.post("/sessions/current/passkey", operation_id="prove_again_by_passkey", status_code=204)
def prove_again_by_passkey(body: PasskeyProof, request: Request, session: SessionDep, actor: Self) -> None:
    """Prove again who one is, by a passkey."""
    passkeys.prove(session, passkeys.require_site(request), body.challenge_id, body.credential, actor.id)
    signing_in.proved(session, actor, session_cookie(request))


@router.get("/me", operation_id="get_me")
def get_me(request: Request, session: SessionDep, actor: Self) -> Me:
    """Who is signed in and what they may do."""
    return signing_in.me(session, actor.id, request.state.session_expires_at)


@router.get("/me/sign-in", operation_id="get_my_sign_in")
def get_my_sign_in(session: SessionDep, actor: Self) -> SignInWays:
    """By what the officer signs in."""
    return signing_in.ways(session, actor)


@router.put("/me/password", operation_id="change_my_password", status_code=204)
def change_my_password(body: PasswordChange, request: Request, session: SessionDep, actor: Self) -> None:
    """A new password, with the present one as proof; all other sessions of the officer end."""
    signing_in.change_password(session, actor, session_cookie(request), body)


@router.get("/me/sessions", operation_id="list_my_sessions")
def list_my_sessions(request: Request, session: SessionDep, actor: Self) -> SessionList:
    """Where the officer is signed in now."""
    return SessionList(items=signing_in.sessions_of(session, actor, session_cookie(request)))


@router.delete("/me/sessions/{session_id:uuid}", operation_id="revoke_my_session", status_code=204)
def revoke_my_session(session_id: UUID, session: SessionDep, actor: Self) -> None:
    """End one of one's own sessions at once."""
    signing_in.revoke_session(session, actor, session_id)


@router.delete("/me/sessions", operation_id="revoke_my_other_sessions", status_code=204)
def revoke_my_other_sessions(request: Request, session: SessionDep, actor: Self) -> None:
    """End all of one's own sessions but this one."""
    signing_in.end_sessions(session, actor.id, actor.by, but=session_cookie(request))


@router.post("/me/totp", operation_id="begin_totp")
def begin_totp(session: SessionDep, actor: FreshSelf) -> TotpEnrolment:
    """A secret for a new authenticator app; an earlier app works until the new one's first code is confirmed."""
    begun = second_factor.begin_enrolment(session.get_one(Officer, actor.id))
    return TotpEnrolment(secret=begun.secret, uri=begun.uri, enrolment=begun.token)


@router.post("/me/totp/confirmation", operation_id="confirm_totp", status_code=204)
def confirm_totp(body: TotpConfirmation, session: SessionDep, actor: FreshSelf) -> None:
    """The new app's first code; from now on it is the one that counts."""
    second_factor.finish_enrolment(session, actor.id, body.enrolment, body.code, actor.by)


@router.post("/me/recovery-codes", operation_id="make_recovery_codes")
def make_recovery_codes(session: SessionDep, actor: FreshSelf) -> RecoveryCodes:
    """Ten fresh recovery codes; earlier ones end."""
    return RecoveryCodes(codes=second_factor.make_recovery_codes(session, actor.id, actor.by))


@router.post("/me/passkeys/options", operation_id="begin_passkey")
def begin_passkey(request: Request, session: SessionDep, actor: FreshSelf) -> Options:
    """What the browser needs to make a passkey."""
    officer = session.get_one(Officer, actor.id)
    challenge_id, options = passkeys.begin_adding(session, officer, passkeys.require_site(request))
    return Options(challenge_id=challenge_id, options=options)


@router.post("/me/passkeys", operation_id="add_passkey")
def add_passkey(body: NewPasskey, request: Request, session: SessionDep, actor: FreshSelf) -> PasskeyItem:
    """Keep a new passkey. The challenge is used up, so a repeat adds nothing."""
    site = passkeys.require_site(request)
    row = passkeys.add(session, actor.id, site, body.challenge_id, body.credential, body.name, actor.by)
    return PasskeyItem(id=row.id, name=row.name, added_at=row.added_at, used_at=row.used_at)


@router.delete("/me/passkeys/{passkey_id:uuid}", operation_id="remove_passkey", status_code=204)
def remove_passkey(passkey_id: UUID, session: SessionDep, actor: FreshSelf) -> None:
    """Forget one of one's own passkeys."""
    passkeys.remove(session, actor.id, passkey_id, actor.by)


@router.post("/officers/{officer_id:uuid}/sign-in-reset", operation_id="reset_sign_in", status_code=204)
def reset_sign_in(officer_id: UUID, body: SignInReset, session: SessionDep, actor: FreshAdmin) -> None:
    """For an officer who has lost phone, passkeys and recovery codes: a new first password, nothing else left."""
    signing_in.reset(session, officer_id, body.password, actor)
