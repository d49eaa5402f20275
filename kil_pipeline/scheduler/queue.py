"""The queue of PostgreSQL: Procrastinate wakes workers on any machine, at once, and shares work out between them.

It holds no state that counts: every task asks the tables what is due, so a job that is lost is made good by the tick of
the next minute, and one that comes twice finds nothing to do. Jobs are coarse: one for each `SHARE` mails.
"""

import asyncio
import signal
from contextlib import suppress
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
import structlog
from procrastinate import App, JobContext, PsycopgConnector, SyncPsycopgConnector
from procrastinate.exceptions import AlreadyEnqueued, UniqueViolation
from procrastinate.jobs import Job, Status
from procrastinate.manager import JobManager
from sqlalchemy.orm import Mapper, Session, object_session

from kil_pipeline.alerts.deliveries import Delivery
from kil_pipeline.database import Database
from kil_pipeline.scheduler.clock import note_alive, tick
from kil_pipeline.scheduler.job_parts import Jobs
from kil_pipeline.scheduler.mail_job import send_deliveries

SHARE = 200
"""Mails for which one job is enqueued. (One job for each mail costs more than the mail.)"""
THREADS = 4
"""Tasks that one worker does side by side: a long tick must not hold up a link to sign in with. A worker that is killed
has at most so many mails in flight, one for each."""
STALLED_SECONDS = 30
"""A worker that was not heard of for this long is taken for dead, and its jobs are begun anew."""
KEPT_HOURS = 72
"""How long jobs that failed are kept."""

log = structlog.get_logger("scheduler")
_announcer = App(connector=SyncPsycopgConnector())
"""Only makes jobs, on the connection of the transaction that they belong to."""


def announce_mail(database: Database) -> None:
    """Enqueue, with every transaction that queues mail, what sends it: in the same transaction, as its last statement.

    On SQLite the scheduler is in the one process that there is, and looks by itself.
    """
    if not database.sqlite:
        sa.event.listen(database.sessions, "before_commit", _enqueue_sending)
        sa.event.listen(database.sessions, "after_transaction_end", _forget)


def run_queue_worker(jobs: Jobs, every: timedelta) -> None:
    """Tick at once, then do tasks until the process is told to stop (SIGTERM or SIGINT); what runs is let finish.

    Raises where the database went away, so that the process ends badly and whoever watches it starts it again.
    """
    note_alive(jobs, jobs.clock())
    asyncio.run(_work(make_app(jobs, every)))
    log.info("worker stopped")


class CutOff(Exception):
    """The worker ended without having been told to."""


async def _work(app: App) -> None:
    told = asyncio.Event()
    async with app.open_async():
        working = asyncio.create_task(
            app.run_worker_async(
                concurrency=THREADS,
                delete_jobs="successful",
                stalled_worker_timeout=STALLED_SECONDS,
                install_signal_handlers=False,  # ours hold from the first moment on
            )
        )

        def stop() -> None:
            told.set()
            working.cancel()

        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, stop)
        with suppress(AlreadyEnqueued):
            await app.configure_task("tick", queueing_lock="tick").defer_async(timestamp=0)
        log.info("worker started")
        with suppress(asyncio.CancelledError):
            await working
        if not told.is_set():
            raise CutOff("The worker lost its database.")


def make_app(jobs: Jobs, every: timedelta) -> App:
    """Return Procrastinate's app with our tasks: to send what is queued, to tick, to see to jobs left behind."""
    app = App(connector=PsycopgConnector(conninfo=conninfo(jobs.database)))

    @app.task(name="send")
    async def send() -> None:
        mails = await asyncio.to_thread(lambda: send_deliveries(jobs, jobs.clock()))
        if mails:
            log.info("sent", mails=mails)

    @app.periodic(cron=cron(every))
    @app.task(name="tick", queueing_lock="tick")
    async def do_tick(timestamp: int) -> None:
        await asyncio.to_thread(tick, jobs)

    @app.periodic(cron="* * * * * */15")
    @app.task(name="tidy", queueing_lock="tidy", pass_context=True)
    async def tidy(context: JobContext, timestamp: int) -> None:
        manager = context.app.job_manager
        for job in await manager.get_stalled_jobs(seconds_since_heartbeat=STALLED_SECONDS):
            await _begin_anew(manager, job)
        await manager.delete_old_jobs(nb_hours=KEPT_HOURS, include_failed=True, include_aborted=True)

    return app


async def _begin_anew(manager: JobManager, job: Job) -> None:
    """Queue a dead worker's job anew. Where one of which there is to be one alone waits already, that one will do."""
    try:
        await manager.retry_job(job)
    except UniqueViolation:
        await manager.finish_job(job, Status.ABORTED, delete_job=True)


def cron(every: timedelta) -> str:
    """Return how often as cron says it, with seconds in the sixth place where it is less than a minute."""
    seconds = max(1, int(every.total_seconds()))
    return f"* * * * * */{seconds}" if seconds < 60 else f"*/{min(59, seconds // 60)} * * * *"


def conninfo(database: Database) -> str:
    """Return a PostgreSQL database's address as libpq takes it."""
    return sa.make_url(database.url).set(drivername="postgresql").render_as_string(hide_password=False)


def _count(mapper: Mapper[Delivery], connection: sa.Connection, delivery: Delivery) -> None:
    session = object_session(delivery)
    if session is not None and delivery.due_at <= delivery.created_at:
        session.info["kil_mail"] = session.info.get("kil_mail", 0) + 1


def _enqueue_sending(session: Session) -> None:
    if session.in_nested_transaction():  # SQLAlchemy fires this at savepoints too
        return
    session.flush()
    mails = session.info.pop("kil_mail", 0)
    if not mails:
        return
    connection: Any = session.connection().connection.driver_connection
    for _ in range(-(-mails // SHARE)):
        _announcer.configure_task("send", connection=connection).defer()


def _forget(session: Session, ended: Any) -> None:
    if ended.parent is None:
        session.info.pop("kil_mail", None)


sa.event.listen(Delivery, "after_insert", _count)
