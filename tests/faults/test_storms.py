"""Workers killed at random over thousands of mails, before a server that misbehaves at random: a ledger of all of it.

`STORM_MAILS` and `STORM_SEED` make a storm longer and another one; `-s` shows its figures.
"""

import os
from datetime import timedelta
from pathlib import Path

import click
import pytest

from kil_pipeline.database import Database
from kil_pipeline.scheduler.queue import THREADS
from kil_pipeline.times import utc_now
from tests.faults.fated_servers import FatedServer
from tests.faults.ledgers import tick_here
from tests.faults.storm_ledgers import addresses, describe, hashes, read_ledger, readers_who_are_due, suppressed
from tests.faults.storms import Storm, errors

pytestmark = pytest.mark.slow
MAILS = int(os.environ.get("STORM_MAILS", "750"))
CLOCK_THREADS = 2
"""A clock sends in its tick, and beside it what was queued since."""
seeded = pytest.mark.parametrize("seed", [int(os.environ.get("STORM_SEED", "1"))], ids="seed {}".format)


@seeded
@pytest.mark.parametrize("clocks", [1, 2])
def test_killed_clocks_on_sqlite_lose_no_mail_and_repeat_at_most_what_was_in_flight(
    clocks: int, seed: int, sqlite_database: Database, tmp_path: Path
) -> None:
    check_storm(sqlite_database, clocks, CLOCK_THREADS, seed, tmp_path / "log")


@seeded
@pytest.mark.parametrize("workers", [2, 4])
def test_killed_workers_on_postgresql_lose_no_mail_and_repeat_at_most_what_was_in_flight(
    workers: int, seed: int, postgres_database: Database, tmp_path: Path
) -> None:
    log = tmp_path / "log"
    check_storm(postgres_database, workers, THREADS, seed, log)
    assert errors(log) == []  # on SQLite a tick may fail: it waits for the one writer's place, and not for ever


def check_storm(database: Database, workers: int, threads: int, seed: int, log: Path) -> None:
    """Let a storm rage, and compare what was due, what the database says and what the server heard and took."""
    due = addresses(MAILS)
    readers_who_are_due(database, due, utc_now() - timedelta(hours=1))
    with FatedServer(seed) as server:
        storm = Storm(database, server, workers, log)
        storm.rage(len(due))
        tick_here(database, server.mail, utc_now() + storm.turned + timedelta(days=1))  # what has ended is left alone
    lines = read_ledger(database, storm, due)
    click.echo(describe(lines, storm))
    assert [line.address for line in lines] == sorted(due)
    assert [wrong for line in lines for wrong in line.wrongs()] == []
    assert sum(line.again for line in lines) <= storm.kills * threads
    with database.read() as session:
        assert suppressed(session) == hashes([line for line in lines if line.states == ("failed",)])
