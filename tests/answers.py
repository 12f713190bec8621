"""Reading an answer: what was refused and which field it names, and the cookies that it sets."""

from typing import Any

import httpx


def refused(answer: httpx.Response, status: int, rule: str | None = None) -> dict[str, Any]:
    """The problem, after checking that it is one of that status (and rule)."""
    assert answer.status_code == status, answer.text
    problem: dict[str, Any] = answer.json()
    if rule is not None:
        assert problem["rule"] == rule
    return problem


def pointed(answer: httpx.Response) -> list[tuple[str, str]]:
    """(pointer, code) of a 422's or 409's errors."""
    return [(error["pointer"], error["code"]) for error in answer.json()["errors"]]


def cookies(answer: httpx.Response) -> dict[str, str]:
    """The cookies that it sets, by name."""
    pairs = (line.partition(";")[0].partition("=") for line in answer.headers.get_list("set-cookie"))
    return {name: value for name, _, value in pairs}
