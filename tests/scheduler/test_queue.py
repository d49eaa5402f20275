"""The queue of PostgreSQL: a job is enqueued with the mail that it sends, in one transaction, and workers find it."""

import threading
from dataclasses import replace
from datetime import timedelta
from importlib import import_module
from pathlib import Path

import pytest
import sqlalchemy as sa
from procrastinate.schema import SchemaManager

from kil_pipeline.alerts.deliveries import count_deliveries, queue_delivery
from kil_pipeline.alerts.notices import queue_notice
from kil_pipeline.database import Database
from kil_pipeline.scheduler.job_parts import Jobs
from kil_pipeline.scheduler.queue import SHARE, announce_mail, cron, make_app
from tests.alerts.sinks import Post
from tests.alerts.test_notices import write_greeting
from tests.factories import NOW


@pytest.fixture
def announced(postgres_database: Database) -> Database:
    """A database whose mail is announced."""
    announce_mail(postgres_database)
    return postgres_database


def jobs_of(database: Database) -> list[tuple[str, str]]:
    """Return task and state of each job in the queue."""
    with database.read() as session:
        rows = session.execute(sa.text("SELECT task_name, status::text FROM procrastinate_jobs ORDER BY id"))
        return [(row.task_name, row.status) for row in rows]


def queue_mail(database: Database, number: int = 1, *, later: timedelta = timedelta(0), spoiled: bool = False) -> None:
    """Queue mails in one transaction. `spoiled`: it fails at its end."""
    with database.write() as session:
        for place in range(number):
            queue_delivery(session, "digest", f"reader{place}@example.org", {}, due_at=NOW + later, now=NOW)
        if spoiled:
            raise TypeError


LEAVE = """
    INSERT INTO procrastinate_jobs (queue_name, task_name, status, queueing_lock, args)
    VALUES ('default', :task, CAST(:status AS procrastinate_job_status), :lock, CAST(:arguments AS jsonb))
"""
"""A job that no worker has: one that is being done was a dead one's."""


def work_off(jobs: Jobs) -> None:
    """Be a worker until nothing is queued any more."""
    options = {"queues": ["default"], "wait": False, "install_signal_handlers": False, "delete_jobs": "successful"}
    app = make_app(jobs, timedelta(minutes=1))
    worker = threading.Thread(target=app.run_worker, kwargs=options)  # a browser test's own loop may run in this one
    worker.start()
    worker.join()


@pytest.mark.parametrize(("mails", "enqueued"), [(1, 1), (SHARE, 1), (SHARE + 1, 2), (2 * SHARE + 50, 3)])
def test_a_transaction_that_queues_mail_enqueues_a_job_for_each_share(
    announced: Database, mails: int, enqueued: int
) -> None:
    queue_mail(announced, mails)
    assert jobs_of(announced) == [("send", "todo")] * enqueued


def test_a_transaction_that_fails_leaves_neither_mail_nor_job(announced: Database) -> None:
    with pytest.raises(TypeError):
        queue_mail(announced, spoiled=True)
    queue_mail(announced)
    with announced.read() as session:
        assert (count_deliveries(session), jobs_of(announced)) == ([("pending", 1)], [("send", "todo")])


def test_a_savepoint_enqueues_nothing_of_its_own(announced: Database) -> None:
    with announced.write() as session:
        for _ in range(3):
            with session.begin_nested():
                queue_delivery(session, "digest", "reader@example.org", {}, due_at=NOW, now=NOW)
        assert jobs_of(announced) == []
    assert jobs_of(announced) == [("send", "todo")]


def test_mail_for_later_and_transactions_without_mail_enqueue_nothing(announced: Database) -> None:
    queue_mail(announced, later=timedelta(hours=1))
    queue_mail(announced, 0)
    assert jobs_of(announced) == []


def test_one_database_announces_nothing_for_another(announced: Database, sqlite_database: Database) -> None:
    announce_mail(sqlite_database)  # the process with the scheduler looks by itself
    queue_mail(sqlite_database)
    assert jobs_of(announced) == []


def test_a_worker_sends_what_was_queued_and_clears_the_queue(announced: Database) -> None:
    post = Post(announced)
    with announced.write() as session:
        queue_notice(session, "greeting", "ann@example.org", {"to": "you"}, now=NOW)
    work_off(replace(post.jobs(lambda: NOW), notices={"greeting": write_greeting}))
    assert [outgoing.to for outgoing in post.sent] == ["ann@example.org"]
    assert [job for job in jobs_of(announced) if job[0] == "send"] == []


def test_what_a_dead_worker_left_is_begun_anew_though_the_next_tick_waits_already(announced: Database) -> None:
    left = [("tick", "doing"), ("send", "doing"), ("tidy", "todo"), ("tick", "todo")]
    with announced.write() as session:
        for task, status in left:
            lock = None if task == "send" else task
            arguments = "{}" if task == "send" else '{"timestamp": 0}'
            session.execute(sa.text(LEAVE), {"task": task, "status": status, "lock": lock, "arguments": arguments})
    work_off(Post(announced).jobs(lambda: NOW))
    assert [job for job in jobs_of(announced) if job[1] != "todo"] == []


@pytest.mark.parametrize(
    ("every", "written"),
    [
        (timedelta(seconds=0.2), "* * * * * */1"),
        (timedelta(seconds=20), "* * * * * */20"),
        (timedelta(minutes=1), "*/1 * * * *"),
        (timedelta(minutes=5), "*/5 * * * *"),
    ],
)
def test_how_often_is_said_as_cron_says_it(every: timedelta, written: str) -> None:
    assert cron(every) == written


def test_the_tables_are_those_of_the_version_that_is_pinned() -> None:
    """Fails where Procrastinate brings migrations that no revision of ours runs."""
    ours = import_module("kil_pipeline.migrations.versions.0008_procrastinate").SCHEMA_OF
    theirs = sorted(path.name for path in Path(SchemaManager.get_migrations_path()).glob("*.sql"))
    assert ours == theirs[-1]
