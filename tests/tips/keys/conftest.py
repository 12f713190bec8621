"""What the tests of custody share: a key of the desk, with and without custodians."""

import pytest

from tests.factories.custody import FIVE, confirm, give, new_key
from tests.factories.house import House


@pytest.fixture
def key(house: House) -> House:
    """The desk has a key, and nobody keeps a share of it."""
    new_key(house)
    return house


@pytest.fixture
def kept(key: House) -> House:
    """Five custodians, each of whom confirmed to have the sheet."""
    for number, who in enumerate(FIVE, 1):
        assert give(key, number, *who).status_code == 200
        assert confirm(key, *who).status_code == 200
    return key
