"""`kil import-venues`: the directory of venues, from a spreadsheet or from HSDS; `kil venue-contact`."""

import sys
from pathlib import Path

import click

from kil_pipeline.database import Database
from kil_pipeline.engagement.venue_corrections import set_contact
from kil_pipeline.errors import DomainError
from kil_pipeline.exchange.venue_import import VenueOptions, import_venues
from kil_pipeline.exchange.venue_mappings import OWN, read_venue_mapping
from kil_pipeline.settings import Settings
from kil_pipeline.times import utc_now
from web.commands import with_database
from web.exchange_commands import shipped_mapping, show_progress


@click.command("import-venues")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--mapping", type=click.Path(path_type=Path), help="How to read a sheet that is not ours (TOML).")
@click.option("--area", default="", help="The council of all venues for which the file names none.")
@click.option("--dry-run", is_flag=True, help="Show what would change, and change nothing.")
@click.option("--to-correct", type=click.Path(path_type=Path), help="Where the rows go that could not be read.")
@with_database
def import_venues_command(
    settings: Settings,
    database: Database,
    file: Path,
    mapping: Path | None,
    area: str,
    dry_run: bool,
    to_correct: Path | None,
) -> None:
    """Import venues: CSV, XLSX, or HSDS / Open Referral UK (JSON)."""
    try:
        if file.suffix.lower() == ".json" and (mapping or to_correct):
            raise click.UsageError("HSDS (JSON) needs no mapping: only --area and --dry-run go with it.")
        reading = read_venue_mapping(shipped_mapping(mapping)) if mapping else OWN
        options = VenueOptions(reading, area, dry_run, to_correct)
        report = import_venues(database, file, options, now=utc_now(), progress=show_progress)
    except DomainError as error:
        raise click.UsageError(str(error)) from error
    for line in report.lines():
        click.echo(line)
    if report.failed:
        sys.exit(1)


@click.command("venue-contact")
@click.argument("name")
@click.argument("address", default="")
@with_database
def venue_contact_command(settings: Settings, database: Database, name: str, address: str) -> None:
    """Keep the email address of a venue's owner, who can then correct its facts; without one, forget it.

    NAME is the venue's in its address on the site, such as mill-hall. The email address is never shown.
    """
    try:
        with database.write() as session:
            set_contact(session, name, address)
    except DomainError as error:
        raise click.UsageError(str(error)) from error
    click.echo("The address is kept." if address else "The address is forgotten.")
