"""The index of changes: one change for what was told in one breath, found by what it is about."""

import importlib
from dataclasses import replace
from datetime import date, timedelta

import sqlalchemy as sa
from alembic.migration import MigrationContext
from alembic.operations import Operations

from kil_pipeline.database import Database
from kil_pipeline.events.change_index import ChangeKey
from kil_pipeline.events.log import record
from kil_pipeline.events.types import DayTurned, EntryPublished, Facets, FieldStated
from tests.factories import NOW

BREAKS = Facets(
    subject="entry",
    subject_id="1",
    reference="EXC-0001",
    title="Breaks",
    commissioner="exc",
    commissioner_name="Exampleshire Council",
    areas=("X-EXA", "X-EXA-N"),
    themes=("carers",),
    revision=1,
)
CLASSES = replace(BREAKS, subject_id="2", reference="EXC-0002", title="Classes", areas=(), themes=())


def tell(database: Database, *told: Facets, days: int = 0) -> None:
    """Record, in one transaction, one event for each of the facets."""
    with database.write() as session:
        for facets in told:
            record(session, FieldStated(facets=facets, sentence="Said.", path="value"), NOW + timedelta(days=days))


def keys_of(database: Database) -> list[tuple[int, int, str]]:
    """Return the index: first and last position of each change with each of its keys."""
    with database.read() as session:
        rows = session.execute(sa.select(ChangeKey.first_position, ChangeKey.position, ChangeKey.key))
        return sorted((first, last, key) for first, last, key in rows)


def changes_of(database: Database) -> list[tuple[int, int]]:
    return [(first, last) for first, last, key in keys_of(database) if key == "*"]


def test_a_change_is_found_by_what_it_is_about(database: Database) -> None:
    tell(database, BREAKS, BREAKS)
    found = ["*", "area|X-EXA", "area|X-EXA-N", "commissioner|exc", "reference|EXC-0001", "theme|carers"]
    assert keys_of(database) == [(1, 2, key) for key in found]


def test_what_is_said_of_one_subject_in_one_publication_is_one_change(sqlite_database: Database) -> None:
    again = replace(BREAKS, revision=2)
    tell(sqlite_database, BREAKS, BREAKS, CLASSES, again, again)
    tell(sqlite_database, again)  # another transaction is another change, at whatever moment
    tell(sqlite_database, BREAKS, days=1)
    assert changes_of(sqlite_database) == [(1, 2), (3, 3), (4, 5), (6, 6), (7, 7)]


def test_a_day_that_turned_is_no_change(sqlite_database: Database) -> None:
    with sqlite_database.write() as session:
        record(session, DayTurned(day=date(2026, 11, 24)), NOW)
        record(session, EntryPublished(facets=BREAKS, sentence="First published."), NOW)
        record(session, DayTurned(day=date(2026, 11, 25)), NOW)
    assert changes_of(sqlite_database) == [(2, 2)]


def test_a_log_of_before_is_indexed_by_the_migration_as_it_would_be_now(database: Database) -> None:
    tell(database, BREAKS, BREAKS, CLASSES)
    with database.write() as session:
        record(session, DayTurned(day=date(2026, 11, 24)), NOW)
    tell(database, CLASSES, days=1)
    expected = keys_of(database)
    with database.writer.begin() as connection:
        connection.exec_driver_sql("DROP TABLE change_key")
        with Operations.context(MigrationContext.configure(connection)):
            importlib.import_module("kil_pipeline.migrations.versions.0005_change_keys").upgrade()
    assert keys_of(database) == expected
