"""The clock: APScheduler wakes the jobs every minute and holds no state. What is due is in the tables."""

import os
import socket
from datetime import UTC, datetime, timedelta

import structlog
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.interval import IntervalTrigger
from sqlalchemy.exc import SQLAlchemyError

from kil_pipeline.alerts.claims import delivery_is_due
from kil_pipeline.scheduler.heartbeats import beat, note_tick
from kil_pipeline.scheduler.job_parts import Jobs
from kil_pipeline.scheduler.jobs import run_tick
from kil_pipeline.scheduler.mail_job import send_deliveries

SEND_SECONDS = 1
"""How often the clock asks whether a mail is queued: one look at an index."""

log = structlog.get_logger("scheduler")


def start_clock(jobs: Jobs, every: timedelta) -> BackgroundScheduler:
    """Tick now and then `every` so often, in threads beside the caller's. Stop it with `.shutdown()`.

    What is queued leaves every few seconds besides: who waits for a link to sign in with does not wait for a tick.

    Ticks never overlap; those that were missed become one. Several clocks on one database are safe: every job claims
    what it does, and each clock has a memory of its own.
    """
    scheduler = BackgroundScheduler(
        timezone=UTC, job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None}
    )
    scheduler.add_job(
        tick, IntervalTrigger(seconds=max(1, int(every.total_seconds()))), args=[jobs], next_run_time=datetime.now(UTC)
    )
    scheduler.add_job(send_queued, IntervalTrigger(seconds=SEND_SECONDS), args=[jobs])
    scheduler.start()
    return scheduler


def tick(jobs: Jobs) -> None:
    """Do what is due now, and say so in the log where there was anything."""
    now, worker = jobs.clock(), f"{socket.gethostname()}:{os.getpid()}"
    try:
        note_alive(jobs, now)
        report = run_tick(jobs, now)
        with jobs.database.write() as session:
            note_tick(session, worker, "; ".join(report.lines()), failed=bool(report.failures))
    except SQLAlchemyError as error:
        log.error("tick failed", cause=str(error).splitlines()[0])
        return
    done = {what: number for what, number in report.counts if number}
    if done or report.failures:
        log.info("tick", **done, failures=list(report.failures))


def note_alive(jobs: Jobs, now: datetime) -> None:
    """Note that this process is at work."""
    with jobs.database.write() as session:
        beat(session, f"{socket.gethostname()}:{os.getpid()}", now)


def send_queued(jobs: Jobs) -> None:
    """Send what is queued now, where there is anything."""
    now = jobs.clock()
    try:
        with jobs.database.read() as session:
            waiting = delivery_is_due(session, now)
        if waiting:
            log.info("sent", mails=send_deliveries(jobs, now))
    except SQLAlchemyError as error:
        log.error("sending failed", cause=str(error).splitlines()[0])
