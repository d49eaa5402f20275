"""Matching one event to the subscriptions it is for, among a million: against a hundred thousand, and naive SQL."""

import os
import statistics
import time
from collections.abc import Callable
from pathlib import Path
from uuid import UUID

import sqlalchemy as sa

from kil_pipeline.alerts.criteria_index import checked_matches, event_numbers, sure_matches
from kil_pipeline.alerts.subscribers import Subscription
from kil_pipeline.database import Database
from kil_pipeline.migrations import upgrade
from tests.benchmarks.load import Running
from tests.benchmarks.results import Result, benchmark, time_ratio
from tests.benchmarks.sites import made_database
from tests.benchmarks.wishes import an_event, array_query, fill, naive_query
from tests.postgres import Server

FEW, MANY = 100_000, 1_000_000
ON_POSTGRESQL = MANY if os.environ.get("KIL_BENCH_FULL") else 250_000
ROUNDS = 7
SUBSCRIPTION = Subscription.__table__
Ask = Callable[[], list[str]]


@benchmark
def matching_as_subscriptions_grow(folder: Path) -> list[Result]:
    """On SQLite, to the subscribers' ids as they are stored."""
    databases = {}
    for number in (MANY, FEW):
        databases[number] = made_database(folder / f"subscriptions-{number}.db")
        fill(databases[number], number)
    many, few = _match(databases[MANY]), _match(databases[FEW])
    naive = _match_with(databases[MANY], naive_query())
    met, fewer = many(), few()
    assert sorted(met) == sorted(naive())
    assert len(met) > MANY // 200
    slower = time_ratio(many, few) * len(fewer) / len(met)
    faster = time_ratio(naive, many, rounds=7)
    for database in databases.values():
        database.close()
    return [
        Result("matching an event to 1,000,000 subscriptions: naive SQL to ours", faster, 100, "higher"),
        Result("matching an event, for each match: 1,000,000 subscriptions to 100,000", slower, 1.2, "lower"),
    ]


@benchmark
def matching_on_postgresql(folder: Path) -> list[Result]:
    """On a server of its own, against a table with arrays that is read from end to end.

    By the processor time of both sides: ours is so short that on a busy machine it waits longer than it takes.
    """
    with Server() as server:
        database = Database(server.create_template())
        upgrade(database, authority="example.org,2026-01-01")
        fill(database, ON_POSTGRESQL)
        ours, arrays = _match(database), _match_with(database, array_query())
        assert sorted(ours()) == sorted(arrays())
        backend = _single_process(database)
        turns = [_effort(arrays, 4, backend) / _effort(ours, 60, backend) for _ in range(ROUNDS + 1)][1:]
        database.close()
    faster = statistics.median(turns)
    return [Result("matching an event on PostgreSQL: a scan of arrays to ours", faster, 15, "higher", floor=7)]


def _single_process(database: Database) -> Running:
    """Return the process behind the one connection, and have it scan alone: shared out, a scan takes more in all."""
    with database.engine.begin() as connection:
        connection.exec_driver_sql("SET max_parallel_workers_per_gather = 0")
        return Running(0, connection.exec_driver_sql("SELECT pg_backend_pid()").scalar_one())


def _effort(ask: Ask, times: int, backend: Running) -> float:
    """Return the processor seconds that asking so often takes here and in the database, for each time."""
    before = time.process_time() + backend.processor_seconds()
    for _ in range(times):
        ask()
    return (time.process_time() + backend.processor_seconds() - before) / times


def _match(database: Database) -> Ask:
    event, dialect = an_event(), database.engine.dialect.name
    of_sure, of_checked = _people_of(sure_matches(dialect), database.sqlite)

    def match() -> list[str]:
        with database.read() as session:
            found = session.scalars(of_sure, event_numbers(dialect, event)).all()
            checked = checked_matches(session, event)
            return [*found, *session.scalars(of_checked, {"checked": checked})] if checked else [*found]

    return match


def _people_of(sure: sa.Select[UUID], sqlite: bool) -> tuple[sa.Select[str], sa.Select[str]]:
    """Return the queries of the subscribers' ids, for sure matches and for those that were checked: made once."""
    by, person = SUBSCRIPTION.c.criteria_id, SUBSCRIPTION.c.subscriber_id
    checked = by.in_(sa.bindparam("checked", expanding=True))
    if sqlite:
        wanted = sa.select(sa.type_coerce(person, sa.Text))
        return wanted.where(by.in_(sure)), wanted.where(checked)
    return _looked_up(sure.subquery()), sa.select(sa.cast(person, sa.Text)).where(checked)


def _looked_up(sure: sa.Subquery) -> sa.Select[str]:
    """Return the query that looks up each by the index: PostgreSQL would read the other table from end to end."""
    one = sa.select(SUBSCRIPTION.c.subscriber_id).where(SUBSCRIPTION.c.criteria_id == sure.c.criteria_id)
    people = one.offset(0).lateral()
    return sa.select(sa.cast(people.c.subscriber_id, sa.Text)).select_from(sure.join(people, sa.true()))


def _match_with(database: Database, wanted: sa.Select[str]) -> Ask:
    def match() -> list[str]:
        with database.read() as session:
            return list(session.scalars(wanted))

    return match
