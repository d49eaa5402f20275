"""PostgreSQL is restarted while mail is being sent: nobody's mail is lost, and only what was in flight comes twice."""

from datetime import timedelta

import pytest

from kil_pipeline.alerts.claims import LEASE
from kil_pipeline.database import Database
from kil_pipeline.scheduler.queue import THREADS
from kil_pipeline.times import utc_now
from tests.faults.ledgers import (
    SOON,
    a_plan_with_readers,
    addresses,
    ledger,
    start_tick,
    states,
    tick_here,
)
from tests.faults.smtp_servers import ScriptedServer
from tests.faults.test_queue_workers import PATIENCE, wait_until, workers
from tests.postgres import Server

pytestmark = pytest.mark.slow
READERS = 40


@pytest.mark.parametrize(
    ("command", "doubled"),
    [("DATA", 0), (".", 1)],
    ids=["before the mail is handed over", "after it, before the answer"],
)
def test_a_tick_goes_on_where_the_restart_cut_it_off(
    command: str, doubled: int, postgres: Server, postgres_database: Database
) -> None:
    a_plan_with_readers(postgres_database, READERS)
    with ScriptedServer(halt_at=(command, 12)) as server:
        mail = f"smtp://127.0.0.1:{server.port}"
        tick = start_tick(postgres_database, mail, SOON)
        assert server.halted.wait(PATIENCE)
        postgres.restart()
        server.go_on.set()
        tick.communicate(timeout=PATIENCE)
        later = SOON + LEASE + timedelta(seconds=1)
        tick_here(postgres_database, mail, later)
        tick_here(postgres_database, mail, later + timedelta(days=1))
        taken = ledger(server.mails)
    assert sorted(taken) == addresses(READERS)
    assert sum(taken.values()) <= READERS + doubled
    assert states(postgres_database) == {"sent": READERS}


def test_whoever_comes_after_two_workers_that_were_cut_off_sends_the_rest(
    postgres: Server, postgres_database: Database
) -> None:
    a_plan_with_readers(postgres_database, READERS)
    with ScriptedServer(halt_at=(".", 12)) as server:
        mail = f"smtp://127.0.0.1:{server.port}"
        with workers(postgres_database, mail, 2, tick_seconds=1, cut_off=True) as cut_off:
            assert server.halted.wait(PATIENCE)
            postgres.restart()
            server.go_on.set()
            wait_until(lambda: all(worker.poll() is not None for worker in cut_off) or settled(postgres_database))
            ended = {worker.poll() for worker in cut_off} - {None}  # who was about to connect anew goes on
            assert ended <= {1}  # to be started again by who watches them
        later = utc_now() + LEASE + timedelta(seconds=1)
        tick_here(postgres_database, mail, later)
        tick_here(postgres_database, mail, later + timedelta(days=1))
        taken = ledger(server.mails)
    assert sorted(taken) == addresses(READERS)
    assert sum(taken.values()) <= READERS + 2 * THREADS  # what both had in flight
    assert states(postgres_database) == {"sent": READERS}


def settled(database: Database) -> bool:
    """Tell whether nothing waits to be sent."""
    return not {"pending", "deferred"} & set(states(database))
