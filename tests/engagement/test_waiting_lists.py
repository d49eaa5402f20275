"""Waiting lists: who moves up, for how long a place is kept, and that nobody overtakes."""

from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa

from kil_pipeline.codec import from_json, to_json
from kil_pipeline.database import Database
from kil_pipeline.engagement.coming import (
    confirm,
    leave,
    take_offer,
)
from kil_pipeline.engagement.programme import move_session
from kil_pipeline.engagement.registrations import (
    Registration,
)
from kil_pipeline.engagement.sessions import SessionContent, SessionRow
from kil_pipeline.engagement.waiting_lists import LAST_OFFER, move_up, sessions_with_waiting_lists
from kil_pipeline.errors import InvalidTransition
from tests.engagement.people import OFFER, STARTS, a_session, ask, come, notices, states
from tests.factories import NOW

LATER = NOW + OFFER + timedelta(seconds=1)


def test_who_confirms_when_it_is_full_waits_and_moves_up_when_somebody_leaves(database: Database) -> None:
    with database.write() as session:
        public = a_session(session, capacity=1)
        ann, bob, cat = (come(session, public, name) for name in ("Ann", "Bob", "Cat"))
        assert states_in(session) == {"Ann": "registered", "Bob": "waitlisted", "Cat": "waitlisted"}
        leave(session, ann, OFFER, NOW)
        assert states_in(session) == {"Ann": "withdrawn", "Bob": "offered", "Cat": "waitlisted"}
        take_offer(session, bob, NOW)
        take_offer(session, bob, NOW)  # pressed twice
        leave(session, cat, OFFER, NOW)
    assert states(database) == {"Ann": "withdrawn", "Bob": "registered", "Cat": "withdrawn"}
    assert [n for n in notices(database) if n[0] not in ("confirm", "waiting")] == [
        ("place", "ann"),
        ("left", "ann"),
        ("offer", "bob"),
        ("place", "bob"),
    ]


def test_an_offer_that_runs_out_goes_to_the_next_one_and_is_not_to_be_had_any_more(database: Database) -> None:
    with database.write() as session:
        public = a_session(session, capacity=1)
        ann, bob, _ = (come(session, public, name) for name in ("Ann", "Bob", "Cat"))
        leave(session, ann, OFFER, NOW)
    with database.write() as session:
        assert move_up(session, public.id, OFFER, NOW + OFFER - timedelta(seconds=1)) == 0
        with pytest.raises(InvalidTransition):
            take_offer(session, bob, LATER)
        assert move_up(session, public.id, OFFER, LATER) == 2
        assert move_up(session, public.id, OFFER, LATER) == 0
    assert states(database) == {"Ann": "withdrawn", "Bob": "withdrawn", "Cat": "offered"}
    assert notices(database)[-2:] == [("lapsed", "bob"), ("offer", "cat")]


def test_no_offer_outlives_the_session_and_none_is_made_that_leaves_no_time_to_answer(database: Database) -> None:
    with database.write() as session:
        public = a_session(session, capacity=1)
        ann, bob, cat = (come(session, public, name) for name in ("Ann", "Bob", "Cat"))
        late = STARTS - timedelta(hours=6)
        leave(session, ann, OFFER, late)
        assert session.get_one(Registration, bob).offered_until == STARTS - LAST_OFFER
        leave(session, bob, OFFER, STARTS - timedelta(hours=2, minutes=59))
        assert session.get_one(Registration, cat).state == "waitlisted"
        with pytest.raises(InvalidTransition):
            confirm(session, ask(session, public, "Dan", at=late), OFFER, STARTS)


def test_offers_of_a_session_that_moved_nearer_are_taken_back_in_time(database: Database) -> None:
    with database.write() as session:
        public = a_session(session, capacity=1)
        ann, _ = come(session, public, "Ann"), come(session, public, "Bob")
        leave(session, ann, OFFER, NOW)
        starts = NOW + timedelta(hours=4)
        move_session(
            session, public.reference, starts_at=starts, ends_at=starts + OFFER, why="The hall is free then.", now=NOW
        )
        assert move_up(session, public.id, OFFER, starts - LAST_OFFER - timedelta(seconds=1)) == 0
        assert move_up(session, public.id, OFFER, starts - LAST_OFFER) == 1
    assert states(database) == {"Ann": "withdrawn", "Bob": "withdrawn"}


def test_who_waits_gets_the_places_that_are_added_and_nobody_overtakes_them(database: Database) -> None:
    with database.write() as session:
        public = a_session(session, capacity=1)
        for name in ("Ann", "Bob", "Cat"):
            come(session, public, name)
        row = session.get_one(SessionRow, public.id)
        row.content = to_json(replace(from_json(SessionContent, row.content), capacity=3))
        session.flush()
        assert list(sessions_with_waiting_lists(session, NOW)) == [public.id]
        come(session, public, "Dan")  # before any tick: the two free places are theirs who waited
    assert states(database) == {"Ann": "registered", "Bob": "offered", "Cat": "offered", "Dan": "waitlisted"}


def states_in(session: sa.orm.Session) -> dict[str, str]:
    session.flush()
    rows = session.execute(sa.select(Registration.name, Registration.state).order_by(Registration.name))
    return dict(rows.all())
