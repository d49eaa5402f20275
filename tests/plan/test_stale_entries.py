"""What should have opened: told once, after the last day on which it was to open, and again where that day moved."""

from datetime import UTC, date, datetime, time, timedelta

import pytest

from kil_pipeline.database import Database
from kil_pipeline.events.log import events_after
from kil_pipeline.events.types import EntryGoneStale
from kil_pipeline.plan.early_notices import turn_day
from kil_pipeline.plan.expected_dates import Precision
from kil_pipeline.plan.stale_entries import TOLD_WITHIN, raise_stale
from kil_pipeline.plan.statuses import Status
from tests.alerts.sinks import Post
from tests.factories import NOW, TODAY, a_commissioner, a_milestone, a_subscriber, publish, republish, some_content

DAY = timedelta(days=1)
OPENS = date(2027, 2, 1)
LAST = date(2027, 2, 28)
"""Of the month in which it is to open."""


def at(day: date) -> datetime:
    """Return nine in the morning (UTC) of a day."""
    return datetime.combine(day, time(9), UTC)


def run(database: Database, *days: date) -> list[int]:
    """Turn to each day and look for what went stale."""
    counts = []
    for day in days:
        with database.write() as session:
            turn_day(session, at(day))
            counts.append(raise_stale(session, at(day)))
    return counts


def told(database: Database) -> list[tuple[date, str]]:
    with database.read() as session:
        events = [found.event for found in events_after(session, 0)]
    return [(event.opens_until, event.sentence) for event in events if isinstance(event, EntryGoneStale)]


def test_it_is_told_once_on_the_day_after_the_last_one_and_again_for_another_day(database: Database) -> None:
    with database.write() as session:
        opens = a_milestone("opens", OPENS, Precision.MONTH)
        entry = publish(session, a_commissioner(session).id, some_content(milestones=(opens,)))
    assert run(database, LAST, LAST + DAY, LAST + 2 * DAY) == [0, 1, 0]
    assert told(database) == [
        (LAST, "It was to open by 28 February 2027. Nobody has said that it did, or when it will.")
    ]
    with database.write() as session:
        later = a_milestone("opens", date(2027, 5, 3))
        republish(session, entry, some_content(milestones=(later,)), at=at(LAST + 3 * DAY))
    assert run(database, date(2027, 5, 3), date(2027, 5, 4), date(2027, 5, 5)) == [0, 1, 0]
    assert [day for day, _ in told(database)] == [LAST, date(2027, 5, 3)]


@pytest.mark.parametrize("status", [Status.OPEN, Status.CONCLUDED])
def test_what_opened_or_ended_does_not_go_stale(database: Database, status: Status) -> None:
    with database.write() as session:
        opens = a_milestone("opens", OPENS)
        entry = publish(session, a_commissioner(session).id, some_content(milestones=(opens,)))
        republish(session, entry, some_content(milestones=(opens,), status=status), at=NOW + DAY)
    assert (run(database, OPENS + DAY), told(database)) == ([0], [])


def test_what_went_stale_long_ago_or_was_late_when_it_was_published_is_no_news(database: Database) -> None:
    with database.write() as session:
        council = a_commissioner(session).id
        publish(session, council, some_content(milestones=(a_milestone("opens", OPENS),)))
        publish(session, council, some_content(milestones=(a_milestone("opens", TODAY - DAY),)))
    assert (run(database, OPENS + TOLD_WITHIN + DAY), told(database)) == ([2], [])


def test_who_follows_it_hears(database: Database) -> None:
    with database.write() as session:
        publish(session, a_commissioner(session).id, some_content("A", milestones=(a_milestone("opens", OPENS),)))
        a_subscriber(session)
    post = Post(database)
    post.tick(NOW + timedelta(hours=1))
    before = len(post.digests())
    post.tick(at(OPENS + DAY))
    post.tick(at(OPENS + DAY) + timedelta(hours=1))
    report = post.digests()[before:]
    assert [titles for _, titles in report][-1] == ("A",)
