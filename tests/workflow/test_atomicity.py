"""Nothing is half written: whatever breaks inside a verb, the database is what it was before, and the answer says so.

A trigger raises at a write that comes after the first one, once at each table that the verb writes.
"""

import pytest

from tests.workflow.conftest import Enter
from tests.workflow.moves import atomicity_of
from tests.workflow.worlds import WORLDS


@pytest.mark.parametrize("kind", WORLDS)
def test_every_verb_and_confirmation_is_tried_here(kind: str):
    moves = WORLDS[kind].machine.moves
    confirmations = {f"{verb}/confirmation" for verb, move in moves.items() if move.second}
    assert set(WORLDS[kind].tries) == set(moves) | confirmations


@pytest.mark.parametrize(("kind", "verb"), [(kind, verb) for kind, world in WORLDS.items() for verb in world.tries])
def test_verb_that_breaks_half_way_changes_nothing(world_of: Enter, kind: str, verb: str):
    atomicity_of(world_of(kind), verb)
