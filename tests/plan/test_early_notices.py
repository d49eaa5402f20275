"""Early notice: what approaches is told once per key date, distance and earliest day, whatever run was missed."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from kil_pipeline.database import Database
from kil_pipeline.events.log import events_after
from kil_pipeline.events.types import MilestoneApproaching
from kil_pipeline.plan.approaching_dates import AlertRule, raise_approaching
from kil_pipeline.plan.contents import EntryContent, Milestone
from kil_pipeline.plan.early_notices import BATCH, EarlyNotice
from kil_pipeline.plan.entries import Entry
from kil_pipeline.plan.expected_dates import Confidence, Precision
from kil_pipeline.plan.statuses import Status
from tests.factories import TODAY, a_commissioner, a_milestone, publish, republish, some_content

OPENS = date(2027, 12, 1)
"""Over a year after the first publication, so that every notice has its turn."""


def at(day: date) -> datetime:
    """Return nine in the morning (UTC) of a day."""
    return datetime.combine(day, time(9), UTC)


def run(database: Database, days: Iterable[date]) -> None:
    """Run the job once on each day."""
    with database.write() as session:
        for day in days:
            raise_approaching(session, at(day))


def around(*days: date) -> list[date]:
    """Return each day with those beside it: what is raised on the right one is raised on no other."""
    return sorted({day + timedelta(days=step) for day in days for step in (-1, 0, 1)})


def before(day: date, *offsets: int) -> list[date]:
    """Return the days that lie so many days before a day."""
    return [day - timedelta(days=offset) for offset in offsets]


def raised(database: Database) -> list[tuple[str, int, date]]:
    """Return key date, offset and the day of recording of each notice."""
    with database.read() as session:
        found = events_after(session, 0)
    return [
        (f.event.milestone, f.event.days, f.recorded_at.date())
        for f in found
        if isinstance(f.event, MilestoneApproaching)
    ]


def publish_one(database: Database, *milestones: Milestone, **parts: Any) -> None:
    """Publish an entry with these key dates."""
    with database.write() as session:
        content = some_content(milestones=milestones, **parts)
        publish(session, a_commissioner(session).id, content)


def test_an_opening_is_told_180_90_30_and_7_days_before_its_earliest_day(database: Database) -> None:
    publish_one(database, a_milestone("opens", OPENS, Precision.QUARTER))
    earliest = date(2027, 10, 1)
    run(database, around(*before(earliest, 180, 90, 30, 7, 0)))
    assert raised(database) == [("opens", days, *before(earliest, days)) for days in (180, 90, 30, 7)]


def test_a_notice_names_the_date_as_precisely_as_it_is_known(database: Database) -> None:
    publish_one(database, a_milestone("opens", OPENS, Precision.QUARTER, Confidence.INDICATIVE))
    run(database, [date(2027, 9, 24)])
    with database.read() as session:
        event = events_after(session, 1)[0].event
    assert isinstance(event, MilestoneApproaching)
    assert (event.sentence, event.earliest) == (
        "Applications or bids open in 7 days at the earliest: about October to December 2027, not certain.",
        date(2027, 10, 1),
    )


@pytest.mark.parametrize(("left", "words"), [(2, "in 2 days"), (1, "in 1 day"), (0, "today")])
def test_a_late_notice_says_how_long_is_really_left(database: Database, left: int, words: str) -> None:
    publish_one(database, a_milestone("opens", OPENS))
    run(database, [OPENS - timedelta(days=left)])
    with database.read() as session:
        assert [f.event.sentence for f in events_after(session, 1)] == [  # type: ignore[union-attr]  # events with a sentence
            f"Applications or bids open {words}: 1 December 2027."
        ]


@pytest.mark.parametrize(
    ("ran_on", "days"), [(OPENS - timedelta(days=50), 90), (OPENS - timedelta(days=3), 7), (OPENS, 7)]
)
def test_after_missed_runs_the_nearest_notice_alone_is_raised(database: Database, ran_on: date, days: int) -> None:
    publish_one(database, a_milestone("opens", OPENS))
    run(database, [ran_on, ran_on])
    assert raised(database) == [("opens", days, ran_on)]


def test_what_has_passed_approaches_no_more(database: Database) -> None:
    publish_one(database, a_milestone("opens", OPENS))
    run(database, [OPENS + timedelta(days=1)])
    assert raised(database) == []


def test_a_date_that_moved_is_told_anew_and_one_that_moved_back_is_not(database: Database) -> None:
    with database.write() as session:
        first = some_content(milestones=(a_milestone("opens", OPENS),))
        entry = publish(session, a_commissioner(session).id, first)
    moved_to = OPENS + timedelta(days=60)
    near = OPENS - timedelta(days=30)
    run(database, [near])
    with database.write() as session:
        republish(session, entry, some_content(milestones=(a_milestone("opens", moved_to),)), at=at(near))
    run(database, [near, moved_to - timedelta(days=30)])
    with database.write() as session:
        republish(session, entry, first, at=at(near))
    run(database, [near])
    assert raised(database) == [
        ("opens", 30, near),
        ("opens", 90, near),
        ("opens", 30, moved_to - timedelta(days=30)),
    ]


def test_a_change_that_leaves_the_earliest_day_is_not_told_again(database: Database) -> None:
    with database.write() as session:
        month = some_content(milestones=(a_milestone("opens", OPENS, Precision.MONTH),))
        entry = publish(session, a_commissioner(session).id, month)
    run(database, [OPENS - timedelta(days=30)])
    with database.write() as session:
        day = some_content(milestones=(a_milestone("opens", OPENS),))
        republish(session, entry, day, at=at(OPENS - timedelta(days=29)))
    run(database, [OPENS - timedelta(days=29)])
    assert raised(database) == [("opens", 30, OPENS - timedelta(days=30))]


def test_what_was_first_published_nearer_than_a_notice_gets_the_nearer_ones_alone(database: Database) -> None:
    opens = TODAY + timedelta(days=60)
    publish_one(database, a_milestone("opens", opens))
    run(database, [TODAY, *around(*before(opens, 30, 7, 0))])
    assert raised(database) == [("opens", 30, opens - timedelta(days=30)), ("opens", 7, opens - timedelta(days=7))]


def test_a_route_that_never_tenders_has_notices_of_its_own(database: Database) -> None:
    notice = date(2027, 6, 1)
    publish_one(database, a_milestone("intention_notice", notice), route="psr.most-suitable-provider")
    closes = date(2027, 6, 14)
    run(database, around(*before(notice, 180, 90, 30, 7, 0), *before(closes, 30, 7, 0)))
    assert raised(database) == [
        ("intention_notice", 90, notice - timedelta(days=90)),
        ("intention_notice", 30, notice - timedelta(days=30)),
        ("intention_notice", 7, notice - timedelta(days=7)),
        ("representations_close", 7, closes - timedelta(days=7)),
    ]


def test_engagement_and_bids_due_are_told_too(database: Database) -> None:
    publish_one(
        database,
        a_milestone("engagement_opens", date(2027, 3, 1)),
        a_milestone("engagement_closes", date(2027, 4, 1)),
        a_milestone("bids_due", date(2027, 6, 1)),
        a_milestone("decision", date(2027, 7, 1)),
        a_milestone("service_starts", date(2027, 9, 1)),
    )
    stated = [date(2027, 3, 1), date(2027, 4, 1), date(2027, 6, 1), date(2027, 7, 1), date(2027, 9, 1)]
    run(database, around(*(day for key_date in stated for day in before(key_date, 30, 7, 0))))
    assert raised(database) == [
        ("engagement_opens", 30, date(2027, 1, 30)),
        ("engagement_opens", 7, date(2027, 2, 22)),
        ("engagement_closes", 7, date(2027, 3, 25)),
        ("bids_due", 30, date(2027, 5, 2)),
        ("bids_due", 7, date(2027, 5, 25)),
    ]


@pytest.mark.parametrize(
    ("status", "told"),
    [
        (Status.PUBLISHED, ["opens", "bids_due"]),
        (Status.OPEN, ["bids_due"]),
        (Status.ON_HOLD, []),
        (Status.CANCELLED, []),
        (Status.CONCLUDED, []),
    ],
)
def test_only_what_can_still_come_approaches(database: Database, status: Status, told: list[str]) -> None:
    dates = (a_milestone("opens", OPENS), a_milestone("bids_due", OPENS))
    publish_one(database, *dates, status=status, status_reason="As agreed.")
    run(database, [OPENS - timedelta(days=7)])
    assert [kind for kind, _, _ in raised(database)] == told


def test_more_than_one_batch_is_worked_off_to_the_end(sqlite_database: Database) -> None:
    with sqlite_database.write() as session:
        council = a_commissioner(session)
        for number in range(BATCH + 1):
            content = EntryContent(f"Entry {number}", milestones=(a_milestone("opens", OPENS),))
            publish(session, council.id, content)
    noted = []
    for _ in range(3):
        with sqlite_database.write() as session:
            noted.append(raise_approaching(session, at(OPENS - timedelta(days=7))))
    assert noted == [BATCH, 1, 0]


def test_after_a_clock_that_was_ahead_what_is_due_is_told_all_the_same(database: Database) -> None:
    publish_one(database, a_milestone("opens", OPENS))
    near = OPENS - timedelta(days=7)
    run(database, [OPENS + timedelta(days=1), near])
    assert raised(database) == [("opens", 7, near)]


def test_distances_that_were_changed_hold_for_what_was_looked_at_before(database: Database) -> None:
    publish_one(database, a_milestone("opens", OPENS))
    near = OPENS - timedelta(days=6)
    run(database, [near])
    with database.write() as session:  # as if the distance of 7 days had not been there then
        session.execute(sa.delete(EarlyNotice))
        session.execute(sa.update(AlertRule).values(alert_days="180,90,30"))
    run(database, [near])
    assert raised(database) == [("opens", 7, near), ("opens", 7, near)]


def test_what_is_being_published_meanwhile_is_left_for_the_next_run(postgres_database: Database) -> None:
    publish_one(postgres_database, a_milestone("opens", OPENS))
    near = OPENS - timedelta(days=7)
    with postgres_database.write() as publishing:
        publishing.scalars(sa.select(Entry).with_for_update()).one()
        run(postgres_database, [near])
    assert raised(postgres_database) == []
    run(postgres_database, [near])
    assert raised(postgres_database) == [("opens", 7, near)]
