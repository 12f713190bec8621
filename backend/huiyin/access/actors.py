"""Who asks: read from the cookie or bearer token, checked, and told to the row-level security policies.

Every route names its permission by depending on `Allow(...)`, or is marked `public`; a test walks all routes.
"""

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, Request
from sqlalchemy import text
from sqlalchemy.orm import Session

from huiyin.access.permissions import Permission, Role, permissions_of
from huiyin.kit.database.sessions import database_session, set_scope, uuid_array
from huiyin.kit.web.errors import (
    CrossSite,
    Forbidden,
    PasswordChangeRequired,
    ReauthenticationRequired,
    SessionExpired,
    Unauthenticated,
)
from huiyin.settings import settings
from huiyin.trail.models import ActorKind
from huiyin.trail.recorder import ActorRef

COOKIE = "huiyin_session"
TOKEN_PREFIX = "hy_"  # noqa: S105 - a prefix that secret scanners know, not a secret

SessionDep = Annotated[Session, Depends(database_session, scope="function")]


@dataclass(frozen=True, slots=True)
class Posting:
    """Where one acts, and what the roles held there permit there."""

    agency_id: UUID
    path: tuple[UUID, ...]
    roles: tuple[Role, ...]
    permissions: frozenset[str]


@dataclass(frozen=True, slots=True)
class Actor:
    """An officer who is signed in, or another agency's system with a token.

    Attributes:
        agency_id: where the officer serves; `agency_path`, `roles` and `permissions` are held there.
        seconded: further agencies at which the officer acts for a term (派员). A permission is held at the agency whose
            role gives it, and never at another one.
        acting_at: the agencies for which the officer acts in the matter at hand; None: all of them.
    """

    kind: ActorKind
    id: UUID
    name: str
    agency_id: UUID
    agency_path: tuple[UUID, ...]
    roles: tuple[Role, ...]
    permissions: frozenset[str]
    seconded: tuple[Posting, ...] = ()
    acting_at: frozenset[UUID] | None = None
    channel_ids: frozenset[UUID] | None = None
    """The channels by which a system may send, as its token names them; None: not a system."""

    @property
    def postings(self) -> tuple[Posting, ...]:
        """The officer's own agency, then those of running secondments."""
        return (Posting(self.agency_id, self.agency_path, self.roles, self.permissions), *self.seconded)

    @property
    def agency_ids(self) -> frozenset[UUID]:
        """The agencies for which the officer acts here."""
        if self.acting_at is not None:
            return self.acting_at
        return frozenset(posting.agency_id for posting in self.postings)

    @property
    def by(self) -> ActorRef:
        """The actor as the trail records it."""
        return ActorRef(self.kind, self.id, self.agency_id)

    def may(self, permission: Permission) -> bool:
        """Whether the permission is held anywhere; `agency_ids_for` says where."""
        return any(permission in posting.permissions for posting in self.postings)

    def agency_ids_for(self, permission: Permission) -> frozenset[UUID]:
        """The agencies at which the permission is held."""
        return frozenset(posting.agency_id for posting in self.postings if permission in posting.permissions)

    def may_at(self, permission: Permission, agency_ids: Iterable[UUID]) -> bool:
        """Whether the permission is held at one of these agencies."""
        return not self.agency_ids_for(permission).isdisjoint(agency_ids)

    def acting(self, permission: Permission) -> "Actor":
        """The officer at those agencies alone at which the permission is held."""
        return replace(self, acting_at=self.agency_ids_for(permission))

    def in_role(self, role: Role) -> "Actor":
        """The officer at those agencies alone, of the ones at hand, at which the role is held."""
        held = frozenset(posting.agency_id for posting in self.postings if role in posting.roles)
        return replace(self, acting_at=held & self.agency_ids)


def hash_token(token: str) -> bytes:
    """What is stored of a cookie or token: its SHA-256 (both carry 256 random bits, so no slow hash is needed)."""
    return hashlib.sha256(token.encode()).digest()


