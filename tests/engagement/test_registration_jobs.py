"""What the ticks do for those who come: reminders, news of what changed, the waiting list, and forgetting."""

import dataclasses
from datetime import timedelta

import pytest
import sqlalchemy as sa

from kil_pipeline.alerts.deliveries import Delivery
from kil_pipeline.database import Database
from kil_pipeline.engagement.coming import leave
from kil_pipeline.engagement.programme import cancel_session, move_session
from kil_pipeline.engagement.registration_erasure import (
    KEPT,
    NEEDS_KEPT,
    erase_registration,
    registration_data,
)
from kil_pipeline.engagement.registration_letters import make_writers
from kil_pipeline.engagement.registrations import AccessNeed, Registration, SessionPlaces, Way
from kil_pipeline.engagement.session_letters import SessionLetter
from kil_pipeline.engagement.sessions import PublicSession, SessionRow
from kil_pipeline.errors import LinkNotValid
from kil_pipeline.scheduler.job_parts import Jobs
from kil_pipeline.scheduler.jobs import run_tick
from tests.alerts.sinks import Post
from tests.engagement.people import OFFER, STARTS, a_session, ask, come, states
from tests.factories import NOW

DAY = timedelta(days=1)
LINK = "https://meet.example.org/private"


def jobs(post: Post) -> Jobs:
    return dataclasses.replace(post.jobs(), notices=make_writers(lambda session, session_id: LINK))


class Office(Post):
    """A post office that tells what it sent of sessions."""

    def at(self, now: object) -> list[tuple[str, str]]:
        """Tick, and return what was sent: to whom, and the heading."""
        before = len(self.sent)
        assert run_tick(jobs(self), now).failures == ()  # type: ignore[arg-type]  # moments
        new = zip(self.sent[before:], self.letters[before:], strict=True)
        return [
            (sent.to.partition("@")[0], letter.heading) for sent, letter in new if isinstance(letter, SessionLetter)
        ]


@pytest.fixture
def office(database: Database) -> Office:
    return Office(database)


def opened(database: Database, *people: str, capacity: int | None = None, **parts: object) -> PublicSession:
    with database.write() as session:
        public = a_session(session, capacity=capacity, **parts)  # type: ignore[arg-type]  # read by name
        for name in people:
            come(session, public, name)
    return public


def move(database: Database, public: PublicSession, by: timedelta) -> None:
    with database.write() as session:
        starts = session.get_one(SessionRow, public.id).starts_at + by
        ends = starts + timedelta(hours=2)
        move_session(session, public.reference, starts_at=starts, ends_at=ends, why="The hall is taken.", now=NOW)


def test_who_comes_is_reminded_a_week_and_a_day_before_and_never_twice(database: Database, office: Office) -> None:
    opened(database, "Ann")
    assert office.at(NOW) == [("ann", "You have a place")]
    sent = [
        office.at(moment) for moment in (STARTS - 8 * DAY, STARTS - 7 * DAY, STARTS - 6 * DAY, STARTS - DAY, STARTS)
    ]
    assert sent == [[], [("ann", "In a week: Breaks for carers")], [], [("ann", "Tomorrow: Breaks for carers")], []]


def test_after_missed_ticks_only_the_nearest_reminder_goes_out(database: Database, office: Office) -> None:
    opened(database, "Ann")
    office.at(NOW)
    assert office.at(STARTS - timedelta(hours=20)) == [("ann", "Tomorrow: Breaks for carers")]
    assert office.at(STARTS - timedelta(hours=10)) == []


def test_who_came_to_it_after_a_reminder_was_due_is_not_sent_it(database: Database, office: Office) -> None:
    public = opened(database)
    with database.write() as session:
        come(session, public, "Ann", at=STARTS - 6 * DAY)
    assert office.at(STARTS - 6 * DAY) == [("ann", "You have a place")]
    assert office.at(STARTS - 5 * DAY) == []
    assert office.at(STARTS - DAY) == [("ann", "Tomorrow: Breaks for carers")]


