"""The table of verbs as `docs/domain.md` has it: the document is what the code is compared with."""

import re
from dataclasses import dataclass
from functools import cache
from itertools import takewhile

from huiyin.settings import CHECKOUT

DOCUMENT = CHECKOUT / "docs" / "domain.md"
OFFICE, IN_CHARGE = "office", "agency in charge"
_STAYS, _RUNS_ON, _NONE = "stays", "runs on", "none"
_HEAD = ["verb", "from", "to", "who", "confirmed by", "needs", "clock that starts"]


@dataclass(frozen=True)
class Row:
    """One row. A verb has two where it depends on the state, or on the officer's agency, who carries it out."""

    verb: str
    sources: frozenset[str]
    target: str | None
    """None: the lead stays in its state."""
    roles: frozenset[str]
    place: str
    """`OFFICE` or `IN_CHARGE`."""
    second_roles: frozenset[str]
    second_place: str
    clock: tuple[str, int, str] | None
    """Rule, amount, unit; None where none runs, or the running one runs on."""
    runs_on: bool


def rows() -> list[Row]:
    """The rows of verbs on a lead."""
    return [row for row in table() if row.sources]


@cache
def table() -> list[Row]:
    """All rows, that of `submit` included, which starts from no state."""
    lines = iter(DOCUMENT.read_text(encoding="utf-8").splitlines())
    head = next(cells for line in lines if (cells := _cells(line))[:1] == ["verb"])
    if head != _HEAD:
        raise ValueError(f"{DOCUMENT.name}: the table of verbs has the columns {head}")
    next(lines)  # |---|
    return [_row(*_cells(line)) for line in takewhile(lambda line: line.startswith("|"), lines)]


def _cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip().removeprefix("|").removesuffix("|").split("|")]


def _codes(cell: str) -> list[str]:
    return re.findall(r"`(\w+)`", cell)


def _place(cell: str) -> str:
    return IN_CHARGE if IN_CHARGE in cell else OFFICE


def _row(verb: str, sources: str, target: str, who: str, second: str, _needs: str, clock: str) -> Row:
    return Row(
        verb=_codes(verb)[0],
        sources=frozenset(_codes(sources)),
        target=None if target == _STAYS else _codes(target)[0],
        roles=frozenset(_codes(who)),
        place=_place(who),
        second_roles=frozenset(_codes(second)),
        second_place=_place(second),
        clock=_clock(clock),
        runs_on=clock == _RUNS_ON,
    )


def _clock(cell: str) -> tuple[str, int, str] | None:
    if cell in {_NONE, _RUNS_ON}:
        return None
    term = re.fullmatch(r"`(\w+)`: (\d+) (\w+)(?: (\w+))?", cell)
    if term is None:
        raise ValueError(f"{DOCUMENT.name}: no clock can be read from {cell!r}")
    rule, amount, *unit = term.groups()
    words = "_".join(word for word in unit if word)
    return rule, int(amount), words if words.endswith("s") else f"{words}s"
