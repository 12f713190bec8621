"""What the tests of sealed identity share: the desk's key, a lead with an identity, and a request for it."""

import pytest

from tests.factories.house import House, Lead
from tests.factories.identities import (
    DeskKey,
    Opening,
    asked,
    file_with_identity,
    publish_key,
)


@pytest.fixture
def key(house: House) -> DeskKey:
    """The desk's key, in use."""
    return publish_key(house)


@pytest.fixture
def lead(house: House, key: DeskKey) -> Lead:
    """A lead in the hands of the district, whose reporter left an identity."""
    lead = file_with_identity(house, key)
    house.walk(lead, "received", "acknowledged")
    return lead


@pytest.fixture
def opening(house: House, lead: Lead) -> Opening:
    """Asked for by the city's intake."""
    return asked(house, lead)
