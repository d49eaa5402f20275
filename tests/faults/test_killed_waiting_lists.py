"""Workers that are killed (kill -9) while a waiting list moves up: nobody is lost, and nobody is offered twice."""

import os
import signal
import subprocess
import sys
from datetime import timedelta

import pytest
import sqlalchemy as sa

from kil_pipeline.alerts.deliveries import Delivery
from kil_pipeline.database import Database
from kil_pipeline.engagement.coming import leave
from kil_pipeline.engagement.registrations import Registration
from kil_pipeline.scheduler.jobs import run_tick
from tests.alerts.sinks import Post
from tests.engagement.people import OFFER, a_session, come, states
from tests.factories import NOW

pytestmark = pytest.mark.slow
LATER = NOW + OFFER
MOVE_UP = """
import os, signal, sys
from datetime import timedelta
from kil_pipeline.database import Database
from kil_pipeline.engagement.waiting_lists import move_up, sessions_with_waiting_lists
from tests.engagement.people import OFFER
from tests.factories import NOW

with Database(sys.argv[1]).write() as session:
    (found,) = sessions_with_waiting_lists(session, NOW + OFFER)
    assert move_up(session, found, OFFER, NOW + OFFER) == 4
    if sys.argv[2] == "before":
        os.kill(os.getpid(), signal.SIGKILL)
os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_worker_killed_while_a_list_moves_up_loses_nobody(when: str, database: Database) -> None:
    with database.write() as session:
        public = a_session(session, capacity=2)
        ids = [come(session, public, f"P{number}") for number in range(6)]
        for one in ids[:2]:
            leave(session, one, OFFER, NOW)
    done = subprocess.run([sys.executable, "-c", MOVE_UP, database.url, when], check=False, env=dict(os.environ))
    assert done.returncode == -signal.SIGKILL
    jobs = Post(database).jobs()
    for minutes in (0, 1, 15):
        assert run_tick(jobs, LATER + timedelta(minutes=minutes)).failures == ()
    assert states(database) == {
        "P0": "withdrawn", "P1": "withdrawn", "P2": "withdrawn", "P3": "withdrawn", "P4": "offered", "P5": "offered",
    }  # fmt: skip
    with database.read() as session:
        names = dict(session.execute(sa.select(Registration.email, Registration.name)).all())
        mails = session.scalars(sa.select(Delivery).order_by(Delivery.id)).all()
        told = sorted((names[row.address], row.body["notice"]) for row in mails)
    assert [who for who, notice in told if notice == "coming_offer"] == ["P2", "P3", "P4", "P5"]
    assert [who for who, notice in told if notice == "coming_lapsed"] == ["P2", "P3"]
