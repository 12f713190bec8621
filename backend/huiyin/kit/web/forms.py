"""Marks in the API's description that say what a type cannot: how a form asks for a field (OpenAPI 3.1, `x-` members).

The dashboard's forms of verbs are made from them (frontend/scripts/verbForms.ts); other clients may ignore them.
"""

from typing import Any


def picks(what: str) -> dict[str, Any]:
    """An id, or several, chosen: agency, agencies, discipline, officer, verifiers, lead, tip, tips, subjects."""
    return {"x-picks": what}


def when(name: str, value: str) -> dict[str, Any]:
    """Asked, and then not left out, only while another field has this value."""
    return {"x-when": {"name": name, "is": value}}


def codes(kind: str) -> dict[str, Any]:
    """A code of a taxonomy that is data, not an enumeration of the API."""
    return {"x-codes": kind}


TOLD: dict[str, Any] = {"x-told": True}
"""The reporter reads what is written here: it is shown as they will see it before it is sent."""

ELSEWHERE: dict[str, Any] = {"x-form": False}
"""Not asked in the form: a page of its own gives it."""


def either(question: str, yes: str, no: str) -> dict[str, Any]:
    """Two fields of which exactly one is given; the answer to `question` says which. For a model, not a field."""
    return {"x-either": {"question": question, "yes": yes, "no": no}}
