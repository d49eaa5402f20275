"""`kil doctor`: what is wrong with this installation, in words, and how to mend it. Exit code 1 where anything is."""

import shutil
import sys
from collections.abc import Callable, Iterator
from datetime import datetime
from email.utils import parseaddr

import click

from feeds.mail_outbox import outbox_folder
from feeds.mail_transports import make_sender
from feeds.virus_scans import ScannerAway, make_scanner
from kil_pipeline.errors import ConfigurationError
from kil_pipeline.settings import Settings
from kil_pipeline.times import utc_now
from web.commands import with_settings
from web.findings import Finding, examine_database
from web.wiring import open_database

LEAST_FREE = 500_000_000
"""Bytes. With less, a backup or an import may fill the disk."""


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
        found += examine_database(database, now)
    finally:
        database.close()
    return sorted(found, key=lambda finding: not finding.broken)


def _settings(settings: Settings) -> Iterator[Finding]:
    try:
        make_sender(settings)
    except ConfigurationError as error:
        yield Finding(True, str(error), "Set KIL_MAIL; docs/operations.md lists what it takes.")
    yield from _scanner(settings)
    if settings.development:
        yield Finding(False, "This is a development installation: anybody can read its email at /dev/mail.")
        return
    if not settings.base_url.startswith("https://"):
        says = f"KIL_BASE_URL is {settings.base_url}: links in emails and feeds lead there, and cookies are not secure."
        yield Finding(True, says, "Set KIL_BASE_URL to the https:// address at which readers reach the site.")
    if outbox_folder(settings) is not None:
        says = "KIL_MAIL writes email to files: nobody gets any, and nobody can sign in."
        yield Finding(True, says, "Set KIL_MAIL to smtp://user:password@host:587?tls=1.")
    if parseaddr(settings.mail_from)[1].endswith(("@example.org", "@localhost")):
        says = f"KIL_MAIL_FROM is {settings.mail_from}: mail servers refuse such a sender."
        yield Finding(True, says, "Set KIL_MAIL_FROM to an address of a domain that you may send for.")


def _scanner(settings: Settings) -> Iterator[Finding]:
    try:
        scan = make_scanner(settings.clamd)
        if scan is not None and scan(b"Is anybody there?"):
            yield Finding(True, "The virus scanner calls a harmless text a virus: it takes no file.", "Look at clamd.")
    except (ConfigurationError, ScannerAway) as error:
        yield Finding(True, f"No file is taken, for the virus scanner cannot be asked: {error}", "Check KIL_CLAMD.")


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
        yield Finding(True, says, "Make room: old backups, and emails in a file outbox, which is never emptied.")
