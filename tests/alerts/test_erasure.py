"""Forgetting: a person at once and wholly; what nobody can need any more, in time, without a repeat or a loss."""

import uuid
from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa

from kil_pipeline.alerts.address_changes import AddressChange, ask_for_address, confirm_address
from kil_pipeline.alerts.deliveries import Delivery, queue_sign_in
from kil_pipeline.alerts.digests import Notification
from kil_pipeline.alerts.erasure import MATCHES_KEPT, STOPPED_KEPT, erase_unused_criteria, forget_subscriber
from kil_pipeline.alerts.letters import Frequency
from kil_pipeline.alerts.matches import Match
from kil_pipeline.alerts.mutes import mute
from kil_pipeline.alerts.pauses import pause
from kil_pipeline.alerts.requests import ask_for_alerts
from kil_pipeline.alerts.subscribers import Subscriber, change_alerts, unsubscribe
from kil_pipeline.alerts.suppressions import is_suppressed, suppress
from kil_pipeline.database import Base, Database, new_id
from kil_pipeline.plan.criteria import Criteria
from tests.alerts.sinks import Post
from tests.factories import EIGHT, NOW, a_commissioner, a_subscriber, publish, some_content

DAY = timedelta(days=1)
OLD = NOW + MATCHES_KEPT + DAY
"""When what happened at NOW may be forgotten."""


def traces(database: Database, *wanted: str) -> list[str]:
    """Return where any of these texts still stands: every column of every table is looked at."""
    found = []
    with database.read() as session:
        for table in Base.metadata.sorted_tables:
            for row in session.execute(sa.select(table)):
                text = " ".join(value.hex if isinstance(value, uuid.UUID) else str(value) for value in row)
                found += [table.name for part in wanted if part in text]
    return found


def rows(database: Database, table: type[Base]) -> int:
    """Return how many rows a table has."""
    with database.read() as session:
        return session.scalar(sa.select(sa.func.count()).select_from(table)) or 0


def test_who_asks_to_be_erased_leaves_nothing_in_any_table(database: Database) -> None:
    post = Post(database)
    wish = Criteria(words="wheelchair -estates")
    with database.write() as session:
        council = a_commissioner(session)
        ask_for_alerts(session, "gone@example.org", (wish,), Frequency.AT_ONCE, now=NOW)
        gone = a_subscriber(session, wish, email="gone@example.org")
        a_subscriber(session, email="stays@example.org")
        publish(session, council.id, some_content("A wheelchair service"))
    post.tick(NOW + timedelta(minutes=16))
    theirs = ("gone@example.org", gone.hex, "-estates")
    assert set(traces(database, *theirs)) == {
        "alert_request", "criteria", "delivery", "notification", "subscriber", "subscription"
    }  # fmt: skip
    with database.write() as session:
        forget_subscriber(session, gone)
    assert traces(database, *theirs) == []
    assert sorted(traces(database, "stays@example.org")) == ["delivery", "subscriber"]


def test_who_moved_muted_and_paused_leaves_neither_their_old_nor_their_new_address(database: Database) -> None:
    post = Post(database)
    with database.write() as session:
        council = a_commissioner(session)
        ask_for_alerts(session, "old@example.org", (Criteria(),), Frequency.AT_ONCE, now=NOW)
        gone = a_subscriber(session, email="old@example.org")
        other = a_subscriber(session, email="other@example.org")
        entry = publish(session, council.id, some_content("A wheelchair service"))
        ask_for_address(session, gone, "new@example.org", NOW)
        change = session.scalars(sa.select(AddressChange.id)).one()
    post.tick(NOW + timedelta(minutes=16))
    with database.write() as session:
        confirm_address(session, change, NOW + DAY)
        mute(session, gone, str(entry), NOW + DAY)
        pause(session, gone, (NOW + 9 * DAY).date(), digest_hour=EIGHT, now=NOW + DAY)
        ask_for_address(session, other, "new@example.org", NOW + DAY)  # somebody else's mistake
    theirs = ("old@example.org", "new@example.org", gone.hex)
    assert set(traces(database, *theirs)) == {
        "address_change", "alert_request", "delivery", "mute", "notification", "subscriber", "subscription"
    }  # fmt: skip
    with database.write() as session:
        forget_subscriber(session, gone)
    assert traces(database, *theirs) == []


def test_erasing_somebody_twice_or_somebody_unknown_changes_nothing(database: Database) -> None:
    with database.write() as session:
        gone = a_subscriber(session)
        for subscriber in (gone, gone, new_id()):
            forget_subscriber(session, subscriber)
    assert rows(database, Subscriber) == 0


def test_a_commissioner_who_erases_their_alerts_still_gets_the_link_to_sign_in(database: Database) -> None:
    with database.write() as session:
        gone = a_subscriber(session, email="officer@example.org")
        queue_sign_in(session, new_id(), "officer@example.org", next_path="/workspace", now=NOW)
        forget_subscriber(session, gone)
    assert rows(database, Delivery) == 1


