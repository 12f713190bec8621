"""Accounts of other agencies' systems, and the tokens by which they send."""

import secrets
from datetime import UTC, datetime, timedelta
from uuid import UUID

from sqlalchemy import select, text, update
from sqlalchemy.orm import Session

from huiyin.access.actors import TOKEN_PREFIX, hash_token
from huiyin.access.models import Agency, ApiToken, SystemAccount
from huiyin.access.permissions import Scope
from huiyin.access.schemas import (
    AgencyRef,
    IssuedToken,
    NewSystemAccount,
    NewToken,
    SystemAccountItem,
    TokenItem,
)
from huiyin.kit.web.errors import Conflict, Invalid, NotFound, field_error
from huiyin.trail.recorder import ActorRef, record

_LONGEST_TOKEN = timedelta(days=400)
# Channels are a part above this one; only whether they are there matters here.
_CHANNELS = text("SELECT id FROM channels WHERE id = ANY(:ids)")
_TOKENS = text(
    """
    SELECT t.id, t.scopes, t.channel_ids, t.created_at, t.expires_at, t.revoked_at, t.last_used_at,
           issuer.name AS issued_by, o.name AS answered_by,
           CASE WHEN t.revoked_at IS NOT NULL THEN 'revoked' WHEN t.expires_at <= now() THEN 'expired'
                WHEN NOT o.active THEN 'unanswered' ELSE 'valid' END AS state
    FROM api_tokens t JOIN officers issuer ON issuer.id = t.issued_by JOIN officers o ON o.id = t.answered_by
    WHERE t.account_id = :account ORDER BY t.id DESC LIMIT 200
    """
)


def create_system_account(session: Session, body: NewSystemAccount, by: ActorRef) -> SystemAccountItem:
    """Make an account for another agency's system. Raises Invalid or Conflict as for officers."""
    agency = session.get(Agency, body.agency_id)
    if agency is None:
        raise Invalid(field_error("/agency_id", "unknown_agency", "There is no agency with this id"))
    taken = select(SystemAccount.id).where(SystemAccount.agency_id == agency.id, SystemAccount.name == body.name)
    if session.execute(taken).first():
        raise Conflict(f"{agency.name} already has a system of that name")
    account = SystemAccount(agency_id=agency.id, name=body.name)
    session.add(account)
    session.flush()
    record(session, "system_account:create", account.id, by)
    return SystemAccountItem(id=account.id, name=account.name, agency=AgencyRef(id=agency.id, name=agency.name))


def issue_token(session: Session, account_id: UUID, body: NewToken, by: ActorRef) -> IssuedToken:
    """Issue a bearer token; it is shown once and kept as a hash.

    Raises:
        NotFound: no such account.
        Invalid: the end is past, or more than 400 days away; a channel is none, or none is named for sending tips.
    """
    if session.get(SystemAccount, account_id) is None:
        raise NotFound
    if not timedelta(0) < body.expires_at - datetime.now(UTC) <= _LONGEST_TOKEN:
        raise Invalid(field_error("/expires_at", "out_of_range", "Choose an end within the next 400 days"))
    channels = list(dict.fromkeys(body.channel_ids))
    if Scope.tips_create in body.scopes and not channels:
        raise Invalid(field_error("/channel_ids", "missing", "Name the channels by which tips come with it"))
    known = set(session.execute(_CHANNELS, {"ids": channels}).scalars())
    if unknown := [at for at, id_ in enumerate(body.channel_ids) if id_ not in known]:
        raise Invalid(
            *(
                field_error(f"/channel_ids/{at}", "unknown_channel", "There is no channel with this id")
                for at in unknown
            )
        )
    token = TOKEN_PREFIX + secrets.token_urlsafe(32)
    scopes = sorted(set(body.scopes))
    if by.actor_id is None:
        raise ValueError("a token is issued by a named officer")
    row = ApiToken(
        account_id=account_id,
        token_hash=hash_token(token),
        scopes=scopes,
        channel_ids=channels,
        issued_by=by.actor_id,
        answered_by=by.actor_id,
        expires_at=body.expires_at,
    )
    session.add(row)
    session.flush()
    record(
        session,
        "token:issue",
        row.id,
        by,
        account=str(account_id),
        scopes=scopes,
        channels=[str(id_) for id_ in channels],
    )
    return IssuedToken(id=row.id, token=token, scopes=scopes, expires_at=body.expires_at)


def revoke_token(session: Session, account_id: UUID, token_id: UUID, by: ActorRef) -> None:
    """Withdraw a token at once. Raises NotFound when the account has no such valid token."""
    done = session.execute(
        update(ApiToken)
        .where(ApiToken.id == token_id, ApiToken.account_id == account_id, ApiToken.revoked_at.is_(None))
        .values(revoked_at=text("now()"))
        .returning(ApiToken.id)
    ).first()
    if done is None:
        raise NotFound
    record(session, "token:revoke", token_id, by)


def tokens(session: Session, account_id: UUID) -> list[TokenItem]:
    """The tokens of a system, newest first, with who answers for them and when they were last used.

    Raises NotFound when there is no such account.
    """
    if session.get(SystemAccount, account_id) is None:
        raise NotFound
    rows = session.execute(_TOKENS, {"account": account_id}).mappings()
    return [TokenItem.model_validate({**row}) for row in rows]


def take_over_token(session: Session, account_id: UUID, token_id: UUID, by: ActorRef) -> None:
    """Answer for a token from now on: one whose issuer's account is closed opens nothing until somebody does.

    Raises NotFound when the account has no such token that could still be used.
    """
    done = session.execute(
        update(ApiToken)
        .where(
            ApiToken.id == token_id,
            ApiToken.account_id == account_id,
            ApiToken.revoked_at.is_(None),
            ApiToken.expires_at > text("now()"),
        )
        .values(answered_by=by.actor_id)
        .returning(ApiToken.id)
    ).first()
    if done is None:
        raise NotFound
    record(session, "token:take_over", token_id, by)
