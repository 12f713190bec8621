"""What stands beside an envelope: each field of a request that is not on the list is refused, whoever adds it, when."""

import json
import types
from collections.abc import Iterator, Mapping
from typing import Any, Union, get_args, get_origin
from uuid import uuid4

import pytest
from pydantic import BaseModel, create_model
from sqlalchemy import Connection
from sqlalchemy.orm import Session

from huiyin.kit.web.errors import Invalid
from huiyin.settings import CHECKOUT
from huiyin.tips.identity.schemas import SealedIdentityIn
from huiyin.tips.reporting import sealed_rules as rules
from huiyin.tips.reporting.schemas import PublicTip, ReporterMessage, ReporterObjection, ReporterRating, StaffMessage
from tests.factories.identities import new_pair
from tests.factories.reporting.sealed import AgencyKey, Reporter, sealed_body

LISTS: dict[str, Mapping[str, str]] = {"tip": rules.TIP, "message": rules.MESSAGE, "rating": rules.RATING}
KEY, REPORTER = AgencyKey(str(uuid4()), new_pair()), Reporter()
TOKEN = REPORTER.code.token


def told() -> PublicTip:
    """A sealed tip with nothing beside it that may not be there, and all that may."""
    tip = PublicTip.model_validate(sealed_body(REPORTER, KEY, channel_id=str(uuid4())))
    return tip.model_copy(
        update={"identity": SealedIdentityIn.model_construct(suite="i1", key_version=1, envelope="B" * 500)}
    )


WORDS = {"sealed": REPORTER.text(KEY, "message/reporter", {"text": "他昨天又来了"})}
BODIES: list[tuple[BaseModel, str]] = [
    (told(), "tip"),
    (ReporterMessage.model_validate({"token": TOKEN} | WORDS), "message"),
    (ReporterObjection.model_validate({"token": TOKEN} | WORDS), "message"),
    (StaffMessage.model_validate({"tip_id": str(uuid4())} | WORDS), "message"),
    (ReporterRating.model_validate({"token": TOKEN, "satisfied": False}), "rating"),
]


def model_in(annotation: Any) -> type[BaseModel] | None:
    """The model that a field holds, also where it may be left out."""
    if get_origin(annotation) in (Union, types.UnionType):
        return next((found for one in get_args(annotation) if (found := model_in(one))), None)
    return annotation if isinstance(annotation, type) and issubclass(annotation, BaseModel) else None


def leaves(model: type[BaseModel], at: str = "") -> Iterator[str]:
    """Pointers to every field that a request can carry, from the model itself."""
    for name, field in model.model_fields.items():
        inner = model_in(field.annotation)
        if inner is None:
            yield f"{at}/{name}"
        else:
            yield from leaves(inner, f"{at}/{name}")


def with_value(body: BaseModel, pointer: str, value: object) -> BaseModel:
    """The body with something said at a pointer, whatever the field's type."""
    _, name, *rest = pointer.split("/")
    inner = getattr(body, name)
    said = with_value(inner, "/" + "/".join(rest), value) if rest else value
    return body.model_copy(update={name: said})


def refused(body: BaseModel, of: str, connection: Connection) -> dict[str, str]:
    """The pointers that are refused, with their codes."""
    try:
        if isinstance(body, PublicTip):
            rules.refuse_plaintext(Session(connection), body)
        else:
            rules.refuse_in_clear(body, LISTS[of])
    except Invalid as error:
        return {one["pointer"]: one["code"] for one in error.members["errors"]}
    return {}


@pytest.mark.parametrize(("body", "of"), BODIES, ids=lambda one: type(one).__name__)
def test_envelope_with_all_that_the_protocol_needs_is_taken(body: BaseModel, of: str, connection: Connection):
    assert refused(body, of, connection) == {}


@pytest.mark.parametrize(("body", "of"), BODIES, ids=lambda one: type(one).__name__)
def test_each_field_of_the_model_that_is_not_allowed_is_refused_by_its_pointer(
    body: BaseModel, of: str, connection: Connection
):
    walked = [pointer for pointer in leaves(type(body)) if pointer not in LISTS[of]]
    assert walked
    for pointer in walked:
        for value in ("told", ["told"], {"told": 1}, True, 0):
            assert refused(with_value(body, pointer, value), of, connection) == {pointer: "sealed_tip"}


@pytest.mark.parametrize("pointer", ["/conduct", "/channel_id", "/sealed/key_id"])
def test_what_is_allowed_is_one_value_and_not_a_bag_of_others(pointer: str, connection: Connection):
    assert refused(with_value(told(), pointer, {"plate": "湘A·12345"}), "tip", connection) == {pointer: "sealed_tip"}


@pytest.mark.parametrize("of", ["", "occurred", "receipt", "identity", "sealed", "sealed/reply"])
def test_field_that_is_added_tomorrow_is_refused_until_somebody_allows_it(of: str, connection: Connection):
    body: BaseModel = told()
    place: Any = body
    for name in filter(None, of.split("/")):
        place = getattr(place, name)
    grown = create_model("Grown", __base__=type(place), vehicle_plate=(str | None, None))
    later = grown.model_construct(**{name: getattr(place, name) for name in type(place).model_fields})
    at = f"/{of}" if of else ""

    def put(value: BaseModel) -> BaseModel:
        return with_value(body, at, value) if at else value

    assert refused(put(later), "tip", connection) == {}
    said = later.model_copy(update={"vehicle_plate": "湘A·12345"})
    assert refused(put(said), "tip", connection) == {f"{at}/vehicle_plate": "sealed_tip"}


def test_nothing_is_allowed_that_no_request_can_carry_and_each_has_its_reason():
    for of, allowed in LISTS.items():
        known = {pointer for body, which in BODIES if which == of for pointer in leaves(type(body))}
        assert allowed.keys() <= known
        assert all(allowed.values())


def test_server_and_browser_allow_the_same():
    """The browser's side: frontend/src/report/sealed/outgoing.test.ts."""
    shared = json.loads((CHECKOUT / "tests/vectors/sealed-clear.json").read_text())
    del shared["about"]
    assert shared == {of: sorted(allowed) for of, allowed in LISTS.items()} | {"upload": sorted(rules.UPLOAD)}
