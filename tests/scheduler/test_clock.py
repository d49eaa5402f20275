"""The clock that wakes the jobs, and the workers' sign of life."""

import os
import signal
import subprocess
import sys
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from kil_pipeline.database import Database
from kil_pipeline.scheduler.clock import start_clock, tick
from kil_pipeline.scheduler.heartbeats import ALIVE, beat, worker_alive
from tests.alerts.sinks import Post
from tests.factories import NOW

SECOND = timedelta(seconds=1)


def test_a_worker_is_alive_for_five_minutes_after_its_last_tick(database: Database) -> None:
    with database.write() as session:
        assert not worker_alive(session, NOW)
        beat(session, "one", NOW)
        beat(session, "one", NOW + SECOND)
        assert worker_alive(session, NOW + ALIVE)
        assert not worker_alive(session, NOW + SECOND + ALIVE)


def test_any_worker_alive_is_enough_and_the_dead_are_forgotten_after_a_day(database: Database) -> None:
    with database.write() as session:
        beat(session, "dead", NOW)
        beat(session, "alive", NOW + ALIVE)
        assert worker_alive(session, NOW + ALIVE + SECOND)
        beat(session, "alive", NOW + timedelta(days=1) + SECOND)
        beat(session, "dead", NOW - timedelta(days=2))  # a new row: the old one is gone
        assert not worker_alive(session, NOW + timedelta(days=2))


def test_the_clock_ticks_at_once_and_notes_that_it_lives(sqlite_database: Database) -> None:
    asked = threading.Event()
    post = Post(sqlite_database)

    def now() -> datetime:
        asked.set()
        return NOW

    clock = start_clock(post.jobs(clock=now), timedelta(hours=1))
    assert asked.wait(30)
    clock.shutdown(wait=True)
    with sqlite_database.read() as session:
        assert worker_alive(session, NOW)


def test_a_tick_without_a_database_ends_quietly_and_the_next_one_works(tmp_path: Path) -> None:
    nowhere = Database(f"sqlite:///{tmp_path}/missing/kil.db")
    tick(Post(nowhere).jobs(clock=lambda: NOW))
    nowhere.close()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
def test_a_worker_told_to_stop_ends_its_tick_and_goes(postgres_database: Database) -> None:
    settings = {"KIL_ENV": "development", "KIL_DATABASE_URL": postgres_database.url, "KIL_TICK_SECONDS": "3600"}
    command = [str(Path(sys.executable).with_name("kil")), "worker"]
    with subprocess.Popen(command, env=os.environ | settings, stderr=subprocess.PIPE, text=True) as worker:
        assert worker.stderr is not None
        started = worker.stderr.readline()
        worker.send_signal(signal.SIGTERM)
        rest = worker.stderr.read()
    assert ("worker started" in started, "worker stopped" in rest, worker.returncode) == (True, True, 0)
    with postgres_database.read() as session:
        assert worker_alive(session, datetime.now(UTC))


def test_a_worker_beside_sqlite_is_refused_in_one_line(sqlite_database: Database) -> None:
    settings = {"KIL_ENV": "development", "KIL_DATABASE_URL": sqlite_database.url}
    done = subprocess.run(
        [Path(sys.executable).with_name("kil"), "worker"],
        env=os.environ | settings,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert done.stderr.splitlines() == [
        "kil: On SQLite `kil serve` holds the scheduler itself: a second one would only get in its way."
    ]