def test_reminders_follow_a_session_that_moves_and_stop_when_it_is_off(database: Database, office: Office) -> None:
    public = opened(database, "Ann")
    office.at(NOW)
    assert office.at(STARTS - 7 * DAY) == [("ann", "In a week: Breaks for carers")]
    move(database, public, 30 * DAY)
    assert office.at(STARTS - 6 * DAY) == [("ann", "Moved to a new time")]
    assert office.at(STARTS - DAY) == []
    assert office.at(STARTS + 23 * DAY) == [("ann", "In a week: Breaks for carers")]
    with database.write() as session:
        cancel_session(session, public.reference, why="Snow.", now=NOW)
    assert office.at(STARTS + 24 * DAY) == [("ann", "Cancelled")]
    assert office.at(STARTS + 29 * DAY) == []


def test_whoever_is_concerned_hears_once_that_a_session_moved(database: Database, office: Office) -> None:
    public = opened(database, "Ann", "Bob", capacity=1)
    with database.write() as session:
        leave(session, come(session, public, "Cat"), OFFER, NOW)
        ask(session, public, "Dan")
    office.at(NOW)
    move(database, public, DAY)
    move(database, public, DAY)
    assert office.at(NOW + DAY) == [("ann", "Moved to a new time"), ("bob", "Moved to a new time")]
    assert office.at(NOW + DAY) == []
    letters = [letter for letter in office.letters if letter.heading == "Moved to a new time"]  # type: ignore[union-attr]  # a letter with a heading
    ann, bob = letters
    assert isinstance(ann, SessionLetter)
    assert isinstance(bob, SessionLetter)
    assert ann.paragraphs == (
        "“Breaks for carers” was to start on Thursday 17 December 2026, 5:30pm. It has a new time.",
        "The reason given: The hall is taken.",
        "You keep your place.",
    )
    assert ann.facts[0] == ("When", "Saturday 19 December 2026, 5:30pm to 7:30pm")
    assert ann.invitation is not None
    assert (ann.invitation.method, ann.invitation.sequence) == ("REQUEST", 2)
    assert (bob.invitation, bob.paragraphs[-1]) == (None, "You keep your number on the waiting list.")


def test_a_session_that_is_off_is_taken_out_of_calendars(database: Database, office: Office) -> None:
    public = opened(database, "Ann")
    office.at(NOW)
    with database.write() as session:
        cancel_session(session, public.reference, why="Snow.", now=NOW)
    assert office.at(NOW + DAY) == [("ann", "Cancelled")]
    letter = office.letters[-1]
    assert isinstance(letter, SessionLetter)
    assert letter.invitation is not None
    assert (letter.invitation.method, letter.invitation.sequence) == ("CANCEL", 1)
    assert letter.paragraphs == (
        "“Breaks for carers” does not take place on Thursday 17 December 2026, 5:30pm. Cancelled.",
        "The reason given: Snow.",
    )


def test_a_change_of_the_place_is_told_too(database: Database, office: Office) -> None:
    public = opened(database, "Ann")
    office.at(NOW)
    with database.write() as session:
        session.get_one(SessionRow, public.id).sequence += 1
    assert office.at(NOW + DAY) == [("ann", "Changed")]


def test_the_online_link_is_for_those_alone_who_come_online(database: Database, office: Office) -> None:
    public = opened(database, "Ann", online=True, capacity=1, capacity_online=1)
    with database.write() as session:
        come(session, public, "Bob", way=Way.ONLINE)
        come(session, public, "Cat", way=Way.ONLINE)  # waits
    office.at(NOW)
    told = {
        sent.to.partition("@")[0]: [text for _, text in letter.facts if text == LINK]
        for sent, letter in zip(office.sent, office.letters, strict=True)
        if isinstance(letter, SessionLetter)
    }
    assert told == {"ann": [], "bob": [LINK], "cat": []}
    links = [x.invitation.online_link for x in office.letters if isinstance(x, SessionLetter) and x.invitation]
    assert links == ["", LINK]


def test_a_tick_takes_back_what_ran_out_and_offers_it_to_the_next(database: Database, office: Office) -> None:
    public = opened(database, "Ann", "Bob", "Cat", capacity=1)
    with database.read() as session:
        ann = session.scalars(sa.select(Registration.id).where(Registration.name == "Ann")).one()
    office.at(NOW)
    with database.write() as session:
        leave(session, ann, OFFER, NOW)
    assert office.at(NOW) == [("ann", "You have given up your place"), ("bob", "A place is free for you")]
    assert office.at(NOW + OFFER) == [("bob", "The place has gone to the next"), ("cat", "A place is free for you")]
    assert states(database) == {"Ann": "withdrawn", "Bob": "withdrawn", "Cat": "offered"}
    assert public.content.capacity == 1


