"""Coming to a session: who gets a place, who waits, who moves up."""

import uuid
from datetime import timedelta

import pytest
import sqlalchemy as sa

from kil_pipeline.alerts.deliveries import Delivery
from kil_pipeline.alerts.suppressions import suppress
from kil_pipeline.database import Database
from kil_pipeline.engagement.coming import (
    MOST_AN_HOUR,
    Person,
    ask_to_come,
    change_details,
    change_way,
    confirm,
    leave,
    take_offer,
)
from kil_pipeline.engagement.places import count_places
from kil_pipeline.engagement.programme import cancel_session
from kil_pipeline.engagement.registrations import (
    TRANSITIONS,
    AccessNeed,
    Registration,
    RegistrationState,
    Way,
    change_state,
)
from kil_pipeline.engagement.sessions import SessionRow
from kil_pipeline.errors import InvalidContent, InvalidTransition, LinkNotValid
from tests.engagement.people import OFFER, STARTS, a_session, ask, come, notices, states
from tests.factories import NOW

LATER = NOW + OFFER + timedelta(seconds=1)


def test_nobody_has_a_place_before_they_confirm(database: Database) -> None:
    with database.write() as session:
        public = a_session(session, capacity=1)
        ann = ask(session, public, "Ann")
        assert count_places(session, public)[Way.IN_PERSON].left == 1
        assert confirm(session, ann, OFFER, NOW) is RegistrationState.REGISTERED
        assert confirm(session, ann, OFFER, NOW) is RegistrationState.REGISTERED  # pressed twice
        assert count_places(session, public)[Way.IN_PERSON].left == 0
    assert notices(database) == [("confirm", "ann"), ("place", "ann")]


def test_each_way_of_coming_has_places_of_its_own(database: Database) -> None:
    with database.write() as session:
        public = a_session(session, capacity=1, online=True, capacity_online=1)
        ann = come(session, public, "Ann")
        bob = come(session, public, "Bob", way=Way.ONLINE)
        cat = come(session, public, "Cat", way=Way.ONLINE)
        with pytest.raises(InvalidTransition, match=r"^No place is free \(online\)\. You keep the place"):
            change_way(session, ann, Way.ONLINE, OFFER, NOW)
        leave(session, bob, OFFER, NOW)
        assert session.get_one(Registration, cat).state == "offered"
        with pytest.raises(InvalidTransition, match="answer that first"):
            change_way(session, cat, Way.IN_PERSON, OFFER, NOW)
        take_offer(session, cat, NOW)
        leave(session, ann, OFFER, NOW)
        change_way(session, cat, Way.IN_PERSON, OFFER, NOW)
        places = count_places(session, public)
    assert {way: (p.taken, p.left) for way, p in places.items()} == {Way.IN_PERSON: (1, 0), Way.ONLINE: (0, 1)}


@pytest.mark.parametrize(
    ("parts", "ways"),
    [
        ({"capacity": 5}, {Way.IN_PERSON: 5}),
        ({"capacity": 5, "online": True}, {Way.IN_PERSON: 5, Way.ONLINE: None}),
        ({"capacity": 5, "online": True, "in_person": False}, {Way.ONLINE: 5}),
        ({"capacity": 5, "online": True, "in_person": False, "capacity_online": 9}, {Way.ONLINE: 9}),
    ],
)
def test_the_ways_of_coming_follow_from_what_is_said_of_it(
    parts: dict[str, object], ways: dict[Way, int | None], database: Database
) -> None:
    with database.write() as session:
        public = a_session(session, **parts)  # type: ignore[arg-type]  # read by name
        assert {way: places.most for way, places in count_places(session, public).items()} == ways


def test_a_session_without_a_limit_is_never_full(database: Database) -> None:
    with database.write() as session:
        public = a_session(session)
        for number in range(5):
            come(session, public, f"P{number}")
        assert count_places(session, public)[Way.IN_PERSON].words == "Places left"
    assert set(states(database).values()) == {"registered"}


@pytest.mark.parametrize(
    ("taken", "words"),
    [
        (7, "Places left"),
        (8, "A few places left"),
        (9, "A few places left"),
        (10, "Full: you can join the waiting list"),
    ],
)
def test_places_are_told_in_words(taken: int, words: str, database: Database) -> None:
    with database.write() as session:
        public = a_session(session, capacity=10)
        for number in range(taken):
            come(session, public, f"P{number}")
        assert count_places(session, public)[Way.IN_PERSON].words == words


def test_asking_again_changes_nothing_of_a_place_and_tells_its_owner_how_it_stands(database: Database) -> None:
    with database.write() as session:
        public = a_session(session)
        ann = come(session, public, "Ann")
        again = Person("Mallory", "ANN@example.org", host_sees=True, needs="None of it")
        ask_to_come(session, public.id, again, NOW + timedelta(minutes=5))  # within the pause: no mail
        ask_to_come(session, public.id, again, NOW + timedelta(minutes=15))
        row = session.get_one(Registration, ann)
        assert (row.name, row.host_sees, row.state) == ("Ann", False, "registered")
        assert session.scalars(sa.select(AccessNeed)).all() == []
    assert notices(database) == [("confirm", "ann"), ("place", "ann"), ("place", "ann")]


