"""The tables of verbs as `docs/domain.md` has them: the document is what the code is compared with."""

import re
from dataclasses import dataclass
from functools import cache
from itertools import takewhile
from typing import Any

from huiyin.channels.moves import CHANNELS
from huiyin.leads.lifecycle.moves import LEADS
from huiyin.settings import CHECKOUT
from huiyin.workflow.machine import Machine

DOCUMENT = CHECKOUT / "docs" / "domain.md"
OFFICE, IN_CHARGE, ANSWERS, ANY = "the office", "agency in charge", "agency that answers", "any agency that sees it"
OWNS = "agency that owns it"
_PLACES = (OFFICE, IN_CHARGE, ANSWERS, ANY, OWNS)
_STAYS, _NONE = "stays", "none"
_GOES_ON = {"runs on", "pauses", "goes on"}
_HEAD = ["verb", "from", "to", "who", "confirmed by", "needs", "clock that starts"]


@dataclass(frozen=True)
class Row:
    """One row. A verb has two where it depends on the state, or on the officer's agency, who carries it out."""

    verb: str
    sources: frozenset[str]
    target: str | None
    """None: the lead stays in its state."""
    roles: frozenset[str]
    places: frozenset[str]
    """`OFFICE`, `IN_CHARGE`, `ANSWERS`, `ANY`, `OWNS`."""
    second_roles: frozenset[str]
    second_places: frozenset[str]
    clock: tuple[str, int, str] | None
    """Rule, amount, unit; None where none runs, or the running one runs on."""
    clock_goes_on: str | None
    """The running clock runs on, pauses, or goes on; None where another one starts, or none is left."""


def rows() -> list[Row]:
    """The rows of verbs on a lead."""
    return [row for row in table() if row.sources]


@cache
def table() -> list[Row]:
    """All rows of a lead's table, that of `submit` included, which starts from no state."""
    return table_in(_below("### Lifecycle of a lead"), LEADS)


@cache
def channel_table() -> list[Row]:
    """All rows of a channel's table."""
    return table_in(_below("### Verbs of a channel"), CHANNELS)


def _below(heading: str) -> str:
    return DOCUMENT.read_text(encoding="utf-8").partition(f"\n{heading}\n")[2]


def table_in(text: str, machine: Machine[Any]) -> list[Row]:
    """The rows of the first table of verbs in a text, with the states of that machine."""
    lines = iter(text.splitlines())
    head = next(cells for line in lines if (cells := _cells(line))[:1] == ["verb"])
    if head != _HEAD:
        raise ValueError(f"the table of verbs of a {machine.kind} has the columns {head}")
    next(lines)  # |---|
    return [_row(machine, *_cells(line)) for line in takewhile(lambda line: line.startswith("|"), lines)]


def _cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip().removeprefix("|").removesuffix("|").split("|")]


def _codes(cell: str) -> list[str]:
    return re.findall(r"`(\w+)`", cell)


def _places(cell: str) -> frozenset[str]:
    return frozenset(place for place in _PLACES if place in cell)


def _sources(machine: Machine[Any], cell: str) -> frozenset[str]:
    named = {"any state": frozenset(machine.states), "any open state": machine.open_states}
    return frozenset(str(state) for state in named.get(cell, _codes(cell)))


def _row(
    machine: Machine[Any], verb: str, sources: str, target: str, who: str, second: str, _needs: str, clock: str
) -> Row:
    return Row(
        verb=_codes(verb)[0],
        sources=_sources(machine, sources),
        target=None if target == _STAYS else _codes(target)[0],
        roles=frozenset(_codes(who)),
        places=_places(who),
        second_roles=frozenset(_codes(second)),
        second_places=_places(second),
        clock=_clock(clock),
        clock_goes_on=clock if clock in _GOES_ON else None,
    )


def _clock(cell: str) -> tuple[str, int, str] | None:
    if cell == _NONE or cell in _GOES_ON:
        return None
    term = re.fullmatch(r"`(\w+)`: (\d+) (\w+)(?: (\w+))?", cell)
    if term is None:
        raise ValueError(f"no clock can be read from {cell!r}")
    rule, amount, *unit = term.groups()
    words = "_".join(word for word in unit if word)
    return rule, int(amount), words if words.endswith("s") else f"{words}s"
