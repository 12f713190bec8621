"""The first verb of the list is what most officers came for; then the ways off it, then what may come at any time."""

import pytest

from tests.client import Client
from tests.factories.house import House, Lead


def offered(who: Client, lead: Lead) -> list[tuple[str, str]]:
    return [(one["verb"], one["place"]) for one in who.get(lead.url).json()["actions"] if one["allowed"]]


@pytest.mark.parametrize(
    ("state", "place", "role", "first"),
    [
        ("screened", "city", "intake", "register"),
        ("verifying", "district", "verifier", "conclude"),
        ("in_review", "city", "reviewer", "approve"),
    ],
)
def test_way_forward_comes_first_then_the_ways_off_it_then_what_may_come_any_time(
    house: House, state: str, place: str, role: str, first: str
):
    found = offered(house.signed_in(place, role), house.lead(state))
    assert found[0] == (first, "onward")
    places = [where for _, where in found]
    assert places == sorted(places, key=["onward", "aside", "beside"].index)
    assert len(set(places)) > 1


def test_what_waits_for_a_second_officer_comes_before_all_else(house: House):
    lead = house.lead("screened")
    house.ask(lead, "decline", "city", "intake")
    assert offered(house.signed_in("city", "intake second"), lead)[0] == ("decline", "aside")
