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


def problem(answer: httpx.Response, status: int, kind: str | None = None) -> dict[str, Any]:
    """The body of a refusal, after checking its form."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    body: dict[str, Any] = answer.json()
    assert {"type", "title", "status", "detail"} <= set(body)
    assert body["status"] == status
    if kind is not None:
        assert body["type"] == f"urn:huiyin:problem:{kind}"
    if status == 422 and body["type"].endswith("validation"):
        assert body["errors"]
        assert all(error["pointer"].startswith("/") or error["pointer"] == "" for error in body["errors"])
        assert all(error["code"] and error["detail"] for error in body["errors"])
    return body


def pointers(answer: httpx.Response) -> list[str]:
    return [error["pointer"] for error in problem(answer, 422, "validation")["errors"]]
