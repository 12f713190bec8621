"""Every route says who may call it, or stands on the short list of those that anyone may."""

import re
from collections.abc import Iterator
from uuid import UUID

import pytest
from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from starlette.routing import BaseRoute, Mount, Route

from huiyin.access.actors import Allow, public
from huiyin.access.permissions import Permission, Role, permissions_of
from tests.answers import pointed, problem
from tests.client import Client

PUBLIC = {
    "GET /health/live",
    "GET /health/ready",
    "GET /",
    "GET /receipt",
    "GET /review",
    "GET /review/{path:path}",
    "GET /favicon.svg",
    "GET /api/v1/public/regions",
    "GET /api/v1/public/agencies",
    "GET /api/v1/public/channels",
    "GET /api/v1/public/identity-key",
    "GET /api/v1/public/challenge",
    "GET /api/v1/public/sealed-keys",
    "GET /api/v1/taxonomies",
    "POST /api/v1/public/tips",
    "POST /api/v1/public/receipts/open",
    "POST /api/v1/public/receipts/messages",
    # These four ask for a token that the holder of a receipt code got.
    "POST /api/v1/public/receipts/uploads",
    "OPTIONS /api/v1/public/uploads",
    "POST /api/v1/public/uploads",
    "HEAD /api/v1/public/uploads/{upload_id}",
    "PATCH /api/v1/public/uploads/{upload_id}",
    "DELETE /api/v1/public/uploads/{upload_id}",
    "POST /api/v1/public/receipts/rating",
    "POST /api/v1/public/receipts/objection",
    "GET /api/v1/sessions/options",
    "GET /api/v1/sessions/oidc",
    "GET /api/v1/sessions/oidc/callback",
    "POST /api/v1/sessions",
    "POST /api/v1/sessions/passkey/options",
    "POST /api/v1/sessions/passkey",
    "GET /api/v1/log/checkpoint",
    "GET /api/v1/log/keys",
    "GET /api/v1/log/proof/inclusion",
    "GET /api/v1/log/proof/consistency",
    "GET /api/v1/log/tile/{level}/{number:path}",
    "POST /api/v1/log/cosignatures",  # what is taken is a signature of a registered witness, and nothing else
}
# Asked for beside ownership, inside of the change: whoever made a view may always change it.
ASKED_WITHIN = {Permission.views_manage}
SIGNED_IN_IS_ENOUGH = {"DELETE /api/v1/sessions/current"} | {
    # Any officer may be given a share of a key to keep, and acts on their own alone.
    "GET /api/v1/me/key-shares",
    "POST /api/v1/me/key-shares/{custody_id}/confirmation",
    "POST /api/v1/me/key-shares/{custody_id}/report",
    "POST /api/v1/me/key-shares/{custody_id}/successor",
}
NOT_OURS = {"/api/openapi.json", "/assets", "/assets/review"}


def api_routes(routes: list[BaseRoute]) -> Iterator[APIRoute]:
    """Our routes, those of included routers too."""
    for route in routes:
        if isinstance(route, APIRoute):
            yield route
        else:
            inner = getattr(route, "original_router", None) or getattr(route, "router", None)
            if inner is not None:
                yield from api_routes(inner.routes)


def name_of(route: APIRoute) -> str:
    """Its path as the API's description writes it, but for parameters that are more than one segment."""
    return route.path.replace(":uuid}", "}")


def guards(dependant: Dependant) -> Iterator[object]:
    for one in dependant.dependencies:
        if isinstance(one.call, Allow) or one.call is public:
            yield one.call
        yield from guards(one)


def described(app: FastAPI) -> dict[str, list[object]]:
    return {
        f"{method} {name_of(route)}": list(guards(route.dependant))
        for route in api_routes(list(app.routes))
        for method in sorted((route.methods or set()) - {"HEAD"} or {"HEAD"})
    }


def test_every_operation_of_the_api_is_found_by_this_test(service: FastAPI):
    documented = {f"{method.upper()} {path}" for path, item in service.openapi()["paths"].items() for method in item}
    assert documented <= {name.replace(":path}", "}") for name in described(service)}
    assert len(documented) > 40


