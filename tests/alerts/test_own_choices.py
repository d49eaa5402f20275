"""What a subscriber can do besides choosing: hear no more of one thing, pause, move, and see what is held of them."""

import uuid
from datetime import date, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from kil_pipeline.alerts.address_changes import AddressChange, ask_for_address, confirm_address, erase_old_changes
from kil_pipeline.alerts.commissioner_mutes import mute_commissioner
from kil_pipeline.alerts.digests import Notification
from kil_pipeline.alerts.erasure import MATCHES_KEPT
from kil_pipeline.alerts.letters import AddressChangedLetter, AddressChangeLetter, Frequency, Outcome, Receipt
from kil_pipeline.alerts.matches import Match
from kil_pipeline.alerts.mutes import mute, muted_subjects, unmute
from kil_pipeline.alerts.pauses import PauseNotPossible, end_pause, pause
from kil_pipeline.alerts.personal_data import personal_data
from kil_pipeline.alerts.requests import ask_for_alerts
from kil_pipeline.alerts.subscribers import Subscriber, subscriber_view, unsubscribe
from kil_pipeline.alerts.suppressions import suppress
from kil_pipeline.database import Database
from kil_pipeline.errors import InvalidTransition, LinkNotValid
from kil_pipeline.organisations.members import InvalidAddress
from kil_pipeline.plan.criteria import Criteria
from tests.alerts.sinks import Post
from tests.factories import EIGHT, NOW, a_commissioner, a_subscriber, publish, republish, some_content

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
READER = "reader@example.org"
FREQUENCIES = [Frequency.AT_ONCE, Frequency.DAILY, Frequency.WEEKLY]


def a_plan(database: Database, frequency: Frequency = Frequency.AT_ONCE) -> tuple[uuid.UUID, uuid.UUID, uuid.UUID]:
    """Return a reader who follows everything, and two entries of which nobody was told yet."""
    with database.write() as session:
        council = a_commissioner(session)
        reader = a_subscriber(session, frequency=frequency, email=READER)
        return reader, publish(session, council.id, some_content("A")), publish(session, council.id, some_content("B"))


def edit(database: Database, entry: uuid.UUID, title: str, length: str, days: int) -> None:
    with database.write() as session:
        republish(session, entry, some_content(title, length=length), at=NOW + days * DAY)


@pytest.mark.parametrize("frequency", FREQUENCIES)
def test_a_muted_entry_is_told_of_no_more_and_all_else_is(database: Database, frequency: Frequency) -> None:
    reader, first, second = a_plan(database, frequency)
    with database.write() as session:
        mute(session, reader, str(first), NOW)
    post = Post(database)
    post.tick(NOW + 8 * DAY)
    edit(database, first, "A", "Two years", 9)
    edit(database, second, "B", "Two years", 9)
    post.tick(NOW + 16 * DAY)
    assert post.digests() == [(READER, ("B",)), (READER, ("B",))]


@pytest.mark.parametrize("frequency", FREQUENCIES)
def test_what_is_unmuted_is_told_of_from_then_on(database: Database, frequency: Frequency) -> None:
    reader, first, _ = a_plan(database, frequency)
    post = Post(database)
    post.tick(NOW + 8 * DAY)
    with database.write() as session:
        mute(session, reader, str(first), NOW + 8 * DAY)
    edit(database, first, "A", "Two years", 9)
    with database.write() as session:
        unmute(session, reader, str(first))
    post.tick(NOW + 16 * DAY)
    edit(database, first, "A", "Three years", 17)
    post.tick(NOW + 24 * DAY)
    assert [titles for _, titles in post.digests()] == [("A", "B"), ("A",)]


def test_a_muted_entry_keeps_no_old_match_and_wakes_nobody(database: Database) -> None:
    reader, first, second = a_plan(database)
    post = Post(database)
    with database.write() as session:
        for entry in (first, second):
            mute(session, reader, str(entry), NOW)
    post.tick(NOW + MATCHES_KEPT + DAY)
    with database.read() as session:
        assert (post.sent, session.scalar(sa.select(sa.func.count()).select_from(Match))) == ([], 0)


