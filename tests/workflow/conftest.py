"""A world of each kind, in the test's transaction, and a service that serves kinds which only the tests have too."""

from collections.abc import Callable
from typing import Any

import pytest
from fastapi import FastAPI
from sqlalchemy.orm import sessionmaker

from huiyin.app import ROUTERS, create_app
from huiyin.settings import Settings
from tests.factories.house import House
from tests.workflow.world import World
from tests.workflow.worlds import WORLDS

Enter = Callable[[str], World[Any]]


@pytest.fixture(scope="session")
def service(service_settings: Settings) -> FastAPI:
    """The app of tests/client.py with the routes of every world."""
    more = [world.router for world in WORLDS.values() if world.router is not None]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("huiyin.app.ROUTERS", (*ROUTERS, *more))
        return create_app(service_settings, sessionmaker())


@pytest.fixture
def world_of(house: House) -> Enter:
    """The world of a kind of matter."""
    return lambda kind: WORLDS[kind](house)
