"""The event log: dense positions in commit order, and nothing that a reader who remembers its position can miss."""

import threading
from datetime import timedelta

import pytest

from kil_pipeline.database import Database
from kil_pipeline.events.log import events_after, events_of, public_version, record
from kil_pipeline.events.types import EntryPublished, Event, Facets
from tests.factories import NOW


def an_event(title: str, subject_id: str = "1") -> Event:
    """Return an event of an entry with this title."""
    facets = Facets(
        subject="entry",
        subject_id=subject_id,
        reference="EXA-0001",
        title=title,
        commissioner="x",
        commissioner_name="X",
    )
    return EntryPublished(facets=facets, sentence="First published.")


def log_of(database: Database, *, after: int = 0, limit: int = 500) -> list[tuple[int, str]]:
    """Return position and title of every event."""
    with database.read() as session:
        return [
            (found.position, found.event.facets.title)  # type: ignore[union-attr]  # all have facets here
            for found in events_after(session, after, limit=limit)
        ]


def test_positions_are_dense_and_in_the_order_of_recording(database: Database) -> None:
    for titles in ("ab", "c", "de"):
        with database.write() as session:
            for title in titles:
                record(session, an_event(title), NOW)
    assert log_of(database) == [(1, "a"), (2, "b"), (3, "c"), (4, "d"), (5, "e")]


def test_a_reader_goes_on_where_it_stopped(database: Database) -> None:
    with database.write() as session:
        for title in "abcd":
            record(session, an_event(title), NOW)
    assert log_of(database, after=1, limit=2) == [(2, "b"), (3, "c")]
    assert log_of(database, after=4) == []


def test_a_rolled_back_transaction_leaves_neither_event_nor_gap(database: Database) -> None:
    with database.read() as session:  # which rolls back what it was given
        record(session, an_event("lost"), NOW)
        session.flush()
    with database.write() as session:
        record(session, an_event("kept"), NOW)
    assert log_of(database) == [(1, "kept")]


def test_a_rolled_back_savepoint_takes_its_events_alone(database: Database) -> None:
    with database.write() as session:
        record(session, an_event("before"), NOW)
        savepoint = session.begin_nested()
        record(session, an_event("lost"), NOW)
        session.flush()
        savepoint.rollback()
        with session.begin_nested():
            record(session, an_event("kept"), NOW)
        record(session, an_event("after"), NOW)
    assert log_of(database) == [(1, "before"), (2, "kept"), (3, "after")]


def test_the_version_of_what_is_public_moves_with_events_and_nothing_else(database: Database) -> None:
    with database.write() as session:
        record(session, an_event("a"), NOW)
        record(session, an_event("b"), NOW + timedelta(minutes=1))
    with database.read() as session:
        before = public_version(session)
    with database.write() as session:
        public_version(session)
    with database.read() as session:
        assert public_version(session) == before
    assert (before.n, before.moved_at) == (2, NOW + timedelta(minutes=1))


def test_an_event_comes_back_as_it_was_recorded(database: Database) -> None:
    event = an_event("“Überall” \N{WHITE HEAVY CHECK MARK}")
    with database.write() as session:
        key = record(session, event, NOW)
    with database.read() as session:
        (found,) = events_after(session, 0)
    assert (found.id, found.recorded_at, found.event) == (key, NOW, event)


def test_what_happened_to_one_entry_is_told_newest_first(database: Database) -> None:
    with database.write() as session:
        for title, subject in (("a", "1"), ("b", "2"), ("c", "1")):
            record(session, an_event(title, subject), NOW)
    with database.read() as session:
        assert [found.position for found in events_of(session, "1")] == [3, 1]


@pytest.mark.slow
def test_a_reader_that_remembers_its_position_misses_nothing_of_many_writers(database: Database) -> None:
    writers, each = 6, 25
    done = threading.Event()
    seen: list[tuple[int, str]] = []
    failures: list[Exception] = []

    def write(name: int) -> None:
        try:
            for turn in range(each):
                with database.write() as session:
                    record(session, an_event(f"{name}-{turn}-a"), NOW)
                    session.flush()
                    record(session, an_event(f"{name}-{turn}-b"), NOW)
        except Exception as error:
            failures.append(error)

    def read() -> None:
        finished = False
        while True:
            found = log_of(database, after=seen[-1][0] if seen else 0, limit=20)
            seen.extend(found)
            if finished and not found:
                return
            finished = done.is_set()

    reader = threading.Thread(target=read)
    threads = [threading.Thread(target=write, args=(name,)) for name in range(writers)]
    for thread in (reader, *threads):
        thread.start()
    for thread in threads:
        thread.join()
    done.set()
    reader.join()
    assert failures == []
    assert [position for position, _ in seen] == list(range(1, writers * each * 2 + 1))
    wanted = {f"{name}-{turn}-{half}" for name in range(writers) for turn in range(each) for half in "ab"}
    assert {title for _, title in seen} == wanted
