"""`kil bounces`: what came back, from a mailbox on disk."""

import mailbox
from collections.abc import Iterator
from pathlib import Path

import click

from feeds.bounces import read_bounces
from kil_pipeline.alerts.bounces import note_bounce
from kil_pipeline.database import Database
from kil_pipeline.settings import Settings
from kil_pipeline.times import utc_now
from web.commands import with_database


@click.command("bounces")
@click.argument("file", type=click.Path(exists=True, path_type=Path))
@with_database
def bounces_command(settings: Settings, database: Database, file: Path) -> None:
    """Read emails that came back: a maildir, an mbox file, or one email. Running it again changes nothing."""
    read, noted = 0, 0
    for raw in read_mails(file):
        read += 1
        for bounce in read_bounces(raw):
            with database.write() as session:
                noted += note_bounce(session, bounce, utc_now())
    click.echo(f"Emails read: {read}. Bounces noted: {noted}.")


def read_mails(file: Path) -> Iterator[bytes]:
    """Yield the mails of a maildir, an mbox file, or the one mail that a file is."""
    if file.is_dir():
        folder = mailbox.Maildir(file, create=False)
        yield from (folder.get_bytes(key) for key in folder.keys())  # noqa: SIM118  # a mailbox is no dict
        return
    with file.open("rb") as start:
        whole = start.read(5) != b"From "
    if whole:
        yield file.read_bytes()
        return
    box = mailbox.mbox(file, create=False)
    yield from (box.get_bytes(key) for key in box.keys())  # noqa: SIM118  # a mailbox is no dict
    box.close()
