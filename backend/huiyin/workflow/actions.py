"""What the state of a matter allows, for whom, and why not: the list that a page of any matter shows as it is."""

from typing import Any, TypeVar

from pydantic import BaseModel

from huiyin.access.actors import Actor
from huiyin.access.schemas import ResponseModel
from huiyin.kit.crypto.vault import decrypt_or_none
from huiyin.kit.web.refusals import RefusalCode
from huiyin.workflow.machine import Blocked, Machine, Matter, Move, Place
from huiyin.workflow.models import PendingMove
from huiyin.workflow.moving import blocked_by, pending_aad

M = TypeVar("M", bound=Matter)
_PLACES = list(Place)


class ActionItem(ResponseModel):
    """One verb that the state of a matter allows."""

    verb: str
    allowed: bool
    blocked_code: RefusalCode | None
    blocked_detail: str | None
    confirm: bool
    place: Place


def actions(machine: Machine[M], row: M, actor: Actor, around: Any, pending: PendingMove | None) -> list[ActionItem]:
    """Every verb that the matter's state and condition allow, whether this officer may use it, and if not, why.

    What waits for a second officer's word comes first, then by place, then as the table has it.
    """
    items: list[ActionItem] = []
    if machine.frozen(row) is not None:
        return items  # nothing can be added to it any more
    asked = _asked(machine, row, pending)
    for verb, move in machine.moves.items():
        if row.state not in move.sources:
            continue
        waits = pending is not None and pending.verb == verb
        if pending is not None and move.second is not None and not waits:
            continue  # one request at a time
        blocked = _confirming(move, row, actor, around, pending, asked) if waits else _doing(move, row, actor, around)
        if blocked is not None and blocked.by_state:
            continue
        code, detail = (blocked.code, blocked.detail) if blocked else (None, None)
        items.append(
            ActionItem(
                verb=verb,
                allowed=blocked is None,
                blocked_code=code,
                blocked_detail=detail,
                confirm=waits,
                place=move.place,
            )
        )
    return sorted(items, key=lambda item: (not item.confirm, _PLACES.index(item.place)))


def _asked(machine: Machine[Any], row: Any, pending: PendingMove | None) -> BaseModel | None:
    """What waits for a second officer, where it can be opened and the request itself says who is asked."""
    move = machine.moves[pending.verb] if pending is not None else None
    if pending is None or move is None or move.second is None or move.second.names is None:
        return None
    told = decrypt_or_none(machine.readable_key(row), pending.content, pending_aad(row.id))
    return None if told is None else move.takes.model_validate(told)


def _doing(move: Move[Any], row: Any, actor: Actor, around: Any) -> Blocked | None:
    blocked = blocked_by(move.rules, row, actor.acting(move.permission), around)
    if blocked is not None and blocked.by_state:
        return blocked
    return blocked if actor.may(move.permission) else _needs(move.permission)


def _confirming(
    move: Move[Any], row: Any, actor: Actor, around: Any, pending: PendingMove | None, asked: BaseModel | None
) -> Blocked | None:
    second = move.second
    if second is None or pending is None:
        return None
    if not actor.may(second.permission):
        return _needs(second.permission)
    if pending.asked_by == actor.id:
        return Blocked("own_request", "Another officer must confirm what you asked for")
    if asked is not None and second.names is not None and (blocked := second.names(row, actor, asked)):
        return blocked
    return blocked_by(second.rules, row, actor.acting(second.permission), around)


def _needs(permission: str) -> Blocked:
    return Blocked("permission", f"This needs {permission}")
