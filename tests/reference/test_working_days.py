"""Working days as three rules count them."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kil_pipeline.reference.working_days import (
    add_working_days,
    is_england_working_day,
    is_psr_working_day,
    is_uk_working_day,
    next_working_day,
)

days = st.dates(date(2020, 1, 1), date(2035, 12, 31))


@pytest.mark.parametrize(
    ("day", "england", "psr", "uk"),
    [
        (date(2026, 11, 23), True, True, True),
        (date(2026, 11, 28), False, False, False),  # a Saturday
        (date(2026, 11, 30), True, True, False),  # St Andrew's Day
        (date(2026, 12, 25), False, False, False),
        (date(2026, 12, 28), False, False, False),  # for Boxing Day, a Saturday
        (date(2027, 1, 4), True, True, False),  # for 2 January in Scotland, a Saturday
        (date(2027, 3, 17), True, True, False),  # St Patrick's Day
        (date(2027, 3, 26), False, False, False),  # Good Friday
        (date(2027, 7, 12), True, True, False),  # Battle of the Boyne
        (date(2027, 8, 2), True, True, False),  # Scotland's summer bank holiday
        (date(2027, 8, 30), False, False, False),  # England's
        (date(2020, 5, 4), True, False, True),  # the May bank holiday was moved to the 8th; the first Monday stays
        (date(2020, 5, 8), False, False, False),
        (date(2023, 5, 8), False, False, False),  # the coronation
        (date(2027, 12, 27), False, False, False),  # for Christmas Day, a Saturday
    ],
)
def test_which_days_count(day: date, england: bool, psr: bool, uk: bool) -> None:
    assert (is_england_working_day(day), is_psr_working_day(day), is_uk_working_day(day)) == (england, psr, uk)


@given(days, st.integers(0, 30))
def test_as_many_working_days_lie_after_a_day_as_were_added(day: date, number: int) -> None:
    end = add_working_days(day, number, is_uk_working_day)
    between = [day + timedelta(days=ahead) for ahead in range(1, (end - day).days + 1)]
    assert len([other for other in between if is_uk_working_day(other)]) == number


@given(days)
def test_the_next_working_day_is_the_day_itself_or_follows_days_off(day: date) -> None:
    following = next_working_day(day, is_psr_working_day)
    off = [day + timedelta(days=ahead) for ahead in range((following - day).days)]
    assert (is_psr_working_day(following), [other for other in off if is_psr_working_day(other)]) == (True, [])
