"""`kil doctor`: what is wrong with this installation, in words, and how to mend it. Exit code 1 where anything is."""

import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import parseaddr

import click
import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from feeds.mail_outbox import outbox_folder
from feeds.mail_transports import make_sender
from kil_pipeline.alerts.deliveries import Delivery
from kil_pipeline.alerts.matches import matched_position
from kil_pipeline.alerts.suppressions import Suppression
from kil_pipeline.database import Database
from kil_pipeline.errors import ConfigurationError
from kil_pipeline.events.log import EventRow
from kil_pipeline.migrations import needs_upgrade
from kil_pipeline.scheduler.heartbeats import ALIVE, worker_alive
from kil_pipeline.settings import Settings
from kil_pipeline.times import utc_now
from web.commands import with_settings
from web.wiring import open_database

LATE = timedelta(minutes=15)
"""What is due for longer than that should have been done: ticks come every minute."""
LEAST_FREE = 500_000_000
"""Bytes. With less, a backup or an import may fill the disk."""
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


@click.command()
@with_settings
def doctor(settings: Settings) -> None:
    """Say what is wrong with this installation, and how to mend it."""
    findings = examine(settings, utc_now())
    for finding in findings:
        for line in finding.lines():
            click.echo(line)
    if any(finding.broken for finding in findings):
        sys.exit(1)
    click.echo("Nothing is broken.")


def examine(
    settings: Settings, now: datetime, *, free_bytes: Callable[[str], int] = lambda path: shutil.disk_usage(path).free
) -> list[Finding]:
    """Return what was found, what is broken first. Changes nothing."""
    found = [*_settings(settings), *_disk(settings, free_bytes)]
    database = open_database(settings)
    try:
        found += _database(database, now)
    finally:
        database.close()
    return sorted(found, key=lambda finding: not finding.broken)


def _settings(settings: Settings) -> Iterator[Finding]:
    try:
        make_sender(settings)
    except ConfigurationError as error:
        yield Finding(True, str(error), "Set KIL_MAIL; docs/operations.md lists what it takes.")
    if settings.development:
        yield Finding(False, "This is a development installation: anybody can read its mail at /dev/mail.")
        return
    if not settings.base_url.startswith("https://"):
        says = f"KIL_BASE_URL is {settings.base_url}: links in mails and feeds lead there, and cookies are not secure."
        yield Finding(True, says, "Set KIL_BASE_URL to the https:// address at which readers reach the site.")
    if outbox_folder(settings) is not None:
        says = "KIL_MAIL writes mail to files: nobody gets any, and nobody can sign in."
        yield Finding(True, says, "Set KIL_MAIL to smtp://user:password@host:587?tls=1.")
    if parseaddr(settings.mail_from)[1].endswith(("@example.org", "@localhost")):
        says = f"KIL_MAIL_FROM is {settings.mail_from}: mail servers refuse such a sender."
        yield Finding(True, says, "Set KIL_MAIL_FROM to an address of a domain that you may send for.")


def _disk(settings: Settings, free_bytes: Callable[[str], int]) -> Iterator[Finding]:
    try:
        free = free_bytes(str(settings.var))
    except FileNotFoundError:
        yield Finding(False, f"The folder {settings.var} (KIL_VAR) is not there yet.")
        return
    except OSError as error:
        yield Finding(True, f"The folder {settings.var} cannot be used: {error.strerror}.", "Check its owner.")
        return
    if free < LEAST_FREE:
        says = f"Only {free // 1_000_000} MB are free where {settings.var} lies."
        yield Finding(True, says, "Make room: old backups, and mails in a file outbox, which is never emptied.")


def _database(database: Database, now: datetime) -> Iterator[Finding]:
    try:
        if needs_upgrade(database):
            yield Finding(True, "The database is not up to date with the code.", "Run: kil migrate")
            return
        with database.read() as session:
            yield from _clock(session, database, now)
            yield from _matching(session, now)
            yield from _deliveries(session, now)
            yield from _suppressions(session)
    except SQLAlchemyError as error:
        says = f"The database cannot be reached: {str(error).splitlines()[0]}"
        yield Finding(True, says, "Check KIL_DATABASE_URL, that PostgreSQL runs, and the file's owner and disk.")


def _clock(session: Session, database: Database, now: datetime) -> Iterator[Finding]:
    if not worker_alive(session, now):
        minutes = int(ALIVE.total_seconds() // 60)
        says = f"Nothing ticked for {minutes} minutes: no alert is made and no mail leaves. Nothing is lost meanwhile."
        yield Finding(True, says, f"Start `kil {'serve' if database.sqlite else 'worker'}`, or read its log.")


def _matching(session: Session, now: datetime) -> Iterator[Finding]:
    late = sa.select(sa.func.count(), sa.func.min(EventRow.recorded_at)).where(
        EventRow.position > matched_position(session), EventRow.recorded_at < now - LATE
    )
    number, oldest = session.execute(late).one()
    if number:
        says = f"Events that wait to be matched with what people follow: {number}, since {_moment(oldest)}."
        yield Finding(True, says, "Run `kil tick`: it says which step fails, and its log why.")


def _deliveries(session: Session, now: datetime) -> Iterator[Finding]:
    waiting = sa.select(sa.func.count(), sa.func.min(Delivery.due_at)).where(
        Delivery.ended_at.is_(None), Delivery.due_at < now - LATE
    )
    number, oldest = session.execute(waiting).one()
    if number:
        says = f"Mails that are overdue: {number}, the oldest since {_moment(oldest)}."
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
            yield Finding(False, f"Mails that {says}: {many}. Cause: {detail or 'not given'}", mend)


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


def _suppressions(session: Session) -> Iterator[Finding]:
    number = session.scalar(sa.select(sa.func.count()).select_from(Suppression)) or 0
    if number:
        yield Finding(False, f"Addresses that are never mailed, because mail servers refused them: {number}.")


def _moment(at: datetime) -> str:
    return f"{at:%d %B %Y, %H:%M} UTC"
