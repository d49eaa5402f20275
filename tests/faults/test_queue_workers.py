"""Two workers on one queue (PostgreSQL): woken at once, one killed while it sends, nobody's mail lost or doubled."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from kil_pipeline.alerts.claims import LEASE
from kil_pipeline.alerts.deliveries import queue_sign_in
from kil_pipeline.database import Database
from kil_pipeline.organisations.members import Role, add_member
from kil_pipeline.scheduler.queue import THREADS, announce_mail
from kil_pipeline.times import utc_now
from tests.factories import NOW, a_commissioner
from tests.faults.ledgers import a_plan_with_readers, addresses, ledger, states, tick_here
from tests.faults.smtp_servers import ScriptedServer

pytestmark = pytest.mark.slow
READERS = 60
PATIENCE = 90
"""Seconds after which a test gives up; nothing waits for so long where all is well."""


@contextmanager
def workers(
    database: Database, mail: str, number: int, tick_seconds: int, *, cut_off: bool = False
) -> Iterator[list["subprocess.Popen[bytes]"]]:
    """Run `kil worker` that many times. Fails where one that was not killed, nor `cut_off`, does not end well."""
    command = [str(Path(sys.executable).with_name("kil")), "worker"]
    environment = os.environ | {
        "KIL_ENV": "development",
        "KIL_DATABASE_URL": database.url,
        "KIL_MAIL": mail,
        "KIL_TICK_SECONDS": str(tick_seconds),
    }
    started = [subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL) for _ in range(number)]
    try:
        yield started
    finally:
        for worker in started:
            worker.terminate()
        ended = [worker.wait(PATIENCE) for worker in started]
    assert set(ended) <= {0, -signal.SIGKILL, *([1] if cut_off else [])}


def wait_until(holds: Callable[[], bool]) -> None:
    """Wait for something that another process does."""
    deadline = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.05)


def test_two_workers_share_the_mail_and_the_one_that_lives_goes_on(postgres_database: Database) -> None:
    a_plan_with_readers(postgres_database, READERS)
    with ScriptedServer(halt_at=(".", 25)) as server:
        mail = f"smtp://127.0.0.1:{server.port}"
        with workers(postgres_database, mail, 2, tick_seconds=1) as (first, _):
            assert server.halted.wait(PATIENCE)
            first.kill()
            first.wait()
            server.go_on.set()
            wait_until(lambda: not {"pending", "deferred"} & set(states(postgres_database)))
        tick_here(postgres_database, mail, utc_now() + LEASE + timedelta(seconds=1))
        taken = ledger(server.mails)
    assert sorted(taken) == addresses(READERS)
    assert sum(taken.values()) <= READERS + THREADS  # what the killed one had in flight
    assert states(postgres_database) == {"sent": READERS}


def test_a_link_to_sign_in_with_wakes_a_worker_that_does_not_tick(postgres_database: Database) -> None:
    announce_mail(postgres_database)
    with ScriptedServer() as server, workers(postgres_database, f"smtp://127.0.0.1:{server.port}", 1, 3000):
        wait_until(lambda: listening(postgres_database))
        with postgres_database.write() as session:
            council = a_commissioner(session)
            member = add_member(
                session, email="officer@example.org", organisation_id=council.id, role=Role.AUTHOR, now=NOW
            )
            queue_sign_in(session, member.user_id, member.email, next_path="/workspace", now=utc_now())
        wait_until(lambda: len(server.mails) == 1)
        wait_until(lambda: states(postgres_database) == {"sent": 1})


def listening(database: Database) -> bool:
    """Tell whether a worker is at work."""
    with database.read() as session:
        return bool(session.scalar(sa.text("SELECT count(*) FROM procrastinate_workers")))
