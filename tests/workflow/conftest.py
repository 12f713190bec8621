"""A world of each kind, in the test's transaction."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.factories.house import House
from tests.workflow.world import World
from tests.workflow.worlds import WORLDS

Enter = Callable[[str], World[Any]]


@pytest.fixture
def world_of(house: House) -> Enter:
    """The world of a kind of matter."""
    return lambda kind: WORLDS[kind](house)
