"""Two hundred people who confirm at once for fifty places, against as many bare inserts by as many threads."""

import threading
import uuid
from collections.abc import Callable, Sequence
from datetime import timedelta
from functools import partial
from pathlib import Path

import sqlalchemy as sa

from kil_pipeline.database import Database
from kil_pipeline.engagement.coming import confirm
from kil_pipeline.engagement.registrations import Registration
from kil_pipeline.migrations import upgrade
from tests.benchmarks.results import Result, benchmark, time_ratio
from tests.engagement.people import OFFER, a_session, ask
from tests.factories import NOW

PEOPLE, PLACES, THREADS = 200, 50, 8
GOAL = 25
"""A place takes nine statements under one lock, a bare insert one; both wait for SQLite's one writer."""
ROUNDS = 5


@benchmark
def two_hundred_at_once_for_fifty_places(folder: Path) -> list[Result]:
    """On SQLite. Fails where a place is given twice, or anybody gets an error."""
    database = Database(f"sqlite:///{folder / 'registrations.db'}")
    upgrade(database, authority="example.org,2026-01-01")
    with database.write() as session:
        public = a_session(session, capacity=PLACES)
        ids = [ask(session, public, f"P{number}") for number in range(PEOPLE)]
        session.execute(sa.text("CREATE TABLE bare (id INTEGER PRIMARY KEY, name TEXT)"))
    ratio = time_ratio(partial(_register_all, database, ids), partial(_insert_all, database, ids), rounds=ROUNDS)
    database.close()
    return [Result(f"{PEOPLE} confirming at once for {PLACES} places to bare inserts", ratio, GOAL, "lower")]


def _register_all(database: Database, ids: Sequence[uuid.UUID]) -> None:
    with database.write() as session:
        session.execute(sa.update(Registration).values(state="requested", number=None, offered_until=None))
    _in_threads(ids, partial(_confirm, database))
    with database.read() as session:
        states = session.scalars(sa.select(Registration.state).order_by(Registration.number)).all()
    assert states == ["registered"] * PLACES + ["waitlisted"] * (PEOPLE - PLACES)


def _confirm(database: Database, one: uuid.UUID) -> None:
    with database.write() as session:
        confirm(session, one, OFFER, NOW + timedelta(hours=1))


def _insert_all(database: Database, ids: Sequence[uuid.UUID]) -> None:
    _in_threads(ids, partial(_insert, database))


def _insert(database: Database, one: uuid.UUID) -> None:
    with database.write() as session:
        session.execute(sa.text("INSERT INTO bare (name) VALUES (:name)"), {"name": one.hex})


def _in_threads(ids: Sequence[uuid.UUID], work: Callable[[uuid.UUID], None]) -> None:
    errors: list[BaseException] = []

    def run(share: Sequence[uuid.UUID]) -> None:
        try:
            for one in share:
                work(one)
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=run, args=(ids[number::THREADS],)) for number in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]
