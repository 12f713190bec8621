"""Routes of the registers of regions, agencies, officers and system accounts."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response

from huiyin.access import secondments
from huiyin.access.actors import Actor, Allow, SessionDep, public
from huiyin.access.permissions import Permission as P
from huiyin.access.register import accounts, registers, systems
from huiyin.access.schemas import (
    AgencyItem,
    AgencyPage,
    AgencyQuery,
    Code,
    IssuedToken,
    NewAgency,
    NewOfficer,
    NewSecondment,
    NewSystemAccount,
    NewToken,
    OfficerItem,
    OfficerPage,
    OfficerQuery,
    PublicAgencyList,
    RegionCode,
    RegionList,
    SecondmentItem,
    SecondmentPage,
    SecondmentQuery,
    SystemAccountItem,
    SystemAccountList,
    Taxonomies,
    TokenList,
)
from huiyin.kit.web.idempotency import Attempt, attempt, once
from huiyin.kit.web.paging import link_next

router = APIRouter(prefix="/api/v1")
Once = Annotated[Attempt, Depends(attempt)]
Agencies = Annotated[Actor, Depends(Allow(P.agencies_manage))]
Officers = Annotated[Actor, Depends(Allow(P.officers_manage))]
Systems = Annotated[Actor, Depends(Allow(P.system_accounts_manage))]
# Who gives rights away proves who he is.
FreshOfficers = Annotated[Actor, Depends(Allow(P.officers_manage, fresh=True))]
FreshSystems = Annotated[Actor, Depends(Allow(P.system_accounts_manage, fresh=True))]


@router.get("/public/regions", tags=["public"], operation_id="list_regions", dependencies=[Depends(public)])
def list_regions(
    session: SessionDep, response: Response, parent: Annotated[RegionCode | None, Query()] = None
) -> RegionList:
    """The administrative divisions below `parent`, or the provinces."""
    response.headers["Cache-Control"] = "public, max-age=86400"
    return RegionList(items=registers.child_regions(session, parent))


@router.get("/taxonomies", tags=["public"], operation_id="get_taxonomies", dependencies=[Depends(public)])
def get_taxonomies(
    session: SessionDep,
    response: Response,
    kinds: Annotated[
        list[Code] | None,
        Query(max_length=40, description="All of them unless named"),
    ] = None,
) -> Taxonomies:
    """Codes and their labels in three languages; the browser keeps no list of its own."""
    response.headers["Cache-Control"] = "public, max-age=300"
    return registers.taxonomies(session, kinds or [])


@router.get("/public/agencies", tags=["public"], operation_id="list_agencies_serving", dependencies=[Depends(public)])
def list_agencies_serving(session: SessionDep, region: Annotated[RegionCode, Query()]) -> PublicAgencyList:
    """Agencies competent for a division, so that a reporter can say who must not see the tip."""
    return PublicAgencyList(items=registers.agencies_serving(session, region))


@router.get(
    "/agencies", tags=["registers"], operation_id="list_agencies", dependencies=[Depends(Allow(P.agencies_read))]
)
def list_agencies(
    request: Request, response: Response, session: SessionDep, query: Annotated[AgencyQuery, Query()]
) -> AgencyPage:
    """The agency register, by name."""
    page = registers.agencies(session, query)
    link_next(request, response, page.next_cursor)
    return page


@router.post("/agencies", tags=["registers"], operation_id="create_agency", status_code=201)
def create_agency(
    body: NewAgency, session: SessionDep, response: Response, actor: Agencies, attempt: Once
) -> AgencyItem:
    """Enter an agency."""
    return once(
        session, attempt, str(actor.id), AgencyItem, response, lambda: accounts.create_agency(session, body, actor.by)
    )


@router.get("/officers", tags=["registers"], operation_id="list_officers")
def list_officers(
    request: Request,
    response: Response,
    session: SessionDep,
    actor: Annotated[Actor, Depends(Allow(P.officers_read))],
    query: Annotated[OfficerQuery, Query()],
) -> OfficerPage:
    """Officers by name; administrators also see sign-in names and closed accounts."""
    page = registers.officers(session, query, with_login=actor.may(P.officers_manage))
    link_next(request, response, page.next_cursor)
    return page


@router.post("/officers", tags=["registers"], operation_id="create_officer", status_code=201)
def create_officer(
    body: NewOfficer, session: SessionDep, response: Response, actor: FreshOfficers, attempt: Once
) -> OfficerItem:
    """Make an officer's account."""
    return once(
        session,
        attempt,
        str(actor.id),
        OfficerItem,
        response,
        lambda: accounts.create_officer(session, body, actor.by),
    )