@pytest.mark.parametrize("frequency", FREQUENCIES)
def test_a_muted_commissioner_is_told_of_no_more_until_it_is_unmuted_and_then_of_what_is_new(
    database: Database, frequency: Frequency
) -> None:
    reader, first, _ = a_plan(database, frequency)
    with database.write() as session:
        other = publish(session, a_commissioner(session, "Otherham Council", prefix="OTH").id, some_content("C"))
        assert mute_commissioner(session, reader, str(first), NOW) == "Exampleshire Council"
        assert mute_commissioner(session, reader, str(first), NOW) == "Exampleshire Council"
        (muted,) = muted_subjects(session, reader)
    post = Post(database)
    post.tick(NOW + 8 * DAY)
    edit(database, first, "A", "Two years", 9)
    post.tick(NOW + 16 * DAY)
    with database.write() as session:
        unmute(session, reader, muted.subject_id)
    edit(database, first, "A", "Three years", 17)
    edit(database, other, "C", "Three years", 17)
    post.tick(NOW + 24 * DAY)
    assert [titles for _, titles in post.digests()] == [("C",), ("A", "C")]


def test_what_a_muted_commissioner_does_wakes_nobody_while_others_are_still_at_it(database: Database) -> None:
    reader, first, _ = a_plan(database)
    with database.write() as session:
        other = a_commissioner(session, "Otherham Council", prefix="OTH").id
        mute_commissioner(session, reader, str(first), NOW)
        publish(session, other, some_content("C"), at=NOW + 20 * MINUTE)
    report = Post(database).tick(NOW + 21 * MINUTE)
    assert dict(report.counts)["digests made"] == 0
    with database.read() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(Notification)) == 2


def test_muting_is_one_readers_own_and_doing_it_twice_changes_nothing(database: Database) -> None:
    reader, first, _ = a_plan(database)
    with database.write() as session:
        other = a_subscriber(session)
        for _ in range(2):
            mute(session, reader, str(first), NOW)
        assert [subject.title for subject in muted_subjects(session, reader)] == ["A"]
        assert muted_subjects(session, other) == ()
        for _ in range(2):
            unmute(session, reader, str(first))
        assert muted_subjects(session, reader) == ()


def test_what_nobody_heard_of_cannot_be_muted(database: Database) -> None:
    with database.write() as session, pytest.raises(LinkNotValid):
        mute(session, a_subscriber(session), "no such thing", NOW)


@pytest.mark.parametrize("frequency", FREQUENCIES)
def test_what_happened_during_a_pause_comes_in_one_digest_on_its_last_day(
    database: Database, frequency: Frequency
) -> None:
    reader, first, _ = a_plan(database, frequency)
    with database.write() as session:
        pause(session, reader, date(2026, 12, 23), digest_hour=EIGHT, now=NOW)  # a Wednesday, in a month
    post = Post(database)
    for days in range(1, 30):
        post.tick(NOW + days * DAY)
        if days == 14:
            edit(database, first, "A", "Two years", 14)
    assert post.digests() == []
    post.tick(NOW + 30 * DAY - timedelta(hours=2, minutes=1))
    assert post.digests() == []
    for minutes in (0, 1):
        post.tick(NOW + 30 * DAY - timedelta(hours=2) + minutes * MINUTE)
    assert post.digests() == [(READER, ("A", "B"))]


def test_a_pause_that_is_ended_early_loses_nothing(database: Database) -> None:
    reader, _, _ = a_plan(database)
    post = Post(database)
    with database.write() as session:
        pause(session, reader, date(2026, 12, 23), digest_hour=EIGHT, now=NOW)
    post.tick(NOW + DAY)
    with database.write() as session:
        end_pause(session, reader)
    post.tick(NOW + DAY + MINUTE)
    assert post.digests() == [(READER, ("A", "B"))]


@pytest.mark.parametrize("days", [-1, 0, 367, 100_000])
def test_a_pause_ends_between_tomorrow_and_a_year_from_now(database: Database, days: int) -> None:
    with database.write() as session, pytest.raises(PauseNotPossible):
        pause(session, a_subscriber(session), NOW.date() + days * DAY, digest_hour=EIGHT, now=NOW)


def asked_change(session: Session) -> uuid.UUID:
    return session.scalars(sa.select(AddressChange.id)).one()


def test_mail_goes_to_the_new_address_once_it_is_confirmed_and_the_old_one_is_told(database: Database) -> None:
    reader, _, _ = a_plan(database)
    post = Post(database)
    with database.write() as session:
        ask_for_address(session, reader, " New@Example.org ", NOW)
    post.tick(NOW)
    assert [(type(letter), sent.to) for letter, sent in zip(post.letters, post.sent, strict=True)] == [
        (AddressChangeLetter, "new@example.org")
    ]
    with database.write() as session:
        assert subscriber_view(session, reader).email == READER
        assert confirm_address(session, asked_change(session), NOW + MINUTE) == reader
    post.tick(NOW + 16 * MINUTE)
    later = zip(post.letters[1:], post.sent[1:], strict=True)
    assert [(type(letter) is AddressChangedLetter, sent.to) for letter, sent in later] == [
        (True, READER),
        (False, "new@example.org"),
    ]


