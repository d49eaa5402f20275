"""Moments are UTC inside; a day is a day in London. The only place that converts between the two."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

LONDON = ZoneInfo("Europe/London")


def utc_now() -> datetime:
    """Return the present moment, in UTC. Called at the edges only; everything else takes `now`."""
    return datetime.now(UTC)


def london_day(now: datetime) -> date:
    """Return the day in London at a moment."""
    return now.astimezone(LONDON).date()


def at_london(day: date, clock: time) -> datetime:
    """Return the moment (UTC) at which London's clocks show `clock` on `day`."""
    return datetime.combine(day, clock, LONDON).astimezone(UTC)


def day_after(day: date) -> date:
    """Return the next day."""
    return day + timedelta(days=1)
