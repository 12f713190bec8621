"""Channels as the tests over all machines try them."""

from typing import Any, ClassVar

from huiyin.channels.models import ChannelState
from huiyin.channels.moves import CHANNELS
from tests.client import Client
from tests.domain import ANY, OWNS, Row, channel_table
from tests.factories.channels import make_channel
from tests.workflow.world import PLACES, One, Try, World

OWNER = "city"


class ChannelWorld(World[One]):
    """Channels of the city's office; whoever signs in sees them."""

    machine = CHANNELS
    plural = "channels"
    situations = tuple(str(state) for state in ChannelState)
    tries: ClassVar[dict[str, Try]] = {
        "publish": Try("draft", OWNER, "intake", "events"),
        "suspend": Try("published", OWNER, "intake", "events"),
        "withdraw": Try("suspended", OWNER, "intake", "events"),
        "change": Try("published", OWNER, "intake", "events"),
    }

    @classmethod
    def table(cls) -> list[Row]:
        return channel_table()

    def make(self, situation: str) -> One:
        return One(make_channel(self.house.connection, self.house.agencies[OWNER], "visit", "接访室", state=situation))

    def body(self, verb: str, matter: One) -> dict[str, Any]:
        if verb != "change":
            return {"reason": "已核对"}
        return {"kind": "visit", "name": "新接访室", "region_code": self.house.agencies[OWNER].region}

    def sees(self, place: str, matter: One, state: str) -> bool:
        return True

    def at(self, words: str, matter: One, state: str) -> set[str]:
        return {OWNS: {OWNER}, ANY: set(PLACES)}[words]

    def listed(self, who: Client, matter: One) -> list[str] | None:
        items = who.get("/api/v1/channels", limit=200).json()["items"]
        (row,) = [item for item in items if item["id"] == str(matter.id)]
        return list(row["allowed_actions"])