@router.get("/system-accounts", tags=["registers"], operation_id="list_system_accounts")
def list_system_accounts(
    session: SessionDep, _: Systems, agency: Annotated[UUID | None, Query()] = None
) -> SystemAccountList:
    """Accounts of other agencies' systems, by name."""
    return SystemAccountList(items=registers.system_accounts(session, agency))


@router.post("/system-accounts", tags=["registers"], operation_id="create_system_account", status_code=201)
def create_system_account(
    body: NewSystemAccount, session: SessionDep, response: Response, actor: Systems, attempt: Once
) -> SystemAccountItem:
    """Make an account for another agency's system."""
    return once(
        session,
        attempt,
        str(actor.id),
        SystemAccountItem,
        response,
        lambda: systems.create_system_account(session, body, actor.by),
    )


@router.post(
    "/system-accounts/{account_id:uuid}/tokens", tags=["registers"], operation_id="issue_token", status_code=201
)
def issue_token(
    account_id: UUID, body: NewToken, session: SessionDep, response: Response, actor: FreshSystems
) -> IssuedToken:
    """Issue a scoped, expiring bearer token. It is shown once, so a repeat issues another."""
    response.headers["Cache-Control"] = "no-store"
    return systems.issue_token(session, account_id, body, actor.by)


@router.get("/system-accounts/{account_id:uuid}/tokens", tags=["registers"], operation_id="list_tokens")
def list_tokens(account_id: UUID, session: SessionDep, _: Systems) -> TokenList:
    """The tokens of a system, newest first: what for, who answers for them, when last used. Never the token itself."""
    return TokenList(items=systems.tokens(session, account_id))


@router.post(
    "/system-accounts/{account_id:uuid}/tokens/{token_id:uuid}/takeover",
    tags=["registers"],
    operation_id="take_over_token",
    status_code=204,
)
def take_over_token(account_id: UUID, token_id: UUID, session: SessionDep, actor: FreshSystems) -> None:
    """Answer for a token from now on: one whose issuer's account is closed opens nothing until somebody does."""
    systems.take_over_token(session, account_id, token_id, actor.by)


@router.delete(
    "/system-accounts/{account_id:uuid}/tokens/{token_id:uuid}",
    tags=["registers"],
    operation_id="revoke_token",
    status_code=204,
)
def revoke_token(account_id: UUID, token_id: UUID, session: SessionDep, actor: Systems) -> None:
    """Withdraw a token at once."""
    systems.revoke_token(session, account_id, token_id, actor.by)


@router.get("/secondments", tags=["registers"], operation_id="list_secondments")
def list_secondments(
    request: Request,
    response: Response,
    session: SessionDep,
    _: Officers,
    query: Annotated[SecondmentQuery, Query()],
) -> SecondmentPage:
    """Who acts where, for which term, by which undertaking; newest first."""
    page = secondments.secondments(session, query)
    link_next(request, response, page.next_cursor)
    return page


@router.post("/secondments", tags=["registers"], operation_id="second_officer", status_code=201)
def second_officer(
    body: NewSecondment, session: SessionDep, response: Response, actor: FreshOfficers, attempt: Once
) -> SecondmentItem:
    """Second an officer of another agency to one's own office for a term."""
    return once(
        session, attempt, str(actor.id), SecondmentItem, response, lambda: secondments.second(session, body, actor)
    )


# Revoking one passes on what the officer answered for, so its route stands with the leads.
