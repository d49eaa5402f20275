"""The jobs of a tick, in order. Each asks the tables what is due, does it in batches, and marks it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import structlog
from sqlalchemy.orm import Session

from kil_pipeline.alerts.digests import assemble_digests
from kil_pipeline.alerts.hub_pings import due_ping, mark_ping
from kil_pipeline.alerts.matches import lock_alerts, match_events
from kil_pipeline.alerts.outlooks import assemble_outlooks
from kil_pipeline.alerts.release_notices import warn_of_releases
from kil_pipeline.alerts.silences import note_silences
from kil_pipeline.engagement.record_checks import finish_checks
from kil_pipeline.engagement.reminders import remind, tell_changes
from kil_pipeline.engagement.response_days import raise_overdue_answers, warn_owners
from kil_pipeline.engagement.waiting_lists import move_up, sessions_with_waiting_lists
from kil_pipeline.plan.approaching_dates import raise_approaching
from kil_pipeline.plan.early_notices import raise_overdue, turn_day
from kil_pipeline.plan.stale_entries import raise_stale
from kil_pipeline.plan.submission_decisions import lift_held
from kil_pipeline.scheduler.erasure import erase_old_records
from kil_pipeline.scheduler.job_parts import MOST_BATCHES, Jobs
from kil_pipeline.scheduler.mail_job import send_deliveries
from kil_pipeline.scheduler.webhook_job import call_webhooks
from kil_pipeline.support.bulletin_letters import tell_of_drafts
from kil_pipeline.support.bulletins import make_due_drafts

log = structlog.get_logger("scheduler")


@dataclass(frozen=True)
class TickReport:
    """What a tick did: a count for each job, and the jobs that failed."""

    counts: tuple[tuple[str, int], ...]
    failures: tuple[str, ...]

    def lines(self) -> tuple[str, ...]:
        """Return what was done, a line each; one line where there was nothing to do."""
        done = [f"{what}: {number}" for what, number in self.counts if number]
        return (*(done or ["Nothing was due."]), *(f"FAILED: {name}" for name in self.failures))


def run_tick(jobs: Jobs, now: datetime) -> TickReport:
    """Do everything that is due at `now`, once. A job that fails is logged; the others still run."""
    counts: list[tuple[str, int]] = []
    failures: list[str] = []
    for name, job in _JOBS:
        try:
            counts.append((name, job(jobs, now)))
        except Exception as error:
            log.exception("job failed", job=name)
            failures.append(f"{name}: {type(error).__name__}")
    return TickReport(tuple(counts), tuple(failures))


def _in_batches(jobs: Jobs, step: Callable[[Session], int], *, alone: bool = False) -> int:
    """Run one step after the other, each in a transaction of its own, until one has nothing to do.

    `alone`: other workers wait meanwhile, lest they find the same to be done.
    """
    total = 0
    for _ in range(MOST_BATCHES):
        with jobs.database.write() as session:
            if alone:
                lock_alerts(session)
            done = step(session)
        total += done
        if not done:
            break
    return total


def _turn_day(jobs: Jobs, now: datetime) -> int:
    with jobs.database.write() as session:
        lock_alerts(session)
        return int(turn_day(session, now))


def _raise_approaching(jobs: Jobs, now: datetime) -> int:
    return _in_batches(jobs, lambda session: raise_approaching(session, now), alone=True)


def _raise_overdue(jobs: Jobs, now: datetime) -> int:
    return _in_batches(jobs, lambda session: raise_overdue(session, now), alone=True)


def _raise_stale(jobs: Jobs, now: datetime) -> int:
    return _in_batches(jobs, lambda session: raise_stale(session, now), alone=True)


def _lift_held(jobs: Jobs, now: datetime) -> int:
    return _in_batches(jobs, lambda session: lift_held(session, now))


def _warn_of_releases(jobs: Jobs, now: datetime) -> int:
    return _in_batches(jobs, lambda session: warn_of_releases(session, now), alone=True)


def _release_values(jobs: Jobs, now: datetime) -> int:
    return _in_batches(jobs, lambda session: jobs.release_values(session, now))


def _finish_records(jobs: Jobs, now: datetime) -> int:
    return _in_batches(jobs, lambda session: finish_checks(session, now), alone=True)


def _mind_answers(jobs: Jobs, now: datetime) -> int:
    warned = _in_batches(jobs, lambda session: warn_owners(session, now), alone=True)
    return warned + _in_batches(jobs, lambda session: raise_overdue_answers(session, now), alone=True)


def _match(jobs: Jobs, now: datetime) -> int:
    return _in_batches(jobs, match_events)


def _assemble(jobs: Jobs, now: datetime) -> int:
    queued = 0

    def step(session: Session) -> int:
        nonlocal queued
        settings = jobs.settings
        people, mails = assemble_digests(session, quiet=settings.quiet_period, digest_hour=settings.digest_at, now=now)
        queued += mails
        return people

    _in_batches(jobs, step)
    return queued


def _move_up(jobs: Jobs, now: datetime) -> int:
    """Each session in a transaction of its own: one that is left is looked at by the next tick."""
    with jobs.database.read() as session:
        found = sessions_with_waiting_lists(session, now)
    moved = 0
    for session_id in found:
        with jobs.database.write() as session:
            moved += move_up(session, session_id, jobs.settings.offer_for, now)
    return moved


def _tell_changes(jobs: Jobs, now: datetime) -> int:
    return _in_batches(jobs, lambda session: tell_changes(session, now))


def _remind(jobs: Jobs, now: datetime) -> int:
    return _in_batches(jobs, lambda session: remind(session, jobs.settings.reminder_days, now))


def _outlooks(jobs: Jobs, now: datetime) -> int:
    queued = 0

    def step(session: Session) -> int:
        nonlocal queued
        people, mails = assemble_outlooks(session, digest_hour=jobs.settings.digest_at, now=now)
        queued += mails
        return people

    _in_batches(jobs, step)
    return queued


def _note_silences(jobs: Jobs, now: datetime) -> int:
    return _in_batches(jobs, lambda session: note_silences(session, digest_hour=jobs.settings.digest_at, now=now))


def _draft_bulletins(jobs: Jobs, now: datetime) -> int:
    def step(session: Session) -> int:
        drafted = make_due_drafts(session, jobs.settings.digest_at, now)
        tell_of_drafts(session, drafted, now)
        return len(drafted)

    return _in_batches(jobs, step)


def _call_webhooks(jobs: Jobs, now: datetime) -> int:
    return call_webhooks(jobs.database, jobs.settings, jobs.post, jobs.random, jobs.monotonic, now)


def _ping_hub(jobs: Jobs, now: datetime) -> int:
    if not jobs.settings.websub_hub:
        return 0
    with jobs.database.write() as session:
        due = due_ping(session, jobs.settings.websub_hub, jobs.settings.base_url, now)
    if due is None:
        return 0
    answer = jobs.ping(due[0])
    with jobs.database.write() as session:
        mark_ping(session, due[1], answer, now, jobs.random())
    return int(answer.taken)


def _erase(jobs: Jobs, now: datetime) -> int:
    return erase_old_records(jobs.database, jobs.settings, now)


Job = Callable[[Jobs, datetime], int]
_JOBS: tuple[tuple[str, Job], ...] = (
    ("days turned", _turn_day),
    ("key dates looked at", _raise_approaching),
    ("overdue reasons flagged", _raise_overdue),
    ("late openings flagged", _raise_stale),
    ("held publications lifted", _lift_held),
    ("releases warned of", _warn_of_releases),
    ("values released", _release_values),
    ("records made final", _finish_records),
    ("answers' days looked at", _mind_answers),
    ("events matched", _match),
    ("digests made", _assemble),
    ("waiting lists moved up", _move_up),
    ("changes of sessions told", _tell_changes),
    ("reminders looked at", _remind),
    ("outlooks made", _outlooks),
    ("silences noted", _note_silences),
    ("bulletins drafted", _draft_bulletins),
    ("mails sent", send_deliveries),
    ("webhooks told", _call_webhooks),
    ("hub told", _ping_hub),
    ("old records erased", _erase),
)
