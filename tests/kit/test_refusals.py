"""The registry of refusals: schemas name codes that are in it (other places are held to it by their types)."""

import ast
from typing import get_args

import pytest
from pydantic_core.core_schema import ErrorType

from huiyin.kit.web.refusals import FIELDS, PYDANTIC_CODES
from huiyin.settings import CHECKOUT

SCHEMA_ERRORS = [
    (f"{source.relative_to(CHECKOUT)}:{node.lineno}", node.args[0])
    for source in sorted((CHECKOUT / "backend" / "huiyin").rglob("*.py"))
    for node in ast.walk(ast.parse(source.read_text(encoding="utf-8")))
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "PydanticCustomError"
]


def test_schemas_refuse_something():
    assert len(SCHEMA_ERRORS) > 15


@pytest.mark.parametrize(("place", "code"), SCHEMA_ERRORS, ids=lambda value: value if isinstance(value, str) else "")
def test_what_a_schema_refuses_is_in_the_registry(place: str, code: ast.expr):
    assert isinstance(code, ast.Constant), place
    assert code.value in FIELDS


def test_codes_of_pydantic_are_its_own():
    assert set(PYDANTIC_CODES) <= set(get_args(ErrorType))