def test_a_request_can_be_mended_until_it_is_confirmed_without_a_second_mail(database: Database) -> None:
    with database.write() as session:
        public = a_session(session)
        ask(session, public, "Ann", needs="Lift")
        ann = ask(session, public, "ann", at=NOW + timedelta(minutes=1))
        assert session.get_one(Registration, ann).name == "ann"
        assert session.scalars(sa.select(AccessNeed)).all() == []
    assert notices(database) == [("confirm", "ann")]


def test_who_has_not_confirmed_can_still_say_how_they_come(database: Database) -> None:
    with database.write() as session:
        public = a_session(session, online=True)
        ann = ask(session, public, "Ann")
        change_way(session, ann, Way.ONLINE, OFFER, NOW)
        confirm(session, ann, OFFER, NOW)
        assert session.get_one(Registration, ann).way == "online"
    assert notices(database) == [("confirm", "ann"), ("place", "ann")]


def test_who_left_can_come_again_at_the_end_of_the_line(database: Database) -> None:
    with database.write() as session:
        public = a_session(session, capacity=1)
        ann = come(session, public, "Ann")
        come(session, public, "Bob")
        leave(session, ann, OFFER, NOW)
        leave(session, ann, OFFER, NOW)  # pressed twice
        assert come(session, public, "Ann", at=LATER) == ann
        assert session.get_one(Registration, ann).number == 3
    assert states(database) == {"Ann": "waitlisted", "Bob": "offered"}


def test_leaving_erases_access_needs(database: Database) -> None:
    with database.write() as session:
        public = a_session(session)
        ann = come(session, public, "Ann", needs="Lift")
        change_details(session, ann, host_sees=True, others_see=False, needs="Lift and loop")
        assert session.scalars(sa.select(AccessNeed.needs)).all() == ["Lift and loop"]
        leave(session, ann, OFFER, NOW)
        assert session.scalars(sa.select(AccessNeed.needs)).all() == []
        with pytest.raises(InvalidTransition):
            change_details(session, ann, host_sees=True, others_see=False, needs="")


def test_nobody_can_ask_for_a_session_that_is_off_or_has_begun(database: Database) -> None:
    with database.write() as session:
        public = a_session(session)
        with pytest.raises(InvalidTransition, match=r"^This session has started already\.$"):
            ask(session, public, "Ann", at=STARTS)
        with pytest.raises(InvalidTransition, match=r"^One cannot come to this session online\.$"):
            ask(session, public, "Ann", way=Way.ONLINE)
        cancel_session(session, public.reference, why="Snow.", now=NOW)
        with pytest.raises(InvalidTransition, match="It is: cancelled"):
            ask(session, public, "Ann")
    assert notices(database) == []


def test_an_address_that_must_not_be_mailed_or_asks_too_often_gets_no_mail(database: Database) -> None:
    with database.write() as session:
        public = a_session(session)
        suppress(session, "bad@example.org", "no such address", NOW)
        ask_to_come(session, public.id, Person("Bad", "bad@example.org"), NOW)
        assert session.scalars(sa.select(Registration)).all() == []
        for _ in range(MOST_AN_HOUR):
            row = SessionRow(**{c.key: getattr(session.get_one(SessionRow, public.id), c.key) for c in COLUMNS})
            row.id = uuid.uuid4()
            row.reference = row.id.hex[:20]
            session.add(row)
            session.flush()
            ask_to_come(session, row.id, Person("Ann", "ann@example.org"), NOW)
        ask_to_come(session, public.id, Person("Ann", "ann@example.org"), NOW)
    assert notices(database) == [("confirm", "ann")] * MOST_AN_HOUR


COLUMNS = sa.inspect(SessionRow).columns


@pytest.mark.parametrize(("name", "problem"), [("", InvalidContent), ("x" * 201, InvalidContent)])
def test_a_person_has_a_name(name: str, problem: type[Exception]) -> None:
    with pytest.raises(problem):
        Person(name, "ann@example.org")


@pytest.mark.parametrize("old", RegistrationState)
def test_a_registration_takes_the_steps_of_the_table_and_no_others(old: RegistrationState) -> None:
    def possible(new: RegistrationState) -> bool:
        row = Registration(state=old.value)
        try:
            change_state(row, new)
        except InvalidTransition:
            assert row.state == old.value
            return False
        return row.state == new.value

    assert {new for new in RegistrationState if possible(new)} == TRANSITIONS[old]


def test_a_link_to_nobody_is_not_valid(database: Database) -> None:
    with database.write() as session, pytest.raises(LinkNotValid):
        confirm(session, uuid.UUID(int=1), OFFER, NOW)


@pytest.mark.parametrize(("full", "told"), [(4, []), (5, [50]), (8, [50, 80]), (10, [50, 80, 100])])
def test_the_organiser_hears_once_at_50_80_and_100_per_cent(full: int, told: list[int], database: Database) -> None:
    with database.write() as session:
        public = a_session(session, capacity=10, contact="plan@council.example.org")
        ids = [come(session, public, f"P{number}") for number in range(full)]
        leave(session, ids[0], OFFER, NOW)
        come(session, public, "Again")
        rows = session.scalars(sa.select(Delivery).order_by(Delivery.id))
        found = [(row.address, row.body["about"]["percent"]) for row in rows if "percent" in row.body["about"]]
    assert found == [("plan@council.example.org", percent) for percent in told]
