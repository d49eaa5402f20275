"""Digests: nobody who asked hears late, twice or for nothing."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from kil_pipeline.alerts.letters import DigestLetter, Frequency, Outcome, Receipt
from kil_pipeline.alerts.subscribers import change_alerts, unsubscribe
from kil_pipeline.database import Database
from kil_pipeline.plan.criteria import Criteria
from kil_pipeline.plan.statuses import Status
from tests.alerts.sinks import Post
from tests.factories import EIGHT, NOW, a_commissioner, a_subscriber, publish, republish, some_content

SOON = NOW + timedelta(minutes=16)
"""After the quiet period of what happens at NOW."""


def test_a_publication_reaches_who_follows_it_once_after_the_quiet_period(database: Database) -> None:
    post = Post(database)
    with database.write() as session:
        council = a_commissioner(session)
        a_subscriber(session, Criteria(themes=("falls",)), email="falls@example.org")
        a_subscriber(session, Criteria(themes=("food",)), email="food@example.org")
        publish(session, council.id, some_content("Classes", themes=("falls",)))
    post.tick(NOW + timedelta(minutes=14))
    assert post.digests() == []
    post.tick(SOON)
    post.tick(SOON + timedelta(minutes=1))
    post.tick(SOON + timedelta(days=9))
    assert post.digests() == [("falls@example.org", ("Classes",))]


def test_edits_within_the_quiet_period_reach_people_as_one_item(database: Database) -> None:
    post = Post(database)
    with database.write() as session:
        council = a_commissioner(session)
        a_subscriber(session)
        entry = publish(session, council.id, some_content(length="Two years"))
    for minutes in (10, 20):
        with database.write() as session:
            republish(session, entry, some_content(length=f"{minutes} years"), at=NOW + timedelta(minutes=minutes))
        post.tick(NOW + timedelta(minutes=minutes + 1))
    assert post.sent == []
    post.tick(NOW + timedelta(minutes=36))
    (letter,) = post.letters
    assert isinstance(letter, DigestLetter)
    assert [item.sentences for item in letter.items] == [
        (
            "First published.",
            "How long the contract or grant lasts is now: 10 years.",
            "How long the contract or grant lasts is now: 20 years.",
        )
    ]


def test_an_entry_edited_without_a_pause_waits_four_quiet_periods_at_most(database: Database) -> None:
    post = Post(database)
    with database.write() as session:
        council = a_commissioner(session)
        a_subscriber(session)
        entry = publish(session, council.id, some_content())
    for minutes in range(10, 71, 10):
        with database.write() as session:
            republish(session, entry, some_content(length=str(minutes)), at=NOW + timedelta(minutes=minutes))
        post.tick(NOW + timedelta(minutes=minutes + 1))
    assert [to for to, _ in post.digests()] != []


def test_one_noisy_entry_does_not_hold_up_another(database: Database) -> None:
    post = Post(database)
    with database.write() as session:
        council = a_commissioner(session)
        a_subscriber(session)
        noisy = publish(session, council.id, some_content("Noisy"))
        publish(session, council.id, some_content("Settled"))
    with database.write() as session:
        republish(session, noisy, some_content("Noisy", length="x"), at=NOW + timedelta(minutes=10))
    post.tick(SOON)
    post.tick(NOW + timedelta(minutes=26))
    assert [titles for _, titles in post.digests()] == [("Settled",), ("Noisy",)]


def test_a_correction_reaches_nobody(database: Database) -> None:
    post = Post(database)
    with database.write() as session:
        council = a_commissioner(session)
        entry = publish(session, council.id, some_content("Comunity"))
    with database.write() as session:
        a_subscriber(session)
        republish(session, entry, some_content("Community"), at=NOW, minor=True)
    post.tick(SOON)
    assert post.letters == []


def test_nothing_from_before_the_subscription_is_sent(database: Database) -> None:
    post = Post(database)
    with database.write() as session:
        council = a_commissioner(session)
        publish(session, council.id, some_content("Old"))
    with database.write() as session:
        a_subscriber(session)
    with database.write() as session:
        publish(session, council.id, some_content("New"))
    post.tick(SOON)
    assert [titles for _, titles in post.digests()] == [("New",)]


def test_one_mail_a_person_whatever_the_number_of_choices_says_every_reason(database: Database) -> None:
    post = Post(database)
    with database.write() as session:
        council = a_commissioner(session)
        a_subscriber(session, Criteria(themes=("falls",)), Criteria(areas=("E08000035",)))
        publish(session, council.id, some_content("Classes", themes=("falls",), areas=("E08000035",)))
    post.tick(SOON)
    (letter,) = post.letters
    assert isinstance(letter, DigestLetter)
    assert [item.because for item in letter.items] == ["you follow Falls; you follow Leeds"]


def test_daily_mail_leaves_at_eight_on_working_days_and_is_never_empty(database: Database) -> None:
    post = Post(database)
    with database.write() as session:
        council = a_commissioner(session)
        a_subscriber(session, frequency=Frequency.DAILY)
        publish(session, council.id, some_content("A"))
    post.tick(datetime(2026, 11, 24, 7, 59, tzinfo=UTC))
    assert post.digests() == []
    post.tick(datetime(2026, 11, 24, 8, 0, tzinfo=UTC))
    post.tick(datetime(2026, 11, 25, 8, 0, tzinfo=UTC))
    assert [titles for _, titles in post.digests()] == [("A",)]


def test_a_missed_day_is_caught_up_in_one_mail(database: Database) -> None:
    post = Post(database)
    with database.write() as session:
        council = a_commissioner(session)
        a_subscriber(session, frequency=Frequency.DAILY)
        publish(session, council.id, some_content("A"))
    with database.write() as session:
        publish(session, council.id, some_content("B"), at=NOW + timedelta(days=2))
    post.tick(NOW + timedelta(days=3))
    assert [titles for _, titles in post.digests()] == [("A", "B")]


def test_changing_the_frequency_neither_repeats_nor_loses(database: Database) -> None:
    post = Post(database)
    with database.write() as session:
        council = a_commissioner(session)
        reader = a_subscriber(session, frequency=Frequency.AT_ONCE)
        publish(session, council.id, some_content("A"))
    post.tick(SOON)
    with database.write() as session:
        publish(session, council.id, some_content("B"), at=SOON)
        change_alerts(
            session, reader, criteria=(Criteria(),), frequency=Frequency.WEEKLY, weekday=0, digest_hour=EIGHT, now=SOON
        )
    post.tick(SOON + timedelta(minutes=30))
    assert [titles for _, titles in post.digests()] == [("A",)]
    with database.write() as session:
        change_alerts(
            session, reader, criteria=(Criteria(),), frequency=Frequency.AT_ONCE, weekday=0, digest_hour=EIGHT, now=SOON
        )
    post.tick(SOON + timedelta(minutes=31))
    post.tick(SOON + timedelta(days=14))
    assert [titles for _, titles in post.digests()] == [("A",), ("B",)]


def test_who_unsubscribed_gets_nothing_not_even_what_was_queued(database: Database) -> None:
    post = Post(database, answers=[Receipt(Outcome.DEFERRED)])
    with database.write() as session:
        council = a_commissioner(session)
        reader = a_subscriber(session)
        publish(session, council.id, some_content("A"))
    post.tick(SOON)
    with database.write() as session:
        unsubscribe(session, reader, SOON)
        publish(session, council.id, some_content("B"), at=SOON)
    post.tick(SOON + timedelta(hours=1))
    assert post.sent == []


def test_a_deferred_mail_comes_again_with_the_same_id_and_the_same_words(database: Database) -> None:
    post = Post(database, answers=[Receipt(Outcome.DEFERRED)])
    with database.write() as session:
        council = a_commissioner(session)
        a_subscriber(session)
        entry = publish(session, council.id, some_content("As it was"))
    post.tick(SOON)
    with database.write() as session:
        republish(session, entry, some_content("As it is"), at=SOON)
    post.tick(SOON + timedelta(minutes=2))
    first, second = post.letters
    assert isinstance(first, DigestLetter)
    assert first == second
    assert len(post.sent) == 1


def test_a_mail_whose_fate_is_unknown_is_not_sent_again_by_itself(database: Database) -> None:
    post = Post(database, answers=[Receipt(Outcome.UNKNOWN)])
    with database.write() as session:
        council = a_commissioner(session)
        a_subscriber(session)
        publish(session, council.id, some_content())
    for hours in range(30):
        post.tick(SOON + timedelta(hours=hours))
    assert post.sent == []


def test_a_bad_address_is_never_tried_again(database: Database) -> None:
    post = Post(database, answers=[Receipt(Outcome.REFUSED, "no such user", address_is_bad=True)])
    with database.write() as session:
        council = a_commissioner(session)
        a_subscriber(session)
        publish(session, council.id, some_content("A"))
    post.tick(SOON)
    with database.write() as session:
        publish(session, council.id, some_content("B"), at=SOON)
    post.tick(SOON + timedelta(hours=1))
    assert post.sent == []


def test_the_most_urgent_comes_first(database: Database) -> None:
    post = Post(database)
    with database.write() as session:
        council = a_commissioner(session)
        opening = publish(session, council.id, some_content("Opens"))
        a_subscriber(session)
    with database.write() as session:
        publish(session, council.id, some_content("New"))
        republish(session, opening, replace(some_content("Opens"), status=Status.OPEN), at=NOW)
    post.tick(SOON)
    assert [titles for _, titles in post.digests()] == [("Opens", "New")]