def test_every_route_names_its_permission_or_is_on_the_short_public_list(service: FastAPI):
    found = described(service)
    unguarded = [name for name, guard in found.items() if len(guard) != 1]
    assert unguarded == [], "each route has exactly one guard"
    assert {name for name, guard in found.items() if guard == [public]} == PUBLIC
    bare = {name for name, (guard,) in found.items() if isinstance(guard, Allow) and not guard.permissions}
    assert bare == SIGNED_IN_IS_ENOUGH


def test_nothing_else_is_served(service: FastAPI):
    """Mounts and plain routes have no guard: only the built files and the API's description are such."""
    plain = {
        route.path for route in service.routes if isinstance(route, Mount | Route) and not isinstance(route, APIRoute)
    }
    assert plain <= NOT_OURS


def test_every_permission_guards_something_and_is_held_by_somebody(service: FastAPI):
    used = {
        permission
        for guard in described(service).values()
        for one in guard
        if isinstance(one, Allow)
        for permission in one.permissions
    }
    assert used == set(Permission) - ASKED_WITHIN
    assert permissions_of(list(Role)) == set(Permission)


def test_every_operation_has_a_name_of_its_own_that_reads_as_a_function(service: FastAPI):
    names = [operation["operationId"] for item in service.openapi()["paths"].values() for operation in item.values()]
    assert len(names) == len(set(names))
    assert all(name.isidentifier() and name == name.lower() for name in names)


def test_every_body_has_an_example(service: FastAPI):
    document = service.openapi()
    schemas = document["components"]["schemas"]
    without = []
    for item in document["paths"].values():
        for operation in item.values():
            for content in operation.get("requestBody", {}).get("content", {}).values():
                name = content["schema"]["$ref"].rsplit("/", 1)[1]
                if "example" not in schemas[name]:
                    without.append(name)
    assert without == []


def test_every_post_that_creates_takes_an_idempotency_key(service: FastAPI):
    """But for signing in and issuing a token, whose answers are secrets that nobody keeps; and for announcing a file
    (tus 1.0 knows no such key): one that is announced twice is nothing until its bytes come, and gone after a day."""
    creating = {
        operation["operationId"]: {one["name"].lower() for one in operation.get("parameters", [])}
        for item in service.openapi()["paths"].values()
        for method, operation in item.items()
        if method == "post" and "201" in operation["responses"]
    }
    without = {name for name, parameters in creating.items() if "idempotency-key" not in parameters}
    assert without == {"create_upload", "sign_in", "sign_in_by_passkey", "issue_token"}


ANY_ID = "0199c1f0-0000-7000-8000-00000000000a"


def some_path(route: APIRoute) -> str:
    """A path that the route serves."""
    return re.sub(r"{\w+}", "some-word", re.sub(r"{\w+:uuid}", ANY_ID, route.path)).replace("{number:path}", "7/x001")


def test_no_two_routes_fit_the_same_path(service: FastAPI):
    """The order in which parts name their routes means nothing."""
    routes = [route for route in api_routes(list(service.routes)) if route.path != "/review/{path:path}"]
    fitting = {
        f"{method} {route.path}": [
            one.path for one in routes if method in (one.methods or ()) and one.path_regex.match(path)
        ]
        for route in routes
        for path in [some_path(route)]
        for method in route.methods or ()
    }
    assert {name: found for name, found in fitting.items() if found != [name.partition(" ")[2]]} == {}
    assert len(fitting) > 100


def test_every_id_in_a_path_is_one_in_the_route_itself(service: FastAPI):
    loose = [
        route.path
        for route in api_routes(list(service.routes))
        for parameter in route.dependant.path_params
        if parameter.field_info.annotation is UUID and f"{{{parameter.alias}:uuid}}" not in route.path
    ]
    assert loose == []


@pytest.mark.parametrize("path", ["/api/v1/leads/x", "/api/v1/leads/x/messages", "/api/v1/leads/1/graph"])
def test_a_word_in_the_place_of_an_id_is_a_wrong_field(http: Client, path: str):
    problem(http.get(path), 422)
    assert pointed(http.get(path)) == [("/path/lead_id", "uuid_parsing")]


def test_where_no_route_is_no_id_is_wrong(http: Client):
    problem(http.get("/api/v1/leads/x/nothing"), 404)