def test_a_mail_that_does_not_hold_any_more_is_not_sent(database: Database, office: Office) -> None:
    public = opened(database, "Ann")
    with database.write() as session:
        ask(session, public, "Bob")
        leave(session, session.scalars(sa.select(Registration.id).where(Registration.name == "Ann")).one(), OFFER, NOW)
        cancel_session(session, public.reference, why="Snow.", now=NOW)
    assert office.at(NOW) == [("ann", "You have given up your place")]


def test_who_waits_is_told_their_number(database: Database, office: Office) -> None:
    opened(database, "Ann", "Bob", "Cat", capacity=1)
    assert office.at(NOW)[1:] == [
        ("bob", "You are number 1 on the waiting list"),
        ("cat", "You are number 2 on the waiting list"),
    ]


def test_a_request_that_nobody_confirms_is_erased_after_seven_days(database: Database, office: Office) -> None:
    public = opened(database)
    with database.write() as session:
        ask(session, public, "Ann", needs="Lift")
    office.at(NOW + 7 * DAY)
    assert count(database, Registration) == 1
    office.at(NOW + 7 * DAY + timedelta(seconds=1))
    assert (count(database, Registration), count(database, AccessNeed), count(database, Delivery)) == (0, 0, 0)


def count(database: Database, table: type[sa.orm.DeclarativeBase]) -> int:
    with database.read() as session:
        return session.scalar(sa.select(sa.func.count()).select_from(table)) or 0


def test_access_needs_are_erased_on_their_day_and_their_number_is_kept(database: Database, office: Office) -> None:
    public = opened(database)
    with database.write() as session:
        come(session, public, "Ann", needs="Lift")
        come(session, public, "Bob", needs="Loop")
    office.at(STARTS + NEEDS_KEPT)
    assert count(database, AccessNeed) == 2
    office.at(STARTS + NEEDS_KEPT + timedelta(seconds=1))
    assert count(database, AccessNeed) == 0
    with database.read() as session:
        assert session.get_one(SessionPlaces, public.id).needs_erased == 2


def test_who_came_is_forgotten_after_a_year_and_how_many_is_kept(database: Database, office: Office) -> None:
    opened(database, "Ann", "Bob")
    office.at(STARTS + KEPT)
    assert states(database) == {"Ann": "registered", "Bob": "registered"}
    office.at(STARTS + KEPT + timedelta(seconds=1))
    with database.read() as session:
        rows = session.execute(sa.select(Registration.name, Registration.email, Registration.state)).all()
    assert [tuple(row) for row in rows] == [("", None, "registered")] * 2


def test_erasing_somebody_leaves_nothing_of_them_and_gives_their_place_to_the_next(
    database: Database, office: Office
) -> None:
    public = opened(database, capacity=1)
    with database.write() as session:
        ann = come(session, public, "Ann", needs="Lift", organisation_name="Carers Exampleshire")
        come(session, public, "Bob")
        data = registration_data(session, ann, NOW)
        assert {name: len(rows) for name, rows in data["tables"].items()} == {
            "delivery": 2,
            "access_need": 1,
            "registration": 1,
        }
        assert data["tables"]["access_need"][0]["needs"] == "Lift"
        erase_registration(session, ann, OFFER, NOW)
        with pytest.raises(LinkNotValid):
            registration_data(session, ann, NOW)
        with pytest.raises(LinkNotValid):
            erase_registration(session, ann, OFFER, NOW)
    with database.read() as session:
        connection = session.connection()
        for table in ("registration", "access_need", "delivery", "event"):
            rows = connection.execute(sa.text(f"SELECT * FROM {table}")).all()  # noqa: S608  # names from above
            text = str(rows).lower()
            assert [word for word in ("ann@", "'ann'", "lift", "carers exampleshire'") if word in text] == []
    assert states(database) == {"": "withdrawn", "Bob": "offered"}
