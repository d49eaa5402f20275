"""What is wrong with a database, in words: for `kil doctor` and for the operator's page alike."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from kil_pipeline.alerts.deliveries import Delivery
from kil_pipeline.alerts.mail_domains import SlowDomain
from kil_pipeline.alerts.matches import matched_position
from kil_pipeline.alerts.suppressions import Suppression
from kil_pipeline.alerts.webhooks import Webhook
from kil_pipeline.database import Database
from kil_pipeline.events.log import EventRow
from kil_pipeline.migrations import needs_upgrade
from kil_pipeline.plan.entry_figures import uncounted_entries
from kil_pipeline.scheduler.heartbeats import ALIVE, last_ticks, worker_alive

LATE = timedelta(minutes=15)
"""What is due for longer than that should have been done: ticks come every minute."""
RECENT = timedelta(days=7)
MOST_CAUSES = 5


@dataclass(frozen=True)
class Finding:
    """One thing that was found: `broken` where somebody has to act, else it is only said."""

    broken: bool
    says: str
    mend: str = ""

    def lines(self) -> Iterator[str]:
        """Yield it as it is printed."""
        yield f"{'BROKEN' if self.broken else 'note'}: {self.says}"
        if self.mend:
            yield f"    {self.mend}"


def examine_database(database: Database, now: datetime) -> Iterator[Finding]:
    """Yield what was found. Where `/readyz` answers 503, one of them is broken."""
    try:
        if needs_upgrade(database):
            yield Finding(True, "The database is not up to date with the code.", "Run: kil migrate")
            return
        with database.read() as session:
            yield from _clock(session, database, now)
            yield from _matching(session, now)
            yield from _figures(session)
            yield from _deliveries(session, now)
            yield from _webhooks(session)
            yield from _slow_domains(session)
            yield from _suppressions(session)
    except SQLAlchemyError as error:
        says = f"The database cannot be reached: {str(error).splitlines()[0]}"
        yield Finding(True, says, "Check KIL_DATABASE_URL, that PostgreSQL runs, and the file's owner and disk.")


def _clock(session: Session, database: Database, now: datetime) -> Iterator[Finding]:
    if not worker_alive(session, now):
        minutes = int(ALIVE.total_seconds() // 60)
        says = f"Nothing ticked for {minutes} minutes: no alert is made and no email leaves. Nothing is lost meanwhile."
        yield Finding(True, says, f"Start `kil {'serve' if database.sqlite else 'worker'}`, or read its log.")
    for tick in last_ticks(session):
        if tick.failed and tick.beat_at > now - ALIVE:  # one that is gone says nothing of today
            says = f"The last tick of {tick.worker} failed in part: {tick.said}"
            yield Finding(True, says, "Its log says why. What it left undone is tried again at each tick.")


def _webhooks(session: Session) -> Iterator[Finding]:
    off = session.scalar(sa.select(sa.func.count()).select_from(Webhook).where(Webhook.state == "off")) or 0
    if off:
        yield Finding(False, f"Webhooks that were switched off after five days of failures: {off}.")


def _matching(session: Session, now: datetime) -> Iterator[Finding]:
    late = sa.select(sa.func.count(), sa.func.min(EventRow.recorded_at)).where(
        EventRow.position > matched_position(session), EventRow.recorded_at < now - LATE
    )
    number, oldest = session.execute(late).one()
    if number:
        says = f"Events that wait to be matched with what people follow: {number}, since {_moment(oldest)}."
        yield Finding(True, says, "Run `kil tick`: it says which step fails, and its log why.")


def _figures(session: Session) -> Iterator[Finding]:
    if number := uncounted_entries(session):
        says = f"Planned opportunities that early-notice records leave out: {number}."
        yield Finding(True, says, "A migration was stopped, or an older version still publishes. Run: kil reindex")


def _deliveries(session: Session, now: datetime) -> Iterator[Finding]:
    waiting = sa.select(sa.func.count(), sa.func.min(Delivery.due_at)).where(
        Delivery.ended_at.is_(None), Delivery.due_at < now - LATE
    )
    number, oldest = session.execute(waiting).one()
    if number:
        says = f"Emails that are overdue: {number}, the oldest since {_moment(oldest)}."
        yield Finding(True, says, "Is `kil serve` or `kil worker` running? `kil tick` sends them now.")
    for state, says, mend in (
        (
            "deferred",
            "were put off by the mail server and are tried again",
            "They leave by themselves when the server is back.",
        ),
        ("failed", "failed and are not tried again", "Mend the cause, then queue them again (docs/operations.md)."),
        ("unknown", "may have arrived or not", "Look for their Message-ID in the mail server's log."),
    ):
        for detail, many in _causes(session, state, now):
            yield Finding(False, f"Emails that {says}: {many}. Cause: {detail or 'not given'}", mend)


def _causes(session: Session, state: str, now: datetime) -> list[tuple[str, int]]:
    """Return the commonest causes of a state within `RECENT`. People who stopped are no cause for worry."""
    number = sa.func.count()
    causes = (
        sa.select(Delivery.detail, number)
        .where(Delivery.state == state, Delivery.created_at > now - RECENT, Delivery.detail != "not wanted any more")
        .group_by(Delivery.detail)
        .order_by(number.desc(), Delivery.detail)
        .limit(MOST_CAUSES)
    )
    return [(detail, many) for detail, many in session.execute(causes)]


def _slow_domains(session: Session) -> Iterator[Finding]:
    found = session.scalars(
        sa.select(SlowDomain).order_by(SlowDomain.since, SlowDomain.domain).limit(MOST_CAUSES)
    ).all()
    for row in found:
        says = f"Email to {row.domain} is put off since {_moment(row.since)}. Its server said: “{row.detail}”."
        yield Finding(False, says, "It is tried again by itself, within the hour. Other email is not held up.")


def _suppressions(session: Session) -> Iterator[Finding]:
    number = session.scalar(sa.select(sa.func.count()).select_from(Suppression)) or 0
    if number:
        yield Finding(False, f"Addresses that are never emailed, because mail servers refused them: {number}.")


def _moment(at: datetime) -> str:
    return f"{at:%d %B %Y, %H:%M} UTC"
