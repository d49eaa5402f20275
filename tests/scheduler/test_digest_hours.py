"""The hour of digests, in the nights when the clock changes and after the scheduler stood still."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kil_pipeline.alerts.letters import Frequency
from kil_pipeline.alerts.schedules import next_digest_at
from kil_pipeline.database import Database
from kil_pipeline.reference.working_days import is_england_working_day
from kil_pipeline.times import at_london
from tests.alerts.sinks import Post
from tests.factories import EIGHT, a_commissioner, a_subscriber, publish, some_content

LONDON = ZoneInfo("Europe/London")
DAY = timedelta(days=1)


def london(text: str) -> datetime:
    """Return the moment at which London's clocks show this."""
    return datetime.fromisoformat(text).replace(tzinfo=LONDON)


def digests_between(frequency: Frequency, weekday: int, start: datetime, end: datetime) -> list[str]:
    """Return when digests leave, one after the other, as London's clocks show it."""
    found = []
    moment = next_digest_at(frequency, weekday, EIGHT, start)
    while moment is not None and moment <= end:
        found.append(f"{moment.astimezone(LONDON):%a %d %b %H:%M}")
        moment = next_digest_at(frequency, weekday, EIGHT, moment)
    return found


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        ("2026-10-22T12:00", "2026-10-27T12:00", ["Fri 23 Oct 08:00", "Mon 26 Oct 08:00", "Tue 27 Oct 08:00"]),
        ("2026-03-26T12:00", "2026-03-31T12:00", ["Fri 27 Mar 08:00", "Mon 30 Mar 08:00", "Tue 31 Mar 08:00"]),
        # Easter: Good Friday and Easter Monday are holidays, and the clock goes forward on the Sunday between.
        ("2027-03-24T12:00", "2027-03-31T12:00", ["Thu 25 Mar 08:00", "Tue 30 Mar 08:00", "Wed 31 Mar 08:00"]),
        # Christmas Day is a Friday; the holiday for Boxing Day is on the Monday.
        ("2026-12-23T12:00", "2026-12-30T12:00", ["Thu 24 Dec 08:00", "Tue 29 Dec 08:00", "Wed 30 Dec 08:00"]),
    ],
)
def test_daily_digests_leave_at_eight_in_london_on_working_days(start: str, end: str, expected: list[str]) -> None:
    assert digests_between(Frequency.DAILY, 0, london(start), london(end)) == expected


def test_a_weekly_digest_moves_to_the_next_working_day_and_back() -> None:
    mondays = digests_between(Frequency.WEEKLY, 0, london("2027-03-20T12:00"), london("2027-04-06T12:00"))
    assert mondays == ["Mon 22 Mar 08:00", "Tue 30 Mar 08:00", "Mon 05 Apr 08:00"]
    fridays = digests_between(Frequency.WEEKLY, 4, london("2026-12-17T12:00"), london("2027-01-08T12:00"))
    assert fridays == ["Fri 18 Dec 08:00", "Tue 29 Dec 08:00", "Mon 04 Jan 08:00", "Fri 08 Jan 08:00"]


def test_who_asks_on_the_holiday_itself_still_gets_the_digest_that_it_put_off() -> None:
    easter_monday = london("2027-03-29T12:00")
    assert next_digest_at(Frequency.WEEKLY, 0, EIGHT, easter_monday) == london("2027-03-30T08:00")


def test_who_hears_at_once_has_no_hour() -> None:
    assert next_digest_at(Frequency.AT_ONCE, 0, EIGHT, london("2026-11-23T12:00")) is None


@given(st.datetimes(datetime(2024, 1, 1), datetime(2032, 1, 1), timezones=st.just(LONDON)), st.times())
def test_the_next_daily_digest_is_on_the_first_working_day_whose_hour_is_still_to_come(
    after: datetime, hour: time
) -> None:
    hour = hour.replace(tzinfo=None, fold=0)
    days = (after.date() + DAY * n for n in range(15))
    expected = next(m for day in days if is_england_working_day(day) and (m := at_london(day, hour)) > after)
    assert next_digest_at(Frequency.DAILY, 0, hour, after) == expected


@pytest.mark.parametrize(
    ("first", "expected"),
    [
        (date(2026, 10, 22), ["Thu 22 08:00", "Fri 23 08:00", "Mon 26 08:00", "Tue 27 08:00"]),
        (date(2026, 3, 26), ["Thu 26 08:00", "Fri 27 08:00", "Mon 30 08:00", "Tue 31 08:00"]),
    ],
    ids=["October", "March"],
)
def test_the_nights_when_the_clock_changes_neither_skip_nor_double_a_digest(
    first: date, expected: list[str], database: Database
) -> None:
    start = datetime.combine(first, time(0), ZoneInfo("UTC"))
    with database.write() as session:
        council = a_commissioner(session)
        a_subscriber(session, frequency=Frequency.DAILY, at=start)
    post, mailed = Post(database), []
    for hours in range(24 * 6):
        now = start + timedelta(hours=hours)
        if now.hour == 3:  # something to tell every day
            with database.write() as session:
                publish(session, council.id, some_content(f"{now:%d}"), at=now)
        before = len(post.sent)
        if now.hour in (0, 1, 2, 6, 7, 8, 9):
            post.tick(now)
        mailed += [f"{now.astimezone(LONDON):%a %d %H:%M}"] * (len(post.sent) - before)
    assert mailed == expected


def test_a_fortnight_without_a_scheduler_is_caught_up_in_one_mail_with_everything(database: Database) -> None:
    start = london("2026-11-23T09:00")
    with database.write() as session:
        council = a_commissioner(session)
        for frequency in (Frequency.DAILY, Frequency.WEEKLY):
            a_subscriber(session, frequency=frequency, email=f"{frequency}@example.org", at=start)
    for days in range(14):
        with database.write() as session:
            publish(session, council.id, some_content(f"Day {days}"), at=start + DAY * days)
    post = Post(database)
    post.tick(start + DAY * 14)
    post.tick(start + DAY * 15)
    everything = tuple(f"Day {days}" for days in range(14))
    assert sorted(post.digests()) == [("daily@example.org", everything), ("weekly@example.org", everything)]


def test_a_clock_that_was_a_year_ahead_leaves_the_next_digest_where_it_belongs(database: Database) -> None:
    start = london("2026-11-23T09:00")
    with database.write() as session:
        council = a_commissioner(session)
        a_subscriber(session, frequency=Frequency.DAILY, at=start)
    post = Post(database)
    post.tick(start + DAY * 365)
    post.tick(start)
    with database.write() as session:
        publish(session, council.id, some_content("After it was set right"), at=start)
    post.tick(london("2026-11-24T07:59"))
    assert post.digests() == []
    post.tick(london("2026-11-24T08:00"))
    assert [titles for _, titles in post.digests()] == [("After it was set right",)]


def test_what_was_published_by_a_clock_that_was_ahead_does_not_wait_for_years(database: Database) -> None:
    now = london("2026-11-23T09:00")
    with database.write() as session:
        council = a_commissioner(session)
        a_subscriber(session, at=now)
        publish(session, council.id, some_content("Early"), at=now + DAY * 365)
    post = Post(database)
    post.tick(now)
    assert [titles for _, titles in post.digests()] == [("Early",)]
