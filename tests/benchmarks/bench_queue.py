"""The queue of PostgreSQL: what it costs to share mails out between two workers, and to enqueue with a transaction."""

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import sqlalchemy as sa

from kil_pipeline.alerts.deliveries import Delivery, queue_delivery
from kil_pipeline.database import Database
from kil_pipeline.migrations import upgrade
from kil_pipeline.scheduler.queue import SHARE, announce_mail
from kil_pipeline.times import utc_now
from tests.benchmarks.results import Result, benchmark, time_ratio
from tests.postgres import Server

MAILS, WORKERS, ROUNDS = 800, 2, 3
PATIENCE = 300


@benchmark
def sending_through_the_queue(folder: Path) -> list[Result]:
    """Mails go nowhere: what is measured is claiming, writing, marking and the queue."""
    with Server() as server:
        plain = Database(server.create_template())
        upgrade(plain, authority="example.org,2026-01-01")
        announced = Database(plain.url)
        announce_mail(announced)
        cost = time_ratio(partial(_queue, announced, 1), partial(_queue, plain, 1), rounds=101)
        with plain.write() as session:
            session.execute(sa.delete(Delivery))
            session.execute(sa.text("DELETE FROM procrastinate_jobs"))
        seconds = {how: _measure(how, database) for how, database in (("plain", plain), ("queue", announced))}
        for database in (plain, announced):
            database.close()
    share = seconds["plain"] / seconds["queue"]
    return [
        Result(f"two workers, {SHARE} mails a job: the queue's rate to none", share, 0.8, "higher", floor=0.4),
        Result("queueing a mail and its job to a plain commit", cost, 2.5, "lower", floor=3.5),
    ]


def _queue(database: Database, mails: int) -> None:
    now = utc_now()
    with database.write() as session:
        for number in range(mails):
            queue_delivery(session, "address_changed", f"reader{number}@example.org", {}, due_at=now, now=now)


def _measure(how: str, database: Database) -> float:
    """Return how long two workers take for all mails, from the commit that queues them: the median of some rounds."""
    with _workers(how, database):
        times = [_seconds(database) for _ in range(ROUNDS + 1)][1:]
    return statistics.median(times)


def _seconds(database: Database) -> float:
    _queue(database, MAILS)
    start = time.perf_counter()
    _wait_until(lambda: _sent(database) == MAILS)
    took = time.perf_counter() - start
    with database.write() as session:
        session.execute(sa.delete(Delivery))
    return took


def _sent(database: Database) -> int:
    with database.read() as session:
        wanted = sa.select(sa.func.count()).where(Delivery.state == "sent")
        return session.scalar(wanted) or 0


def _wait_until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not holds():
        if time.monotonic() > deadline:
            raise RuntimeError("The mails were not sent.")
        time.sleep(0.02)


@contextmanager
def _workers(how: str, database: Database) -> Iterator[None]:
    command = [sys.executable, "-m", "tests.benchmarks.sending", how]
    environment = os.environ | {"KIL_ENV": "development", "KIL_DATABASE_URL": database.url}
    started = [
        subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        for _ in range(WORKERS)
    ]
    try:
        for worker in started:
            assert worker.stdout is not None
            if worker.stdout.readline() != b"ready\n":
                raise RuntimeError("A worker to be measured did not start.")
        yield
    finally:
        for worker in started:
            worker.terminate()
        for worker in started:
            worker.wait(30)
