"""Whatever people do, in whatever order: no place is given twice, and none stands empty while somebody waits."""

import itertools
import shutil
import tempfile
import uuid
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from kil_pipeline.codec import from_json, to_json
from kil_pipeline.database import Database
from kil_pipeline.engagement.coming import change_way, confirm, leave, take_offer
from kil_pipeline.engagement.places import count_places
from kil_pipeline.engagement.registration_erasure import erase_registration
from kil_pipeline.engagement.registrations import Registration, Way
from kil_pipeline.engagement.sessions import SessionContent, SessionRow
from kil_pipeline.engagement.waiting_lists import move_up
from kil_pipeline.errors import DomainError
from tests.engagement.people import OFFER, a_session, ask
from tests.factories import NOW

PEOPLE = st.integers(0, 7)
WAYS = st.sampled_from(list(Way))


class Comings(RuleBasedStateMachine):
    """Eight people, two ways of coming, few places. What may not be done raises a `DomainError` and changes nothing."""

    template: Path

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory(prefix="kil-comings-")
        path = Path(self.folder.name) / "kil.db"
        shutil.copyfile(self.template, path)
        self.database = Database(f"sqlite:///{path}")
        self.now, self.most = NOW, {Way.IN_PERSON: 2, Way.ONLINE: 1}
        self.people: dict[int, uuid.UUID] = {}
        self.asked = itertools.count(1)
        with self.database.write() as session:
            self.public = a_session(session, capacity=2, online=True, capacity_online=1)

    def teardown(self) -> None:
        """Give everything back."""
        self.database.close()
        self.folder.cleanup()

    def act(self, number: int, deed: str, way: Way) -> None:
        """Do something for a person, where the rules allow it."""
        one = self.people.get(number)
        if one is None:
            return
        try:
            with self.database.write() as session:
                if deed == "confirm":
                    confirm(session, one, OFFER, self.now)
                elif deed == "take":
                    take_offer(session, one, self.now)
                elif deed == "leave":
                    leave(session, one, OFFER, self.now)
                elif deed == "erase":
                    erase_registration(session, one, OFFER, self.now)
                else:
                    change_way(session, one, way, OFFER, self.now)
        except DomainError:
            return
        if deed == "erase":
            del self.people[number]

    @rule(number=PEOPLE, way=WAYS)
    def somebody_comes(self, number: int, way: Way) -> None:
        """Ask and confirm, for the first time or again."""
        with self.database.write() as session:
            self.people[number] = ask(session, self.public, f"P{number}", at=self.now, way=way)
        self.act(number, "confirm", way)

    @rule(number=PEOPLE, deed=st.sampled_from(["take", "leave", "leave", "way", "erase"]), way=WAYS)
    def somebody_does_something(self, number: int, deed: str, way: Way) -> None:
        """Whatever it is."""
        self.act(number, deed, way)

    @rule(hours=st.sampled_from([1, 24, 49]))
    def time_passes_and_the_clock_ticks(self, hours: int) -> None:
        """Offers run out."""
        self.now += timedelta(hours=hours)
        with self.database.write() as session:
            move_up(session, self.public.id, OFFER, self.now)

    @rule(more=st.integers(0, 2))
    def places_are_added(self, more: int) -> None:
        """The organiser finds chairs; the next tick sees it."""
        self.most[Way.IN_PERSON] += more
        with self.database.write() as session:
            row = session.get_one(SessionRow, self.public.id)
            row.content = to_json(replace(from_json(SessionContent, row.content), capacity=self.most[Way.IN_PERSON]))
        with self.database.write() as session:
            move_up(session, self.public.id, OFFER, self.now)

    @invariant()
    def no_place_is_given_twice(self) -> None:
        """What is counted as taken is never more than there is."""
        with self.database.read() as session:
            found = count_places(session, self.public)
        assert {way: places.taken <= self.most[way] for way, places in found.items()} == dict.fromkeys(Way, True)

    @invariant()
    def nobody_waits_while_a_place_is_free(self) -> None:
        """Where there is time left to offer it."""
        with self.database.read() as session:
            found = count_places(session, self.public)
            content = from_json(SessionContent, session.get_one(SessionRow, self.public.id).content)
        if content.starts_at - timedelta(hours=3) < self.now:
            return
        stuck = [way for way, places in found.items() if places.waiting and places.taken < self.most[way]]
        assert stuck == []

    @invariant()
    def every_number_is_given_once(self) -> None:
        """The line has one person at each place."""
        with self.database.read() as session:
            numbers = session.scalars(sa.select(Registration.number).where(Registration.number.is_not(None))).all()
        assert len(numbers) == len(set(numbers))


@pytest.mark.slow
def test_whatever_people_do(sqlite_template: Path) -> None:
    machine = type("Machine", (Comings,), {"template": sqlite_template})
    run_state_machine_as_test(machine, settings=settings(max_examples=25, stateful_step_count=25))
