"""Toys as the tests over all machines try them."""

from pathlib import Path
from typing import Any, ClassVar
from uuid import uuid4

from huiyin.kit.crypto.vault import vault
from tests.domain import ANSWERS, Row, table_in
from tests.factories.house import House
from tests.workflow.toy.toys import TOYS, ToyState, key_aad, router
from tests.workflow.world import One, Try, World

HOLDER, ALSO_SEES = "city", "district"

TABLE = """
| verb | from | to | who | confirmed by | needs | clock that starts |
|---|---|---|---|---|---|---|
| `wind` | `boxed`, `wound` | `wound` | `intake` of the agency that answers | | turns | `play`: 3 working days |
| `scrap` | `wound` | `scrapped` | `dispatcher`, agency that answers | `dispatcher`, agency that answers | | none |
"""


class ToyWorld(World[One]):
    """Toys of the city's office; the district sees them too."""

    machine = TOYS
    plural = "toys"
    router = router
    situations = (*(str(state) for state in ToyState), "wound, scrap asked")
    tries: ClassVar[dict[str, Try]] = {
        "wind": Try("boxed", HOLDER, "intake", "events assignments clocks move_inputs"),
        "scrap": Try("wound", HOLDER, "dispatcher", "events move_inputs pending_moves"),
        "scrap/confirmation": Try(
            "wound, scrap asked", HOLDER, "dispatcher", "events assignments clocks move_inputs pending_moves"
        ),
    }

    def __init__(self, house: House) -> None:
        super().__init__(house)
        for statement in (Path(__file__).parent / "toys.sql").read_text(encoding="utf-8").split(";\n"):
            house.sql(statement)

    @classmethod
    def table(cls) -> list[Row]:
        return table_in(TABLE, TOYS)

    def make(self, situation: str) -> One:
        state, *conditions = situation.split(", ")
        toy = self._boxed()
        if state != "boxed":
            self.carry_out(toy, "wind", HOLDER, "intake")
        if conditions or state == "scrapped":
            self.carry_out(toy, "scrap", HOLDER, "dispatcher second")
        if state == "scrapped":
            self.carry_out(toy, "scrap/confirmation", HOLDER, "dispatcher")
        return toy

    def _boxed(self) -> One:
        toy, agency, head = One(uuid4()), self.house.agencies[HOLDER], self.house.officer(HOLDER, "intake")
        self.house.sql(
            """
            WITH made AS (
                INSERT INTO toys (id, number, state, is_open, visible_to, held_by_agency_id, held_by_officer_id,
                                  wrapped_key)
                VALUES (:id, :number, 'boxed', true, :sees, :agency, :head, :key) RETURNING id)
            INSERT INTO assignments (matter_id, agency_id, officer_id, role, from_at)
            SELECT id, :agency, :head, 'desk', now() FROM made
            """,
            id=toy.id,
            number=f"T{toy.id.hex[:6]}",
            sees=[agency.id, self.house.agencies[ALSO_SEES].id],
            agency=agency.id,
            head=head.id,
            key=vault().new_key(key_aad(toy.id)).wrapped,
        )
        return toy

    def body(self, verb: str, matter: One) -> dict[str, Any]:
        given: dict[str, dict[str, Any]] = {
            "wind": {"turns": 3},
            "scrap": {"note": "发条断了"},
            "scrap/confirmation": {"agreed": True},
        }
        return given[verb]

    def sees(self, place: str, matter: One, state: str) -> bool:
        return place in {HOLDER, ALSO_SEES}

    def at(self, words: str, matter: One, state: str) -> set[str]:
        return {ANSWERS: {HOLDER}}[words]
