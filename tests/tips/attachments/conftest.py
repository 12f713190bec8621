"""What the tests of uploads share: an empty store, a reporter, and the worker that comes by."""

from collections.abc import Iterator

import pytest
from sqlalchemy.orm import Session, sessionmaker

from huiyin.kit.files import objects
from huiyin.settings import Settings
from huiyin.tips.files.checks import tend
from tests.client import Client
from tests.factories.house import House
from tests.factories.uploads import Reporter


@pytest.fixture(autouse=True)
def an_empty_store(service_settings: Settings) -> Iterator[None]:
    objects.store.cache_clear()
    objects.remove_below("attachments")
    yield
    objects.remove_below("attachments")


@pytest.fixture
def reporter(house: House, http: Client) -> Reporter:
    return Reporter(http, house.file())


@pytest.fixture
def looked_at(house: House, sessions: sessionmaker[Session]):
    """Lets the worker come by."""

    def come() -> int:
        done = tend(sessions)
        house.forget()
        return done

    return come
