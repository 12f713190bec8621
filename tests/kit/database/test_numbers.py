"""Numbers of leads and exports: drawn, so that their neighbours tell nothing, with a digit that shows a slip."""

import re
from itertools import pairwise

import pytest
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from tests.factories.house import House

SPAN = 10**8


def drawn(house: House, count: int) -> list[str]:
    return [row.number for row in house.sql(f"SELECT draw_number('leads') AS number FROM generate_series(1, {count})")]


@pytest.mark.parametrize(("digits", "check"), [("202648392017", "0"), ("202600000012", "6"), ("202548392017", "5")])
def test_check_digit_is_that_of_iso_7064(house: House, digits: str, check: str):
    """MOD 11,10. The same numbers as in frontend/src/review/leads/inbox/filter.test.ts."""
    assert house.value("SELECT check_digit(:digits)", digits=digits) == check


def test_one_wrong_digit_is_noticed_and_so_are_nearly_all_exchanged_ones(house: House):
    number = "202648392017"
    check = house.value("SELECT check_digit(:digits)", digits=number)
    for at, wrong in ((at, str(digit)) for at in range(12) for digit in range(10) if str(digit) != number[at]):
        other = number[:at] + wrong + number[at + 1 :]
        assert house.value("SELECT check_digit(:digits)", digits=other) != check, other


def test_number_has_the_year_and_its_check_digit_and_none_comes_twice(house: House):
    numbers = drawn(house, 300)
    assert all(re.fullmatch(r"\d{4}-\d{9}", number) for number in numbers)
    assert len(set(numbers)) == 300
    for number in numbers[:20]:
        digits = number.replace("-", "")
        assert house.value("SELECT check_digit(:digits)", digits=digits[:-1]) == digits[-1]


def test_neighbouring_numbers_tell_nothing_of_how_many_there_are(house: House):
    """Of two leads one after the other, what lies between their numbers is any distance at all."""
    at = [int(number[5:13]) for number in drawn(house, 400)]
    rising = sum(one < other for one, other in pairwise(at))
    assert 150 < rising < 250
    assert min(at) < SPAN / 20
    assert max(at) > SPAN * 19 / 20


def test_two_leads_of_the_form_are_not_numbered_one_after_the_other(house: House):
    numbers = [house.value("SELECT number FROM leads WHERE id = :id", id=house.file().id) for _ in range(3)]
    assert all(abs(int(one[5:]) - int(other[5:])) > 1 for one, other in pairwise(numbers))


def test_numbers_are_drawn_for_what_has_them_alone(connection: Connection):
    """It runs as the owner and looks whether a number is taken: of two tables, whose numbers are shown."""
    with pytest.raises(DBAPIError, match="not drawn"), connection.begin_nested():
        connection.execute(text("SELECT draw_number('officers')"))
