"""What the tests of the log share."""

import pytest
from sqlalchemy.orm import Session

from tests.factories.house import House
from tests.factories.keeper import Keeper


@pytest.fixture
def signed(house: House, session: Session) -> "Keeper":
    """Six tips in the log, signed."""
    keeper = Keeper(house, session)
    for _ in range(6):
        house.file()
    keeper.sign()
    return keeper
