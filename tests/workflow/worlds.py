"""The world of every kind of matter. A new machine is entered here once, and everything below is tried on it."""

from typing import Any

from tests.channels.world import ChannelWorld
from tests.leads.world import LeadWorld
from tests.workflow.toy.world import ToyWorld
from tests.workflow.world import World

WORLDS: dict[str, type[World[Any]]] = {"lead": LeadWorld, "channel": ChannelWorld, "toy": ToyWorld}
