"""Many people at the same moment, in real threads: no place is given twice, and nobody gets an error."""

import threading
import uuid
from collections.abc import Callable

import pytest
import sqlalchemy as sa

from kil_pipeline.database import Database
from kil_pipeline.engagement.coming import (
    confirm,
    leave,
    take_offer,
)
from kil_pipeline.engagement.places import count_places
from kil_pipeline.engagement.registrations import (
    Registration,
    Way,
)
from tests.engagement.people import OFFER, a_session, ask, come
from tests.factories import NOW

PEOPLE, PLACES = 200, 50


@pytest.mark.slow
def test_two_hundred_who_confirm_at_once_get_exactly_fifty_places_in_the_order_of_their_commits(
    database: Database,
) -> None:
    with database.write() as session:
        public = a_session(session, capacity=PLACES)
        ids = [ask(session, public, f"P{number}") for number in range(PEOPLE)]
    committed: list[uuid.UUID] = []
    errors = in_threads(20, ids, lambda one: confirm_one(database, one, committed))
    assert errors == []
    with database.read() as session:
        lines = sa.select(Registration.number, Registration.state).order_by(Registration.number)
        by_number = session.execute(lines).all()
    assert [number for number, _ in by_number] == list(range(1, PEOPLE + 1))
    assert [state for _, state in by_number] == ["registered"] * PLACES + ["waitlisted"] * (PEOPLE - PLACES)
    assert sorted(committed) == sorted(ids)


def confirm_one(database: Database, registration_id: uuid.UUID, committed: list[uuid.UUID]) -> None:
    with database.write() as session:
        confirm(session, registration_id, OFFER, NOW)
    committed.append(registration_id)


@pytest.mark.slow
def test_when_all_leave_and_take_what_they_are_offered_at_once_no_place_is_given_twice(database: Database) -> None:
    with database.write() as session:
        public = a_session(session, capacity=10)
        ids = [come(session, public, f"P{number}") for number in range(40)]

    def come_and_go(one: uuid.UUID) -> None:
        with database.write() as session:
            if session.get_one(Registration, one).number in range(1, 11):
                leave(session, one, OFFER, NOW)
        with database.write() as session:
            if session.get_one(Registration, one).state == "offered":
                take_offer(session, one, NOW)
        with database.read() as session:
            assert count_places(session, public)[Way.IN_PERSON].taken <= 10

    assert in_threads(12, ids, come_and_go) == []
    with database.read() as session:
        rows = session.execute(sa.select(Registration.number, Registration.state).order_by(Registration.number)).all()
    assert [number for number, state in rows if state in ("registered", "offered")] == list(range(11, 21))
    assert [number for number, state in rows if state == "waitlisted"] == list(range(21, 41))


def in_threads(threads: int, ids: list[uuid.UUID], work: Callable[[uuid.UUID], None]) -> list[BaseException]:
    """Do the work for each, in real threads that start together. Returns what was raised."""
    barrier, errors, left = threading.Barrier(threads), [], list(ids)

    def run() -> None:
        barrier.wait(30)
        while True:
            try:
                one = left.pop()
            except IndexError:
                return
            try:
                work(one)
            except BaseException as error:
                errors.append(error)

    running = [threading.Thread(target=run) for _ in range(threads)]
    for thread in running:
        thread.start()
    for thread in running:
        thread.join(120)
    return errors
