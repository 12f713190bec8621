"""What the tests of the open form's protection share."""

import pytest

from tests.client import Client, Connect
from tests.factories.house import House


@pytest.fixture
def lazy(house: House, connect: Connect) -> Client:
    """A program that does no work unless the test does it."""
    return connect(works=False)
