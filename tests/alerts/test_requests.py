"""Asking for alerts: nobody gets mail that they did not confirm, and nobody is mailed who must not be."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from kil_pipeline.alerts.deliveries import Delivery
from kil_pipeline.alerts.letters import ConfirmationLetter, Frequency
from kil_pipeline.alerts.requests import KEPT_DAYS, LINK_DAYS, AlertRequest, ask_for_alerts, confirm_alerts
from kil_pipeline.alerts.subscribers import Subscriber, change_alerts, subscriber_view, unsubscribe
from kil_pipeline.alerts.suppressions import suppress
from kil_pipeline.database import Database
from kil_pipeline.errors import LinkNotValid
from kil_pipeline.organisations.members import InvalidAddress
from kil_pipeline.plan.criteria import Criteria
from tests.alerts.sinks import Post
from tests.factories import EIGHT, NOW, a_commissioner, a_subscriber, publish, some_content

FALLS, CARERS = Criteria(themes=("falls",)), Criteria(themes=("carers",))
READER = "reader@example.org"
SECOND, DAY = timedelta(seconds=1), timedelta(days=1)


def ask(database: Database, *wishes: Criteria, email: str = READER) -> None:
    with database.write() as session:
        ask_for_alerts(session, email, wishes, Frequency.AT_ONCE, now=NOW)


def asked(database: Database, *wishes: Criteria) -> str:
    """Ask for alerts; return the token of the link that was mailed."""
    ask(database, *wishes)
    post = Post(database)
    post.tick(NOW)
    letter = post.letters[-1]
    assert isinstance(letter, ConfirmationLetter)
    return letter.confirm_path.removeprefix("/alerts/confirm/")


def confirm(session: Session, token: str, *, later: timedelta = timedelta()) -> tuple[Criteria, ...]:
    """Press the button; return what the subscriber gets from now on."""
    return subscriber_view(session, confirm_alerts(session, token, digest_hour=EIGHT, now=NOW + later)).criteria


def queued(session: Session) -> list[str]:
    """Return the addresses that mail is queued for."""
    return list(session.scalars(sa.select(Delivery.address)))


def test_the_confirmation_says_what_was_asked_for(database: Database) -> None:
    ask(database, FALLS, Criteria(areas=("E08000035",)))
    post = Post(database)
    post.tick(NOW)
    (letter,) = post.letters
    assert isinstance(letter, ConfirmationLetter)
    assert (letter.asked_for, letter.frequency, letter.days) == (("Falls", "In Leeds"), Frequency.AT_ONCE, LINK_DAYS)


def test_a_link_works_for_seven_days(database: Database) -> None:
    token = asked(database, FALLS)
    with database.write() as session, pytest.raises(LinkNotValid):
        confirm(session, token, later=timedelta(days=LINK_DAYS))
    with database.write() as session:
        assert confirm(session, token, later=timedelta(days=LINK_DAYS) - SECOND) == (FALLS,)


def test_a_second_press_brings_nothing_back_that_was_taken_out_since(database: Database) -> None:
    token = asked(database, FALLS, CARERS)
    with database.write() as session:
        reader = confirm_alerts(session, token, digest_hour=EIGHT, now=NOW)
        change_alerts(
            session, reader, criteria=(CARERS,), frequency=Frequency.DAILY, weekday=0, digest_hour=EIGHT, now=NOW
        )
        assert confirm(session, token) == (CARERS,)


@pytest.mark.parametrize("token", ["", "unknown", "\ud800", "x" * 5000])
def test_a_link_that_is_not_ours_is_refused(token: str, sqlite_database: Database) -> None:
    with sqlite_database.write() as session, pytest.raises(LinkNotValid):
        confirm_alerts(session, token, digest_hour=EIGHT, now=NOW)


def test_a_second_request_adds_to_what_one_gets(database: Database) -> None:
    first, second = asked(database, FALLS), asked(database, CARERS)
    with database.write() as session:
        confirm(session, first)
        assert sorted(c.themes for c in confirm(session, second)) == [("carers",), ("falls",)]


def test_who_stopped_and_asks_for_something_new_gets_that_alone(database: Database) -> None:
    first = asked(database, FALLS)
    with database.write() as session:
        reader = confirm_alerts(session, first, digest_hour=EIGHT, now=NOW)
        unsubscribe(session, reader, NOW)
    second = asked(database, CARERS)
    with database.write() as session:
        assert confirm(session, second) == (CARERS,)
        assert not subscriber_view(session, reader).stopped


def test_an_address_is_one_whatever_its_capitals(database: Database) -> None:
    with database.write() as session:
        for email in (" Reader@Example.ORG ", READER):
            ask_for_alerts(session, email, (FALLS,), Frequency.DAILY, now=NOW)
        assert queued(session) == [READER, READER]


def test_one_address_gets_three_confirmations_an_hour_at_most(database: Database) -> None:
    with database.write() as session:
        for minutes in (0, 10, 20, 30, 59, 61):
            ask_for_alerts(session, READER, (FALLS,), Frequency.DAILY, now=NOW + timedelta(minutes=minutes))
        ask_for_alerts(session, "other@example.org", (FALLS,), Frequency.DAILY, now=NOW)
        assert sorted(queued(session)) == ["other@example.org", *[READER] * 4]


def test_a_suppressed_address_is_not_mailed_however_it_is_written(database: Database) -> None:
    with database.write() as session:
        suppress(session, READER, "550 5.1.1 unknown", NOW)
        suppress(session, READER, "again", NOW)
    ask(database, FALLS, email="READER@example.org")
    with database.read() as session:
        assert queued(session) == []


def test_what_was_queued_before_an_address_was_suppressed_is_not_sent(database: Database) -> None:
    ask(database, FALLS)
    with database.write() as session:
        suppress(session, READER, "550 5.1.1 unknown", NOW)
    post = Post(database)
    post.tick(NOW)
    assert post.sent == []


@pytest.mark.parametrize(
    "email", ["", "reader", "a@b", "x@example.org\nBcc: y@example.org", "é@example.org", "a" * 300]
)
def test_what_is_no_address_is_refused(email: str, sqlite_database: Database) -> None:
    with pytest.raises(InvalidAddress):
        ask(sqlite_database, FALLS, email=email)


def test_requests_are_forgotten_after_thirty_days_and_confirmed_alerts_stay(database: Database) -> None:
    token = asked(database, FALLS)
    ask(database, CARERS, email="never-confirmed@example.org")
    with database.write() as session:
        confirm_alerts(session, token, digest_hour=EIGHT, now=NOW)
    Post(database).tick(NOW + timedelta(days=KEPT_DAYS) + SECOND)
    with database.read() as session:
        assert session.scalars(sa.select(AlertRequest.email)).all() == []
        assert session.scalars(sa.select(Subscriber.email)).all() == [READER]


def test_a_request_that_was_erased_before_its_mail_left_sends_none(database: Database) -> None:
    ask(database, FALLS)
    with database.write() as session:
        session.execute(sa.delete(AlertRequest))
    post = Post(database)
    post.tick(NOW)
    assert post.sent == []


def test_saying_the_same_frequency_again_does_not_put_off_the_digest_that_is_due(database: Database) -> None:
    with database.write() as session:
        council = a_commissioner(session)
        reader = a_subscriber(session, frequency=Frequency.DAILY, email=READER)
        publish(session, council.id, some_content("First"))
    eight = NOW + DAY - timedelta(hours=2)
    with database.write() as session:  # after eight, before the tick
        change_alerts(
            session, reader, criteria=(Criteria(),), frequency=Frequency.DAILY, weekday=0, digest_hour=EIGHT, now=eight
        )
        a_subscriber(session, FALLS, frequency=Frequency.DAILY, email=READER, at=eight)
    post = Post(database)
    post.tick(eight + SECOND)
    assert post.digests() == [(READER, ("First",))]


def test_an_erased_subscriber_has_nothing_to_show(database: Database) -> None:
    with database.write() as session:
        reader = a_subscriber(session)
        session.execute(sa.delete(Subscriber))
    with database.read() as session, pytest.raises(LinkNotValid):
        subscriber_view(session, reader)
