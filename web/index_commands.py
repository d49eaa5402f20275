"""The command that makes the search index anew."""

import click

from kil_pipeline.database import Database
from kil_pipeline.plan.reindexing import reindex_after
from kil_pipeline.settings import Settings
from web.commands import with_database


@click.command("reindex")
@with_database
def reindex_command(settings: Settings, database: Database) -> None:
    """Let search find what was published before by the words of today: after an upgrade, or a change of topics.

    It may run beside a running site, and again at any time. A batch is a transaction.
    """
    changed, last = 0, ""
    while True:
        with database.write() as session:
            found, last = reindex_after(session, last)
        changed += found
        if not last:
            break
    click.echo(f"{changed} planned opportunities are found by other words now.")