def test_a_digest_that_waits_follows_its_reader_to_the_new_address(database: Database) -> None:
    reader, _, _ = a_plan(database)
    post = Post(database, answers=[Receipt(Outcome.DEFERRED)])
    post.tick(NOW + 16 * MINUTE)
    with database.write() as session:
        ask_for_address(session, reader, "new@example.org", NOW + 17 * MINUTE)
        confirm_address(session, asked_change(session), NOW + 17 * MINUTE)
    post.tick(NOW + 30 * MINUTE)
    assert sorted(sent.to for sent in post.sent) == ["new@example.org", READER]


def test_the_button_pressed_twice_changes_nothing_and_the_link_lives_for_seven_days(database: Database) -> None:
    reader, _, _ = a_plan(database)
    with database.write() as session:
        ask_for_address(session, reader, "new@example.org", NOW)
        change = asked_change(session)
        with pytest.raises(LinkNotValid):
            confirm_address(session, change, NOW + 7 * DAY)
        for _ in range(2):
            confirm_address(session, change, NOW + 7 * DAY - MINUTE)
        assert subscriber_view(session, reader).email == "new@example.org"


def test_an_old_button_does_not_bring_an_old_address_back(database: Database) -> None:
    reader, _, _ = a_plan(database)
    with database.write() as session:
        ask_for_address(session, reader, "new@example.org", NOW)
        change = asked_change(session)
        confirm_address(session, change, NOW)
        session.get_one(Subscriber, reader).email = "newest@example.org"
        with pytest.raises(LinkNotValid):
            confirm_address(session, change, NOW + MINUTE)


def test_an_address_with_alerts_of_its_own_keeps_them(database: Database) -> None:
    reader, _, _ = a_plan(database)
    with database.write() as session:
        a_subscriber(session, email="new@example.org")
        ask_for_address(session, reader, "new@example.org", NOW)
        with pytest.raises(InvalidTransition):
            confirm_address(session, asked_change(session), NOW)
        assert subscriber_view(session, reader).email == READER


def test_an_address_that_must_not_be_mailed_or_was_asked_three_times_gets_no_mail(database: Database) -> None:
    reader, _, _ = a_plan(database)
    post = Post(database)
    with database.write() as session:
        suppress(session, "bounced@example.org", "550", NOW)
        for address in ("bounced@example.org", *["new@example.org"] * 5):
            ask_for_address(session, reader, address, NOW)
        with pytest.raises(InvalidAddress):
            ask_for_address(session, reader, "nobody", NOW)
    post.tick(NOW)
    assert [sent.to for sent in post.sent] == ["new@example.org"] * 3


def test_requests_for_another_address_are_erased_after_thirty_days(database: Database) -> None:
    reader, _, _ = a_plan(database)
    with database.write() as session:
        ask_for_address(session, reader, "new@example.org", NOW)
        assert [erase_old_changes(session, NOW + days * DAY) for days in (30, 31, 32)] == [0, 1, 0]


def test_the_download_holds_all_that_erasure_takes_out(database: Database) -> None:
    wish = Criteria(words="wheelchair")
    with database.write() as session:
        council = a_commissioner(session)
        ask_for_alerts(session, READER, (wish,), Frequency.AT_ONCE, now=NOW)
        reader = a_subscriber(session, wish, email=READER)
        a_subscriber(session, email="other@example.org")
        entry = publish(session, council.id, some_content("A wheelchair service"))
        ask_for_address(session, reader, "new@example.org", NOW)
        suppress(session, READER, "complained", NOW)
    Post(database).tick(NOW + 16 * MINUTE)
    with database.write() as session:
        mute(session, reader, str(entry), NOW)
        data = personal_data(session, reader, NOW)
    assert (data["address"], data["you_follow"]) == (READER, ["With the words “wheelchair”"])
    assert {table: len(rows) for table, rows in data["tables"].items()} == {
        "address_change": 1,
        "alert_request": 1,
        "criteria": 1,
        "delivery": 3,
        "mute": 1,
        "notification": 1,
        "subscriber": 1,
        "subscription": 1,
        "suppression": 1,
    }
    assert "other@example.org" not in str(data)


def test_who_starts_again_after_stopping_is_not_paused(database: Database) -> None:
    with database.write() as session:
        reader = a_subscriber(session, email=READER)
        pause(session, reader, date(2026, 12, 23), digest_hour=EIGHT, now=NOW)
        unsubscribe(session, reader, NOW)
        a_subscriber(session, email=READER)
        assert subscriber_view(session, reader).paused_until is None
