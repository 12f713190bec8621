"""Which clock each verb of each machine starts, and which it stops."""

import pytest

from tests.workflow.conftest import Enter
from tests.workflow.moves import clocks_of
from tests.workflow.worlds import WORLDS


@pytest.mark.parametrize(
    ("kind", "verb"), [(kind, verb) for kind, world in WORLDS.items() for verb in (*world.begins, *world.machine.moves)]
)
def test_verb_starts_its_clock_and_stops_the_one_before(world_of: Enter, kind: str, verb: str):
    clocks_of(world_of(kind), verb)
