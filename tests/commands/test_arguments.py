"""No command takes a secret as an argument: whoever is on the machine sees those, and a shell keeps them."""

from collections.abc import Iterator
from typing import Any

import pytest
import typer

from huiyin.cli import app

SECRET = {"password", "passphrase", "share", "code", "token", "secret", "pin"}
# Where it is kept, not what it is.
PLACES = {"token_file", "shares_file", "secret"}


def options(command: Any, path: str = "huiyin") -> Iterator[tuple[str, Any]]:
    """Every option of every command; Typer brings its own Click, whose classes have no name elsewhere."""
    for name, one in getattr(command, "commands", {}).items():
        yield from options(one, f"{path} {name}")
    for parameter in command.params:
        yield path, parameter


OPTIONS = list(options(typer.main.get_command(app)))


@pytest.mark.parametrize(("path", "option"), OPTIONS, ids=[f"{path} {one.name}" for path, one in OPTIONS])
def test_no_option_is_a_secret(path: str, option: Any):
    assert option.name in PLACES or not set(option.name.split("_")) & SECRET, f"{path} --{option.name}"


def test_every_command_was_looked_at():
    assert {"huiyin token", "huiyin keys recover", "huiyin log witness"} <= {path for path, _ in OPTIONS}