# The officer's secondments that run now, of `o`, as `seconded.to`.
SECONDED = """
    LEFT JOIN LATERAL (
        SELECT jsonb_agg(jsonb_build_object('agency_id', t.agency_id, 'path', office.path, 'roles', t.roles)
                         ORDER BY t.id) AS to
        FROM secondments t JOIN agencies office ON office.id = t.agency_id
        WHERE t.officer_id = o.id AND t.from_at <= now() AND t.to_at > now() AND t.revoked_at IS NULL
    ) seconded ON true
"""
_OFFICER = text(
    f"""
    SELECT s.id AS session_id, s.token_hash, s.ended_at IS NOT NULL OR s.expires_at <= now()
               OR s.seen_at < now() - make_interval(mins => :idle) AS ended,
           s.seen_at < now() - interval '1 minute' AS stale, s.expires_at,
           s.proved_at > now() - make_interval(mins => :fresh) AS fresh,
           o.id, o.name, o.roles, o.agency_id, a.path, o.active, seconded.to AS seconded,
           o.password_given AND s.method NOT IN ('passkey', 'oidc') AS by_given_password
    FROM sessions s JOIN officers o ON o.id = s.officer_id JOIN agencies a ON a.id = o.agency_id
    {SECONDED}
    WHERE s.token_hash = ANY(:hashes)
    """  # noqa: S608
)
_CLIENT = text(
    """
    SELECT c.id, c.name, c.agency_id, a.path, t.id AS token_id, t.scopes, t.channel_ids,
           t.revoked_at IS NOT NULL OR t.expires_at <= now() OR NOT o.active AS ended,
           t.last_used_at IS NULL OR t.last_used_at < now() - interval '1 minute' AS stale
    FROM api_tokens t JOIN system_accounts c ON c.id = t.account_id JOIN agencies a ON a.id = c.agency_id
    JOIN officers o ON o.id = t.answered_by
    WHERE t.token_hash = :hash
    """
)
_BEARER = re.compile(r"^Bearer (hy_[A-Za-z0-9_-]{43})$")


def _refuse_cross_site(request: Request) -> None:
    """A second wall behind SameSite=Strict: a browser that changes something must come from our own origin."""
    if request.method in {"GET", "HEAD", "OPTIONS"}:
        return
    site = request.headers.get("sec-fetch-site")
    if site is not None and site not in {"same-origin", "none"}:
        raise CrossSite
    origin = request.headers.get("origin")
    own = settings().public_origin or f"{request.url.scheme}://{request.headers.get('host', '')}"
    if origin is not None and origin != own:
        raise CrossSite


def session_cookie_name() -> str:
    """What the session's cookie is called here."""
    return settings().cookie_name(COOKIE, whole_site=True)


def session_cookie(request: Request) -> str:
    """The session that the browser says it is in; empty: in none."""
    return request.cookies.get(session_cookie_name(), "")


def current_actor(request: Request, session: SessionDep) -> Actor:
    """The signed-in officer or system account.

    Raises:
        Unauthenticated: neither cookie nor bearer token, or one that never was.
        SessionExpired: signed out, idle too long, past its end, or the account was closed.
        CrossSite: a changing request from another origin.
    """
    cookie = session_cookie(request)
    if (authorization := request.headers.get("authorization")) is not None:
        return _client(session, authorization)
    if not cookie:
        raise Unauthenticated
    _refuse_cross_site(request)
    row = session.execute(_OFFICER, {"hashes": [hash_token(cookie)], **_limits()}).one_or_none()
    if row is None:
        raise Unauthenticated
    if row.ended or not row.active:
        raise SessionExpired
    if row.stale:
        session.execute(text("UPDATE sessions SET seen_at = now() WHERE id = :id"), {"id": row.session_id})
    actor = _officer(row)
    enter(session, actor)
    request.state.session_expires_at = row.expires_at
    request.state.fresh = row.fresh
    request.state.by_given_password = row.by_given_password
    return actor


def _limits() -> dict[str, int]:
    """Minutes after which a session is idle, and until when its officer need not prove himself again."""
    return {"idle": settings().session_idle_minutes, "fresh": settings().fresh_minutes}


