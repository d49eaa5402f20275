"""Ticks when something is broken: the rest goes on, the operator is told, and the next tick heals it."""

import resource
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from feeds.mail_outbox import FileSender
from kil_pipeline.alerts.claims import BACK_OFF, LEASE, MOST_ATTEMPTS
from kil_pipeline.alerts.letters import Outcome, Outgoing, Receipt
from kil_pipeline.alerts.suppressions import is_suppressed
from kil_pipeline.database import Database, new_id
from kil_pipeline.events.log import EventRow
from kil_pipeline.scheduler.jobs import run_tick
from tests.alerts.sinks import Post
from tests.factories import NOW
from tests.faults.ledgers import SOON, a_plan_with_readers, addresses, ledger, states, tick_here
from tests.faults.smtp_servers import DROP, ScriptedServer


def test_each_answer_of_a_mail_server_has_its_end_and_no_mail_is_lost(database: Database) -> None:
    a_plan_with_readers(database, 6)
    script = {
        "RCPT": ["250 ok", "451 4.3.0 later", "550 5.1.1 unknown", "250 ok", "250 ok"],
        ".": ["452 4.3.1 disk full", DROP],
    }
    with ScriptedServer(script) as server:
        mail = f"smtp://127.0.0.1:{server.port}"
        for minutes in (0, 2, 8, 40):
            tick_here(database, mail, SOON + timedelta(minutes=minutes))
        taken = ledger(server.mails)
    first, second, unknown_user, dropped, *rest = addresses(6)
    assert dict(taken) == dict.fromkeys([first, second, *rest], 1)
    assert states(database) == {"sent": 4, "failed": 1, "unknown": 1}
    with database.read() as session:
        suppressed = [address for address in addresses(6) if is_suppressed(session, address)]
    assert suppressed == [unknown_user] != [dropped]


def test_a_server_that_is_away_over_a_long_weekend_gets_every_mail_once_on_tuesday(database: Database) -> None:
    a_plan_with_readers(database, 2)
    post = Post(database, answers=[Receipt(Outcome.DEFERRED)] * 2 * (MOST_ATTEMPTS - 1))
    for hours in range(24 * 5):
        post.tick(SOON + timedelta(hours=hours))
    assert sorted(mail.to for mail in post.sent) == addresses(2)


def test_the_attempts_span_the_days_that_the_standard_asks_for() -> None:
    waits = [BACK_OFF[min(attempt, len(BACK_OFF) - 1)] for attempt in range(MOST_ATTEMPTS - 1)]
    assert timedelta(days=4) <= sum(waits, timedelta()) <= timedelta(days=5)  # RFC 5321, 4.5.4.1


def test_a_mail_that_is_never_taken_is_given_up_and_said_to_have_failed(database: Database) -> None:
    a_plan_with_readers(database, 1)
    post = Post(database, answers=[Receipt(Outcome.DEFERRED, "451 later")] * 100)
    for hours in range(24 * 7):
        post.tick(SOON + timedelta(hours=hours))
    assert (states(database), 100 - len(post.answers)) == ({"failed": 1}, MOST_ATTEMPTS)


