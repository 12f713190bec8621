"""Every verb × state × role × place of every machine, by HTTP; and each table as its literal copy has it."""

import pytest

from huiyin.machines import MACHINES
from tests.factories.house import House
from tests.workflow.conftest import Enter
from tests.workflow.moves import clocks_in_words, every_move, table_as_built, table_in_words
from tests.workflow.worlds import WORLDS


def test_every_machine_has_a_world():
    assert {machine.kind: machine for machine in MACHINES}.items() <= {
        kind: world.machine for kind, world in WORLDS.items()
    }.items()


def test_every_kind_of_the_database_is_a_machine(house: House):
    """Otherwise nothing would recompute its clocks (machines.py)."""
    assert {row.kind for row in house.sql("SELECT kind FROM matter_kinds")} == {machine.kind for machine in MACHINES}


@pytest.mark.parametrize("kind", WORLDS)
def test_moves_are_the_table_in_words(kind: str):
    """docs/domain.md has it, sections 2 and 3."""
    assert table_as_built(WORLDS[kind]) == table_in_words(WORLDS[kind])


@pytest.mark.parametrize("kind", WORLDS)
def test_moves_start_the_clocks_of_the_table(kind: str):
    """Their terms are compared with what runs in test_clocks_of_verbs.py."""
    moves = WORLDS[kind].machine.moves
    assert clocks_in_words(WORLDS[kind]) == {verb: move.clock for verb, move in moves.items()}


@pytest.mark.parametrize("kind", WORLDS)
def test_every_state_is_tried(kind: str):
    tried = {situation.partition(", ")[0] for situation in WORLDS[kind].situations}
    assert tried == {str(state) for state in WORLDS[kind].machine.states}


SITUATIONS = pytest.mark.parametrize(
    ("kind", "situation"), [(kind, situation) for kind, world in WORLDS.items() for situation in world.situations]
)


@SITUATIONS
def test_every_verb_by_every_role(world_of: Enter, kind: str, situation: str):
    every_move(world_of(kind), situation)


@pytest.mark.thorough
@SITUATIONS
def test_every_verb_by_every_role_also_those_without_permission_everywhere(world_of: Enter, kind: str, situation: str):
    every_move(world_of(kind), situation, thorough=True)
