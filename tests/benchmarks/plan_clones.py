"""A plan made many times as large by copying the rows of what was really published.

Whatever publishing writes is copied, word for word; a copy has ids, a reference and positions in the log of its own.
"""

import itertools
import re
import sqlite3
import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from typing import Any

import sqlalchemy as sa

from kil_pipeline.database import Database, new_id
from kil_pipeline.events.change_index import ChangeKey
from kil_pipeline.events.log import EventRow, LogHead
from kil_pipeline.organisations.organisations import Organisation
from kil_pipeline.plan.entries import (
    Entry,
    PublicArea,
    PublicCpv,
    PublicDisclosure,
    PublicEntryRow,
    PublicLink,
    PublicMilestone,
    PublicTheme,
    Revision,
    WorkingCopy,
)
from kil_pipeline.text import stems

_KINDS = (Entry, WorkingCopy, Revision, PublicEntryRow, PublicArea, PublicTheme, PublicCpv, PublicMilestone,
          PublicDisclosure, PublicLink, EventRow, ChangeKey)  # fmt: skip
TABLES = (*(str(kind.__tablename__) for kind in _KINDS), "entry_search")
"""All that publishing adds rows to, in an order that their keys allow; it counts in `organisation` and `log_head` too.
"""
_COUNTED = {"event": {"position"}, "change_key": {"position", "first_position"}, "entry_search": {"id"}}
"""The columns of numbers that are counted up, so that those of a copy lie that much higher."""
_NAME = re.compile(
    r'([0-9a-f]{32}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|[A-Z]{2,}-\d{4,}|\b[a-z]{2,}(?: |", ")\d{4,}\b)'
)
"""What may be an id or a reference, or the stems of one, in a text or in JSON."""
_BATCH = 20_000

Names = Mapping[str, str]
"""Everything that is an entry's own, with what stands in its place in a copy."""


def clone_plan(database: Database, times: int) -> None:
    """Make a plan `times` as large: one where each entry was published once, and as many by each organisation."""
    with database.writer.begin() as connection:
        names = [_make_names(connection, copy) for copy in range(1, times)]
        positions = connection.scalar(sa.select(LogHead.n)) or 0
        for table in TABLES:
            columns = [c["name"] for c in sa.inspect(connection).get_columns(table) if "computed" not in c]
            copies = _copies(table, columns, _read(connection, table, columns), names, positions)
            while batch := list(itertools.islice(copies, _BATCH)):
                _insert(connection, table, columns, batch)
        connection.execute(sa.update(LogHead).values(n=positions * times))
        connection.execute(sa.update(Organisation).values(next_number=(Organisation.next_number - 1) * times + 1))
    settle(database)


def settle(database: Database) -> None:
    """Do what a database's own housekeeping does, sooner or later, after much was written."""
    if not database.sqlite:
        with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("VACUUM ANALYZE")
        return
    with closing(sqlite3.connect(database.url.removeprefix("sqlite:///"))) as file:
        file.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _make_names(connection: sa.Connection, copy: int) -> Names:
    names: dict[str, str] = {}
    for table in (Entry, Revision, EventRow):
        for old in connection.scalars(sa.select(table.id).order_by(table.id)):
            names |= _forms_of_id(old, new_id())
    published = sa.select(Entry.reference, Organisation.next_number).join(Organisation)
    for reference, following in connection.execute(published):
        prefix, number = reference.split("-")
        names |= _forms_of_reference(reference, f"{prefix}-{int(number) + copy * (following - 1):04d}")
    return names


def _forms_of_id(old: uuid.UUID, new: uuid.UUID) -> Names:
    return {old.hex: new.hex, str(old): str(new)}


def _forms_of_reference(old: str, new: str) -> Names:
    joined = {joint.join(stems(old)): joint.join(stems(new)) for joint in (" ", '", "')}
    return {old: new} | joined


def _read(connection: sa.Connection, table: str, columns: Sequence[str]) -> list[Sequence[Any]]:
    """Return rows as the database stores them (SQLite), or as texts (PostgreSQL)."""
    as_text = "" if connection.dialect.name == "sqlite" else "::text"
    chosen = ", ".join(f'"{column}"{as_text}' for column in columns)
    return [tuple(row) for row in connection.exec_driver_sql(f"SELECT {chosen} FROM {table}")]


def _copies(
    table: str, columns: Sequence[str], rows: Sequence[Sequence[Any]], names: Sequence[Names], positions: int
) -> Iterator[tuple[Any, ...]]:
    """Yield the rows of all copies. `positions`: how many the originals take in the log."""
    counted = [column in _COUNTED.get(table, ()) for column in columns]
    step = positions if table != "entry_search" else len(rows)
    cut = [[_NAME.split(value) if isinstance(value, str) else value for value in row] for row in rows]
    for copy, renamed in enumerate(names, start=1):
        for row in cut:
            yield tuple(
                int("".join(value) if isinstance(value, list) else value) + copy * step
                if counts
                else "".join([renamed.get(piece, piece) for piece in value])
                if isinstance(value, list)
                else value
                for value, counts in zip(row, counted, strict=True)
            )


def _insert(connection: sa.Connection, table: str, columns: Sequence[str], rows: Sequence[tuple[Any, ...]]) -> None:
    listed = ", ".join(f'"{column}"' for column in columns)
    if connection.dialect.name == "sqlite":
        places = ", ".join("?" * len(columns))
        connection.exec_driver_sql(f"INSERT INTO {table} ({listed}) VALUES ({places})", list(rows))
        return
    driver: Any = connection.connection.driver_connection
    with driver.cursor() as cursor, cursor.copy(f"COPY {table} ({listed}) FROM STDIN") as copying:
        for row in rows:
            copying.write_row(row)
