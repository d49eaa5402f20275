"""Working days, as three rules count them. The civil calendar comes from the `holidays` package."""

import functools
from collections.abc import Callable
from datetime import date, timedelta

import holidays

IsWorkingDay = Callable[[date], bool]


@functools.cache
def _bank_holidays(part: str) -> holidays.HolidayBase:
    return holidays.country_holidays("GB", subdiv=part, language="en_GB")


def is_england_working_day(day: date) -> bool:
    """Tell whether a day is neither at a weekend nor a bank holiday in England."""
    return day.weekday() < 5 and day not in _bank_holidays("ENG")


def is_psr_working_day(day: date) -> bool:
    """Tell whether the Provider Selection Regime counts a day (SI 2023/1348, regulation 2).

    Not weekends, Christmas Day, Good Friday, the first Monday in May, nor bank holidays in England.
    """
    first_monday_in_may = day.month == 5 and day.weekday() == 0 and day.day <= 7
    christmas = (day.month, day.day) == (12, 25)
    return is_england_working_day(day) and not first_monday_in_may and not christmas


def is_uk_working_day(day: date) -> bool:
    """Tell whether the Procurement Act 2023 and FOIA count a day: no weekend, no bank holiday in any part of the UK."""
    return day.weekday() < 5 and not any(day in _bank_holidays(part) for part in ("ENG", "WLS", "SCT", "NIR"))


def add_working_days(day: date, number: int, is_working_day: IsWorkingDay) -> date:
    """Return the `number`-th working day after `day` (which does not count itself)."""
    while number > 0:
        day += timedelta(days=1)
        number -= is_working_day(day)
    return day


def next_working_day(day: date, is_working_day: IsWorkingDay) -> date:
    """Return `day` where it is a working day, else the first one after it."""
    while not is_working_day(day):
        day += timedelta(days=1)
    return day
