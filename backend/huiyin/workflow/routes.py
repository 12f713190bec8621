"""Routes of verbs: each at the version seen, and answered with the matter as it is then.

Who sends `Prefer: return=minimal` (RFC 7240, section 4.2) gets the new version alone: half the work, for systems that
carry out many verbs and show none.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, TypeVar
from uuid import UUID

from fastapi import APIRouter, Depends, Header, Path, Response
from pydantic import BaseModel
from sqlalchemy.orm import Session

from huiyin.access.actors import Actor, Allow, SessionDep
from huiyin.access.permissions import Permission
from huiyin.kit.web.versions import required_version, set_etag
from huiyin.workflow.inputs import Confirmation, ReasonedConfirmation
from huiyin.workflow.machine import Machine, Matter
from huiyin.workflow.moving import confirm, move
from huiyin.workflow.visibility import version_after

M = TypeVar("M", bound=Matter)
# Session, matter, version seen, who acts, the body.
Act = Callable[[Session, UUID, int, Actor, Any], None]

NO_CONTENT: dict[int | str, dict[str, Any]] = {
    204: {
        "description": "Done. With an ETag: as little as you preferred. Without: it excluded you from the matter, "
        "which is no longer there for you"
    }
}
MINIMAL = "return=minimal"
Prefer = Annotated[
    str | None, Header(max_length=200, description=f"`{MINIMAL}` answers 204 and the new ETag (RFC 7240, section 4.2)")
]


@dataclass(frozen=True, kw_only=True)
class Shown:
    """How a kind of matter is answered with.

    Attributes:
        plural: its collection in the address: leads.
        item: what its page gives.
        read: one matter for its reader; it has a `version`.
    """

    plural: str
    item: type[BaseModel]
    read: Callable[[Session, UUID, Actor], Any]


def add_verbs(router: APIRouter, machine: Machine[M], shown: Shown) -> None:
    """Add `POST /<plural>/{<kind>_id}/<verb>` for every verb, and `…/<verb>/confirmation` where a second must agree."""
    for verb, row in machine.moves.items():
        to = row.target or "the same state"
        _add(
            router,
            machine,
            shown,
            path=verb,
            act=_moves(machine, verb),
            takes=row.takes,
            permission=row.permission,
            name=f"{verb}_{machine.kind}",
            summary=f"{machine.named(verb).capitalize()}: from {' or '.join(sorted(row.sources))} to {to}",
        )
        if row.second is not None:
            _add(
                router,
                machine,
                shown,
                path=f"{verb}/confirmation",
                act=_confirms(machine, verb),
                takes=ReasonedConfirmation if row.second.reasoned else Confirmation,
                permission=row.second.permission,
                name=f"confirm_{verb}_{machine.kind}",
                summary=f"Agree to, or refuse, what another officer asked: {verb}",
            )


def _moves(machine: Machine[M], verb: str) -> Act:
    return lambda session, id_, version, actor, body: move(machine, session, id_, verb, version, actor, body)


def _confirms(machine: Machine[M], verb: str) -> Act:
    return lambda session, id_, version, actor, body: confirm(machine, session, id_, verb, version, actor, body)


def _add(
    router: APIRouter,
    machine: Machine[M],
    shown: Shown,
    *,
    path: str,
    act: Act,
    takes: type[BaseModel],
    permission: Permission,
    name: str,
    summary: str,
) -> None:
    def route(
        matter_id: Any,
        body: Any,
        session: SessionDep,
        response: Response,
        actor: Annotated[Actor, Depends(Allow(permission))],
        version: Annotated[int, Depends(required_version)],
        prefer: Prefer = None,
    ) -> Any:
        act(session, matter_id, version, actor, body)
        now_at = version_after(machine, session, matter_id, actor)
        if MINIMAL in (prefer or "").replace(" ", "").lower().split(","):
            return _minimal(now_at)
        if now_at is None:
            return Response(status_code=204)
        set_etag(response, now_at)
        return shown.read(session, matter_id, actor)

    route.__annotations__["matter_id"] = Annotated[UUID, Path(alias=f"{machine.kind}_id")]
    route.__annotations__["body"] = takes
    router.add_api_route(
        f"/{shown.plural}/{{{machine.kind}_id:uuid}}/{path}",
        route,
        methods=["POST"],
        tags=["verbs"],
        operation_id=name,
        summary=summary,
        response_model=shown.item,
        responses=NO_CONTENT,
    )


def _minimal(version: int | None) -> Response:
    response = Response(status_code=204, headers={"Preference-Applied": MINIMAL})
    if version is not None:
        set_etag(response, version)
    return response
