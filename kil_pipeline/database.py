"""The database: engine, types, sessions. Two ways in: `read()` and `write()`."""

import sqlite3
import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from datetime import UTC, datetime
from types import TracebackType
from typing import Any, ClassVar

import sqlalchemy as sa
from sqlalchemy.dialects.sqlite.base import SQLiteCompiler
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import DeclarativeBase, Session, sessionmaker
from uuid_utils.compat import uuid7

NAMING = {
    "ix": "ix_%(column_0_N_label)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class UTCDateTime(sa.types.TypeDecorator[datetime]):
    """A moment in UTC. Refuses naive values: SQLite would drop an offset without converting it."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"a moment needs its time zone: {value!r}")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Base(DeclarativeBase):
    """The base of every table. JSON columns hold plain lists and dicts."""

    metadata = sa.MetaData(naming_convention=NAMING)
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        datetime: UTCDateTime,
        uuid.UUID: sa.Uuid,
        dict[str, Any]: sa.JSON,
        list[str]: sa.JSON,
    }


def new_id() -> uuid.UUID:
    """Return a UUIDv7 (RFC 9562, 5.7): a key that sorts by when it was made."""
    return uuid7()


class Turns:
    """Lets in one thread at a time, and whoever waits before whoever was in last.

    SQLite gives the one writer's place to whoever asks while it is free, and who waits asks a few times a second. Who
    waited beside a job that writes batch after batch could ask in vain for half a minute, and fail.
    """

    def __init__(self) -> None:
        self._next, self._turn = threading.Lock(), threading.Lock()
        self._whose: int | None = None

    def __enter__(self) -> None:
        """Wait for the turn. Raises `RuntimeError` where the thread has it already: it would wait for ever."""
        if self._whose == threading.get_ident():
            raise RuntimeError("A transaction that writes was begun inside another one of the same thread.")
        with self._next:
            self._turn.acquire()
        self._whose = threading.get_ident()

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """Let in who waits."""
        self._whose = None
        self._turn.release()

    @property
    def awaited(self) -> bool:
        """Whether somebody waits."""
        return self._next.locked()


class Database:
    """One database. Thread-safe; make one per process."""

    def __init__(self, url: str) -> None:
        """`url`: sqlite:///… or postgresql+psycopg://…"""
        self.url = url
        self.sqlite = url.startswith("sqlite")
        self.engine = _make_engine(url)
        self.writer = self.engine.execution_options(kil_write=True)
        """The same engine, on which a transaction takes the one writer's place at once (SQLite)."""
        self.turns = Turns()
        """The threads that write (SQLite)."""
        self.sessions = sessionmaker(expire_on_commit=False)
        """Makes the sessions of this database alone: what must happen at its commits listens to it."""

    @contextmanager
    def read(self) -> Iterator[Session]:
        """Yield a session that sees one state of the database and changes nothing."""
        with self.sessions(bind=self.engine) as session:
            yield session
            session.rollback()

    @contextmanager
    def write(self) -> Iterator[Session]:
        """Yield a session that commits at the end, or rolls everything back where anything raises.

        On SQLite it takes the one writer's place at once (BEGIN IMMEDIATE), so that no reader has to be upgraded; the
        threads of a process take turns. One inside another raises `RuntimeError` there.
        """
        turn = self.turns if self.sqlite else nullcontext()
        with turn, self.sessions(bind=self.writer) as session, session.begin():
            yield session

    def close(self) -> None:
        """Give all connections back."""
        self.engine.dispose()


class _HintCompiler(SQLiteCompiler):
    """Writes the hints of a query, `INDEXED BY …`, which SQLAlchemy leaves out for SQLite."""

    def get_from_hint_text(self, table: sa.FromClause, text: str | None) -> str | None:
        return text


def _make_engine(url: str) -> sa.Engine:
    # Parameters are withheld values and people's addresses: an error's text, which is logged, must not hold them.
    if not url.startswith("sqlite"):
        return sa.create_engine(url, hide_parameters=True, pool_pre_ping=True, pool_size=10)
    engine = sa.create_engine(url, hide_parameters=True, connect_args={"timeout": 30})
    engine.dialect.statement_compiler = _HintCompiler
    sa.event.listen(engine, "connect", _prepare_sqlite)
    sa.event.listen(engine, "begin", _begin_sqlite)
    return engine


_PRAGMAS = (
    "journal_mode=WAL",
    "busy_timeout=30000",
    "foreign_keys=ON",
    "synchronous=NORMAL",
    "cache_size=-16000",  # KiB: the default of 2 MB does not hold the search index of 10,000 entries
)


def _prepare_sqlite(connection: sqlite3.Connection, record: object) -> None:
    connection.isolation_level = None  # we say BEGIN ourselves: the driver would begin late, and never IMMEDIATE
    for pragma in _PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: sa.Connection) -> None:
    write = connection.get_execution_options().get("kil_write", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")