def _officer(row: Any) -> Actor:
    roles = tuple(Role(role) for role in row.roles)
    permissions = frozenset(permissions_of(list(roles)))
    seconded = postings_of(row.seconded)
    return Actor(ActorKind.officer, row.id, row.name, row.agency_id, tuple(row.path), roles, permissions, seconded)


def postings_of(running: list[dict[str, Any]] | None) -> tuple[Posting, ...]:
    """Running secondments, as the database lists them, with what their roles permit."""
    found = []
    for row in running or []:
        roles = tuple(Role(role) for role in row["roles"])
        path = tuple(UUID(id_) for id_ in row["path"])
        found.append(Posting(UUID(row["agency_id"]), path, roles, frozenset(permissions_of(list(roles)))))
    return tuple(found)


def still_signed_in(session: Session, hashes: list[bytes]) -> dict[bytes, Actor]:
    """Officers by the hash of their session, without those whose session has ended. Asking does not prolong it."""
    rows = session.execute(_OFFICER, {"hashes": hashes, **_limits()})
    return {row.token_hash: _officer(row) for row in rows if row.active and not row.ended}


def _client(session: Session, authorization: str) -> Actor:
    match = _BEARER.match(authorization)
    row: Any = session.execute(_CLIENT, {"hash": hash_token(match[1])}).one_or_none() if match else None
    if row is None:
        raise Unauthenticated("Send a bearer token that was issued here")
    if row.ended:
        raise SessionExpired("The token has expired or was revoked, or nobody answers for it; ask the administrator")
    if row.stale:
        session.execute(text("UPDATE api_tokens SET last_used_at = now() WHERE id = :id"), {"id": row.token_id})
    scopes, channels = frozenset(row.scopes), frozenset(row.channel_ids)
    actor = Actor(ActorKind.client, row.id, row.name, row.agency_id, tuple(row.path), (), scopes, channel_ids=channels)
    enter(session, actor)
    return actor


def enter(session: Session, actor: Actor) -> None:
    """Tell the policies who asks in this transaction: whose leads may be seen, and as whom one may be excluded."""
    readers, principals = reading_as(actor)
    set_scope(session, readers=uuid_array(readers) if readers else "", principals=uuid_array(principals))


def reading_as(actor: Actor) -> tuple[list[UUID], list[UUID]]:
    """The agencies whose leads the actor may see, and everything as which they may be excluded from one.

    Whoever acts at two agencies sees what either may see, and is excluded where either is.
    """
    principals = [actor.id, *(id_ for posting in actor.postings for id_ in posting.path)]
    return sorted(actor.agency_ids_for(Permission.leads_read)), list(dict.fromkeys(principals))


class Allow:
    """A dependency that lets in who holds any one of `permissions`; with none given, everyone signed in.

    `fresh`: only an officer who has proven who he is within the last `HUIYIN_FRESH_MINUTES` (OWASP ASVS 5, 7.5): for
    what a colleague must not do at an unattended desk. Never a token.

    `at_first`: open also to who signed in with a password that an administrator chose: for choosing another.

    Raises:
        Forbidden: signed in, but without the permission; the answer names it.
        ReauthenticationRequired: prove it again, then send the same once more.
        PasswordChangeRequired: choose a password of one's own first.
    """

    def __init__(self, *permissions: Permission, fresh: bool = False, at_first: bool = False) -> None:
        self.permissions, self.fresh, self.at_first = permissions, fresh, at_first

    async def __call__(self, request: Request, actor: Annotated[Actor, Depends(current_actor)]) -> Actor:
        if not self.at_first and getattr(request.state, "by_given_password", False):
            raise PasswordChangeRequired
        if self.permissions and not any(actor.may(permission) for permission in self.permissions):
            raise Forbidden(f"This needs {self.permissions[0]}", permission=self.permissions[0])
        if self.fresh and not getattr(request.state, "fresh", False):
            raise ReauthenticationRequired
        return actor


async def public() -> None:
    """Marks a route that anyone may call; the list of those is short and a test holds it."""