@contextmanager
def a_full_disk() -> Iterator[None]:
    """Let no file grow beyond a few bytes: the operating system itself refuses, as a full disk does."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (64, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_full_disk_puts_the_outbox_off_and_leaves_no_half_mail(sqlite_database: Database, tmp_path: Path) -> None:
    a_plan_with_readers(sqlite_database, 3)
    outbox = tmp_path / "outbox"
    full = True

    class Disk(Post):
        def send(self, outgoing: Outgoing) -> Receipt:
            sender = FileSender(outbox, self.jobs().settings, lambda: NOW)
            if not full:
                return sender(outgoing)
            with a_full_disk():
                return sender(outgoing)

    post = Disk(sqlite_database)
    post.tick(SOON)
    assert (states(sqlite_database), list(outbox.iterdir())) == ({"deferred": 3}, [])
    full = False
    post.tick(SOON + timedelta(minutes=2))
    assert states(sqlite_database) == {"sent": 3}
    assert sorted(ledger(file.read_bytes() for file in outbox.iterdir())) == addresses(3)


def test_a_job_that_fails_is_reported_and_the_others_still_run(database: Database) -> None:
    a_plan_with_readers(database, 1)
    Post(database).tick(NOW + timedelta(minutes=1))  # matched: what comes now can be assembled and sent without it
    with database.write() as session:
        n = session.scalars(sa.text("UPDATE log_head SET n = n + 1 RETURNING n")).one()
        session.add(EventRow(id=new_id(), position=n, kind="FromTheFuture", recorded_at=NOW, body={}))
    post = Post(database)
    report = run_tick(post.jobs(), SOON)
    assert report.failures == ("events matched: KeyError",)
    assert report.lines() == ("digests made: 1", "mails sent: 1", "FAILED: events matched: KeyError")
    assert [mail.to for mail in post.sent] == addresses(1)


def test_a_mail_that_cannot_be_rendered_does_not_keep_the_others_from_leaving(database: Database) -> None:
    a_plan_with_readers(database, 3)

    class Press(Post):
        def send(self, outgoing: Outgoing) -> Receipt:
            if outgoing.to == addresses(3)[1] and len(self.sent) < 2:
                raise RuntimeError("the press is jammed")
            return super().send(outgoing)

    post = Press(database)
    post.tick(SOON)
    assert (states(database), len(post.sent)) == ({"deferred": 1, "sent": 2}, 2)
    post.tick(SOON + timedelta(minutes=2))
    assert states(database) == {"sent": 3}


STATEMENTS = ["INSERT INTO match", "UPDATE alert_state", "INSERT INTO notification", "INSERT INTO delivery"]


@pytest.mark.parametrize("statement", [*STATEMENTS, "UPDATE delivery"])
def test_a_database_connection_cut_in_mid_tick_heals_by_itself(statement: str, postgres_database: Database) -> None:
    a_plan_with_readers(postgres_database, 3)
    post = Post(postgres_database)
    cut_connection_at(postgres_database, statement)
    assert len(run_tick(post.jobs(), SOON).failures) == 1
    post.tick(SOON + LEASE + timedelta(seconds=1))
    post.tick(SOON + timedelta(days=1))
    assert sorted(mail.to for mail in post.sent) == addresses(3)
    assert states(postgres_database) == {"sent": 3}


def test_a_connection_cut_between_sending_and_marking_repeats_that_one_mail_alone(postgres_database: Database) -> None:
    a_plan_with_readers(postgres_database, 3)
    post = Post(postgres_database)
    cut_connection_at(postgres_database, "UPDATE delivery", when=lambda: bool(post.sent))
    assert run_tick(post.jobs(), SOON).failures == ("mails sent: OperationalError",)
    post.tick(SOON + LEASE + timedelta(seconds=1))
    first, *rest = post.sent
    assert [mail.to for mail in rest] == addresses(3)
    assert (first.id, first.to) == (rest[0].id, rest[0].to)


def cut_connection_at(database: Database, statement: str, when: Callable[[], bool] = lambda: True) -> None:
    """Let the server end the connection on which the next such statement is sent, just before it."""
    waiting = [statement]

    def cut(connection: sa.Connection, cursor: object, sent: str, *rest: object) -> None:
        if waiting and sent.startswith(waiting[0]) and when():
            waiting.clear()
            pid = connection.exec_driver_sql("SELECT pg_backend_pid()").scalar_one()
            with sa.create_engine(database.url, poolclass=sa.NullPool).connect() as other:
                other.exec_driver_sql(f"SELECT pg_terminate_backend({pid}, 5000)")

    sa.event.listen(database.engine, "before_cursor_execute", cut)
