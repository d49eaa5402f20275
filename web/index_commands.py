"""The command that makes anew what is kept beside public entries; and what a migration leaves to be counted."""

import click

from kil_pipeline.database import Database
from kil_pipeline.plan.entry_figures import count_uncounted
from kil_pipeline.plan.reindexing import reindex_after
from kil_pipeline.settings import Settings
from web.commands import with_database


@click.command("reindex")
@with_database
def reindex_command(settings: Settings, database: Database) -> None:
    """Let search find what was published before by the words of today, and count it by the rules of today.

    After an upgrade, or a change of code lists. It may run beside a running site, and again at any time. A batch is a
    transaction.
    """
    found, counted, last = 0, 0, ""
    while True:
        with database.write() as session:
            batch = reindex_after(session, last)
        found, counted, last = found + batch.found, counted + batch.counted, batch.last
        if not last:
            break
    click.echo(f"{found} planned opportunities are found by other words now.")
    click.echo(f"{counted} count otherwise in early-notice records now.")


def count_what_is_uncounted(database: Database) -> int:
    """Count the entries of before figures were kept, so that no reader waits for it. Returns how many."""
    total = 0
    while True:
        with database.write() as session:
            counted = count_uncounted(session)
        if not counted:
            return total
        total += counted
