"""Workers that are killed (kill -9) at the worst moment: nobody's mail is lost, and one at most comes twice."""

import os
import signal
import subprocess
import sys
from datetime import timedelta

import pytest

from kil_pipeline.alerts.claims import LEASE
from kil_pipeline.database import Database
from kil_pipeline.events.log import public_version
from tests.alerts.sinks import Post
from tests.factories import a_commissioner, a_subscriber
from tests.faults.ledgers import SOON, a_plan_with_readers, addresses, ledger, start_tick, states, tick_here
from tests.faults.smtp_servers import ScriptedServer

pytestmark = pytest.mark.slow
READERS = 15
LATER = SOON + LEASE + timedelta(seconds=1)


@pytest.mark.parametrize(
    ("command", "doubled"),
    [("DATA", []), (".", ["reader03@example.org"])],
    ids=["before the mail is handed over", "after it, before the answer"],
)
def test_a_worker_killed_while_sending_loses_no_mail_and_doubles_at_most_the_one_in_flight(
    command: str, doubled: list[str], database: Database
) -> None:
    a_plan_with_readers(database, READERS)
    with ScriptedServer(halt_at=(command, 4)) as server:
        mail = f"smtp://127.0.0.1:{server.port}"
        worker = start_tick(database, mail, SOON)
        assert server.halted.wait(60)
        worker.kill()
        assert worker.wait() == -signal.SIGKILL
        worker.communicate()
        server.go_on.set()
        tick_here(database, mail, SOON + timedelta(minutes=9))  # the lease still holds for those it had claimed
        assert states(database) == {"sending": 7, "sent": READERS - 7}
        tick_here(database, mail, LATER)
        tick_here(database, mail, LATER + timedelta(days=1))
        taken = ledger(server.mails)
    assert sorted(taken) == addresses(READERS)
    assert [address for address, times in taken.items() if times > 1] == doubled
    assert states(database) == {"sent": READERS}


PUBLISH = """
import os, signal, sys
from kil_pipeline.database import Database
from kil_pipeline.organisations.organisations import find_organisation
from tests.factories import publish, some_content

with Database(sys.argv[1]).write() as session:
    publish(session, find_organisation(session, "EXC").id, some_content("Published"))
    if sys.argv[2] == "before":
        os.kill(os.getpid(), signal.SIGKILL)
os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.parametrize(("when", "told"), [("before", []), ("after", [("reader@example.org", ("Published",))])])
def test_a_crash_around_a_publication_leaves_all_of_it_or_nothing(
    when: str, told: list[tuple[str, tuple[str, ...]]], database: Database
) -> None:
    with database.write() as session:
        a_commissioner(session, prefix="EXC")
        a_subscriber(session, email="reader@example.org")
    done = subprocess.run([sys.executable, "-c", PUBLISH, database.url, when], check=False, env=dict(os.environ))
    assert done.returncode == -signal.SIGKILL
    with database.read() as session:
        assert public_version(session).n == len(told)
    post = Post(database)
    post.tick(SOON)
    assert post.digests() == told