def test_an_address_that_must_not_be_mailed_stays_suppressed_after_its_owner_was_erased(database: Database) -> None:
    with database.write() as session:
        gone = a_subscriber(session, email="gone@example.org")
        suppress(session, "gone@example.org", "550 5.1.1 unknown", NOW)
        forget_subscriber(session, gone)
    assert traces(database, "gone@example.org") == []
    with database.read() as session:
        assert is_suppressed(session, "gone@example.org")


def test_who_stopped_is_erased_after_two_years(database: Database) -> None:
    with database.write() as session:
        unsubscribe(session, a_subscriber(session), NOW)
        a_subscriber(session)
    post = Post(database)
    post.tick(NOW + STOPPED_KEPT)
    assert rows(database, Subscriber) == 2
    post.tick(NOW + STOPPED_KEPT + DAY)
    assert rows(database, Subscriber) == 1


def test_criteria_that_nobody_asks_for_any_more_are_erased(database: Database) -> None:
    wish, other = Criteria(themes=("falls",)), Criteria(themes=("carers",))
    with database.write() as session:
        reader = a_subscriber(session, wish, other)
        a_subscriber(session, other)
        change_alerts(
            session, reader, criteria=(other,), frequency=Frequency.AT_ONCE, weekday=0, digest_hour=EIGHT, now=NOW
        )
        assert [erase_unused_criteria(session), erase_unused_criteria(session)] == [1, 0]


def a_told_reader(database: Database, frequency: Frequency = Frequency.AT_ONCE) -> tuple[Post, uuid.UUID, uuid.UUID]:
    """Return a reader who was told of one entry at NOW, with the commissioner."""
    with database.write() as session:
        council = a_commissioner(session).id
        reader = a_subscriber(session, frequency=Frequency.AT_ONCE, email="reader@example.org")
        publish(session, council, some_content("First"))
    post = Post(database)
    post.tick(NOW + timedelta(minutes=16))
    return post, reader, council


def test_what_everybody_was_told_of_is_forgotten_after_thirty_days_and_never_told_again(database: Database) -> None:
    post, reader, _ = a_told_reader(database)
    post.tick(NOW + MATCHES_KEPT)
    assert (rows(database, Match), rows(database, Notification)) == (1, 1)
    post.tick(OLD)
    assert (rows(database, Match), rows(database, Notification)) == (0, 0)
    for frequency in (Frequency.DAILY, Frequency.WEEKLY, Frequency.AT_ONCE):
        with database.write() as session:
            change_alerts(
                session, reader, criteria=(Criteria(),), frequency=frequency, weekday=0, digest_hour=EIGHT, now=OLD
            )
        post.tick(OLD + 14 * DAY)
    assert post.digests() == [("reader@example.org", ("First",))]


def test_what_a_reader_is_still_to_be_told_of_is_kept_however_old(database: Database) -> None:
    post, _, council = a_told_reader(database)
    with database.write() as session:
        a_subscriber(session, frequency=Frequency.WEEKLY, email="weekly@example.org")
    with database.write() as session:
        publish(session, council, some_content("Second"))
        due = sa.update(Subscriber).where(Subscriber.frequency == "weekly").values(due_at=OLD + 2 * DAY)
        session.execute(due)  # a reader whom nothing reached in all that time
    post.tick(OLD)
    assert (rows(database, Match), rows(database, Notification)) == (1, 1)  # both of the second entry
    post.tick(OLD + 2 * DAY)
    post.tick(OLD + 3 * DAY)
    assert (rows(database, Match), rows(database, Notification)) == (0, 0)
    assert post.digests() == [
        ("reader@example.org", ("First",)),
        ("reader@example.org", ("Second",)),
        ("weekly@example.org", ("Second",)),
    ]


def test_who_stopped_or_followed_later_keeps_nothing_from_being_forgotten(database: Database) -> None:
    post, _, council = a_told_reader(database)
    with database.write() as session:
        stopped = a_subscriber(session, frequency=Frequency.WEEKLY)
        later = a_subscriber(session, Criteria(themes=("falls",)))
    with database.write() as session:
        publish(session, council, some_content("Second"))
        unsubscribe(session, stopped, NOW)
    with database.write() as session:
        change_alerts(  # follows everything from after the second entry, and was never told anything
            session, later, criteria=(Criteria(),), frequency=Frequency.WEEKLY, weekday=0, digest_hour=EIGHT, now=OLD
        )
    post.tick(OLD)
    assert rows(database, Match) == 0


@pytest.mark.parametrize("pause", [OLD, OLD + 30 * DAY])
def test_a_scheduler_that_stood_still_for_longer_than_matches_are_kept_loses_nothing(
    pause: datetime, database: Database
) -> None:
    with database.write() as session:
        council = a_commissioner(session)
        for frequency in Frequency:
            a_subscriber(session, frequency=frequency, email=f"{frequency}@example.org")
        publish(session, council.id, some_content("Long ago"))
    post = Post(database)
    post.tick(pause)
    post.tick(pause + 14 * DAY)
    assert sorted(post.digests()) == [(f"{frequency}@example.org", ("Long ago",)) for frequency in sorted(Frequency)]
    assert (rows(database, Match), rows(database, Notification)) == (0, 0)
