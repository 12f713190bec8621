"""What somebody is told whose path names something by what is no id: which part of the path, and that it is none.

A path's ids are UUIDs in the route itself (`{lead_id:uuid}`), so that `/leads/counts` is never the lead of that name,
in whatever order the routes stand. A path with another word in an id's place then fits no route at all; the answer is
still the one of a wrong field, 422.
"""

import re
from collections.abc import Iterable
from uuid import UUID

from fastapi.exceptions import RequestValidationError
from pydantic import TypeAdapter, ValidationError
from starlette.routing import BaseRoute, Route, compile_path

_ID = TypeAdapter(UUID)


class MisreadIds:
    """The routes that have ids in their paths, as they would be found with anything in the ids' place."""

    def __init__(self, routes: Iterable[BaseRoute]) -> None:
        self._shapes: list[tuple[set[str], re.Pattern[str], list[str]]] = []
        for route in routes:
            if isinstance(route, Route) and (names := re.findall(r"{(\w+):uuid}", route.path)):
                loose, _, _ = compile_path(route.path.replace(":uuid}", "}"))
                self._shapes.append((route.methods or set(), loose, names))

    def findings(self, method: str, path: str) -> RequestValidationError | None:
        """What is wrong with the ids of a path that fits no route; None: there would be no such route either way."""
        for methods, loose, names in self._shapes:
            if method in methods and (found := loose.match(path)):
                errors = [error for name in names for error in _errors(name, found[name])]
                if errors:
                    return RequestValidationError(errors)
        return None


def _errors(name: str, value: str) -> list[dict[str, object]]:
    try:
        _ID.validate_python(value)
    except ValidationError as error:
        return [{**finding, "loc": ("path", name)} for finding in error.errors()]
    return []
