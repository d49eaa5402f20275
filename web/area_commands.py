"""`kil areas import`: postcodes, so that readers can look for what concerns the place where they live."""

from pathlib import Path

import click

from kil_pipeline.database import Database
from kil_pipeline.errors import DomainError
from kil_pipeline.reference.postcodes import import_postcodes
from kil_pipeline.settings import Settings
from web.commands import with_database


@click.group("areas")
def areas_group() -> None:
    """Places."""


@areas_group.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@with_database
def import_areas_command(settings: Settings, database: Database, file: Path) -> None:
    """Load postcodes from the ONS Postcode Directory (CSV)."""
    try:
        report = import_postcodes(database, file)
    except DomainError as error:
        raise click.UsageError(str(error)) from error
    for line in report.lines():
        click.echo(line)
